//! `/metrics` and `/readyz`: what they count, who may ask, and that nothing of a ledger leaks.

use crate::{LOT, LOT_URN, creation};
use laiqu_tests::{Site, commissioned, document, encode, raw};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn operators_and_regulators_see_metrics_and_no_one_else() {
    let site = Site::with("ledger.example/observers", &["--public-read"]);
    let (farm, office) = (site.party("urn:uscc:farm"), site.regulator("urn:uscc:office"));
    let with = |token: &str| site.server.client_with(token).get("/metrics");
    for token in [&site.ledger.operator, &site.token(&office)] {
        let answer = with(token);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
    }
    assert_eq!(with(&site.token(&farm)).problem(403), "forbidden");
    assert_eq!(with("laiqu_unknown").problem(401), "token-unknown");
    assert_eq!(site.client().get("/metrics").problem(403), "forbidden", "not even public reads");
    let closed = Site::new("ledger.example/closed");
    assert_eq!(closed.client().get("/metrics").problem(401), "credentials-missing");
    assert_eq!(closed.operator().get("/metrics?x=1").problem(400), "invalid-parameter");
}

#[test]
fn writes_are_counted_by_what_became_of_them() {
    let site = Site::new("ledger.example/counted");
    let farm = site.party("urn:uscc:farm");
    let before = site.metrics();
    assert_eq!(before.of("laiqu_submissions_total{outcome=\"accepted\"}"), 0.0);
    let events = [1, 2, 3].map(|n| commissioned(&format!("urn:uuid:{n}"), LOT_URN, 5));
    for _ in 0..2 {
        assert_eq!(farm.capture(&site.client(), &document(&events)).status, 202);
    }
    // Other text, the same events: a duplicate that is no replay.
    let respelt = format!("{} ", document(&events));
    assert_eq!(farm.capture(&site.client(), &respelt).status, 202);
    assert_eq!(farm.capture(&site.client(), "{").problem(400), "invalid-json");
    let other = creation("urn:uuid:1").replace("\"quantity\":5", "\"quantity\":6");
    assert_ne!(other, creation("urn:uuid:1"));
    assert_eq!(farm.capture(&site.client(), &other).problem(409), "event-id-conflict");
    let unsigned = site.client().post("/epcis/capture", &[], b"{}");
    let problem = unsigned.problem(unsigned.status);
    let after = site.metrics();
    let grew = |sample: &str| after.of(sample) - before.of(sample);
    let submissions =
        |outcome: &str| grew(&format!("laiqu_submissions_total{{outcome=\"{outcome}\"}}"));
    assert_eq!(["accepted", "duplicate", "refused"].map(submissions), [1.0, 2.0, 3.0]);
    let events = |outcome: &str| grew(&format!("laiqu_events_total{{outcome=\"{outcome}\"}}"));
    assert_eq!(["accepted", "duplicate", "refused"].map(events), [3.0, 6.0, 0.0]);
    for problem in ["invalid-json", "event-id-conflict", &problem] {
        let refused = |name: &str| grew(&format!("{name}{{problem=\"{problem}\"}}"));
        assert_eq!(refused("laiqu_submissions_refused_total"), 1.0, "{problem}");
        assert_eq!(refused("laiqu_http_refusals_total"), 1.0, "{problem}");
    }
    for name in ["commit_submissions", "commit_entries", "commit_bytes", "commit_seconds"] {
        assert_eq!(grew(&format!("laiqu_{name}_count")), 1.0, "{name}");
        assert!(grew(&format!("laiqu_{name}_sum")) > 0.0, "{name}");
    }
    for name in ["laiqu_sync_seconds_count", "laiqu_publish_seconds_count", "laiqu_ledger_entries"]
    {
        assert_eq!(grew(name), 1.0, "{name}");
    }
    assert_eq!(after.of("laiqu_ledger_entries"), site.size() as f64);
    for nothing_waits in
        ["sequencer_queue", "publisher_queue", "entries_unapplied", "submissions_in_work"]
    {
        assert_eq!(after.of(&format!("laiqu_{nothing_waits}")), 0.0, "{nothing_waits}");
    }
    for shown in ["laiqu_ledger_events", "laiqu_events_unkept"] {
        assert_eq!(grew(shown), 3.0, "{shown}");
    }
    // Four times what `--keep-events` is unless it is given.
    assert_eq!(after.of("laiqu_events_unkept_max"), 1_000_000.0);
    let stored = |kind: &str| after.of(&format!("laiqu_disk_bytes{{kind=\"{kind}\"}}"));
    let least = stored("segments") + stored("index") + stored("other");
    assert!(["segments", "index", "other"].map(stored).iter().all(|bytes| *bytes > 0.0));
    assert_eq!((stored("kept"), stored("summaries")), (0.0, 0.0), "nothing was kept yet");
    assert!(least + stored("tree") < 64e6, "{least}");
    assert!(after.of("process_resident_memory_bytes") > 0.0);
    let posts = "laiqu_http_requests_total{route=\"/epcis/capture\",status=\"";
    let posts = |class: &str| grew(&format!("{posts}{class}\"}}"));
    assert_eq!((posts("2xx"), posts("4xx")), (3.0, 3.0));
}

