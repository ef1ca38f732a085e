//! The history of keys by index. Entries come in order; each is judged by the keys before it, then
//! changes them. Signatures are only assigned their keys here and verified later.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use laiqu_proof::{JwsError, NoteVerifier, PublicJwk, SubmissionJws};
use serde_json::Value;

use super::LogKey;
use super::authority::{foreign_member, judge};
use super::chains::KeyChains;
use super::entry::Submission;
use super::parties::{Parties, Party};
use super::signatures::{Signatures, Step, about};
use crate::kind::Kind;
use crate::leaf::Leaf;

/// Issuer of the operator's own entries, entry 0 among them. Its key is the gateway's.
pub(super) const OPERATOR: u64 = 0;

/// What is to be said about an entry, in this order.
#[derive(Debug)]
pub(super) enum Note {
    /// Something does not hold.
    Problem(String),
    /// Whatever checking the signatures will tell.
    Signatures(Signatures),
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) jwk: Arc<PublicJwk>,
    /// Issuer of the entry that registered it.
    pub(super) owner: u64,
    /// Index of the entry that ended it.
    revoked_at: Option<u64>,
}

/// Who a key that a leaf names is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    /// The key that this entry brings.
    Own,
    /// The gateway's, for the operator or for a party.
    Gateway,
    /// A key of this party.
    Party(u64),
    /// The log's own, brought by this entry.
    Log(u64),
}

#[derive(Debug)]
pub(super) struct Keys {
    pub(super) origin: Option<String>,
    /// The gateway's key, where `ledger.init` names it.
    pub(super) gateway_kid: Option<String>,
    /// Every key that the log had, oldest first.
    pub(super) log_keys: Vec<LogKey>,
    /// Entries without a signature.
    pub(super) unsigned: u64,
    /// Entries of which it cannot be said who had to sign them.
    pub(super) unjudged: u64,
    pub(super) chains: KeyChains,
    pub(super) parties: Parties,
    check_signatures: bool,
    by_index: HashMap<u64, Key>,
    by_kid: HashMap<String, u64>,
    unreadable: HashSet<u64>,
}

impl Keys {
    pub(super) fn new(check_signatures: bool) -> Self {
        Keys {
            origin: None,
            gateway_kid: None,
            log_keys: Vec::new(),
            unsigned: 0,
            unjudged: 0,
            chains: KeyChains::default(),
            parties: Parties::default(),
            check_signatures,
            by_index: HashMap::new(),
            by_kid: HashMap::new(),
            unreadable: HashSet::new(),
        }
    }

    /// An entry that could not be read; it may have registered a key or a party.
    pub(super) fn unreadable(&mut self, index: u64) {
        self.unreadable.insert(index);
        self.chains.forget_all();
    }

    /// An entry whose frame was erased, and with it its signatures.
    pub(super) fn erased(&mut self, leaf: &Leaf) {
        for index in &leaf.keys {
            if let Some(key) = self.by_index.get(index) {
                self.chains.forget(key.jwk.thumbprint());
            }
        }
        if leaf.kind == Kind::PartyRegister {
            self.unreadable.insert(leaf.index);
        }
    }

    /// Judges an entry by the keys before it, then takes what it changes.
    pub(super) fn entry(&mut self, leaf: &Leaf, mut submission: Submission, notes: &mut Vec<Note>) {
        let value: Value = serde_json::from_str(&submission.payload).unwrap_or_default();
        if leaf.kind == Kind::LedgerInit {
            self.init(&value, notes);
        }
        if let Some(member) = foreign_member(leaf.kind, &value) {
            notes.push(problem(format!("{member:?} is no member of such a record")));
        }
        let own = own_key(leaf.kind, &submission.payload, &value);
        if self.check_signatures {
            let signatures = std::mem::take(&mut submission.signatures);
            let by_registration = self.signatures(leaf, &submission, &own, signatures, notes);
            self.authority(leaf, &value, own.as_deref(), by_registration, notes);
        }
        self.take(leaf, &submission, &value, own, notes);
    }

