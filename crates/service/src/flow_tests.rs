//! The way of a signed event through the whole service, on a real directory.

use crate::behind::Behind;
use crate::draft::{Effects, Placed};
use crate::folding::{Folded, fold_while};
use crate::limits::BEHIND_BYTES_MAX;
use crate::open::Fold;
use crate::query::condition;
use crate::refold::{Refold, Why};
use crate::stages::Stages;
use crate::views::Views;
use crate::{
    CaptureMode, CaptureRequest, Captured, Code, Credentials, Error, Principal, Service,
    ServiceOptions, TraceQuestion, init,
};
use bytes::Bytes;
use laiqu_epcis::Prefixes;
use laiqu_epcis::query::{EventQuery, NoMasterData};
use laiqu_ledger::Kind;
use laiqu_proof::{
    Checkpoint, Hash, NoteVerifier, PrivateJwk, SubmissionClaims, TlogProof, leaf_hash,
    sign_submission,
};
use laiqu_trace::Direction;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const ORIGIN: &str = "ledger.example/flow";
const PARTY: &str = "urn:uscc:91510500MA00000000";
const LOT: &str = "https://id.gs1.org/01/04012345111118/10/A1";

struct Flow {
    _root: tempfile::TempDir,
    data: std::path::PathBuf,
    service: Service,
    operator: Credentials,
    key: PrivateJwk,
}

fn signature(key: &PrivateJwk, cty: &str, body: &str) -> String {
    signature_of(PARTY, key, cty, body)
}

fn signature_of(party: &str, key: &PrivateJwk, cty: &str, body: &str) -> String {
    let claims = SubmissionClaims {
        iss: party.to_owned(),
        aud: ORIGIN.to_owned(),
        sha256: Hash::digest(body.as_bytes()),
        cty: cty.to_owned(),
        exp: None,
        seq: None,
        prev: None,
    };
    sign_submission(key, &claims)
}

async fn flow(signing: &str) -> Flow {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let made = init(&data, ORIGIN).unwrap();
    let service = Service::open(&data, ServiceOptions::default()).unwrap();
    let operator = Credentials { bearer: Some(made.operator_token), signatures: vec![] };
    let key = PrivateJwk::from_seed(&[7; 32]);
    let flow = Flow { _root: root, data, service, operator, key };
    flow.register(PARTY, "producer", &flow.key, signing).await;
    flow
}

fn event(id: &str, quantity: u32) -> String {
    format!(
        r#"{{"type":"ObjectEvent","eventID":"{id}","eventTime":"2026-11-01T08:00:00+08:00",
        "eventTimeZoneOffset":"+08:00","action":"ADD","bizStep":"commissioning",
        "bizLocation":{{"id":"https://id.gs1.org/414/4012345000115"}},
        "quantityList":[{{"epcClass":"urn:epc:class:lgtin:4012345.011111.A1","quantity":{quantity},"uom":"KGM"}}]}}"#
    )
}

fn document(events: &[String]) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-01T09:00:00Z",
        "epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",")
    )
}

impl Flow {
    async fn register(&self, party: &str, kind: &str, key: &PrivateJwk, signing: &str) {
        let body = format!(
            r#"{{"id":"{party}","name":"示例","kinds":["{kind}"],"keys":[{}],"signing":"{signing}"}}"#,
            key.public().to_json()
        );
        let mut with_proof = self.operator.clone();
        with_proof.signatures.push(signature_of(party, key, "application/json", &body));
        let registered = self.service.register_party(body.as_bytes(), &with_proof).await;
        assert_eq!(registered.unwrap().0.keys, [key.public().thumbprint()]);
    }

    async fn post(&self, body: &str) -> Result<Captured, Error> {
        let media_type = "application/ld+json";
        let signatures = vec![signature(&self.key, media_type, body)];
        let credentials = Credentials { bearer: None, signatures };
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.service
            .capture(CaptureRequest {
                body,
                media_type: media_type.to_owned(),
                credentials,
                mode: CaptureMode::Rollback,
            })
            .await
    }

    fn back(&self) -> crate::TraceView {
        let id = "urn:epc:class:lgtin:4012345.011111.A1".to_owned();
        let question = TraceQuestion::new(id, Direction::Back);
        self.service.trace(&question, &Principal::Operator).unwrap()
    }
}

#[tokio::test]
async fn a_signed_event_gets_a_receipt_that_verifies_and_is_traced() {
    let flow = flow("required").await;
    let captured = flow.post(&document(&[event("urn:uuid:1", 5)])).await.unwrap();
    let verifier = NoteVerifier::parse(flow.service.vkey()).unwrap();
    let proof: TlogProof = captured.receipt.proof.parse().unwrap();
    let leaf = leaf_hash(captured.receipt.leaf.as_bytes());
    let head = proof.verify(&leaf, &verifier, ORIGIN).unwrap();
    assert_eq!(head.size, captured.receipt.size);
    let trace = flow.back();
    assert_eq!(trace.starts, [LOT]);
    assert_eq!(trace.events.len(), 1);
    assert_eq!(trace.ledger.root, head.root.to_string());
}