#[test]
fn questions_and_routes_are_counted_and_nothing_is_named() {
    let site = Site::new("ledger.example/asked");
    let farm = site.party("urn:uscc:farm");
    assert_eq!(farm.capture(&site.client(), &creation("urn:uuid:secret")).status, 202);
    let operator = site.operator();
    for path in [
        format!("/v1/trace?direction=back&id={}", encode(LOT)),
        format!("/v1/trace?direction=back&id={}", encode(LOT)),
        "/v1/find?q=farm".to_owned(),
        "/epcis/events?perPage=1".to_owned(),
    ] {
        assert_eq!(operator.get(&path).status, 200, "{path}");
    }
    for odd in ["GET /secret%22}", "POST /v1/secret", "SECRET /v1/trace"] {
        assert!(raw(&site.server.url, odd, &[("X-Request-Id", "secret")], &[]).status >= 400);
    }
    let counted = site.metrics();
    for (question, asked, items) in [
        ("trace-back", 2.0, 2.0),
        ("find", 1.0, 1.0),
        ("events", 1.0, 1.0),
        ("trace-both", 0.0, 0.0),
    ] {
        let of = |name: &str| counted.of(&format!("laiqu_{name}{{question=\"{question}\"}}"));
        assert_eq!(of("question_seconds_count"), asked, "{question}");
        assert_eq!(of("answer_items_count"), asked, "{question}");
        assert_eq!(of("answer_items_sum"), items, "{question}");
    }
    let trace = |class: &str| {
        counted.of(&format!("laiqu_http_requests_total{{route=\"/v1/trace\",status=\"{class}\"}}"))
    };
    assert_eq!((trace("2xx"), trace("4xx")), (2.0, 1.0));
    assert_eq!(counted.of("laiqu_http_requests_total{route=\"none\",status=\"4xx\"}"), 2.0);
    for sample in counted.all() {
        let sample = sample.to_ascii_lowercase();
        for word in ["farm", "secret", "4012345", "urn:"] {
            assert!(!sample.contains(word), "{sample}");
        }
    }
}

#[test]
fn a_server_that_takes_writes_is_ready() {
    let site = Site::new("ledger.example/ready");
    let ready = site.client().get("/readyz");
    assert_eq!(ready.expect(200)["status"], "ok");
    let farm = site.party("urn:uscc:farm");
    assert_eq!(farm.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    assert_eq!(site.client().get("/readyz").status, 200);
    let metrics = site.metrics();
    for condition in ["log", "index", "disk", "clock", "witnesses"] {
        let holds = metrics.of(&format!("laiqu_ready{{condition=\"{condition}\"}}"));
        assert_eq!(holds, 1.0, "{condition}");
    }
}

/// Every expression below this value.
fn expressions<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| match member.as_str() {
            Some(text) if name == "expr" || name == "query" => found.push(text),
            _ => expressions(member, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        _ => {}
    }
}

/// Counts are shown as rates, which also bridge a restart, states as they are; quantiles go over
/// the bounds of buckets.
fn is_sane(expression: &str) {
    let names = expression.match_indices("laiqu_").chain(expression.match_indices("process_"));
    for (at, _) in names.filter(|_| !expression.starts_with("label_values(")) {
        let name = expression[at..].split(|c: char| !c.is_alphanumeric() && c != '_').next();
        let name = name.unwrap();
        let is_count = ["_total", "_bucket", "_sum", "_count"].iter().any(|e| name.ends_with(e));
        let is_rate = expression[..at].ends_with("rate(");
        assert_eq!(is_count, is_rate, "{name} in {expression}");
        let rest = &expression[at + name.len()..];
        assert!(rest.starts_with("{job=\"$job\"}"), "{name} of any job: {expression}");
        assert!(!is_rate || rest.contains("[$__rate_interval]"), "{expression}");
        let is_bucket = name.ends_with("_bucket");
        assert_eq!(is_bucket, expression.starts_with("histogram_quantile("), "{expression}");
        assert!(!is_bucket || expression.contains(", sum by (le"), "{expression}");
    }
}

#[test]
fn every_metric_of_the_dashboard_is_exported() {
    let site = Site::new("ledger.example/dashboard");
    let farm = site.party("urn:uscc:farm");
    assert_eq!(farm.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    assert_eq!(farm.capture(&site.client(), "{").status, 400);
    let exported = site.metrics().names;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/http/dashboard.json");
    let dashboard: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut found = Vec::new();
    expressions(&dashboard, &mut found);
    let words =
        found.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let named: BTreeSet<&str> =
        words.filter(|word| word.starts_with("laiqu_") || word.starts_with("process_")).collect();
    for name in &named {
        assert!(exported.contains(*name), "{name} is not exported");
    }
    // Nor is anything exported that it does not show.
    let family = |name: &str| {
        let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        histogram.unwrap_or(name).to_owned()
    };
    let shown: BTreeSet<String> = named.iter().map(|name| family(name)).collect();
    let families: BTreeSet<String> = exported.iter().map(|name| family(name)).collect();
    assert_eq!(shown, families);
    for expression in &found {
        is_sane(expression);
    }
    // Each panel has its own place, asks something and says so in Chinese first.
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
    let is_chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    for panel in panels {
        for text in ["title", "description"].iter().filter_map(|name| panel[*name].as_str()) {
            let mut letters = text.chars().filter(|letter| letter.is_alphabetic());
            let Some((at, _)) = text.char_indices().find(|(_, letter)| is_chinese(*letter)) else {
                panic!("{text}")
            };
            assert!(at < text.len() / 2, "Chinese first: {text}");
            assert!(letters.any(|letter| letter.is_ascii_alphabetic()), "and English: {text}");
        }
    }
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert!(!panel["targets"].as_array().unwrap().is_empty(), "{}", panel["title"]);
    }
}
