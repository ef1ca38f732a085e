//! The page that finds where to start without a code.

use super::names::short;
use super::{asked, page, viewer};
use crate::credentials::visitor;
use crate::find::find_question;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_console::{
    FindPage, FindQuestion, FindView as View, FoundBy, FoundKind, FoundLotRow, FoundRow,
    LedgerLine, MessagePage,
};
use laiqu_service::{AskedFind, FindView, Found, FoundLot, Service};

/// Most things on the page; the JSON answer has more.
const ROWS_MAX: u32 = 50;

/// `GET /find`
pub(crate) async fn find(
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
    let question = find_question(&Query::parse(request.query_string())?.given())?;
    let viewer = viewer(&state, Some(&who), asked.lang);
    let mut shown = FindPage { question: shown(&question), viewer, ..FindPage::default() };
    if !question.text.trim().is_empty() {
        let question = AskedFind { limit: question.limit.or(Some(ROWS_MAX)), ..question };
        let work = move |service: &Service| service.find(&question, &who);
        let answer = state.blocking(work).await?;
        let ledger = &answer.ledger;
        let (origin, root) = (ledger.origin.clone(), ledger.root.clone());
        shown.ledger = LedgerLine { origin, size: ledger.size, root };
        shown.view = Some(view(answer));
    }
    page(200, shown.render(asked.lang))
}

fn shown(question: &AskedFind) -> FindQuestion {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    FindQuestion {
        text: question.text.clone(),
        at: text(&question.at),
        made: [text(&question.made_from), text(&question.made_until)],
        expires: [text(&question.expires_from), text(&question.expires_until)],
        as_of: question.as_of,
    }
}

fn view(answer: FindView) -> View {
    let places = answer.places.map(|places| {
        places.into_iter().map(|place| place.name.unwrap_or_else(|| short(&place.id))).collect()
    });
    let found = answer.found.into_iter().map(row).collect();
    View { places, found, truncated: answer.truncated }
}

fn row(found: Found) -> FoundRow {
    let by = match found.by {
        laiqu_service::FoundBy::Name => FoundBy::Name,
        laiqu_service::FoundBy::Label => FoundBy::Label,
        laiqu_service::FoundBy::LotNumber => FoundBy::LotNumber,
    };
    FoundRow {
        kind: kind(found.kind),
        matched: (found.matched != found.name).then_some((by, found.matched)),
        name: found.name,
        id: found.id,
        lots: found.lots.into_iter().map(lot).collect(),
        more_lots: found.more_lots,
    }
}

fn lot(lot: FoundLot) -> FoundLotRow {
    let FoundLot { id, first_seen, made, expires, .. } = lot;
    FoundLotRow { number: short(&id), id, made, expires, first_seen }
}

fn kind(kind: laiqu_service::FoundKind) -> FoundKind {
    match kind {
        laiqu_service::FoundKind::Product => FoundKind::Product,
        laiqu_service::FoundKind::Lot => FoundKind::Lot,
        laiqu_service::FoundKind::Instance => FoundKind::Instance,
        laiqu_service::FoundKind::Container => FoundKind::Container,
        laiqu_service::FoundKind::Place => FoundKind::Place,
        laiqu_service::FoundKind::Party => FoundKind::Party,
        laiqu_service::FoundKind::Document => FoundKind::Document,
        laiqu_service::FoundKind::Other => FoundKind::Other,
    }
}
