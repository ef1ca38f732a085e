//! The registry: the state of parties, keys, tokens and named queries after some entry, as a fold.

use crate::change::Change;
use crate::key::{Key, LogKey};
use crate::named_query::NamedQuery;
use crate::party::{Kind, PartyId, SigningRule};
use crate::record::Role;
use crate::subscription::Subscription;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A registered party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Index of its `party.register` entry: its alias in public leaves.
    pub alias: u64,
    /// Its identifier.
    pub id: PartyId,
    /// Its name.
    pub name: String,
    /// Its kinds of business.
    pub kinds: BTreeSet<Kind>,
    /// Who must sign its submissions: each rule with the index of the entry that set it, oldest
    /// first and never empty.
    signing: Vec<(u64, SigningRule)>,
    /// Name of the profile that its documents must meet beyond EPCIS.
    pub profile: Option<String>,
    /// Thumbprints of the keys it ever had, in order of registration.
    pub keys: Vec<String>,
}

impl Party {
    /// Who must sign the entry at `index`: a change counts from the next entry on.
    #[must_use]
    pub fn signing_at(&self, index: u64) -> SigningRule {
        let set = self.signing.iter().rev().find(|(by, _)| *by < index).or(self.signing.first());
        set.map_or(SigningRule::Required, |(_, rule)| *rule)
    }

    /// Who must sign the next entry.
    #[must_use]
    pub fn signing(&self) -> SigningRule {
        self.signing_at(u64::MAX)
    }
}

/// What a bearer token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its role.
    pub role: Role,
    /// Alias of the party it acts for.
    pub party: Option<u64>,
}

/// Parties, keys, tokens and named queries after some entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    parties: BTreeMap<u64, Party>,
    by_id: HashMap<PartyId, u64>,
    keys: HashMap<String, Key>,
    tokens: HashMap<String, Token>,
    queries: BTreeMap<u64, Arc<NamedQuery>>,
    query_names: HashMap<String, u64>,
    subscriptions: BTreeMap<u64, Arc<Subscription>>,
    log_keys: Vec<LogKey>,
}

impl Registry {
    /// Applies the change that the entry at `index` makes. Entries were checked before they were
    /// written, so a change that does not fit is ignored the same way by every reader.
    pub fn apply(&mut self, index: u64, change: Change) {
        match change {
            Change::Party { id, name, kinds, signing } => {
                if !self.by_id.contains_key(&id) {
                    self.by_id.insert(id.clone(), index);
                    let (alias, signing) = (index, vec![(index, signing)]);
                    let (profile, keys) = (None, Vec::new());
                    let party = Party { alias, id, name, kinds, signing, profile, keys };
                    self.parties.insert(index, party);
                }
            }
            Change::Key { kid, jwk, owner } => self.add(index, kid, jwk, owner),
            Change::Rotate { old, kid, jwk, owner } => {
                self.revoke(index, &old);
                self.add(index, kid, jwk, owner);
            }
            Change::Reset { kid, jwk, owner } => {
                let old = self.parties.get(&owner).map(|party| party.keys.clone());
                old.into_iter().flatten().for_each(|kid| self.revoke(index, &kid));
                self.add(index, kid, jwk, owner);
            }
            Change::Revoke { kid } => self.revoke(index, &kid),
            Change::Signing { signing, owner } => {
                if let Some(party) = self.parties.get_mut(&owner) {
                    party.signing.push((index, signing));
                }
            }
            Change::Profile { party, profile } => {
                let alias = self.by_id.get(&party);
                if let Some(party) = alias.and_then(|alias| self.parties.get_mut(alias)) {
                    party.profile = profile;
                }
            }
            Change::Token(issue) => {
                let party = issue.party.as_ref().and_then(|id| self.by_id.get(id).copied());
                self.tokens.insert(issue.token_sha256, Token { role: issue.role, party });
            }
            Change::Query { name, owner, query } => {
                if !self.query_names.contains_key(&name) {
                    self.query_names.insert(name.clone(), index);
                    let owner = owner.as_ref().and_then(|id| self.by_id.get(id).copied());
                    let query = NamedQuery { created_by: index, name, owner, query };
                    self.queries.insert(index, Arc::new(query));
                }
            }
            Change::QueryEnd { name } => {
                let created_by = self.query_names.remove(&name);
                if let Some(index) = created_by {
                    self.queries.remove(&index);
                    self.subscriptions.retain(|_, subscription| subscription.query_by != index);
                }
            }
            Change::Subscription(record) => {
                let owner = record.owner.as_ref().and_then(|id| self.by_id.get(id).copied());
                if let Some(query_by) = self.query_names.get(&record.query).copied() {
                    let created_by = index;
                    let new = Subscription { created_by, query_by, owner, record };
                    self.subscriptions.insert(index, Arc::new(new));
                }
            }
            Change::SubscriptionEnd { id } => {
                self.subscriptions.retain(|_, subscription| subscription.record.id != id);
            }
            Change::LogKey { vkey } => self.log_keys.push(LogKey { by: index, vkey }),
        }
    }

