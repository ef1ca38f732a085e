//! Erasing a document: by an operator and a regulator together, once it need not be kept any more.

use crate::draft::{Alias, Check, Draft};
use crate::entries::with_document;
use crate::erased::outcome;
use crate::error::{Code, Error};
use crate::init::{GATEWAY, JSON, LEDGER, draft_with};
use crate::key_life::{missing_signature, regulator, too_many};
use crate::principal::Credentials;
use crate::publisher::read;
use crate::receipt::{Opening, Receipt};
use crate::registration::{refused_record, registry_text};
use crate::retention::Retention;
use crate::service::Service;
use crate::signatures::{self, Body, Signature};
use crate::token::{random, sha256};
use crate::views::effects_of;
use laiqu_ledger::{Entry, Kind};
use laiqu_supervision::{Erasure, Registry};

impl Service {
    /// Erases the document of an entry: writes an `erasure` entry, then overwrites the document's
    /// private frame. Leaf, chain and proofs stay. By an operator, with the signature of a
    /// regulator that did not issue the document, over the same body.
    ///
    /// # Errors
    /// Where one of the two does not stand behind it, the entry is of a kind that stays or is
    /// erased already, its document must still be kept, or the replacement is none.
    pub async fn erase(&self, body: &[u8], credentials: &Credentials) -> Result<Receipt, Error> {
        self.principal(credentials)?.must_be_operator()?;
        let text = registry_text(body)?;
        let record = Erasure::parse(text).map_err(refused_record)?;
        // One after the other: each finds what the one before it left.
        let _one = self.erasing().lock().await;
        let registry = self.registry();
        let (regulator, jws) = self.by_regulator(&registry, text, credentials)?;
        let entry = self.entry(record.index)?;
        self.must_be_erasable(&entry)?;
        if regulator.party == entry.leaf.issuer {
            let detail = "a regulator does not erase its own document; another one must sign";
            return Err(Error::new(Code::Forbidden, detail));
        }
        self.must_replace(&record, &entry)?;
        let frame = self.frame_of(&entry)?;
        let retention =
            with_document(frame, |document, _| Retention::of(document, entry.leaf.time_micros))?;
        let mut checks = regulator.checks;
        checks.push(Check::RetentionOver { index: record.index, retention });
        let (draft, opening) = self.erasure_draft(&entry, regulator.key, jws, text)?;
        let draft = Draft { erases: Some(record.index), ..draft };
        self.write_record((draft, opening), checks).await
    }

    /// The one signature, which must be a regulator's, and its text.
    fn by_regulator(
        &self,
        registry: &Registry,
        text: &str,
        credentials: &Credentials,
    ) -> Result<(Signature, String), Error> {
        let digest = sha256(text.as_bytes());
        let verifying = self.verifying(registry, Body { media_type: JSON, sha256: &digest });
        let parsed = signatures::parse(&credentials.signatures)?;
        match (parsed.as_slice(), credentials.signatures.as_slice()) {
            ([jws], [text]) => {
                let signature = verifying.one(jws, text)?;
                regulator(registry, signature.party)?;
                Ok((signature, text.clone()))
            }
            ([], _) => Err(missing_signature("a regulator's key must sign this very body")),
            _ => Err(too_many("one regulator's key")),
        }
    }

    fn must_be_erasable(&self, entry: &Entry) -> Result<(), Error> {
        let (index, kind) = (entry.leaf.index, entry.leaf.kind);
        if !kind.is_erasable() {
            let detail = format!("entry {index} is of kind {}, which stays", kind.as_str());
            return Err(Error::new(Code::NotErasable, detail));
        }
        self.frame_of(entry).map(|_| ())
    }

    /// The replacement, where one is named, is another document of the same issuer.
    fn must_replace(&self, record: &Erasure, entry: &Entry) -> Result<(), Error> {
        let Some(index) = record.replacement else { return Ok(()) };
        let other = self.entry(index)?;
        let fits = other.leaf.kind == Kind::EpcisCapture
            && other.leaf.issuer == entry.leaf.issuer
            && other.frame.is_some()
            && index != record.index;
        if fits {
            return Ok(());
        }
        let detail = format!("entry {index} is no other document of the same issuer");
        Err(Error::new(Code::NotErasable, detail))
    }

    fn erasure_draft(
        &self,
        entry: &Entry,
        key: u64,
        jws: String,
        text: &str,
    ) -> Result<(Draft, Opening), Error> {
        let effects = effects_of(entry).map_err(|e| Error::internal("stored document", e))?;
        let salt = read(&self.shared().look_ups).erased.salt().map_or_else(random, Ok)?;
        let outcome = outcome(entry.leaf.index, entry.leaf.issuer, effects, &salt);
        let gateway = self.gateway_record_signature(JSON, text.as_bytes());
        let keys = vec![Alias::Entry(GATEWAY), Alias::Entry(key)];
        let (ledger, jws) = (Alias::Entry(LEDGER), vec![gateway, jws]);
        draft_with(Kind::Erasure, ledger, keys, jws, JSON, text.to_owned(), outcome)
    }
}
