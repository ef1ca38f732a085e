//! The media types that an answer may have.

use crate::asked::{chosen, joined};
use crate::catalogue::NOT_ACCEPTABLE;
use crate::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;

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
