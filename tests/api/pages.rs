//! The two pages of the first look, in both languages.

use crate::{LOT, LOT_URN, MADE};
use laiqu_tests::{
    Answer, Client, Site, commissioned, document, element, encode, transformed, with_locations,
};

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
fn what_exactly_is_wrong_is_said_in_the_language_of_the_page() {
    let site = site(&["--public-read"]);
    let party = site.party("urn:uscc:sender");
    let sent = commissioned("urn:uuid:4", MADE, 9)
        .replace("ADD", "OBSERVE")
        .replace("commissioning", "shipping")
        .replace("4012345000115", "4012345000122")
        .replace("2026-11-01T", "2026-11-03T");
    assert_eq!(party.capture(&site.client(), &document(&[sent])).status, 202);
    let see = |more: &str| {
        page(&site.client(), &format!("/trace?direction=both&id={}{more}", encode(MADE)))
    };
    let chinese = ["移动没有任何记录", "已发出，没有收货记录", "出去 9 kg，进来只有 5 kg"];
    let english = ["Moved without a record", "Sent, and no receipt is recorded", "9 kg left, and"];
    let (zh, en) = (see(""), see("&lang=en"));
    says(&zh, &chinese);
    says(&en, &english);
    let details = laiqu_trace::Detail::each().map(|detail| detail.sentence().to_lowercase());
    let zh = zh.to_lowercase();
    for word in english.map(str::to_lowercase).iter().chain(&details) {
        assert!(!zh.contains(word), "{word}");
    }
    assert!(!chinese.iter().any(|word| en.contains(word)));
}

#[test]
fn every_way_in_which_records_are_wrong_has_words_on_the_pages() {
    for (locale, is_chinese) in [
        (include_str!("../../crates/console/locales/zh-CN.json"), true),
        (include_str!("../../crates/console/locales/en.json"), false),
    ] {
        let locale: serde_json::Value = serde_json::from_str(locale).unwrap();
        let words = locale["words"]["details"].as_object().unwrap();
        for detail in laiqu_trace::Detail::each() {
            let words = words[detail.code()].as_str().unwrap();
            assert_eq!(words.is_ascii(), !is_chinese, "{words}");
            assert_eq!(words.contains("{out}"), detail.amounts().is_some(), "{words}");
        }
        assert_eq!(words.len(), laiqu_trace::Detail::each().len());
    }
}

