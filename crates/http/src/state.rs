//! What all requests share.

use crate::problem::Problem;
use actix_web::web;
use laiqu_service::Service;
use std::sync::atomic::{AtomicBool, Ordering};

/// The ledger that is served, and whether the server is about to end.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) service: Service,
    stopping: std::sync::Arc<AtomicBool>,
}

impl State {
    pub(crate) fn new(service: Service) -> Self {
        Self { service, stopping: std::sync::Arc::default() }
    }

    /// Connections are closed from now on once their request is answered.
    pub(crate) fn begin_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Runs work that reads files or takes long beside the requests.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Service) -> Result<T, laiqu_service::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = self.service.clone();
        match web::block(move || work(&service)).await {
            Ok(result) => result.map_err(Problem::from),
            Err(error) => Err(Problem::internal("the request failed", error)),
        }
    }
}