    fn add(&mut self, index: u64, kid: String, jwk: String, owner: u64) {
        if self.keys.contains_key(&kid) {
            return;
        }
        if let Some(party) = self.parties.get_mut(&owner) {
            party.keys.push(kid.clone());
        }
        self.keys.insert(kid, Key { alias: index, owner, jwk, revoked_by: None });
    }

    fn revoke(&mut self, index: u64, kid: &str) {
        if let Some(key) = self.keys.get_mut(kid) {
            key.revoked_by.get_or_insert(index);
        }
    }

    /// The party with this alias.
    #[must_use]
    pub fn party(&self, alias: u64) -> Option<&Party> {
        self.parties.get(&alias)
    }

    /// The party with this identifier.
    #[must_use]
    pub fn party_by_id(&self, id: &PartyId) -> Option<&Party> {
        self.by_id.get(id).and_then(|alias| self.parties.get(alias))
    }

    /// All parties in order of registration.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        self.parties.values()
    }

    /// The key with this RFC 7638 thumbprint.
    #[must_use]
    pub fn key(&self, kid: &str) -> Option<&Key> {
        self.keys.get(kid)
    }

    /// The token whose text has this lower-case hex SHA-256.
    #[must_use]
    pub fn token(&self, sha256: &str) -> Option<&Token> {
        self.tokens.get(sha256)
    }

    /// The query of this name.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&Arc<NamedQuery>> {
        self.query_names.get(name).and_then(|index| self.queries.get(index))
    }

    /// Named queries that were created from this entry on, oldest first.
    pub fn queries_from(&self, index: u64) -> impl Iterator<Item = &Arc<NamedQuery>> {
        self.queries.range(index..).map(|(_, query)| query)
    }

    /// All subscriptions, oldest first.
    pub fn subscriptions(&self) -> impl Iterator<Item = &Arc<Subscription>> {
        self.subscriptions.values()
    }

    /// The subscription with this identifier.
    #[must_use]
    pub fn subscription(&self, id: &str) -> Option<&Arc<Subscription>> {
        self.subscriptions().find(|subscription| subscription.record.id == id)
    }

    /// Every key that the log ever had, oldest first.
    #[must_use]
    pub fn log_keys(&self) -> &[LogKey] {
        &self.log_keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyState;
    use crate::record::TokenIssue;

    fn party(id: &str) -> Change {
        Change::Party {
            id: PartyId::parse(id).unwrap(),
            name: "名".to_owned(),
            kinds: BTreeSet::from([Kind::Seller]),
            signing: SigningRule::Required,
        }
    }

    fn key(kid: &str, owner: u64) -> Change {
        Change::Key { kid: kid.to_owned(), jwk: "{}".to_owned(), owner }
    }

    #[test]
    fn a_name_stands_for_one_query_at_a_time() {
        let mut registry = Registry::default();
        registry.apply(3, party("urn:x:1"));
        let query = |query: &str, owner: Option<&str>| Change::Query {
            name: "昨日".to_owned(),
            owner: owner.map(|id| PartyId::parse(id).unwrap()),
            query: query.to_owned(),
        };
        registry.apply(4, query("{}", Some("urn:x:1")));
        registry.apply(5, query("{\"EQ_action\":[\"ADD\"]}", None));
        let stands = registry.query("昨日").unwrap();
        assert_eq!((stands.created_by, stands.owner, &*stands.query), (4, Some(3), "{}"));
        registry.apply(6, Change::QueryEnd { name: "昨日".to_owned() });
        assert_eq!((registry.query("昨日"), registry.queries_from(0).count()), (None, 0));
        registry.apply(7, query("{}", None));
        assert_eq!(registry.query("昨日").unwrap().owner, None);
        assert_eq!(registry.queries_from(8).count(), 0);
    }

    #[test]
    fn a_key_counts_from_the_next_entry_to_its_revocation() {
        let mut registry = Registry::default();
        registry.apply(3, party("urn:x:1"));
        registry.apply(4, key("k", 3));
        registry.apply(9, Change::Revoke { kid: "k".to_owned() });
        registry.apply(11, Change::Revoke { kid: "k".to_owned() });
        let key = registry.key("k").unwrap();
        assert_eq!(key.state_at(4), KeyState::NotYet);
        assert_eq!(key.state_at(5), KeyState::Effective);
        assert_eq!(key.state_at(9), KeyState::Effective);
        assert_eq!(key.state_at(10), KeyState::Revoked { by: 9 });
    }

    #[test]
    fn a_rotation_ends_the_old_key_and_a_reset_all_of_them() {
        let mut registry = Registry::default();
        registry.apply(3, party("urn:x:1"));
        registry.apply(4, key("a", 3));
        registry.apply(5, key("b", 3));
        let rotate = |old: &str, kid: &str| Change::Rotate {
            old: old.to_owned(),
            kid: kid.to_owned(),
            jwk: "{}".to_owned(),
            owner: 3,
        };
        registry.apply(7, rotate("a", "c"));
        let state = |registry: &Registry, kid, at| registry.key(kid).unwrap().state_at(at);
        assert_eq!(state(&registry, "a", 7), KeyState::Effective);
        assert_eq!(state(&registry, "a", 8), KeyState::Revoked { by: 7 });
        assert_eq!(state(&registry, "c", 7), KeyState::NotYet);
        assert_eq!(state(&registry, "c", 8), KeyState::Effective);
        let (kid, jwk) = ("d".to_owned(), "{}".to_owned());
        registry.apply(9, Change::Reset { kid, jwk, owner: 3 });
        assert_eq!(state(&registry, "a", 10), KeyState::Revoked { by: 7 }, "the first end counts");
        assert_eq!(state(&registry, "b", 10), KeyState::Revoked { by: 9 });
        assert_eq!(state(&registry, "c", 10), KeyState::Revoked { by: 9 });
        assert_eq!(state(&registry, "d", 10), KeyState::Effective);
        assert_eq!(registry.party(3).unwrap().keys, ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_signing_rule_changes_from_the_next_entry_on() {
        let mut registry = Registry::default();
        registry.apply(3, party("urn:x:1"));
        let signing = SigningRule::Gateway;
        registry.apply(6, Change::Signing { signing, owner: 3 });
        let party = registry.party(3).unwrap();
        assert_eq!(party.signing_at(4), SigningRule::Required);
        assert_eq!(party.signing_at(6), SigningRule::Required);
        assert_eq!(party.signing_at(7), SigningRule::Gateway);
        assert_eq!(party.signing(), SigningRule::Gateway);
    }

    #[test]
    fn the_first_registration_of_a_party_and_of_a_key_stays() {
        let mut registry = Registry::default();
        registry.apply(3, party("urn:x:1"));
        registry.apply(4, key("k", 3));
        registry.apply(5, party("urn:x:2"));
        registry.apply(6, key("k", 5));
        registry.apply(7, party("urn:x:1"));
        assert_eq!(registry.key("k").unwrap().owner, 3);
        assert_eq!(registry.party_by_id(&PartyId::parse("urn:x:1").unwrap()).unwrap().alias, 3);
        assert_eq!(registry.party(3).unwrap().keys, ["k"]);
        assert!(registry.party(5).unwrap().keys.is_empty());
    }

    #[test]
    fn a_token_acts_for_its_party() {
        let mut registry = Registry::default();
        registry.apply(3, party("urn:x:1"));
        let issue = TokenIssue {
            role: Role::Business,
            party: Some(PartyId::parse("urn:x:1").unwrap()),
            token_sha256: "ab".to_owned(),
        };
        registry.apply(4, Change::Token(issue));
        assert_eq!(registry.token("ab").unwrap().party, Some(3));
        assert!(registry.token("cd").is_none());
    }
}
