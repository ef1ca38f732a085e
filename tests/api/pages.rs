//! The two pages of the first look, in both languages.

use crate::{LOT, LOT_URN, MADE};
use laiqu_tests::{Answer, Client, Site, commissioned, document, encode, transformed};

fn page(client: &Client, path: &str) -> String {
    let answer = client.get_with(path, &[("Accept", "text/html")]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    is_page(&answer, path)
}

/// HTML from this origin only: no link, form or file leads elsewhere, and no script runs.
fn is_page(answer: &Answer, path: &str) -> String {
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("script-src 'none'"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let html = answer.text();
    for attribute in ["href", "src", "action", "srcset", "data", "poster", "formaction"] {
        for rest in html.split(&format!(" {attribute}=\"")).skip(1) {
            let value = rest.split('"').next().unwrap();
            let local = value.starts_with('/') && !value.starts_with("//");
            assert!(local || value.starts_with('#'), "{path}: {attribute}={value}");
        }
    }
    for part in ["<script", "<style", "javascript:", " onclick", "@import", "url(http"] {
        assert!(!html.contains(part), "{path} holds {part}");
    }
    html
}

#[track_caller]
fn says(html: &str, words: &[&str]) {
    for word in words {
        assert!(html.contains(word), "the page does not say {word}");
    }
}

fn site(flags: &[&str]) -> Site {
    let site = Site::with("ledger.example/pages", flags);
    let party = site.party("urn:uscc:pages");
    let hostile = "urn:x:<script>alert(1)</script>";
    let events = [
        commissioned("urn:uuid:1", LOT_URN, 5),
        transformed("urn:uuid:2", &[LOT_URN], MADE),
        commissioned("urn:uuid:3", "https://id.gs1.org/01/04012345333334/10/C1", 3)
            .replace("https://id.gs1.org/414/4012345000115", hostile),
    ];
    assert_eq!(party.capture(&site.client(), &document(&events)).status, 202);
    site
}

#[test]
fn the_first_page_shows_the_state_the_entries_and_a_search() {
    let site = site(&["--public-read"]);
    let state = site.state();
    let root = state["root"].as_str().unwrap();
    let zh = page(&site.client(), "/");
    says(&zh, &["<html lang=\"zh-CN\">", "食品追溯账本", "账本现状", "最近的条目", "检查点"]);
    says(&zh, &["action=\"/trace\"", "name=\"id\"", &site.ledger.origin, root, "测试单位"]);
    let en = page(&site.client(), "/?lang=en");
    says(&en, &["<html lang=\"en\">", &site.ledger.origin, root, "Laiqu"]);
    assert_ne!(zh, en);
    for index in 0..site.size() {
        says(&zh, &[&format!("href=\"/v1/entries/{index}\"")]);
    }
    assert!(!en.contains("账本现状"));
    let preferred = site.client().get_with("/", &[("Accept-Language", "en")]);
    assert_eq!(is_page(&preferred, "/"), en);
    for asset in ["/assets/console.css", "/assets/favicon.svg"] {
        says(&zh, &[asset]);
        assert_eq!(site.client().get(asset).status, 200);
    }
}

#[test]
fn the_trace_is_drawn_from_source_to_sale_with_its_table() {
    let site = site(&["--public-read"]);
    for (lang, words) in
        [("", ["向来源查", "流向图"]), ("&lang=en", ["<html lang=\"en\">", "<svg"])]
    {
        for id in [LOT, LOT_URN] {
            let path = format!("/trace?direction=both&id={}{lang}", encode(id));
            let html = page(&site.client(), &path);
            says(&html, &words);
            says(&html, &["<svg", "<table", LOT, MADE, "/v1/trace?"]);
            // The source stands left of what was made from it.
            let svg = &html[html.find("<svg").unwrap()..html.rfind("</svg>").unwrap()];
            assert!(svg.contains("A1") && svg.contains("B1"), "{svg}");
        }
    }
    let near = format!("/trace?direction=both&id={}&depth=0", encode(LOT));
    says(&page(&site.client(), &near), &["结果不完整", "（最多 0 步）"]);
    says(&page(&site.client(), "/trace"), &["要查什么"]);
    let unknown = page(&site.client(), "/trace?id=urn:x:nothing");
    says(&unknown, &["账本里没有这个编码", "urn:x:nothing"]);
}

#[test]
fn what_people_wrote_stays_text() {
    let site = site(&["--public-read"]);
    let lot = encode("https://id.gs1.org/01/04012345333334/10/C1");
    let html = page(&site.client(), &format!("/trace?id={lot}"));
    assert!(html.contains("script&") || html.contains("&#60;script"), "the place is shown");
    for id in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='x"] {
        let html = page(&site.client(), &format!("/trace?id={}", encode(id)));
        assert!(!html.contains("<img") && !html.contains("<script"));
    }
}

#[test]
fn a_closed_ledger_shows_its_state_and_asks_to_sign_in() {
    let site = site(&[]);
    let home = page(&site.client(), "/");
    says(&home, &["请先登录", "账本现状", "action=\"/login\""]);
    assert!(!home.contains("测试单位"), "names are not for strangers");
    let path = format!("/trace?id={}", encode(LOT));
    let refused = site.client().get(&path);
    assert_eq!(refused.status, 401);
    let html = is_page(&refused, &path);
    assert!(!html.contains(MADE), "nothing of the trace shows");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let login =
        |token: &str| site.client().post("/login", &form, format!("token={token}").as_bytes());
    let wrong = login("laiqu_guess");
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, None));
    let right = login(&site.ledger.operator);
    assert_eq!((right.status, right.header("location")), (303, Some("/")));
    let cookie = right.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let seen = site.client().get_with(&path, &[("Cookie", cookie)]);
    assert_eq!(seen.status, 200);
    says(&is_page(&seen, &path), &[MADE, "账本运营方"]);
    // Links of the page into the API work, for this page only; nothing is written by a cookie.
    let api = format!("/v1/trace?id={}", encode(LOT));
    let read = |more: &[(&str, &str)]| {
        let headers: Vec<_> = [("Cookie", cookie)].iter().chain(more).copied().collect();
        site.client().get_with(&api, &headers)
    };
    assert_eq!(read(&[]).status, 200);
    assert_eq!(read(&[("Sec-Fetch-Site", "same-origin")]).status, 200);
    assert_eq!(read(&[("Sec-Fetch-Site", "cross-site")]).problem(401), "credentials-missing");
    let before = site.state();
    let headers = [("Cookie", cookie), ("Content-Type", "application/json")];
    for path in ["/v1/parties/urn:uscc:pages/tokens", "/epcis/capture"] {
        let written = site.client().post(path, &headers, b"");
        site.refused(&before, &written, 401, "credentials-missing");
    }
    let elsewhere = [form[0], ("Sec-Fetch-Site", "cross-site")];
    let token = format!("token={}", site.ledger.operator);
    let forged = site.client().post("/login", &elsewhere, token.as_bytes());
    assert_eq!((forged.status, forged.header("set-cookie")), (403, None));
}

#[test]
fn every_problem_type_has_its_page() {
    let site = site(&[]);
    for kind in laiqu_http::PROBLEMS {
        let html = page(&site.client(), &kind.uri());
        says(&html, &[kind.title_zh]);
        let title = kind.title_en.replace('\'', "&#39;");
        says(&page(&site.client(), &format!("{}?lang=en", kind.uri())), &[&title]);
    }
    let missing = site.client().get("/v1/nowhere").json();
    let uri = missing["type"].as_str().unwrap();
    assert_eq!(site.client().get(uri).status, 200, "{uri}");
}
