//! A server in this process: on a thread and runtime of its own, stopped by a signal or by us.

use crate::exit::{Exit, Failure};
use crate::subscriber::HttpSubscriber;
use laiqu_http::{Server, ServerError};
use laiqu_service::{Service, ServiceOptions, Witness, Witnessing};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The server gets this long to end once a stop was asked for, in seconds: more than it gives the
/// requests in hand. What was acknowledged is durable in any case.
const STOP_SECONDS_MAX: u64 = 18;

/// Asks a server to stop, and tells whether somebody did. Clones share the question.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Sender<bool>);

impl Stop {
    fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Asks the server to stop.
    pub(crate) fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody asked, by signal or otherwise.
    pub(crate) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    async fn wait(self) {
        // The sender is this value itself, so waiting cannot fail.
        drop(self.0.subscribe().wait_for(|asked| *asked).await);
    }
}

/// A server that is ready.
#[derive(Debug)]
pub(crate) struct Running {
    /// `http://` and the address that it listens on.
    pub(crate) url: String,
    /// Where it shows its metrics to whoever reaches them, if anywhere.
    pub(crate) metrics: Option<String>,
    /// Stops it.
    pub(crate) stop: Stop,
    thread: JoinHandle<Result<(), Failure>>,
}

impl Running {
    /// Waits until the server has stopped and the ledger is closed.
    pub(crate) fn wait(self) -> Result<(), Failure> {
        let panicked =
            |_| Failure::new(Exit::Damaged, "服务线程崩溃", "the server's thread panicked");
        self.thread.join().map_err(panicked)?
    }
}

/// Where a server listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listen<'a> {
    /// Address and port of its interface.
    pub(crate) all: &'a str,
    /// Those that show metrics without a token; they are of this machine.
    pub(crate) metrics: Option<&'a str>,
}

/// Opens the ledger and serves it; comes back once requests are answered.
pub(crate) fn start(
    data: &Path,
    listen: Listen<'_>,
    options: ServiceOptions,
    witnessing: Option<Witnessing>,
    subscriber: HttpSubscriber,
) -> Result<Running, Failure> {
    let metrics = listen.metrics.map(local_address).transpose()?;
    let listen = address("--listen", listen.all)?;
    let service = match witnessing {
        Some(witnessing) => Service::open_witnessed(data, options, witnessing)?,
        None => Service::open(data, options)?,
    };
    service.deliver_through(Arc::new(subscriber));
    let served = service.clone();
    let build = move || {
        let server = Server::build(served, listen)?;
        match metrics {
            Some(metrics) => server.with_metrics(metrics),
            None => Ok(server),
        }
    };
    spawn(build, move || service.stop().map_err(Failure::from))
}

/// Serves a witness; comes back once requests are answered.
pub(crate) fn start_witness(witness: Witness, listen: &str) -> Result<Running, Failure> {
    let listen = address("--listen", listen)?;
    spawn(move || Server::of_witness(witness, listen), || Ok(()))
}

fn spawn(
    build: impl FnOnce() -> Result<Server, ServerError> + Send + 'static,
    close: impl FnOnce() -> Result<(), Failure> + Send + 'static,
) -> Result<Running, Failure> {
    let stop = Stop::new();
    let (tell, told) = mpsc::channel();
    let stopping = stop.clone();
    let spawned = std::thread::Builder::new().name("server".to_owned()).spawn(move || {
        let served = serve(build, &stopping, &tell);
        let closed = close();
        served.and(closed)
    });
    let thread = spawned.map_err(|error| no_runtime(&error))?;
    match told.recv() {
        Ok(Bound { address, metrics }) => {
            let metrics = metrics.map(|address| format!("http://{address}/metrics"));
            Ok(Running { url: format!("http://{address}"), metrics, stop, thread })
        }
        // The thread ended before it was ready, and knows why.
        Err(_) => match (Running { url: String::new(), metrics: None, stop, thread }).wait() {
            Err(failure) => Err(failure),
            Ok(()) => {
                Err(Failure::new(Exit::Unreachable, "服务没有启动", "the server did not start"))
            }
        },
    }
}

/// The address to listen on, given with this option; a name is looked up.
fn address(option: &str, listen: &str) -> Result<SocketAddr, Failure> {
    let found = listen.to_socket_addrs().ok().and_then(|mut found| found.next());
    found.ok_or_else(|| {
        let zh = format!("{option} {listen}：不是“地址:端口”");
        let en = format!("{option} {listen}: not an address with a port");
        Failure::usage(zh, en).hint("例如 127.0.0.1:7800", "for example 127.0.0.1:7800")
    })
}

