//! How events are answered: as JSON or XML, with identifiers and words as they are asked for (EPCIS
//! 2.0, sections 10 to 12).

use super::forms::Forms;
use crate::body::json_text;
use crate::catalogue::{INVALID_PARAMETER, NOT_ACCEPTABLE};
use crate::problem::Problem;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use laiqu_epcis::identifier::CompanyPrefixes;
use laiqu_epcis::{EpcFormat, json};
use laiqu_interchange::{CbvFormat, WriteFault, write_xml};
use laiqu_service::StoredEvent;

/// What events may be answered as.
const EVENT_FORMS: Forms =
    Forms(&["application/json", "application/ld+json", "application/xml", "text/xml"]);
/// Header that says how identifiers are wanted, and what clients of GDST call it.
const EPC_FORMAT: [&str; 2] = ["GS1-EPC-Format", "GS1-EPC-Version"];
/// Header that says how words of the vocabulary are wanted in XML.
const CBV_FORMAT: &str = "GS1-CBV-XML-Format";

/// How events are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    media_type: &'static str,
    epc: EpcFormat,
    cbv: CbvFormat,
}

impl Form {
    /// How a request wants them.
    pub(crate) fn wanted(request: &HttpRequest) -> Result<Self, Problem> {
        let media_type = EVENT_FORMS.chosen(request)?;
        Ok(Self { media_type, epc: epc_format(request)?, cbv: cbv_format(request)? })
    }

    /// How a request wants them on a WebSocket, which speaks JSON.
    pub(crate) fn of_socket(request: &HttpRequest) -> Result<Self, Problem> {
        let (media_type, cbv) = ("application/json", CbvFormat::WebUri);
        Ok(Self { media_type, epc: epc_format(request)?, cbv })
    }

    /// Writes the identifiers of an event as they are wanted.
    pub(crate) fn translate(self, event: &mut StoredEvent) {
        if matches!(self.epc, EpcFormat::NoPreference | EpcFormat::NeverTranslates) {
            return;
        }
        // What is stored parses; were it otherwise, it is better shown as it is than not at all.
        let Ok(node) = json::parse(&event.raw) else { return };
        let text = self.epc.event(&node, &CompanyPrefixes::default()).into_owned();
        event.raw = text;
    }

    /// Refuses what could not be answered as it is wanted, before it is done. What is no event is
    /// for others to refuse.
    pub(crate) fn check(self, event: &str) -> Result<(), Problem> {
        let fault = self.is_xml().then(|| write_xml(event, self.cbv).err()).flatten();
        match fault {
            Some(fault @ WriteFault::NotInXml { .. }) => Err(not_in_xml(&fault)),
            _ => Ok(()),
        }
    }

    fn is_xml(self) -> bool {
        self.media_type.ends_with("xml")
    }

    /// An answer with this document or event, which is JSON.
    pub(crate) fn answer(self, status: u16, json: String) -> Result<HttpResponse, Problem> {
        let is_xml = self.is_xml();
        let text = if is_xml { self.xml(&json)? } else { json };
        let mut answer = json_text(status, self.media_type, text);
        let mut tell = |name, value| {
            let name = HeaderName::from_static(name);
            answer.headers_mut().insert(name, HeaderValue::from_static(value))
        };
        tell("gs1-epc-format", self.epc.name());
        if is_xml {
            let told = match self.cbv {
                CbvFormat::WebUri => "Always_Web_URI",
                CbvFormat::Urn => "Always_URN",
            };
            tell("gs1-cbv-xml-format", told);
        }
        Ok(answer)
    }

    fn xml(self, json: &str) -> Result<String, Problem> {
        write_xml(json, self.cbv).map_err(|fault| match fault {
            WriteFault::NotInXml { .. } => not_in_xml(&fault),
            fault => Problem::internal("stored event as XML", fault),
        })
    }
}

fn not_in_xml(fault: &WriteFault) -> Problem {
    Problem::new(&NOT_ACCEPTABLE, format!("this cannot be said in XML, ask for JSON: {fault}"))
}

/// Where nobody says, identifiers are answered as they were sent: that is what was signed.
fn epc_format(request: &HttpRequest) -> Result<EpcFormat, Problem> {
    for name in EPC_FORMAT {
        let Some(value) = request.headers().get(name) else { continue };
        return value.to_str().ok().and_then(EpcFormat::parse).ok_or_else(|| {
            let words = EpcFormat::ALL.map(EpcFormat::name).join(", ");
            Problem::new(&INVALID_PARAMETER, format!("{name} is one of {words}"))
        });
    }
    Ok(EpcFormat::NeverTranslates)
}

fn cbv_format(request: &HttpRequest) -> Result<CbvFormat, Problem> {
    match request.headers().get(CBV_FORMAT).map(HeaderValue::as_bytes) {
        // JSON has words, of which XML knows URIs: there is nothing else to keep.
        None | Some(b"No_Preference" | b"Never_Translates" | b"Always_Web_URI") => {
            Ok(CbvFormat::WebUri)
        }
        Some(b"Always_URN") => Ok(CbvFormat::Urn),
        Some(_) => {
            let words = "No_Preference, Always_Web_URI, Always_URN, Never_Translates";
            Err(Problem::new(&INVALID_PARAMETER, format!("{CBV_FORMAT} is one of {words}")))
        }
    }
}
