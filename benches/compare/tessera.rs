//! A Tessera log on the file system, behind the small server of ours in `tessera/`, which is built
//! here with Go.

use crate::compare::disk;
use crate::compare::table::{Measured, Outcome, Row, Skipped};
use crate::compare::work::{Run, Work};
use crate::load::drive::{self, Window};
use crate::load::pace::Pace;
use crate::load::prepare::Party;
use crate::load::server::ServerProcess;
use anyhow::{Context, Result, ensure};
use laiqu_proof::{Checkpoint, NoteVerifier, TlogProof, leaf_hash, verify_inclusion};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Our program around Tessera.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/compare/tessera");

/// What is within its times, and what is not.
const DOES: &str = "entries, tiles and tree synced before the answer; keeps document and signature";
const PROVES: &str = "checks the signature, not by the strict rules; answers with an inclusion \
    proof under a signed checkpoint, of which Tessera makes ten a second at most (all were \
    verified afterwards); ";
const DOES_NOT: &str = "read documents; notice what comes twice; queries, traces. Bytes with the \
    partial tiles and bundles that it removes once a minute";

/// Clients, entries of a full batch, and milliseconds that one waits to be full.
#[derive(Clone, Copy, Debug)]
struct Setting {
    clients: u64,
    batch: u64,
    wait_ms: u64,
}

impl fmt::Display for Setting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clients, batch, wait_ms } = self;
        write!(out, "{clients} connections, batches of {batch} or {wait_ms} ms")
    }
}

/// A log that was filled, its server ended.
struct Filled {
    directory: TempDir,
    vkey: String,
    window: Window,
    parties: Vec<Party>,
}

/// Measures it bare, and with signatures checked and proofs given.
pub(crate) fn measure(go: &Path, work: &Work, root: &Path) -> Result<Outcome> {
    let built = tempfile::tempdir_in(root)?;
    let program = built.path().join("tessera");
    if let Some(why) = build(go, &program)? {
        return Ok(Outcome::Skipped(Skipped { store: "tessera", why }));
    }
    let rows = [false, true].map(|proves| row(&program, proves, work, root));
    Ok(Outcome::Measured(rows.into_iter().collect::<Result<_>>()?))
}

/// Builds the program, or says why that cannot be done here.
fn build(go: &Path, program: &Path) -> Result<Option<String>> {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(go);
        // Never another Go than the one that is there.
        command.current_dir(SOURCE).env("GOTOOLCHAIN", "local").args(arguments).output()
    };
    let Ok(fetched) = run(&["mod", "download"]) else {
        return Ok(Some(format!("no Go: cannot run {}", go.display())));
    };
    let last = |text: &[u8]| String::from_utf8_lossy(text).trim().lines().last().map(str::to_owned);
    if !fetched.status.success() {
        let fault = last(&fetched.stderr).unwrap_or_default();
        return Ok(Some(format!("its modules cannot be had: {fault}")));
    }
    let program = program.to_str().context("a path that is no text")?;
    let made = run(&["build", "-buildvcs=false", "-o", program, "."])?;
    ensure!(made.status.success(), "go build: {}", String::from_utf8_lossy(&made.stderr));
    Ok(None)
}

fn row(program: &Path, proves: bool, work: &Work, root: &Path) -> Result<Row> {
    let (best, attempts) = work.best(&settings(work), |setting, time| {
        Run::of(&fill(program, *setting, proves, work, root, time)?.window)
    })?;
    let setting = best.context("nothing was tried")?;
    let verify_strict_per_s = work.bare_now()?;
    let filled = fill(program, setting, proves, work, root, work.time)?;
    let run = Run::of(&filled.window)?;
    filled.check_answers(proves, work)?;
    let disk_bytes = disk::allocated(&filled.log())?;
    let verified = filled.verify(program, run.latencies.len() as u64)?;
    Ok(Row::new(
        work,
        Measured {
            store: if proves { "tessera, checked, proved" } else { "tessera" },
            does: format!(
                "HTTP; {}{DOES}",
                if proves { PROVES } else { "answers with the index; " }
            ),
            does_not: format!(
                "{}{DOES_NOT}",
                if proves { "" } else { "check signatures; proofs; " }
            ),
            setting: setting.to_string(),
            verify_strict_per_s,
            run,
            disk_bytes,
            trace: None,
            verify: Some((
                "every entry read and hashed, tiles, tree, checkpoint; no submission's signature",
                verified,
            )),
            attempts,
        },
    ))
}

