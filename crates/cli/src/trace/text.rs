//! A trace for people: lots, events and what is wrong, as tables.

use super::Way;
use super::view::{Cut, Event, Issue, Kilograms, Lot, Named, View};
use crate::ledger_line::digits;
use crate::out::clean;
use crate::table::{table, time};
use crate::words;
use std::collections::{BTreeMap, BTreeSet};

/// Most issues shown one by one; `--json` has all.
const ISSUES_SHOWN_MAX: usize = 50;
/// Most items named in one cell.
const ITEMS_SHOWN_MAX: usize = 3;

struct Names<'a> {
    parties: BTreeMap<&'a str, &'a str>,
    places: BTreeMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    fn of(view: &'a View) -> Self {
        let map = |list: &'a [Named]| {
            list.iter().filter_map(|one| Some((one.id.as_str(), one.name.as_deref()?))).collect()
        };
        Self { parties: map(&view.parties), places: map(&view.places) }
    }

    fn place(&self, id: &str) -> String {
        self.places.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned())
    }
}

/// Of an item, else of a party or place.
fn name_of_start<'v>(view: &'v View, start: &str) -> &'v str {
    let mut named = view.parties.iter().chain(&view.places);
    let named = || named.find(|named| named.id == start)?.name.as_deref();
    view.names.get(start).map(String::as_str).or_else(named).unwrap_or_default()
}

/// The whole answer.
pub(super) fn shown(view: &View, way: Way) -> String {
    let way = match way {
        Way::Back => "来源 back",
        Way::Forward => "去向 forward",
        Way::Both => "来源与去向 both",
    };
    let mut text = view.ledger.line();
    for start in &view.starts {
        let (name, unknown) = match view.unknown.contains(start) {
            true => ("", "（无记录 no record）"),
            false => (name_of_start(view, start), ""),
        };
        text.push_str(&format!("起点 start   {}  {}{unknown}\n", clean(start), clean(name)));
    }
    text.push_str(&format!("方向 way     {way}\n"));
    if view.walk_from.is_some() || view.walk_until.is_some() {
        let (zh, en) = period(view);
        text.push_str(&format!("时段 time    {zh} / {en}\n"));
    }
    let names = Names::of(view);
    let lots: Vec<_> = view.lots.iter().map(|lot| lot_row(view, &names, lot)).collect();
    let head = ["步 step", "判定 grade", "名称 name", "千克 kg", "地点 places", "标识 item"];
    text.push_str(&format!("\n批次与物品 ITEMS {}\n{}", lots.len(), table(&head, &lots)));
    let items = items_of_events(view);
    let events: Vec<_> = view.events.iter().map(|event| event_row(&names, &items, event)).collect();
    let head = [
        "时间 time",
        "步骤 step",
        "地点 place",
        "单位 party",
        "判定 grade",
        "条目 entry",
        "物品 item",
    ];
    text.push_str(&format!("\n事件 EVENTS {}\n{}", events.len(), table(&head, &events)));
    text.push_str(&issues_text(&view.issues));
    for erased in &view.erased {
        let (index, by) = (digits(&erased.index), digits(&erased.by));
        text.push_str(&format!(
            "\n条目 {index} 的原文已由条目 {by} 删除：只留下时间、数量和编码的散列，其余无法再显示\n\
             the document of entry {index} was erased by entry {by}: times, amounts and hashed \
             identifiers are left, the rest can no longer be shown\n"
        ));
    }
    if view.truncated {
        let (zh, en) = limits(view);
        text.push_str(&format!("\n结果不完整：{zh}\ncut off: {en}\n"));
    }
    text
}

