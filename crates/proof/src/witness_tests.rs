use super::*;
use crate::hash::leaf_hash;
use crate::note_key::NoteSigner;
use crate::tree::Tree;

const ORIGIN: &str = "ledger.example";

/// A witness with its state, and a log that asks it.
struct Scene {
    log: NoteSigner,
    witness: CosignatureSigner,
    stored: Option<SignedCheckpoint>,
}

impl Scene {
    fn new() -> Self {
        let log = NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap();
        let witness = CosignatureSigner::from_seed("witness.example", &[2; 32]).unwrap();
        Self { log, witness, stored: None }
    }

    fn note(&self, size: u64, root: Hash) -> String {
        Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&self.log)
    }

    /// Asks as the log with this tree would and keeps the new state.
    fn ask(&mut self, tree: &Tree, old: u64, size: u64) -> WitnessDecision {
        let path = tree.consistency(old, size).unwrap_or_default();
        self.send(old, path, &self.note(size, tree.root_at(size).unwrap()), 1_000)
    }

    fn send(&mut self, old: u64, path: Vec<Hash>, note: &str, time: u64) -> WitnessDecision {
        let request = AddCheckpoint::new(old, path, note.to_owned()).unwrap();
        assert_eq!(AddCheckpoint::parse(request.to_string().as_bytes()), Ok(request.clone()));
        let trusted = Policy::of_log_keys(&[self.log.verifier()]);
        let decision = request.decide(&trusted, self.stored.as_ref(), &self.witness, time);
        assert!(decision.store.is_none() || decision.reply.status == 200);
        if let Some(store) = &decision.store {
            self.stored = Some(store.clone());
        }
        decision
    }
}

fn history(own: u8) -> Tree {
    let mut tree = Tree::new();
    for index in 0..20_u64 {
        let own = if index < 3 { 0 } else { own };
        tree.push(leaf_hash(&[&index.to_be_bytes(), [own].as_slice()].concat()));
    }
    tree
}

#[test]
fn a_growing_log_is_cosigned_each_time() {
    let (mut scene, tree) = (Scene::new(), history(1));
    let key = scene.witness.verifier();
    let mut old = 0;
    for size in [0, 1, 1, 5, 6, 19, 20] {
        let decision = scene.ask(&tree, old, size);
        assert_eq!((decision.reply.status, decision.evidence), (200, None), "{size}");
        // The answer, put below the checkpoint, verifies; so does what the witness shows itself.
        let mut signed = SignedCheckpoint::parse(&scene.note(size, tree.root_at(size).unwrap()));
        signed.as_mut().unwrap().add(&decision.reply.body).unwrap();
        assert_eq!(scene.stored.as_ref(), signed.as_ref().ok());
        let note = signed.unwrap().to_string();
        assert!(Note::parse(&note).unwrap().verify(&[&key]).is_ok());
        old = size;
    }
}

#[test]
fn a_repeated_request_costs_no_write_until_the_cosignature_is_old() {
    let (mut scene, tree) = (Scene::new(), history(1));
    let note = scene.note(5, tree.root_at(5).unwrap());
    let first = scene.send(0, vec![], &note, 1_000);
    assert!(first.store.is_some());
    let again = scene.send(5, vec![], &note, 1_000 + REPEATED_SECONDS_MAX);
    assert_eq!((again.store, &again.reply), (None, &first.reply));
    let later = scene.send(5, vec![], &note, 1_001 + REPEATED_SECONDS_MAX);
    assert!(later.store.is_some() && later.reply.body != first.reply.body);
    // Another text of the same size and root, as with an extension line, is another checkpoint.
    let text = format!("{}extension\n", Note::parse(&note).unwrap().text());
    let extended = format!("{text}\n{}", scene.log.signature_line(&text));
    assert!(scene.send(5, vec![], &extended, 1_001 + REPEATED_SECONDS_MAX).store.is_some());
}

#[test]
fn another_old_size_is_answered_with_the_right_one() {
    let (mut scene, tree) = (Scene::new(), history(1));
    let check = |scene: &mut Scene, old, size, last: &str| {
        let reply = scene.ask(&tree, old, size).reply;
        assert_eq!((reply.status, reply.content_type), (409, TLOG_SIZE_TYPE));
        assert_eq!(reply.body, last);
    };
    check(&mut scene, 3, 5, "0\n");
    scene.ask(&tree, 0, 5);
    check(&mut scene, 0, 7, "5\n");
    check(&mut scene, 4, 5, "5\n");
    check(&mut scene, 0, 4, "5\n");
    assert_eq!(scene.ask(&tree, 5, 7).reply.status, 200);
}

