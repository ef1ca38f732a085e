//! The entries of one party, from a data directory or a server.

use super::remote::Verified;
use crate::client::{Client, encode};
use crate::exit::{Exit, Failure};
use crate::private::Opened;
use crate::source::{TileHashes, Web};
use laiqu_ledger::{Kind, Leaf, Reader};
use laiqu_proof::{Checkpoint, Hash, NoteVerifier, leaf_hash, verify_inclusion};
use laiqu_service::{DataDir, PartyChain};
use serde_json::Value;
use std::path::Path;

/// Opens a checkpoint of the ledger at hand.
type Opens = Box<dyn Fn(&str) -> Result<Checkpoint, String>>;

/// One entry of the party.
#[derive(Debug)]
pub(super) struct PartyEntry {
    pub(super) leaf: Leaf,
    /// The leaf as it is hashed.
    pub(super) line: Vec<u8>,
    /// Its signatures, where they could be read.
    pub(super) signatures: Option<Vec<String>>,
}

/// All of them, in order.
pub(super) struct PartyEntries {
    pub(super) alias: u64,
    pub(super) list: Vec<PartyEntry>,
    /// What does not hold about the list itself, with the entry concerned.
    pub(super) problems: Vec<(Option<u64>, String)>,
    pub(super) not_checked: Vec<String>,
    /// Opens checkpoints of receipts.
    pub(super) opens: Opens,
}

fn nobody(id: &str) -> Failure {
    let en = format!("party {id} is not registered in this ledger, or not yours to see");
    Failure::new(Exit::CheckFailed, format!("账本中没有登记 {id}，或无权查看"), en)
        .hint("核对单位标识；--token 可给出令牌", "check the identifier; --token gives a token")
}

/// A text member of a record.
fn member(payload: &[u8], name: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    Some(value.get(name)?.as_str()?.to_owned())
}

/// From a directory whose entries were just verified: the first `size` of them.
pub(super) fn of_directory(path: &Path, id: &str, size: u64) -> Result<PartyEntries, Failure> {
    let unreadable = |error: laiqu_ledger::Error| {
        Failure::new(Exit::Unreachable, "无法读取账本文件", error.to_string())
    };
    let reader = Reader::open(&DataDir::new(path).log()).map_err(unreadable)?;
    let (mut alias, mut list, mut log_keys) = (None, Vec::new(), Vec::new());
    for entry in reader.scan(0).take(usize::try_from(size).unwrap_or(usize::MAX)) {
        let entry = entry.map_err(unreadable)?;
        let frame = entry.frame.as_ref();
        let registers = entry.leaf.kind == Kind::PartyRegister && alias.is_none();
        if matches!(entry.leaf.kind, Kind::LedgerInit | Kind::LedgerKey) {
            let vkey = frame.and_then(|frame| member(&frame.payload, "log_vkey"));
            log_keys.extend(vkey);
        }
        if registers && frame.and_then(|frame| member(&frame.payload, "id")).as_deref() == Some(id)
        {
            alias = Some(entry.leaf.index);
        }
        if alias == Some(entry.leaf.issuer) {
            let signatures = entry.frame.map(|frame| frame.signatures);
            list.push(PartyEntry { leaf: entry.leaf, line: entry.leaf_bytes, signatures });
        }
    }
    let alias = alias.ok_or_else(|| nobody(id))?;
    let opens = Box::new(move |text: &str| opened(&log_keys, text));
    Ok(PartyEntries { alias, list, problems: Vec::new(), not_checked: Vec::new(), opens })
}

/// Opens a checkpoint that any of the log's keys signed: old ones are kept as receipts, too.
fn opened(log_keys: &[String], text: &str) -> Result<Checkpoint, String> {
    let keys = log_keys.iter().filter_map(|vkey| NoteVerifier::parse(vkey).ok());
    let opened = keys.map(|key| Checkpoint::open(text, &key)).reduce(|one, other| one.or(other));
    let opened = opened.ok_or_else(|| "no key of the log is known".to_owned())?;
    opened.map_err(|error| error.to_string())
}