#[tokio::test]
async fn the_same_again_gets_the_first_receipt_and_other_content_is_refused() {
    let flow = flow("required").await;
    let first = flow.post(&document(&[event("urn:uuid:1", 5)])).await.unwrap();
    let again = flow.post(&document(&[event("urn:uuid:1", 5)])).await.unwrap();
    assert!(again.replayed && again.receipt.index == first.receipt.index);
    let spelled =
        document(&[event("urn:uuid:1", 5).replace("08:00:00+08:00", "08:00:00.000+08:00")]);
    let same = flow.post(&spelled).await.unwrap();
    assert_eq!((same.receipt.index, same.events[0].duplicate), (first.receipt.index, true));
    let other = flow.post(&document(&[event("urn:uuid:2", 1), event("urn:uuid:1", 6)])).await;
    let refused = other.unwrap_err();
    assert_eq!(refused.code, Code::EventIdConflict);
    assert_eq!(refused.details[0].pointer, "/epcisBody/eventList/1/eventID");
    assert_eq!(flow.service.overview(1, None).unwrap().ledger.size, first.receipt.index + 1);
    let mixed = flow.post(&document(&[event("urn:uuid:2", 1), event("urn:uuid:1", 5)])).await;
    let mixed = mixed.unwrap();
    assert_eq!(mixed.events[0].index, mixed.receipt.index);
    assert_eq!(mixed.events[1].index, first.receipt.index);
    assert_eq!(mixed.events[1].first_receipt.as_ref().unwrap().index, first.receipt.index);
}

#[tokio::test]
async fn identical_documents_at_once_become_one_entry() {
    let flow = flow("required").await;
    let body = document(&[event("urn:uuid:1", 5)]);
    let posts = (0..20).map(|_| flow.post(&body));
    let mut done = Vec::new();
    for post in posts.collect::<Vec<_>>() {
        done.push(post);
    }
    let answers = futures_join(done).await;
    let indexes: std::collections::BTreeSet<u64> =
        answers.into_iter().map(|answer| answer.unwrap().receipt.index).collect();
    assert_eq!(indexes.len(), 1);
}

/// Polls all at once, so that they are in flight together.
async fn futures_join<F: std::future::Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in pinned.iter_mut().zip(done.iter_mut()) {
            if slot.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) {
            return std::task::Poll::Ready(());
        }
        std::task::Poll::Pending
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_restart_changes_no_answer_with_and_without_the_index() {
    let flow = flow("required").await;
    flow.post(&document(&[event("urn:uuid:1", 5), event("urn:uuid:2", 7)])).await.unwrap();
    let before = serde_json::to_value(flow.back()).unwrap();
    flow.service.stop().unwrap();
    for remove_index in [false, true] {
        if remove_index {
            std::fs::remove_dir_all(flow.data.join("index")).unwrap();
        }
        let service = Service::open(&flow.data, ServiceOptions::default()).unwrap();
        let id = LOT.to_owned();
        let question = TraceQuestion::new(id, Direction::Back);
        let after = service.trace(&question, &Principal::Operator).unwrap();
        assert_eq!(serde_json::to_value(after).unwrap(), before);
        assert_eq!(service.principal(&flow.operator).unwrap(), Principal::Operator);
        service.stop().unwrap();
    }
    let offline = crate::Snapshot::load(&flow.data).unwrap();
    let id = LOT.to_owned();
    let question = TraceQuestion::new(id, Direction::Back);
    assert_eq!(serde_json::to_value(offline.trace(&question).unwrap()).unwrap(), before);
}