#[test]
fn a_split_is_refused_and_leaves_evidence() {
    let (mut scene, one, other) = (Scene::new(), history(1), history(2));
    let policy = Policy::of_log_keys(&[scene.log.verifier()]);
    scene.ask(&one, 0, 6);
    // Same size, whatever old size the request names; then a larger one with its own proof.
    for (old, size, status) in [(6, 6, 422), (0, 6, 409), (6, 9, 422)] {
        let decision = scene.ask(&other, old, size);
        assert_eq!(decision.reply.status, status);
        let split = decision.evidence.unwrap().check(&policy).unwrap();
        assert_eq!((split.older.checkpoint.size, split.newer.checkpoint.size), (6, size));
    }
    // A wrong proof of the honest log is no evidence, and changes nothing.
    let note = scene.note(9, one.root_at(9).unwrap());
    let decision = scene.send(6, vec![leaf_hash(b"x")], &note, 1_000);
    assert_eq!((decision.reply.status, decision.evidence), (422, None));
    assert_eq!(scene.ask(&one, 6, 9).reply.status, 200);
}

#[test]
fn refusals_have_the_status_of_the_specification() {
    let (mut scene, tree) = (Scene::new(), history(1));
    let root = tree.root_at(5).unwrap();
    let note = scene.note(5, root);
    let mut check = |old, path: &[Hash], note: &str, status| {
        let decision = scene.send(old, path.to_vec(), note, 1_000);
        assert_eq!(decision.reply.status, status, "{}", decision.reply.body);
    };
    check(6, &[], &note, 400);
    check(0, &[root], &note, 422);
    check(0, &[], &note.replace(ORIGIN, "other.example"), 404);
    check(0, &[], &note.replace("\n5\n", "\n6\n"), 403);
    let stranger = NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
    let unsigned = Checkpoint { origin: ORIGIN.to_owned(), size: 5, root }.sign(&stranger);
    check(0, &[], &unsigned, 403);
    let empty = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root };
    let empty = empty.sign(&NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap());
    check(0, &[], &empty, 422);
    // Foreign lines are neither kept nor a reason to refuse.
    let foreign = format!("{note}{}", stranger.signature_line("text\n"));
    check(0, &[], &foreign, 200);
    assert_eq!(scene.stored.unwrap().to_string().lines().count(), 6);
}

#[test]
fn time_never_goes_back_and_is_never_zero() {
    let (mut scene, tree) = (Scene::new(), history(1));
    let key = scene.witness.verifier();
    for (old, size, time, stated) in [(0, 1, 0, 1), (1, 2, 500, 500), (2, 3, 400, 500)] {
        let note = scene.note(size, tree.root_at(size).unwrap());
        let path = tree.consistency(old, size).unwrap_or_default();
        let note = scene.send(old, path, &note, time).store.unwrap().to_string();
        let signed = Note::parse(&note).unwrap().verify(&[&key]).unwrap()[0].time;
        assert_eq!(signed, Some(stated));
    }
}

#[test]
fn malformed_requests_are_refused_with_the_reason() {
    let note = Scene::new().note(5, leaf_hash(b"root"));
    let hash = Hash::ZERO.to_base64() + "\n";
    let check = |body: String| {
        assert_eq!(
            AddCheckpoint::parse(body.as_bytes()),
            Err(AddCheckpointError::Format),
            "{body}"
        );
    };
    for head in ["", "old", "old \n", "old 01\n", "old -1\n", "new 1\n", "old 1\nAA==\n"] {
        check(format!("{head}\n{note}"));
    }
    check(format!("old 1\n{note}"));
    check(format!("old 1\n\n{}", note.trim_end()));
    check(format!("old 1\n{}\n{note}", hash.repeat(WITNESS_PROOF_HASHES_MAX + 1)));
    let most = format!("old 1\n{}\n{note}", hash.repeat(WITNESS_PROOF_HASHES_MAX));
    assert!(AddCheckpoint::parse(most.as_bytes()).is_ok());
    let other = note.replace("\n5\n", "\nfive\n");
    let refused = AddCheckpoint::parse(format!("old 1\n\n{other}").as_bytes());
    assert!(matches!(refused, Err(AddCheckpointError::Checkpoint(_))));
    assert_eq!(AddCheckpoint::parse(b"old \xff"), Err(AddCheckpointError::Bytes));
    let long = vec![b'o'; ADD_CHECKPOINT_BYTES_MAX + 1];
    let reply = WitnessReply::from(AddCheckpoint::parse(&long).unwrap_err());
    assert_eq!(reply.status, 400);
}

proptest::proptest! {
    #[test]
    fn no_body_panics(body in "(old |AA==|[0-9]|— a AAAAAAA=|\n|\\PC){0,60}") {
        if let Ok(read) = AddCheckpoint::parse(body.as_bytes()) {
            proptest::prop_assert_eq!(read.to_string(), body);
        }
    }
}
