//! `GET /metrics`: what the server counted, for Prometheus.
//!
//! For operators and regulators: how much a ledger takes in and how often it refuses is nobody
//! else's business. Who reaches the operator's own local address needs no token. No label names a
//! party, an item or a question.

mod text;

use crate::connections::Connections;
use crate::credentials::reader;
use crate::large::Untaken;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use crate::traffic::Traffic;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::{Condition, Error as Refused, Service, Stored};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::registry::Registry;
use std::fmt::Error;
use std::sync::Arc;
use text::{AS_COUNTED, Families, SECONDS};

/// Media type of the answer.
pub(crate) const METRICS_TEXT: &str = prometheus_text::CONTENT_TYPE;

/// `GET /metrics`
pub(crate) async fn metrics(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let who = reader(&state, &request)?;
    text(&state, move |service| service.may_observe(&who)).await
}

/// `GET /metrics` on the address that is for nothing else.
pub(crate) async fn local_metrics(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    text(&state, |_| Ok(())).await
}

async fn text(
    state: &State,
    may: impl FnOnce(&Service) -> Result<(), Refused> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (traffic, connections) = (Arc::clone(&state.traffic), Arc::clone(&state.connections));
    let untaken = Arc::clone(&state.untaken);
    let work = move |service: &Service| {
        may(service)?;
        // Reading sizes takes files, and must not stop in the middle of an answer.
        let stored = service.bytes_on_disk()?;
        let mut registry = Registry::default();
        let service = service.clone();
        registry.register_collector(Box::new(Counts {
            service,
            traffic,
            connections,
            untaken,
            stored,
        }));
        let mut text = String::new();
        Ok(prometheus_text::encode(&mut text, &registry).map(|()| text))
    };
    let text = state.blocking(work).await?.map_err(|e| Problem::internal("metrics", e))?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, METRICS_TEXT)).body(text))
}

/// Everything that is shown.
struct Counts {
    service: Service,
    traffic: Arc<Traffic>,
    connections: Arc<Connections>,
    untaken: Arc<Untaken>,
    stored: [(Stored, u64); Stored::ALL.len()],
}

impl std::fmt::Debug for Counts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Counts").finish_non_exhaustive()
    }
}

impl Collector for Counts {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut families = Families(encoder);
        self.writes(&mut families)?;
        self.commits(&mut families)?;
        self.sizes(&mut families)?;
        self.questions(&mut families)?;
        self.requests(&mut families)
    }
}

