//! What one entry changes in the registry.

use crate::party::{Kind, PartyId, SigningRule};
use crate::record::TokenIssue;
use crate::subscription::SubscriptionCreation;
use std::collections::BTreeSet;

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
    /// `key.rotate`
    Rotate {
        /// RFC 7638 thumbprint of the key that ends.
        old: String,
        /// RFC 7638 thumbprint of the new key.
        kid: String,
        /// Public JWK of the new key.
        jwk: String,
        /// Alias of the owner.
        owner: u64,
    },
    /// `key.reset`
    Reset {
        /// RFC 7638 thumbprint of the one key that remains.
        kid: String,
        /// Public JWK of it.
        jwk: String,
        /// Alias of the owner.
        owner: u64,
    },
    /// `key.revoke`
    Revoke {
        /// RFC 7638 thumbprint.
        kid: String,
    },
    /// `party.signing`
    Signing {
        /// The rule from then on.
        signing: SigningRule,
        /// Alias of the party.
        owner: u64,
    },
    /// `party.profile`
    Profile {
        /// The party.
        party: PartyId,
        /// Name of the profile from then on.
        profile: Option<String>,
    },
    /// `token.issue`
    Token(TokenIssue),
    /// `query.create`
    Query {
        /// Its name.
        name: String,
        /// The party that it belongs to.
        owner: Option<PartyId>,
        /// Its parameters as JSON text.
        query: String,
    },
    /// `query.delete`
    QueryEnd {
        /// Name of the query.
        name: String,
    },
    /// `subscription.create`
    Subscription(SubscriptionCreation),
    /// `subscription.delete`
    SubscriptionEnd {
        /// Identifier of the subscription.
        id: String,
    },
    /// `ledger.init` and `ledger.key`
    LogKey {
        /// The log's public key as a C2SP verifier key.
        vkey: String,
    },
}

impl Change {
    /// Fills in the issuer of the entry, where the change is about the party that issued it.
    pub fn set_owner(&mut self, issuer: u64) {
        match self {
            Self::Key { owner, .. }
            | Self::Rotate { owner, .. }
            | Self::Reset { owner, .. }
            | Self::Signing { owner, .. } => *owner = issuer,
            Self::Party { .. }
            | Self::Revoke { .. }
            | Self::Profile { .. }
            | Self::Token(_)
            | Self::Query { .. }
            | Self::QueryEnd { .. }
            | Self::Subscription(_)
            | Self::SubscriptionEnd { .. }
            | Self::LogKey { .. } => {}
        }
    }
}
