//! The log as an auditor follows it: from entry tiles to the root that the log signed.

use crate::LOT_URN;
use laiqu_proof::{
    Checkpoint, NoteVerifier, TileLevel, TilePath, Tree, decode_bundle, decode_hashes, leaf_hash,
    tiles_of,
};
use laiqu_tests::{Answer, Site, commissioned, document};
use std::time::{Duration, Instant};

/// The checkpoint once it covers the ledger; it is shown at most a second later.
fn checkpoint(site: &Site) -> Checkpoint {
    let verifier = NoteVerifier::parse(&site.ledger.vkey).unwrap();
    let (size, asked) = (site.size(), Instant::now());
    loop {
        let answer = site.client().get("/log/checkpoint");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        let shown = Checkpoint::open(&answer.text(), &verifier).expect("signed by the log");
        assert_eq!(shown.origin, site.ledger.origin);
        if shown.size >= size {
            return shown;
        }
        assert!(asked.elapsed() < Duration::from_secs(10), "size {size} is not shown");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn tile(site: &Site, path: TilePath) -> Answer {
    let answer = site.client().get(&format!("/log/{path}"));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"), "{path}");
    assert!(answer.header("cache-control").unwrap().contains("immutable"), "{path}");
    answer
}

#[test]
fn the_root_follows_from_the_entry_tiles() {
    let site = Site::new("ledger.example/tiles");
    let party = site.party("urn:uscc:tiles");
    // More than one full tile, so that there are full ones, partial ones and a second level.
    let entries = 260;
    for n in 0..entries {
        let event = commissioned(&format!("urn:uuid:{n}"), LOT_URN, n);
        assert_eq!(party.capture(&site.client(), &document(&[event])).status, 202);
    }
    let shown = checkpoint(&site);
    assert!(shown.size > 256 && shown.size == site.size());
    let mut tree = Tree::new();
    let mut hashes = Vec::new();
    for path in tiles_of(shown.size).filter(|path| path.level() == TileLevel::Entries) {
        let answer = tile(&site, path);
        for entry in decode_bundle(&answer.body, path.width()).unwrap() {
            tree.push(leaf_hash(entry));
            hashes.push(leaf_hash(entry));
        }
    }
    assert_eq!(tree.root_at(shown.size), Some(shown.root));
    let mut levels = std::collections::BTreeSet::new();
    for path in tiles_of(shown.size) {
        let TileLevel::Hashes(level) = path.level() else { continue };
        let answer = tile(&site, path);
        assert_eq!(tree.tile(&path), Some(answer.body.clone()), "{path}");
        if level == 0 {
            let first = usize::try_from(path.first()).unwrap();
            let expected = &hashes[first..first + usize::from(path.width())];
            assert_eq!(decode_hashes(&answer.body, path.width()).unwrap(), expected, "{path}");
        }
        levels.insert(level);
    }
    assert_eq!(levels.len(), 2, "{levels:?}");
    // What the checkpoint does not cover is not served.
    let beyond = shown.size % 256 + 1;
    for level in ["0", "entries"] {
        let path = format!("/log/tile/{level}/001.p/{beyond}");
        assert_eq!(site.client().get(&path).problem(404), "not-found", "{path}");
    }
}

#[test]
fn earlier_states_lead_to_later_ones() {
    let site = Site::new("ledger.example/growing");
    let party = site.party("urn:uscc:growing");
    let mut heads = vec![checkpoint(&site)];
    for n in 0..3 {
        let event = commissioned(&format!("urn:uuid:{n}"), LOT_URN, n);
        assert_eq!(party.capture(&site.client(), &document(&[event])).status, 202);
        heads.push(checkpoint(&site));
    }
    let last = heads.last().unwrap();
    let path = TilePath::widest(TileLevel::Hashes(0), 0, last.size).unwrap();
    let mut tree = Tree::new();
    let answer = tile(&site, path);
    decode_hashes(&answer.body, path.width()).unwrap().into_iter().for_each(|hash| tree.push(hash));
    for head in &heads {
        assert_eq!(tree.root_at(head.size), Some(head.root), "size {}", head.size);
        let proof = tree.consistency(head.size, last.size).unwrap();
        laiqu_proof::verify_consistency(head.size, last.size, &proof, &head.root, &last.root)
            .unwrap();
    }
    let sizes: Vec<u64> = heads.iter().map(|head| head.size).collect();
    assert!(sizes.windows(2).all(|pair| pair[0] < pair[1]), "{sizes:?}");
}
