//! Everything that is refused is a problem, and changes nothing.

use super::{EPCIS, api, bearer, document};
use crate::finish::finish;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, web};
use laiqu_service::limits::CAPTURE_BODY_BYTES_MAX;

#[actix_web::test]
async fn unknown_routes_and_methods_are_problems_in_the_language_asked_for() {
    let api = api(false).await;
    let answer = api.get("/nowhere").await;
    assert_eq!((answer.code().as_str(), answer.status), ("not-found", 404));
    assert_eq!(answer.json()["title"], "没有找到");
    assert_eq!(answer.json()["title_en"], "Not found");
    assert_eq!(answer.json()["instance"], "/nowhere");
    let english = TestRequest::get().uri("/nowhere").insert_header(("Accept-Language", "en"));
    assert_eq!(api.send(english).await.json()["title"], "Not found");
    let answer = api.send(TestRequest::delete().uri("/v1/parties")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST"));
    let page = TestRequest::get().uri("/nowhere").insert_header(("Accept", "text/html"));
    let page = api.send(page).await;
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
}

#[actix_web::test]
async fn bad_captures_leave_the_ledger_as_it_was() {
    let api = api(false).await;
    api.register().await;
    let before = api.get("/v1/ledger").await.json()["ledger"]["size"].clone();
    let deep = "[".repeat(10_000);
    let twice =
        document().replacen("\"action\":\"ADD\"", "\"action\":\"ADD\",\"action\":\"ADD\"", 1);
    let no_time = document().replace("\"eventTime\":\"2026-11-01T08:00:00+08:00\",", "");
    for (body, code) in [
        ("{", "invalid-json"),
        (deep.as_str(), "invalid-json"),
        (twice.as_str(), "invalid-json"),
        (no_time.as_str(), "invalid-document"),
    ] {
        let answer = api.capture(body).await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, code),
            "{shown}: {}",
            answer.text
        );
        assert_eq!(answer.header("gs1-epcis-version"), "2.0.0");
    }
    let post = || TestRequest::post().uri("/epcis/capture");
    let unsigned = post().insert_header(("Content-Type", EPCIS)).set_payload(document());
    let unsigned = api.send(unsigned).await;
    assert_eq!(unsigned.code(), "credentials-missing");
    assert_eq!(unsigned.header("www-authenticate"), "Bearer");
    let other = post()
        .insert_header(("Content-Type", EPCIS))
        .insert_header(api.signature(EPCIS, "other"))
        .set_payload(document());
    assert_eq!(api.send(other).await.code(), "signature-other-body");
    let unknown = post()
        .insert_header(("Content-Type", EPCIS))
        .insert_header(bearer("laiqu_nobody"))
        .set_payload(document());
    assert_eq!(api.send(unknown).await.code(), "token-unknown");
    for (name, value) in [("Content-Type", "text/csv"), ("Content-Encoding", "gzip")] {
        let request = post().insert_header(("Content-Type", EPCIS)).insert_header((name, value));
        let signed = request.insert_header(api.signature(EPCIS, &document()));
        assert_eq!(api.send(signed.set_payload(document())).await.code(), "unsupported-media-type");
    }
    assert_eq!(api.get("/v1/ledger").await.json()["ledger"]["size"], before);
}

#[actix_web::test]
async fn large_bodies_are_refused_with_and_without_a_stated_length() {
    let api = api(false).await;
    let body = "x".repeat(CAPTURE_BODY_BYTES_MAX + 1);
    for stated in [true, false] {
        let mut request = TestRequest::post().uri("/epcis/capture").set_payload(body.clone());
        if stated {
            request = request.insert_header(("Content-Length", body.len().to_string()));
        }
        let answer = api.send(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (413, "body-too-large"));
    }
}

#[actix_web::test]
async fn bad_paths_and_queries_are_problems() {
    let api = api(true).await;
    for (path, code) in [
        ("/v1/trace", "invalid-parameter"),
        ("/v1/trace?id=", "invalid-parameter"),
        ("/v1/trace?id=a&to=b&to=b", "invalid-parameter"),
        ("/v1/trace?id=a&deep=1", "invalid-parameter"),
        ("/v1/trace?id=a&direction=up", "invalid-parameter"),
        ("/v1/trace?id=a&depth=-1", "invalid-parameter"),
        ("/v1/trace?id=a&containers=1", "invalid-parameter"),
        ("/v1/trace?id=%ff", "invalid-parameter"),
        ("/epcis/events?GE_eventTime=x", "invalid-parameter"),
        ("/epcis/events/%zz", "invalid-parameter"),
        ("/epcis/events/urn%3Ax%3A1", "not-found"),
        ("/epcis/capture/7", "not-found"),
        ("/epcis/capture/seven", "invalid-parameter"),
        ("/v1/parties/urn%3Ax%3A1", "not-found"),
        ("/v1/parties?page=2", "invalid-parameter"),
        ("/problems/none", "not-found"),
        ("/assets/../laiqu.json", "not-found"),
    ] {
        assert_eq!(api.get(path).await.code(), code, "{path}");
    }
}

#[actix_web::test]
async fn a_panic_is_a_problem_too() {
    async fn fails() -> HttpResponse {
        panic!("on purpose")
    }
    let routes = App::new().wrap(from_fn(finish)).route("/fails", web::get().to(fails));
    let routes = init_service(routes).await;
    let request = TestRequest::get().uri("/fails").to_request();
    let error = try_call_service(&routes, request).await.unwrap_err();
    let answer = error.error_response();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.headers().get("content-type").unwrap(), "application/problem+json");
    let body = actix_web::body::to_bytes(answer.into_body()).await.ok().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&json["code"], &json["instance"]), (&"internal".into(), &"/fails".into()));
}
