//! The key history by index. Entries come in order; each is judged by the keys before it, then
//! changes them. Signatures are only assigned their keys here and verified later.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use laiqu_proof::{Hash, JwsError, PublicJwk, SubmissionJws};
use serde_json::Value;

use super::entry::Submission;
use super::signatures::{Signatures, Step, about};
use crate::kind::Kind;
use crate::leaf::Leaf;

/// Issuer of the operator's own entries, entry 0 among them. Its keys, the gateway's for example,
/// may sign for others.
const OPERATOR: u64 = 0;

/// What is to be said about an entry, in this order.
#[derive(Debug)]
pub(super) enum Note {
    /// Something does not hold.
    Problem(String),
    /// Whatever checking the signatures will tell.
    Signatures(Signatures),
}

#[derive(Debug)]
struct Key {
    jwk: Arc<PublicJwk>,
    /// Issuer of the entry that registered it.
    owner: u64,
    /// Index of the entry that ended it.
    revoked_at: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Keys {
    pub(super) origin: Option<String>,
    pub(super) log_vkey: Option<String>,
    /// Entries without a signature.
    pub(super) unsigned: u64,
    check_signatures: bool,
    by_index: HashMap<u64, Key>,
    unreadable: HashSet<u64>,
    /// Digests of the payloads of `party.register`, whose signatures also prove possession of
    /// the keys registered right behind.
    registrations: HashMap<u64, Hash>,
    /// Registrations of regulators, whose keys confirm what the operator may not do alone.
    regulators: HashSet<u64>,
}

impl Keys {
    pub(super) fn new(check_signatures: bool) -> Self {
        Keys {
            origin: None,
            log_vkey: None,
            unsigned: 0,
            check_signatures,
            by_index: HashMap::new(),
            unreadable: HashSet::new(),
            registrations: HashMap::new(),
            regulators: HashSet::new(),
        }
    }

    /// An entry that could not be read; it may have registered a key.
    pub(super) fn unreadable(&mut self, index: u64) {
        self.unreadable.insert(index);
    }

    /// Judges an entry by the keys before it, then takes what it changes.
    pub(super) fn entry(&mut self, leaf: &Leaf, mut submission: Submission, notes: &mut Vec<Note>) {
        if leaf.kind == Kind::LedgerInit {
            self.init(&submission.payload, notes);
        }
        if self.check_signatures {
            let signatures = std::mem::take(&mut submission.signatures);
            self.signatures(leaf, &submission, signatures, notes);
        }
        match leaf.kind {
            Kind::PartyRegister => {
                self.registrations.insert(leaf.index, submission.payload_sha256);
                if is_regulator(&submission.payload) {
                    self.regulators.insert(leaf.index);
                }
            }
            Kind::KeyAdd => self.add(leaf, &submission.payload, notes),
            Kind::KeyRevoke => self.revoke(leaf.index, &submission.payload, notes),
            Kind::LedgerInit
            | Kind::LedgerKey
            | Kind::KeyRotate
            | Kind::KeyReset
            | Kind::PartySigning
            | Kind::TokenIssue
            | Kind::EpcisCapture
            | Kind::Erasure => {}
        }
    }

    fn init(&mut self, payload: &str, notes: &mut Vec<Note>) {
        let value: Value = serde_json::from_str(payload).unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        self.origin = text("origin");
        self.log_vkey = text("log_vkey");
        if self.origin.is_none() || self.log_vkey.is_none() {
            notes.push(problem("ledger.init does not state origin and log_vkey"));
        }
    }

    fn add(&mut self, leaf: &Leaf, payload: &str, notes: &mut Vec<Note>) {
        match PublicJwk::parse(payload) {
            Ok(jwk) => {
                let key = Key { jwk: Arc::new(jwk), owner: leaf.issuer, revoked_at: None };
                self.by_index.insert(leaf.index, key);
            }
            Err(error) => notes.push(problem(format!("its payload is no public key: {error}"))),
        }
    }

    fn revoke(&mut self, index: u64, payload: &str, notes: &mut Vec<Note>) {
        let value: Value = serde_json::from_str(payload).unwrap_or_default();
        let Some(kid) = value.get("kid").and_then(Value::as_str) else {
            return notes.push(problem("key.revoke does not name a kid"));
        };
        for key in self.by_index.values_mut().filter(|key| key.jwk.thumbprint() == kid) {
            key.revoked_at.get_or_insert(index);
        }
    }

