//! Private frames for who may read them: what opens a leaf's commitment, and the document.

use crate::entries::{log_access, may_read};
use crate::error::{Code, Error};
use crate::limits::{PRIVATE_ENTRIES_MAX, PRIVATE_FRAME_BYTES_MAX};
use crate::principal::Principal;
use crate::publisher::read;
use crate::receipt::Opening;
use crate::service::Service;
use laiqu_ledger::{Entry, Kind};
use serde::Serialize;

/// The private frame of an entry, with the leaf that commits to it.
#[derive(Clone, Debug, Serialize)]
pub struct PrivateEntry {
    /// Index in the ledger.
    pub index: u64,
    /// The public leaf.
    pub leaf: String,
    /// What, together with the document, gives the leaf's commitment.
    pub opening: Opening,
    /// The document exactly as it was sent.
    pub document: String,
}

/// Private frames of a range of entries.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PrivateEntries {
    /// Those that the reader may see, in order.
    pub entries: Vec<PrivateEntry>,
    /// Entries of the range that the reader may not see.
    pub withheld: Vec<u64>,
    /// Entries of the range whose document was erased.
    pub erased: Vec<ErasedEntry>,
    /// The first entry behind this answer, where the range goes on.
    pub next: Option<u64>,
}

/// An entry whose document was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ErasedEntry {
    /// Index in the ledger.
    pub index: u64,
    /// The entry that erased it, once that is known.
    pub by: Option<u64>,
}

/// Entries that anyone may see whole: without them nobody could check who may sign what.
pub(crate) fn is_public(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LedgerInit
            | Kind::LedgerKey
            | Kind::KeyAdd
            | Kind::KeyRotate
            | Kind::KeyReset
            | Kind::KeyRevoke
    )
}

impl Service {
    /// The private frame of an entry.
    ///
    /// # Errors
    /// Where there is no such entry, it is not for these eyes, or it was erased.
    pub fn private_entry(&self, index: u64, who: &Principal) -> Result<PrivateEntry, Error> {
        let entry = self.visible_entry(index)?;
        if !may_open(who, &entry) {
            let detail = format!("the document of entry {index} is not yours to see");
            return Err(Error::new(Code::Forbidden, detail));
        }
        self.frame_of(&entry)?;
        log_access(who, &entry);
        opened(&entry).ok_or_else(|| Error::internal("private entry", "no frame"))
    }

    /// The private frames from one index to another (exclusive), as far as one answer goes.
    ///
    /// # Errors
    /// Where `from` is larger, the range is longer than allowed, or an entry cannot be read.
    pub fn private_entries(
        &self,
        from: u64,
        to: Option<u64>,
        who: &Principal,
    ) -> Result<PrivateEntries, Error> {
        let size = self.newest().size;
        let to = to.unwrap_or_else(|| from.saturating_add(PRIVATE_ENTRIES_MAX).min(size).max(from));
        if from > to || to - from > PRIVATE_ENTRIES_MAX {
            let detail = format!("`to` must be `from` to `from` + {PRIVATE_ENTRIES_MAX}");
            return Err(Error::new(Code::InvalidParameter, detail));
        }
        let range = from.min(size)..to.min(size);
        let mut answer = self.opened_all(range.clone(), |entry| may_open(who, entry), Some(who))?;
        answer.next = answer.next.or((range.end < size).then_some(range.end));
        Ok(answer)
    }

    /// The public frames that make the history of keys: `ledger.*` and `key.*` entries from an
    /// index on.
    ///
    /// # Errors
    /// Where an entry cannot be read.
    pub fn key_entries(&self, from: u64, limit: Option<u64>) -> Result<PrivateEntries, Error> {
        let limit = limit.unwrap_or(PRIVATE_ENTRIES_MAX).min(PRIVATE_ENTRIES_MAX);
        let (indexes, rest) = {
            let look_ups = read(&self.shared().look_ups);
            let at = look_ups.key_entries.partition_point(|index| *index < from);
            let all = look_ups.key_entries.get(at..).unwrap_or_default();
            let page = usize::try_from(limit).unwrap_or(usize::MAX).min(all.len());
            let (page, rest) = all.split_at_checked(page).unwrap_or_default();
            (page.to_vec(), rest.first().copied())
        };
        let mut answer = self.opened_all(indexes, |_| true, None)?;
        answer.next = answer.next.or(rest);
        Ok(answer)
    }

    fn opened_all(
        &self,
        indexes: impl IntoIterator<Item = u64>,
        may_open: impl Fn(&Entry) -> bool,
        who: Option<&Principal>,
    ) -> Result<PrivateEntries, Error> {
        let (mut answer, mut bytes) = (PrivateEntries::default(), 0_u64);
        for index in indexes {
            let entry = self.visible_entry(index)?;
            if !may_open(&entry) {
                answer.withheld.push(index);
                continue;
            }
            bytes += entry.frame_to.saturating_sub(entry.frame_from);
            if bytes > PRIVATE_FRAME_BYTES_MAX && !answer.entries.is_empty() {
                answer.next = Some(index);
                break;
            }
            match opened(&entry) {
                Some(open) => {
                    who.into_iter().for_each(|who| log_access(who, &entry));
                    answer.entries.push(open);
                }
                None => {
                    let by = self.reader().erased_by(index);
                    answer.erased.push(ErasedEntry { index, by });
                }
            }
        }
        Ok(answer)
    }

    /// An entry that readers know of already.
    fn visible_entry(&self, index: u64) -> Result<Entry, Error> {
        if index < self.newest().size {
            return self.entry(index);
        }
        Err(Error::new(Code::NotFound, format!("the ledger has no entry {index}")))
    }
}

fn may_open(who: &Principal, entry: &Entry) -> bool {
    is_public(entry.leaf.kind) || may_read(who, entry)
}

fn opened(entry: &Entry) -> Option<PrivateEntry> {
    let frame = entry.frame.as_ref()?;
    Some(PrivateEntry {
        index: entry.leaf.index,
        leaf: String::from_utf8_lossy(&entry.leaf_bytes).into_owned(),
        opening: Opening::of(frame),
        document: String::from_utf8_lossy(&frame.payload).into_owned(),
    })
}
