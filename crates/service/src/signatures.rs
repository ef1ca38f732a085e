//! Issuers' signatures on a request: who signed, for which ledger, over which body.

use crate::draft::{Check, KeyLink};
use crate::error::{Code, Error};
use crate::limits::SIGNATURES_MAX;
use crate::publisher::{read, write};
use crate::views::key_link;
use laiqu_proof::{Hash, JwsError, PublicJwk, SubmissionClaims, SubmissionJws};
use laiqu_supervision::Registry;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// A body as it came, with its digest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    pub(crate) media_type: &'a str,
    pub(crate) sha256: &'a Hash,
}

/// Who signed a submission, and what must still hold when it gets its place.
#[derive(Debug)]
pub(crate) struct Signed {
    /// Alias of the party.
    pub(crate) party: u64,
    /// Aliases of the keys.
    pub(crate) keys: Vec<u64>,
    pub(crate) checks: Vec<Check>,
    pub(crate) links: Vec<KeyLink>,
}

/// Registered keys, decompressed once. A thumbprint names one key for ever.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys(RwLock<HashMap<String, Arc<PublicJwk>>>);

impl KnownKeys {
    fn get(&self, kid: &str, jwk: &str) -> Result<Arc<PublicJwk>, Error> {
        if let Some(known) = read(&self.0).get(kid) {
            return Ok(Arc::clone(known));
        }
        let parsed = PublicJwk::parse(jwk).map_err(|e| Error::internal("registered key", e))?;
        let parsed = Arc::new(parsed);
        write(&self.0).insert(kid.to_owned(), Arc::clone(&parsed));
        Ok(parsed)
    }
}

/// Parses all signature headers.
pub(crate) fn parse(signatures: &[String]) -> Result<Vec<SubmissionJws>, Error> {
    if signatures.len() > SIGNATURES_MAX {
        let detail = format!("at most {SIGNATURES_MAX} Submission-Signature headers are accepted");
        return Err(Error::new(Code::SignatureInvalid, detail));
    }
    signatures.iter().map(|text| SubmissionJws::parse(text).map_err(refused)).collect()
}

/// One signature that holds, by a registered and unrevoked key.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Alias of the party that owns the key.
    pub(crate) party: u64,
    /// Alias of the key.
    pub(crate) key: u64,
    /// What must still hold when the entry gets its place.
    pub(crate) checks: Vec<Check>,
    /// What it adds to the key's own chain.
    pub(crate) link: Option<KeyLink>,
}

/// Who may sign here and what they sign.
#[derive(Clone, Copy)]
pub(crate) struct Verifying<'a> {
    pub(crate) known: &'a KnownKeys,
    pub(crate) registry: &'a Registry,
    pub(crate) origin: &'a str,
    pub(crate) body: Body<'a>,
}

impl Verifying<'_> {
    /// Verifies one signature against the registry.
    pub(crate) fn one(&self, jws: &SubmissionJws, text: &str) -> Result<Signature, Error> {
        let kid = jws.kid();
        let key = self.registry.key(kid).ok_or_else(|| {
            let detail = format!("key {kid} is not registered; POST /v1/parties registers keys");
            Error::new(Code::KeyUnknown, detail)
        })?;
        let party = self.registry.party(key.owner).ok_or_else(|| {
            Error::new(Code::KeyUnknown, format!("key {kid} belongs to no party"))
        })?;
        if let Some(by) = key.revoked_by {
            let detail = format!("key {kid} was revoked by entry {by}");
            return Err(Error::new(Code::KeyNotEffective, detail));
        }
        let jwk = self.known.get(kid, &key.jwk)?;
        let mut checks = vec![Check::Key { kid: kid.to_owned(), owner: party.alias }];
        checks.extend(self.by(jws, &jwk, party.id.as_str())?);
        let link = key_link(jws, text);
        Ok(Signature { party: party.alias, key: key.alias, checks, link })
    }

    /// Verifies a signature by this very key in the name of this party, which may both be new.
    pub(crate) fn by(
        &self,
        jws: &SubmissionJws,
        key: &PublicJwk,
        party: &str,
    ) -> Result<Option<Check>, Error> {
        check_claims(jws.claims(), party, self.origin, self.body)?;
        jws.verify(key).map_err(refused)?;
        Ok(jws.claims().exp.map(|at| Check::NotExpired { at }))
    }

    /// Verifies the signatures of one party's submission.
    pub(crate) fn all(&self, signatures: &[String]) -> Result<Signed, Error> {
        let mut signed: Option<Signed> = None;
        for (jws, text) in parse(signatures)?.iter().zip(signatures) {
            let one = self.one(jws, text)?;
            let signed = signed.get_or_insert_with(|| Signed {
                party: one.party,
                keys: Vec::new(),
                checks: Vec::new(),
                links: Vec::new(),
            });
            if signed.party != one.party || signed.keys.contains(&one.key) {
                let detail = "every signature must be by another key of the same party";
                return Err(Error::new(Code::SignatureMismatch, detail));
            }
            signed.keys.push(one.key);
            signed.checks.extend(one.checks);
            signed.links.extend(one.link);
        }
        signed.ok_or_else(|| Error::new(Code::CredentialsMissing, MISSING))
    }
}

/// Whether a registered key made this signature for this ledger, over whatever body.
pub(crate) fn is_made_for(
    origin: &str,
    text: &str,
    (known, registry): (&KnownKeys, &Registry),
) -> bool {
    let Ok(jws) = SubmissionJws::parse(text) else { return false };
    let key = registry.key(jws.kid()).filter(|key| key.revoked_by.is_none());
    let key = key.and_then(|key| known.get(jws.kid(), &key.jwk).ok());
    jws.claims().aud == origin && key.is_some_and(|key| jws.verify(&key).is_ok())
}

/// Says what a write needs.
pub(crate) const MISSING: &str = "a Submission-Signature header or a bearer token is needed";

/// The claims must name this party, this ledger, this body and its media type.
fn check_claims(
    claims: &SubmissionClaims,
    party: &str,
    origin: &str,
    body: Body<'_>,
) -> Result<(), Error> {
    claims.check(Some(party), origin, body.sha256, body.media_type).map_err(refused)
}

/// The refusal for a signature that does not fit.
fn refused(error: JwsError) -> Error {
    let code = match &error {
        JwsError::OtherBody { .. } => Code::SignatureOtherBody,
        JwsError::OtherLedger { .. }
        | JwsError::OtherIssuer { .. }
        | JwsError::OtherMediaType { .. } => Code::SignatureMismatch,
        _ => Code::SignatureInvalid,
    };
    Error::new(code, error.to_string())
}
