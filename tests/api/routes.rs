//! Paths, methods and parameters that lead nowhere: always a problem, never a crash.

use laiqu_tests::{Answer, Site, raw};

/// A problem of the one who asked; answers its code.
#[track_caller]
fn is_refusal(answer: &Answer, what: &str) -> String {
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status, "{what}");
    let code = problem["code"].as_str().unwrap().to_owned();
    let page = problem.get("help").unwrap_or(&problem["type"]);
    assert_eq!(page, &format!("/problems/{code}"), "{what}");
    code
}

#[test]
fn unknown_paths_are_problems() {
    let site = Site::new("ledger.example/unknown");
    let long = format!("/{}", "a/".repeat(4_000));
    for path in [
        "/nowhere",
        "/v1",
        "/v1/",
        "/v1/traces",
        "/log",
        "/log/tile",
        "//",
        "/.git/config",
        "/assets/../laiqu.json",
        "/v1/trace/",
        "/V1/trace",
        &long,
        "/v1/parties/a/b",
        "/v1/entries/0/private/x",
        "/problems/nothing",
        "/assets/none.css",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = raw(&site.server.url, &format!("{method} {path}"), &[], &[]);
            let code = is_refusal(&answer, path);
            let known = path.starts_with("/problems/");
            let expected =
                if known && method != "GET" { "method-not-allowed" } else { "not-found" };
            assert_eq!(code, expected, "{method} {path}");
        }
    }
}

