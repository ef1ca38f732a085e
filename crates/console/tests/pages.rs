//! Every page in both languages: what it says, that it escapes, that it stays in the house.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing helper fails its test")]

mod hostile;
mod samples;

use laiqu_console::{
    Bounds, FindPage, FindView, Lang, MessagePage, Outcome, Period, ROWS_MAX, Start, TracePage,
    Viewer, favicon_svg, stylesheet,
};

const BOTH: [Lang; 2] = [Lang::Zh, Lang::En];

fn rich() -> TracePage {
    samples::trace(Outcome::Found(Box::new(samples::found())))
}

/// Every page that there is, from friendly and from hostile data.
fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let mut closed = samples::home();
    closed.ledger.public_read = false;
    let message = |status| MessagePage { status, ..MessagePage::default() };
    vec![
        ("home", samples::home().render(lang).unwrap()),
        ("home, closed", closed.render(lang).unwrap()),
        ("trace", rich().render(lang).unwrap()),
        ("trace, empty", samples::trace(Outcome::Empty).render(lang).unwrap()),
        ("trace, unknown", samples::trace(Outcome::Unknown).render(lang).unwrap()),
        ("find", samples::find().render(lang).unwrap()),
        ("find, empty", FindPage::default().render(lang).unwrap()),
        ("message", message(404).render(lang).unwrap()),
        ("hostile home", hostile::home().render(lang).unwrap()),
        ("hostile trace", hostile::trace().render(lang).unwrap()),
        ("hostile find", hostile::find().render(lang).unwrap()),
        ("hostile message", hostile::message().render(lang).unwrap()),
    ]
}

/// Values of an attribute in the order of the page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(&opening).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[track_caller]
fn says(html: &str, words: &[&str]) {
    for word in words {
        assert!(html.contains(word), "the page does not say {word}");
    }
}

#[track_caller]
fn says_nothing_of(html: &str, words: &[&str]) {
    for word in words {
        assert!(!html.contains(word), "the page says {word}");
    }
}

#[test]
fn nothing_refers_to_another_origin_or_needs_a_script() {
    for lang in BOTH {
        for (page, html) in all(lang) {
            for name in ["href", "src", "action", "formaction", "srcset", "poster", "data"] {
                for value in attributes(&html, name) {
                    let local = value.starts_with('/') && !value.starts_with("//");
                    assert!(local || value == "#main", "{page}: {name}={value}");
                }
            }
            says_nothing_of(&html, &["<script", "<style", " style=", " onclick", "url(http"]);
        }
    }
    says_nothing_of(stylesheet(), &["http:", "https:", "@import", "url("]);
    assert!(favicon_svg().starts_with("<svg"));
    assert!(!favicon_svg().contains("href"));
}

#[test]
fn hostile_text_stays_text() {
    for lang in BOTH {
        for (page, html) in all(lang).into_iter().filter(|(page, _)| page.starts_with("hostile")) {
            says_nothing_of(
                &html,
                &["<script", "<img", "javascript:", "onerror=\"", "NaN", "=\"inf"],
            );
            assert!(html.contains("&#60;script&#62;"), "{page} lost the text");
            assert_eq!(html.matches("</main>").count(), 1, "{page}");
        }
    }
}

#[test]
fn tags_are_balanced() {
    for lang in BOTH {
        for (page, html) in all(lang) {
            for tag in ["a", "g", "svg", "text", "table", "tr", "td", "section", "form", "li", "p"]
            {
                let opened = html.matches(&format!("<{tag} ")).count()
                    + html.matches(&format!("<{tag}>")).count();
                let closed = html.matches(&format!("</{tag}>")).count();
                assert_eq!(opened, closed, "{page}: <{tag}>");
            }
        }
    }
}

#[test]
fn english_is_kept_by_every_link_between_pages() {
    for (page, html) in all(Lang::En) {
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{page}");
        let links = attributes(&html, "href").into_iter().chain(attributes(&html, "action"));
        for link in links.filter(|link| *link == "/" || link.starts_with("/?")) {
            // The brand and the way home keep English; the switch alone leads to Chinese.
            let chinese = html.contains(&format!("class=\"switch\" href=\"{link}\""));
            assert!(link == "/?lang=en" || chinese, "{page}: {link}");
        }
    }
    let html = rich().render(Lang::En).unwrap();
    let traces = attributes(&html, "href").into_iter().filter(|href| href.starts_with("/trace?"));
    let (english, chinese): (Vec<_>, Vec<_>) = traces.partition(|href| href.contains("lang=en"));
    assert!(english.len() > 20);
    assert_eq!(chinese.len(), 1, "only the switch leads to Chinese: {chinese:?}");
    says(&html, &["name=\"lang\" value=\"en\""]);
}

