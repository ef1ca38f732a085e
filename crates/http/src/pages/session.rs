//! Signing in on a page: the token moves into a cookie that no script and no other site can use.

use super::{asked, page};
use crate::body::{must_be, read};
use crate::credentials::{COOKIE_NAME, same_site};
use crate::limits::{FORM_BYTES_MAX, SIGN_IN_SECONDS};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_console::{Lang, MessagePage};
use laiqu_service::Credentials;

/// `POST /login`
pub(crate) async fn login(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, FORM_BYTES_MAX).await?;
    must_be(&request, "application/x-www-form-urlencoded")?;
    same_site(&request)?;
    let lang = asked(&request).lang;
    let form = Query::parse(&String::from_utf8_lossy(&body))?;
    let token = form.get("token").unwrap_or_default().trim();
    // What goes into the cookie header must be a cookie value (RFC 6265, section 4.1.1).
    let plain = !token.is_empty()
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let credentials = Credentials { bearer: Some(token.to_owned()), signatures: Vec::new() };
    if !plain || state.service.principal(&credentials).is_err() {
        let shown = MessagePage {
            status: 401,
            sign_in: true,
            sign_in_failed: true,
            ..MessagePage::default()
        };
        return page(401, shown.render(lang));
    }
    Ok(to_home(lang, &cookie(token, SIGN_IN_SECONDS)))
}

/// `POST /logout`
pub(crate) async fn logout(
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    read(&request, payload, FORM_BYTES_MAX).await?;
    same_site(&request)?;
    Ok(to_home(asked(&request).lang, &cookie("", 0)))
}

fn cookie(token: &str, seconds: u64) -> String {
    format!("{COOKIE_NAME}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict")
}

fn to_home(lang: Lang, cookie: &str) -> HttpResponse {
    let home = match lang {
        Lang::Zh => "/",
        Lang::En => "/?lang=en",
    };
    HttpResponse::SeeOther()
        .insert_header((LOCATION, home))
        .insert_header((SET_COOKIE, cookie))
        .finish()
}
