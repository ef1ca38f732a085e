//! Scores for people and for programs.

use crate::table::table;
use laiqu_interchange::foodchain_lab::{Case, Finding, FindingKind};
use laiqu_trace::flow::{DateMode, Engine, Observed, Score, Scores, Setting};
use serde_json::{Map, Value, json};

fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Desktop => "desktop",
        Engine::Web => "web",
    }
}

fn dates_name(dates: DateMode) -> &'static str {
    match dates {
        DateMode::Ignore => "ignore",
        DateMode::Explicit => "explicit",
        DateMode::Inferred => "inferred",
    }
}

/// One scored element.
struct Row<'c> {
    id: &'c str,
    name: &'c str,
    /// Identifiers of supplier and recipient of a delivery.
    ends: Option<[&'c str; 2]>,
    setting: Setting,
    score: &'c Score,
}

fn station_id(case: &Case, station: u32) -> &str {
    let station = case.overlay.station(station) as usize;
    case.stations.get(station).map_or("", |station| &station.id)
}

fn stations<'c>(case: &'c Case, scores: &'c Scores) -> Vec<Row<'c>> {
    let all = (0_u32..).zip(case.stations.iter().zip(&scores.stations));
    let shown = all.filter(|(at, _)| case.overlay.station(*at) == *at);
    let row = |(at, (station, score)): (u32, (&'c _, &'c _))| {
        let station: &laiqu_interchange::foodchain_lab::Station = station;
        let setting = case.overlay.of_station(at);
        Row { id: &station.id, name: &station.name, ends: None, setting, score }
    };
    shown.map(row).collect()
}

fn deliveries<'c>(case: &'c Case, scores: &'c Scores) -> Vec<Row<'c>> {
    let flow = case.graph.deliveries().iter();
    let all = (0_u32..).zip(flow.zip(case.deliveries.iter().zip(&scores.deliveries)));
    let shown = all.filter(|(_, (flow, _))| !case.is_inside(flow));
    let row = |(at, (flow, (delivery, score))): (u32, (_, (&'c _, &'c _)))| {
        let flow: &laiqu_trace::flow::Delivery = flow;
        let delivery: &laiqu_interchange::foodchain_lab::Delivery = delivery;
        let ends = [flow.from, flow.to].map(|station| station_id(case, station));
        let setting = case.overlay.of_delivery(at);
        Row { id: &delivery.id, name: &delivery.product, ends: Some(ends), setting, score }
    };
    shown.map(row).collect()
}

/// The highest scores of a case.
pub(super) fn text(case: &Case, scores: &Scores, engine: Engine, limit: usize) -> String {
    let counts = [
        case.graph.stations() as usize,
        case.graph.deliveries().len(),
        case.graph.next().entries(),
    ];
    let [of_stations, of_deliveries, relations] = counts;
    let mut text = format!(
        "企业 {of_stations}，交货 {of_deliveries}，关系 {relations} / {of_stations} stations, \
         {of_deliveries} deliveries, {relations} relations\n规则 rules: {}；日期 dates: {}\n",
        engine_name(engine),
        dates_name(case.overlay.dates),
    );
    let mut part = |title: &str, lot: &str, rows: Vec<Row<'_>>| {
        let count = rows.len();
        text.push_str(&format!("\n{title} {}/{count}\n", count.min(limit)));
        text.push_str(&ranked(rows, lot, limit));
    };
    part("企业 stations", "批次最高 Max Lot Score", stations(case, scores));
    part("交货 deliveries", "批次 Lot Score", deliveries(case, scores));
    text
}

fn ranked(mut rows: Vec<Row<'_>>, lot: &str, limit: usize) -> String {
    // Rows of one score keep the order of the file.
    rows.sort_by(|one, two| two.score.score.total_cmp(&one.score.score));
    let number = |value: f64| format!("{value:.4}");
    let flag = |set: bool| if set { "✓" } else { "" }.to_owned();
    let line = |row: &Row<'_>| {
        let name = match row.ends {
            Some([from, to]) => format!("{} {} ({from} → {to})", row.id, row.name),
            None => format!("{} {}", row.id, row.name),
        };
        vec![
            number(row.score.score),
            row.score.lot_score.map(number).unwrap_or_default(),
            number(row.score.normalized),
            number(row.score.positive),
            number(row.score.negative),
            flag(row.score.backward),
            flag(row.score.forward),
            name,
        ]
    };
    let lines: Vec<Vec<String>> = rows.iter().take(limit).map(line).collect();
    let head = [
        "分数 Score",
        lot,
        "相对 Normalized Score",
        "正 Positive Score",
        "负 Negative Score",
        "来源侧 Backward",
        "去向侧 Forward",
        "编号 ID",
    ];
    table(&head, &lines)
}

/// All scores of a case.
pub(super) fn json(case: &Case, scores: &Scores, engine: Engine) -> Map<String, Value> {
    let lots = ["max_lot_score", "lot_score"];
    let [stations, deliveries] = [stations(case, scores), deliveries(case, scores)];
    let rows = |rows: &[Row<'_>], lot: &str| -> Vec<Value> {
        rows.iter().map(|row| json_row(row, lot)).collect()
    };
    let [of_station, of_delivery] = lots;
    let members = [
        ("engine", engine_name(engine).into()),
        ("dates", dates_name(case.overlay.dates).into()),
        ("stations", rows(&stations, of_station).into()),
        ("deliveries", rows(&deliveries, of_delivery).into()),
        ("findings", case.findings.iter().map(finding).collect::<Vec<_>>().into()),
    ];
    members.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value)).collect()
}

fn json_row(row: &Row<'_>, lot: &str) -> Value {
    let mut value = json!({
        "id": row.id,
        "name": row.name,
        "weight": row.setting.weight,
        "cross_contamination": row.setting.cross,
        "kill_contamination": row.setting.kill,
        "observed": row.setting.observed != Observed::No,
        "score": row.score.score,
        lot: row.score.lot_score,
        "normalized_score": row.score.normalized,
        "positive_score": row.score.positive,
        "negative_score": row.score.negative,
        "backward": row.score.backward,
        "forward": row.score.forward,
    });
    if let (Some([from, to]), Some(members)) = (row.ends, value.as_object_mut()) {
        members.insert("from".to_owned(), from.into());
        members.insert("to".to_owned(), to.into());
    }
    value
}

fn finding(finding: &Finding) -> Value {
    let kind: FindingKind = finding.kind;
    let (hint_zh, hint) = kind.hint();
    json!({
        "code": kind.code(),
        "left_out": kind.is_fault(),
        "place": finding.place.to_string(),
        "about": finding.about,
        "detail": finding.to_string(),
        "detail_zh": finding.zh(),
        "hint": hint,
        "hint_zh": hint_zh,
    })
}
