//! `laiqu verify --party`: whether every entry of one party is there between its first and its
//! last, and on whose word that rests.
//!
//! The operator numbers a party's entries (`issuer_seq`, `issuer_prev`): that shows that none was
//! taken out later, not that none was kept out from the start. A key that numbers its own
//! signatures (`seq`, `prev`) shows that, and so does every receipt that the party holds.

use super::party_entries::{PartyEntries, PartyEntry};
use super::report::Report;
use crate::exit::Failure;
use crate::receipt::Held;
use laiqu_proof::{Hash, SubmissionJws, leaf_hash};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What was found of one party.
#[derive(Debug, Default, Serialize)]
pub(crate) struct PartyReport {
    /// Its identifier.
    id: String,
    /// Its alias: the entry that registers it.
    alias: u64,
    /// Its entries.
    entries: u64,
    /// Index of the first of them.
    first: Option<u64>,
    /// Index of the last of them.
    last: Option<u64>,
    /// None is missing between the first and the last.
    none_missing: bool,
    /// The chains that its keys make by themselves.
    key_chains: Vec<KeyChain>,
    /// Signatures that state no place in a chain of their key.
    unchained_signatures: u64,
    /// Entries whose signatures could not be looked at.
    unseen_signatures: u64,
    /// Receipts held, whose entries are all there.
    receipts_held: u64,
}

/// The chain of one key.
#[derive(Debug, Serialize)]
struct KeyChain {
    /// RFC 7638 thumbprint.
    kid: String,
    /// Signatures in it: numbers 0 to this minus one are all there.
    signatures: u64,
}

impl PartyReport {
    /// The sentences for people.
    pub(super) fn text(&self) -> String {
        let place = |index: Option<u64>| index.map_or_else(|| "–".to_owned(), |at| at.to_string());
        let mut text = format!(
            "单位 party {}（{}）：条目 entries {}，首 first {}，末 last {}\n",
            crate::out::clean(&self.id),
            self.alias,
            self.entries,
            place(self.first),
            place(self.last),
        );
        if !self.none_missing {
            return text;
        }
        text.push_str(
            "  ✓ 首末之间无缺失，依据：账本运营者的编号 issuer_seq、issuer_prev / none is missing in \
             between, by the operator's numbering\n",
        );
        for KeyChain { kid, signatures } in &self.key_chains {
            text.push_str(&format!(
                "  ✓ 密钥 {kid} 自己的签名链：{signatures} 个签名一个不缺 / the key's own chain: none of \
                 its {signatures} signatures is missing\n"
            ));
        }
        if self.receipts_held > 0 {
            let held = self.receipts_held;
            text.push_str(&format!(
                "  ✓ 所持 {held} 份回执的条目都在 / the entries of {held} receipts held are there\n"
            ));
        }
        text
    }

    /// On what the statement does not rest.
    fn not_checked(&self) -> Vec<String> {
        let mut list = Vec::new();
        if self.unseen_signatures > 0 {
            let count = self.unseen_signatures;
            list.push(format!("signatures of {count} entries of the party (give --token)"));
        }
        if self.unchained_signatures > 0 {
            let count = self.unchained_signatures;
            list.push(format!(
                "whether submissions signed like {count} of the party's were kept out: these \
                 signatures state no seq and prev; only the operator's word and receipts held show it"
            ));
        }
        list
    }
}