/// From a server whose leaves were just verified: under the size and root that were found.
pub(super) fn of_web(
    url: &str,
    token: Option<&str>,
    id: &str,
    verified: &Verified,
) -> Result<PartyEntries, Failure> {
    let client = Client::new(url, token)?;
    let web = Web::open(&client)?;
    let size = verified.report.size;
    let (mut from, mut alias, mut list) = (0, None, Vec::new());
    let (mut problems, mut not_checked) = (Vec::new(), Vec::new());
    let root = verified.report.root.as_deref().and_then(|root| Hash::from_hex(root).ok());
    loop {
        let path = format!("/v1/parties/{}/chain?from={from}&size={size}", encode(id));
        let answer = client.get(&path)?;
        if answer.is_problem("not-found") {
            return Err(nobody(id));
        }
        let page: PartyChain = answer.json()?;
        alias = alias.or(Some(page.alias));
        for entry in page.entries {
            let line = entry.leaf.into_bytes();
            match Leaf::decode(&line) {
                Ok(leaf) if leaf.issuer == page.alias && leaf.index == entry.index => {
                    let path = entry.inclusion.iter().map(|hash| Hash::from_base64(hash));
                    let path = path.collect::<Result<Vec<_>, _>>().unwrap_or_default();
                    let hash = leaf_hash(&line);
                    let holds = root.is_some_and(|root| {
                        verify_inclusion(&hash, leaf.index, size, &path, &root).is_ok()
                    });
                    if !holds {
                        problems
                            .push((Some(leaf.index), "it does not stand in the log".to_owned()));
                    }
                    list.push(PartyEntry { leaf, line, signatures: None });
                }
                _ => problems.push((Some(entry.index), "it is no entry of the party".to_owned())),
            }
        }
        match page.next {
            // A party has at most the entries of the log; an endless list would fill the memory.
            Some(next) if next > from && next < size && list.len() as u64 <= size => from = next,
            _ => break,
        }
    }
    let alias = alias.ok_or_else(|| nobody(id))?;
    problems.extend(ends_there(alias, &list, verified));
    if token.is_some() {
        list.iter_mut().for_each(|entry| entry.signatures = signatures(&client, entry));
    }
    not_checked.extend(is_named(&client, (&web, size, root), (alias, id), &mut problems)?);
    let remembered = verified.report.log_keys.iter().map(|key| key.vkey.clone());
    let log_keys: Vec<String> = remembered.chain(verified.report.vkey.clone()).collect();
    let opens = Box::new(move |text: &str| opened(&log_keys, text));
    Ok(PartyEntries { alias, list, problems, not_checked, opens })
}

/// The walk along all leaves knows where the party's chain ends: nothing may lack behind.
fn ends_there(
    alias: u64,
    list: &[PartyEntry],
    verified: &Verified,
) -> Option<(Option<u64>, String)> {
    let issuers = &verified.report.resume.as_ref()?.issuers;
    let last = list.last().map(|entry| leaf_hash(&entry.line).to_hex());
    let (count, hash) = match issuers.get(&alias) {
        Some((count, hash)) => (*count, Some(hash.clone())),
        None => (0, None),
    };
    let same = count == list.len() as u64 && hash == last;
    let what = format!("the log holds {count} entries of the party, {} are listed", list.len());
    (!same).then_some((None, what))
}

/// The signatures that a leaf commits to, where the reader may see them.
fn signatures(client: &Client, entry: &PartyEntry) -> Option<Vec<String>> {
    let path = format!("/v1/entries/{}/private", entry.leaf.index);
    let opened: Opened = client.get(&path).ok()?.json().ok()?;
    let frame = opened.frame().ok()?;
    (frame.commitment() == entry.leaf.commitment).then_some(frame.signatures)
}

/// Whether the alias is that of the party asked for: whether the log holds, there, a registration
/// under this identifier. What is to be said where nobody can tell.
fn is_named(
    client: &Client,
    (web, size, root): (&Web, u64, Option<Hash>),
    (alias, id): (u64, &str),
    problems: &mut Vec<(Option<u64>, String)>,
) -> Result<Option<String>, Failure> {
    let answer = client.get(&format!("/v1/entries/{alias}/private")).ok();
    let Some(opened) = answer.and_then(|answer| answer.json::<Opened>().ok()) else {
        let what = format!("that alias {alias} is {id}: its registration is not shown");
        return Ok(Some(what));
    };
    let hash = leaf_hash(opened.leaf.as_bytes());
    let stands = match root {
        Some(root) => TileHashes::new(web, size).include(&root, alias, &hash)?,
        None => false,
    };
    let registered = opened.decoded_leaf().ok().and_then(|leaf| {
        let frame = opened.frame().ok()?;
        let holds = leaf.kind == Kind::PartyRegister && frame.commitment() == leaf.commitment;
        holds.then_some(frame.payload)
    });
    let named = registered.filter(|_| stands).and_then(|payload| member(&payload, "id"));
    if named.as_deref() != Some(id) {
        problems.push((Some(alias), "it does not register this party".to_owned()));
    }
    Ok(None)
}
