//! Verifying a published ledger over HTTP: checkpoint, every leaf, every tile. Frames stay with
//! the operator, so commitments and issuer signatures are out of reach.

use super::report::Report;
use crate::client::Client;
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::trust::Trust;
use laiqu_ledger::{ChainFault, Kind, Leaf};
use laiqu_proof::{
    Checkpoint, Hash, NoteVerifier, TileLevel, TilePath, Tree, decode_bundle, leaf_hash, tiles_of,
};
use std::collections::HashMap;

/// Most findings that are listed; further ones are counted.
const FINDINGS_MAX: usize = 1_000;

/// Where to fetch the files of a static log from.
trait Source {
    /// The bytes at a path under `/log`, `None` where there are none.
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure>;
}

impl Source for Client {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let answer = self.get(&format!("/log/{path}"))?;
        if answer.status == 404 { Ok(None) } else { answer.success().map(Some) }
    }
}

/// Verifies the ledger at this address.
pub(super) fn verify(
    url: &str,
    vkey: Option<&str>,
    saved: &[String],
    remembered: Option<(u64, Hash)>,
) -> Result<Report, Failure> {
    let client = Client::new(url, None)?;
    let trust = Trust::of(&client, vkey)?;
    trust.say();
    let mut report = check(&client, &trust.verifier, saved, remembered)?;
    report.target = url.to_owned();
    report.vkey_configured = trust.configured;
    if !trust.configured {
        let what = "whether the log key is the right one: the server named it itself";
        report.not_checked.push(what.to_owned());
    }
    Ok(report)
}

fn check(
    source: &dyn Source,
    verifier: &NoteVerifier,
    saved: &[String],
    remembered: Option<(u64, Hash)>,
) -> Result<Report, Failure> {
    let mut report = Report { whole: true, vkey: Some(verifier.vkey()), ..Report::default() };
    let text = source.fetch("checkpoint")?.ok_or_else(|| {
        let en = "there is no checkpoint at /log/checkpoint";
        Failure::new(Exit::Unreachable, "没有检查点", en)
            .hint("检查地址是否指向账本服务", "check that the address is that of a ledger")
    })?;
    report.bytes += text.len() as u64;
    let text = String::from_utf8_lossy(&text);
    let checkpoint = match Checkpoint::open(&text, verifier) {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            report.damage("checkpoint", None, error.to_string());
            report.not_checked.push("everything: no checkpoint could be trusted".to_owned());
            return Ok(report);
        }
    };
    report.origin = Some(checkpoint.origin.clone());
    report.size = checkpoint.size;
    report.checkpoint = Some(text.into_owned());
    let tree = check_leaves(source, checkpoint.size, &mut report)?;
    if let Some(tree) = &tree {
        check_roots(tree, &checkpoint, verifier, saved, &mut report);
        if remembered.is_some_and(|(size, root)| tree.root_at(size) != Some(root)) {
            report.damage("--state", None, "the ledger does not contain what was remembered");
        }
        check_tiles(source, tree, &mut report)?;
    } else {
        report.not_checked.push("root and hash tiles, because leaves are missing".to_owned());
    }
    let frames = "private frames: documents, commitments, issuer signatures and the key history";
    report.not_checked.push(format!("{frames} (give a data directory)"));
    report.not_checked.push("cosignatures of witnesses".to_owned());
    Ok(report)
}

/// Reads every leaf; the tree over them, `None` where one could not be had.
fn check_leaves(
    source: &dyn Source,
    size: u64,
    report: &mut Report,
) -> Result<Option<Tree>, Failure> {
    let (mut tree, mut chain) = (Tree::new(), Chain::default());
    let mut progress = Progress::new("核对 verify", size, false);
    let mut index = 0;
    while let Some(path) = TilePath::widest(TileLevel::Entries, index, size) {
        let name = path.to_string();
        let Some(bytes) = source.fetch(&name)? else {
            report.damage(&name, Some(path.first()), "the bundle is missing");
            return Ok(None);
        };
        report.bytes += bytes.len() as u64;
        let leaves = match decode_bundle(&bytes, path.width()) {
            Ok(leaves) => leaves,
            Err(error) => {
                report.damage(&name, Some(path.first()), error.to_string());
                return Ok(None);
            }
        };
        for bytes in leaves {
            let at = tree.size();
            let hash = leaf_hash(bytes);
            for what in chain.step(bytes, hash, at) {
                found(report, &name, at, what);
            }
            tree.push(hash);
        }
        progress.set(tree.size(), size);
        index += 1;
    }
    progress.finish();
    Ok(Some(tree))
}

