//! The page that answers "where from, where to".

use super::trace_rows::view;
use super::{asked, page, viewer};
use crate::credentials::visitor;
use crate::problem::Problem;
use crate::query::Query;
use crate::reads::trace_question;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_console::{
    Direction, LedgerLine, MessagePage, Outcome, Period, Question, Start, TracePage,
};
use laiqu_service::{AskedStart, Service, TraceQuestion};

/// Days on pages are those of China.
const DAY_OFFSET: &str = "+08:00";

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
    let is_asked = |name| query.get(name).is_some_and(|id| !id.trim().is_empty());
    if !["id", "supplier", "place"].into_iter().any(is_asked) {
        return page(200, shown.render(asked.lang));
    }
    // The page has no words for paths and for the times in which events are followed.
    let asked_all = trace_question(&query)?;
    let of = in_moments(asked_all.of);
    let question = TraceQuestion { of, to: None, walk_from: None, walk_until: None, ..asked_all };
    let (id, start) = start(&question.of);
    shown.question = Question {
        id,
        start,
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

/// The start with its days, as forms send them, as moments.
fn in_moments(of: AskedStart) -> AskedStart {
    let moment = |day: Option<String>, clock: &str| {
        let is_day = |text: &String| text.len() == "2026-11-23".len();
        day.map(|text| if is_day(&text) { format!("{text}T{clock}{DAY_OFFSET}") } else { text })
    };
    let (from, until) = (moment(of.from, "00:00:00"), moment(of.until, "23:59:59.999999"));
    AskedStart { from, until, ..of }
}

/// The first identifier, and what it is the start of.
fn start(of: &AskedStart) -> (String, Start) {
    let period = || {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Period { from: text(&of.from), until: text(&of.until) }
    };
    match (&of.supplier, &of.place) {
        (Some(party), _) => (party.clone(), Start::Supplier(period())),
        (None, Some(place)) => (place.clone(), Start::Place(period())),
        (None, None) => (of.ids.first().cloned().unwrap_or_default(), Start::Item),
    }
}

fn direction(direction: laiqu_trace::Direction) -> Direction {
    match direction {
        laiqu_trace::Direction::Back => Direction::Back,
        laiqu_trace::Direction::Forward => Direction::Forward,
        laiqu_trace::Direction::Both => Direction::Both,
    }
}
