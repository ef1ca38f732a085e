use super::*;
use crate::cosignature::CosignatureSigner;
use crate::hash::leaf_hash;
use crate::note_key::{KeyError, NoteSigner, format_vkey};
use crate::policy_parse::{POLICY_ITEMS_MAX, PolicyError, PolicyFault};
use crate::signed_checkpoint::SignedCheckpoint;

const ORIGIN: &str = "ledger.example";

fn log() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn witness(number: u8) -> CosignatureSigner {
    CosignatureSigner::from_seed(&format!("w{number}.example"), &[100 + number; 32]).unwrap()
}

/// A post-quantum verifier key as its owner would publish it.
fn ml_dsa() -> String {
    format_vkey("pq.example", 0x06, &[5; 1_312])
}

fn parse(text: &str) -> Result<Policy, PolicyError> {
    Policy::parse(text.as_bytes())
}

/// Six witnesses; two of the first three and one of the others are needed.
fn two_levels() -> String {
    let mut text = format!("# 城市账本\n\nlog {}\thttps://ledger.example/\n", log().vkey());
    for number in 1..=6 {
        text += &format!("  witness W{number} {}\n", witness(number).vkey());
    }
    text + "group X 2 W1 W2 W3\ngroup Y any W4 W5 W6\ngroup both all X Y\nquorum both\n"
}

fn cosigned(numbers: &[u8]) -> SignedCheckpoint {
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 3, root: leaf_hash(b"root") };
    let mut signed = SignedCheckpoint::sign(checkpoint, &[&log()]);
    for number in numbers {
        let line = witness(*number).cosignature_line(signed.text(), 1_000 + u64::from(*number));
        signed.add(&line).unwrap();
    }
    signed
}

#[test]
fn a_quorum_of_groups_is_met_or_not() {
    let policy = parse(&two_levels()).unwrap();
    let check = |numbers: &[u8], met| {
        let opened = policy.open(&cosigned(numbers).to_string()).unwrap();
        assert_eq!(opened.quorum_met, met, "{numbers:?}");
        let names: Vec<String> = opened.cosigned_by.into_iter().map(|by| by.name).collect();
        let mut expected = numbers.to_vec();
        expected.retain(|number| *number <= 6);
        assert_eq!(names, expected.iter().map(|n| format!("W{n}")).collect::<Vec<_>>());
    };
    check(&[], false);
    check(&[1, 2], false);
    check(&[1, 4, 5, 6], false);
    check(&[1, 3, 5], true);
    check(&[1, 2, 3, 4, 5, 6], true);
    // A witness that the policy does not know changes nothing.
    check(&[1, 4, 9], false);
    let opened = policy.open(&cosigned(&[2]).to_string()).unwrap();
    assert_eq!(opened.cosigned_by, [CosignedBy { name: "W2".to_owned(), time: 1_002 }]);
    assert_eq!(opened.log_keys, [log().vkey()]);
}

#[test]
fn one_witness_may_be_the_quorum_and_none_asks_for_nothing() {
    let head = format!("log {}\nwitness w {}\n", log().vkey(), witness(1).vkey());
    let one = parse(&format!("{head}quorum w")).unwrap();
    assert!(!one.open(&cosigned(&[]).to_string()).unwrap().quorum_met);
    assert!(one.open(&cosigned(&[1]).to_string()).unwrap().quorum_met);
    let none = parse("quorum none\n").unwrap();
    assert!(!none.has_quorum() && none.logs().is_empty());
    // Without a log it opens nothing, until the user names one.
    assert!(none.open(&cosigned(&[]).to_string()).is_err());
    let mine = none.for_logs(&[log().verifier()]);
    assert!(mine.open(&cosigned(&[]).to_string()).unwrap().quorum_met);
    assert_eq!(mine, Policy::of_log_keys(&[log().verifier()]));
}

#[test]
fn wrong_signatures_of_known_keys_and_other_logs_are_refused() {
    let policy = parse(&two_levels()).unwrap();
    let mut signed = cosigned(&[1]);
    let text = Checkpoint { size: 4, ..signed.checkpoint().clone() }.to_string();
    signed.add(&witness(2).cosignature_line(&text, 5)).unwrap();
    let bad = NoteError::BadSignature { name: "w2.example".to_owned() };
    assert_eq!(policy.open(&signed.to_string()), Err(bad.into()));
    // Signed by the log's key, but under another name.
    let other = Checkpoint { origin: "other.example".to_owned(), ..signed.checkpoint().clone() };
    let found = "other.example".to_owned();
    assert_eq!(policy.open(&other.sign(&log())), Err(CheckpointError::Origin { found }));
    // A witness alone is no log.
    let line = witness(1).cosignature_line(signed.text(), 5);
    let unsigned = format!("{}\n{line}", signed.text());
    assert_eq!(policy.open(&unsigned), Err(NoteError::NoKnownSignature.into()));
}

#[test]
fn a_log_that_changes_its_key_is_accepted_under_either() {
    let next = NoteSigner::from_seed(ORIGIN, &[2; 32]).unwrap();
    let policy = Policy::of_log_keys(&[log().verifier(), next.verifier()]);
    let checkpoint = cosigned(&[]).checkpoint().clone();
    for (signers, keys) in [
        (vec![&log()], vec![log().vkey()]),
        (vec![&next], vec![next.vkey()]),
        (vec![&next, &log()], vec![log().vkey(), next.vkey()]),
    ] {
        let text = SignedCheckpoint::sign(checkpoint.clone(), &signers).to_string();
        assert_eq!(policy.open(&text).unwrap().log_keys, keys);
    }
}

