//! Signatures of one entry, ready to be checked on any thread: which key each must verify with was
//! found in order, the arithmetic needs no order.

use std::collections::HashSet;
use std::sync::Arc;

use laiqu_proof::{PublicJwk, SubmissionJws};

/// What is to be done about one signature.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing more: this does not hold.
    Refused(String),
    /// Its key was registered by an entry that could not be read.
    Unknown,
    /// The arithmetic.
    Check {
        jws: Box<SubmissionJws>,
        jwk: Arc<PublicJwk>,
        /// The entry that registered the key.
        key: u64,
        /// What does not hold although the signature verifies.
        otherwise: Option<String>,
    },
}

/// The signatures of one entry.
#[derive(Debug)]
pub(super) struct Signatures {
    pub(super) steps: Vec<Step>,
    /// Entries of keys that must have signed.
    pub(super) expected: Vec<u64>,
}

/// What came of checking them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) problems: Vec<String>,
    /// Signatures that hold.
    pub(super) hold: u64,
    /// Signatures whose key is not known.
    pub(super) unknown: u64,
}

impl Signatures {
    pub(super) fn check(self) -> Checked {
        let mut checked = Checked::default();
        let mut signed_by = HashSet::new();
        for step in self.steps {
            match step {
                Step::Refused(problem) => checked.problems.push(problem),
                Step::Unknown => {
                    checked.unknown += 1;
                    return checked;
                }
                Step::Check { jws, jwk, key, otherwise } => {
                    let failed = jws.verify(&jwk).err().map(|e| about(&jws, &e.to_string()));
                    if let Some(problem) = failed.or(otherwise) {
                        checked.problems.push(problem);
                    } else {
                        checked.hold += 1;
                        signed_by.insert(key);
                    }
                }
            }
        }
        for key in self.expected.iter().filter(|key| !signed_by.contains(key)) {
            checked.problems.push(format!("the key of entry {key} is named but did not sign"));
        }
        checked
    }
}

/// A problem of this signature.
pub(super) fn about(jws: &SubmissionJws, what: &str) -> String {
    format!("the signature by key {}: {what}", jws.kid())
}
