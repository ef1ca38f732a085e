//! The chains that keys make by themselves: `seq` and `prev` in the claims of their signatures.

use std::collections::HashMap;

use laiqu_proof::{Hash, SubmissionJws};

/// Where a chain stands.
#[derive(Debug, Clone, Copy)]
enum End {
    At(u64, Hash),
    /// A signature that may belong to it is lost; the next one has this number or a later one.
    Lost(u64),
}

impl End {
    /// The least number that the next signature may have.
    fn next(self) -> u64 {
        match self {
            Self::At(seq, _) => seq.saturating_add(1),
            Self::Lost(from) => from,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct KeyChains {
    ends: HashMap<String, End>,
    /// An entry is lost that may have been signed by any key.
    any_lost: bool,
    /// Links that follow on the one before.
    pub(super) links: u64,
    /// Links whose link before is lost.
    pub(super) unlinked: u64,
}

impl KeyChains {
    /// A signature that may go on with its key's chain; answers what is wrong with it.
    pub(super) fn follow(&mut self, jws: &SubmissionJws) -> Option<String> {
        let (seq, prev) = (jws.claims().seq?, jws.claims().prev?);
        let first = if self.any_lost { End::Lost(0) } else { End::At(0, Hash::ZERO) };
        let expected = match self.ends.get(jws.kid()) {
            Some(End::At(seq, hash)) => End::At(seq.saturating_add(1), *hash),
            Some(lost) => *lost,
            None => first,
        };
        self.ends.insert(jws.kid().to_owned(), End::At(seq, jws.digest()));
        match expected {
            End::Lost(from) if seq >= from => self.unlinked += 1,
            End::Lost(from) => {
                return Some(format!(
                    "it states seq {seq}, the key's chain goes on with seq {from} or later"
                ));
            }
            End::At(at, hash) if (at, hash) == (seq, prev) => self.links += 1,
            End::At(at, hash) => {
                return Some(format!(
                    "it states seq {seq} and prev {prev}, the key's chain goes on with seq {at} and \
                     prev {hash}"
                ));
            }
        }
        None
    }

    /// A signature of this key is lost.
    pub(super) fn forget(&mut self, kid: &str) {
        let from = self.ends.get(kid).map_or(0, |end| end.next());
        self.ends.insert(kid.to_owned(), End::Lost(from));
    }

    /// Signatures of unknown keys are lost.
    pub(super) fn forget_all(&mut self) {
        self.ends.values_mut().for_each(|end| *end = End::Lost(end.next()));
        self.any_lost = true;
    }
}