    /// Takes what the entry changes.
    fn take(
        &mut self,
        leaf: &Leaf,
        submission: &Submission,
        value: &Value,
        own: Option<Arc<PublicJwk>>,
        notes: &mut Vec<Note>,
    ) {
        match leaf.kind {
            Kind::PartyRegister => match Party::of(leaf.index, value, submission) {
                None => notes.push(problem("it registers no party with id and signing rule")),
                Some(party) => {
                    if !self.parties.insert(leaf.index, party) {
                        notes.push(problem("a party is registered once: its id is another one's"));
                    }
                }
            },
            Kind::KeyAdd => self.add(leaf, own, notes),
            Kind::KeyRotate => {
                self.revoke(leaf.index, value, notes);
                self.add(leaf, own, notes);
            }
            Kind::KeyReset => {
                for index in self.parties.keys(leaf.issuer) {
                    if let Some(key) = self.by_index.get_mut(index) {
                        key.revoked_at.get_or_insert(leaf.index);
                    }
                }
                self.add(leaf, own, notes);
            }
            Kind::KeyRevoke => self.revoke(leaf.index, value, notes),
            Kind::PartySigning => {
                if !self.parties.change_signing(leaf.issuer, leaf.index, value) {
                    notes.push(problem("party.signing does not state a rule"));
                }
            }
            Kind::LedgerKey => self.log_key(leaf.index, value, own, notes),
            Kind::LedgerInit
            | Kind::PartyProfile
            | Kind::TokenIssue
            | Kind::QueryCreate
            | Kind::QueryDelete
            | Kind::SubscriptionCreate
            | Kind::SubscriptionDelete
            | Kind::EpcisCapture
            | Kind::Erasure => {}
        }
    }

    fn init(&mut self, value: &Value, notes: &mut Vec<Note>) {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        (self.origin, self.gateway_kid) = (text("origin"), text("gateway_kid"));
        if let Some(vkey) = text("log_vkey") {
            self.log_keys.push(LogKey { by: 0, vkey });
        }
        if self.origin.is_none() || self.log_keys.is_empty() {
            notes.push(problem("ledger.init does not state origin and log_vkey"));
        }
    }

    fn log_key(
        &mut self,
        by: u64,
        value: &Value,
        own: Option<Arc<PublicJwk>>,
        notes: &mut Vec<Note>,
    ) {
        let vkey = value.get("log_vkey").and_then(Value::as_str);
        let Some(vkey) = vkey.filter(|_| own.is_some()) else {
            return notes.push(problem("ledger.key does not state a log_vkey"));
        };
        let named = NoteVerifier::parse(vkey).ok();
        if named.is_none_or(|key| self.origin.as_deref().is_some_and(|name| name != key.name())) {
            notes.push(problem("the new log key is not called like the ledger"));
        }
        self.log_keys.push(LogKey { by, vkey: vkey.to_owned() });
    }

    fn add(&mut self, leaf: &Leaf, own: Option<Arc<PublicJwk>>, notes: &mut Vec<Note>) {
        let Some(jwk) = own else {
            return notes.push(problem("its payload brings no public key"));
        };
        if let Some(first) = self.by_kid.get(jwk.thumbprint()) {
            let what = format!("its key is that of entry {first}: a key is registered once");
            return notes.push(problem(what));
        }
        self.by_kid.insert(jwk.thumbprint().to_owned(), leaf.index);
        self.parties.add_key(leaf.issuer, leaf.index);
        self.by_index.insert(leaf.index, Key { jwk, owner: leaf.issuer, revoked_at: None });
    }

    fn revoke(&mut self, index: u64, value: &Value, notes: &mut Vec<Note>) {
        let Some(kid) = value.get("kid").and_then(Value::as_str) else {
            return notes.push(problem("it does not name a kid"));
        };
        match self.by_kid.get(kid).and_then(|index| self.by_index.get_mut(index)) {
            Some(key) => {
                key.revoked_at.get_or_insert(index);
            }
            None if !self.unreadable.is_empty() => {}
            None => notes.push(problem(format!("key {kid}, which it ends, is not registered"))),
        }
    }

