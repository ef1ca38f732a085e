//! Pages that people look at: what was asked, mapped to the console's plain data.

mod drawing;
mod find;
mod home;
mod names;
mod session;
mod trace;
mod trace_rows;

pub(crate) use find::find;
pub(crate) use home::{favicon, home, problem_page, stylesheet};
pub(crate) use session::{login, logout};
pub(crate) use trace::trace;

use crate::asked::Asked;
use crate::problem::Problem;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use laiqu_console::{Lang, MessagePage, Viewer};
use laiqu_service::Principal;

/// A rendered page.
fn page(
    status: u16,
    html: Result<String, impl std::fmt::Display>,
) -> Result<HttpResponse, Problem> {
    let html = html.map_err(|e| Problem::internal("page", e))?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// How this request wants its page.
fn asked(request: &HttpRequest) -> Asked {
    Asked::of(request.method(), request.uri(), request.headers())
}

/// The one who is signed in, as the page names them.
fn viewer(state: &State, who: Option<&Principal>, lang: Lang) -> Option<Viewer> {
    let name = match who? {
        Principal::Public => return None,
        Principal::Operator => match lang {
            Lang::Zh => "账本运营方".to_owned(),
            Lang::En => "Ledger operator".to_owned(),
        },
        Principal::Business { party } => {
            // A business sees itself and no other.
            let own = state.service.parties_for(who?).into_iter().find(|p| p.alias == *party);
            own.map_or(String::new(), |known| known.name)
        }
    };
    let may_find = state.service.may_find(who?);
    Some(Viewer { name, sign_out: Some("/logout".to_owned()), may_find })
}

/// A refusal as a page; nothing where it cannot be rendered.
pub(crate) fn problem_text(problem: &Problem, asked: &Asked) -> Option<String> {
    let (title, text) = match asked.lang {
        Lang::Zh => (problem.kind.title_zh, problem.kind.advice_zh.to_owned()),
        Lang::En => {
            (problem.kind.title_en, format!("{} ({})", problem.kind.advice_en, problem.detail))
        }
    };
    let page = MessagePage {
        status: problem.kind.status,
        title: Some(title.to_owned()),
        text: Some(text),
        here: asked.here.clone(),
        sign_in: problem.kind.status == 401,
        ..MessagePage::default()
    };
    page.render(asked.lang).ok()
}