    fn signatures(
        &mut self,
        leaf: &Leaf,
        submission: &Submission,
        signatures: Vec<Result<SubmissionJws, JwsError>>,
        notes: &mut Vec<Note>,
    ) {
        if signatures.is_empty() {
            self.unsigned += 1;
            if matches!(leaf.kind, Kind::EpcisCapture | Kind::KeyAdd) {
                notes.push(problem("it carries no signature"));
            }
        }
        if leaf.kind == Kind::Erasure && !self.both_stand_behind(leaf) {
            notes.push(problem("an erasure is signed by the operator and by a regulator"));
        }
        let own = own_keys(leaf.kind, &submission.payload);
        let step = |parsed| match parsed {
            Ok(jws) => self.signature(leaf, submission, &own, jws),
            Err(error) => Step::Refused(format!("a signature cannot be read: {error}")),
        };
        let steps: Vec<Step> = signatures.into_iter().map(step).collect();
        let expected = leaf.keys.iter().copied().filter(|key| *key != leaf.index).collect();
        notes.push(Note::Signatures(Signatures { steps, expected }));
    }

    /// Whether a leaf names a key of the operator and one of a regulator, or any that cannot be
    /// looked up.
    fn both_stand_behind(&self, leaf: &Leaf) -> bool {
        let owners = leaf.keys.iter().map(|key| self.by_index.get(key).map(|key| key.owner));
        let owners: Vec<Option<u64>> = owners.collect();
        let regulator = owners.iter().flatten().any(|owner| self.regulators.contains(owner));
        owners.contains(&None) || owners.contains(&Some(OPERATOR)) && regulator
    }

    /// Finds the key that one signature must verify with: an earlier entry's that the leaf names,
    /// or one that this entry brings along itself.
    fn signature(
        &self,
        leaf: &Leaf,
        submission: &Submission,
        own: &[Arc<PublicJwk>],
        jws: SubmissionJws,
    ) -> Step {
        let refused = |what: &str| Step::Refused(about(&jws, what));
        let named = leaf.keys.iter().find_map(|index| {
            let key = self.by_index.get(index)?;
            (key.jwk.thumbprint() == jws.kid()).then_some((*index, key))
        });
        let own = own.iter().find(|key| key.thumbprint() == jws.kid());
        let (key, jwk) = match (own, named) {
            (Some(own), _) => (leaf.index, own),
            (None, Some((index, key))) => {
                if key.revoked_at.is_some_and(|revoked| leaf.index > revoked) {
                    return refused("the key was revoked before");
                }
                let confirms = matches!(leaf.kind, Kind::Erasure | Kind::KeyReset)
                    && self.regulators.contains(&key.owner);
                if key.owner != leaf.issuer && key.owner != OPERATOR && !confirms {
                    return refused("the key belongs to another issuer");
                }
                (index, &key.jwk)
            }
            (None, None) if leaf.keys.iter().any(|key| self.unreadable.contains(key)) => {
                return Step::Unknown;
            }
            (None, None) => return refused("the entry names no such key"),
        };
        let other = jws.claims().sha256 != submission.payload_sha256;
        if other && leaf.kind == Kind::KeyAdd && self.unreadable.contains(&leaf.issuer) {
            // It may be over the registration, which could not be read.
            return Step::Unknown;
        }
        let jwk = Arc::clone(jwk);
        let otherwise = self.claims(leaf, submission, &jws).map(|what| about(&jws, what));
        Step::Check { jws: Box::new(jws), jwk, key, otherwise }
    }

    /// What does not hold of a signature's claims.
    fn claims(
        &self,
        leaf: &Leaf,
        submission: &Submission,
        jws: &SubmissionJws,
    ) -> Option<&'static str> {
        let claims = jws.claims();
        if self.origin.as_ref().is_some_and(|origin| *origin != claims.aud) {
            return Some("it is for another ledger");
        }
        let registration = self.registrations.get(&leaf.issuer);
        let by_registration = leaf.kind == Kind::KeyAdd && registration == Some(&claims.sha256);
        if claims.sha256 != submission.payload_sha256 && !by_registration {
            return Some("it is over another payload");
        }
        let expired = claims.exp.is_some_and(|exp| leaf.time_micros / 1_000_000 >= exp);
        expired.then_some("it had expired")
    }
}

fn is_regulator(registration: &str) -> bool {
    let value: Value = serde_json::from_str(registration).unwrap_or_default();
    let kinds = value.get("kinds").and_then(Value::as_array);
    kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "regulator"))
}

fn problem(what: impl Into<String>) -> Note {
    Note::Problem(what.into())
}

/// Keys that an entry brings along and that may sign it as proof of possession.
fn own_keys(kind: Kind, payload: &str) -> Vec<Arc<PublicJwk>> {
    if kind == Kind::KeyAdd {
        return PublicJwk::parse(payload).into_iter().map(Arc::new).collect();
    }
    if kind != Kind::PartyRegister {
        return Vec::new();
    }
    let value: Value = serde_json::from_str(payload).unwrap_or_default();
    let keys = value.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    let keys = keys.iter().filter_map(|key| PublicJwk::parse(&key.to_string()).ok());
    keys.map(Arc::new).collect()
}
