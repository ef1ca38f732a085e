//! `laiqu receipt verify-answer`: the proofs of the events that an answer rests on, checked
//! offline.

use super::ReceiptFault;
use super::command::Believed;
use super::held::wrong;
use crate::client::Client;
use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;
use data_encoding::HEXLOWER;
use laiqu_ledger::{Leaf, SALT_BYTES};
use laiqu_proof::{
    Hash, Policy, ReceiptError, leaf_hash, verify_consistency, verify_inclusion,
    verify_multi_inclusion,
};
use laiqu_service::{EventProofs, LedgerState, ProvedEntry, ProvedEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Positions in one request: their text fits into the longest query.
const PAGE: usize = 400;

#[derive(Debug, Args)]
pub(crate) struct VerifyAnswer {
    /// 证明文件，由 `--proofs` 写出 / Proofs, as `--proofs` of a question wrote them
    file: PathBuf,
    #[command(flatten)]
    believed: Believed,
    /// 答案（JSON）：其中每个事件都须有证明 / The answer as JSON: each of its events must be proved
    #[arg(long)]
    answer: Option<PathBuf>,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

/// All pages of the proofs of one answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AnswerProofs {
    pages: Vec<EventProofs>,
}

/// What a file of proofs shows.
#[derive(Debug, Default, Serialize)]
struct Shown {
    entries: usize,
    events: usize,
    /// Positions of events whose text is not shown; their entries are proved.
    withheld: Vec<String>,
    /// Entries whose document was erased.
    erased: Vec<u64>,
    /// Events of the answer that the file does not prove at all.
    missing: Vec<String>,
    quorum_met: bool,
}

/// Where an event stands, as `ENTRY/ORDINAL`.
fn place(index: u64, ordinal: u64) -> String {
    format!("{index}/{ordinal}")
}

/// The positions of the events that an answer rests on: a trace lists its events, all others say
/// where they stand.
fn positions(answer: &Value) -> Vec<String> {
    let position = |of: &Value| Some(place(of["index"].as_u64()?, of["ordinal"].as_u64()?));
    let events = answer["events"].as_array().into_iter().flatten();
    let rests_on = answer["rests_on"].as_array().into_iter().flatten();
    events.map(|event| &event["position"]).chain(rests_on).filter_map(position).collect()
}

/// Fetches the proofs of every event of an answer, page by page.
pub(crate) fn fetch(client: &Client, answer: &str) -> Result<AnswerProofs, Failure> {
    let answer: Value = serde_json::from_str(answer).map_err(|error| {
        Failure::new(Exit::Unreachable, "应答不是 JSON", format!("the answer is no JSON: {error}"))
    })?;
    let size = answer.pointer("/ledger/size").and_then(Value::as_u64).ok_or_else(|| {
        let detail = "the answer does not say of which size of the ledger it is";
        Failure::new(Exit::Unreachable, "应答不是来去账本的格式", detail)
    })?;
    let places = positions(&answer);
    let mut pages = Vec::new();
    for page in places.chunks(PAGE) {
        let path = format!("/v1/proofs?size={size}&positions={}", page.join(","));
        pages.push(client.get(&path)?.json()?);
    }
    Ok(AnswerProofs { pages })
}

impl VerifyAnswer {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let proofs: AnswerProofs = read(&self.file)?;
        let answer: Option<Value> = self.answer.as_deref().map(read).transpose()?;
        let policy = self.believed.policy()?;
        let fault = |fault: ReceiptFault| wrong(&fault).about(&self.file.display().to_string());
        let shown = check(&proofs, answer.as_ref(), &policy).map_err(fault)?;
        let state = proofs.pages.first().map(|page| &page.ledger);
        let Some(state) = state else {
            return Err(Failure::usage("文件中没有证明", "the file holds no proof"));
        };
        if self.json {
            out::json(&json!({ "ledger": state, "proved": shown }))?;
        } else {
            say(state, &shown)?;
        }
        match (shown.missing.is_empty(), shown.quorum_met) {
            (false, _) => Ok(Exit::CheckFailed),
            (true, false) => Ok(Exit::Refused),
            (true, true) => Ok(Exit::Done),
        }
    }
}

fn say(state: &LedgerState, shown: &Shown) -> Result<(), Failure> {
    let Shown { entries, events, .. } = shown;
    out::line(&format!(
        "账本 {0} 的前 {1} 条：{entries} 条已证明，其中 {events} 个事件的原文也已证明\n\
         the first {1} entries of {0}: {entries} entries proved, and the text of {events} events",
        out::clean(&state.origin),
        state.size
    ))?;
    let list = |zh: &str, en: &str, places: &[String]| match places.is_empty() {
        true => Ok(()),
        false => out::line(&format!("{zh} {en}: {}", places.join(" "))),
    };
    list("原文不可见", "text withheld", &shown.withheld)?;
    let erased: Vec<String> = shown.erased.iter().map(u64::to_string).collect();
    list("原文已删除的条目", "entries whose document was erased", &erased)?;
    list("答案中未证明的事件", "events of the answer without proof", &shown.missing)?;
    if !shown.quorum_met {
        out::note("检查点还没有足够的见证 / the checkpoint does not meet the witness policy yet");
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let about = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| {
        Failure::usage("无法读取文件", format!("cannot read the file: {e}")).about(&about)
    })?;
    serde_json::from_str(&text).map_err(|error| {
        let en = format!("not what it should be: {error}");
        Failure::usage("文件内容不符", en).about(&about).hint(
            "应为 `laiqu trace --proofs` 写出的文件，答案应为 JSON",
            "give the file that `laiqu trace --proofs` wrote, and an answer as JSON",
        )
    })
}

