//! Metrics at an address of the machine itself: no token, and nothing else is there.

use laiqu_tests::{Client, Samples, Site};
use std::net::TcpStream;

fn site(origin: &str) -> (Site, Client) {
    let site = Site::with(origin, &["--metrics-listen", "127.0.0.1:0"]);
    let url = site.server.metrics_url.clone().unwrap();
    let client = Client::new(url.strip_suffix("/metrics").unwrap());
    (site, client)
}

fn counted(local: &Client) -> Samples {
    let answer = local.get("/metrics");
    assert_eq!(answer.status, 200, "{}", answer.text());
    Samples::read(&answer.text())
}

#[test]
fn the_local_address_shows_the_same_metrics_without_a_token() {
    let (site, local) = site("ledger.example/local");
    assert_eq!(site.client().get("/metrics").problem(401), "credentials-missing");
    let shown = local.get("/metrics");
    let kind = shown.header("content-type");
    assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
    let accepted = "laiqu_submissions_total{outcome=\"accepted\"}";
    assert_eq!(counted(&local).of(accepted), 0.0);
    let farm = site.party("urn:uscc:farm");
    assert_eq!(farm.capture(&site.client(), &crate::creation("urn:uuid:1")).status, 202);
    let (here, there) = (counted(&local), site.metrics());
    for counted in [&here, &there] {
        assert_eq!(counted.of(accepted), 1.0);
        assert_eq!(counted.of("laiqu_ledger_entries"), site.size() as f64);
    }
    assert_eq!(here.names, there.names);
}

#[test]
fn nothing_else_is_there() {
    let (site, local) = site("ledger.example/nothing-else");
    for path in ["/", "/readyz", "/v1/ledger", "/log/checkpoint", "/epcis/events", "/openapi.json"]
    {
        assert_eq!(local.get(path).problem(404), "not-found", "{path}");
        let token = site.ledger.operator.as_str();
        assert_eq!(local.clone().bearer(token).get(path).problem(404), "not-found", "{path}");
    }
    assert_eq!(local.get("/metrics?x=1").problem(400), "invalid-parameter");
    assert_eq!(local.post("/metrics", &[], b"").problem(405), "method-not-allowed");
    assert_eq!(local.post("/epcis/capture", &[], b"{}").problem(404), "not-found");
    let Site { server, ledger } = site;
    assert!(server.stop().success());
    assert!(local.try_get("/metrics").is_none(), "it ends with the server");
    assert_eq!(ledger.verify().0, 0);
}

#[test]
fn open_connections_are_counted() {
    const HELD: usize = 20;
    let (site, local) = site("ledger.example/connections");
    let open = |expected: usize| {
        while counted(&local).of("laiqu_http_connections") != expected as f64 {
            std::thread::yield_now();
        }
    };
    open(0);
    let address = site.server.url.strip_prefix("http://").unwrap();
    let mut held: Vec<_> = (0..HELD).map(|_| TcpStream::connect(address).unwrap()).collect();
    open(HELD);
    held.truncate(HELD / 2);
    open(HELD / 2);
    drop(held);
    open(0);
}
