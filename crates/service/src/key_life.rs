//! The life of a party's keys and of its signing rule. Each change is an entry that counts from
//! the next one on, and what it rests on is judged again when the entry gets its place.

use crate::check::key_is_new;
use crate::draft::{Alias, Check};
use crate::error::{Code, Detail, Error};
use crate::init::{GATEWAY, JSON, JWK, LEDGER, registry_draft};
use crate::principal::Credentials;
use crate::publisher::read;
use crate::receipt::Receipt;
use crate::registration::{refused_record, registry_text};
use crate::service::Service;
use crate::signatures::{self, Body, Signature};
use crate::token::sha256;
use laiqu_ledger::Kind;
use laiqu_proof::{Hash, PublicJwk};
use laiqu_supervision::{
    KeyReset, KeyRevocation, KeyRotation, Kind as Business, Party, PartyId, Registry,
    SigningChange, SigningRule,
};

/// The new key that a body brings and who stands behind it.
struct Brought {
    /// The new key's own signature.
    own: String,
    /// Further signatures with their texts, by registered keys.
    others: Vec<(Signature, String)>,
    /// What must still hold when the entry gets its place.
    checks: Vec<Check>,
}

impl Brought {
    /// The one signature beside the new key's; `signers` are those that may sign.
    fn one_other(&mut self, missing: &str, signers: &str) -> Result<(Signature, String), Error> {
        let other = self.others.pop().ok_or_else(|| missing_signature(missing))?;
        if self.others.is_empty() { Ok(other) } else { Err(too_many(signers)) }
    }
}