#[test]
fn a_post_quantum_witness_may_be_named_and_never_counts() {
    let text = two_levels().replace("group X 2", &format!("witness PQ {}\ngroup X 2", ml_dsa()));
    let policy = parse(&text.replace("any W4", "any PQ W4")).unwrap();
    assert_eq!(policy.witnesses()[6].key, PolicyKey::MlDsa(ml_dsa()));
    // Its lines, 2,420 bytes of signature each, are ignored as those of an unknown key.
    let id = crate::note_key::RawKey::parse(&ml_dsa()).map(|_| ()).is_ok();
    assert!(id);
    let key_id = crate::note_key::key_id("pq.example", 0x06, &[5; 1_312]);
    let blob = [key_id.as_slice(), &[1; 8], &[7; 2_420]].concat();
    let line = format!("— pq.example {}\n", data_encoding::BASE64.encode(&blob));
    let mut signed = cosigned(&[1, 2]);
    signed.add(&line).unwrap();
    assert!(!policy.open(&signed.to_string()).unwrap().quorum_met);
    signed.add(&witness(4).cosignature_line(signed.text(), 1)).unwrap();
    assert!(policy.open(&signed.to_string()).unwrap().quorum_met);
}

#[test]
fn thirty_two_of_each_and_more_fit() {
    let mut text = String::new();
    for number in 0..32_u8 {
        let log = NoteSigner::from_seed(&format!("log{number}"), &[number; 32]).unwrap();
        text += &format!("log {}\nwitness w{number} {}\n", log.vkey(), witness(number).vkey());
        text += &format!("group g{number} 1 w{number}\n");
    }
    let members: Vec<String> = (0..32).map(|number| format!("g{number}")).collect();
    text += &format!("group all 32 {}\nquorum all\n", members.join(" "));
    let policy = parse(&text).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (32, 32));
    assert!(policy.is_met_by(|_| true) && !policy.is_met_by(|witness| witness.name != "w7"));
    let many: String = (0..=POLICY_ITEMS_MAX)
        .map(|number| {
            let seed = crate::hash::Hash::digest(&number.to_be_bytes()).0;
            format!("log {}\n", NoteSigner::from_seed("l", &seed).unwrap().vkey())
        })
        .collect();
    let error = PolicyError { line: POLICY_ITEMS_MAX + 1, fault: PolicyFault::TooMany };
    assert_eq!(parse(&many), Err(error));
}

#[test]
fn other_formats_are_refused_with_the_line() {
    let (log, w1, w2) = (log().vkey(), witness(1).vkey(), witness(2).vkey());
    let good = format!("log {log}\nwitness a {w1}\nwitness b {w2}\n");
    let check = |tail: &str, fault: PolicyFault| {
        assert_eq!(parse(&format!("{good}{tail}")), Err(PolicyError { line: 4, fault }), "{tail}");
    };
    check("", PolicyFault::Quorum);
    check("quorum c", PolicyFault::Unknown("c".to_owned()));
    check("group g all none", PolicyFault::Unknown("none".to_owned()));
    check("group a all b", PolicyFault::Name("a".to_owned()));
    check("group none all b", PolicyFault::Name("none".to_owned()));
    check("group g all a a", PolicyFault::MemberTwice("a".to_owned()));
    check("group g all g", PolicyFault::Unknown("g".to_owned()));
    for threshold in ["0", "3", "01", "some", "-1", "18446744073709551615"] {
        check(&format!("group g {threshold} a b"), PolicyFault::Threshold);
    }
    check("group g all", PolicyFault::Threshold);
    for line in ["group g", "quorum", "quorum a b", "wat", "log", "witness a", "log a b c d"] {
        check(line, PolicyFault::Line);
    }
    check(&format!("log {log} https://x"), PolicyFault::DuplicateKey);
    check(&format!("witness c {w1}"), PolicyFault::DuplicateKey);
    let renamed = CosignatureSigner::from_seed("renamed", &[101; 32]).unwrap().vkey();
    check(&format!("witness c {renamed}"), PolicyFault::DuplicateKey);
    let plain = NoteSigner::from_seed("plain", &[9; 32]).unwrap().vkey();
    check(&format!("witness c {plain}"), PolicyFault::NotACosigner);
    check("witness c x+y", PolicyFault::Key(KeyError::Format));
    check("quorum a\r", PolicyFault::Character);
    check("quorum \u{7f}", PolicyFault::Character);
    let twice = parse(&format!("{good}quorum a\nquorum a"));
    assert_eq!(twice, Err(PolicyError { line: 5, fault: PolicyFault::Quorum }));
    // Comments are opaque octets; a name is not.
    let octets = [good.as_bytes(), b"# \xff\xfe\nquorum a\n"].concat();
    assert!(Policy::parse(&octets).is_ok());
    let octets = [good.as_bytes(), b"quorum \xff\n"].concat();
    assert_eq!(Policy::parse(&octets).unwrap_err().fault, PolicyFault::Character);
    // One witness in two groups would count twice.
    let two = parse(&format!("{good}group g all a\ngroup h all a b\nquorum h"));
    assert_eq!(two.unwrap_err().fault, PolicyFault::MemberTwice("a".to_owned()));
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let long = vec![b'#'; crate::policy_parse::POLICY_BYTES_MAX + 1];
    assert_eq!(Policy::parse(&long).unwrap_err().fault, PolicyFault::TooLong);
}

proptest::proptest! {
    #[test]
    fn no_file_panics(text in "(log |witness |group |quorum |all |any |none|[0-9]|\n|\\PC){0,60}") {
        let _read = parse(&text);
    }
}
