//! Capturing events: a document is checked as a whole, written as one entry, and answered with its
//! receipt once it is durable.

use crate::captured::{CaptureMode, CaptureRequest, Captured, CapturedEvent};
use crate::draft::{Alias, Check, Draft, Effects, NewEvent};
use crate::error::{Code, Detail, Error};
use crate::judge::{Judged, Stands, refusal};
use crate::limits::{CAPTURE_BODY_BYTES_MAX, CAPTURE_EVENTS_MAX, RECHECKS_MAX};
use crate::master_data::statements_of;
use crate::outcome::{Outcome, Reason, RefusedEvent};
use crate::payload::{Payload, XML_MEDIA_TYPES};
use crate::principal::{Credentials, Principal};
use crate::profile::{must_meet, refuse_events};
use crate::publisher::read;
use crate::receipt::{Opening, receipt};
use crate::service::{Service, Written};
use crate::signatures::{self, Body, Signed};
use crate::token::{random, sha256};
use crate::views::{dates_of, labels_of, names_of};
use laiqu_epcis::facts::Position;
use laiqu_epcis::{Document, DocumentKind, Fault, FaultyEvent};
use laiqu_interchange::XmlFault;
use laiqu_ledger::{FrameError, FrameView, Kind, events_root};
use laiqu_proof::Hash;
use std::collections::BTreeSet;
use tracing::Instrument as _;

/// Media types of captured documents.
pub const CAPTURE_MEDIA_TYPES: [&str; 4] =
    ["application/json", "application/ld+json", "application/xml", "text/xml"];

/// A document as judged, with the draft of its entry unless nothing in it is new.
struct Prepared {
    draft: Option<(Draft, Opening)>,
    /// The profile that it was held against.
    profile: Option<Check>,
    judged: Vec<Judged>,
}

impl Service {
    /// Captures a document: all of it or nothing, unless it is to proceed without the events that
    /// are refused.
    ///
    /// # Errors
    /// With the reason and, for each fault, a pointer to it; nothing is written then.
    pub async fn capture(&self, request: CaptureRequest) -> Result<Captured, Error> {
        let captured = self.take(request).await?;
        self.metrics().captured(&captured);
        Ok(captured)
    }

    async fn take(&self, request: CaptureRequest) -> Result<Captured, Error> {
        let text = checked_text(&request)?;
        let digest = sha256(&request.body);
        let body = Body { media_type: &request.media_type, sha256: &digest };
        let verify = tracing::debug_span!("verify");
        let (signed, jws) = verify.in_scope(|| self.capture_issuer(&request.credentials, body))?;
        for _ in 0..RECHECKS_MAX {
            let (seen_size, before, erased) = {
                let look_ups = read(&self.shared().look_ups);
                let before = look_ups.submissions.find(signed.party, &digest.0);
                (look_ups.size, before, look_ups.erased.find(signed.party, &digest))
            };
            if let Some((index, by)) = erased {
                let detail = format!("this document stood at entry {index} and was erased by {by}");
                return Err(Error::new(Code::Erased, detail));
            }
            if let Some(index) = before {
                if request.mode == CaptureMode::OneEvent {
                    let payload = Payload::read(&request.media_type, text).map_err(refused_xml)?;
                    parsed(&payload, request.mode)?;
                }
                return self.replay(index);
            }
            let parse = tracing::debug_span!("parse");
            let prepared =
                parse.in_scope(|| self.prepare(text, &request, &signed, &jws, digest))?;
            let Prepared { draft, profile, judged } = prepared;
            let Some((draft, opening)) = draft else { return self.all_duplicates(judged) };
            let checks = signed.checks.iter().cloned().chain(profile).collect();
            let sequence = tracing::debug_span!("sequence");
            match self.write(vec![draft], checks, seen_size).instrument(sequence).await? {
                Written::Done(ack) => {
                    let leaf = ack.leaves.first().map(Vec::as_slice).unwrap_or_default();
                    let at = ack.first_index;
                    let receipt = receipt(self.shared(), &ack.checkpoint, at, leaf, Some(opening))?;
                    let events = self.placed_events(judged, at)?;
                    let proceed = request.mode == CaptureMode::Proceed;
                    return Ok(Captured { receipt, events, proceed, replayed: false });
                }
                Written::LookAgain => {}
            }
        }
        Err(Error::new(Code::Overloaded, "the same events are being written by many requests"))
    }

