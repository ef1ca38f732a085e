//! Who a request says it comes from: tokens, signatures, and the cookie of a page.

use crate::catalogue::{CREDENTIALS_MISSING, FORBIDDEN, SIGNATURE_INVALID};
use crate::problem::Problem;
use crate::state::State;
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, COOKIE};
use laiqu_service::{Credentials, Principal};

/// Header that carries issuers' signatures; it may be repeated.
pub(crate) const SIGNATURE_HEADER: &str = "Submission-Signature";
/// Cookie of someone who signed in on a page.
pub(crate) const COOKIE_NAME: &str = "laiqu_token";

/// The token in `Authorization: Bearer` (RFC 6750, section 2.1).
pub(crate) fn bearer(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut values = request.headers().get_all(AUTHORIZATION);
    let Some(value) = values.next() else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.trim().split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match (token.map(|(_, token)| token.trim()), values.next()) {
        (Some(token), None) if !token.is_empty() => Ok(Some(token.to_owned())),
        _ => {
            let detail = "send one header `Authorization: Bearer TOKEN`";
            Err(Problem::new(&CREDENTIALS_MISSING, detail))
        }
    }
}

/// Everything that proves where a write comes from.
pub(crate) fn credentials(request: &HttpRequest) -> Result<Credentials, Problem> {
    let mut signatures = Vec::new();
    for value in request.headers().get_all(SIGNATURE_HEADER) {
        let text = value.to_str().map_err(|_| {
            let detail = format!("{SIGNATURE_HEADER} is not a compact JWS (RFC 7515, section 7.1)");
            Problem::new(&SIGNATURE_INVALID, detail)
        })?;
        let list = text.split(',').map(str::trim).filter(|jws| !jws.is_empty());
        signatures.extend(list.map(str::to_owned));
    }
    Ok(Credentials { bearer: bearer(request)?, signatures })
}

/// Who reads through the API: by header, or signed in on a page of this origin.
pub(crate) fn reader(state: &State, request: &HttpRequest) -> Result<Principal, Problem> {
    let bearer = reading_bearer(request)?;
    let credentials = Credentials { bearer, signatures: Vec::new() };
    Ok(state.service.principal(&credentials)?)
}

/// Who reads through the API, where reading needs nobody in particular.
pub(crate) fn anyone(state: &State, request: &HttpRequest) -> Result<Option<Principal>, Problem> {
    match reading_bearer(request)? {
        None if !state.service.public_read() => Ok(None),
        _ => reader(state, request).map(Some),
    }
}

/// The token of a request that only reads. The cookie counts where no other site asks, so that the
/// links of a page work; it never counts for a write.
fn reading_bearer(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let given = bearer(request)?;
    let reads = request.method() == Method::GET && same_site(request).is_ok();
    Ok(given.or_else(|| cookie(request).filter(|_| reads)))
}

/// Who looks at a page: by header, or by the cookie of a sign-in.
pub(crate) fn visitor(state: &State, request: &HttpRequest) -> Option<Principal> {
    let token = bearer(request).ok().flatten().or_else(|| cookie(request));
    let known = |token| {
        let credentials = Credentials { bearer: token, signatures: Vec::new() };
        state.service.principal(&credentials).ok()
    };
    // Someone with an outdated cookie sees what everyone sees.
    token.and_then(|token| known(Some(token))).or_else(|| known(None))
}

fn cookie(request: &HttpRequest) -> Option<String> {
    let values = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|text| text.split(';')).map(str::trim);
    let named = pairs.find_map(|pair| pair.strip_prefix(COOKIE_NAME)?.strip_prefix('='));
    named.filter(|token| !token.is_empty()).map(str::to_owned)
}

/// Refuses a form that another site sent (Fetch Metadata, `Sec-Fetch-Site`).
pub(crate) fn same_site(request: &HttpRequest) -> Result<(), Problem> {
    let site = request.headers().get("Sec-Fetch-Site").and_then(|value| value.to_str().ok());
    match site {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(Problem::new(&FORBIDDEN, "this form only works on its own page")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn bearer_tokens_are_read_as_rfc_6750_writes_them() {
        let bearer_of = |value: &str| {
            bearer(
                &TestRequest::default().insert_header(("Authorization", value)).to_http_request(),
            )
        };
        assert_eq!(bearer_of("Bearer abc").unwrap().as_deref(), Some("abc"));
        assert_eq!(bearer_of("bearer  abc ").unwrap().as_deref(), Some("abc"));
        for bad in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            assert_eq!(bearer_of(bad).unwrap_err().kind.code, "credentials-missing", "{bad}");
        }
        assert!(bearer(&TestRequest::default().to_http_request()).unwrap().is_none());
    }

    #[test]
    fn signatures_may_be_repeated_or_listed() {
        let request = TestRequest::default()
            .append_header((SIGNATURE_HEADER, "a.b.c, d.e.f"))
            .append_header((SIGNATURE_HEADER, "g.h.i"))
            .to_http_request();
        assert_eq!(credentials(&request).unwrap().signatures, ["a.b.c", "d.e.f", "g.h.i"]);
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let request = TestRequest::default()
            .insert_header(("Cookie", "laiqu_tokens=x; laiqu_token=laiqu_abc; y=z"))
            .to_http_request();
        assert_eq!(cookie(&request).as_deref(), Some("laiqu_abc"));
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        let from = |site: &str| {
            let request = TestRequest::default().insert_header(("Sec-Fetch-Site", site));
            same_site(&request.to_http_request())
        };
        assert!(from("same-origin").is_ok() && from("none").is_ok());
        assert_eq!(from("cross-site").unwrap_err().kind.code, "forbidden");
        assert_eq!(from("same-site").unwrap_err().kind.code, "forbidden");
    }
}
