//! What is compared once all segments are read: head file, roots, other files.

use laiqu_proof::Hash;

use super::pass::Pass;
use super::pool::Pool;
use super::{Report, Severity};
use crate::access::{Access, LOCK_NAME, is_derived};
use crate::error::Error;
use crate::head::HEAD_NAME;
use crate::log::RESERVE_NAME;
use crate::segment;
use crate::storage::Storage;

impl Pass<'_> {
    pub(super) fn finish(
        mut self,
        storage: &dyn Storage,
        pool: &Pool<'_>,
    ) -> Result<Report, Error> {
        let head = self.chain.head();
        self.report.size = head.size;
        self.report.last_leaf_hash = head.last_leaf_hash;
        self.report.last_time_micros = head.last_time_micros;
        self.report.issuers = self.chain.issuers().collect();
        self.report.root = self.roots.root();
        self.check_head_file();
        self.check_erasures();
        for (size, root) in self.options.roots.clone() {
            self.check_root(size, root);
        }
        let names = storage.list().map_err(Error::io("list", "the log"))?;
        let known = |name: &str| {
            [HEAD_NAME, LOCK_NAME, RESERVE_NAME].contains(&name)
                || segment::parse_name(name).is_some()
        };
        let (derived, names): (Vec<String>, Vec<String>) =
            names.into_iter().partition(|name| is_derived(name));
        if !derived.is_empty() {
            let what = "summaries and tiles, which are written anew from the segments";
            self.report.not_checked.push(what.to_owned());
        }
        for name in names.iter().filter(|name| !known(name)) {
            self.report.not_checked.push(format!("the file {name}, which is no part of a log"));
        }
        self.outbox.finish(pool, &mut self.report);
        self.report.origin = self.keys.origin.take();
        self.report.log_keys = std::mem::take(&mut self.keys.log_keys);
        self.list_unchecked();
        Ok(self.report)
    }

    fn list_unchecked(&mut self) {
        let list = &mut self.report.not_checked;
        let mut counted = |count: u64, what: &str| {
            if count > 0 {
                list.push(format!("{what}: {count}"));
            }
        };
        let since = self.skipped_before;
        let skipped = format!(
            "private frames before entry {since}, which an earlier verification found whole: \
             documents, commitments, signatures, erasures"
        );
        counted(self.skipped, &skipped);
        counted(self.unreadable, "entries whose leaf or frame cannot be read");
        counted(self.unsplit, "events_root of entries whose events were not told apart");
        if self.options.check_signatures {
            let unsigned = self.keys.unsigned;
            counted(unsigned, "entries without a signature of an issuer or of the gateway");
            let unknown = self.outbox.unknown;
            counted(unknown, "signatures whose key was registered by an unreadable entry");
            let unjudged = self.keys.unjudged;
            counted(unjudged, "entries whose signers depend on an entry that cannot be read");
            let unlinked = self.keys.chains.unlinked;
            counted(unlinked, "links of keys' own chains behind a signature that is gone");
        } else {
            list.push("issuer signatures".to_owned());
        }
        list.push("outcomes: whether the rules were applied rightly".to_owned());
    }

    fn check_head_file(&mut self) {
        let Some(head) = self.head else { return };
        let size = self.chain.head().size;
        if size < head.size && self.unlinked {
            // The damage that hides the end is named already.
            let durable = head.size;
            let what = format!("whether all of {durable} durable entries are there, behind {size}");
            return self.report.not_checked.push(what);
        }
        let wrong = if size < head.size {
            format!("the log holds {size} entries, but {} were durable", head.size)
        } else if head.clean
            && self.access == Access::Alone
            && self.roots.complete()
            && (size, self.tail) != (head.size, head.tail)
        {
            format!("the log goes on behind a clean stop at {} entries", head.size)
        } else {
            return;
        };
        let (from, entry) = (u64::from(head.tail.offset), Some(size.min(head.size)));
        let name = segment::name(head.tail.segment);
        self.note(
            &name,
            Severity::Damage,
            entry,
            from.min(u64::from(self.tail.offset)),
            from,
            wrong,
        );
    }

    fn check_root(&mut self, size: u64, root: Hash) {
        let what = match self.roots.at(size) {
            Some(found) if found == root => return,
            Some(_) => format!("the tree of {size} entries has another root than its checkpoint"),
            None if self.roots.complete() => {
                format!("a checkpoint is over {size} entries, the log holds fewer")
            }
            None => {
                let what = format!("the root of {size} entries, because leaves are missing");
                return self.report.not_checked.push(what);
            }
        };
        let from = u64::from(self.tail.offset);
        self.note(&segment::name(self.tail.segment), Severity::Damage, None, from, from, what);
    }
}
