//! Who had to sign an entry, by its kind and by what was registered before it.

use laiqu_proof::PublicJwk;
use serde_json::Value;

use super::keys::{Keys, OPERATOR, Signer};
use super::parties::{Rule, rule};
use crate::kind::Kind;
use crate::leaf::Leaf;

use Signer::{Gateway, Log, Own, Party};

/// What is wrong with the keys that a leaf names. All of them are checked to have signed.
pub(super) fn judge(
    keys: &Keys,
    leaf: &Leaf,
    value: &Value,
    own: Option<&PublicJwk>,
    by_registration: bool,
) -> Option<String> {
    let named = leaf.keys.iter().map(|index| keys.signer(leaf, *index));
    let Some(named) = named.collect::<Option<Vec<Signer>>>() else {
        return Some("it names a key that is not registered".to_owned());
    };
    let by_operator = matches!(named.as_slice(), [Gateway]) && leaf.issuer == OPERATOR;
    let refused = |holds: bool, what: &str| (!holds).then(|| what.to_owned());
    match leaf.kind {
        Kind::LedgerInit => refused(named.is_empty(), "nobody signs ledger.init"),
        Kind::PartyRegister
        | Kind::PartyProfile
        | Kind::TokenIssue
        | Kind::QueryCreate
        | Kind::QueryDelete
        | Kind::SubscriptionCreate
        | Kind::SubscriptionDelete => {
            refused(by_operator, "it is not signed by the operator's gateway alone")
        }
        Kind::EpcisCapture => capture(keys, leaf, &named),
        Kind::KeyAdd => key_add(keys, leaf, own, &named, by_registration),
        Kind::KeyRotate => key_rotate(keys, leaf, value, &named),
        Kind::KeyReset => key_reset(keys, leaf, value, &named),
        Kind::KeyRevoke => {
            let owner = value.get("kid").and_then(Value::as_str).and_then(|kid| keys.key(kid));
            let owns = owner.is_some_and(|(_, key)| key.owner == leaf.issuer);
            let holds = by_operator || owns && by_party(leaf, &named);
            refused(holds, "a key is revoked by its own party or by the operator")
        }
        Kind::PartySigning => {
            let raises =
                matches!(named.as_slice(), [Gateway]) && rule(value) == Some(Rule::Required);
            let holds = keys.parties.is_known(leaf.issuer) && (raises || by_party(leaf, &named));
            refused(holds, "only a party's own key lets the gateway sign for it")
        }
        Kind::LedgerKey => {
            let newest = keys.log_keys.last().map(|key| Log(key.by));
            let holds = leaf.issuer == OPERATOR
                && named.iter().copied().eq(newest.into_iter().chain([Own]));
            refused(holds, "a log key is changed by the one in force and the new one")
        }
        Kind::Erasure => {
            let [first, second] = named.as_slice() else {
                return refused(false, "an erasure is signed by operator and regulator");
            };
            let regulator = |signer: &Signer| match signer {
                Party(alias) => keys.parties.is_regulator(*alias),
                _ => false,
            };
            let holds = leaf.issuer == OPERATOR && *first == Gateway && regulator(second);
            refused(holds, "an erasure is signed by operator and regulator")
        }
    }
}

/// A member that records of this kind do not have: what was signed as another sort of record does
/// not count as this one.
pub(super) fn foreign_member(kind: Kind, value: &Value) -> Option<&str> {
    let members: &[&str] = match kind {
        Kind::KeyRotate => &["kid", "jwk"],
        Kind::KeyReset => &["party", "jwk", "reason"],
        Kind::KeyRevoke => &["kid", "reason"],
        Kind::PartySigning => &["signing"],
        Kind::PartyProfile => &["party", "profile"],
        Kind::QueryCreate => &["name", "owner", "query"],
        Kind::QueryDelete => &["name"],
        Kind::SubscriptionCreate => {
            &["id", "query", "owner", "dest", "schedule", "report_if_empty", "initial_record_time"]
        }
        Kind::SubscriptionDelete => &["id"],
        Kind::LedgerKey => &["log_vkey", "reason"],
        Kind::Erasure => &["index", "reason", "replacement"],
        Kind::LedgerInit
        | Kind::PartyRegister
        | Kind::KeyAdd
        | Kind::TokenIssue
        | Kind::EpcisCapture => return None,
    };
    let mut names = value.as_object()?.keys().map(String::as_str);
    names.find(|name| !members.contains(name))
}

fn by_party(leaf: &Leaf, named: &[Signer]) -> bool {
    !named.is_empty() && named.iter().all(|signer| *signer == Party(leaf.issuer))
}

fn capture(keys: &Keys, leaf: &Leaf, named: &[Signer]) -> Option<String> {
    if by_party(leaf, named) {
        return None;
    }
    if !matches!(named, [Gateway]) {
        return Some("it is signed neither by its issuer nor by the gateway".to_owned());
    }
    match keys.parties.rule_at(leaf.issuer, leaf.index) {
        Some(Rule::Gateway) => None,
        Some(Rule::Required) => {
            Some("the gateway signed, but the party's rule demands its own key".to_owned())
        }
        None => Some("the gateway signed for a party that is not registered".to_owned()),
    }
}

fn key_add(
    keys: &Keys,
    leaf: &Leaf,
    own: Option<&PublicJwk>,
    named: &[Signer],
    by_registration: bool,
) -> Option<String> {
    let kid = own.map(PublicJwk::thumbprint).unwrap_or_default();
    if leaf.issuer == OPERATOR {
        let named_first = keys.gateway_kid.as_deref().is_none_or(|first| first == kid);
        let first = leaf.index == 1 && named == [Own] && named_first;
        let what = "the operator's one key is that of entry 1, which ledger.init names";
        return (!first).then(|| what.to_owned());
    }
    let holds = match named {
        [Own] => by_registration && keys.parties.place_of(leaf.issuer, kid) == Some(leaf.index),
        [Party(owner), Own] => *owner == leaf.issuer,
        [Gateway, Own] => {
            keys.parties.is_known(leaf.issuer) && keys.parties.keys(leaf.issuer).is_empty()
        }
        _ => false,
    };
    (!holds).then(|| {
        "a key is added by its party's registration, by another key of the party, or by the \
         operator where the party never had one"
            .to_owned()
    })
}

fn key_rotate(keys: &Keys, leaf: &Leaf, value: &Value, named: &[Signer]) -> Option<String> {
    let ends = value.get("kid").and_then(Value::as_str).and_then(|kid| keys.key(kid));
    let holds = match (named, ends) {
        ([Party(owner), Own], Some((index, _))) => {
            *owner == leaf.issuer && leaf.keys.first() == Some(&index)
        }
        _ => false,
    };
    (!holds).then(|| "a rotation is signed by the key that ends and the new one".to_owned())
}

fn key_reset(keys: &Keys, leaf: &Leaf, value: &Value, named: &[Signer]) -> Option<String> {
    if value.get("party").and_then(Value::as_str) != keys.parties.id(leaf.issuer) {
        return Some("it resets the keys of another party than its issuer".to_owned());
    }
    let holds = match named {
        [Gateway, Party(by), Own] => keys.parties.is_regulator(*by) && *by != leaf.issuer,
        _ => false,
    };
    (!holds).then(|| "a reset is signed by operator, regulator and the new key".to_owned())
}
