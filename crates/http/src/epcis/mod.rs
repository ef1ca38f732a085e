//! The interfaces of EPCIS 2.0, section 12: capture and queries, under `/epcis`.

mod capture;
mod collections;
mod discovery;
mod event_form;
mod event_query;
mod events;
mod exception;
mod forms;
mod jobs;
mod named_queries;
mod query_document;
mod socket;
mod subscriptions;
mod versions;

pub(crate) use discovery::{discovered, discovery, epcis_headers, is_epcis};
pub(crate) use exception::exception;
pub(crate) use socket::Sockets;
pub use subscriptions::notification_document;
pub(crate) use versions::check_range;

use crate::routes::{get, only_get, resource};
use actix_web::web::{ServiceConfig, delete, post};

/// The routes under `/epcis`.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let capture = vec![("GET", get().to(jobs::list)), ("POST", post().to(capture::capture))];
    let events = vec![("GET", get().to(events::query)), ("POST", post().to(capture::create))];
    // Routes are tried in this order, those with parts by a regular expression each.
    config.service(resource("/epcis/capture", capture));
    collections::routes(config);
    config
        .service(only_get("/epcis/capture/{captureID}", get().to(jobs::job)))
        .service(resource("/epcis/events", events))
        .service(resource(
            "/epcis/nextPageToken/{token}",
            vec![("DELETE", delete().to(events::give_up))],
        ))
        .service(resource(
            "/epcis/queries",
            vec![
                ("GET", get().to(named_queries::list)),
                ("POST", post().to(named_queries::create)),
            ],
        ))
        .service(resource(
            "/epcis/queries/{queryName}",
            vec![
                ("GET", get().to(named_queries::show)),
                ("DELETE", delete().to(named_queries::end)),
            ],
        ))
        .service(resource(
            "/epcis/queries/{queryName}/subscriptions",
            vec![
                ("GET", get().to(subscriptions::list)),
                ("POST", post().to(subscriptions::create)),
            ],
        ))
        .service(resource(
            "/epcis/queries/{queryName}/subscriptions/{subscriptionID}",
            vec![
                ("GET", get().to(subscriptions::show)),
                ("DELETE", delete().to(subscriptions::end)),
            ],
        ))
        .service(only_get("/epcis/queries/{queryName}/events", get().to(named_queries::events)))
        // An event identifier may hold slashes; encoded or not, it is the rest of the path.
        .service(only_get("/epcis/events/{eventID:.+}", get().to(events::by_id)));
}