impl Service {
    /// Adds a key to a party: signed by the new key and by an effective key of the party, or by an
    /// operator where the party never had a key.
    ///
    /// # Errors
    /// Where the key is registered already, or its signature or the other one is not as it must be.
    pub async fn add_key(
        &self,
        party: &str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<Receipt, Error> {
        let text = registry_text(body)?;
        let jwk = PublicJwk::parse(text)
            .map_err(|error| Error::new(Code::InvalidDocument, error.to_string()))?;
        let registry = self.registry();
        let owner = owner(&registry, party)?;
        let mut brought = self.brought(&registry, owner, &jwk, JWK, text, credentials)?;
        let (key, jws) = match brought.others.pop() {
            Some(other) if brought.others.is_empty() => by_own_key(other, owner)?,
            Some(_) => return Err(too_many("the new key and one key of the party")),
            None => {
                self.principal(credentials)?.must_be_operator()?;
                brought.checks.push(Check::NeverHadKey { party: owner.alias });
                (GATEWAY, self.gateway_record_signature(JWK, text.as_bytes()))
            }
        };
        let keys = vec![Alias::Entry(key), Alias::Group(0)];
        let (issuer, jws) = (Alias::Entry(owner.alias), vec![jws, brought.own]);
        let draft = registry_draft(Kind::KeyAdd, issuer, keys, jws, JWK, text.to_owned())?;
        self.write_record(draft, brought.checks).await
    }

    /// Replaces a key of a party by a new one; both sign.
    ///
    /// # Errors
    /// Where the new key is registered already, the old one is not effective, or one of the two
    /// signatures is not as it must be.
    pub async fn rotate_key(
        &self,
        party: &str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<Receipt, Error> {
        let text = registry_text(body)?;
        let KeyRotation { kid, jwk } = KeyRotation::parse(text).map_err(refused_record)?;
        let jwk = member_key(jwk.get())?;
        let registry = self.registry();
        let owner = owner(&registry, party)?;
        let mut brought = self.brought(&registry, owner, &jwk, JSON, text, credentials)?;
        let signers = "the old and the new key";
        let other = brought.one_other("the key that ends must sign, too", signers)?;
        let (old, jws) = by_own_key(other, owner)?;
        if registry.key(&kid).map(|key| key.alias) != Some(old) {
            let detail = "the key that ends must sign itself; another key of the party revokes it";
            return Err(Error::new(Code::SignatureMismatch, detail));
        }
        let keys = vec![Alias::Entry(old), Alias::Group(0)];
        let (issuer, jws) = (Alias::Entry(owner.alias), vec![jws, brought.own]);
        let draft = registry_draft(Kind::KeyRotate, issuer, keys, jws, JSON, text.to_owned())?;
        self.write_record(draft, brought.checks).await
    }

    /// Replaces all keys of a party that lost them: by an operator and a regulator's key, with the
    /// new key's signature.
    ///
    /// # Errors
    /// Where the caller is no operator, no other party that is a regulator signed, or the new key
    /// is registered already or did not sign.
    pub async fn reset_keys(
        &self,
        party: &str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<Receipt, Error> {
        self.principal(credentials)?.must_be_operator()?;
        let text = registry_text(body)?;
        let record = KeyReset::parse(text).map_err(refused_record)?;
        let jwk = member_key(record.jwk.get())?;
        let registry = self.registry();
        let owner = owner(&registry, party)?;
        if record.party != owner.id {
            return Err(fault("/party", "it is another party than the one in the path"));
        }
        let mut brought = self.brought(&registry, owner, &jwk, JSON, text, credentials)?;
        let signers = "the new key and one regulator's key";
        let (regulator, jws) = brought.one_other("a regulator's key must sign, too", signers)?;
        if self::regulator(&registry, regulator.party)?.alias == owner.alias {
            let detail = "a regulator does not reset its own keys; another one must sign";
            return Err(Error::new(Code::Forbidden, detail));
        }
        let gateway = self.gateway_record_signature(JSON, text.as_bytes());
        let keys = vec![Alias::Entry(GATEWAY), Alias::Entry(regulator.key), Alias::Group(0)];
        let (issuer, jws) = (Alias::Entry(owner.alias), vec![gateway, jws, brought.own]);
        let draft = registry_draft(Kind::KeyReset, issuer, keys, jws, JSON, text.to_owned())?;
        self.write_record(draft, brought.checks).await
    }

    /// Revokes a key: by an operator, or signed by any effective key of its party.
    ///
    /// # Errors
    /// Where neither stands behind it, or the key is not that party's or revoked already.
    pub async fn revoke_key(
        &self,
        party: &str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<Receipt, Error> {
        let text = registry_text(body)?;
        let record = KeyRevocation::parse(text).map_err(refused_record)?;
        let registry = self.registry();
        let owner = owner(&registry, party)?.alias;
        let mut checks = vec![Check::Key { kid: record.kid, owner }];
        let draft = if credentials.signatures.is_empty() {
            self.principal(credentials)?.must_be_operator()?;
            let jws = self.gateway_record_signature(JSON, text.as_bytes());
            let (ledger, keys) = (Alias::Entry(LEDGER), vec![Alias::Entry(GATEWAY)]);
            registry_draft(Kind::KeyRevoke, ledger, keys, vec![jws], JSON, text.to_owned())?
        } else {
            let digest = sha256(text.as_bytes());
            let body = Body { media_type: JSON, sha256: &digest };
            let signed = self.verifying(&registry, body).all(&credentials.signatures)?;
            if signed.party != owner {
                return Err(Error::new(Code::Forbidden, "a key is revoked by its own party only"));
            }
            checks.extend(signed.checks);
            let keys = signed.keys.into_iter().map(Alias::Entry).collect();
            let (issuer, jws) = (Alias::Entry(owner), credentials.signatures.clone());
            registry_draft(Kind::KeyRevoke, issuer, keys, jws, JSON, text.to_owned())?
        };
        self.write_record(draft, checks).await
    }

    /// Changes who must sign a party's submissions: the party by its own key, or an operator, who
    /// can only demand signatures. A party's signature must go on with its key's chain (`seq` and
    /// `prev`): the same few bytes may be right again later, and nobody else shall post them then.
    ///
    /// # Errors
    /// Where neither stands behind it, the rule is so already, or the party could post no more.
    pub async fn change_signing(
        &self,
        party: &str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<Receipt, Error> {
        let text = registry_text(body)?;
        let SigningChange { signing } = SigningChange::parse(text).map_err(refused_record)?;
        let registry = self.registry();
        let owner = owner(&registry, party)?.alias;
        let mut checks = vec![Check::NewSigning { party: owner, signing }];
        let (keys, jws) = if credentials.signatures.is_empty() {
            self.principal(credentials)?.must_be_operator()?;
            if signing == SigningRule::Gateway {
                let detail = "only a party's own key allows the gateway to sign for it";
                return Err(Error::new(Code::Forbidden, detail));
            }
            (vec![GATEWAY], vec![self.gateway_record_signature(JSON, text.as_bytes())])
        } else {
            let digest = sha256(text.as_bytes());
            let body = Body { media_type: JSON, sha256: &digest };
            let signed = self.verifying(&registry, body).all(&credentials.signatures)?;
            if signed.party != owner {
                let detail = "a signing rule is changed by the party's own key";
                return Err(Error::new(Code::Forbidden, detail));
            }
            if signed.links.len() < signed.keys.len() {
                return Err(self.unchained(&credentials.signatures));
            }
            checks.extend(signed.checks);
            (signed.keys, credentials.signatures.clone())
        };
        let keys = keys.into_iter().map(Alias::Entry).collect();
        let issuer = Alias::Entry(owner);
        let draft = registry_draft(Kind::PartySigning, issuer, keys, jws, JSON, text.to_owned())?;
        self.write_record(draft, checks).await
    }

    /// Tells the new key's signature from the others, and verifies all of them.
    fn brought(
        &self,
        registry: &Registry,
        owner: &Party,
        jwk: &PublicJwk,
        media_type: &str,
        text: &str,
        credentials: &Credentials,
    ) -> Result<Brought, Error> {
        let digest = sha256(text.as_bytes());
        let verifying = self.verifying(registry, Body { media_type, sha256: &digest });
        let (mut own, mut others) = (None, Vec::new());
        let mut checks = vec![Check::NewKey(jwk.thumbprint().to_owned())];
        key_is_new(registry, jwk.thumbprint())?;
        let parsed = signatures::parse(&credentials.signatures)?;
        for (jws, text) in parsed.iter().zip(&credentials.signatures) {
            if jws.kid() != jwk.thumbprint() {
                let mut other = verifying.one(jws, text)?;
                checks.append(&mut other.checks);
                others.push((other, text.clone()));
            } else if own.is_none() {
                checks.extend(verifying.by(jws, jwk, owner.id.as_str())?);
                own = Some(text.clone());
            } else {
                return Err(too_many("each key"));
            }
        }
        let own = own.ok_or_else(|| {
            missing_signature("the new key must sign this very body, to prove possession")
        })?;
        Ok(Brought { own, others, checks })
    }

    /// The refusal for a signature that does not go on with its key's chain.
    fn unchained(&self, given: &[String]) -> Error {
        let newest = |kid: &str| read(&self.shared().look_ups).key_chains.get(kid).copied();
        let wanted = signatures::parse(given).unwrap_or_default();
        let wanted = wanted.first().and_then(|jws| newest(jws.kid()));
        let (seq, prev) = wanted.map_or((0, Hash::ZERO), |(seq, hash)| (seq + 1, hash));
        let detail = format!(
            "this signature must carry the claims seq and prev; the key's chain goes on with seq \
             {seq} and prev {prev}"
        );
        Error::new(Code::KeyChainConflict, detail)
    }
}

pub(crate) fn owner<'a>(registry: &'a Registry, party: &str) -> Result<&'a Party, Error> {
    let found = PartyId::parse(party).ok().and_then(|id| registry.party_by_id(&id));
    found.ok_or_else(|| Error::new(Code::NotFound, format!("party {party} is not registered")))
}

/// The regulator that signs beside the operator. The caller sees to it that they are two parties.
pub(crate) fn regulator(registry: &Registry, alias: u64) -> Result<&Party, Error> {
    let found = registry.party(alias).filter(|p| p.kinds.contains(&Business::Regulator));
    let detail = "the signature beside the operator's must be by a regulator's key";
    found.ok_or_else(|| Error::new(Code::Forbidden, detail))
}

fn by_own_key(
    (signature, text): (Signature, String),
    owner: &Party,
) -> Result<(u64, String), Error> {
    if signature.party == owner.alias {
        return Ok((signature.key, text));
    }
    let detail = "a party's keys are changed by its own keys only";
    Err(Error::new(Code::Forbidden, detail))
}

fn member_key(text: &str) -> Result<PublicJwk, Error> {
    PublicJwk::parse(text).map_err(|error| fault("/jwk", &error.to_string()))
}

pub(crate) fn fault(pointer: &str, detail: &str) -> Error {
    let fault =
        Detail { pointer: pointer.to_owned(), code: "value".to_owned(), detail: detail.to_owned() };
    Error::new(Code::InvalidDocument, format!("{pointer} {detail}")).with(vec![fault])
}

pub(crate) fn missing_signature(detail: &str) -> Error {
    Error::new(Code::SignatureInvalid, format!("a Submission-Signature is missing: {detail}"))
}

pub(crate) fn too_many(expected: &str) -> Error {
    Error::new(Code::SignatureMismatch, format!("{expected} sign once each, and nobody else"))
}