    /// The key that a leaf names by its entry; `None` where that is no key.
    pub(super) fn signer(&self, leaf: &Leaf, index: u64) -> Option<Signer> {
        if index == leaf.index {
            return Some(Signer::Own);
        }
        if let Some(key) = self.by_index.get(&index) {
            return Some(if key.owner == OPERATOR {
                Signer::Gateway
            } else {
                Signer::Party(key.owner)
            });
        }
        self.log_keys.iter().any(|key| key.by == index).then_some(Signer::Log(index))
    }

    /// The owner of a registered key.
    pub(super) fn key(&self, kid: &str) -> Option<(u64, &Key)> {
        let index = self.by_kid.get(kid)?;
        Some((*index, self.by_index.get(index)?))
    }

    fn authority(
        &mut self,
        leaf: &Leaf,
        value: &Value,
        own: Option<&PublicJwk>,
        by_registration: bool,
        notes: &mut Vec<Note>,
    ) {
        let lost = |index: &u64| self.unreadable.contains(index);
        let nobodys = |index: &u64| self.by_index.get(index).is_some_and(|key| lost(&key.owner));
        if leaf.keys.iter().any(|index| lost(index) || nobodys(index)) || lost(&leaf.issuer) {
            self.unjudged += 1;
            return;
        }
        if let Some(what) = judge(self, leaf, value, own, by_registration) {
            notes.push(problem(what));
        }
    }

    /// Assigns each signature its key. Answers whether a key proves possession by the registration
    /// of its party.
    fn signatures(
        &mut self,
        leaf: &Leaf,
        submission: &Submission,
        own: &Option<Arc<PublicJwk>>,
        signatures: Vec<Result<SubmissionJws, JwsError>>,
        notes: &mut Vec<Note>,
    ) -> bool {
        if signatures.is_empty() {
            self.unsigned += 1;
            if leaf.kind != Kind::LedgerInit {
                notes.push(problem("it carries no signature"));
            }
        }
        let mut by_registration = false;
        let mut steps = Vec::with_capacity(signatures.len());
        for parsed in signatures {
            steps.push(match parsed {
                Ok(jws) => {
                    if let Some(what) = self.chains.follow(&jws) {
                        notes.push(problem(about(&jws, &what)));
                    }
                    let registered = leaf.kind == Kind::KeyAdd
                        && self.parties.registered(leaf.issuer) == Some(jws.claims().sha256);
                    by_registration |= registered;
                    self.signature(leaf, submission, own, jws, registered)
                }
                Err(error) => Step::Refused(format!("a signature cannot be read: {error}")),
            });
        }
        let expected = leaf.keys.clone();
        notes.push(Note::Signatures(Signatures { steps, expected }));
        by_registration
    }

    /// Finds the key that one signature must verify with: an earlier entry's that the leaf names,
    /// or the one that this entry brings along itself.
    fn signature(
        &self,
        leaf: &Leaf,
        submission: &Submission,
        own: &Option<Arc<PublicJwk>>,
        jws: SubmissionJws,
        by_registration: bool,
    ) -> Step {
        let refused = |what: &str| Step::Refused(about(&jws, what));
        let own = own.as_ref().filter(|key| key.thumbprint() == jws.kid());
        let (index, jwk, iss) = if let Some(own) = own {
            (leaf.index, Arc::clone(own), self.name_of(leaf.issuer))
        } else if let Some((index, key)) = self.named(leaf, jws.kid()) {
            if key.revoked_at.is_some_and(|revoked| leaf.index > revoked) {
                return refused("the key was revoked before");
            }
            let for_party = key.owner == OPERATOR && leaf.kind == Kind::EpcisCapture;
            let signer = if for_party { leaf.issuer } else { key.owner };
            (index, Arc::clone(&key.jwk), self.name_of(signer))
        } else if let Some((index, jwk)) = self.log_key_named(leaf, jws.kid()) {
            (index, jwk, self.origin.as_deref())
        } else if leaf.keys.iter().any(|key| self.unreadable.contains(key)) {
            return Step::Unknown;
        } else {
            return refused("the entry names no such key");
        };
        let other = jws.claims().sha256 != submission.payload_sha256 && !by_registration;
        if other && leaf.kind == Kind::KeyAdd && self.unreadable.contains(&leaf.issuer) {
            // It may be over the registration, which could not be read.
            return Step::Unknown;
        }
        let otherwise = self.claims(leaf, submission, &jws, iss, by_registration);
        let otherwise = otherwise.map(|what| about(&jws, what));
        Step::Check { jws: Box::new(jws), jwk, key: index, otherwise }
    }