    /// Who submits, by signature or by a token that the gateway may sign for.
    fn capture_issuer(
        &self,
        credentials: &Credentials,
        body: Body<'_>,
    ) -> Result<(Signed, Vec<String>), Error> {
        let registry = self.registry();
        if !credentials.signatures.is_empty() {
            let signed = self.verifying(&registry, body).all(&credentials.signatures)?;
            return Ok((signed, credentials.signatures.clone()));
        }
        let Some(bearer) = &credentials.bearer else {
            return Err(Error::new(Code::CredentialsMissing, signatures::MISSING));
        };
        let Principal::Business { party } = Principal::of_bearer(&registry, bearer)? else {
            let detail = "an operator token acts for no party; use a party's token or signature";
            return Err(Error::new(Code::Forbidden, detail));
        };
        let Some(holder) = registry.party(party) else {
            return Err(Error::new(Code::TokenUnknown, "the token's party is not registered"));
        };
        let jws = self.gateway_signature(holder.id.as_str(), body);
        let checks = vec![Check::GatewayMaySign { party }];
        let keys = vec![self.gateway_alias()];
        Ok((Signed { party, keys, checks, links: Vec::new() }, vec![jws]))
    }

    /// Judges each event; a draft unless none of them is new.
    fn prepare(
        &self,
        text: &str,
        request: &CaptureRequest,
        signed: &Signed,
        jws: &[String],
        body_sha256: Hash,
    ) -> Result<Prepared, Error> {
        let proceed = request.mode == CaptureMode::Proceed;
        let read = if proceed { Payload::read_each } else { Payload::read };
        let payload = read(&request.media_type, text).map_err(refused_xml)?;
        let (document, faulty) = parsed(&payload, request.mode)?;
        let mut judged = self.judge(&document, faulty, signed.party)?;
        payload.place_refused(&mut judged, &[]);
        payload.refuse_form(&mut judged);
        if !proceed && let Some(error) = refusal(&judged) {
            return Err(error);
        }
        let statements = statements_of(&document);
        let stands = |event: &Judged| matches!(event.stands, Some(Stands::Ledger(_)));
        let stand_all = !judged.is_empty() && judged.iter().all(stands);
        if stand_all && self.is_said(signed.party, &statements) {
            return Ok(Prepared { draft: None, profile: None, judged });
        }
        let registry = self.registry();
        let profile = if proceed {
            let before: Vec<usize> = judged.iter().map(|event| event.refused.len()).collect();
            let profile = refuse_events(&registry, signed.party, &document, &mut judged);
            payload.place_refused(&mut judged, &before);
            profile
        } else {
            must_meet(&registry, signed.party, &document)
        };
        let profile = profile.map_err(|error| payload.placed_error(error))?;
        let none_taken = judged.iter().all(|event| !event.refused.is_empty());
        if none_taken && let Some(error) = refusal(&judged) {
            return Err(error);
        }
        let outcome = outcome_of(&judged, proceed);
        let raw = payload.events(&document);
        let mut events = Vec::with_capacity(judged.len());
        for ((ordinal, event), judged) in (0u32..).zip(&document.events).zip(&judged) {
            if judged.is_new() {
                events.push(NewEvent::of(
                    ordinal,
                    event,
                    (&judged.id, judged.id_digest),
                    signed.party,
                ));
            }
        }
        let effects = Effects {
            events,
            names: names_of(&document),
            labels: labels_of(&document),
            dates: dates_of(&document),
            statements,
            chains: signed.links.clone(),
            ..Effects::of_body(body_sha256)
        };
        let outcome = outcome.encode();
        let frame = FrameView {
            salt: random()?,
            signatures: jws.iter().map(String::as_str).collect(),
            media_type: &request.media_type,
            payload: &request.body,
            outcome: outcome.as_bytes(),
        };
        let draft = Draft {
            kind: Kind::EpcisCapture,
            erases: None,
            issuer: Alias::Entry(signed.party),
            keys: signed.keys.iter().copied().map(Alias::Entry).collect(),
            events_root: events_root(&frame.salt, &raw),
            commitment: frame.commitment(&body_sha256),
            events: u32::try_from(raw.len()).unwrap_or(u32::MAX),
            frame: frame.encode().map_err(too_large)?,
            effects,
        };
        Ok(Prepared { draft: Some((draft, Opening::of_view(&frame))), profile, judged })
    }

    /// Nothing new in the document: the first receipt answers it.
    fn all_duplicates(&self, judged: Vec<Judged>) -> Result<Captured, Error> {
        let events = self.placed_events(judged, 0)?;
        let first = events.iter().map(|event| event.index).min().unwrap_or(0);
        let receipt = self.receipt_of(first, true)?;
        Ok(Captured { receipt, events, proceed: false, replayed: true })
    }

    /// The same body stands at `index`: its first receipt, once more.
    fn replay(&self, index: u64) -> Result<Captured, Error> {
        let (events, proceed) = self.events_of_entry(index)?;
        Ok(Captured { receipt: self.receipt_of(index, true)?, events, proceed, replayed: true })
    }

