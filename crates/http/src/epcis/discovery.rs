//! What a client can find out before it asks: the headers of the standard, and `OPTIONS`.

use super::versions::{CAPTURED_MIN, VERSION};
use actix_web::HttpResponse;
use actix_web::http::header::{ALLOW, HeaderMap, HeaderName, HeaderValue};
use laiqu_service::limits::{CAPTURE_BODY_BYTES_MAX, CAPTURE_EVENTS_MAX};

/// Headers that only `OPTIONS` shows, with what they say of a resource (EPCIS 2.0, section 12.3).
pub(crate) fn discovered(path: &str) -> [(&'static str, &'static str); 8] {
    let min = if path == CAPTURE { CAPTURED_MIN } else { VERSION };
    [
        ("GS1-EPCIS-Min", min),
        ("GS1-EPCIS-Max", VERSION),
        ("GS1-CBV-Min", min),
        ("GS1-CBV-Max", VERSION),
        ("GS1-EPC-Format", "No_Preference"),
        ("GS1-CBV-XML-Format", "No_Preference"),
        ("GS1-Extensions", "laiqu=https://laiqu.example/vocab/"),
        ("GS1-Vendor-Version", env!("CARGO_PKG_VERSION")),
    ]
}

/// Where documents are captured.
const CAPTURE: &str = "/epcis/capture";

/// How the capture interface may be told to behave where an event is refused.
const BEHAVIOUR: (&str, &str) = ("GS1-Capture-Error-Behaviour", "all");

/// Whether a path belongs to the interfaces of the standard.
pub(crate) fn is_epcis(path: &str) -> bool {
    path == "/epcis" || path.starts_with("/epcis/")
}

/// Headers that every answer under `/epcis` carries (EPCIS 2.0, section 12.3).
pub(crate) fn epcis_headers(headers: &mut HeaderMap) {
    let mut set = |name, value| headers.insert(HeaderName::from_static(name), value);
    set("gs1-epcis-version", HeaderValue::from_static(VERSION));
    set("gs1-cbv-version", HeaderValue::from_static(VERSION));
    set("gs1-epcis-capture-limit", HeaderValue::from(CAPTURE_EVENTS_MAX));
    set("gs1-epcis-capture-file-size-limit", HeaderValue::from(CAPTURE_BODY_BYTES_MAX));
}

/// The answer to `OPTIONS`.
pub(crate) fn discovery(path: &str, allow: &str) -> HttpResponse {
    let mut answer = HttpResponse::NoContent();
    answer.insert_header((ALLOW, allow));
    for header in discovered(path) {
        answer.insert_header(header);
    }
    if path == CAPTURE {
        answer.insert_header(BEHAVIOUR);
    }
    answer.finish()
}
