//! Submissions whose signature or token does not carry them.

use crate::{JSON, JSON_LD, creation};
use data_encoding::BASE64URL_NOPAD;
use laiqu_proof::{Hash, SubmissionClaims, sign_submission};
use laiqu_tests::{Answer, Site, TestParty, jws};
use serde_json::Value;

struct Bench {
    site: Site,
    party: TestParty,
    body: String,
    before: Value,
}

impl Bench {
    fn new(name: &str) -> Self {
        let site = Site::new(&format!("ledger.example/{name}"));
        let party = site.party("urn:uscc:signer");
        let before = site.state();
        Self { site, party, body: creation("urn:uuid:1"), before }
    }

    fn post(&self, signatures: &[&str]) -> Answer {
        let mut headers = vec![("Content-Type", JSON_LD)];
        headers.extend(signatures.iter().map(|jws| ("Submission-Signature", *jws)));
        self.site.client().post("/epcis/capture", &headers, self.body.as_bytes())
    }

    #[track_caller]
    fn refuses(&self, signatures: &[&str], status: u16, code: &str) -> Value {
        let answer = self.post(signatures);
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 401 {
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        self.site.refused(&self.before, &answer, status, code)
    }

    fn good(&self) -> String {
        self.party.signature(JSON_LD, self.body.as_bytes())
    }

    fn claims(&self) -> SubmissionClaims {
        SubmissionClaims {
            iss: self.party.id.clone(),
            aud: self.site.ledger.origin.clone(),
            sha256: Hash::digest(self.body.as_bytes()),
            cty: JSON_LD.to_owned(),
            exp: None,
            seq: None,
            prev: None,
        }
    }

    fn signed(&self, claims: &SubmissionClaims) -> String {
        sign_submission(&self.party.key, claims)
    }
}

/// The same with another protected header.
fn with_header(jws: &str, change: impl Fn(&mut Value)) -> String {
    let (header, rest) = jws.split_once('.').unwrap();
    let decoded = BASE64URL_NOPAD.decode(header.as_bytes()).unwrap();
    let mut header: Value = serde_json::from_slice(&decoded).unwrap();
    change(&mut header);
    format!("{}.{rest}", BASE64URL_NOPAD.encode(header.to_string().as_bytes()))
}

#[test]
fn missing_or_malformed_signatures() {
    let bench = Bench::new("malformed");
    bench.refuses(&[], 401, "credentials-missing");
    bench.refuses(&[""], 401, "credentials-missing");
    let good = bench.good();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = [parts[0], parts[1], parts[2]];
    let text = BASE64URL_NOPAD.encode(b"text");
    let other = if signature.starts_with('A') { "B" } else { "A" };
    for wrong in [
        "abc",
        "a.b.c",
        "..",
        &format!("{header}.{claims}"),
        &format!("{header}.{claims}."),
        &format!("{header}.{claims}.{signature}."),
        &format!("{header}.{claims}.{signature}AAAA"),
        &format!("{header}.{claims}.{}", &signature[..84]),
        &format!("{header}.{claims}.{other}{}", &signature[1..]),
        &format!("{header}..{signature}"),
        &format!("{text}.{claims}.{signature}"),
        &format!("{header}.{text}.{signature}"),
        &format!("{header}=.{claims}.{signature}"),
        &"A".repeat(5_000),
        &with_header(&good, |header| header["alg"] = "none".into()),
        &with_header(&good, |header| header["alg"] = "HS256".into()),
        &with_header(&good, |header| header["alg"] = "ES256".into()),
        &with_header(&good, |header| header["crit"] = serde_json::json!(["exp"])),
        &with_header(&good, |header| header["typ"] = "JWT".into()),
        &with_header(&good, |header| drop(header.as_object_mut().unwrap().remove("kid"))),
        &with_header(&good, |header| header["extra"] = 1.into()),
    ] {
        bench.refuses(&[wrong], 401, "signature-invalid");
    }
    let nine = [&*good; 9];
    bench.refuses(&nine, 401, "signature-invalid");
    assert_eq!(bench.post(&[&good]).status, 202, "the bench itself works");
}

#[test]
fn signatures_for_something_else() {
    let bench = Bench::new("else");
    let (party, body) = (&bench.party, bench.body.as_bytes());
    let origin = &bench.site.ledger.origin;
    let changed = bench.body.replace("\"quantity\":5", "\"quantity\":6");
    bench.refuses(&[&party.signature(JSON_LD, changed.as_bytes())], 401, "signature-other-body");
    let spaced = format!("{} ", bench.body);
    bench.refuses(&[&party.signature(JSON_LD, spaced.as_bytes())], 401, "signature-other-body");
    for ledger in ["other.example/log", "ledger.example/els", ""] {
        let other = jws(&party.key, &party.id, ledger, JSON_LD, body);
        bench.refuses(&[&other], 401, "signature-mismatch");
    }
    bench.refuses(&[&party.signature(JSON, body)], 401, "signature-mismatch");
    let other = jws(&party.key, "urn:uscc:somebody", origin, JSON_LD, body);
    bench.refuses(&[&other], 401, "signature-mismatch");
}

#[test]
fn signatures_by_other_keys() {
    let site = Bench::new("keys");
    let body = site.body.as_bytes();
    let origin = &site.site.ledger.origin;
    let stranger = site.site.stranger("urn:uscc:stranger");
    site.refuses(&[&stranger.signature(JSON_LD, body)], 401, "key-unknown");
    let by_stranger = jws(&stranger.key, &site.party.id, origin, JSON_LD, body);
    site.refuses(&[&by_stranger], 401, "key-unknown");
    // The header of the right key over a signature of another one.
    let good = site.good();
    let (header, _) = good.split_once('.').unwrap();
    let (_, rest) = by_stranger.split_once('.').unwrap();
    site.refuses(&[&format!("{header}.{rest}")], 401, "signature-invalid");
    // The signature of a neighbour in this party's name.
    let neighbour = site.site.party("urn:uscc:neighbour");
    let bench = Bench { before: site.site.state(), ..site };
    let by_neighbour =
        jws(&neighbour.key, &bench.party.id, &neighbour.origin, JSON_LD, body_of(&bench));
    bench.refuses(&[&by_neighbour], 401, "signature-mismatch");
    // Two signatures must be two keys of one party.
    let own = neighbour.signature(JSON_LD, body_of(&bench));
    bench.refuses(&[&bench.good(), &own], 401, "signature-mismatch");
    bench.refuses(&[&bench.good(), &bench.good()], 401, "signature-mismatch");
}

fn body_of(bench: &Bench) -> &[u8] {
    bench.body.as_bytes()
}

#[test]
fn signatures_end_with_their_time() {
    let bench = Bench::new("expired");
    for exp in [0, 1, 1_700_000_000] {
        let expired = bench.signed(&SubmissionClaims { exp: Some(exp), ..bench.claims() });
        bench.refuses(&[&expired], 401, "signature-expired");
    }
    let lasting = bench.signed(&SubmissionClaims { exp: Some(4_000_000_000), ..bench.claims() });
    assert_eq!(bench.post(&[&lasting]).status, 202);
}

#[test]
fn a_chain_of_signatures_goes_on_where_it_ended() {
    let mut bench = Bench::new("chain");
    let link = |bench: &Bench, seq, prev| {
        bench.signed(&SubmissionClaims { seq: Some(seq), prev: Some(prev), ..bench.claims() })
    };
    let first = link(&bench, 0, Hash::ZERO);
    assert_eq!(bench.post(&[&first]).status, 202);
    bench.body = creation("urn:uuid:2");
    bench.before = bench.site.state();
    let right = Hash::digest(first.as_bytes());
    for (seq, prev) in [(0, Hash::ZERO), (1, Hash::ZERO), (2, right)] {
        let problem = bench.refuses(&[&link(&bench, seq, prev)], 409, "key-chain-conflict");
        assert!(problem["detail"].as_str().unwrap().contains(&right.to_string()), "{problem}");
    }
    assert_eq!(bench.post(&[&link(&bench, 1, right)]).status, 202);
}

#[test]
fn tokens_that_do_not_carry_a_capture() {
    let bench = Bench::new("tokens");
    let token = bench.site.token(&bench.party);
    let bench = Bench { before: bench.site.state(), ..bench };
    let post = |authorization: &str| {
        let headers = [("Content-Type", JSON_LD), ("Authorization", authorization)];
        bench.site.client().post("/epcis/capture", &headers, bench.body.as_bytes())
    };
    let refuses = |authorization: &str, status: u16, code: &str| {
        bench.site.refused(&bench.before, &post(authorization), status, code);
    };
    refuses(&format!("Bearer {token}"), 403, "signature-required");
    refuses(&format!("Bearer {}", bench.site.ledger.operator), 403, "forbidden");
    refuses(&format!("Bearer {token}x"), 401, "token-unknown");
    refuses("Bearer laiqu_", 401, "token-unknown");
    refuses(&format!("Basic {token}"), 401, "credentials-missing");
    refuses("Bearer", 401, "credentials-missing");
}
