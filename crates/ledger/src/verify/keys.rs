//! The key history by index, and the signatures that are checked against it.

use std::collections::{HashMap, HashSet};

use laiqu_proof::{Hash, PublicJwk, SubmissionJws};
use serde_json::Value;

use super::entry::payload_digest;
use crate::frame::Frame;
use crate::kind::Kind;
use crate::leaf::Leaf;

/// Issuer of the operator's own entries, entry 0 among them. Its keys, the gateway's for example,
/// may sign for others.
const OPERATOR: u64 = 0;

#[derive(Debug)]
struct Key {
    jwk: PublicJwk,
    /// Issuer of the entry that registered it.
    owner: u64,
    /// Index of the entry that ended it.
    revoked_at: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Keys {
    pub(super) origin: Option<String>,
    pub(super) log_vkey: Option<String>,
    pub(super) signatures_checked: u64,
    pub(super) unsigned: u64,
    pub(super) unknown: u64,
    by_index: HashMap<u64, Key>,
    unreadable: HashSet<u64>,
    /// Digests of the payloads of `party.register`, whose signatures also prove possession of
    /// the keys registered right behind.
    registrations: HashMap<u64, Hash>,
}

impl Keys {
    pub(super) fn new() -> Self {
        Keys {
            origin: None,
            log_vkey: None,
            signatures_checked: 0,
            unsigned: 0,
            unknown: 0,
            by_index: HashMap::new(),
            unreadable: HashSet::new(),
            registrations: HashMap::new(),
        }
    }

    pub(super) fn unreadable(&mut self, index: u64) {
        self.unreadable.insert(index);
    }

    /// Checks an entry's signatures against the keys before it, then takes what it changes.
    pub(super) fn entry(
        &mut self,
        check: bool,
        leaf: &Leaf,
        frame: &Frame,
        problems: &mut Vec<String>,
    ) {
        let payload = str::from_utf8(&frame.payload).unwrap_or_default();
        if leaf.kind == Kind::LedgerInit {
            self.init(payload, problems);
        }
        if check {
            self.signatures(leaf, frame, payload, problems);
        }
        match leaf.kind {
            Kind::PartyRegister => {
                self.registrations.insert(leaf.index, payload_digest(frame));
            }
            Kind::KeyAdd => self.add(leaf, payload, problems),
            Kind::KeyRevoke => self.revoke(leaf.index, payload, problems),
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

    fn init(&mut self, payload: &str, problems: &mut Vec<String>) {
        let value: Value = serde_json::from_str(payload).unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        self.origin = text("origin");
        self.log_vkey = text("log_vkey");
        if self.origin.is_none() || self.log_vkey.is_none() {
            problems.push("ledger.init does not state origin and log_vkey".to_owned());
        }
    }

    fn add(&mut self, leaf: &Leaf, payload: &str, problems: &mut Vec<String>) {
        match PublicJwk::parse(payload) {
            Ok(jwk) => {
                let key = Key { jwk, owner: leaf.issuer, revoked_at: None };
                self.by_index.insert(leaf.index, key);
            }
            Err(error) => problems.push(format!("its payload is no public key: {error}")),
        }
    }

    fn revoke(&mut self, index: u64, payload: &str, problems: &mut Vec<String>) {
        let value: Value = serde_json::from_str(payload).unwrap_or_default();
        let Some(kid) = value.get("kid").and_then(Value::as_str) else {
            return problems.push("key.revoke does not name a kid".to_owned());
        };
        for key in self.by_index.values_mut().filter(|key| key.jwk.thumbprint() == kid) {
            key.revoked_at.get_or_insert(index);
        }
    }

    fn signatures(
        &mut self,
        leaf: &Leaf,
        frame: &Frame,
        payload: &str,
        problems: &mut Vec<String>,
    ) {
        if frame.signatures.is_empty() {
            self.unsigned += 1;
            if matches!(leaf.kind, Kind::EpcisCapture | Kind::KeyAdd) {
                problems.push("it carries no signature".to_owned());
            }
        }
        let own = own_keys(leaf.kind, payload);
        let mut signed_by = HashSet::new();
        for text in &frame.signatures {
            match self.signature(leaf, frame, &own, text) {
                Ok(key) => {
                    self.signatures_checked += 1;
                    signed_by.insert(key);
                }
                Err(Some(problem)) => problems.push(problem),
                Err(None) => {
                    self.unknown += 1;
                    return;
                }
            }
        }
        for key in &leaf.keys {
            if *key != leaf.index && !signed_by.contains(key) {
                problems.push(format!("the key of entry {key} is named but did not sign"));
            }
        }
    }

    /// Checks one signature and answers the entry of its key: this entry where it brings the key
    /// itself. `Err(None)` where the key's entry could not be read.
    fn signature(
        &self,
        leaf: &Leaf,
        frame: &Frame,
        own: &[PublicJwk],
        text: &str,
    ) -> Result<u64, Option<String>> {
        let jws = SubmissionJws::parse(text)
            .map_err(|error| Some(format!("a signature cannot be read: {error}")))?;
        let problem = |what: &str| Some(format!("the signature by key {}: {what}", jws.kid()));
        let named = leaf.keys.iter().find_map(|index| {
            let key = self.by_index.get(index)?;
            (key.jwk.thumbprint() == jws.kid()).then_some((*index, key))
        });
        let own = own.iter().find(|key| key.thumbprint() == jws.kid());
        let (index, jwk) = match (own, named) {
            (Some(own), _) => (leaf.index, own),
            (None, Some((index, key))) => {
                if key.revoked_at.is_some_and(|revoked| leaf.index > revoked) {
                    return Err(problem("the key was revoked before"));
                }
                if key.owner != leaf.issuer && key.owner != OPERATOR {
                    return Err(problem("the key belongs to another issuer"));
                }
                (index, &key.jwk)
            }
            (None, None) if leaf.keys.iter().any(|key| self.unreadable.contains(key)) => {
                return Err(None);
            }
            (None, None) => return Err(problem("the entry names no such key")),
        };
        jws.verify(jwk).map_err(|error| problem(&error.to_string()))?;
        let claims = jws.claims();
        if self.origin.as_ref().is_some_and(|origin| *origin != claims.aud) {
            return Err(problem("it is for another ledger"));
        }
        let registration = self.registrations.get(&leaf.issuer);
        let by_registration = leaf.kind == Kind::KeyAdd && registration == Some(&claims.sha256);
        if claims.sha256 != payload_digest(frame) && !by_registration {
            return Err(problem("it is over another payload"));
        }
        if claims.exp.is_some_and(|exp| leaf.time_micros / 1_000_000 >= exp) {
            return Err(problem("it had expired"));
        }
        Ok(index)
    }
}

/// Keys that an entry brings along and that may sign it as proof of possession.
fn own_keys(kind: Kind, payload: &str) -> Vec<PublicJwk> {
    if kind == Kind::KeyAdd {
        return PublicJwk::parse(payload).into_iter().collect();
    }
    if kind != Kind::PartyRegister {
        return Vec::new();
    }
    let value: Value = serde_json::from_str(payload).unwrap_or_default();
    let keys = value.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    keys.iter().filter_map(|key| PublicJwk::parse(&key.to_string()).ok()).collect()
}
