//! Before the first signature: what do the witnesses hold?

use super::{
    Cosigned, WitnessAnswer, WitnessClient, Witnessing, contradiction, log_keys, open_own,
};
use crate::draft::SignedCheckpoint;
use crate::files::{DataDir, in_file, sync_dir};
use crate::witness::origin_hash;
use crate::{Code, Error};
use laiqu_ledger::LogTree;
use laiqu_proof::{Checkpoint, NOTE_BYTES_MAX, Policy, PolicyWitness};
use laiqu_supervision::Registry;
use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::thread;

/// The size that each witness cosigned last, of those that answered.
pub(crate) type Asked = HashMap<String, u64>;

/// Asks all witnesses at once and compares with this copy of the ledger. Also looks at what an
/// earlier run was told. Nothing is signed before that; then `head` signs the present state for
/// those witnesses that show nothing, because only a signed checkpoint makes them tell a size.
///
/// # Errors
/// [`Code::InvalidParameter`] where the policy is for other logs; [`Code::HistoryContradicted`]
/// where this copy is behind or contradicts a checkpoint that was signed for the ledger;
/// [`Code::WitnessesUnreachable`] where no quorum answered, or some claim more than they show, and
/// the operator did not confirm.
pub(crate) fn ask_first(
    witnessing: &Witnessing,
    data: &DataDir,
    origin: &str,
    registry: &Registry,
    tree: &LogTree,
    head: impl FnOnce() -> Arc<SignedCheckpoint>,
) -> Result<Asked, Error> {
    let mut asked = refuse_contradicted(data, registry, tree)?;
    if !names(&witnessing.policy, origin) {
        let detail = format!("the policy names logs, and {origin} is none of them");
        return Err(Error::new(Code::InvalidParameter, detail));
    }
    let policy = witnessing.policy.clone().for_logs(&log_keys(registry));
    let hash = origin_hash(origin);
    let (mut silent, mut causes) = (Vec::new(), Vec::new());
    for (asked_one, answer) in ask_all(&witnessing.clients, |client| client.checkpoint(&hash)) {
        let (name, _) = asked_one;
        match answer.and_then(|answer| held(&answer, &policy, registry)) {
            Ok(Some(known)) => {
                judge(tree, &known, &format!("witness {name}"))?;
                asked.insert(name.clone(), known.size);
            }
            Ok(None) => silent.push(asked_one.clone()),
            Err(cause) => causes.push(format!("{name}: {cause}")),
        }
    }
    if !silent.is_empty() {
        let head = head();
        let request = format!("old 0\n\n{}", head.text);
        for ((name, _), answer) in ask_all(&silent, |client| client.add_checkpoint(&request)) {
            match answer.and_then(|answer| told(&answer, head.size)) {
                Ok(size) => drop(asked.insert(name.clone(), size)),
                Err(cause) => causes.push(format!("{name}: {cause}")),
            }
        }
    }
    enough(witnessing, &asked, &causes)?;
    Ok(asked)
}

/// Whether a policy is for this ledger: it names no log, or this one.
fn names(policy: &Policy, origin: &str) -> bool {
    let mut keys = policy.logs().iter().filter_map(|log| log.key.verifier());
    policy.logs().is_empty() || keys.any(|key| key.name() == origin)
}

/// Looks at what a witness showed in an earlier run; no witness is asked.
///
/// # Errors
/// [`Code::HistoryContradicted`] where this copy still does not contain it.
pub(crate) fn refuse_contradicted(
    data: &DataDir,
    registry: &Registry,
    tree: &LogTree,
) -> Result<Asked, Error> {
    let policy = Policy::of_log_keys(&log_keys(registry));
    let told = read_small(&data.contradiction());
    if let Some(opened) = told.and_then(|text| open_own(&policy, registry, &text).ok()) {
        judge(tree, &opened.checkpoint, "shown by a witness in an earlier run")?;
    }
    Ok(Asked::new())
}

fn judge(tree: &LogTree, known: &Checkpoint, who: &str) -> Result<(), Error> {
    match contradiction(tree, known)? {
        Some(reason) => Err(Error::new(Code::HistoryContradicted, format!("{who}: {reason}"))),
        None => Ok(()),
    }
}

