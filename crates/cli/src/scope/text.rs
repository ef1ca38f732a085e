//! A recall scope for people: what is affected, how much, who holds it, what to ask whom.

mod borders;

use super::view::{Expectation, Kilograms, Lot, View};
use crate::out::clean;
use crate::table::{table, time};
use crate::words;
use std::collections::BTreeMap;

/// Most rows of one table; `--json` has all.
const ROWS_SHOWN_MAX: usize = 200;
/// Most lots named in one cell.
const LOTS_SHOWN_MAX: usize = 3;

const HAZARDS: [(&str, &str); 5] = [
    ("microbial", "微生物"),
    ("chemical", "化学残留"),
    ("allergen", "过敏原"),
    ("temperature", "温度失控"),
    ("label", "标签错误"),
];

const WHEREABOUTS: [(&str, &str); 6] = [
    ("in_stock", "在库 in stock"),
    ("in_transit", "在途 in transit"),
    ("left_records", "流出记录之外 left the records"),
    ("sold", "已售 sold"),
    ("destroyed", "已销毁 destroyed"),
    ("ended", "其他去向 ended otherwise"),
];

/// The whole answer.
pub(super) fn shown(view: &View) -> String {
    let hazard = HAZARDS.iter().find(|(code, _)| *code == view.question.hazard);
    let hazard = hazard.map_or("", |(_, word)| word);
    let mut text = view.ledger.line();
    text.push_str(&format!(
        "危害 hazard  {hazard} {} {}\n",
        clean(&view.question.hazard),
        clean(view.question.agent.as_deref().unwrap_or("")),
    ));
    text.push_str(&lots(view));
    text.push_str(&whereabouts(view));
    text.push_str(&stock(view));
    text.push_str(&unlotted(view));
    text.push_str(&transfers(view));
    text.push_str(&borders::shown(view));
    text.push_str(&resources(view));
    text.push_str(&to_ask(view));
    text.push_str(&remarks(view));
    text
}

fn section(title: &str, head: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let count = rows.len();
    let rows: Vec<_> = rows.into_iter().take(ROWS_SHOWN_MAX).collect();
    let mut text = format!("\n{title} {count}\n{}", table(head, &rows));
    if count > ROWS_SHOWN_MAX {
        let more = count - ROWS_SHOWN_MAX;
        text.push_str(&format!("… 另有 {more} 行，见 --json / {more} more, see --json\n"));
    }
    text
}

fn name(view: &View, id: Option<&String>) -> String {
    let Some(id) = id else { return "?".to_owned() };
    view.names.get(id).unwrap_or(id).clone()
}

fn grade(code: &str, reasons: &[String]) -> String {
    let mut text = words::code(code);
    if !reasons.is_empty() {
        let reasons: Vec<_> = reasons.iter().map(|code| words::code(code)).collect();
        text.push_str(&format!("（{}）", reasons.join("，")));
    }
    text
}

