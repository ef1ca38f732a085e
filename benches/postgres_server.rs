//! A PostgreSQL of this program's own.
//!
//! The server is started on a socket in a directory of its own, listens to no network, and is
//! stopped and removed at the end. Its programs come from the system (`postgresql` of Debian).

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Where Debian puts the programs of each version.
pub(crate) const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";
/// Its one role, which may do everything.
pub(crate) const ROLE: &str = "bench";
/// The database that every new server has.
pub(crate) const DATABASE: &str = "postgres";
/// How often a new server is asked whether it is ready, and how long between.
const ASKED_MAX: u32 = 600;
const BETWEEN: Duration = Duration::from_millis(100);

/// A server that runs. It is ended, and all it kept removed, when dropped.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    server: Child,
    directory: tempfile::TempDir,
    programs: PathBuf,
}

impl PostgresServer {
    /// Starts one with these settings (`name=value`), its data in a new directory under `root`.
    pub(crate) fn start(programs: &Path, root: &Path, settings: &[&str]) -> Result<Self> {
        let directory = tempfile::tempdir_in(root)?;
        give_away(directory.path())?;
        let (data, log) = (directory.path().join("data"), directory.path().join("log"));
        let mut make = as_user(&programs.join("initdb"));
        make.arg("--pgdata").arg(&data).args(["--no-sync", "--encoding=UTF8", "--locale=C"]);
        run(make.args(["-U", ROLE]))?;
        let mut serve = as_user(&programs.join("postgres"));
        serve.arg("-D").arg(&data).arg("-k").arg(directory.path()).args(["-h", ""]);
        serve.args(settings.iter().flat_map(|setting| ["-c", setting]));
        serve.stdout(Stdio::null()).stderr(std::fs::File::create(&log)?);
        let server = serve.spawn().with_context(|| format!("{serve:?}"))?;
        let mut server = Self { server, directory, programs: programs.to_owned() };
        server.wait(&log)?;
        Ok(server)
    }

    fn wait(&mut self, log: &Path) -> Result<()> {
        for _ in 0..ASKED_MAX {
            if self.ask("SELECT 1").is_ok() {
                return Ok(());
            }
            if self.server.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(BETWEEN);
        }
        bail!("PostgreSQL does not answer: {}", std::fs::read_to_string(log)?.trim())
    }

    /// Where its socket is, and where clients may leave files.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// `psql` that prints bare rows.
    pub(crate) fn psql(&self) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command.arg("-h").arg(self.directory());
        command.args(["-U", ROLE, "-d", DATABASE, "-X", "-q", "-A", "-t"]);
        command.args(["-v", "ON_ERROR_STOP=1"]);
        command
    }

    /// Runs these statements in one transaction.
    pub(crate) fn ask(&self, statements: &str) -> Result<String> {
        run(self.psql().args(["-c", statements]))
    }

    /// Runs commands of `psql`.
    pub(crate) fn script(&self, script: &str) -> Result<String> {
        let path = self.directory().join("script.sql");
        std::fs::write(&path, script)?;
        run(self.psql().arg("-f").arg(&path))
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let mut stop = as_user(&self.programs.join("pg_ctl"));
        stop.arg("-D").arg(self.directory().join("data")).args(["stop", "-m", "immediate"]);
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            drop(self.server.kill());
        }
        drop(self.server.wait());
    }
}

/// The programs of the newest version that the system has.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN_VERSIONS).ok()?.filter_map(Result::ok);
    let newest = versions.map(|version| version.path().join("bin")).filter(|bin| has_server(bin));
    newest.max()
}

/// Whether a directory has the programs.
pub(crate) fn has_server(programs: &Path) -> bool {
    programs.join("postgres").exists()
}

/// PostgreSQL refuses to run as root.
fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

fn give_away(directory: &Path) -> Result<()> {
    if is_root() {
        run(Command::new("chown").arg("postgres:postgres").arg(directory))?;
        run(Command::new("chmod").arg("755").arg(directory))?;
    }
    Ok(())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
