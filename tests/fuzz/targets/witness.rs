//! What a witness is asked: whatever comes in whatever order, it never cosigns two histories.

#![no_main]

use std::sync::LazyLock;

use laiqu_fuzz::Input;
use laiqu_proof::{
    AddCheckpoint, Checkpoint, CosignatureSigner, Hash, NoteSigner, Policy, SignedCheckpoint, Tree,
    leaf_hash,
};
use libfuzzer_sys::fuzz_target;

/// Most requests of one input.
const REQUESTS_MAX: usize = 16;
const LEAVES: u64 = 40;

/// The log, and a second history of it that parts from the first behind this many leaves.
const FORK_AT: u64 = 13;

static TREES: LazyLock<[Tree; 2]> = LazyLock::new(|| {
    [0, FORK_AT].map(|fork| {
        let mut tree = Tree::new();
        for index in 0..LEAVES {
            let other = fork > 0 && index >= fork;
            tree.push(leaf_hash(&[index as u8, u8::from(other)]));
        }
        tree
    })
});

static LOG: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::from_seed("ledger.example/city", &[3; 32]).expect("signer"));
static WITNESS: LazyLock<CosignatureSigner> =
    LazyLock::new(|| CosignatureSigner::from_seed("w.example", &[4; 32]).expect("signer"));

fuzz_target!(|data: &[u8]| {
    if let Ok(request) = AddCheckpoint::parse(data) {
        assert_eq!(AddCheckpoint::parse(request.to_string().as_bytes()).as_ref(), Ok(&request));
    }
    let policy = Policy::of_log_keys(&[LOG.verifier()]);
    let mut input = Input::new(data);
    let mut stored: Option<SignedCheckpoint> = None;
    let mut time = 1;
    for _ in 0..REQUESTS_MAX {
        if input.is_empty() {
            break;
        }
        let Ok(request) = request(&mut input) else { continue };
        let decision = request.decide(&policy, stored.as_ref(), &WITNESS, time);
        time = u64::from(input.byte());
        let cosigned = decision.reply.status == 200;
        assert!(cosigned || decision.store.is_none(), "stored, but not answered");
        if cosigned && decision.store.is_none() {
            // The same checkpoint again: so is its cosignature.
            let stored = stored.as_ref().expect("cosigned before");
            assert!(request.note.starts_with(stored.text()));
            assert!(stored.to_string().contains(decision.reply.body.trim_end()));
        }
        if let Some(evidence) = &decision.evidence {
            assert!(evidence.check(&policy).is_ok(), "evidence that proves nothing");
        }
        if let Some(next) = decision.store {
            assert!(next.to_string().contains(decision.reply.body.trim_end()));
            follows(stored.as_ref().map(SignedCheckpoint::checkpoint), next.checkpoint());
            stored = Some(next);
        }
    }
});

/// A request over one of the two histories, with some of it changed.
fn request(input: &mut Input<'_>) -> Result<AddCheckpoint, laiqu_proof::AddCheckpointError> {
    let tree = &TREES[usize::from(input.byte() % 2)];
    let size = u64::from(input.byte()) % (LEAVES + 1);
    let old = u64::from(input.byte()) % (LEAVES + 1);
    let root = tree.root_at(size).expect("root");
    let mut path = tree.consistency(old, size).unwrap_or_default();
    match input.byte() {
        0 => path.push(Hash([1; 32])),
        1 => drop(path.pop()),
        _ => {}
    }
    let checkpoint = Checkpoint { origin: LOG.name().to_owned(), size, root };
    let signed = checkpoint.sign(&LOG);
    AddCheckpoint::new(old, path, signed)
}

/// Some history holds both checkpoints.
fn follows(before: Option<&Checkpoint>, after: &Checkpoint) {
    let Some(before) = before else { return };
    assert!(before.size <= after.size, "the witness went back");
    let of = |tree: &Tree, one: &Checkpoint| tree.root_at(one.size) == Some(one.root);
    let both = TREES.iter().any(|tree| of(tree, before) && of(tree, after));
    assert!(both, "two histories are cosigned");
}