/// Adds what is found of a party to the report of its ledger.
pub(super) fn check(
    report: &mut Report,
    id: &str,
    entries: &PartyEntries,
    receipts: &[PathBuf],
) -> Result<(), Failure> {
    let mut party =
        PartyReport { id: id.to_owned(), alias: entries.alias, ..PartyReport::default() };
    let index = |entry: Option<&PartyEntry>| entry.map(|entry| entry.leaf.index);
    (party.first, party.last) = (index(entries.list.first()), index(entries.list.last()));
    party.entries = entries.list.len() as u64;
    let mut problems = entries.problems.clone();
    problems.extend(numbering(&entries.list));
    problems.extend(key_chains(&entries.list, &mut party));
    for file in receipts {
        match held(file, entries)? {
            None => party.receipts_held += 1,
            Some(problem) => problems.push(problem),
        }
    }
    party.none_missing = problems.is_empty();
    for (entry, what) in problems {
        report.damage(&format!("--party {id}"), entry, what);
    }
    report.not_checked.extend(party.not_checked());
    report.not_checked.extend(entries.not_checked.clone());
    report.party = Some(party);
    Ok(())
}

/// What does not hold, and the entry concerned.
type Problem = (Option<u64>, String);

/// The operator's numbering must go on from 0 without a gap.
fn numbering(list: &[PartyEntry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut prev = Hash::ZERO;
    for (seq, entry) in (0_u64..).zip(list) {
        let leaf = &entry.leaf;
        if (leaf.issuer_seq, leaf.issuer_prev) != (seq, prev) {
            let what = format!(
                "it is number {} of the party's entries, and number {seq} is missing before it",
                leaf.issuer_seq
            );
            problems.push((Some(leaf.index), what));
            break;
        }
        prev = leaf_hash(&entry.line);
    }
    problems
}

/// Each key's own numbering, where it makes one.
fn key_chains(list: &[PartyEntry], party: &mut PartyReport) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ends: BTreeMap<String, Option<(u64, Hash)>> = BTreeMap::new();
    for entry in list {
        let Some(signatures) = &entry.signatures else {
            party.unseen_signatures += 1;
            // Whatever they were, the next link cannot be judged.
            ends.values_mut().for_each(|end| *end = None);
            continue;
        };
        for jws in signatures.iter().filter_map(|text| SubmissionJws::parse(text).ok()) {
            let (Some(seq), Some(prev)) = (jws.claims().seq, jws.claims().prev) else {
                party.unchained_signatures += 1;
                continue;
            };
            let first = (party.unseen_signatures == 0).then_some((0, Hash::ZERO));
            let expected = ends.get(jws.kid()).copied().unwrap_or(first);
            if expected.is_some_and(|expected| expected != (seq, prev)) {
                let what = format!(
                    "key {}: signature number {seq} does not follow on the one before; a submission \
                     was kept out",
                    jws.kid()
                );
                problems.push((Some(entry.leaf.index), what));
            }
            let next = (seq.saturating_add(1), jws.digest());
            ends.insert(jws.kid().to_owned(), Some(next));
        }
    }
    let whole = ends.into_iter().filter_map(|(kid, end)| Some((kid, end?.0)));
    party.key_chains = whole.map(|(kid, signatures)| KeyChain { kid, signatures }).collect();
    problems
}

/// What a receipt that the party holds proves against the ledger, if anything.
fn held(file: &Path, entries: &PartyEntries) -> Result<Option<Problem>, Failure> {
    let held = Held::read(file, None)?;
    let (name, index) = (file.display(), held.proof.index);
    let signed = (entries.opens)(&held.proof.checkpoint);
    let stands = signed.and_then(|checkpoint| {
        let proof = &held.proof.path;
        let leaf = leaf_hash(held.leaf.as_bytes());
        laiqu_proof::verify_inclusion(&leaf, index, checkpoint.size, proof, &checkpoint.root)
            .map_err(|error| error.to_string())
    });
    if let Err(why) = stands {
        return Ok(Some((Some(index), format!("{name} is no receipt of this ledger: {why}"))));
    }
    let found = entries.list.iter().find(|entry| entry.leaf.index == index);
    if found.is_some_and(|entry| entry.line == held.leaf.as_bytes()) {
        return Ok(None);
    }
    let what = format!(
        "the receipt {name} proves that an entry of other content stood here, or of another party"
    );
    Ok(Some((Some(index), what)))
}