#[test]
fn the_home_page_shows_the_ledger() {
    let zh = samples::home().render(Lang::Zh).unwrap();
    says(
        &zh,
        &["<html lang=\"zh-CN\">", "来源可查，去向可追", "1,203,556", "公开可查", "账本建立"],
    );
    says(&zh, &["清远市凤中皇养殖合作社", "9 号企业", "x.unknown", "href=\"/v1/entries/20416\""]);
    says(&zh, &["name=\"id\"", "name=\"direction\"", "name=\"containers\"", "一盒鸡胸肉"]);
    says(&zh, &["前 20,401 条", "市场监管局: 应答正常", "没有给出共同签名", "写入已停止"]);
    let en = samples::home().render(Lang::En).unwrap();
    says(&en, &["Party no. 9", "Traceability document", "2026-11-23 05:59 UTC"]);
    says_nothing_of(&en, &["账本", "name=\"token\""]);
}

#[test]
fn a_closed_ledger_asks_for_the_token_first() {
    let mut page = samples::home();
    page.ledger.public_read = false;
    let asked = page.render(Lang::Zh).unwrap();
    says(&asked, &["method=\"post\" action=\"/login\"", "name=\"token\" type=\"password\""]);
    says_nothing_of(&asked, &["name=\"id\"", "令牌无效"]);
    page.sign_in_failed = true;
    says(&page.render(Lang::En).unwrap(), &["action=\"/login?lang=en\"", "not valid"]);
    page.viewer = Some(samples::viewer());
    let inside = page.render(Lang::Zh).unwrap();
    says(&inside, &["name=\"id\"", "清远市市场监督管理局", "action=\"/logout\"", "href=\"/find\""]);
    page.viewer = Some(Viewer { may_find: false, ..samples::viewer() });
    says_nothing_of(&page.render(Lang::Zh).unwrap(), &["href=\"/find\""]);
    says_nothing_of(&inside, &["name=\"token\""]);
}

#[test]
fn the_trace_page_answers_in_words_picture_and_tables() {
    let zh = rich().render(Lang::Zh).unwrap();
    says(&zh, &["追到 12 个批次，经过 9 个场所、7 家企业。源头有 3 处。", "记录有 1 处断开"]);
    says(&zh, &["记录断开", "数量不符", "odd_code", "没有批号；装箱关系是推断的", "new_reason"]);
    says(
        &zh,
        &["发货", "收货", "加工记录", "投入", "产出", "装入", "另有 3 项", "≥ 40 kg", "未知"],
    );
    says(&zh, &["role=\"img\"", "<desc", "class=\"node pack definite start\"", "edge suspected"]);
    says(
        &zh,
        &[
            "依据账本 laiqu.example.gov.cn/清远 的前 20,417 条计算",
            "（最多 3 步，最多 100,000 个批次）",
        ],
    );
    says(&zh, &["/v1/trace?id=https%3A%2F%2Fid.gs1.org%2F01%2F06901234567892%2F10%2FPK20261118A"]);
    says(
        &zh,
        &["direction=back&#38;containers=true\" aria-current=\"page\"", "value=\"back\" selected"],
    );
    let en = rich().render(Lang::En).unwrap();
    says(&en, &["8 lots are definitely related, 4 suspected. The records break in 1 place;"]);
    says(&en, &["no lot number; packing inferred", "Shipping", "Break in the records"]);
}

