//! Parties by index, as far as it matters for who may sign: identifier, signing rule, and whether
//! they are regulators.

use std::collections::{HashMap, HashSet};

use laiqu_proof::{Hash, PublicJwk};
use serde_json::Value;

use super::entry::Submission;

/// Who must sign a party's submissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Required,
    Gateway,
}

#[derive(Debug)]
pub(super) struct Party {
    id: String,
    is_regulator: bool,
    /// Each rule with the entry that set it, oldest first.
    signing: Vec<(u64, Rule)>,
    /// Thumbprints of the keys that its registration lists.
    registered_keys: Vec<String>,
    /// Digest and media type of its registration, whose signatures also prove possession of the
    /// keys that it lists.
    registration: (Hash, String),
    /// Entries of its keys.
    keys: Vec<u64>,
}

impl Party {
    /// The party that the entry at `index` registers.
    pub(super) fn of(index: u64, value: &Value, submission: &Submission) -> Option<Self> {
        let list = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
        let key = |key: &Value| PublicJwk::parse(&key.to_string()).ok();
        let keys = list("keys").filter_map(key).map(|key| key.thumbprint().to_owned());
        Some(Self {
            id: value.get("id")?.as_str()?.to_owned(),
            is_regulator: list("kinds").any(|kind| kind == "regulator"),
            signing: vec![(index, rule(value)?)],
            registered_keys: keys.collect(),
            registration: (submission.payload_sha256, submission.media_type.clone()),
            keys: Vec::new(),
        })
    }
}

pub(super) fn rule(value: &Value) -> Option<Rule> {
    match value.get("signing")?.as_str()? {
        "required" => Some(Rule::Required),
        "gateway" => Some(Rule::Gateway),
        _ => None,
    }
}

/// All parties by the index of their registration.
#[derive(Debug, Default)]
pub(super) struct Parties {
    by_index: HashMap<u64, Party>,
    ids: HashSet<String>,
}

impl Parties {
    /// Notes a party; `false` where another one has its identifier already.
    pub(super) fn insert(&mut self, index: u64, party: Party) -> bool {
        let is_new = self.ids.insert(party.id.clone());
        self.by_index.insert(index, party);
        is_new
    }

    pub(super) fn id(&self, alias: u64) -> Option<&str> {
        self.by_index.get(&alias).map(|party| party.id.as_str())
    }

    pub(super) fn is_known(&self, alias: u64) -> bool {
        self.by_index.contains_key(&alias)
    }

    pub(super) fn is_regulator(&self, alias: u64) -> bool {
        self.by_index.get(&alias).is_some_and(|party| party.is_regulator)
    }

    /// Who must sign the party's entry at `index`: a change counts from the next entry on.
    pub(super) fn rule_at(&self, alias: u64, index: u64) -> Option<Rule> {
        let rules = &self.by_index.get(&alias)?.signing;
        rules.iter().rev().find(|(by, _)| *by < index).map(|(_, rule)| *rule)
    }

    /// Notes a new rule; `false` where the payload states none.
    pub(super) fn change_signing(&mut self, alias: u64, index: u64, value: &Value) -> bool {
        let Some(rule) = rule(value) else { return false };
        if let Some(party) = self.by_index.get_mut(&alias) {
            party.signing.push((index, rule));
        }
        true
    }

    /// Notes that the entry at `index` brings a key of this party.
    pub(super) fn add_key(&mut self, alias: u64, index: u64) {
        if let Some(party) = self.by_index.get_mut(&alias) {
            party.keys.push(index);
        }
    }

    /// Entries of all keys that the party ever had.
    pub(super) fn keys(&self, alias: u64) -> &[u64] {
        self.by_index.get(&alias).map(|party| party.keys.as_slice()).unwrap_or_default()
    }

    /// The entry of a key that the party's registration lists: right behind that, in its order. One
    /// that was held back could come into force after a reset of all keys.
    pub(super) fn place_of(&self, alias: u64, kid: &str) -> Option<u64> {
        let listed = &self.by_index.get(&alias)?.registered_keys;
        let position = listed.iter().position(|known| known == kid)?;
        alias.checked_add(1)?.checked_add(u64::try_from(position).ok()?)
    }

    /// Digest and media type of the party's registration.
    pub(super) fn registration(&self, alias: u64) -> Option<(Hash, &str)> {
        let party = self.by_index.get(&alias)?;
        Some((party.registration.0, &party.registration.1))
    }

    /// Digest of the party's registration.
    pub(super) fn registered(&self, alias: u64) -> Option<Hash> {
        self.registration(alias).map(|(sha256, _)| sha256)
    }
}
