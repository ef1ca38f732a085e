//! The server on a real socket.

use crate::Server;
use laiqu_service::{Service, ServiceOptions, init};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Sends text, reads until the server closes.
fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn a_server_serves_publishes_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    init(&data, "ledger.example/server").unwrap();
    let service = Service::open(&data, ServiceOptions::default()).unwrap();
    let server = Server::build(service.clone(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let address = server.address();
    assert_ne!(address.port(), 0);
    assert!(Server::build(service, address).is_err(), "the address is taken");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = actix_web::rt::spawn(server.run(async move { stopped.await.unwrap() }));
    let ask = |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        actix_web::rt::task::spawn_blocking(move || exchange(address, &request))
    };
    assert!(ask("/livez").await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(ask("/log/checkpoint").await.unwrap().contains("ledger.example/server"));
    assert!(ask("/../laiqu.json").await.unwrap().contains("application/problem+json"));
    let idle = TcpStream::connect(address).unwrap();
    let began = Instant::now();
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(20));
    drop(idle);
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    Service::open(&data, ServiceOptions::default()).unwrap().stop().unwrap();
}
