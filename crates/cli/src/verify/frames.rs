//! The private frames of a served ledger, for who holds a token that may read them: fetched a page
//! ahead, checked beside the leaves that commit to them.

use super::report::Erased;
use crate::client::Client;
use crate::exit::{Exit, Failure};
use crate::follow::Visited;
use crate::key_entries::is_public;
use crate::private::{Opened, Page};
use laiqu_ledger::{FrameAudit, Kind, Leaf};
use laiqu_proof::leaf_hash;
use laiqu_service::event_parts;
use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Entries of one page; the server gives fewer where they are large.
const PAGE_ENTRIES_MAX: u64 = 256;
/// Pages that are fetched ahead.
const AHEAD_PAGES_MAX: usize = 2;

/// What is shown of one entry's frame.
enum Shown {
    Open(Box<Opened>),
    Withheld,
    Erased(Option<u64>),
}

/// All frames in order, and what was found in them.
pub(super) struct Frames {
    pages: Receiver<Result<(Page, u64), Failure>>,
    page: HashMap<u64, Shown>,
    /// The first entry that no page has covered yet.
    covered_to: u64,
    audit: FrameAudit<'static>,
    /// Entries that are said to have erased others and have not come by yet, with the erased one.
    erasing: HashMap<u64, u64>,
    /// Entries whose frame is not shown, for whatever reason.
    closed: HashSet<u64>,
    /// Erased entries, as later entries say.
    pub(super) erased: Vec<Erased>,
    /// Signatures that hold.
    pub(super) signatures: u64,
    unknown_keys: u64,
    unjudged: u64,
    unsplit: u64,
    withheld: u64,
    /// Erased entries whose erasure is withheld.
    unread_erasures: u64,
}

impl Frames {
    /// Begins to read the frames of the first `size` entries.
    pub(super) fn of(client: &Client, size: u64) -> Self {
        let (out, pages) = sync_channel(AHEAD_PAGES_MAX);
        let client = client.clone();
        // It ends with the last page, or when nobody takes them any more.
        std::thread::spawn(move || fetch(&client, size, &out));
        Self {
            pages,
            page: HashMap::new(),
            covered_to: 0,
            audit: FrameAudit::new(&event_parts),
            erasing: HashMap::new(),
            closed: HashSet::new(),
            erased: Vec::new(),
            signatures: 0,
            unknown_keys: 0,
            unjudged: 0,
            unsplit: 0,
            withheld: 0,
            unread_erasures: 0,
        }
    }

    /// What does not hold in the frame of the next entry.
    ///
    /// # Errors
    /// Where the server cannot be reached, or does not let the reader in.
    pub(super) fn entry(&mut self, entry: &Visited<'_>) -> Result<Vec<String>, Failure> {
        let shown = self.shown(entry.index)?;
        let mut faults = Vec::new();
        let opened = match shown {
            Some(Shown::Open(opened)) => opened,
            closed => {
                faults.extend(self.not_open(entry, &closed));
                return Ok(faults);
            }
        };
        match entry.leaf {
            Ok(leaf) => self.opened(leaf, entry, *opened, &mut faults),
            // The leaf itself is told elsewhere.
            Err(_) => self.audit.absent(entry.index),
        }
        Ok(faults)
    }

    /// An entry whose frame is not shown: what is wrong with that.
    fn not_open(&mut self, entry: &Visited<'_>, shown: &Option<Shown>) -> Option<String> {
        let index = entry.index;
        self.closed.insert(index);
        let kind = entry.leaf.as_ref().ok().map(|leaf| leaf.kind);
        let stays = kind.is_some_and(|kind| !kind.is_erasable());
        match (shown, entry.leaf) {
            (Some(Shown::Erased(_)), Ok(leaf)) if !stays => self.audit.erased(leaf),
            _ => self.audit.absent(index),
        }
        match shown {
            // Without it a key that was revoked would count for ever.
            Some(Shown::Withheld) if kind.is_some_and(is_public) => {
                Some("it changes keys, which everyone may see, and is withheld".to_owned())
            }
            Some(Shown::Withheld) => {
                self.withheld += 1;
                let erases = kind == Some(Kind::Erasure) && self.erasing.remove(&index).is_some();
                self.unread_erasures += u64::from(erases);
                None
            }
            Some(Shown::Erased(_)) if stays => {
                Some("it is said to be erased, and entries of its kind stay".to_owned())
            }
            Some(Shown::Erased(Some(by))) if *by > index => {
                let other = self.erasing.insert(*by, index)?;
                Some(format!("entry {by} is said to erase it, and entry {other}, too"))
            }
            Some(_) => Some("it is erased, but no entry says so".to_owned()),
            None => Some("its private frame is not shown".to_owned()),
        }
    }