#[tokio::test]
async fn a_revoked_key_signs_no_more() {
    let flow = flow("required").await;
    let kid = flow.key.public().thumbprint();
    let body = format!(r#"{{"kid":"{kid}","reason":"遗失"}}"#);
    flow.service.revoke_key(PARTY, body.as_bytes(), &flow.operator).await.unwrap();
    let refused = flow.post(&document(&[event("urn:uuid:1", 5)])).await.unwrap_err();
    assert_eq!(refused.code, Code::KeyNotEffective);
}

#[tokio::test]
async fn a_token_posts_only_where_the_gateway_may_sign() {
    for (signing, expected) in [("gateway", None), ("required", Some(Code::SignatureRequired))] {
        let flow = flow(signing).await;
        let (token, _) = flow.service.issue_token(PARTY, &flow.operator).await.unwrap();
        let request = CaptureRequest {
            body: Bytes::from(document(&[event("urn:uuid:1", 5)])),
            media_type: "application/json".to_owned(),
            credentials: Credentials { bearer: Some(token), signatures: vec![] },
            mode: CaptureMode::Rollback,
        };
        let answer = flow.service.capture(request).await;
        assert_eq!(answer.err().map(|error| error.code), expected, "{signing}");
    }
}

#[tokio::test]
async fn the_shown_checkpoint_covers_what_the_head_file_covers() {
    let flow = flow("required").await;
    let verifier = NoteVerifier::parse(flow.service.vkey()).unwrap();
    let shown = || Checkpoint::open(&flow.service.checkpoint().unwrap(), &verifier).unwrap().size;
    let before = shown();
    flow.post(&document(&[event("urn:uuid:1", 5)])).await.unwrap();
    assert_eq!(shown(), before);
    flow.service.publish_checkpoint().await.unwrap();
    assert_eq!(shown(), flow.service.overview(0, None).unwrap().ledger.size);
}

#[tokio::test]
async fn what_two_threads_apply_is_what_one_applies_in_turn() {
    let flow = flow("required").await;
    // So many that the live write indexes them in the other thread, and so does a fold.
    for part in ["a", "b", "c"] {
        let events = (1..=200).map(|n| event(&format!("urn:x:{part}{n}"), n));
        flow.post(&document(&events.collect::<Vec<_>>())).await.unwrap();
    }
    let reader = flow.service.reader();
    let shown = |views: &Views| {
        let arrived = |seq| views.events.position(seq);
        let found = |id: &str| {
            let named = [("EQ_eventID".to_owned(), vec![id.to_owned()])];
            let query = EventQuery::of_parameters(&named, &Prefixes::default()).unwrap();
            let clauses = query.plan(&NoMasterData).all;
            let clauses: Vec<Vec<_>> =
                clauses.iter().map(|any| any.iter().map(condition).collect()).collect();
            views.events.select(&clauses, u32::MAX).iter().collect::<Vec<u32>>()
        };
        let ids = ["urn:x:a1", "urn:x:b128", "urn:x:c200"].map(found);
        (views.size, views.events.len(), ids, arrived(599), views.graph.events_count())
    };
    let live = shown(&flow.service.shared().views.read());
    let in_turn = Fold::up_to(reader, reader.size(), &mut None).unwrap();
    // Kept behind each document.
    let kept = flow.data.with_file_name("staged");
    let staged = || Some(Stages::of(&Fold::default(), &kept, 50));
    let in_stages = Fold::up_to(reader, reader.size(), &mut staged()).unwrap();
    assert_eq!(in_stages.kept, (reader.size(), 600));
    assert_eq!(shown(&in_stages.views), live);
    let (done, folded) = fold_while(Folded::of(Fold::default(), staged()), |take| {
        reader.scan(0).try_for_each(|entry| entry.map(&mut *take))
    });
    done.unwrap();
    let folded = folded.finish(reader).unwrap();
    assert_eq!((live.1, &live.2[1]), (600, &vec![327u32]));
    assert_eq!(shown(&in_turn.views), live);
    assert_eq!((folded.kept, shown(&folded.views)), (in_stages.kept, live));
}

#[tokio::test]
async fn captures_do_not_wait_for_a_long_question() {
    let flow = flow("required").await;
    flow.post(&document(&[event("urn:x:before", 1)])).await.unwrap();
    let mut shown = flow.service.growth();
    let before = *shown.borrow_and_update();
    let (began, begun) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let shared = std::sync::Arc::clone(flow.service.shared());
    let question = std::thread::spawn(move || {
        let views = shared.views.read();
        began.send(()).unwrap();
        ended.recv().unwrap();
        views.size
    });
    begun.recv().unwrap();
    // Two units, which are answered although they cannot be shown.
    let first = flow.post(&document(&[event("urn:x:during1", 2)])).await.unwrap();
    let second = flow.post(&document(&[event("urn:x:during2", 3)])).await.unwrap();
    assert_eq!((first.receipt.index, second.receipt.index), (before, before + 1));
    let trace = flow.back();
    assert_eq!((trace.ledger.size, trace.events.len()), (before, 1));
    let mut ahead =
        TraceQuestion::new("urn:epc:class:lgtin:4012345.011111.A1".to_owned(), Direction::Back);
    ahead.as_of = Some(before + 2);
    let refused = flow.service.trace(&ahead, &Principal::Operator).unwrap_err();
    assert_eq!(refused.code, Code::Overloaded, "{refused:?}");
    ahead.as_of = Some(before + 3);
    let refused = flow.service.trace(&ahead, &Principal::Operator).unwrap_err();
    assert_eq!(refused.code, Code::InvalidParameter, "{refused:?}");
    // The same again is known, shown or not.
    let again = flow.post(&document(&[event("urn:x:during1", 2)])).await.unwrap();
    assert_eq!((again.replayed, again.receipt.index), (true, before));

    end.send(()).unwrap();
    assert_eq!(question.join().unwrap(), before);
    let size = *shown.wait_for(|size| *size > before).await.unwrap();
    assert_eq!(size, before + 2);
    let trace = flow.back();
    assert_eq!((trace.ledger.size, trace.events.len()), (before + 2, 3));
}

#[tokio::test]
async fn what_waits_to_be_shown_is_shown_before_a_stop() {
    let flow = flow("required").await;
    let shared = std::sync::Arc::clone(flow.service.shared());
    let (began, begun) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let question = std::thread::spawn(move || {
        let _views = shared.views.read();
        began.send(()).unwrap();
        ended.recv().unwrap();
    });
    begun.recv().unwrap();
    flow.post(&document(&[event("urn:x:during", 2)])).await.unwrap();
    let Flow { _root, data, service, .. } = flow;
    let stopping = std::thread::spawn(move || service.stop());
    end.send(()).unwrap();
    question.join().unwrap();
    stopping.join().unwrap().unwrap();
    // What was kept at the stop has it, too.
    let service = Service::open(&data, ServiceOptions::default()).unwrap();
    let id = "urn:epc:class:lgtin:4012345.011111.A1".to_owned();
    let trace = service.trace(&TraceQuestion::new(id, Direction::Back), &Principal::Operator);
    assert_eq!(trace.unwrap().events.len(), 1);
}

#[tokio::test]
async fn more_than_memory_should_hold_waits_for_a_question() {
    let flow = flow("required").await;
    let shared = std::sync::Arc::clone(flow.service.shared());
    let size = shared.views.read().size;
    let entry = |index| Placed {
        index,
        kind: Kind::PartyProfile,
        issuer: 0,
        time_micros: 0,
        leaf_hash: Hash::ZERO,
        record: None,
        effects: Effects::default(),
    };
    let question = shared.views.read();
    let mut behind = Behind::default();
    // An entry without events takes memory, too.
    let (shown, _) = behind.show(&shared, (vec![entry(size)], BEHIND_BYTES_MAX), false);
    assert_eq!((shown, behind.is_waiting()), (None, true));
    let writer = std::sync::Arc::clone(&shared);
    let waiting =
        std::thread::spawn(move || behind.show(&writer, (vec![entry(size + 1)], 1), false));
    // Nobody begins to read where someone waits to write.
    while !waiting.is_finished() && shared.views.try_read().is_some() {
        std::thread::yield_now();
    }
    drop(question);
    let (shown, spent) = waiting.join().unwrap();
    assert_eq!((shown, spent.len()), (Some(size + 2), 2));
}

/// A fold that began before an erasure may hold what it erased, and would be kept as of a size that
/// says it does not.
#[tokio::test]
async fn a_fold_during_which_something_is_erased_is_not_kept() {
    let flow = flow("required").await;
    let (bureau, key) = ("urn:example:bureau", PrivateJwk::from_seed(&[8; 32]));
    flow.register(bureau, "regulator", &key, "required").await;
    let expired = r#""ilmd":{"cbvmda:itemExpirationDate":"2024-05-31"},"quantityList""#;
    let body = document(&[event("urn:x:event:1", 100).replace(r#""quantityList""#, expired)]);
    let index = flow.post(&body).await.unwrap().receipt.index;
    let refold = Refold {
        reader: flow.service.reader().clone(),
        shared: Arc::clone(flow.service.shared()),
        directory: flow.data.join("beside"),
        keep_events: 1,
        admission: Arc::default(),
        is_over: Arc::default(),
    };
    let kept = || std::fs::read_dir(&refold.directory).into_iter().flatten().count();
    std::fs::create_dir(&refold.directory).unwrap();
    let fold = refold.run(Why::Keep).unwrap().unwrap();
    assert_eq!((fold.head.size, kept()), (index + 1, 1));

    let order = format!(r#"{{"index":{index},"reason":"order 12"}}"#);
    let mut together = flow.operator.clone();
    together.signatures.push(signature_of(bureau, &key, "application/json", &order));
    flow.service.erase(order.as_bytes(), &together).await.unwrap();
    assert_eq!(kept(), 1);
    for why in [Why::Keep, Why::Forget] {
        assert!(refold.kept_fold(why, index + 1).is_err());
    }
    assert_eq!(kept(), 0, "what was to be forgotten is, and nothing is kept in its place");
    // What begins now knows of it.
    assert!(refold.run(Why::Keep).unwrap().is_some());
    assert_eq!(kept(), 1);
    refold.is_over.store(true, Ordering::Relaxed);
    assert!(refold.run(Why::Keep).unwrap().is_none());
}