#[test]
fn a_trace_starts_from_several_items_leads_to_one_and_stays_within_a_time() {
    let site = site(&["--public-read"]);
    let see = |more: &str| page(&site.client(), &format!("/trace?id={}{more}", encode(LOT)));
    let other = encode("https://id.gs1.org/01/04012345333334/10/C1");
    let made = encode(MADE);
    let both = see(&format!("&id={other}&direction=forward"));
    says(&both, &["及另外 1 项</h1>", MADE, "C1", &format!("&#38;id={other}&#38;direction=back")]);
    says(&see(&format!("&to={made}&lang=en")), &["only the ways to", "<svg", MADE]);
    let no_way = see(&format!("&to={other}"));
    says(&no_way, &["没有这样的路", &format!("&#38;to={other}")]);
    assert!(!no_way.contains("<svg"));
    // Nothing had happened by that day: the lot is shown, and what was made of it is not reached.
    let early = see("&direction=forward&walk_until=2026-10-01");
    says(&early, &["没有追到别的批次", "只沿所给时间内的事件", "只沿 2026-10-01 23:59"]);
    says(&early, &["walk_until=2026-10-01T23%3A59%3A59.999999%2B08%3A00"]);
    says(
        &see("&direction=forward&walk_from=2026-11-01"),
        &["追到 1 个批次", "只沿 2026-11-01 以后"],
    );
    says(&see("&lots_max=1"), &["最多 1 个批次"]);
    // What a form leaves open counts as not asked.
    let open = see("&id=&to=&walk_from=&walk_until=&depth=&lots_max=");
    says(&open, &["<svg", MADE]);
    assert!(!open.contains("及另外 1 项") && !open.contains("class=\"bounds\" open"));
    let html = |more: &str| {
        let path = format!("/trace?id={}{more}", encode(LOT));
        site.client().get_with(&path, &[("Accept", "text/html")]).status
    };
    for wrong in ["&walk_from=soon", "&to=a&to=b", "&depth=-1", "&lots_max=x"] {
        assert_eq!(html(wrong), 400, "{wrong}");
    }
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

#[test]
fn who_has_no_code_finds_lots_and_businesses_and_traces_from_there() {
    let site = site(&[]);
    let party = site.party("urn:uscc:dairy");
    let product = "https://id.gs1.org/01/04012345111118";
    let place = "https://id.gs1.org/414/4012345000115";
    let ilmd = r#""ilmd":{"cbvmda:productionDate":"2026-10-31"},"quantityList""#;
    let lot = LOT_URN.replace("A1", "A7");
    let made = commissioned("urn:uuid:7", &lot, 5).replace(r#""quantityList""#, ilmd);
    let said = [
        element(product, &[("descriptionShort", "鲜牛奶"), ("brandName", "青山<牌>")], None),
        element(place, &[("name", "青山一号冷库")], None),
    ];
    assert_eq!(party.capture(&site.client(), &with_locations(&said, &[made])).status, 202);
    let operator = site.operator();
    let see = |path: &str| page(&operator, path);
    says(&see("/"), &["href=\"/find\""]);
    says(&see("/find"), &["按名称查找", "action=\"/find\""]);
    // What a form leaves open is not asked about.
    let form = "&at=&made_from=&made_until=&expires_from=&expires_until=";
    let html = see(&format!("/find?q={}{form}", encode("鲜牛奶")));
    says(&html, &["鲜牛奶", "A1", "A7", "2026-10-31", "未标明", "/v1/find?q=", "根哈希"]);
    assert!(!html.contains("at=&"), "{html}");
    let html = see(&format!("/find?q={}", encode("青山")));
    says(&html, &["标签：青山&#60;牌&#62;", "青山一号冷库", "name=\"place\""]);
    let day = "&made_from=2026-10-31&made_until=2026-10-31";
    let of_day = see(&format!("/find?q={}{day}&at={}", encode("鲜牛奶"), encode("一号冷")));
    says(&of_day, &["A7", "只看到过这些地点的批次：青山一号冷库"]);
    assert!(!of_day.contains("%2F10%2FA1"), "{of_day}");
    // Its links and forms lead to traces.
    let link =
        of_day.split("href=\"").find(|rest| rest.starts_with("/trace?id=") && rest.contains("A7"));
    let link = link.unwrap().split('"').next().unwrap().replace("&#38;", "&");
    says(&see(&link), &["鲜牛奶 A7"]);
    let business = see(&format!("/find?q={}", encode("urn:uscc:dairy")));
    says(&business, &["name=\"supplier\" value=\"urn:uscc:dairy\"", "测试单位 urn:uscc:dairy"]);
    let trace = "/trace?direction=forward&from=2026-11-01&until=2026-11-01";
    let supplied = see(&format!("{trace}&supplier=urn:uscc:dairy"));
    says(&supplied, &["<h1>测试单位 urn:uscc:dairy</h1>", "A7", "2026-11-01 至 2026-11-01 23:59"]);
    assert!(!supplied.contains("%2F10%2FC1"), "that is of the others");
    says(&see(&format!("{trace}&place={place}")), &["<h1>青山一号冷库</h1>", "A7", "A1"]);
    let before = trace.replace("2026-11-01", "2026-10-01");
    says(&see(&format!("{before}&supplier=urn:uscc:dairy")), &["这段时间没有可追的货"]);
    // Then and now, in both languages.
    let then = see(&format!("/find?q={}&as_of={}", encode("鲜牛奶"), site.size() - 1));
    says(&then, &["没有找到", "这是账本有"]);
    let english = see(&format!("/find?q={}&lang=en", encode("没有")));
    says(&english, &["Nothing was found", "<html lang=\"en\">"]);
    // Names are everyone's: strangers sign in first, and a business is refused.
    let html = |client: &Client, path: &str| client.get_with(path, &[("Accept", "text/html")]);
    assert_eq!(html(&site.client(), "/find?q=A1").status, 401);
    let own = site.server.client_with(&site.token(&party));
    assert!(!page(&own, "/").contains("href=\"/find\""));
    let office = site.regulator("urn:uscc:office");
    let office = site.server.client_with(&site.token(&office));
    says(&page(&office, "/"), &["href=\"/find\""]);
    says(&page(&office, "/find?q=A1"), &["鲜牛奶"]);
    let refused = html(&own, "/find?q=A1");
    assert_eq!(refused.status, 403);
    says(&is_page(&refused, "/find?q=A1"), &["无权进行此操作"]);
    let wrong = html(&operator, "/find?q=A1&made_from=soon");
    assert_eq!(wrong.status, 400);
}
