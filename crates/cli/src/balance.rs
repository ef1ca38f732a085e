//! `laiqu balance`: what came in against what went out.

use crate::asking::{Asking, parsed, with_query};
use crate::exit::{Exit, Failure};
use crate::ledger_line::Ledger;
use crate::out::{self, clean};
use crate::proving::Proving;
use crate::selecting::Selecting;
use crate::table::{table, time};
use clap::Args;
use laiqu_service::AskedBalance;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Rows of each kind that are shown to people; all that are wrong are.
const ROWS_SHOWN: usize = 40;

/// Balances a lot, a place, a product or a party.
#[derive(Debug, Args)]
#[group(id = "of", required = true, multiple = false)]
pub(crate) struct Balance {
    #[command(flatten)]
    selecting: Selecting,
    /// 容差（%）/ Tolerance, in per cent
    #[arg(long)]
    tolerance: Option<f64>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    proving: Proving,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Deserialize)]
struct Answer {
    ledger: Ledger,
    rows: Vec<Line>,
    totals: Vec<Line>,
    runs: Vec<Run>,
    certificates: Vec<Certificate>,
    truncated: bool,
    names: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Line {
    item: Option<String>,
    place: String,
    opening_kg: f64,
    came: BTreeMap<String, f64>,
    went: BTreeMap<String, f64>,
    closing_kg: f64,
    count_difference_kg: Option<f64>,
    verdict: String,
}

#[derive(Debug, Deserialize)]
struct Run {
    event: String,
    place: String,
    time: String,
    input_kg: Option<f64>,
    output_kg: Option<f64>,
    doubtful: bool,
}

#[derive(Debug, Deserialize)]
struct Certificate {
    certificate: String,
    issued_kg: Option<f64>,
    used_kg: f64,
    exceeded: bool,
}

impl Balance {
    /// Exit 1 where something does not add up.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let tolerance_percent = self.tolerance;
        let asked = AskedBalance {
            of: self.selecting.asked(),
            tolerance_percent,
            as_of: self.asking.as_of,
            rests_on: self.proving.rests_on(),
        };
        let mut parameters = self.selecting.parameters();
        parameters.push(("tolerance", tolerance_percent.map(|percent| percent.to_string())));
        parameters.push(self.asking.as_of());
        parameters.push(self.proving.parameter());
        let path = with_query("/v1/balance", &parameters);
        let text = self.asking.ask(&path, |ledger| ledger.balance(&asked))?;
        self.proving.keep(&self.asking, &text)?;
        let answer: Answer = parsed(&text)?;
        if self.json {
            out::line(&text)?;
        } else if answer.rows.is_empty() {
            out::note("没有可核算的记录 / no record to balance");
        } else {
            out::exact(&shown(&answer))?;
        }
        let wrong = answer.rows.iter().chain(&answer.totals).any(Line::is_wrong)
            || answer.runs.iter().any(|run| run.doubtful)
            || answer.certificates.iter().any(|paper| paper.exceeded);
        Ok(if wrong || answer.rows.is_empty() { Exit::CheckFailed } else { Exit::Done })
    }
}

impl Line {
    fn is_wrong(&self) -> bool {
        matches!(self.verdict.as_str(), "more_out_than_in" | "count_differs")
    }
}

fn shown(answer: &Answer) -> String {
    let mut text = answer.ledger.line();
    let head = [
        "核算 verdict",
        "地点 place",
        "期初 opening",
        "进 in",
        "出 out",
        "应存 closing",
        "标识 id",
    ];
    for (title, lines) in [("产品合计 by product", &answer.totals), ("批次 by lot", &answer.rows)]
    {
        let rows: Vec<Vec<String>> = kept(lines, Line::is_wrong).map(|l| line(answer, l)).collect();
        section(&mut text, title, &head, &rows, lines.len());
    }
    let rows: Vec<Vec<String>> = kept(&answer.runs, |run| run.doubtful).map(run).collect();
    let head = ["存疑 doubt", "时间 time", "投入 in", "产出 out", "地点 place", "eventID"];
    section(&mut text, "加工 runs", &head, &rows, answer.runs.len());
    let papers = &answer.certificates;
    let rows: Vec<Vec<String>> = kept(papers, |paper| paper.exceeded).map(certificate).collect();
    let head = ["超量 exceeded", "开具 issued", "使用 used", "合格证 certificate"];
    section(&mut text, "合格证 certificates", &head, &rows, papers.len());
    if answer.truncated {
        text.push_str("结果过多，已截断 / more rows than one answer holds: cut\n");
    }
    text
}

/// The first rows, and every one that is wrong: those come first.
fn kept<T>(rows: &[T], is_wrong: impl Fn(&T) -> bool) -> impl Iterator<Item = &T> {
    rows.iter()
        .enumerate()
        .filter(move |(at, row)| *at < ROWS_SHOWN || is_wrong(row))
        .map(|(_, r)| r)
}

fn section(text: &mut String, title: &str, head: &[&str], rows: &[Vec<String>], all: usize) {
    if rows.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title} ({}/{all}, kg)\n", rows.len()));
    text.push_str(&table(head, rows));
}

fn kilograms(value: f64) -> String {
    format!("{value:.1}")
}

fn line(answer: &Answer, line: &Line) -> Vec<String> {
    let verdict = match line.verdict.as_str() {
        "more_out_than_in" => "出大于进 more out than in",
        "count_differs" => "盘点不符 count differs",
        "unknown" => "重量不明 weight unknown",
        "unlotted" => "无批号 no lot",
        "balanced" => "平 balanced",
        other => other,
    };
    let counted = line.count_difference_kg.filter(|difference| *difference != 0.0);
    let counted = counted.map_or_else(String::new, |difference| format!(" ({difference:+.1})"));
    vec![
        format!("{verdict}{counted}"),
        answer.names.get(&line.place).map_or_else(|| clean(&line.place), |name| clean(name)),
        kilograms(line.opening_kg),
        kilograms(line.came.values().sum()),
        kilograms(line.went.values().sum()),
        kilograms(line.closing_kg),
        line.item.clone().unwrap_or_default(),
    ]
}

fn run(run: &Run) -> Vec<String> {
    let weight = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), kilograms);
    let doubt = if run.doubtful { "存疑 doubtful" } else { "" };
    vec![
        doubt.to_owned(),
        time(&run.time),
        weight(run.input_kg),
        weight(run.output_kg),
        run.place.clone(),
        run.event.clone(),
    ]
}

fn certificate(paper: &Certificate) -> Vec<String> {
    let exceeded = if paper.exceeded { "超量 exceeded" } else { "" };
    let issued = paper.issued_kg.map_or_else(|| "?".to_owned(), kilograms);
    vec![exceeded.to_owned(), issued, kilograms(paper.used_kg), paper.certificate.clone()]
}