#[test]
fn wrong_methods_are_told_which_work() {
    let site = Site::new("ledger.example/methods");
    for (path, allow) in [
        ("/v1/trace?id=a", "GET, HEAD"),
        ("/v1/recall-scope", "POST"),
        ("/v1/ledger", "GET, HEAD"),
        ("/v1/entries/0", "GET, HEAD"),
        ("/v1/entries/0/receipt", "GET, HEAD"),
        ("/v1/entries/0/private", "GET, HEAD"),
        ("/v1/entries/private", "GET, HEAD"),
        ("/v1/parties/urn:x:1/chain", "GET, HEAD"),
        ("/log/keys", "GET, HEAD"),
        ("/log/proof/consistency", "GET, HEAD"),
        ("/v1/parties", "GET, HEAD, POST"),
        ("/v1/keys/abc", "GET, HEAD"),
        ("/v1/parties/urn:x:1/tokens", "POST"),
        ("/v1/parties/urn:x:1/keys", "POST"),
        ("/v1/parties/urn:x:1/rotations", "POST"),
        ("/v1/parties/urn:x:1/resets", "POST"),
        ("/v1/parties/urn:x:1/revocations", "POST"),
        ("/v1/parties/urn:x:1/signing", "POST"),
        ("/epcis/capture", "GET, HEAD, POST, OPTIONS"),
        ("/epcis/events", "GET, HEAD, POST, OPTIONS"),
        ("/epcis/events/urn:uuid:1", "GET, HEAD, OPTIONS"),
        ("/epcis/queries", "GET, HEAD, POST, OPTIONS"),
        ("/epcis/queries/a", "GET, HEAD, DELETE, OPTIONS"),
        ("/epcis/queries/a/events", "GET, HEAD, OPTIONS"),
        ("/epcis/nextPageToken/abc", "DELETE, OPTIONS"),
        ("/log/checkpoint", "GET, HEAD"),
        ("/log/tile/0/000.p/1", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/", "GET, HEAD"),
        ("/trace", "GET, HEAD"),
    ] {
        let methods = ["PUT", "DELETE", "PATCH", "BREW"].into_iter();
        for method in methods.filter(|method| !allow.contains(method)) {
            let answer = raw(&site.server.url, &format!("{method} {path}"), &[], &[]);
            assert_eq!(answer.problem(405), "method-not-allowed", "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        }
    }
}

#[test]
fn bad_query_parameters_are_named() {
    let site = Site::new("ledger.example/query");
    let long = format!("/v1/trace?id={}", "a".repeat(3_000));
    let longer = format!("/v1/trace?id={}", "a".repeat(20_000));
    let many = format!("/epcis/events?MATCH_anyEPC={}", "a%7C".repeat(1_000));
    for path in [
        "/v1/trace",
        "/v1/trace?id=",
        "/v1/trace?id=a&direction=sideways",
        "/v1/trace?id=a&depth=-1",
        "/v1/trace?id=a&depth=x",
        "/v1/trace?id=a&depth=99999999999999999999",
        "/v1/trace?id=a&to=b&to=b",
        "/v1/trace?id=a&depth=1.5",
        "/v1/trace?id=a&containers=yes",
        "/v1/trace?id=a&unknown=1",
        "/v1/trace?id=%",
        "/v1/trace?id=%zz",
        "/v1/trace?id=%ff%fe",
        "/v1/trace?Id=a",
        &long,
        "/epcis/events?MATCH_anyEPC=",
        "/epcis/events?EQ_bizstep=shipping",
        "/epcis/events?orderBy=place",
        "/epcis/events?eventCountLimit=3",
        "/epcis/events?orderBy=eventTime&eventCountLimit=3&maxEventCount=3",
        "/epcis/events?perPage=0",
        "/epcis/events?perPage=-1",
        "/epcis/events?perPage=",
        "/epcis/events?nextPageToken=",
        "/epcis/events?nextPageToken=abc",
        "/epcis/events?GE_eventTime=2026",
        &many,
        "/epcis/events?MATCH_anyEPC=urn:x:1&perpage=3",
        "/epcis/events/urn:uuid:1?x=1",
        "/v1/entries/0?x=1",
        "/v1/entries/x",
        "/v1/entries/-1",
        "/v1/entries/1e0",
        "/v1/entries/%20",
        "/v1/entries/99999999999999999999999",
        "/v1/entries/0x1",
        "/v1/ledger?x=1",
        "/v1/parties?x=1",
        "/epcis/capture/x",
        "/epcis/capture/-1",
    ] {
        let answer = site.operator().get(path);
        let shown: String = path.chars().take(100).collect();
        assert_eq!(answer.status, 400, "{shown}: {}", answer.text());
        assert_eq!(is_refusal(&answer, &shown), "invalid-parameter", "{shown}");
    }
    assert_eq!(is_refusal(&site.operator().get(&longer), "longer"), "uri-too-long");
    for path in ["/v1/entries/99999", "/v1/entries/18446744073709551615", "/epcis/capture/0"] {
        assert_eq!(site.operator().get(path).problem(404), "not-found", "{path}");
    }
}

#[test]
fn odd_percent_encoding_is_refused_or_found_nowhere() {
    let site = Site::new("ledger.example/encoding");
    let bearer = format!("Bearer {}", site.ledger.operator);
    for path in [
        "/epcis/events/%",
        "/epcis/events/%2",
        "/epcis/events/%zz",
        "/epcis/events/%ff",
        "/epcis/events/%c3%28",
        "/epcis/events/%00",
        "/epcis/events/%2e%2e%2f%2e%2e%2flaiqu.json",
        "/epcis/events/../../laiqu.json",
        "/v1/parties/%",
        "/v1/parties/%00",
        "/v1/parties/%ed%a0%80",
        "/v1/parties/%2e%2e",
        "/v1/parties/..%2f..%2fsecrets%2flog.jwk",
        "/v1/entries/%2e%2e%2f0",
        "/v1/entries/..%2f..%2flog",
        "/problems/%2e%2e%2fx",
        "/problems/%ff",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%",
        "/%ff",
        "/v1%2ftrace?id=a",
        "/assets/%2e%2e%2fsecrets",
    ] {
        let answer =
            raw(&site.server.url, &format!("GET {path}"), &[("Authorization", &bearer)], &[]);
        is_refusal(&answer, path);
        assert!(!answer.text().contains("\"d\""), "{path}");
    }
}

#[test]
fn hostile_tile_paths_are_refused() {
    let site = Site::new("ledger.example/hostile");
    let long = "x000/".repeat(50);
    for tile in [
        "8/0/000.p/0",
        "64/000",
        "0/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/99999",
        "0/000.p/-1",
        "0/000.p/1/2",
        "0/0",
        "0/00",
        "0/0000",
        "00/000",
        "-1/000",
        "x/000",
        "0/x000/000",
        "0/x001",
        "0/001",
        "0/x999/x999/x999/x999/x999/x999/999",
        "1/000.p/1",
        "63/000.p/1",
        "0/..%2f000",
        "..%2f..%2fsecrets%2flog.jwk",
        "0/%2e%2e/%2e%2e/laiqu.json",
        "entries/000",
        "entries/000.p/0",
        "entries/000.p/255",
        "entries/999",
        "entries/",
        "Entries/000.p/1",
        "0/000.p/01",
        "0/000.p/1%20",
        "18446744073709551615/000",
        "0/000.p/18446744073709551616",
        "data/000.p/1",
        "0/000?x=1",
        &long,
        "0/000.p/%31",
        "0//000.p/1",
        "0/000.p/1/",
    ] {
        let path = format!("/log/tile/{tile}");
        let answer = raw(&site.server.url, &format!("GET {path}"), &[], &[]);
        is_refusal(&answer, &path);
    }
    // What is really there is served.
    assert_eq!(site.client().get("/log/tile/0/000.p/1").status, 200);
    assert_eq!(site.client().get("/log/tile/entries/000.p/3").status, 200);
}

#[test]
fn refusals_speak_the_language_of_the_one_who_asks() {
    let site = Site::new("ledger.example/language");
    let titles = |headers: &[(&str, &str)]| {
        let problem = site.client().get_with("/v1/nowhere", headers).json();
        (problem["title"].as_str().unwrap().to_owned(), problem["title_en"].clone())
    };
    let (zh, same) = titles(&[]);
    assert_eq!((zh.as_str(), &same), ("没有找到", &"Not found".into()));
    assert_eq!(titles(&[("Accept-Language", "en-GB,en;q=0.9")]).0, "Not found");
    let page = site.client().get_with("/nowhere", &[("Accept", "text/html")]);
    assert_eq!(page.status, 404);
    assert!(page.text().contains("没有找到") && page.text().contains("<!doctype html>"));
}
