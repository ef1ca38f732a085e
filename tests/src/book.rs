//! Receipts that were handed out, and whether a ledger still keeps what they promise.

use crate::client::{Answer, Client};
use laiqu_proof::{
    Checkpoint, Hash, NoteVerifier, TileLevel, TilePath, TlogProof, Tree, decode_bundle, leaf_hash,
    verify_consistency, verify_inclusion,
};
use std::collections::{HashMap, HashSet};

/// Every receipt of one ledger that its clients hold.
#[derive(Debug)]
pub struct Book {
    verifier: NoteVerifier,
    held: Vec<Held>,
    /// Where the document with this SHA-256 stands.
    places: HashMap<Hash, u64>,
    /// Checkpoints that were shown.
    seen: Vec<(u64, Hash)>,
}

#[derive(Debug)]
struct Held {
    index: u64,
    leaf: Hash,
    size: u64,
    root: Hash,
}

impl Book {
    /// An empty book of the ledger with this verifier key.
    ///
    /// # Panics
    /// Where it is no verifier key.
    #[must_use]
    pub fn new(vkey: &str) -> Self {
        let verifier = NoteVerifier::parse(vkey).expect("verifier key");
        Self { verifier, held: Vec::new(), places: HashMap::new(), seen: Vec::new() }
    }

    /// Receipts held.
    #[must_use]
    pub fn receipts(&self) -> usize {
        self.held.len()
    }

    /// Documents that they are for.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.places.len()
    }

    /// Checks the receipt in the answer to a capture, and keeps it. Answers the entry's index.
    ///
    /// # Panics
    /// Where the answer is no success, its receipt does not verify, or the same document stood
    /// elsewhere before.
    pub fn keep(&mut self, body: &str, answer: &Answer) -> u64 {
        let receipt = &answer.expect(202)["receipt"];
        let text = |name: &str| receipt[name].as_str().expect(name);
        let proof: TlogProof = text("proof").parse().expect("tlog-proof");
        let leaf = leaf_hash(text("leaf").as_bytes());
        let head = proof.verify(&leaf, &self.verifier, self.verifier.name()).expect("receipt");
        assert_eq!(receipt["index"], proof.index);
        let first = *self.places.entry(Hash::digest(body.as_bytes())).or_insert(proof.index);
        assert_eq!(first, proof.index, "one document stands at two places");
        self.held.push(Held { index: proof.index, leaf, size: head.size, root: head.root });
        proof.index
    }

    /// Keeps a checkpoint that was shown; answers its size.
    ///
    /// # Panics
    /// Where it is none of this ledger.
    pub fn see(&mut self, shown: &str) -> u64 {
        let Checkpoint { size, root, .. } =
            Checkpoint::open(shown, &self.verifier).expect("checkpoint");
        if !self.seen.contains(&(size, root)) {
            self.seen.push((size, root));
        }
        size
    }

    /// Checks every receipt against the checkpoint and the entry tiles that a server shows.
    /// Answers the ledger's size. Only for a server that was just started: a checkpoint is shown
    /// up to a second after the receipts.
    ///
    /// # Panics
    /// Where any receipt is broken.
    pub fn check(&self, client: &Client) -> u64 {
        let shown = client.get("/log/checkpoint");
        assert_eq!(shown.status, 200, "{}", shown.text());
        let new = Checkpoint::open(&shown.text(), &self.verifier).expect("checkpoint");
        let mut tree = Tree::new();
        for tile in (0..).map_while(|at| TilePath::widest(TileLevel::Entries, at, new.size)) {
            let answer = client.get(&format!("/log/{tile}"));
            assert_eq!(answer.status, 200, "{tile}: {}", answer.text());
            let entries = decode_bundle(&answer.body, tile.width()).expect("entry tile");
            entries.iter().for_each(|entry| tree.push(leaf_hash(entry)));
        }
        assert_eq!(tree.root_at(new.size), Some(new.root), "entry tiles and checkpoint disagree");
        let mut seen = HashSet::new();
        for Held { index, leaf, size, root } in &self.held {
            assert_eq!(
                tree.leaf(*index),
                Some(*leaf),
                "entry {index} is not what its receipt says"
            );
            let path = tree.inclusion(*index, new.size).expect("inclusion");
            verify_inclusion(leaf, *index, new.size, &path, &new.root).expect("inclusion holds");
            if seen.insert((size, root)) {
                let path = tree.consistency(*size, new.size).expect("a log that did not shrink");
                let checked = verify_consistency(*size, new.size, &path, root, &new.root);
                checked.unwrap_or_else(|e| panic!("size {size} against {}: {e}", new.size));
            }
        }
        for (size, root) in self.seen.iter().filter(|(size, _)| *size > 0) {
            let path = tree.consistency(*size, new.size).expect("no checkpoint is taken back");
            verify_consistency(*size, new.size, &path, root, &new.root).expect("consistent");
        }
        new.size
    }
}