fn found(report: &mut Report, file: &str, entry: u64, what: String) {
    if report.findings.len() < FINDINGS_MAX {
        report.damage(file, Some(entry), what);
    } else {
        report.findings_left_out += 1;
    }
}

fn check_roots(
    tree: &Tree,
    newest: &Checkpoint,
    verifier: &NoteVerifier,
    saved: &[String],
    report: &mut Report,
) {
    let root = tree.root_at(newest.size);
    report.root = root.map(|root| root.to_hex());
    if root != Some(newest.root) {
        report.damage("checkpoint", None, "its root is not that of the leaves");
    }
    for (at, text) in saved.iter().enumerate() {
        let name = format!("--checkpoint {}", at + 1);
        match Checkpoint::open(text, verifier) {
            Err(error) => report.damage(&name, None, error.to_string()),
            Ok(old) if tree.root_at(old.size) == Some(old.root) => {}
            Ok(_) => report.damage(&name, None, "the ledger does not contain this checkpoint"),
        }
    }
}

/// Compares every hash tile with the tree over the leaves.
fn check_tiles(source: &dyn Source, tree: &Tree, report: &mut Report) -> Result<(), Failure> {
    let hashes = |path: &TilePath| matches!(path.level(), TileLevel::Hashes(_));
    for path in tiles_of(tree.size()).filter(hashes) {
        let name = path.to_string();
        let Some(bytes) = source.fetch(&name)? else {
            report.damage(&name, None, "the tile is missing");
            continue;
        };
        report.bytes += bytes.len() as u64;
        if tree.tile(&path).as_ref() != Some(&bytes) {
            report.damage(&name, None, "its hashes are not those of the leaves");
        }
    }
    Ok(())
}

/// The chain of all leaves and those of the issuers.
#[derive(Default)]
struct Chain {
    prev: Option<Hash>,
    time_micros: Option<u64>,
    issuers: HashMap<u64, (u64, Hash)>,
}

impl Chain {
    /// Everything that does not hold in the leaf that should be entry `at`.
    fn step(&mut self, bytes: &[u8], hash: Hash, at: u64) -> Vec<String> {
        let mut faults = Vec::new();
        // Decoding writes the leaf again and compares the bytes.
        match Leaf::decode(bytes) {
            Err(error) => faults.push(error.to_string()),
            Ok(leaf) => {
                self.links(&leaf, at, &mut faults);
                if (leaf.kind == Kind::LedgerInit) != (at == 0) {
                    faults.push("entry 0, and no other, is ledger.init".to_owned());
                }
                self.time_micros = Some(leaf.time_micros);
                self.issuers.insert(leaf.issuer, (leaf.issuer_seq.saturating_add(1), hash));
            }
        }
        self.prev = Some(hash);
        faults
    }

    fn links(&self, leaf: &Leaf, at: u64, faults: &mut Vec<String>) {
        let mut fault = |fault: ChainFault| faults.push(fault.to_string());
        if leaf.index != at {
            fault(ChainFault::Index { expected: at });
        }
        if leaf.prev != self.prev.unwrap_or(Hash::ZERO) {
            fault(ChainFault::Prev);
        }
        if self.time_micros.is_some_and(|last| leaf.time_micros <= last) {
            fault(ChainFault::Time);
        }
        let (expected, prev) = self.issuers.get(&leaf.issuer).copied().unwrap_or((0, Hash::ZERO));
        if leaf.issuer_seq != expected {
            fault(ChainFault::IssuerSeq { expected });
        }
        if leaf.issuer_prev != prev {
            fault(ChainFault::IssuerPrev);
        }
    }
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
