//! What must still hold when an entry gets its place, judged on the registry right before it.

use crate::draft::Check;
use crate::error::{Code, Error};
use crate::limits::NAMED_QUERIES_MAX;
use crate::named_query::no_query;
use crate::subscriptions::no_subscription;
use laiqu_supervision::{KeyState, Party, Registry, SigningRule};

/// Judges one condition for the entry at `index`, which gets the time `now` (microseconds).
pub(crate) fn check_one(
    registry: &Registry,
    check: &Check,
    index: u64,
    now: i64,
) -> Result<(), Error> {
    match check {
        Check::Key { kid, owner } => key_is_effective(registry, kid, *owner, index),
        Check::GatewayMaySign { party } => {
            let rule = registry.party(*party).map(|party| party.signing_at(index));
            if rule == Some(SigningRule::Gateway) {
                return Ok(());
            }
            let detail = "this party's submissions must be signed with its own key";
            Err(Error::new(Code::SignatureRequired, detail))
        }
        Check::NewParty(id) if registry.party_by_id(id).is_some() => {
            Err(Error::new(Code::PartyExists, format!("party {id} is registered already")))
        }
        Check::NewKey(kid) => key_is_new(registry, kid),
        Check::NeverHadKey { party } => {
            let had = registry.party(*party).is_some_and(|party| !party.keys.is_empty());
            if !had {
                return Ok(());
            }
            let detail = "a party that has or had a key gains another one by that key's signature, \
                          or by a reset";
            Err(Error::new(Code::Forbidden, detail))
        }
        Check::NewSigning { party, signing } => match registry.party(*party) {
            Some(party) => signing_may_change(registry, party, *signing, index),
            None => Ok(()),
        },
        Check::Profile { party, profile } => {
            if registry.party(*party).is_some_and(|party| party.profile == *profile) {
                return Ok(());
            }
            let detail = "the profile of this party was just changed; send it again";
            Err(Error::new(Code::Overloaded, detail))
        }
        Check::NewQuery { name, owner } => query_is_new(registry, name, *owner),
        Check::SameQuery { name, created_by } => {
            let same = registry.query(name).is_some_and(|query| query.created_by == *created_by);
            if same { Ok(()) } else { Err(no_query(name)) }
        }
        Check::Subscribed { id } => {
            let stands = registry.subscription(id).is_some();
            if stands { Ok(()) } else { Err(no_subscription(id)) }
        }
        Check::NotExpired { at } if now / 1_000_000 >= i64::try_from(*at).unwrap_or(i64::MAX) => {
            Err(Error::new(Code::SignatureExpired, "the signature's exp has passed"))
        }
        Check::RetentionOver { index, retention } if now < retention.over_micros => {
            let detail = format!("the document of entry {index} must be kept {}", retention.text);
            Err(Error::new(Code::RetentionRunning, detail))
        }
        Check::NewParty(_) | Check::RetentionOver { .. } | Check::NotExpired { .. } => Ok(()),
    }
}

fn key_is_effective(registry: &Registry, kid: &str, owner: u64, index: u64) -> Result<(), Error> {
    let key = registry.key(kid).filter(|key| key.owner == owner).ok_or_else(|| {
        Error::new(Code::KeyUnknown, format!("key {kid} is not registered for this party"))
    })?;
    let refused = |detail: String| Err(Error::new(Code::KeyNotEffective, detail));
    match key.state_at(index) {
        KeyState::Effective => Ok(()),
        KeyState::NotYet => refused("the key does not count yet".to_owned()),
        KeyState::Revoked { by } => refused(format!("the key was revoked by entry {by}")),
    }
}

/// A key belongs to one party for ever, so it is registered once.
pub(crate) fn key_is_new(registry: &Registry, kid: &str) -> Result<(), Error> {
    let Some(key) = registry.key(kid) else { return Ok(()) };
    let detail = format!("key {kid} is registered already, by entry {}", key.alias);
    Err(Error::new(Code::KeyExists, detail))
}

fn query_is_new(registry: &Registry, name: &str, owner: Option<u64>) -> Result<(), Error> {
    if registry.query(name).is_some() {
        let detail = format!("a query named {name:?} is there already");
        return Err(Error::new(Code::QueryExists, detail));
    }
    if registry.queries_from(0).filter(|query| query.owner == owner).count() < NAMED_QUERIES_MAX {
        return Ok(());
    }
    let detail =
        format!("at most {NAMED_QUERIES_MAX} queries may have one owner; delete one first");
    Err(Error::new(Code::RegistryConflict, detail))
}

fn signing_may_change(
    registry: &Registry,
    party: &Party,
    signing: SigningRule,
    index: u64,
) -> Result<(), Error> {
    let conflict = |detail: &str| Err(Error::new(Code::RegistryConflict, detail));
    if party.signing_at(index) == signing {
        return conflict("this is the party's signing rule already");
    }
    let effective = |kid: &String| {
        registry.key(kid).is_some_and(|key| key.state_at(index) == KeyState::Effective)
    };
    if signing == SigningRule::Required && !party.keys.iter().any(effective) {
        return conflict("the party has no effective key, so it could not post any more");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_supervision::{Change, Kind, PartyId};
    use std::collections::BTreeSet;

    fn registry() -> Registry {
        let mut registry = Registry::default();
        let party = Change::Party {
            id: PartyId::parse("urn:x:1").unwrap(),
            name: "名".to_owned(),
            kinds: BTreeSet::from([Kind::Seller]),
            signing: SigningRule::Gateway,
        };
        registry.apply(3, party);
        registry
    }

    fn key(kid: &str) -> Change {
        Change::Key { kid: kid.to_owned(), jwk: "{}".to_owned(), owner: 3 }
    }

    #[test]
    fn only_a_party_that_never_had_a_key_gets_its_first_from_the_operator() {
        let mut registry = registry();
        let check = |registry: &Registry| {
            check_one(registry, &Check::NeverHadKey { party: 3 }, 9, 0).map_err(|e| e.code)
        };
        assert_eq!(check(&registry), Ok(()));
        registry.apply(4, key("a"));
        assert_eq!(check(&registry), Err(Code::Forbidden));
        registry.apply(5, Change::Revoke { kid: "a".to_owned() });
        assert_eq!(check(&registry), Err(Code::Forbidden), "a reset needs the regulator");
    }

    #[test]
    fn nobody_is_locked_out_by_a_signing_rule() {
        let mut registry = registry();
        let check = |registry: &Registry, signing, index| {
            let check = Check::NewSigning { party: 3, signing };
            check_one(registry, &check, index, 0).map_err(|e| e.code)
        };
        let refused = Err(Code::RegistryConflict);
        assert_eq!(check(&registry, SigningRule::Gateway, 4), refused, "it is so already");
        assert_eq!(check(&registry, SigningRule::Required, 4), refused, "no key");
        registry.apply(4, key("a"));
        assert_eq!(check(&registry, SigningRule::Required, 4), refused, "does not count yet");
        assert_eq!(check(&registry, SigningRule::Required, 5), Ok(()));
        registry.apply(5, Change::Revoke { kid: "a".to_owned() });
        assert_eq!(check(&registry, SigningRule::Required, 6), refused, "revoked");
    }
}
