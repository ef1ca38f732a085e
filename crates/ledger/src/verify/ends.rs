//! What is compared once all segments are read: head file, roots, other files.

use laiqu_proof::{Hash, root_of};

use super::pass::Pass;
use super::{Report, Severity};
use crate::access::{Access, LOCK_NAME};
use crate::bytes::at;
use crate::error::Error;
use crate::head::HEAD_NAME;
use crate::segment;
use crate::storage::Storage;

impl Pass<'_> {
    pub(super) fn finish(mut self, storage: &dyn Storage) -> Result<Report, Error> {
        let head = self.chain.head();
        self.report.size = head.size;
        self.report.last_leaf_hash = head.last_leaf_hash;
        self.report.root = self.complete.then(|| root_of(&self.hashes));
        self.check_head_file();
        self.check_erasures();
        for (size, root) in self.options.roots.clone() {
            self.check_root(size, root);
        }
        let names = storage.list().map_err(Error::io("list", "the log"))?;
        let known = |name: &str| {
            name == HEAD_NAME || name == LOCK_NAME || segment::parse_name(name).is_some()
        };
        for name in names.iter().filter(|name| !known(name)) {
            self.report.not_checked.push(format!("the file {name}, which is no part of a log"));
        }
        let Pass { mut report, deep, options, .. } = self;
        deep.finish(options, &mut report);
        Ok(report)
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
            && self.complete
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
        let found = self.hashes.get(..at(size)).map(root_of);
        let what = match found {
            Some(found) if found == root => return,
            Some(_) => format!("the tree of {size} entries has another root than its checkpoint"),
            None if self.complete => {
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