/// The time in which events were followed.
fn period(view: &View) -> (String, String) {
    let end = |end: &Option<String>| end.as_deref().map(clean);
    match (end(&view.walk_from), end(&view.walk_until)) {
        (Some(from), Some(until)) => {
            (format!("{from} 至 {until}"), format!("from {from} until {until}"))
        }
        (Some(from), None) => (format!("{from} 起"), format!("since {from}")),
        (None, Some(until)) => (format!("{until} 止"), format!("until {until}")),
        (None, None) => ("任何时间".to_owned(), "of any time".to_owned()),
    }
}

/// What left something out of an answer.
pub(super) fn limits(view: &View) -> (String, String) {
    let phrase = |cut: &Cut| {
        let most = cut.most.unwrap_or_default();
        match cut.limit.as_str() {
            "depth" => (format!("最多 {most} 步"), format!("at most {most} steps")),
            "lots" => (format!("最多 {most} 个批次"), format!("at most {most} lots")),
            "links" => (format!("最多 {most} 条联系"), format!("at most {most} links")),
            "time" => {
                let (zh, en) = period(view);
                (format!("只跟随 {zh} 的事件"), format!("only events {en} are followed"))
            }
            other => (clean(other), clean(other)),
        }
    };
    let (zh, en): (Vec<_>, Vec<_>) = view.cut.iter().map(phrase).unzip();
    (zh.join("，"), en.join(", "))
}

fn lot_row(view: &View, names: &Names<'_>, lot: &Lot) -> Vec<String> {
    let own = view.names.get(&lot.id);
    let product = || lot.product.as_ref().and_then(|product| view.names.get(product));
    let name = own.or_else(product).cloned().unwrap_or_default();
    let places: BTreeSet<String> = lot.places.iter().map(|id| names.place(id)).collect();
    let mut grade = words::code(&lot.grade);
    if !lot.reasons.is_empty() {
        let reasons: Vec<_> = lot.reasons.iter().map(|code| words::code(code)).collect();
        grade.push_str(&format!("（{}）", reasons.join("，")));
    }
    vec![
        lot.depth.to_string(),
        grade,
        name,
        lot.quantity_kg.map_or_else(|| "?".to_owned(), kilograms),
        places.into_iter().collect::<Vec<_>>().join("，"),
        lot.id.clone(),
    ]
}

/// An interval as people read it; what is unknown stays an interval.
pub(super) fn kilograms(weight: Kilograms) -> String {
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

/// The items that the links of an event name.
fn items_of_events(view: &View) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut items: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for link in &view.links {
        items.entry(&link.event).or_default().extend([link.from.as_str(), link.to.as_str()]);
    }
    items
}

fn event_row(
    names: &Names<'_>,
    items: &BTreeMap<&str, BTreeSet<&str>>,
    event: &Event,
) -> Vec<String> {
    let party = names.parties.get(event.party.as_str()).copied().unwrap_or(&event.party);
    let named = items.get(event.event_id.as_str());
    let mut item: Vec<&str> = named.into_iter().flatten().copied().take(ITEMS_SHOWN_MAX).collect();
    let more = named.map_or(0, BTreeSet::len).saturating_sub(ITEMS_SHOWN_MAX);
    let rest = format!("+{more}");
    if more > 0 {
        item.push(&rest);
    }
    vec![
        time(&event.time),
        event.step.as_deref().map(words::step).unwrap_or_default(),
        event.place.as_deref().map(|id| names.place(id)).unwrap_or_default(),
        party.to_owned(),
        words::code(&event.grade),
        format!("{}/{}", digits(&event.position.index), event.position.ordinal),
        item.join(" "),
    ]
}

