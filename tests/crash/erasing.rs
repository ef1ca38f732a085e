//! An erasure whose server is killed, or whose file operations fail, at each step: once its entry
//! stands, nothing of the document is left after the next start.

use crate::image::copy_of;
use crate::injection::{
    FAULTS, Fault, Injected, Phase, Seen, Traced, has_strace, sample, tries_all,
};
use laiqu_tests::{Erasable, PRODUCT_LOT, TestServer, found_below};
use serde_json::Value;
use std::path::Path;

struct Case<'a> {
    erasable: &'a Erasable,
    secrets: &'a [Vec<u8>],
}

impl Case<'_> {
    /// Erases with one fault, or none, and starts again without.
    fn run(&self, injected: Option<Injected<'_>>) -> Seen {
        let Case { erasable, secrets } = self;
        let (root, data) = copy_of(&erasable.ledger.data);
        let expression = injected.map(|injected| injected.expression());
        let context = expression.clone().unwrap_or_default();
        let trace = root.path().join("strace");
        let traced = Traced { data: &data, trace: &trace, injected: expression.as_deref() };
        let (server, tracer) = traced.start(Phase::Serving).unwrap();
        let answer = erasable.erase(&server, &Erasable::order(erasable.index));
        let done = answer.as_ref().is_some_and(|answer| answer.status == 201);
        if done {
            assert_eq!(found_below(&data, secrets), Vec::<String>::new(), "{context}: answered");
        } else if let Some(answer) = answer {
            assert!(answer.status >= 500, "{context}: {}", answer.text());
        }
        let stopped = server.try_stop().is_some_and(|status| status.success());
        tracer.map(|mut tracer| tracer.wait().unwrap());
        let mut seen = Seen::of(&trace);
        seen.hit |= injected.is_some_and(|i| i.fault == Fault::Kill) && !stopped;
        self.restart(&data, done, &context);
        seen
    }

    fn restart(&self, data: &Path, done: bool, context: &str) {
        let Case { erasable, secrets } = self;
        let server = TestServer::start(data, &[]);
        let erased = self.entry(&server)["erased_by"].is_u64();
        assert!(erased || !done, "{context}: an erasure that was answered is lost");
        let left = found_below(data, secrets);
        assert_eq!(left.is_empty(), erased, "{context}: {left:?}");
        let again = erasable.erase(&server, &Erasable::order(erasable.index)).unwrap();
        assert_eq!(again.status, if erased { 410 } else { 201 }, "{context}: {}", again.text());
        assert_eq!(found_below(data, secrets), Vec::<String>::new(), "{context}");
        let answers = self.answers(&server);
        assert!(server.stop().success(), "{context}");
        let verified = laiqu_tests::run(&["verify", data.to_str().unwrap(), "--json"]);
        assert_eq!(verified.status.code(), Some(0), "{context}");
        let server = TestServer::start(data, &[]);
        assert_eq!(self.answers(&server), answers, "{context}: after another start");
        assert!(server.stop().success(), "{context}");
        assert_eq!(found_below(data, secrets), Vec::<String>::new(), "{context}");
    }

    fn entry(&self, server: &TestServer) -> Value {
        let client = server.client_with(&self.erasable.ledger.operator);
        client.get(&format!("/v1/entries/{}", self.erasable.index)).expect(200)
    }

    fn answers(&self, server: &TestServer) -> [Value; 2] {
        let client = server.client_with(&self.erasable.ledger.operator);
        let path = format!("/v1/trace?id={PRODUCT_LOT}&direction=both");
        [client.get(&path).expect(200), self.entry(server)]
    }
}

#[test]
fn an_erasure_is_finished_wherever_it_was_cut_off() {
    if !has_strace() {
        return println!("skipped: no strace, or it may not attach to processes here");
    }
    let (erasable, server) = Erasable::start();
    let secrets = erasable.secrets();
    assert!(server.stop().success());
    let case = Case { erasable: &erasable, secrets: &secrets };
    let counted = case.run(None).calls;
    assert!(counted.get("pwrite64").is_some_and(|count| *count >= 2), "{counted:?}");
    let (mut cases, mut hits, mut left_out) = (0, 0, 0);
    for (call, count) in &counted {
        for (turn, fault) in FAULTS.into_iter().enumerate() {
            for number in 1..=*count {
                let sampled = sample(*count).contains(&number)
                    && (fault == Fault::Kill || (number + turn) % 3 == 0);
                if !(sampled || tries_all()) {
                    left_out += 1;
                    continue;
                }
                hits += usize::from(case.run(Some(Injected { call, number, fault })).hit);
                cases += 1;
            }
        }
    }
    println!("{cases} faults, {hits} hit, {left_out} not tried, over {counted:?}");
    assert!(hits * 10 >= cases * 8, "{hits} of {cases} faults were hit");
}
