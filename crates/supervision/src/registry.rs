//! The registry: the state of parties, keys and tokens after some entry, as a fold.

use crate::party::{Kind, PartyId, SigningRule};
use crate::record::{Role, TokenIssue};
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    /// Who must sign its submissions.
    pub signing: SigningRule,
    /// Thumbprints of the keys it ever had, in order of registration.
    pub keys: Vec<String>,
}

/// A registered key. It belongs to one party for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Index of its `key.add` entry: its alias in public leaves. It counts from the next entry on.
    pub alias: u64,
    /// Alias of the party that owns it; 0 for the ledger itself.
    pub owner: u64,
    /// The public JWK as registered.
    pub jwk: String,
    /// Index of the entry that revoked it, which counts from the next entry on.
    pub revoked_by: Option<u64>,
}

/// Whether a key may sign an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It may.
    Effective,
    /// Registered by this entry or a later one.
    NotYet,
    /// Revoked by an earlier entry.
    Revoked {
        /// Index of the revoking entry.
        by: u64,
    },
}

impl Key {
    /// Whether this key may sign the entry at `index`: decided by index, never by clock.
    #[must_use]
    pub fn state_at(&self, index: u64) -> KeyState {
        match self.revoked_by {
            Some(by) if by < index => KeyState::Revoked { by },
            _ if self.alias >= index => KeyState::NotYet,
            _ => KeyState::Effective,
        }
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

/// One change that an entry makes to the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `party.register`
    Party {
        /// Identifier.
        id: PartyId,
        /// Name.
        name: String,
        /// Kinds of business.
        kinds: BTreeSet<Kind>,
        /// Signing rule.
        signing: SigningRule,
    },
    /// `key.add`
    Key {
        /// RFC 7638 thumbprint.
        kid: String,
        /// Public JWK.
        jwk: String,
        /// Alias of the owner.
        owner: u64,
    },
    /// `key.revoke`
    Revoke {
        /// RFC 7638 thumbprint.
        kid: String,
    },
    /// `token.issue`
    Token(TokenIssue),
}

/// Parties, keys and tokens after some entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    parties: BTreeMap<u64, Party>,
    by_id: HashMap<PartyId, u64>,
    keys: HashMap<String, Key>,
    tokens: HashMap<String, Token>,
}

impl Registry {
    /// Applies the change that the entry at `index` makes. Entries were checked before they were
    /// written, so a change that does not fit is ignored the same way by every reader.
    pub fn apply(&mut self, index: u64, change: Change) {
        match change {
            Change::Party { id, name, kinds, signing } => {
                if !self.by_id.contains_key(&id) {
                    self.by_id.insert(id.clone(), index);
                    let party = Party { alias: index, id, name, kinds, signing, keys: Vec::new() };
                    self.parties.insert(index, party);
                }
            }
            Change::Key { kid, jwk, owner } => {
                if !self.keys.contains_key(&kid) {
                    if let Some(party) = self.parties.get_mut(&owner) {
                        party.keys.push(kid.clone());
                    }
                    self.keys.insert(kid, Key { alias: index, owner, jwk, revoked_by: None });
                }
            }
            Change::Revoke { kid } => {
                if let Some(key) = self.keys.get_mut(&kid) {
                    key.revoked_by.get_or_insert(index);
                }
            }
            Change::Token(issue) => {
                let party = issue.party.as_ref().and_then(|id| self.by_id.get(id).copied());
                self.tokens.insert(issue.token_sha256, Token { role: issue.role, party });
            }
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
