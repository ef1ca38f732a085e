//! A process that may open few files: whoever opens connections takes none of the ledger's.

use laiqu_tests::{LedgerDir, TestParty, TestServer, check_receipt, commissioned, document};
use std::net::TcpStream;
use std::process::Command;

/// File descriptors that the server may have, and connections that somebody opens.
const DESCRIPTORS: usize = 256;
const HELD: usize = 300;

#[test]
fn more_connections_than_there_are_descriptors_keep_the_ledger_from_nothing() {
    let ledger = LedgerDir::new("few.example/descriptors");
    let mut command = Command::new("sh");
    command.args(["-c", &format!(r#"ulimit -n {DESCRIPTORS}; exec "$0" "$@""#)]);
    let server = TestServer::try_start_under(command, &ledger.data).unwrap();
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let farm = farm.register(&server, &ledger.operator, "required");
    // This one keeps its connection.
    let client = server.client_with(&ledger.operator);
    assert_eq!(client.get("/livez").status, 200);
    let address = server.url.strip_prefix("http://").unwrap();
    let mut held: Vec<_> = (0..HELD).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut size = 0;
    for number in 0..10 {
        let event = commissioned(&format!("urn:uuid:{number}"), crate::ran::LOT, 5);
        let answer = farm.capture(&client, &document(&[event])).expect(202);
        size = check_receipt(&ledger, &answer["receipt"]).index + 1;
    }
    // Files are opened to show a checkpoint, and to read entries.
    let shown = || client.get("/log/checkpoint").text();
    let is_shown = |_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        shown().lines().nth(1) == Some(&size.to_string())
    };
    assert!((0..600).any(is_shown), "no checkpoint of size {size}");
    let tile = client.get(&format!("/log/tile/entries/000.p/{size}"));
    assert_eq!(tile.status, 200, "{}", tile.text());
    assert_eq!(client.get("/readyz").status, 200);
    // Whoever comes later waits until others go, or their time is over.
    held.truncate(DESCRIPTORS / 2);
    assert_eq!(server.client().get("/readyz").status, 200);
    drop(held);
    assert!(server.stop().success());
    assert_eq!(ledger.verify().0, 0);
}
