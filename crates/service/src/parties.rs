//! Who takes part: parties and keys, for who may see them.

use crate::error::{Code, Error};
use crate::principal::Principal;
use crate::publisher::read;
use crate::service::Service;
use laiqu_supervision::{Party, PartyId};
use serde::Serialize;
use std::sync::Arc;

/// A registered party, as people with the right to see it see it.
#[derive(Clone, Debug, Serialize)]
pub struct PartyView {
    /// Identifier.
    pub id: String,
    /// Alias in public leaves: the index of the registration entry.
    pub alias: u64,
    /// Name.
    pub name: String,
    /// Kinds of business.
    pub kinds: Vec<laiqu_supervision::Kind>,
    /// Who must sign.
    pub signing: laiqu_supervision::SigningRule,
    /// Name of the profile that its documents must meet.
    pub profile: Option<String>,
    /// Thumbprints of its keys.
    pub keys: Vec<String>,
}

/// A registered key: public, because whoever signs or verifies with it must find its party.
#[derive(Clone, Debug, Serialize)]
pub struct KeyView {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// Identifier of the party that owns it.
    pub party: String,
    /// Alias in public leaves: the index of its registration entry.
    pub alias: u64,
    /// The public JWK as registered.
    pub jwk: String,
    /// Index of the entry that revoked it.
    pub revoked_by: Option<u64>,
    /// The newest signature of the key's own chain (`seq` and `prev`); none before its first.
    pub chain: Option<KeyChainView>,
}

/// The end of a key's own chain of signatures; the next one has `seq` + 1 and this hash as `prev`.
#[derive(Clone, Debug, Serialize)]
pub struct KeyChainView {
    /// Its number in the chain, from 0.
    pub seq: u64,
    /// SHA-256 of the compact JWS, lower-case hex.
    pub sha256: String,
}

impl From<&Party> for PartyView {
    fn from(party: &Party) -> Self {
        Self {
            id: party.id.to_string(),
            alias: party.alias,
            name: party.name.clone(),
            kinds: party.kinds.iter().copied().collect(),
            signing: party.signing(),
            profile: party.profile.clone(),
            keys: party.keys.clone(),
        }
    }
}

impl Service {
    pub(crate) fn party(&self, id: &PartyId) -> Result<PartyView, Error> {
        let registry = self.registry();
        let found = registry.party_by_id(id).map(PartyView::from);
        found.ok_or_else(|| Error::new(Code::NotFound, format!("party {id} is not registered")))
    }

    /// One registered key by its thumbprint.
    ///
    /// # Errors
    /// Where it is not registered, or is the gateway's own.
    pub fn key(&self, kid: &str) -> Result<KeyView, Error> {
        let (registry, newest) = {
            let look_ups = read(&self.shared().look_ups);
            (Arc::clone(&look_ups.registry), look_ups.key_chains.get(kid).copied())
        };
        let found = registry.key(kid).and_then(|key| {
            Some(KeyView {
                kid: kid.to_owned(),
                party: registry.party(key.owner)?.id.to_string(),
                alias: key.alias,
                jwk: key.jwk.clone(),
                revoked_by: key.revoked_by,
                chain: newest.map(|(seq, hash)| KeyChainView { seq, sha256: hash.to_string() }),
            })
        });
        found.ok_or_else(|| Error::new(Code::NotFound, format!("key {kid} is not registered")))
    }

    /// A registered party, for who may see it: a business sees itself; where reads are public, so
    /// is who takes part.
    ///
    /// # Errors
    /// Where it is not registered, or not for these eyes.
    pub fn party_for(&self, id: &str, who: &Principal) -> Result<PartyView, Error> {
        let missing = || Error::new(Code::NotFound, format!("party {id} is not registered"));
        let party = self.party(&PartyId::parse(id).map_err(|_| missing())?)?;
        if may_see(who, party.alias) { Ok(party) } else { Err(missing()) }
    }

    /// All parties that the caller may see, in order of registration.
    #[must_use]
    pub fn parties_for(&self, who: &Principal) -> Vec<PartyView> {
        let registry = self.registry();
        registry.parties().filter(|party| may_see(who, party.alias)).map(PartyView::from).collect()
    }
}

/// A business sees itself; where reads are public, so is who takes part.
pub(crate) fn may_see(who: &Principal, alias: u64) -> bool {
    match who {
        Principal::Operator | Principal::Public => true,
        Principal::Business { party } => *party == alias,
    }
}
