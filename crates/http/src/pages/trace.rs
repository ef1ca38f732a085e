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
    Bounds, Direction, LedgerLine, MessagePage, Outcome, Period, Question, Start, TracePage,
};
use laiqu_service::{AskedStart, Service, TraceQuestion, to_open};

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
    // What a form leaves open comes as an empty text.
    let query = Query::parse_lists(request.query_string(), &["id", "expand"])?.given();
    let mut shown = TracePage {
        question: Question::default(),
        viewer: viewer(&state, Some(&who), asked.lang),
        ..TracePage::default()
    };
    if !["id", "supplier", "place"].into_iter().any(|name| query.get(name).is_some()) {
        return page(200, shown.render(asked.lang));
    }
    let question = in_moments(trace_question(&query)?);
    shown.question = as_shown(&question);
    let opened: Vec<String> = query.all("expand").map(str::to_owned).collect();
    let opened = to_open(&opened)?;
    let work = move |service: &Service| {
        let answer = service.trace(&question, &who)?;
        let ledger = LedgerLine {
            origin: answer.ledger.origin.clone(),
            size: answer.ledger.size,
            root: answer.ledger.root.clone(),
        };
        let outcome = match answer.events.is_empty() {
            true => Outcome::Unknown,
            false => Outcome::Found(Box::new(view(&answer, opened))),
        };
        Ok((ledger, outcome))
    };
    (shown.ledger, shown.outcome) = state.blocking(work).await?;
    page(200, shown.render(asked.lang))
}

/// With its days, as forms send them, as moments.
fn in_moments(question: TraceQuestion) -> TraceQuestion {
    let moment = |day: Option<String>, clock: &str| {
        let is_day = |text: &String| text.len() == "2026-11-23".len();
        day.map(|text| if is_day(&text) { format!("{text}T{clock}{DAY_OFFSET}") } else { text })
    };
    let first = |day| moment(day, "00:00:00");
    let last = |day| moment(day, "23:59:59.999999");
    let of = question.of;
    TraceQuestion {
        of: AskedStart { from: first(of.from), until: last(of.until), ..of },
        walk_from: first(question.walk_from),
        walk_until: last(question.walk_until),
        ..question
    }
}

/// The question in the words of the page.
fn as_shown(question: &TraceQuestion) -> Question {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (id, start) = start(&question.of);
    let walk = Period { from: text(&question.walk_from), until: text(&question.walk_until) };
    let (depth, lots_max) = (question.depth, question.lots_max);
    Question {
        id,
        start,
        more: question.of.ids.iter().skip(1).cloned().collect(),
        direction: direction(question.direction),
        containers: question.containers,
        bounds: Bounds { to: text(&question.to), walk, depth, lots_max },
        as_of: question.as_of,
    }
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
