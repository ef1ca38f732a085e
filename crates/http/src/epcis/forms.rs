//! The forms that an answer may have: its media type, and how identifiers are written in it.

use crate::asked::{chosen, joined};
use crate::catalogue::{INVALID_PARAMETER, NOT_ACCEPTABLE};
use crate::problem::Problem;
use actix_web::http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use laiqu_epcis::identifier::CompanyPrefixes;
use laiqu_epcis::{EpcFormat, json};
use laiqu_service::StoredEvent;

/// Header that says how identifiers are wanted.
pub(crate) const EPC_FORMAT: &str = "GS1-EPC-Format";
/// What clients of GDST call it.
const EPC_FORMAT_OF_GDST: &str = "GS1-EPC-Version";

/// Media types of one answer, that of choice first.
#[derive(Clone, Copy)]
pub(crate) struct Forms(pub(crate) &'static [&'static str]);

impl Forms {
    /// The one that the request wants most.
    pub(crate) fn chosen(self, request: &HttpRequest) -> Result<&'static str, Problem> {
        chosen(&joined(request.headers(), &ACCEPT), self.0).ok_or_else(|| {
            let detail = format!("this is answered as {}", self.0.join(", "));
            Problem::new(&NOT_ACCEPTABLE, detail)
        })
    }
}

/// How identifiers are wanted. Where nobody says, they are answered as they were sent: that is what
/// was signed.
pub(crate) fn epc_format(request: &HttpRequest) -> Result<EpcFormat, Problem> {
    for name in [EPC_FORMAT, EPC_FORMAT_OF_GDST] {
        let Some(value) = request.headers().get(name) else { continue };
        return value.to_str().ok().and_then(EpcFormat::parse).ok_or_else(|| {
            let words = EpcFormat::ALL.map(EpcFormat::name).join(", ");
            Problem::new(&INVALID_PARAMETER, format!("{name} is one of {words}"))
        });
    }
    Ok(EpcFormat::NeverTranslates)
}

/// Writes the identifiers of an event in this form.
pub(crate) fn translate(event: &mut StoredEvent, format: EpcFormat) {
    if matches!(format, EpcFormat::NoPreference | EpcFormat::NeverTranslates) {
        return;
    }
    // What is stored parses; were it otherwise, it is better shown as it is than not at all.
    let Ok(node) = json::parse(&event.raw) else { return };
    let text = format.event(&node, &CompanyPrefixes::default()).into_owned();
    event.raw = text;
}

/// Tells how identifiers are written in an answer.
pub(crate) fn tell_format(answer: &mut HttpResponse, format: EpcFormat) {
    let headers: &mut HeaderMap = answer.headers_mut();
    let name = HeaderName::from_static("gs1-epc-format");
    headers.insert(name, HeaderValue::from_static(format.name()));
}