fn settings(work: &Work) -> Vec<Setting> {
    let few = work.events_per_submission >= 10;
    let clients: [u64; 3] = if few { [16, 64, 256] } else { [128, 512, 2_048] };
    let with = |clients: u64| {
        // All who wait at once, or half of them, while the others are answered.
        [clients, clients / 2].map(|batch| Setting { clients, batch, wait_ms: 5 })
    };
    clients.into_iter().flat_map(with).collect()
}

fn fill(
    program: &Path,
    setting: Setting,
    proves: bool,
    work: &Work,
    root: &Path,
    time: Duration,
) -> Result<Filled> {
    let parties = work.parties(setting.clients, time);
    let directory = tempfile::tempdir_in(root)?;
    let mut serve = Command::new(program);
    serve.arg("serve").arg(directory.path().join("log"));
    serve.args(["-batch", &setting.batch.to_string()]);
    serve.args(["-batch-age", &format!("{}ms", setting.wait_ms)]);
    if proves {
        let keys = directory.path().join("keys");
        std::fs::write(&keys, keys_json(&parties)?)?;
        serve.arg("-proofs").arg("-keys").arg(&keys);
    }
    let server = ServerProcess::spawn(serve)?;
    let vkey = server.vkey().context("no verifier key")?.to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let posted = drive::run(server.address(), parties, &work.template, || Pace::closed(time));
    let (window, parties, _) = runtime.block_on(posted)?;
    server.stop()?;
    Ok(Filled { directory, vkey, window, parties })
}

/// The `x` of each public key (RFC 8037) by its thumbprint.
fn keys_json(parties: &[Party]) -> Result<String> {
    let mut keys = BTreeMap::new();
    for party in parties {
        let key = serde_json::to_value(party.key.public())?;
        keys.insert(party.key.public().thumbprint().to_owned(), key.get("x").cloned());
    }
    Ok(serde_json::to_string(&keys)?)
}

impl Filled {
    fn log(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    /// No index twice; where proofs were given, each proves its submission.
    fn check_answers(&self, proves: bool, work: &Work) -> Result<()> {
        let verifier = NoteVerifier::parse(&self.vkey)?;
        let (mut indexes, mut opened) = (HashSet::new(), BTreeMap::new());
        for (seen, party) in self.window.clients.iter().zip(&self.parties) {
            for (number, answer) in &seen.answers {
                let text = std::str::from_utf8(answer)?;
                let index = if proves {
                    let entry = entry(party, *number, work)?;
                    proved(text, &entry, &verifier, &mut opened)?
                } else {
                    text.parse()?
                };
                ensure!(indexes.insert(index), "two submissions are entry {index}");
            }
        }
        Ok(())
    }

    /// Lets Tessera check the log, which must have so many entries.
    fn verify(&self, program: &Path, entries: u64) -> Result<Duration> {
        #[derive(Deserialize)]
        struct Told {
            entries: u64,
            seconds: f64,
        }
        let mut verify = Command::new(program);
        let output = verify.arg("verify").arg(self.log()).arg(&self.vkey).output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "verify: {text}");
        let told: Told = serde_json::from_slice(&output.stdout)?;
        ensure!(told.entries == entries, "{} entries instead of {entries}", told.entries);
        Ok(Duration::from_secs_f64(told.seconds))
    }
}

/// What our server appends for a submission.
fn entry(party: &Party, number: usize, work: &Work) -> Result<Vec<u8>> {
    let submission = party.submissions.get(number).context("no such submission")?;
    let mut entry = submission.jws.clone().into_bytes();
    entry.push(b'\n');
    work.template.fill(&mut entry, party.number, number as u64);
    Ok(entry)
}

/// The index that an answer proves. Each checkpoint is opened once.
fn proved(
    text: &str,
    entry: &[u8],
    verifier: &NoteVerifier,
    opened: &mut BTreeMap<String, Checkpoint>,
) -> Result<u64> {
    let proof: TlogProof = text.parse()?;
    if !opened.contains_key(&proof.checkpoint) {
        let checkpoint = Checkpoint::open(&proof.checkpoint, verifier)?;
        opened.insert(proof.checkpoint.clone(), checkpoint);
    }
    let head = opened.get(&proof.checkpoint).context("checkpoint")?;
    verify_inclusion(&leaf_hash(entry), proof.index, head.size, &proof.path, &head.root)?;
    Ok(proof.index)
}
