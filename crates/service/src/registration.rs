//! Registering parties with their keys and issuing tokens: registry entries like any other.

use crate::draft::{Alias, Check, Draft};
use crate::error::{Code, Detail, Error};
use crate::init::{GATEWAY, JSON, JWK, LEDGER, registry_draft};
use crate::limits::{RECHECKS_MAX, REGISTRY_BODY_BYTES_MAX};
use crate::parties::PartyView;
use crate::principal::Credentials;
use crate::publisher::read;
use crate::receipt::{Opening, Receipt, receipt};
use crate::service::{Service, Written};
use crate::signatures::{self, Body};
use crate::token::{new_token, sha256};
use laiqu_ledger::Kind;
use laiqu_proof::PublicJwk;
use laiqu_supervision::{PartyId, PartyRegistration, RecordError, Role, TokenIssue};

/// Keys that a body brings, each with the signature by which it proves possession.
struct Proven {
    keys: Vec<(PublicJwk, String)>,
    checks: Vec<Check>,
}

impl Service {
    /// Registers a party with its keys. Each key proves possession by a signature over this very
    /// body. The same body again gets the first receipt.
    ///
    /// # Errors
    /// Where the caller is no operator, the body or a signature is wrong, or the party or a key is
    /// registered already.
    pub async fn register_party(
        &self,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<(PartyView, Receipt), Error> {
        self.principal(credentials)?.must_be_operator()?;
        let text = registry_text(body)?;
        let record = PartyRegistration::parse(text).map_err(refused_record)?;
        let Proven { keys, checks: unexpired } = self.proven_keys(&record, credentials, text)?;
        for _ in 0..RECHECKS_MAX {
            let digest = sha256(text.as_bytes());
            let (seen_size, before) = {
                let look_ups = read(&self.shared().look_ups);
                (look_ups.size, look_ups.submissions.find(LEDGER, &digest.0))
            };
            if let Some(index) = before {
                return Ok((self.party(&record.id)?, self.receipt_of(index, true)?));
            }
            let mut checks = vec![Check::NewParty(record.id.clone())];
            checks.extend(unexpired.iter().cloned());
            checks.extend(keys.iter().map(|(jwk, _)| Check::NewKey(jwk.thumbprint().to_owned())));
            let drafts = self.registration_drafts(text, &keys)?;
            let opening = drafts.first().map(|(_, opening)| opening.clone());
            let drafts = drafts.into_iter().map(|(draft, _)| draft).collect();
            if let Written::Done(ack) = self.write(drafts, checks, seen_size).await? {
                let leaf = ack.leaves.first().map(Vec::as_slice).unwrap_or_default();
                let at = ack.first_index;
                let receipt = receipt(self.shared(), &ack.checkpoint, at, leaf, opening)?;
                return Ok((self.party(&record.id)?, receipt));
            }
        }
        Err(Error::new(Code::Overloaded, "the registry is being written by many requests"))
    }

    fn registration_drafts(
        &self,
        text: &str,
        keys: &[(PublicJwk, String)],
    ) -> Result<Vec<(Draft, Opening)>, Error> {
        let jws = self.gateway_record_signature(JSON, text.as_bytes());
        let gateway = vec![Alias::Entry(GATEWAY)];
        let ledger = Alias::Entry(LEDGER);
        let party =
            registry_draft(Kind::PartyRegister, ledger, gateway, vec![jws], JSON, text.to_owned())?;
        let mut drafts = vec![party];
        for (member, (jwk, jws)) in (1u64..).zip(keys) {
            let (issuer, own) = (Alias::Group(0), vec![Alias::Group(member)]);
            let payload = jwk.to_json();
            drafts.push(registry_draft(
                Kind::KeyAdd,
                issuer,
                own,
                vec![jws.clone()],
                JWK,
                payload,
            )?);
        }
        Ok(drafts)
    }

    /// The keys of a registration.
    fn proven_keys(
        &self,
        record: &PartyRegistration,
        credentials: &Credentials,
        text: &str,
    ) -> Result<Proven, Error> {
        let parsed = signatures::parse(&credentials.signatures)?;
        let digest = sha256(text.as_bytes());
        let body = Body { media_type: JSON, sha256: &digest };
        let registry = self.registry();
        let verifying = self.verifying(&registry, body);
        let mut proven = Proven { keys: Vec::new(), checks: Vec::new() };
        for (at, raw) in record.keys.iter().enumerate() {
            let bad = |code, detail: String| {
                let pointer = format!("/keys/{at}");
                let fault = Detail { pointer, code: "key".to_owned(), detail: detail.clone() };
                Error::new(code, format!("keys/{at}: {detail}")).with(vec![fault])
            };
            let jwk = PublicJwk::parse(raw.get())
                .map_err(|e| bad(Code::InvalidDocument, e.to_string()))?;
            if proven.keys.iter().any(|(other, _)| other.thumbprint() == jwk.thumbprint()) {
                return Err(bad(Code::InvalidDocument, "the same key stands twice".to_owned()));
            }
            let mut signed = parsed.iter().zip(&credentials.signatures);
            let own = signed.find(|(jws, _)| jws.kid() == jwk.thumbprint());
            let Some((jws, text)) = own else {
                let detail = "no Submission-Signature by this key over this body proves possession";
                return Err(bad(Code::SignatureInvalid, detail.to_owned()));
            };
            proven.checks.extend(verifying.by(jws, &jwk, record.id.as_str())?);
            proven.keys.push((jwk, text.clone()));
        }
        if proven.keys.len() != parsed.len() {
            let detail = "a Submission-Signature is by a key that the body does not register";
            return Err(Error::new(Code::SignatureInvalid, detail));
        }
        Ok(proven)
    }

    /// Issues a bearer token that acts for a party. The text is in this answer and nowhere else.
    ///
    /// # Errors
    /// Where the caller is no operator or the party is not registered.
    pub async fn issue_token(
        &self,
        party: &str,
        credentials: &Credentials,
    ) -> Result<(String, Receipt), Error> {
        self.principal(credentials)?.must_be_operator()?;
        let id = PartyId::parse(party).map_err(|e| Error::new(Code::NotFound, e.to_string()))?;
        self.party(&id)?;
        let (token, token_sha256) = new_token()?;
        let record = TokenIssue { role: Role::Business, party: Some(id), token_sha256 };
        let text = serde_json::to_string(&record).map_err(|e| Error::internal("token", e))?;
        let jws = self.gateway_record_signature(JSON, text.as_bytes());
        let keys = vec![Alias::Entry(GATEWAY)];
        let draft =
            registry_draft(Kind::TokenIssue, Alias::Entry(LEDGER), keys, vec![jws], JSON, text)?;
        Ok((token, self.write_record(draft, Vec::new()).await?))
    }

    /// Writes one record as an entry of its own.
    pub(crate) async fn write_record(
        &self,
        (draft, opening): (Draft, Opening),
        checks: Vec<Check>,
    ) -> Result<Receipt, Error> {
        let seen_size = read(&self.shared().look_ups).size;
        match self.write(vec![draft], checks, seen_size).await? {
            Written::Done(ack) => {
                let leaf = ack.leaves.first().map(Vec::as_slice).unwrap_or_default();
                receipt(self.shared(), &ack.checkpoint, ack.first_index, leaf, Some(opening))
            }
            Written::LookAgain => Err(Error::new(Code::Overloaded, "too many writes; try again")),
        }
    }
}

/// The body of a registry request as text.
pub(crate) fn registry_text(body: &[u8]) -> Result<&str, Error> {
    if body.len() > REGISTRY_BODY_BYTES_MAX {
        let detail = format!("the body may have at most {REGISTRY_BODY_BYTES_MAX} bytes");
        return Err(Error::new(Code::BodyTooLarge, detail));
    }
    std::str::from_utf8(body).map_err(|error| {
        Error::new(Code::InvalidJson, format!("byte {} is not UTF-8", error.valid_up_to()))
    })
}

/// The refusal for a record that is not as it should be.
pub(crate) fn refused_record(error: RecordError) -> Error {
    match error {
        RecordError::Json(e) if e.is_data() => Error::new(Code::InvalidDocument, e.to_string()),
        RecordError::Json(e) => Error::new(Code::InvalidJson, e.to_string()),
        RecordError::Member { pointer, detail } => {
            let fault = Detail { pointer: pointer.to_owned(), code: "value".to_owned(), detail };
            Error::new(Code::InvalidDocument, format!("{} {}", fault.pointer, fault.detail))
                .with(vec![fault])
        }
    }
}