    fn named(&self, leaf: &Leaf, kid: &str) -> Option<(u64, &Key)> {
        let (index, key) = self.key(kid)?;
        leaf.keys.contains(&index).then_some((index, key))
    }

    /// A key of the log as the issuer of entries about itself.
    fn log_key_named(&self, leaf: &Leaf, kid: &str) -> Option<(u64, Arc<PublicJwk>)> {
        let named = self.log_keys.iter().filter(|key| leaf.keys.contains(&key.by));
        let mut jwks = named.filter_map(|key| Some((key.by, jwk_of(&key.vkey)?)));
        jwks.find(|(_, jwk)| jwk.thumbprint() == kid).map(|(by, jwk)| (by, Arc::new(jwk)))
    }

    /// What signatures call an issuer, where that is known.
    fn name_of(&self, issuer: u64) -> Option<&str> {
        if issuer == OPERATOR { self.origin.as_deref() } else { self.parties.id(issuer) }
    }

    /// What does not hold of a signature's claims.
    fn claims(
        &self,
        leaf: &Leaf,
        submission: &Submission,
        jws: &SubmissionJws,
        iss: Option<&str>,
        by_registration: bool,
    ) -> Option<&'static str> {
        let claims = jws.claims();
        if self.origin.as_ref().is_some_and(|origin| *origin != claims.aud) {
            return Some("it is for another ledger");
        }
        if iss.is_some_and(|iss| iss != claims.iss) {
            return Some("it names another issuer");
        }
        let (sha256, cty) = match self.parties.registration(leaf.issuer) {
            Some((sha256, media_type)) if by_registration => (sha256, media_type),
            _ => (submission.payload_sha256, submission.media_type.as_str()),
        };
        if claims.sha256 != sha256 {
            return Some("it is over another payload");
        }
        if claims.cty != cty {
            return Some("it is for another media type");
        }
        let by_party = self.parties.id(leaf.issuer) == Some(claims.iss.as_str());
        if leaf.kind == Kind::PartySigning && by_party && claims.seq.zip(claims.prev).is_none() {
            return Some("it is outside of its key's chain, so that anyone may use it again");
        }
        let expired = claims.exp.is_some_and(|exp| leaf.time_micros / 1_000_000 >= exp);
        expired.then_some("it had expired")
    }
}

fn problem(what: impl Into<String>) -> Note {
    Note::Problem(what.into())
}

/// The key that an entry brings along and that must sign it, as proof of possession.
fn own_key(kind: Kind, payload: &str, value: &Value) -> Option<Arc<PublicJwk>> {
    let key = match kind {
        Kind::KeyAdd => PublicJwk::parse(payload).ok(),
        Kind::KeyRotate | Kind::KeyReset => PublicJwk::parse(&value.get("jwk")?.to_string()).ok(),
        Kind::LedgerKey => jwk_of(value.get("log_vkey")?.as_str()?),
        Kind::LedgerInit
        | Kind::PartyRegister
        | Kind::PartySigning
        | Kind::PartyProfile
        | Kind::KeyRevoke
        | Kind::TokenIssue
        | Kind::QueryCreate
        | Kind::QueryDelete
        | Kind::SubscriptionCreate
        | Kind::SubscriptionDelete
        | Kind::EpcisCapture
        | Kind::Erasure => None,
    };
    key.map(Arc::new)
}

/// A key of signed notes as a key of issuers.
fn jwk_of(vkey: &str) -> Option<PublicJwk> {
    PublicJwk::from_bytes(NoteVerifier::parse(vkey).ok()?.public_bytes()).ok()
}
