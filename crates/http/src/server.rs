//! The running server: bound, serving, stopped cleanly.

use crate::connections::Connections;
use crate::descriptors::worker_connections_max;
use crate::limits::{
    HEAD_SECONDS_MAX, KEEP_ALIVE_SECONDS, LISTEN_BACKLOG_MAX, METRICS_CONNECTIONS_MAX,
    PIECE_SECONDS_MAX, STALLED_SECONDS_MAX, STOP_SECONDS_MAX, UNUSED_SECONDS_MAX,
};
use crate::routes::{Served, app};
use crate::state::State;
use actix_web::{HttpServer, rt, web};
use laiqu_service::limits::CHECKPOINT_INTERVAL_MILLIS;
use laiqu_service::{Service, Witness};
use socket2::SockRef;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Why the server cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}: {cause}")]
    Bind {
        /// The address that was asked for.
        listen: SocketAddr,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The server ended although nobody asked it to.
    #[error("the server ended: {0}")]
    Run(#[from] io::Error),
    /// The ledger did not stop cleanly. Nothing acknowledged is lost.
    #[error("stopping the ledger: {0}")]
    Stop(#[from] laiqu_service::Error),
}

/// A server that is bound to its address. It accepts connections from now on and answers once it
/// runs.
pub struct Server {
    served: Served,
    running: Listening,
    metrics: Option<Listening>,
}

/// What serves one address.
struct Listening {
    address: SocketAddr,
    server: actix_web::dev::Server,
    connections: Arc<Connections>,
}

impl Server {
    /// Binds a ledger to an address; port 0 takes any free one. Call it inside an actix system.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub fn build(service: Service, listen: SocketAddr) -> Result<Self, ServerError> {
        Self::bind(Served::Ledger(web::Data::new(State::new(service))), listen)
    }

    /// Also shows a ledger's metrics at this address, where nobody needs a token, and nothing else.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub fn with_metrics(mut self, listen: SocketAddr) -> Result<Self, ServerError> {
        if let Served::Ledger(state) = &self.served {
            self.metrics = Some(listening(Served::Metrics(state.clone()), listen)?);
        }
        Ok(self)
    }

    /// Likewise for a witness.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub fn of_witness(witness: Witness, listen: SocketAddr) -> Result<Self, ServerError> {
        Self::bind(Served::Witness(web::Data::new(witness)), listen)
    }

    fn bind(served: Served, listen: SocketAddr) -> Result<Self, ServerError> {
        let running = listening(served.clone(), listen)?;
        Ok(Self { served, running, metrics: None })
    }

    /// The address that it listens on, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// The address that shows metrics and nothing else, with the real port.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|metrics| metrics.address)
    }

    /// Serves until `stop` is ready. Then it accepts nothing more, lets requests in hand finish for
    /// at most [`STOP_SECONDS_MAX`] seconds, and stops the ledger.
    ///
    /// # Errors
    /// Where the server ended by itself, or the ledger did not stop cleanly.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServerError> {
        let Self { served, running, metrics } = self;
        let all = [Some(&running), metrics.as_ref()].into_iter().flatten();
        let watched = all.map(|listening| Arc::clone(&listening.connections)).collect();
        let watcher = rt::spawn(end_unused(watched));
        let handle = running.server.handle();
        let metrics = metrics.map(|metrics| (metrics.server.handle(), rt::spawn(metrics.server)));
        let publisher = match &served {
            Served::Ledger(state) => Some(rt::spawn(publish(state.service.clone()))),
            Served::Metrics(_) | Served::Witness(_) => None,
        };
        let mut running = rt::spawn(running.server);
        let ended = tokio::select! {
            ended = &mut running => Some(ended),
            () = stop => None,
        };
        if let Served::Ledger(state) = &served {
            state.begin_stop();
        }
        let ended = match ended {
            Some(ended) => ended,
            None => {
                tracing::info!("stopping: no new connections, requests in hand finish");
                handle.stop(true).await;
                running.await
            }
        };
        if let Some(publisher) = publisher {
            publisher.abort();
        }
        // They can be read while requests in hand finish.
        if let Some((handle, running)) = metrics {
            handle.stop(false).await;
            running.await.map_err(io::Error::other)??;
        }
        watcher.abort();
        if let Served::Ledger(state) = &served {
            let service = state.service.clone();
            let stopped = rt::task::spawn_blocking(move || service.stop()).await;
            stopped.map_err(io::Error::other)??;
            tracing::info!("the ledger is stopped");
        }
        ended.map_err(io::Error::other)??;
        Ok(())
    }
}

/// A server of these routes that accepts connections from now on, and its address.
fn listening(served: Served, listen: SocketAddr) -> Result<Listening, ServerError> {
    let connections = match &served {
        Served::Ledger(state) => Arc::clone(&state.connections),
        Served::Metrics(_) | Served::Witness(_) => Arc::default(),
    };
    let (workers, connections_max) = match &served {
        Served::Metrics(_) => (1, METRICS_CONNECTIONS_MAX),
        Served::Ledger(_) | Served::Witness(_) => {
            let workers = thread::available_parallelism().map_or(1, usize::from);
            (workers, worker_connections_max(workers))
        }
    };
    let opened = Arc::clone(&connections);
    let server = HttpServer::new(move || app(served.clone()))
        .backlog(LISTEN_BACKLOG_MAX)
        .workers(workers)
        .max_connections(connections_max)
        .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
        .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .shutdown_timeout(STOP_SECONDS_MAX)
        // The last piece of a large answer would wait until its reader confirms the one before,
        // which that may put off for 40 ms.
        .tcp_nodelay(true)
        .on_connect(move |connection, data| {
            let stream = connection.downcast_ref::<rt::net::TcpStream>();
            let socket = stream.map(SockRef::from);
            if let Some(socket) = &socket {
                limit_stalling(socket);
            }
            // Without another handle it cannot be ended from here; everything else works.
            data.insert(opened.open(socket.and_then(|socket| socket.try_clone().ok())));
        })
        .disable_signals()
        .bind(listen)
        .map_err(|cause| ServerError::Bind { listen, cause })?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    Ok(Listening { address, server: server.run(), connections })
}

/// Has the operating system cut a connection whose client takes nothing of what is sent (RFC 5482),
/// where it knows how to: nothing else ends a write that is stuck.
fn limit_stalling(socket: &SockRef<'_>) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let longest = Duration::from_secs(STALLED_SECONDS_MAX);
        if let Err(error) = socket.set_tcp_user_timeout(Some(longest)) {
            tracing::warn!(%error, "a connection may stall for longer");
        }
    }
}

/// Ends connections that only take a place, looking about once a second.
async fn end_unused(watched: Vec<Arc<Connections>>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for connections in &watched {
            connections.end_unused(Duration::from_secs(UNUSED_SECONDS_MAX));
            connections.end_slow(Duration::from_secs(PIECE_SECONDS_MAX));
        }
    }
}

/// Shows the newest checkpoint about once a second.
async fn publish(service: Service) {
    let mut ticks = tokio::time::interval(Duration::from_millis(CHECKPOINT_INTERVAL_MILLIS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = service.publish_checkpoint().await {
            tracing::error!(%error, "checkpoint not published");
        }
    }
}
