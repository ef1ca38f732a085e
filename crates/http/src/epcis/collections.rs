//! Collections: the top level, what events name, and the events that name one member (EPCIS 2.0,
//! section 12.7.2).

use super::event_query::{Paging, event_ask};
use super::events::{link, page};
use super::forms::Forms;
use super::query_document::GS1_CONTEXT;
use crate::body::json_text;
use crate::credentials::reader;
use crate::dto::Collection;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{get, only_get};
use crate::state::State;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_epcis::query::CollectionKind;

/// Media types of a collection.
const FORMS: Forms = Forms(&["application/json", "application/ld+json"]);

/// What stands below `/epcis`.
const TOP_LEVEL: [&str; 9] = [
    "bizLocations",
    "bizSteps",
    "capture",
    "dispositions",
    "epcs",
    "eventTypes",
    "events",
    "queries",
    "readPoints",
];

/// The routes of all collections.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(only_get("/epcis", get().to(top_level)));
    for kind in CollectionKind::ALL {
        let base = format!("/epcis/{}", kind.name());
        let member = format!("{base}/{{{}:.+}}", kind.name().trim_end_matches('s'));
        let list = move |state, request| members(kind, state, request);
        let show = move |state, request| self::member(kind, state, request);
        let events = move |state, request| events_of(kind, state, request);
        // A member may hold slashes; encoded or not, it is what stands between.
        config
            .service(only_get(&base, get().to(list)))
            .service(only_get(&format!("{member}/events"), get().to(events)))
            .service(only_get(&member, get().to(show)));
    }
}

/// `GET /epcis`
async fn top_level(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    reader(&state, &request)?;
    collection(&request, TOP_LEVEL.map(str::to_owned).to_vec())
}

/// `GET /epcis/{collection}`
async fn members(
    kind: CollectionKind,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    FORMS.chosen(&request)?;
    let Paging { per_page, token } = Paging::of(&Query::of(&request, &Paging::NAMES)?)?;
    let who = reader(&state, &request)?;
    let work = move |service: &laiqu_service::Service| {
        service.members(kind, per_page, token.as_deref(), &who)
    };
    let found = state.blocking(work).await?;
    let mut response = collection(&request, found.members)?;
    if let Some(next) = &found.next {
        link(&request, next, &mut response);
    }
    Ok(response)
}

/// `GET /epcis/{collection}/{member}`
async fn member(
    kind: CollectionKind,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    FORMS.chosen(&request)?;
    Query::of(&request, &[])?;
    let member = member_of(kind, request.uri().path())?;
    let who = reader(&state, &request)?;
    state.blocking(move |service| service.check_member(kind, &member, &who)).await?;
    collection(&request, vec!["events".to_owned()])
}

/// `GET /epcis/{collection}/{member}/events`
async fn events_of(
    kind: CollectionKind,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let path = request.uri().path();
    let member = member_of(kind, path.strip_suffix("/events").unwrap_or(path))?;
    let who = reader(&state, &request)?;
    let asked = member.clone();
    state.blocking(move |service| service.check_member(kind, &asked, &who)).await?;
    let ask = event_ask(&request, Some((kind, &member)))?;
    page(&state, &request, ask).await
}

fn member_of(kind: CollectionKind, path: &str) -> Result<String, Problem> {
    path::behind(path, &format!("/epcis/{}/", kind.name()))
}

fn collection(request: &HttpRequest, member: Vec<String>) -> Result<HttpResponse, Problem> {
    let media_type = FORMS.chosen(request)?;
    let answer = Collection { context: GS1_CONTEXT, kind: "Collection", member };
    let text = serde_json::to_string(&answer).map_err(|e| Problem::internal("answer", e))?;
    Ok(json_text(200, media_type, text))
}
