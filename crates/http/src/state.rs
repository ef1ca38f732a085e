//! What all requests share.

use crate::body::json_text;
use crate::connections::Connections;
use crate::epcis::Sockets;
use crate::large::Untaken;
use crate::problem::Problem;
use crate::traffic::Traffic;
use actix_web::{HttpResponse, web};
use laiqu_service::Service;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::watch;

/// The ledger that is served, and whether the server is about to end.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) service: Service,
    /// WebSockets that are open.
    pub(crate) sockets: Arc<Sockets>,
    /// What was answered so far.
    pub(crate) traffic: Arc<Traffic>,
    /// Connections that are open.
    pub(crate) connections: Arc<Connections>,
    /// Large answers that wait for who asked.
    pub(crate) untaken: Arc<Untaken>,
    stopping: watch::Sender<bool>,
}

impl State {
    pub(crate) fn new(service: Service) -> Self {
        Self {
            service,
            sockets: Arc::default(),
            traffic: Arc::new(Traffic::new()),
            connections: Arc::default(),
            untaken: Arc::default(),
            stopping: watch::Sender::new(false),
        }
    }

    /// Connections are closed from now on once their request is answered.
    pub(crate) fn begin_stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Tells when the server is about to end.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Runs work that reads files or takes long beside the requests.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Service) -> Result<T, laiqu_service::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let (service, span) = (self.service.clone(), tracing::Span::current());
        match web::block(move || span.in_scope(|| work(&service))).await {
            Ok(result) => result.map_err(Problem::from),
            Err(error) => Err(Problem::internal("the request failed", error)),
        }
    }

    /// Likewise, and writes there what it found as JSON, which takes long where that is much.
    pub(crate) async fn answer<T: Serialize>(
        &self,
        work: impl FnOnce(&Service) -> Result<T, laiqu_service::Error> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let work = move |service: &Service| Ok(serde_json::to_string(&work(service)?));
        let text = self.blocking(work).await?.map_err(|e| Problem::internal("answer", e))?;
        Ok(json_text(200, "application/json", text))
    }
}