#[test]
fn the_trace_page_says_and_keeps_what_limits_it() {
    let mut page = rich();
    page.question.more = vec!["urn:x:two".to_owned(), "urn:x:<b>".to_owned()];
    page.question.bounds = Bounds {
        to: "urn:x:end".to_owned(),
        walk: Period { from: "2026-11-01T00:00:00+08:00".to_owned(), until: String::new() },
        depth: Some(3),
        lots_max: Some(9),
    };
    let zh = page.render(Lang::Zh).unwrap();
    says(&zh, &["及另外 2 项</h1>", "只看通到 urn:x:end 的路", "只沿 2026-11-01 以后的事件"]);
    says(&zh, &["urn:x:&#60;b&#62;", "<details class=\"bounds\" open>"]);
    let value =
        |name: &str, value: &str| format!("name=\"{name}\" type=\"search\" value=\"{value}\"");
    says(&zh, &[&value("id", "urn:x:two"), &value("to", "urn:x:end")]);
    says(&zh, &[&value("walk_from", "2026-11-01T00:00:00+08:00")]);
    // Every way on keeps it; only an item alone is asked about by itself.
    let kept = "walk_from=2026-11-01T00%3A00%3A00%2B08%3A00&#38;depth=3&#38;lots_max=9";
    let all = format!("&#38;to=urn%3Ax%3Aend&#38;{kept}");
    let links = attributes(&zh, "href");
    let keeps = |start: &str| {
        let both = |link: &&&str| link.starts_with(start) && link.contains("&#38;id=urn%3Ax%3Atwo");
        let onward: Vec<_> = links.iter().filter(both).collect();
        assert!(onward.iter().all(|link| link.contains(&all)), "{onward:?}");
        onward.len()
    };
    // Directions, the other language, the lasting link, to open a box and to close all; and the
    // same as JSON.
    assert_eq!((keeps("/trace?"), keeps("/v1/trace?")), (7, 1));
    let alone = links.iter().filter(|link| link.starts_with("/trace?id=") && !link.contains("two"));
    let alone: Vec<_> = alone.filter(|link| link.contains(kept)).collect();
    assert!(alone.len() > 5 && alone.iter().all(|link| !link.contains("to=")), "{alone:?}");
    let en = page.render(Lang::En).unwrap();
    says(&en, &["and 2 others</h1>", "only the ways to urn:x:end", "events since 2026-11-01"]);
    page.outcome = Outcome::Unknown;
    says(&page.render(Lang::Zh).unwrap(), &["没有这样的路", "urn:x:two", "只看通到"]);
    says_nothing_of(&rich().render(Lang::Zh).unwrap(), &["class=\"bounds\" open", "及另外"]);
}

#[test]
fn boxes_of_several_lots_say_so_and_open() {
    let zh = rich().render(Lang::Zh).unwrap();
    says(&zh, &["合并的 5,400 个批次", "第四小学食堂 · 等 5,400 个批次，点击展开 · 疑似"]);
    says(&zh, &["5,400 个批次按层和把握程度合并", "另有 7 条连线", "1 个框没有展开", "叠框代表"]);
    let opened = "&#38;expand=urn%3Aepc%3Aclass%3Algtin%3A4012345.022222.B%267";
    let one_more = "&#38;expand=https%3A%2F%2Fid.gs1.org%2F01%2F06901234567892%2F10%2F\
        %E7%AC%AC%E4%B8%89%E5%B0%8F%E5%AD%A6%E9%A3%9F%E5%A0%82";
    says(&zh, &[&format!("{opened}{one_more}#drawing\"><g")]);
    says(&zh, &["containers=true#drawing\">全部收起"]);
    let en = rich().render(Lang::En).unwrap();
    says(&en, &["5,400 lots, merged", &format!("{opened}{one_more}&#38;lang=en#drawing\"><g")]);
    says(&en, &["1 box did not open", &format!("containers=true{opened}\"")]);
    let mut found = samples::found();
    found.drawing.nodes[9].group.as_mut().unwrap().opens = false;
    let html = samples::trace(Outcome::Found(Box::new(found))).render(Lang::Zh).unwrap();
    says(&html, &["合并的 5,400 个批次"]);
    says_nothing_of(&html, &[one_more]);
}

#[test]
fn an_answer_of_nothing_else_says_so() {
    let page = samples::trace(Outcome::Found(Box::default()));
    let html = page.render(Lang::Zh).unwrap();
    says(&html, &["没有追到别的批次"]);
    says_nothing_of(&html, &["<table", "role=\"img\"", "结果不完整"]);
}

#[test]
fn unknown_and_empty_questions_get_a_friendly_hint() {
    let unknown = samples::trace(Outcome::Unknown).render(Lang::Zh).unwrap();
    says(&unknown, &["账本里没有这个编码", samples::START, "依据账本", "问题批次"]);
    let empty = samples::trace(Outcome::Empty).render(Lang::En).unwrap();
    says(&empty, &["What shall we look for?", "class=\"switch\" href=\"/trace\""]);
}