impl Counts {
    fn writes(&self, families: &mut Families<'_>) -> Result<(), Error> {
        let metrics = self.service.metrics();
        let refused = || self.traffic.refusals().filter(|(_, _, refused)| *refused > 0);
        let by_outcome = |values: [(&'static str, u64); 3]| {
            values.map(|(outcome, count)| ([("outcome", outcome)], count))
        };
        let submissions = by_outcome([
            ("accepted", metrics.submissions_accepted.get()),
            ("duplicate", metrics.submissions_duplicate.get()),
            ("refused", refused().map(|(_, _, count)| count).sum()),
        ]);
        families.counters(
            ("laiqu_submissions", "Captured documents by what became of them"),
            submissions,
        )?;
        families.counters(
            ("laiqu_submissions_refused", "Refused submissions by problem type"),
            refused().map(|(problem, _, count)| ([("problem", problem)], count)),
        )?;
        let events = by_outcome([
            ("accepted", metrics.events_accepted.get()),
            ("duplicate", metrics.events_duplicate.get()),
            ("refused", metrics.events_refused.get()),
        ]);
        families.counters(("laiqu_events", "Events of captured documents"), events)?;
        let deliveries = [
            ([("outcome", "taken")], metrics.deliveries_taken.get()),
            ([("outcome", "failed")], metrics.deliveries_failed.get()),
        ];
        families.counters(("laiqu_deliveries", "Messages sent to subscribers"), deliveries)
    }

    fn commits(&self, families: &mut Families<'_>) -> Result<(), Error> {
        let metrics = self.service.metrics();
        let sizes = [
            (
                "laiqu_commit_submissions",
                "Submissions in one commit unit",
                &metrics.commit_submissions,
            ),
            ("laiqu_commit_entries", "Entries in one commit unit", &metrics.commit_entries),
            ("laiqu_commit_bytes", "Bytes of one commit unit", &metrics.commit_bytes),
        ];
        for (name, help, histogram) in sizes {
            families.histogram((name, help, AS_COUNTED), histogram)?;
        }
        let times = [
            (
                "laiqu_commit_seconds",
                "From the first look at a batch to its being durable",
                &metrics.commit_time,
            ),
            (
                "laiqu_sync_seconds",
                "One write of a commit unit with its fdatasync",
                &metrics.sync_time,
            ),
            (
                "laiqu_publish_seconds",
                "From durable units to their being visible and answered",
                &metrics.publish_time,
            ),
        ];
        times.into_iter().try_for_each(|(name, help, histogram)| {
            families.histogram((name, help, SECONDS), histogram)
        })
    }

    fn sizes(&self, families: &mut Families<'_>) -> Result<(), Error> {
        let (now, in_work) = (self.service.readings(), self.service.in_work());
        let sizes = [
            (
                "laiqu_submissions_in_work",
                "Submissions received whole and not answered yet",
                in_work.submissions,
            ),
            (
                "laiqu_submissions_in_work_max",
                "How many of these there may be, by how long they take, fewer if over 8 KiB each; \
                 1,024 for up to a second where no more come than usual",
                in_work.submissions_max,
            ),
            (
                "laiqu_bodies_bytes",
                "Bytes of submissions in memory, arriving ones included",
                in_work.bytes,
            ),
            (
                "laiqu_sequencer_queue",
                "Writes that wait for the sequencer",
                now.submissions_waiting,
            ),
            (
                "laiqu_publisher_queue",
                "Commit units that wait for the publisher",
                now.units_waiting,
            ),
            (
                "laiqu_answers_bytes",
                "Bytes of large answers that clients have not taken yet",
                self.untaken.bytes(),
            ),
            (
                "laiqu_answers_told",
                "Traces whose answers are told piece by piece and not at their end",
                now.answers_told,
            ),
            ("laiqu_ledger_entries", "Entries that are durable", now.entries),
            (
                "laiqu_entries_unapplied",
                "Durable entries that answers do not show yet",
                now.entries_unapplied,
            ),
            (
                "laiqu_entries_unindexed",
                "Durable entries that the index on disk does not show yet",
                now.entries_unindexed,
            ),
            ("laiqu_ledger_events", "Events that answers show", now.events),
            (
                "laiqu_events_unkept",
                "Events in memory, that came since projections were put in place from a file",
                now.events_unkept,
            ),
            (
                "laiqu_events_unkept_max",
                "With so many of these captures are refused until projections are kept",
                now.events_unkept_max,
            ),
        ];
        for (name, help, value) in sizes {
            families.gauge(name, help, value)?;
        }
        families.gauges(
            ("laiqu_disk_bytes", "Bytes of the data directory that the file system gave"),
            self.stored.map(|(stored, bytes)| ([("kind", stored.as_str())], bytes)),
        )?;
        let unready = self.service.unready();
        let holds = |condition| unready.iter().all(|unready| unready.condition != condition);
        families.gauges(
            ("laiqu_ready", "Whether a condition of /readyz holds"),
            Condition::ALL.into_iter().map(|condition| {
                ([("condition", condition.as_str())], u64::from(holds(condition)))
            }),
        )?;
        let help = "Resident memory of the process";
        self.service
            .resident_bytes()
            .map_or(Ok(()), |bytes| families.gauge("process_resident_memory_bytes", help, bytes))
    }

    fn questions(&self, families: &mut Families<'_>) -> Result<(), Error> {
        let metrics = self.service.metrics();
        families.histograms(
            (
                "laiqu_question_seconds",
                "Time of answers by question, refused ones included",
                SECONDS,
            ),
            metrics.asked().map(|(kind, asked)| ([("question", kind.as_str())], &asked.time)),
        )?;
        families.histograms(
            ("laiqu_answer_items", "Size of answers by question", AS_COUNTED),
            metrics.asked().map(|(kind, asked)| ([("question", kind.as_str())], &asked.items)),
        )
    }

    fn requests(&self, families: &mut Families<'_>) -> Result<(), Error> {
        let open = self.connections.count();
        families.gauge("laiqu_http_connections", "Connections that are open", open)?;
        let routes = self.traffic.routes();
        let answers = routes.iter().flat_map(|(pattern, route)| {
            let counted = route.answers().filter(|(_, count)| *count > 0);
            counted.map(move |(class, count)| ([("route", *pattern), ("status", class)], count))
        });
        families.counters(
            ("laiqu_http_requests", "Answered requests by route and class of status"),
            answers,
        )?;
        families.histograms(
            (
                "laiqu_http_request_seconds",
                "From the head of a request to the head of its answer",
                SECONDS,
            ),
            routes.iter().map(|(pattern, route)| ([("route", *pattern)], &route.time)),
        )?;
        let refusals = self.traffic.refusals().filter(|(_, all, _)| *all > 0);
        families.counters(
            ("laiqu_http_refusals", "Refused requests by problem type"),
            refusals.map(|(problem, all, _)| ([("problem", problem)], all)),
        )
    }
}
