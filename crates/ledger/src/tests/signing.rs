//! A small ledger of signed entries, to try keys on.

use std::sync::Arc;

use laiqu_proof::{Hash, PrivateJwk, SubmissionClaims, sign_submission};

use crate::testing::{Maker, Memory, ORIGIN, SMALL, one_event};
use crate::{Kind, Log, PreparedEntry, Report, VerifyOptions, verify};

/// Aliases, which are the entries that register them.
pub(super) const GATEWAY: u64 = 1;
pub(super) const FARM: u64 = 2;
pub(super) const FARM_KEY: u64 = 3;
pub(super) const BUREAU: u64 = 4;
pub(super) const BUREAU_KEY: u64 = 5;
/// It has no key; the gateway signs for it.
pub(super) const SHOP: u64 = 6;
/// The entry that a test makes first.
pub(super) const NEXT: u64 = 7;

/// Seeds of keys: that of the log, and those that the entries above register.
pub(super) const LOG_SEED: u8 = 9;
pub(super) const GATEWAY_SEED: u8 = 1;
pub(super) const FARM_SEED: u8 = 3;
pub(super) const BUREAU_SEED: u8 = 5;

pub(super) fn key(seed: u8) -> PrivateJwk {
    PrivateJwk::from_seed(&[seed; 32])
}

pub(super) fn kid(seed: u8) -> String {
    key(seed).public().thumbprint().to_owned()
}

pub(super) fn claims(iss: &str, payload: &str) -> SubmissionClaims {
    SubmissionClaims {
        iss: iss.to_owned(),
        aud: ORIGIN.to_owned(),
        sha256: Hash::digest(payload.as_bytes()),
        cty: "application/json".to_owned(),
        exp: None,
        seq: None,
        prev: None,
    }
}

/// A signature by key `seed` in this name.
pub(super) fn by(seed: u8, iss: &str, payload: &str) -> String {
    sign_submission(&key(seed), &claims(iss, payload))
}

/// The ledger so far.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) maker: Maker,
    entries: Vec<PreparedEntry>,
}

impl Ledger {
    /// With a gateway, a farm that signs, a bureau that is a regulator, and a shop without a key.
    pub(super) fn new() -> Self {
        let mut ledger = Self { maker: Maker::new(), entries: Vec::new() };
        let init = ledger.maker.entry(0, b"");
        ledger.entries.push(init);
        let jwk = key(GATEWAY_SEED).public().to_json();
        ledger.add(0, Kind::KeyAdd, &jwk, &[1], vec![by(GATEWAY_SEED, ORIGIN, &jwk)]);
        ledger.party("urn:farm", "producer", Some(FARM_SEED), "required");
        ledger.party("urn:bureau", "regulator", Some(BUREAU_SEED), "required");
        ledger.party("urn:shop", "seller", None, "gateway");
        ledger
    }

    fn party(&mut self, id: &str, kind: &str, seed: Option<u8>, signing: &str) {
        let jwk = seed.map(|seed| key(seed).public().to_json()).unwrap_or_default();
        let body = format!(
            r#"{{"id":"{id}","name":"n","kinds":["{kind}"],"keys":[{jwk}],"signing":"{signing}"}}"#
        );
        let alias = self.entries.len() as u64;
        self.operated(Kind::PartyRegister, &body);
        if let Some(seed) = seed {
            self.add(alias, Kind::KeyAdd, &jwk, &[alias + 1], vec![by(seed, id, &body)]);
        }
    }

    pub(super) fn add(
        &mut self,
        issuer: u64,
        kind: Kind,
        payload: &str,
        keys: &[u64],
        signatures: Vec<String>,
    ) -> u64 {
        let entry = self.maker.signed(issuer, kind, payload.as_bytes(), keys.to_vec(), signatures);
        self.entries.push(entry);
        self.entries.len() as u64 - 1
    }

    /// An entry of the operator's.
    pub(super) fn operated(&mut self, kind: Kind, payload: &str) -> u64 {
        let jws = by(GATEWAY_SEED, ORIGIN, payload);
        self.add(0, kind, payload, &[GATEWAY], vec![jws])
    }

    /// What a verifier finds.
    pub(super) fn report(self) -> Report {
        let memory = Memory::default();
        let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
        for unit in self.entries.chunks(1) {
            log.append(unit).unwrap();
        }
        log.close().unwrap();
        verify(&memory, &VerifyOptions::new(&one_event), &mut |_| {}).unwrap()
    }
}

/// What is found once the test has added its entries.
pub(super) fn problems(make: impl FnOnce(&mut Ledger)) -> Vec<String> {
    let mut ledger = Ledger::new();
    make(&mut ledger);
    ledger.report().findings.into_iter().map(|finding| finding.what).collect()
}

/// Asserts that exactly one thing is found, which says this; nothing where it is empty.
#[track_caller]
pub(super) fn finds(expected: &str, make: impl FnOnce(&mut Ledger)) {
    let found = problems(make);
    if expected.is_empty() {
        assert_eq!(found, Vec::<String>::new());
    } else {
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
    }
}