#[test]
fn long_tables_are_cut_and_say_so() {
    let mut found = samples::found();
    found.lots = vec![samples::lot("批", &[], 1, None); ROWS_MAX + 1];
    let html = samples::trace(Outcome::Found(Box::new(found))).render(Lang::Zh).unwrap();
    says(&html, &["这里列出前 500 行，共 501 行"]);
    assert_eq!(html.matches("class=\"main\"").count(), ROWS_MAX);
}

#[test]
fn messages_have_usual_and_own_words() {
    let page = |status| MessagePage { status, ..MessagePage::default() };
    says(&page(404).render(Lang::Zh).unwrap(), &["404", "没有这一页"]);
    says(&page(418).render(Lang::En).unwrap(), &["418", "This request makes no sense"]);
    says(&page(507).render(Lang::En).unwrap(), &["507", "The server failed"]);
    let own = MessagePage {
        status: 401,
        title: Some("请登录".to_owned()),
        text: Some("会话已过期。".to_owned()),
        here: "/trace?id=a".to_owned(),
        sign_in: true,
        ..MessagePage::default()
    };
    let html = own.render(Lang::Zh).unwrap();
    says(&html, &["请登录", "会话已过期。", "name=\"token\"", "href=\"/trace?id=a&#38;lang=en\""]);
}

#[test]
fn what_was_found_leads_to_traces() {
    let zh = samples::find().render(Lang::Zh).unwrap();
    says(&zh, &["查找：鸡", "冷鲜鸡胸肉", "标签：清江牌冷鲜鸡胸肉 500 g", "产品", "结果不完整"]);
    says(&zh, &["只看到过这些地点的批次：百家惠超市北江店、百家惠超市清城店", "还有更多批次"]);
    says(&zh, &["2026-11-17", "2026-11-24", "未标明", "2026-11-18 05:12 +08:00", "依据账本"]);
    let lot = "/trace?id=https%3A%2F%2Fid.gs1.org%2F01%2F06901234567892%2F10%2FPK20261118A";
    says(&zh, &[lot, "name=\"supplier\" value=\"urn:uscc:91510500MA6XXXXXXX\""]);
    says(&zh, &["name=\"place\" value=\"https://id.gs1.org/414/4012345000115\""]);
    says(&zh, &["name=\"from\" type=\"date\" value=\"2026-11-10\" required"]);
    says(&zh, &["/v1/find?q=%E9%B8%A1&#38;at=", "&#38;made_from=2026-11-10", "as_of=20417"]);
    let en = samples::find().render(Lang::En).unwrap();
    says(&en, &["Find: 鸡", "not stated", "Trace what it made or shipped then", "lang=en"]);
    assert_eq!(en.matches("name=\"lang\" value=\"en\"").count(), 3, "every form keeps it");
    let mut none = samples::find();
    none.view = Some(FindView { places: Some(Vec::new()), ..FindView::default() });
    let none = none.render(Lang::Zh).unwrap();
    says(&none, &["没有找到", "没有地点或单位叫这个名字", "没有标明生产日期的批次按首次出现"]);
    let empty = FindPage::default().render(Lang::Zh).unwrap();
    says(&empty, &["按名称查找", "没有编码时", "name=\"q\"", "name=\"expires_until\""]);
    says_nothing_of(&empty, &["没有找到", "依据账本"]);
}

#[test]
fn a_trace_from_a_business_says_of_when() {
    let period = || Period {
        from: "2026-11-01T00:00:00+08:00".to_owned(),
        until: "2026-11-20T23:59:59+08:00".to_owned(),
    };
    let mut page = rich();
    page.question.id = "urn:uscc:91510500MA6XXXXXXX".to_owned();
    page.question.start = Start::Supplier(period());
    let zh = page.render(Lang::Zh).unwrap();
    says(
        &zh,
        &[
            "2026-11-01 至 2026-11-20 23:59 +08:00 生产或发出的货",
            "name=\"id\" type=\"search\" value=\"\"",
        ],
    );
    says(&zh, &["/v1/trace?supplier=urn%3Auscc%3A91510500MA6XXXXXXX&#38;from=2026-11-01T00"]);
    page.question.start = Start::Place(period());
    page.outcome = Outcome::Unknown;
    let en = page.render(Lang::En).unwrap();
    says(&en, &["Nothing to trace in that time", "what was here from 2026-11-01 to"]);
    says_nothing_of(&en, &["This code is not in the ledger"]);
}