    fn placed_events(&self, judged: Vec<Judged>, index: u64) -> Result<Vec<CapturedEvent>, Error> {
        let mut told = BTreeSet::new();
        let place = |(ordinal, event): (u32, Judged)| {
            let here = Position { index, ordinal };
            let (position, first_receipt) = match event.stands {
                None => (here, None),
                Some(Stands::Document(at)) => (Position { index, ordinal: at }, None),
                Some(Stands::Ledger(at)) => (at, self.first_receipt(at.index, &mut told)?),
            };
            Ok(CapturedEvent {
                ordinal,
                event_id: event.id,
                assigned: event.assigned,
                index: position.index,
                at: position.ordinal,
                duplicate: event.stands.is_some(),
                disputed: event.disputed,
                first_receipt,
                refused: event.refused.into_iter().map(Reason::from).collect(),
            })
        };
        (0u32..).zip(judged).map(place).collect()
    }
}

/// Reads the document as it is to be taken; with its faulty events where those are left out.
fn parsed<'p>(
    payload: &'p Payload<'_>,
    mode: CaptureMode,
) -> Result<(Document<'p>, Vec<FaultyEvent>), Error> {
    let read = match mode {
        CaptureMode::Proceed => payload.each(),
        CaptureMode::Rollback | CaptureMode::OneEvent => {
            let read = Document::parse(payload.json(), &payload.limits());
            read.map(|document| (document, Vec::new()))
        }
    };
    let (document, faulty) = read.map_err(|faults| refused_document(payload.placed(faults)))?;
    if mode == CaptureMode::OneEvent && document.kind != DocumentKind::BareEvent {
        let detail = "one event without a document around it is taken here; \
                      post documents to /epcis/capture";
        return Err(Error::new(Code::InvalidDocument, detail));
    }
    if document.events.is_empty() && document.master_data.is_empty() {
        let detail = "the document holds neither an event nor master data";
        return Err(Error::new(Code::InvalidDocument, detail));
    }
    if document.events.len() > CAPTURE_EVENTS_MAX {
        let detail = format!("a document may hold at most {CAPTURE_EVENTS_MAX} events");
        return Err(Error::new(Code::TooManyEvents, detail));
    }
    Ok((document, faulty))
}

fn outcome_of(judged: &[Judged], proceed: bool) -> Outcome {
    let outcome = Outcome::of_capture(
        judged.iter().map(|event| (event.is_new(), event.assigned.then_some(event.id.as_str()))),
    );
    let disputed = (0u32..).zip(judged).filter(|(_, event)| event.disputed && event.is_new());
    let outcome = Outcome { disputed: disputed.map(|(ordinal, _)| ordinal).collect(), ..outcome };
    if !proceed {
        return outcome;
    }
    let refused = (0u32..).zip(judged).filter(|(_, event)| !event.refused.is_empty());
    let refused = refused.map(|(ordinal, event)| RefusedEvent {
        ordinal,
        reasons: event.refused.iter().cloned().map(Reason::from).collect(),
    });
    outcome.proceeding(refused.collect())
}

fn checked_text(request: &CaptureRequest) -> Result<&str, Error> {
    if !CAPTURE_MEDIA_TYPES.contains(&request.media_type.as_str()) {
        let accepted = CAPTURE_MEDIA_TYPES.join(" or ");
        let detail = format!("media type {:?}; send {accepted}", request.media_type);
        return Err(Error::new(Code::UnsupportedMediaType, detail));
    }
    if request.body.len() > CAPTURE_BODY_BYTES_MAX {
        let detail = format!("the body may have at most {CAPTURE_BODY_BYTES_MAX} bytes");
        return Err(Error::new(Code::BodyTooLarge, detail));
    }
    std::str::from_utf8(&request.body).map_err(|error| {
        let detail = format!("byte {} is not UTF-8", error.valid_up_to());
        let is_xml = XML_MEDIA_TYPES.contains(&request.media_type.as_str());
        Error::new(if is_xml { Code::InvalidXml } else { Code::InvalidJson }, detail)
    })
}

/// The refusal for XML that is no EPCIS document in form.
fn refused_xml(fault: XmlFault) -> Error {
    let reader = fault.code.is_of_reader();
    let code = if reader { Code::InvalidXml } else { Code::InvalidDocument };
    Error::new(code, fault.to_string()).with(vec![Detail::from(&fault)])
}

fn too_large(error: FrameError) -> Error {
    Error::new(Code::BodyTooLarge, error.to_string())
}

/// The refusal for a document with faults.
fn refused_document(faults: Vec<Fault>) -> Error {
    let syntax = faults.iter().any(|fault| fault.code.is_of_reader());
    let code = if syntax { Code::InvalidJson } else { Code::InvalidDocument };
    let first = faults.first().map_or_else(String::new, ToString::to_string);
    let more = faults.len().saturating_sub(1);
    let detail = if more == 0 { first } else { format!("{first} (and {more} more)") };
    let details = faults.into_iter().map(Detail::from);
    Error::new(code, detail).with(details.collect())
}
