//! After the window: does every receipt prove that the very document stands in the ledger?

use crate::load::documents::MEDIA_TYPE;
use crate::load::drive::Seen;
use crate::load::prepare::{Party, Submission, cores};
use anyhow::{Context, Result, ensure};
use data_encoding::HEXLOWER;
use laiqu_ledger::{Leaf, commitment};
use laiqu_proof::{Checkpoint, Hash, NoteVerifier, TlogProof, leaf_hash, verify_inclusion};
use laiqu_service::Receipt;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::thread;

/// What the receipts came to.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// Receipts that prove their document, each of an entry of its own.
    pub(crate) verified: u64,
    /// The others.
    pub(crate) failed: u64,
    /// Why the first of them failed.
    pub(crate) first_fault: Option<String>,
    /// Checkpoints that the log signed for all of them.
    pub(crate) checkpoints: u64,
    /// Size of the newest of them.
    pub(crate) size_max: u64,
}

/// The part of an answer that is checked.
#[derive(Debug, Deserialize)]
struct Answer {
    receipt: Receipt,
    #[serde(default)]
    replayed: bool,
}

/// Checkpoints that were opened, by their text, so that each signature is checked once.
type Opened = HashMap<String, Checkpoint>;

/// Checks all receipts, on all cores.
pub(crate) fn check_all(clients: &[Seen], parties: &[Party], verifier: &NoteVerifier) -> Checked {
    let share = clients.len().div_ceil(cores()).max(1);
    let parts: Vec<_> = clients.chunks(share).zip(parties.chunks(share)).collect();
    let done = thread::scope(|scope| {
        let check = |(clients, parties)| check_some(clients, parties, verifier);
        let threads: Vec<_> =
            parts.into_iter().map(|part| scope.spawn(move || check(part))).collect();
        threads.into_iter().map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    let (mut checked, mut entries, mut sizes) =
        (Checked::default(), HashSet::new(), HashSet::new());
    for part in done {
        let Some((indexes, opened, faults)) = part else {
            checked.first_fault.get_or_insert("a checking thread failed".to_owned());
            checked.failed += 1;
            continue;
        };
        let given = indexes.len();
        let before = entries.len();
        entries.extend(indexes);
        let distinct = entries.len() - before;
        if distinct < given {
            checked.first_fault.get_or_insert("two receipts are of one entry".to_owned());
        }
        checked.verified += distinct as u64;
        checked.failed += (given - distinct + faults.len()) as u64;
        sizes.extend(opened.into_values().map(|checkpoint| checkpoint.size));
        if let Some(fault) = faults.into_iter().next() {
            checked.first_fault.get_or_insert(fault);
        }
    }
    checked.checkpoints = sizes.len() as u64;
    checked.size_max = sizes.into_iter().max().unwrap_or(0);
    checked
}

fn check_some(
    clients: &[Seen],
    parties: &[Party],
    verifier: &NoteVerifier,
) -> (Vec<u64>, Opened, Vec<String>) {
    let (mut indexes, mut opened, mut faults) = (Vec::new(), Opened::new(), Vec::new());
    for (seen, party) in clients.iter().zip(parties) {
        for (number, body) in &seen.answers {
            let submission = party.submissions.get(*number).context("no such submission");
            let index = submission.and_then(|it| check_one(body, it, verifier, &mut opened));
            match index {
                Ok(index) => indexes.push(index),
                Err(fault) => faults.push(format!("client {} #{number}: {fault:#}", seen.party)),
            }
        }
    }
    (indexes, opened, faults)
}

/// The index of the entry that this answer proves.
fn check_one(
    body: &[u8],
    submission: &Submission,
    verifier: &NoteVerifier,
    opened: &mut Opened,
) -> Result<u64> {
    let answer: Answer = serde_json::from_slice(body).context("answer")?;
    let receipt = answer.receipt;
    ensure!(!answer.replayed, "a document that was new stands already");
    let leaf = Leaf::decode(receipt.leaf.as_bytes()).context("leaf")?;
    ensure!(leaf.index == receipt.index, "leaf and receipt differ in the index");

    let opening = receipt.opening.as_ref().context("no opening")?;
    let salt = HEXLOWER.decode(opening.salt.as_bytes()).ok().and_then(|salt| salt.try_into().ok());
    let salt = salt.context("salt")?;
    ensure!(opening.signatures == [submission.jws.as_str()], "another signature");
    ensure!(opening.media_type == MEDIA_TYPE, "another media type");
    let (jws, outcome) = (&opening.signatures, opening.outcome.as_bytes());
    let committed = commitment(&salt, jws, MEDIA_TYPE, &submission.sha256, outcome);
    ensure!(committed == leaf.commitment, "the leaf commits to another document");

    let proof: TlogProof = receipt.proof.parse().context("proof text")?;
    let same = proof.index == receipt.index && proof.checkpoint == receipt.checkpoint;
    let path: Result<Vec<Hash>, _> =
        receipt.inclusion.iter().map(|h| Hash::from_base64(h)).collect();
    ensure!(same && path.is_ok_and(|path| path == proof.path), "proof text and JSON differ");
    if !opened.contains_key(&receipt.checkpoint) {
        let checkpoint = Checkpoint::open(&receipt.checkpoint, verifier).context("checkpoint")?;
        opened.insert(receipt.checkpoint.clone(), checkpoint);
    }
    let head = opened.get(&receipt.checkpoint).context("checkpoint")?;
    let same = head.size == receipt.size && head.root.to_string() == receipt.root;
    ensure!(same, "checkpoint and JSON differ");
    let hash = leaf_hash(receipt.leaf.as_bytes());
    verify_inclusion(&hash, receipt.index, head.size, &proof.path, &head.root)?;
    Ok(receipt.index)
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
