//! A refusal on its way out: `application/problem+json` (RFC 9457).

use crate::asked::Asked;
use crate::catalogue::{INTERNAL, NOT_READY, ProblemKind, problem_kind};
use crate::dto::{FaultLine, ProblemDocument};
use crate::epcis::exception;
use crate::limits::RETRY_AFTER_SECONDS;
use crate::xml;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, http::StatusCode};
use laiqu_console::Lang;
use laiqu_service::{Detail, Unready};

/// Media type of refusals (RFC 9457, section 6.1).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Likewise in XML, for who asks the interfaces of EPCIS for it (RFC 7807, appendix A).
pub(crate) const PROBLEM_XML: &str = "application/problem+xml";

/// What is answered instead of what was asked for.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Problem {
    pub(crate) kind: &'static ProblemKind,
    pub(crate) detail: String,
    errors: Vec<Detail>,
    /// Methods that work here, for a 405.
    allow: Option<String>,
}

impl Problem {
    pub(crate) fn new(kind: &'static ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), allow: None }
    }

    /// A 405 with the methods that work.
    pub(crate) fn wrong_method(method: &str, allow: &str) -> Self {
        let detail = format!("{method} does not work here; these do: {allow}");
        let problem = Self::new(&crate::catalogue::METHOD_NOT_ALLOWED, detail);
        Self { allow: Some(allow.to_owned()), ..problem }
    }

    /// A defect: the cause goes to the log, not to the one who asked.
    pub(crate) fn internal(what: &str, cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "{what}");
        Self::new(&INTERNAL, format!("{what}; the server's log has the cause"))
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn document(&self, asked: &Asked) -> ProblemDocument {
        let title = match asked.lang {
            Lang::Zh => self.kind.title_zh,
            Lang::En => self.kind.title_en,
        };
        let fault = |fault: &Detail| FaultLine {
            pointer: fault.pointer.clone(),
            code: fault.code.clone(),
            detail: fault.detail.clone(),
        };
        let own = self.kind.uri();
        let standard =
            asked.is_epcis.then(|| exception(self.kind, &asked.path, asked.writes)).flatten();
        let help = standard.is_some().then(|| own.clone());
        ProblemDocument {
            kind: standard.map_or(own, str::to_owned),
            help,
            title: title.to_owned(),
            title_en: self.kind.title_en.to_owned(),
            status: self.kind.status,
            detail: self.detail.clone(),
            instance: asked.path.clone(),
            code: self.kind.code.to_owned(),
            request_id: asked.request_id.clone(),
            errors: self.errors.iter().map(fault).collect(),
        }
    }

    /// The answer as the one who asked can read it.
    pub(crate) fn answer(&self, asked: &Asked) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        self.headers(&mut response);
        if asked.wants_page
            && let Some(page) = crate::pages::problem_text(self, asked)
        {
            return response.content_type("text/html; charset=utf-8").body(page);
        }
        if asked.wants_xml {
            let body = xml::problem(&self.document(asked));
            return response.insert_header((header::CONTENT_TYPE, PROBLEM_XML)).body(body);
        }
        let body = serde_json::to_string(&self.document(asked)).unwrap_or_default();
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON)).body(body)
    }

    fn headers(&self, response: &mut HttpResponseBuilder) {
        if self.kind.status == 401 {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if self.kind.retry {
            response.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string()));
        }
        if let Some(allow) = self.allow.as_ref().and_then(|a| HeaderValue::from_str(a).ok()) {
            response.insert_header((header::ALLOW, allow));
        }
    }
}

impl From<laiqu_service::Error> for Problem {
    fn from(error: laiqu_service::Error) -> Self {
        let kind = problem_kind(error.code);
        Self { kind, detail: error.detail, errors: error.details, allow: None }
    }
}

impl From<Vec<Unready>> for Problem {
    fn from(unready: Vec<Unready>) -> Self {
        let names: Vec<&str> = unready.iter().map(|found| found.condition.as_str()).collect();
        let errors = unready.iter().map(|found| Detail {
            pointer: found.condition.as_str().to_owned(),
            code: "not-ready".to_owned(),
            detail: found.detail.clone(),
        });
        let detail = format!("these conditions do not hold: {}", names.join(", "));
        Self { errors: errors.collect(), ..Self::new(&NOT_READY, detail) }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// Only a last resort: the outermost layer answers again, in the language that was asked for.
    fn error_response(&self) -> HttpResponse {
        self.answer(&Asked::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_service::{Code, Error};

    #[test]
    fn a_refusal_carries_every_member() {
        let fault = Detail {
            pointer: "/epcisBody/eventList/0/eventTime".to_owned(),
            code: "missing".to_owned(),
            detail: "no eventTime".to_owned(),
        };
        let error = Error::new(Code::InvalidDocument, "one fault").with(vec![fault]);
        let asked = Asked { path: "/epcis/capture".to_owned(), ..Asked::default() };
        let document = Problem::from(error).document(&asked);
        assert_eq!(
            serde_json::to_value(document).unwrap(),
            serde_json::json!({
                "type": "/problems/invalid-document",
                "title": "内容不符合要求",
                "title_en": "The content is not as required",
                "status": 400,
                "detail": "one fault",
                "instance": "/epcis/capture",
                "code": "invalid-document",
                "errors": [{
                    "pointer": "/epcisBody/eventList/0/eventTime",
                    "code": "missing",
                    "detail": "no eventTime",
                }],
            })
        );
    }

    #[test]
    fn headers_say_what_to_do_next() {
        let answer = |code| Problem::from(Error::new(code, "x")).answer(&Asked::default());
        let unauthorised = answer(Code::TokenUnknown);
        assert_eq!(unauthorised.status(), 401);
        assert_eq!(unauthorised.headers().get("www-authenticate").unwrap(), "Bearer");
        let busy = answer(Code::Overloaded);
        assert_eq!(busy.status(), 503);
        assert!(busy.headers().contains_key("retry-after"));
        let wrong = Problem::wrong_method("PUT", "GET, POST").answer(&Asked::default());
        assert_eq!(wrong.headers().get("allow").unwrap(), "GET, POST");
        assert_eq!(wrong.headers().get("content-type").unwrap(), PROBLEM_JSON);
    }
}