    fn opened(
        &mut self,
        leaf: &Leaf,
        entry: &Visited<'_>,
        opened: Opened,
        faults: &mut Vec<String>,
    ) {
        if leaf_hash(opened.leaf.as_bytes()) != entry.hash {
            faults.push("its private frame is shown with another leaf".to_owned());
        }
        let frame = match opened.frame() {
            Ok(frame) => frame,
            Err(what) => {
                self.audit.absent(entry.index);
                return faults.push(what);
            }
        };
        let verdict = self.audit.entry(leaf, &frame);
        faults.extend(verdict.problems);
        self.signatures += verdict.signatures;
        self.unknown_keys += verdict.unknown_keys;
        self.unjudged += u64::from(verdict.unjudged);
        self.unsplit += u64::from(verdict.unsplit);
        let Some(erases) = verdict.erases else { return };
        if self.erasing.get(&entry.index) == Some(&erases) {
            self.erasing.remove(&entry.index);
            self.erased.push(Erased { index: erases, by: entry.index });
        } else if !self.closed.contains(&erases) {
            faults.push(format!("it erases entry {erases}, which is still shown"));
        }
    }

    /// What is left to say once all entries went by: faults, and what was not checked.
    pub(super) fn finish(&self) -> (Vec<(u64, String)>, Vec<String>) {
        let mut faults: Vec<(u64, String)> = self
            .erasing
            .iter()
            .map(|(by, erased)| (*erased, format!("entry {by} is said to erase it, and does not")))
            .collect();
        faults.sort();
        let mut not_checked = Vec::new();
        let mut count = |number: u64, what: &str| {
            if number > 0 {
                not_checked.push(format!("{number} {what}"));
            }
        };
        count(self.withheld, "private frames, which the token may not read");
        count(self.unread_erasures, "erasures, by entries that the token may not read");
        count(self.unknown_keys, "signatures by keys whose registration was not shown");
        count(self.unjudged, "entries for who had to sign them: a registration was not shown");
        count(self.unsplit, "events roots, because the events could not be told apart");
        (faults, not_checked)
    }

    fn shown(&mut self, index: u64) -> Result<Option<Shown>, Failure> {
        while self.covered_to <= index {
            let ended = |_| Failure::new(Exit::Unreachable, "读取中断", "the reader ended early");
            let (page, covered_to) = self.pages.recv().map_err(ended)??;
            self.covered_to = covered_to;
            let opened = page.entries.into_iter();
            self.page = opened.map(|open| (open.index, Shown::Open(Box::new(open)))).collect();
            let withheld = page.withheld.into_iter().map(|index| (index, Shown::Withheld));
            let erased = page.erased.into_iter().map(|one| (one.index, Shown::Erased(one.by)));
            self.page.extend(withheld.chain(erased));
        }
        Ok(self.page.remove(&index))
    }
}

/// Sends each page with the first entry behind it.
fn fetch(client: &Client, size: u64, out: &SyncSender<Result<(Page, u64), Failure>>) {
    let mut from = 0;
    while from < size {
        let to = from.saturating_add(PAGE_ENTRIES_MAX).min(size);
        let page = client.get(&format!("/v1/entries/private?from={from}&to={to}"));
        let page = page.and_then(|answer| answer.json::<Page>());
        let page = page.map_err(|failure| failure.about("GET /v1/entries/private"));
        // A page that ends nowhere would be asked for again and again.
        let behind = page.as_ref().ok().and_then(|page| page.next).filter(|next| *next > from);
        let behind = behind.unwrap_or(to).min(to);
        let failed = page.is_err();
        if out.send(page.map(|page| (page, behind))).is_err() || failed {
            return;
        }
        from = behind;
    }
}
