//! What a client of the standard finds out before it posts: methods, versions, formats, limits,
//! and refusals in the words of EPCIS 2.0.

use crate::creation;
use laiqu_tests::{Site, raw};

const XML: (&str, &str) = ("Accept", "application/xml");

#[test]
fn every_resource_tells_its_methods_and_versions() {
    let site = Site::new("ledger.example/discovery");
    let description = site.client().get("/openapi.json").expect(200);
    let mut resources = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        let path = path.replace(['{', '}'], "");
        let answer = raw(&site.server.url, &format!("OPTIONS {path}"), &[], &[]);
        if path != "/epcis" && !path.starts_with("/epcis/") {
            assert_eq!(answer.problem(405), "method-not-allowed", "{path}");
            continue;
        }
        assert_eq!((answer.status, answer.text()), (204, String::new()), "{path}");
        let allow = answer.header("allow").unwrap();
        let mut told: Vec<String> =
            allow.split(", ").filter(|m| *m != "HEAD").map(str::to_lowercase).collect();
        let mut described: Vec<String> = item.as_object().unwrap().keys().cloned().collect();
        told.sort();
        described.sort();
        assert_eq!(told, described, "{path}");
        for name in ["gs1-epcis-version", "gs1-epcis-max", "gs1-cbv-version", "gs1-cbv-max"] {
            assert_eq!(answer.header(name), Some("2.0.0"), "{path} {name}");
        }
        let min = if path == "/epcis/capture" { "1.2.0" } else { "2.0.0" };
        for name in ["gs1-epcis-min", "gs1-cbv-min"] {
            assert_eq!(answer.header(name), Some(min), "{path} {name}");
        }
        for name in ["gs1-epc-format", "gs1-cbv-xml-format", "gs1-extensions"] {
            assert!(answer.header(name).is_some(), "{path} {name}");
        }
        assert!(answer.header("gs1-vendor-version").is_some(), "{path}");
        resources += 1;
    }
    assert!(resources >= 4, "{resources}");
    let capture = raw(&site.server.url, "OPTIONS /epcis/capture", &[], &[]);
    assert!(capture.header("gs1-capture-error-behaviour").is_some());
    assert_eq!(capture.header("gs1-epcis-capture-limit"), Some("5000"));
    assert_eq!(capture.header("gs1-epcis-capture-file-size-limit"), Some("4194304"));
}

#[test]
fn versions_that_cannot_be_served_are_refused() {
    let site = Site::new("ledger.example/versions");
    let party = site.party("urn:uscc:versions");
    let before = site.state();
    for (headers, status, code) in [
        ([("GS1-EPCIS-Min", "1.2.0"), ("GS1-EPCIS-Max", "2.0.0")], 404, "not-found"),
        ([("GS1-EPCIS-Min", "2.0.1"), ("GS1-CBV-Version", "2.0")], 404, "not-found"),
        ([("GS1-EPCIS-Min", "1.0.0"), ("GS1-EPCIS-Max", "1.2.0")], 406, "not-acceptable"),
        ([("GS1-CBV-Min", "3.0.0"), ("GS1-CBV-Max", "3.1.0")], 406, "not-acceptable"),
        ([("GS1-EPCIS-Version", "2.0"), ("GS1-EPCIS-Max", "newest")], 400, "invalid-parameter"),
    ] {
        let answer = site.operator().get_with("/epcis/events/urn:uuid:1", &headers);
        assert_eq!(answer.problem(status), code, "{headers:?}");
    }
    let body = creation("urn:uuid:1");
    let jws = party.signature("application/json", body.as_bytes());
    let post = |version: &str| {
        let headers = [
            ("Content-Type", "application/json"),
            ("Submission-Signature", &*jws),
            ("GS1-EPCIS-Version", version),
        ];
        site.client().post("/epcis/capture", &headers, body.as_bytes())
    };
    let problem = site.refused(&before, &post("1.2"), 406, "not-acceptable");
    assert_eq!(problem["type"], "epcisException:NotAcceptableException");
    assert_eq!(post("2.0.0").status, 202);
}

#[test]
fn refusals_have_the_types_of_the_standard_and_name_our_page() {
    let site = Site::new("ledger.example/exceptions");
    let party = site.party("urn:uscc:exceptions");
    assert_eq!(party.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    let taken = creation("urn:uuid:1").replace("commissioning", "packing");
    let long = format!("/epcis/events?MATCH_anyEPC={}", "a".repeat(20_000));
    for (answer, exception, code) in [
        (party.capture(&site.client(), "{}"), "ValidationException", "invalid-document"),
        (
            party.capture(&site.client(), &taken),
            "ResourceAlreadyExistsException",
            "event-id-conflict",
        ),
        (site.client().get("/epcis/capture/1"), "SecurityException", "credentials-missing"),
        (site.operator().get("/epcis/capture/999"), "NoSuchResourceException", "not-found"),
        (
            site.operator().get("/epcis/events/a?b=c"),
            "QueryParameterException",
            "invalid-parameter",
        ),
        (site.operator().get(&long), "URITooLongException", "uri-too-long"),
        (
            site.client().post("/epcis/capture", &[("Content-Type", "text/csv")], b"a,b"),
            "UnsupportedMediaTypeException",
            "unsupported-media-type",
        ),
    ] {
        let problem = answer.json();
        assert_eq!(problem["type"], format!("epcisException:{exception}"), "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["help"], format!("/problems/{code}"));
        let page = site.client().get(problem["help"].as_str().unwrap());
        assert_eq!(page.status, 200, "{code}");
    }
    let large = site.client().post("/epcis/capture", &[], &vec![b' '; (4 << 20) + 1]);
    assert_eq!(large.json()["type"], "epcisException:CaptureLimitExceededException");
    assert_eq!(large.header("gs1-epcis-capture-file-size-limit"), Some("4194304"));
    // Elsewhere the page is the type.
    let elsewhere = site.operator().get("/v1/entries/999").json();
    assert_eq!(elsewhere["type"], "/problems/not-found");
    assert!(elsewhere.get("help").is_none());
}

#[test]
fn refusals_are_xml_for_who_asks_for_it() {
    let site = Site::new("ledger.example/xml");
    let answer = site.operator().get_with("/epcis/events/a%3Cb%26", &[XML]);
    assert_eq!(answer.header("content-type"), Some("application/problem+xml"));
    let text = answer.text();
    assert!(text.contains("<epcis:EPCISException xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\""));
    assert!(text.contains("<laiqu:code>not-") && !text.contains("<b&"), "{text}");
    let json = [("Accept", "application/xml;q=0.5, application/json")];
    let answer = site.operator().get_with("/epcis/events/x?y=z", &json);
    assert_eq!(answer.problem(400), "invalid-parameter");
    // Nothing but the interfaces of EPCIS speaks XML.
    assert_eq!(site.operator().get_with("/v1/entries/999", &[XML]).problem(404), "not-found");
}