/// An address that only this machine reaches: whoever does needs no token.
fn local_address(listen: &str) -> Result<SocketAddr, Failure> {
    let address = address("--metrics-listen", listen)?;
    if address.ip().to_canonical().is_loopback() {
        return Ok(address);
    }
    let zh = format!("--metrics-listen {listen}：不是本机回环地址，而读取那里的指标无需令牌");
    let en = format!(
        "--metrics-listen {listen}: not a loopback address, and what listens there asks for no token"
    );
    Err(Failure::usage(zh, en).hint(
        "用 127.0.0.1:端口；从别处抓取时，带运营者或监管方的令牌读 --listen 地址的 /metrics",
        "give 127.0.0.1:PORT; from elsewhere read /metrics of the --listen address with the token of \
         an operator or regulator",
    ))
}

/// Where a server listens, with the real ports.
struct Bound {
    address: SocketAddr,
    metrics: Option<SocketAddr>,
}

fn serve(
    build: impl FnOnce() -> Result<Server, ServerError>,
    stop: &Stop,
    tell: &mpsc::Sender<Bound>,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| no_runtime(&error))?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let server = build().map_err(not_built)?;
        stop_on_signals(stop)?;
        // Whoever started this may be gone; then nobody needs the address.
        tell.send(Bound { address: server.address(), metrics: server.metrics_address() }).ok();
        let mut serving = std::pin::pin!(server.run(stop.clone().wait()));
        let ended = tokio::select! {
            ended = &mut serving => ended,
            () = stop.clone().wait() => {
                match tokio::time::timeout(Duration::from_secs(STOP_SECONDS_MAX), serving).await {
                    Ok(ended) => ended,
                    Err(_) => Ok(()),
                }
            }
        };
        ended.map_err(|error| no_runtime(&error))
    })
}

fn stop_on_signals(stop: &Stop) -> Result<(), Failure> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut came = signal(kind).map_err(|error| no_runtime(&error))?;
        let stop = stop.clone();
        tokio::spawn(async move {
            if came.recv().await.is_some() {
                stop.ask();
            }
        });
    }
    Ok(())
}

fn not_built(error: ServerError) -> Failure {
    let ServerError::Bind { listen, .. } = &error else { return no_runtime(&error) };
    let zh = format!("无法在 {listen} 上监听");
    Failure::new(Exit::Unreachable, zh, error.to_string()).hint(
        "另选端口，或用端口 0 自动选择，例如 --listen 127.0.0.1:0",
        "choose another port, or let port 0 choose one, for example --listen 127.0.0.1:0",
    )
}

fn no_runtime(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Unreachable, "服务运行出错", format!("the server failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;

    #[test]
    fn a_server_answers_stops_and_leaves_a_whole_ledger() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        laiqu_service::init(&data, "test.example/log").unwrap();
        let listen = Listen { all: "127.0.0.1:0", metrics: None };
        let start = |listen| {
            start(&data, listen, ServiceOptions::default(), None, HttpSubscriber::new(&[]))
        };
        let running = start(listen).unwrap();
        let client = Client::new(&running.url, None).unwrap();
        let checkpoint = client.get("/log/checkpoint").unwrap().text().unwrap();
        assert!(checkpoint.starts_with("test.example/log\n"));
        let again = start(listen).unwrap_err();
        assert_eq!(again.exit, Exit::Refused, "{}", again.text());
        let stop = running.stop.clone();
        assert!(!stop.is_asked());
        stop.ask();
        running.wait().unwrap();
        assert_eq!(client.get("/log/checkpoint").unwrap_err().exit, Exit::Unreachable);
        start(Listen { all: "256.0.0.1:0", ..listen }).unwrap_err();
    }

    #[test]
    fn metrics_without_a_token_stay_on_this_machine() {
        for local in ["127.0.0.1:0", "127.9.9.9:1", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
            local_address(local).unwrap();
        }
        for other in ["0.0.0.0:0", "[::]:0", "192.0.2.1:9100", "[::ffff:192.0.2.1]:0", "127.0.0.1"]
        {
            assert_eq!(local_address(other).unwrap_err().exit, Exit::Usage, "{other}");
        }
    }
}