/// An interval as people read it; what is unknown stays an interval.
fn kilograms(weight: Kilograms) -> String {
    let number = |value: f64| {
        let text = format!("{value:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match weight.max {
        None => format!("≥{}", number(weight.min)),
        Some(max) if number(max) == number(weight.min) => number(max),
        Some(max) => format!("{}–{}", number(weight.min), number(max)),
    }
}

fn several(list: &[String]) -> String {
    let mut shown: Vec<&str> = list.iter().map(String::as_str).take(LOTS_SHOWN_MAX).collect();
    let more = format!("+{}", list.len().saturating_sub(LOTS_SHOWN_MAX));
    if list.len() > LOTS_SHOWN_MAX {
        shown.push(&more);
    }
    shown.join(" ")
}

fn lots(view: &View) -> String {
    let count = |code: &str| view.lots.iter().filter(|lot| lot.grade == code).count();
    let title = format!(
        "受影响的批次 LOTS：确定 definite {}，存疑 suspected {}，解除 cleared {}；共 all",
        count("definite"),
        count("suspected"),
        count("cleared")
    );
    let row = |lot: &Lot| {
        let own = view.names.get(&lot.id);
        let product = || lot.product.as_ref().and_then(|product| view.names.get(product));
        vec![
            grade(&lot.grade, &lot.reasons),
            own.or_else(product).cloned().unwrap_or_default(),
            kilograms(lot.kilograms.expected),
            kilograms(lot.kilograms.worst),
            lot.id.clone(),
        ]
    };
    let head = ["判定 grade", "名称 name", "预计千克 expected kg", "最坏千克 worst kg", "标识 lot"];
    section(&title, &head, view.lots.iter().map(row).collect())
}

fn whereabouts(view: &View) -> String {
    let (definite, suspected) = (&view.kilograms.definite, &view.kilograms.suspected);
    let cell = |place: &BTreeMap<String, Expectation>, code: &str| {
        let found = place.get(code).copied().unwrap_or_default();
        format!("{} / {}", kilograms(found.expected), kilograms(found.worst))
    };
    let row = |(code, word): &(&str, &str)| {
        vec![(*word).to_owned(), cell(definite, code), cell(suspected, code)]
    };
    let head = ["现在何处 now", "确定 definite", "存疑 suspected"];
    let rows: Vec<_> = WHEREABOUTS.iter().map(row).collect();
    format!("\n千克：预计 / 最坏 KILOGRAMS expected / worst\n{}", table(&head, &rows))
}

fn stock(view: &View) -> String {
    let row = |line: &super::view::Stock| {
        vec![
            name(view, line.site.as_ref()),
            name(view, line.party.as_ref()),
            words::code(&line.grade),
            kilograms(line.kilograms),
            line.lot.clone(),
        ]
    };
    let head = ["地点 site", "单位 party", "判定 grade", "千克 kg", "标识 lot"];
    section("在库 STOCK", &head, view.stock.iter().map(row).collect())
}

/// What was sold by product alone: counted once, and in the upper ends of what is in stock too.
fn unlotted(view: &View) -> String {
    let row = |line: &super::view::Unlotted| {
        vec![
            name(view, line.site.as_ref()),
            name(view, Some(&line.product)),
            kilograms(line.kilograms),
            kilograms(line.affected),
            several(&line.lots),
        ]
    };
    let head =
        ["地点 site", "产品 product", "售出千克 sold kg", "其中受影响 affected", "标识 lots"];
    let title = "未记批号的销售（也计入在库上限）SOLD WITHOUT A LOT, also in the most in stock";
    section(title, &head, view.unlotted.iter().map(row).collect())
}

fn transfers(view: &View) -> String {
    let row = |transfer: &super::view::Transfer| {
        let when = transfer.sent.as_ref().or(transfer.received.as_ref());
        let to = transfer.buyer.as_ref().or(transfer.to_site.as_ref());
        vec![
            when.map(|when| time(when)).unwrap_or_default(),
            name(view, transfer.seller.as_ref()),
            name(view, to),
            kilograms(transfer.kilograms),
            if transfer.received.is_some() { "✓".to_owned() } else { "?".to_owned() },
            words::code(&transfer.grade),
            transfer.lot.clone(),
        ]
    };
    let head =
        ["时间 time", "卖方 from", "买方 to", "千克 kg", "签收 received", "判定 grade", "标识 lot"];
    let mut text = section("流转 TRANSFERS", &head, view.transfers.iter().map(row).collect());
    if let Some(share) = view.seen_by_both {
        let percent = format!("{:.1}%", share * 100.0);
        text.push_str(&format!(
            "双方都有记录的重量占 {percent} / recorded by both sides, of the kilograms: {percent}\n"
        ));
    }
    text
}

fn resources(view: &View) -> String {
    let row = |resource: &super::view::Resource| {
        let end = match (&resource.cleaned_by, &resource.until, resource.window_hours) {
            (Some(_), Some(until), _) => format!("清洗 cleaned {}", time(until)),
            (None, Some(until), Some(hours)) => {
                format!("无清洗记录，按 {hours} 小时 no cleaning, {hours} h: {}", time(until))
            }
            _ => "?".to_owned(),
        };
        vec![
            words::code(&resource.kind),
            name(view, Some(&resource.id)),
            time(&resource.since),
            end,
        ]
    };
    let head = ["种类 kind", "设备 resource", "自 since", "至 until"];
    let rows = view.resources.iter().map(row).collect();
    let mut text = section("可能传播的设备与库房 RESOURCES", &head, rows);
    for window in &view.rules.windows {
        let mark = if window.unconfirmed { "（未核实 unconfirmed）" } else { "" };
        text.push_str(&format!(
            "规则 rule: {} {} h{mark} {}\n",
            words::code(&window.resource),
            window.hours,
            clean(&window.source)
        ));
    }
    text
}

fn to_ask(view: &View) -> String {
    let party = |id: &Option<String>| {
        let known = id.as_ref().is_some_and(|id| view.unregistered.contains(id));
        let mark = if known { "（未登记 unregistered）" } else { "" };
        format!("{}{mark}", name(view, id.as_ref()))
    };
    let exit = |exit: &super::view::PathExit| {
        vec![party(&exit.party), name(view, exit.site.as_ref()), several(&exit.lots)]
    };
    let head = ["询问谁 ask", "地点 site", "标识 lots"];
    let rows = view.exits.iter().map(exit).collect();
    let mut text = section("流出记录之外 WHERE PATHS LEAVE", &head, rows);
    let demand = |demand: &super::view::Demand| {
        vec![
            words::code(&demand.kind),
            party(&demand.party),
            name(view, demand.place.as_ref()),
            several(&demand.lots),
            words::detail(&demand.why),
        ]
    };
    let head = ["记录 record", "向谁 from", "地点 place", "标识 lots", "原因 why"];
    let rows = view.demands.iter().map(demand).collect();
    text.push_str(&section("应补的记录 RECORDS TO DEMAND", &head, rows));
    let late = |late: &super::view::Late| {
        let notice = if late.after_notice { "✓" } else { "" };
        vec![
            name(view, Some(&late.party)),
            time(&late.time),
            late.hours.to_string(),
            notice.to_owned(),
        ]
    };
    let head = ["单位 party", "事件时间 event", "迟交小时 hours late", "通知之后 after notice"];
    text.push_str(&section("迟交的记录 LATE", &head, view.late.iter().map(late).collect()));
    text
}

fn remarks(view: &View) -> String {
    let mut text = String::new();
    for issue in view.issues.iter().take(ROWS_SHOWN_MAX) {
        let lots = several(&issue.lots);
        let line =
            format!("{}: {} [{lots}]", words::code(&issue.kind), words::detail(&issue.detail));
        text.push_str(&format!("\n  - {}", clean(&line)));
    }
    if view.truncated {
        text.push_str("\n结果不完整：达到数量上限，还有更多可能受影响 / cut off by a limit: more may be affected\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{
        "ledger": {"origin": "city/log", "size": 12, "root": "ab"},
        "question": {"hazard": "microbial", "agent": "李斯特菌"},
        "lots": [{"id": "urn:x:1", "product": "urn:p:1", "grade": "suspected",
            "reasons": ["shared_resource"],
            "kilograms": {"expected": {"min": 1, "max": 2}, "worst": {"min": 3, "max": null}}}],
        "holdings": [{}],
        "resources": [{"id": "urn:l:1", "kind": "line", "since": "2026-11-20T08:15:30+00:00",
            "until": "2026-11-21T08:15:30+00:00", "cleaned_by": null, "window_hours": 24}],
        "unlotted": [{"site": "urn:s:1", "product": "urn:p:1", "lots": ["urn:x:1"],
            "kilograms": {"min": 6, "max": 6}, "affected": {"min": 0, "max": 4}}],
        "kilograms": {"definite": {"sold": {"expected": {"min": 5, "max": 5},
            "worst": {"min": 7, "max": 7}}}},
        "stock": [{"site": "urn:s:1", "party": null, "lot": "urn:x:1", "grade": "suspected",
            "kilograms": {"min": 4, "max": 4}}],
        "transfers": [{"lot": "urn:x:1", "seller": "urn:u:1", "buyer": "urn:u:2",
            "sent": "2026-11-20T08:15:30+00:00", "received": null,
            "kilograms": {"min": 4, "max": 4}, "grade": "definite"}],
        "exits": [{"party": "urn:u:2", "site": null, "lots": ["urn:x:1"]}],
        "demands": [{"kind": "receipt", "party": "urn:u:2", "place": null,
            "lots": ["a", "b", "c", "d"], "why": "sent, and no receipt is recorded"}],
        "late": [{"party": "urn:u:1", "time": "2026-11-20T08:15:30+00:00", "hours": 30,
            "after_notice": true}],
        "seen_by_both": 0.5,
        "issues": [{"kind": "cycle", "lots": ["urn:x:1"], "detail": "made from each other"}],
        "rules": {"windows": [{"resource": "line", "hours": 24, "source": "assumed",
            "unconfirmed": true}]},
        "truncated": true, "unregistered": ["urn:u:2"],
        "names": {"urn:u:1": "青山农场", "urn:s:1": "一号冷库", "urn:p:1": "水饺"}}"#;

    #[test]
    fn a_scope_is_shown_with_grades_kilograms_and_whom_to_ask() {
        let text = shown(&View::parse(ANSWER).unwrap());
        for part in [
            "条目数 size 12",
            "微生物 microbial 李斯特菌",
            "存疑 suspected（共用设备或库房 shared_resource）",
            "水饺",
            "1–2",
            "≥3",
            "SOLD WITHOUT A LOT",
            "0–4",
            "5 / 7",
            "一号冷库",
            "青山农场",
            "urn:u:2（未登记 unregistered）",
            "无清洗记录，按 24 小时",
            "未核实 unconfirmed",
            "收货记录 receipt",
            "a b c +1",
            "50.0%",
            "循环记录 cycle: made from each other",
            "cut off",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(View::parse("<html>").is_err());
    }
}
