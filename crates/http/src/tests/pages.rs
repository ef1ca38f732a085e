//! Pages: who sees what, signing in, and the headers that protect them.

use super::{api, document};
use crate::PROBLEMS;
use actix_web::test::TestRequest;

const TRACE: &str = "/trace?id=urn:epc:class:lgtin:4012345.011111.A1&direction=forward";

#[actix_web::test]
async fn everyone_sees_the_pages_of_an_open_ledger() {
    let api = api(true).await;
    api.register().await;
    api.capture(&document()).await;
    let home = api.get("/").await;
    assert_eq!((home.status, home.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(home.header("content-security-policy").starts_with("default-src 'self'"));
    assert_eq!(home.header("x-content-type-options"), "nosniff");
    assert!(home.text.contains("示例农场") && home.text.contains("lang=\"zh-CN\""));
    assert!(api.get("/?lang=en").await.text.contains("<html lang=\"en\">"));
    let trace = api.get(TRACE).await;
    assert_eq!(trace.status, 200);
    for shown in ["<svg", "A1", "B7", "50 kg", "/v1/entries/"] {
        assert!(trace.text.contains(shown), "{shown}");
    }
    assert_eq!(api.get("/trace?id=urn:x:unknown").await.status, 200);
    assert_eq!(
        api.get("/assets/console.css").await.header("content-type"),
        "text/css; charset=utf-8"
    );
    assert_eq!(api.get("/assets/favicon.svg").await.header("content-type"), "image/svg+xml");
    assert_eq!(api.get("/livez").await.json()["status"], "ok");
}

#[actix_web::test]
async fn a_closed_ledger_asks_to_sign_in() {
    let api = api(false).await;
    api.register().await;
    api.capture(&document()).await;
    let home = api.get("/").await;
    assert!(home.text.contains("name=\"token\"") && !home.text.contains("示例农场"));
    let refused = api.get(TRACE).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text.contains("name=\"token\"") && !refused.text.contains("B7"));

    let login = |token: &str| {
        TestRequest::post()
            .uri("/login")
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
            .set_payload(format!("token={token}"))
    };
    assert_eq!(api.send(login("laiqu_wrong")).await.status, 401);
    assert_eq!(api.send(login("a%0d%0ab")).await.status, 401);
    let signed_in = api.send(login(&api.operator)).await;
    assert_eq!((signed_in.status, signed_in.header("location")), (303, "/"));
    let cookie = signed_in.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let trace = api.send(TestRequest::get().uri(TRACE).insert_header(("Cookie", &*cookie))).await;
    assert!(trace.status == 200 && trace.text.contains("B7") && trace.text.contains("账本运营方"));
    let by_cookie = TestRequest::get().uri("/v1/parties").insert_header(("Cookie", &*cookie));
    assert_eq!(api.send(by_cookie).await.status, 200, "the links of a page work");
    let elsewhere = TestRequest::get()
        .uri("/v1/parties")
        .insert_header(("Cookie", &*cookie))
        .insert_header(("Sec-Fetch-Site", "cross-site"));
    assert_eq!(api.send(elsewhere).await.code(), "credentials-missing", "not for other sites");
    let write = TestRequest::post().uri("/v1/parties/urn%3Ax%3A1/tokens");
    let write = write.insert_header(("Cookie", &*cookie)).insert_header(("Content-Length", "0"));
    assert_eq!(api.send(write).await.code(), "credentials-missing", "never for a write");

    let foreign =
        TestRequest::post().uri("/logout").insert_header(("Sec-Fetch-Site", "cross-site"));
    assert_eq!(api.send(foreign).await.code(), "forbidden");
    let out = api.send(TestRequest::post().uri("/logout")).await;
    assert!(out.status == 303 && out.header("set-cookie").contains("Max-Age=0"));
}

#[actix_web::test]
async fn every_problem_type_has_its_page() {
    let api = api(false).await;
    for kind in PROBLEMS {
        let english = kind.title_en.replace('\'', "&#39;");
        let page = api.get(&kind.uri()).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.text.contains(kind.title_zh) && page.text.contains(&english));
        let page = api.get(&format!("{}?lang=en", kind.uri())).await;
        assert!(page.text.contains(&english) && !page.text.contains(kind.title_zh));
    }
}
