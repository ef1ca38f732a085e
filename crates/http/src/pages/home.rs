//! The first page, the pages of the problem types, and the two files that all pages use.

use super::{asked, page, viewer};
use crate::catalogue::{NOT_FOUND, ProblemKind};
use crate::credentials::visitor;
use crate::limits::RECENT_ENTRIES;
use crate::path;
use crate::problem::Problem;
use crate::state::State;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_console::{
    EntryRow, Example, HomePage, Lang, LedgerState, MessagePage, Question, Witnesses, trace_path,
};
use laiqu_service::{Named, Overview, RecentEntry, Service, WitnessesState};

/// How long a browser may keep the files of the pages, in seconds.
const ASSET_CACHE: &str = "public, max-age=3600";

/// `GET /`
pub(crate) async fn home(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let lang = asked(&request).lang;
    let who = visitor(&state, &request);
    let asking = who.clone();
    let work = move |service: &Service| service.overview(RECENT_ENTRIES, asking.as_ref());
    let overview = state.blocking(work).await?;
    let shown = HomePage {
        ledger: ledger_state(&overview, state.service.public_read()),
        viewer: viewer(&state, who.as_ref(), lang),
        sign_in_failed: false,
        recent: overview.recent.iter().map(entry_row).collect(),
        examples: overview.examples.iter().map(example).collect(),
    };
    page(200, shown.render(lang))
}

fn example(item: &Named) -> Example {
    let number = item.id.rsplit('/').next().unwrap_or_default();
    let label = item.name.as_ref().map(|name| format!("{name} {number}"));
    let question = Question { id: item.id.clone(), ..Question::default() };
    Example { label: label.unwrap_or_else(|| item.id.clone()), href: trace_path(&question) }
}

fn ledger_state(overview: &Overview, public_read: bool) -> LedgerState {
    LedgerState {
        origin: overview.ledger.origin.clone(),
        entries: overview.ledger.size,
        events: overview.events,
        parties: overview.parties as u64,
        items: overview.items as u64,
        root: overview.ledger.root.clone(),
        checkpoint_time: overview.recent.first().map_or_else(String::new, |e| e.time.clone()),
        public_read,
        witnesses: overview.witnesses.as_ref().map(witnesses),
    }
}

fn witnesses(known: &WitnessesState) -> Witnesses {
    Witnesses {
        cosigned: known.cosigned_size,
        halted: known.halted.is_some(),
        each: known.witnesses.iter().map(|one| (one.name.clone(), one.failing)).collect(),
    }
}

fn entry_row(entry: &RecentEntry) -> EntryRow {
    EntryRow {
        index: entry.index,
        time: entry.time.clone(),
        kind: entry.kind.clone(),
        // Entry 0 is the ledger itself.
        issuer: (entry.issuer > 0).then_some(entry.issuer),
        issuer_name: entry.issuer_name.clone(),
        events: u64::from(entry.events),
    }
}

/// `GET /problems/{code}`
pub(crate) async fn problem_page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let code = path::behind(request.uri().path(), "/problems/")?;
    let missing = || Problem::new(&NOT_FOUND, format!("there is no problem type {code:?}"));
    let kind = ProblemKind::of(&code).ok_or_else(missing)?;
    let asked = asked(&request);
    let (title, text) = match asked.lang {
        Lang::Zh => {
            let english = format!("{}. {}", kind.title_en, kind.advice_en);
            (kind.title_zh, format!("{} {english}", kind.advice_zh))
        }
        Lang::En => (kind.title_en, kind.advice_en.to_owned()),
    };
    let shown = MessagePage {
        status: kind.status,
        title: Some(title.to_owned()),
        text: Some(text),
        here: asked.here,
        ..MessagePage::default()
    };
    page(200, shown.render(asked.lang))
}

/// `GET /assets/console.css`
pub(crate) async fn stylesheet() -> HttpResponse {
    asset("text/css; charset=utf-8", laiqu_console::stylesheet())
}

/// `GET /assets/favicon.svg`
pub(crate) async fn favicon() -> HttpResponse {
    asset("image/svg+xml", laiqu_console::favicon_svg())
}

fn asset(media_type: &'static str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CACHE_CONTROL, ASSET_CACHE))
        .body(text)
}
