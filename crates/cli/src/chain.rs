//! The chain that a key makes by itself: each signature names its number (`seq`) and the hash of
//! the one before (`prev`), so that an omission can be proved without the operator's word.
//!
//! The file is the signer's own memory of where the chain stands:
//! ```text
//! {"kid":"…","seq":17,"prev":"<hex>"}      what the next signature states
//! ```
//! It moves on only when a receipt shows the signature in the ledger; signing the same body again
//! before that makes the same signature, which is answered with the first receipt.

use crate::durable::replace;
use crate::exit::Failure;
use laiqu_proof::{Hash, PrivateJwk, SubmissionClaims, sign_submission};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
const CHAIN_BYTES_MAX: u64 = 4_096;

/// What the next signature of a key states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) seq: u64,
    pub(crate) prev: Hash,
}

impl Link {
    /// The first link of every chain.
    pub(crate) const FIRST: Self = Self { seq: 0, prev: Hash::ZERO };

    /// The link behind a signature.
    pub(crate) fn after(self, jws: &str) -> Self {
        Self { seq: self.seq.saturating_add(1), prev: Hash::digest(jws.as_bytes()) }
    }
}

/// The signature of a party over a body, for the header `Submission-Signature`.
pub(crate) fn sign(
    key: &PrivateJwk,
    (iss, aud): (&str, &str),
    cty: &str,
    body: &[u8],
    link: Option<Link>,
) -> String {
    let claims = SubmissionClaims {
        iss: iss.to_owned(),
        aud: aud.to_owned(),
        sha256: Hash::digest(body),
        cty: cty.to_owned(),
        exp: None,
        seq: link.map(|link| link.seq),
        prev: link.map(|link| link.prev),
    };
    sign_submission(key, &claims)
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    kid: String,
    seq: u64,
    prev: String,
}

/// The file that a signer named with `--chain`.
#[derive(Debug)]
pub(crate) struct Chain {
    path: PathBuf,
    kid: String,
    /// What the next signature states.
    pub(crate) next: Link,
}

impl Chain {
    /// Reads where the chain of this key stands; a missing file is the beginning of a chain.
    ///
    /// # Errors
    /// Where the file cannot be read, is none of ours, or is of another key.
    pub(crate) fn open(path: &Path, key: &PrivateJwk) -> Result<Self, Failure> {
        let kid = key.public().thumbprint().to_owned();
        let path = path.to_owned();
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, kid, next: Link::FIRST });
            }
            Err(error) => return Err(Failure::file(&path, &error)),
            Ok(found) if found.len() > CHAIN_BYTES_MAX => {
                return Err(unreadable(&path, "it is too long"));
            }
            Ok(_) => {}
        }
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        let memory: Memory =
            serde_json::from_str(&text).map_err(|error| unreadable(&path, &error.to_string()))?;
        let prev = Hash::from_hex(&memory.prev)
            .map_err(|error| unreadable(&path, &format!("prev: {error}")))?;
        if memory.kid != kid {
            return Err(unreadable(&path, "it is of another key"));
        }
        Ok(Self { path, kid, next: Link { seq: memory.seq, prev } })
    }

    /// Moves on behind a signature that stands in the ledger, durably when it returns.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(crate) fn advance(&mut self, jws: &str) -> Result<(), Failure> {
        let next = self.next.after(jws);
        let memory = Memory { kid: self.kid.clone(), seq: next.seq, prev: next.prev.to_hex() };
        let text = serde_json::to_string(&memory)
            .map_err(|error| Failure::file(&self.path, &io::Error::other(error)))?;
        replace(&self.path, format!("{text}\n").as_bytes())
            .map_err(|error| Failure::file(&self.path, &error))?;
        self.next = next;
        Ok(())
    }
}

fn unreadable(path: &Path, why: &str) -> Failure {
    let path = path.display();
    let zh = format!("{path}：不是此密钥的签名链文件");
    Failure::usage(zh, format!("{path}: not the chain of this key: {why}")).hint(
        "每把密钥用自己的链文件；内容形如 {\"kid\":…,\"seq\":17,\"prev\":…}",
        "each key has a chain file of its own, such as {\"kid\":…,\"seq\":17,\"prev\":…}",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use laiqu_proof::SubmissionJws;

    #[test]
    fn a_chain_goes_on_behind_each_signature_and_over_restarts() {
        let root = tempfile::tempdir().unwrap();
        let (path, key) = (root.path().join("farm.chain"), PrivateJwk::from_seed(&[3; 32]));
        let mut chain = Chain::open(&path, &key).unwrap();
        let mut before = Hash::ZERO;
        for n in 0..3 {
            let jws = sign(&key, ("urn:x:1", "a.example"), "text/plain", &[n], Some(chain.next));
            let parsed = SubmissionJws::parse(&jws).unwrap();
            assert_eq!(parsed.claims().seq, Some(u64::from(n)));
            assert_eq!(parsed.claims().prev, Some(before));
            chain.advance(&jws).unwrap();
            before = Hash::digest(jws.as_bytes());
            assert_eq!(
                Chain::open(&path, &key).unwrap().next,
                Link { seq: u64::from(n) + 1, prev: before }
            );
        }
        let other = PrivateJwk::from_seed(&[4; 32]);
        assert_eq!(Chain::open(&path, &other).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn another_file_is_refused_and_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let (path, key) = (root.path().join("c"), PrivateJwk::from_seed(&[3; 32]));
        let kid = key.public().thumbprint().to_owned();
        let short = format!(r#"{{"kid":"{kid}","seq":1,"prev":"ab"}}"#);
        for text in ["", "{}", &short, &"x".repeat(10_000)] {
            std::fs::write(&path, text).unwrap();
            assert!(Chain::open(&path, &key).unwrap_err().text().contains("hint: "), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
