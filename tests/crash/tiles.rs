//! The files of the tree, lost or changed: a server proves the same as before.

use crate::image::copy_of;
use laiqu_proof::{TileLevel, TilePath};
use laiqu_tests::{Book, Client, LedgerDir, TestParty, TestServer, commissioned, document};
use std::path::Path;

const DOCUMENTS: u64 = 520;
const TILE_BYTES: usize = 8_192;

/// Does something to a file.
type Change = fn(&mut Vec<u8>);

/// Enough entries for full tiles, and every receipt of them.
fn ledger() -> (LedgerDir, Book) {
    let ledger = LedgerDir::new("tiles.example/log");
    let server = TestServer::start(&ledger.data, &[]);
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let farm = farm.register(&server, &ledger.operator, "gateway");
    let mut book = Book::new(&ledger.vkey);
    let client = server.client();
    for n in 0..DOCUMENTS {
        let lot = format!("urn:epc:class:lgtin:4012345.011111.{n}");
        let body = document(&[commissioned(&format!("urn:example:event:{n}"), &lot, 1)]);
        book.keep(&body, &farm.capture(&client, &body));
    }
    assert!(server.stop().success());
    (ledger, book)
}

/// The hash tiles that a server shows, in order.
fn tiles(client: &Client, size: u64) -> Vec<Vec<u8>> {
    let levels = [TileLevel::Hashes(0), TileLevel::Hashes(1)];
    let paths = levels
        .into_iter()
        .flat_map(|level| (0..).map_while(move |index| TilePath::widest(level, index, size)));
    let shown = paths.map(|path| {
        let answer = client.get(&format!("/log/{path}"));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.body
    });
    shown.collect()
}

fn shown(data: &Path, book: &Book, operator: &str) -> Vec<Vec<u8>> {
    let server = TestServer::start(data, &[]);
    let size = book.check(&server.client());
    for index in [3, 255, 256, 300, 511, size - 1] {
        let answer = server.client_with(operator).get(&format!("/v1/entries/{index}"));
        assert_eq!(answer.expect(200)["receipt"]["index"], index);
    }
    let tiles = tiles(&server.client(), size);
    assert!(server.stop().success());
    tiles
}

#[test]
fn lost_and_changed_files_of_the_tree_are_never_served_and_are_mended() {
    let (ledger, book) = ledger();
    let whole = std::fs::read(ledger.data.join("log/tree-0")).unwrap();
    assert_eq!(whole.len(), 2 * TILE_BYTES, "two full tiles");
    let before = shown(&ledger.data, &book, &ledger.operator);
    assert_eq!(before.len(), 4);
    assert_eq!(before[..2].concat(), whole);
    let changes: [(&str, Change); 5] = [
        ("a bit of the first tile", |file| file[40] ^= 1),
        ("a bit of the second tile", |file| file[TILE_BYTES + 8_000] ^= 128),
        ("zeros, as after a loss of power", |file| file[TILE_BYTES..].fill(0)),
        ("cut short", |file| file.truncate(100)),
        ("longer than it should be", |file| file.extend([7; 9_000])),
    ];
    for (what, change) in changes {
        let (_root, data) = copy_of(&ledger.data);
        let path = data.join("log/tree-0");
        let mut file = whole.clone();
        change(&mut file);
        std::fs::write(&path, &file).unwrap();
        assert!(shown(&data, &book, &ledger.operator) == before, "{what}");
        let mended = std::fs::read(&path).unwrap();
        assert!(mended[..whole.len()] == whole, "{what}: not mended");
    }
    let (_root, data) = copy_of(&ledger.data);
    std::fs::remove_file(data.join("log/tree-0")).unwrap();
    assert!(shown(&data, &book, &ledger.operator) == before, "lost");
    assert!(std::fs::read(data.join("log/tree-0")).unwrap() == whole, "written anew");
}