fn issues_text(issues: &[Issue]) -> String {
    if issues.is_empty() {
        return "\n未发现缺失或矛盾 / nothing missing, no contradiction\n".to_owned();
    }
    let mut text = format!("\n缺失与矛盾 ISSUES {}\n", issues.len());
    for issue in issues.iter().take(ISSUES_SHOWN_MAX) {
        let items: Vec<&str> =
            issue.items.iter().map(String::as_str).take(ITEMS_SHOWN_MAX).collect();
        let (kind, detail) = (words::code(&issue.kind), words::detail(&issue.detail));
        let line = format!("{kind}: {detail} [{}]", items.join(" "));
        text.push_str(&format!("  - {}\n", clean(&line)));
    }
    let more = issues.len().saturating_sub(ISSUES_SHOWN_MAX);
    if more > 0 {
        text.push_str(&format!("  … 另有 {more} 项，见 --json / {more} more, see --json\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{
        "ledger": {"origin": "city/log", "size": 12, "root": "ab"},
        "starts": ["https://id.gs1.org/01/09521234543213/10/P1", "urn:x:typo"],
        "unknown": ["urn:x:typo"],
        "lots": [
            {"id": "https://id.gs1.org/01/09521234543213/10/P1", "kind": "lot", "grade": "definite",
             "reasons": [], "depth": 0, "product": "https://id.gs1.org/01/09521234543213",
             "places": ["https://id.gs1.org/414/1"], "quantity_kg": {"min": 1.5, "max": 2}},
            {"id": "urn:x:2", "kind": "lot", "grade": "suspected", "reasons": ["one_sided"],
             "depth": 1, "product": null, "places": [], "quantity_kg": null}],
        "events": [{"position": {"index": "7", "ordinal": 1}, "event_id": "e1",
             "type": "ObjectEvent", "time": "2026-11-20T08:15:30.000+08:00",
             "place": "https://id.gs1.org/414/1", "party": "urn:uscc:1",
             "step": "https://ref.gs1.org/cbv/BizStep-shipping", "grade": "definite", "reasons": []}],
        "links": [{"from": "urn:x:2", "to": "urn:x:3", "event": "e1", "quantity": null,
             "kind": "moved", "grade": "definite", "reasons": []}],
        "parties": [{"id": "urn:uscc:1", "name": "青山农场"}],
        "places": [{"id": "https://id.gs1.org/414/1", "name": "一号冷库"}],
        "issues": [{"kind": "gap", "items": ["urn:x:2"], "from_place": null, "to_place": null,
             "events": [], "detail": "not seen for two days"}],
        "walk_until": "2026-11-21T00:00:00Z",
        "cut": [{"limit": "depth", "most": 3}, {"limit": "time", "most": null}],
        "truncated": true, "erased": [{"index": 7, "by": 9}],
        "names": {"https://id.gs1.org/01/09521234543213": "水饺"}}"#;

    #[test]
    fn an_answer_is_shown_with_names_grades_and_issues() {
        let view = View::parse(ANSWER).unwrap();
        let text = shown(&view, Way::Back);
        for part in [
            "条目数 size 12",
            "来源 back",
            "urn:x:typo  （无记录 no record）",
            "水饺",
            "1.5–2",
            "存疑 suspected（只有一方的记录 one_sided）",
            "2026-11-20 08:15 +08:00",
            "发货 shipping",
            "一号冷库",
            "青山农场",
            "7/1",
            "urn:x:2 urn:x:3",
            "记录断开 gap: not seen for two days [urn:x:2]",
            "结果不完整：最多 3 步，只跟随 2026-11-21T00:00:00Z 止 的事件",
            "cut off: at most 3 steps, only events until 2026-11-21T00:00:00Z are followed",
            "条目 7 的原文已由条目 9 删除",
            "the document of entry 7 was erased by entry 9",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn weights_stay_intervals() {
        let show = |min, max| kilograms(Kilograms { min, max });
        assert_eq!(show(3.0, Some(3.0)), "3");
        assert_eq!(show(0.25, None), "≥0.25");
        assert_eq!(show(100.0, Some(1200.5)), "100–1200.5");
    }

    #[test]
    fn other_answers_are_refused() {
        assert!(View::parse("<html>").is_err());
        assert!(View::parse(r#"{"lots": 3}"#).is_err());
        assert_eq!(time("yesterday"), "yesterday");
    }
}