/// Checks every page, and that an answer's events are all in one of them.
fn check(
    proofs: &AnswerProofs,
    answer: Option<&Value>,
    policy: &Policy,
) -> Result<Shown, ReceiptFault> {
    let mut shown = Shown { quorum_met: true, ..Shown::default() };
    let mut proved: BTreeSet<String> = BTreeSet::new();
    let mut erased: BTreeSet<u64> = BTreeSet::new();
    for page in &proofs.pages {
        if proofs.pages.first().is_some_and(|first| first.ledger != page.ledger) {
            return Err(ReceiptFault::State);
        }
        shown.quorum_met &= check_tree(page, policy)?;
        for entry in &page.entries {
            let leaf = Leaf::decode(entry.leaf.as_bytes())?;
            if leaf.index != entry.index {
                return Err(ReceiptFault::Index(entry.index));
            }
            for event in &entry.events {
                check_event(&leaf, event)?;
                proved.insert(place(entry.index, event.ordinal.into()));
            }
            note(entry, &mut shown);
            erased.extend(entry.erased_by.map(|_| entry.index));
        }
    }
    shown.events = proved.len();
    proved.extend(shown.withheld.iter().cloned());
    if let Some(answer) = answer {
        let state: Result<LedgerState, _> = serde_json::from_value(answer["ledger"].clone());
        let same = state.ok().zip(proofs.pages.first()).is_some_and(|(a, b)| a == b.ledger);
        if !same && !proofs.pages.is_empty() {
            return Err(ReceiptFault::State);
        }
        if !answer["events"].is_array() && !answer["rests_on"].is_array() {
            return Err(ReceiptFault::Groundless);
        }
        let gone = |place: &String| {
            let index = place.split('/').next().and_then(|index| index.parse().ok());
            index.is_some_and(|index| erased.contains(&index))
        };
        shown.missing = positions(answer)
            .into_iter()
            .filter(|place| !proved.contains(place) && !gone(place))
            .collect();
    }
    shown.erased = erased.into_iter().collect();
    Ok(shown)
}

fn note(entry: &ProvedEntry, shown: &mut Shown) {
    shown.entries += 1;
    let withheld = entry.withheld.iter().map(|ordinal| place(entry.index, (*ordinal).into()));
    shown.withheld.extend(withheld);
}

/// The leaves are in the tree of the stated size, and that in the checkpoint's. Says whether the
/// checkpoint meets the policy's quorum.
fn check_tree(page: &EventProofs, policy: &Policy) -> Result<bool, ReceiptFault> {
    let root = Hash::from_hex(&page.ledger.root).map_err(ReceiptFault::Path)?;
    let leaves: Vec<(u64, Hash)> =
        page.entries.iter().map(|entry| (entry.index, leaf_hash(entry.leaf.as_bytes()))).collect();
    let size = page.ledger.size;
    let (inclusion, consistency) = (path(&page.inclusion)?, path(&page.consistency)?);
    verify_multi_inclusion(&leaves, size, &inclusion, &root).map_err(ReceiptError::from)?;
    let opened = policy.open(&page.checkpoint)?;
    let checkpoint = &opened.checkpoint;
    if checkpoint.origin != page.ledger.origin {
        return Err(ReceiptFault::State);
    }
    verify_consistency(size, checkpoint.size, &consistency, &root, &checkpoint.root)
        .map_err(ReceiptError::from)?;
    Ok(opened.quorum_met)
}

/// The event is under the leaf's `events_root`.
fn check_event(leaf: &Leaf, event: &ProvedEvent) -> Result<(), ReceiptFault> {
    let salt = HEXLOWER.decode(event.salt.as_bytes()).map_err(|_| ReceiptFault::Salt)?;
    if salt.len() != SALT_BYTES {
        return Err(ReceiptFault::Salt);
    }
    let hash = leaf_hash(&[&salt, event.event.as_bytes()].concat());
    let inclusion = path(&event.inclusion)?;
    let (ordinal, all) = (u64::from(event.ordinal), event.events_all);
    verify_inclusion(&hash, ordinal, all, &inclusion, &leaf.events_root)
        .map_err(|_| ReceiptFault::Events)
}

fn path(hashes: &[String]) -> Result<Vec<Hash>, ReceiptFault> {
    hashes
        .iter()
        .map(|text| Hash::from_base64(text))
        .collect::<Result<_, _>>()
        .map_err(ReceiptFault::Path)
}
