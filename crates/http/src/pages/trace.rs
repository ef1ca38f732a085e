//! The page that answers "where from, where to".

use super::trace_rows::view;
use super::{asked, page, viewer};
use crate::credentials::visitor;
use crate::problem::Problem;
use crate::query::Query;
use crate::reads::trace_question;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_console::{Direction, LedgerLine, MessagePage, Outcome, Question, TracePage};
use laiqu_service::{Service, TraceQuestion};

/// `GET /trace`
pub(crate) async fn trace(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = asked(&request);
    let Some(who) = visitor(&state, &request) else {
        let here = asked.here.clone();
        let shown = MessagePage { status: 401, sign_in: true, here, ..MessagePage::default() };
        return page(401, shown.render(asked.lang));
    };
    let query = Query::parse(request.query_string())?;
    let mut shown = TracePage {
        question: Question::default(),
        viewer: viewer(&state, Some(&who), asked.lang),
        ..TracePage::default()
    };
    if query.get("id").is_none_or(|id| id.trim().is_empty()) {
        return page(200, shown.render(asked.lang));
    }
    // The page asks about one item and has no words for paths and periods.
    let asked_all = trace_question(&query)?;
    let question = TraceQuestion { to: None, walk_from: None, walk_until: None, ..asked_all };
    shown.question = Question {
        id: question.of.ids.first().cloned().unwrap_or_default(),
        direction: direction(question.direction),
        containers: question.containers,
        as_of: question.as_of,
    };
    let work = move |service: &Service| {
        let answer = service.trace(&question, &who)?;
        let ledger = LedgerLine {
            origin: answer.ledger.origin.clone(),
            size: answer.ledger.size,
            root: answer.ledger.root.clone(),
        };
        let outcome = match answer.events.is_empty() {
            true => Outcome::Unknown,
            false => Outcome::Found(Box::new(view(answer))),
        };
        Ok((ledger, outcome))
    };
    (shown.ledger, shown.outcome) = state.blocking(work).await?;
    page(200, shown.render(asked.lang))
}

fn direction(direction: laiqu_trace::Direction) -> Direction {
    match direction {
        laiqu_trace::Direction::Back => Direction::Back,
        laiqu_trace::Direction::Forward => Direction::Forward,
        laiqu_trace::Direction::Both => Direction::Both,
    }
}
