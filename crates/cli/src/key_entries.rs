//! The public frames of the entries that change keys: whether a log shows all of them, and shows
//! what its leaves commit to. Who may sign what can then be followed without any token.

use crate::exit::Failure;
use crate::private::{Opened, Page};
use crate::source::{Source, TileHashes};
use laiqu_ledger::Kind;
use laiqu_proof::{Hash, leaf_hash};
use std::collections::BTreeSet;

/// Whether everyone may see the frame of such an entry.
pub(crate) fn is_public(kind: Kind) -> bool {
    let name = kind.as_str();
    name.starts_with("key.") || name.starts_with("ledger.")
}

/// Frames of key entries, held against the tree of a log.
pub(crate) struct KeyEntries<'a> {
    hashes: TileHashes<'a>,
    root: Hash,
    /// Entries whose frames must be shown, and were not yet.
    expected: BTreeSet<u64>,
    /// Frames that hold.
    pub(crate) hold: u64,
    /// What does not hold, with the entry.
    pub(crate) faults: Vec<(u64, String)>,
}

impl<'a> KeyEntries<'a> {
    /// For the tree of a size with a root; `expected` are entries whose frames it must show.
    pub(crate) fn new(
        source: &'a dyn Source,
        (size, root): (u64, Hash),
        expected: BTreeSet<u64>,
    ) -> Self {
        let hashes = TileHashes::new(source, size);
        Self { hashes, root, expected, hold: 0, faults: Vec::new() }
    }

    /// Reads what a log shows of its entries from one to another (exclusive), and gives each frame
    /// that holds to `keep`. `false` where the log shows none at all.
    ///
    /// # Errors
    /// Where the source cannot be reached, or answers something else.
    pub(crate) fn read(
        &mut self,
        source: &dyn Source,
        (from, to): (u64, u64),
        keep: &mut dyn FnMut(Opened),
    ) -> Result<bool, Failure> {
        let mut next = from;
        loop {
            let Some((page, _)) = Page::of_keys(source, next)? else { return Ok(false) };
            // A copy shows all of them on one page, and a server may have got further meanwhile.
            let wanted = |opened: &Opened| (from..to).contains(&opened.index);
            for opened in page.entries.into_iter().filter(wanted) {
                self.take(opened, keep)?;
            }
            match page.next {
                Some(behind) if behind > next && behind < to => next = behind,
                _ => break,
            }
        }
        for index in std::mem::take(&mut self.expected) {
            self.faults.push((index, "it changes keys, and its frame is not shown".to_owned()));
        }
        Ok(true)
    }

    fn take(&mut self, opened: Opened, keep: &mut dyn FnMut(Opened)) -> Result<(), Failure> {
        let index = opened.index;
        self.expected.remove(&index);
        let leaf = leaf_hash(opened.leaf.as_bytes());
        let fault = match matches_its_leaf(opened.clone()) {
            Ok(()) if self.hashes.include(&self.root, index, &leaf)? => {
                self.hold += 1;
                keep(opened);
                return Ok(());
            }
            Ok(()) => "it is shown with another leaf".to_owned(),
            Err(what) => what,
        };
        self.faults.push((index, fault));
        Ok(())
    }
}

fn matches_its_leaf(opened: Opened) -> Result<(), String> {
    let leaf = opened.decoded_leaf()?;
    let committed = opened.frame()?.commitment() == leaf.commitment;
    let what = "the commitment is not that of the frame that is shown";
    if committed { Ok(()) } else { Err(what.to_owned()) }
}
