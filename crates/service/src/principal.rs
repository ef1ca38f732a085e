//! Who asks, and what they may do.

use crate::error::{Code, Error};
use crate::token::token_digest;
use laiqu_epcis::identifier::canonical;
use laiqu_supervision::{Kind, Registry, Role};
use laiqu_trace::Visibility;

/// The one who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Holds an operator token.
    Operator,
    /// Holds a token of the party with this alias.
    Business {
        /// Alias of the party.
        party: u64,
    },
    /// Nobody in particular, on a server that reads are open on.
    Public,
}

/// What came with a request.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Text of the bearer token.
    pub bearer: Option<String>,
    /// Every `Submission-Signature` header.
    pub signatures: Vec<String>,
}

impl Principal {
    /// The holder of this bearer token.
    pub(crate) fn of_bearer(registry: &Registry, bearer: &str) -> Result<Self, Error> {
        let unknown =
            || Error::new(Code::TokenUnknown, "the bearer token is not known to this ledger");
        let token = registry.token(&token_digest(bearer)).ok_or_else(unknown)?;
        match (token.role, token.party) {
            (Role::Operator, _) => Ok(Self::Operator),
            (Role::Business, Some(party)) => Ok(Self::Business { party }),
            (Role::Business, None) => Err(unknown()),
        }
    }

    /// What it may see of the records of others: everything, unless it is a business.
    pub(crate) fn visibility(&self, registry: &Registry) -> Option<Visibility> {
        let Self::Business { party } = self else { return None };
        let party = registry.party(*party).map(|party| party.id.as_str());
        Some(Visibility { party: canonical(party.unwrap_or_default()).into_owned() })
    }

    /// Is it an operator or a regulator?
    pub(crate) fn supervises(&self, registry: &Registry) -> bool {
        match self {
            Self::Operator => true,
            Self::Business { party } => {
                registry.party(*party).is_some_and(|party| party.kinds.contains(&Kind::Regulator))
            }
            Self::Public => false,
        }
    }

    /// Refuses everyone but an operator.
    pub(crate) fn must_be_operator(&self) -> Result<(), Error> {
        match self {
            Self::Operator => Ok(()),
            Self::Business { .. } | Self::Public => {
                Err(Error::new(Code::Forbidden, "this needs an operator token"))
            }
        }
    }
}
