//! The home-made answer: links in a table of PostgreSQL, and a recursive query over them.
//!
//! The server is started on a socket in a directory of its own, listens to no network, and is
//! stopped and removed at the end. Its programs come from the system (`postgresql` of Debian).

use crate::network::{EVENTS_PER_LOT, Network};
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where Debian puts the programs of each version.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

pub(crate) struct Postgres {
    server: Child,
    directory: tempfile::TempDir,
    programs: PathBuf,
}

/// How long one question took.
pub(crate) struct Took {
    /// Milliseconds by the server's own `EXPLAIN ANALYZE`.
    pub(crate) server_ms: f64,
    /// Milliseconds until a client had every row.
    pub(crate) client_ms: f64,
    pub(crate) rows: usize,
}

impl Postgres {
    /// Starts a server with the links of a network, an index on each direction.
    pub(crate) fn start(network: &Network) -> Result<Postgres> {
        let programs = programs().context("no PostgreSQL under /usr/lib/postgresql")?;
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        give_away(directory.path())?;
        run(as_user(&programs.join("initdb")).arg("--pgdata").arg(&data).args([
            "--no-sync",
            "-U",
            "bench",
        ]))?;
        let server = as_user(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(directory.path())
            .args([
                "-h",
                "",
                "-c",
                "shared_buffers=2GB",
                "-c",
                "work_mem=512MB",
                "-c",
                "fsync=off",
                "-c",
                "jit=off",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Postgres { server, directory, programs };
        server.wait()?;
        server.load(network)?;
        Ok(server)
    }

    fn wait(&self) -> Result<()> {
        for _ in 0..600 {
            if self.ask("SELECT 1").is_ok() {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        bail!("PostgreSQL does not answer")
    }

    fn load(&self, network: &Network) -> Result<()> {
        self.ask(
            "CREATE TABLE link (source int NOT NULL, target int NOT NULL, event int NOT NULL, \
             kilograms real)",
        )?;
        let mut copy = self
            .psql()
            .args(["-c", "COPY link FROM STDIN"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let mut rows = std::io::BufWriter::new(copy.stdin.take().context("no pipe")?);
        for (source, target) in network.links() {
            let event = target as usize * EVENTS_PER_LOT;
            writeln!(rows, "{source}\t{target}\t{event}\t1")?;
        }
        drop(rows);
        anyhow::ensure!(copy.wait()?.success(), "COPY failed");
        self.ask("CREATE UNIQUE INDEX ON link (source, target) INCLUDE (event, kilograms)")?;
        self.ask("CREATE INDEX ON link (target, source)")?;
        self.ask("VACUUM ANALYZE link")?;
        Ok(())
    }

    /// Everything that a lot went into: the lots alone, or every link between them with its event
    /// and kilograms, which is what the engine's closure holds.
    pub(crate) fn forward(&self, lot: u32, with_links: bool) -> Result<Took> {
        let wanted = match with_links {
            false => "SELECT lot FROM reached",
            true => {
                "SELECT link.* FROM reached JOIN link ON link.source = reached.lot \
                 UNION ALL SELECT NULL, lot, NULL, NULL FROM reached"
            }
        };
        let query = format!(
            "WITH RECURSIVE reached(lot) AS (VALUES ({lot}) UNION \
             SELECT link.target FROM reached JOIN link ON link.source = reached.lot) {wanted}"
        );
        let mut script = String::new();
        // The first run warms the cache, as the engine's was.
        writeln!(script, "\\o /dev/null\n{query};\n\\o")?;
        writeln!(script, "EXPLAIN (ANALYZE, TIMING OFF) {query};")?;
        let rows = self.directory.path().join("rows");
        writeln!(script, "\\timing on\n\\o {}\n{query};\n\\o", rows.display())?;
        let told = self.script(&script)?;
        let number = |line: &str| line.split_whitespace().find_map(|word| word.parse::<f64>().ok());
        let find = |mark: &str| told.lines().rfind(|line| line.contains(mark)).and_then(number);
        let rows = std::fs::read_to_string(rows)?;
        Ok(Took {
            server_ms: find("Execution Time").context("no execution time")?,
            client_ms: find("Time:").context("no client time")?,
            rows: rows.lines().filter(|row| !with_links || row.starts_with('|')).count(),
        })
    }

    fn psql(&self) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command
            .arg("-h")
            .arg(self.directory.path())
            .args(["-U", "bench", "-d", "postgres", "-X", "-q", "-A", "-t"]);
        command
    }

    fn ask(&self, query: &str) -> Result<String> {
        run(self.psql().args(["-v", "ON_ERROR_STOP=1", "-c", query]))
    }

    fn script(&self, script: &str) -> Result<String> {
        let path = self.directory.path().join("script.sql");
        std::fs::write(&path, script)?;
        run(self.psql().args(["-v", "ON_ERROR_STOP=1", "-f"]).arg(&path))
    }

    /// Bytes of the table and its indexes.
    pub(crate) fn bytes(&self) -> Result<u64> {
        Ok(self.ask("SELECT pg_total_relation_size('link')")?.trim().parse()?)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.directory.path().join("data");
        let stop = as_user(&self.programs.join("pg_ctl"))
            .arg("-D")
            .arg(data)
            .args(["stop", "-m", "immediate"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if stop.is_err() {
            drop(self.server.kill());
        }
        drop(self.server.wait());
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN_VERSIONS).ok()?.filter_map(Result::ok);
    let newest = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("postgres").exists());
    newest.max()
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