/// Whether those that answered would be a quorum.
fn enough(witnessing: &Witnessing, asked: &Asked, causes: &[String]) -> Result<(), Error> {
    for cause in causes {
        tracing::warn!(%cause, "a witness did not confirm that this is the newest copy");
    }
    let answered = |witness: &PolicyWitness| asked.contains_key(&witness.name);
    if witnessing.policy.is_met_by(answered) {
        return Ok(());
    }
    let (count, all) = (asked.len(), witnessing.clients.len());
    if witnessing.unreachable_confirmed {
        tracing::warn!(answered = count, of = all, "started without a quorum, as confirmed");
        return Ok(());
    }
    let detail = format!(
        "only {count} of {all} witnesses say that they hold nothing newer, which is no quorum; {}",
        causes.join("; ")
    );
    Err(Error::new(Code::WitnessesUnreachable, detail))
}

type Client = (String, Arc<dyn WitnessClient>);

fn ask_all(
    clients: &[Client],
    ask: impl Fn(&dyn WitnessClient) -> Result<WitnessAnswer, String> + Sync,
) -> Vec<(&Client, Result<WitnessAnswer, String>)> {
    let ask = &ask;
    thread::scope(|scope| {
        let asking: Vec<_> =
            clients.iter().map(|client| (client, scope.spawn(move || ask(&*client.1)))).collect();
        let panicked = |_| Err("the request panicked".to_owned());
        asking
            .into_iter()
            .map(|(client, asking)| (client, asking.join().unwrap_or_else(panicked)))
            .collect()
    })
}

/// The size that a witness tells when it is asked to cosign `size` entries from 0 on.
fn told(answer: &WitnessAnswer, size: u64) -> Result<u64, String> {
    match answer.status {
        200 => Ok(size),
        409 => match answer.body.trim_end().parse() {
            Ok(known) if known <= size => Ok(known),
            Ok(known) => Err(format!(
                "says that it holds size {known}, beyond the {size} entries of this copy, and does \
                 not show it"
            )),
            Err(_) => Err("status 409 without a size".to_owned()),
        },
        status => Err(format!("status {status}")),
    }
}

/// What a witness holds: nothing, or a checkpoint that this ledger's key signed.
fn held(
    answer: &WitnessAnswer,
    policy: &Policy,
    registry: &Registry,
) -> Result<Option<Checkpoint>, String> {
    match answer.status {
        200 => {
            let opened = open_own(policy, registry, &answer.body)?;
            Ok(Some(opened.checkpoint))
        }
        404 => Ok(None),
        status => Err(format!("status {status}")),
    }
}

/// Takes up the cosigned checkpoint of the last run, where it still holds.
pub(super) fn recall(cosigned: &Cosigned) {
    let Some(text) = read_small(&cosigned.file) else { return };
    let Ok(opened) = cosigned.policy().open(&text) else { return };
    let tree = crate::publisher::read(&cosigned.shared.tree);
    let holds = matches!(contradiction(&tree, &opened.checkpoint), Ok(None));
    drop(tree);
    if holds && opened.quorum_met {
        cosigned.show(&opened, text);
    }
}

fn read_small(path: &Path) -> Option<String> {
    let mut text = String::new();
    let limit = NOTE_BYTES_MAX as u64;
    fs::File::open(path).ok()?.take(limit).read_to_string(&mut text).ok()?;
    Some(text)
}

/// Replaces a small file as a whole. Whoever reads it checks it, so that it may be lost.
pub(super) fn keep(path: &Path, text: &str) -> Result<(), Error> {
    let unfinished = path.with_extension("tmp");
    fs::write(&unfinished, text)
        .and_then(|()| fs::rename(&unfinished, path))
        .map_err(|error| in_file(path, &error))
}

/// Likewise, and durable when it returns.
pub(super) fn keep_durably(path: &Path, text: &str) -> Result<(), Error> {
    keep(path, text)?;
    fs::File::open(path).and_then(|file| file.sync_all()).map_err(|e| in_file(path, &e))?;
    path.parent().map_or(Ok(()), sync_dir)
}
