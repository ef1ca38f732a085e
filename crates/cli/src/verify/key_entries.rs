//! The public frames of the entries that change keys: whether the log shows all of them, and shows
//! what its leaves commit to. Who may sign what can then be followed without any token.

use super::report::Report;
use crate::exit::Failure;
use crate::private::{Opened, Page};
use crate::source::{KEYS, Source, TileHashes};
use laiqu_ledger::Kind;
use laiqu_proof::{Hash, leaf_hash};
use std::collections::BTreeSet;

/// Whether everyone may see the frame of such an entry.
pub(super) fn is_public(kind: Kind) -> bool {
    let name = kind.as_str();
    name.starts_with("key.") || name.starts_with("ledger.")
}

/// Checks the frames that the log shows against its tree; `expected` are the entries from `from` on
/// whose frames it must show. Answers how many hold, `None` where it shows none at all.
pub(super) fn check(
    source: &dyn Source,
    (size, root): (u64, Hash),
    from: u64,
    mut expected: BTreeSet<u64>,
    report: &mut Report,
) -> Result<Option<u64>, Failure> {
    let hashes = TileHashes::new(source, size);
    let (mut next, mut hold) = (from, 0);
    loop {
        let Some(page) = Page::of_keys(source, next)? else { return Ok(None) };
        // A copy shows all of them on one page, and a server may have got further meanwhile.
        let wanted = |opened: &Opened| (from..size).contains(&opened.index);
        for opened in page.entries.into_iter().filter(wanted) {
            let index = opened.index;
            expected.remove(&index);
            let leaf = leaf_hash(opened.leaf.as_bytes());
            let fault = match matches_its_leaf(opened) {
                Ok(()) if hashes.include(&root, index, &leaf)? => None,
                Ok(()) => Some("it is shown with another leaf".to_owned()),
                Err(what) => Some(what),
            };
            match fault {
                Some(what) => report.damage(KEYS, Some(index), what),
                None => hold += 1,
            }
        }
        match page.next {
            Some(behind) if behind > next && behind < size => next = behind,
            _ => break,
        }
    }
    for index in expected {
        report.damage(KEYS, Some(index), "it changes keys, and its frame is not shown");
    }
    Ok(Some(hold))
}

fn matches_its_leaf(opened: Opened) -> Result<(), String> {
    let leaf = opened.decoded_leaf()?;
    let committed = opened.frame()?.commitment() == leaf.commitment;
    let what = "the commitment is not that of the frame that is shown";
    if committed { Ok(()) } else { Err(what.to_owned()) }
}
