//! The answer as people read it.

use crate::ledger_line::Ledger;
use crate::out::clean;
use crate::ranks::{RankCell, RankRow, assumed, rank_table};
use crate::table::table;
use laiqu_service::AskedSource;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Cases and lots that are shown; the JSON has all.
const SHOWN_MAX: usize = 40;
const LOTS_SHOWN_MAX: usize = 5;
/// Methods in the order of the table.
const METHODS: [&str; 4] = ["fcl", "horn", "sales", "distance"];

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    ledger: Ledger,
    question: AskedSource,
    cases: Vec<CaseLine>,
    pub(super) candidates: Vec<Candidate>,
    candidates_found: usize,
    sites: usize,
    deliveries: usize,
    relations: usize,
    kilograms_assumed: u32,
    unused: Vec<String>,
    truncated: bool,
    names: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct CaseLine {
    lots: Vec<String>,
    sites: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Candidate {
    site: String,
    party: Option<String>,
    merged: Vec<String>,
    negative_score: f64,
    backward: bool,
    forward: bool,
    methods: BTreeMap<String, Option<Rank>>,
    explains: Vec<u32>,
    lots: Vec<String>,
    deliveries: usize,
}

#[derive(Debug, Deserialize)]
struct Rank {
    rank: u32,
    value: f64,
    cases: u32,
    weight: f64,
}

impl Answer {
    /// An identifier with its name before it.
    fn named(&self, id: &str) -> String {
        match self.names.get(id) {
            Some(name) => format!("{} {}", clean(name), clean(id)),
            None => clean(id),
        }
    }
}

pub(super) fn shown(answer: &Answer) -> String {
    let mut text = answer.ledger.line();
    text.push_str(&cases(answer));
    text.push_str(&candidates(answer));
    for candidate in &answer.candidates {
        text.push_str(&grounds(answer, candidate));
    }
    if !answer.unused.is_empty() {
        let ids: Vec<String> = answer.unused.iter().map(|id| clean(id)).collect();
        text.push_str(&format!(
            "没有用到的设定 assumptions about what the ways do not touch: {}\n",
            ids.join(", ")
        ));
    }
    if answer.truncated {
        text.push_str("结果过多，已截断，名次可能有误 / cut at a limit: ranks may be wrong\n");
    }
    text
}

fn cases(answer: &Answer) -> String {
    let found = answer.cases.iter().filter(|case| !case.lots.is_empty()).count();
    let count = answer.cases.len();
    let mut text = format!("病例 CASES: {count}，其中有记录可查 with records: {found}\n");
    let asked = answer.question.cases.iter();
    let rows: Vec<Vec<String>> = (1..)
        .zip(asked.zip(&answer.cases))
        .take(SHOWN_MAX)
        .map(|(number, (asked, case)): (usize, _)| {
            let sites: Vec<String> = case.sites.iter().map(|id| answer.named(id)).collect();
            vec![
                asked.id.clone().unwrap_or_else(|| number.to_string()),
                asked.weight.unwrap_or(1.0).to_string(),
                list(&case.lots),
                sites.join(", "),
            ]
        })
        .collect();
    let head = ["病例 case", "权重 weight", "可能的批次 lots it may have been", "场所 site"];
    text.push_str(&table(&head, &rows));
    text
}

fn list(lots: &[String]) -> String {
    let mut shown: Vec<String> = lots.iter().take(LOTS_SHOWN_MAX).map(|lot| clean(lot)).collect();
    if lots.len() > LOTS_SHOWN_MAX {
        shown.push(format!("… {}", lots.len()));
    }
    shown.join(", ")
}

fn candidates(answer: &Answer) -> String {
    let row = |one: &Candidate| {
        let cell = |method: &&str| {
            let rank = one.methods.get(*method)?.as_ref()?;
            let &Rank { rank, value, cases, weight } = rank;
            Some(RankCell { rank, value, cases, weight })
        };
        RankRow {
            ranks: METHODS.iter().map(cell).collect(),
            deliveries: one.deliveries,
            name: answer.named(&one.site),
        }
    };
    let rows: Vec<RankRow> = answer.candidates.iter().map(row).collect();
    format!(
        "\n可能的来源 CANDIDATE SOURCES {}/{}（{} 处场所、{} 次交货、{} 个关系 sites, deliveries, \
         relations）\n{}{}",
        rows.len(),
        answer.candidates_found,
        answer.sites,
        answer.deliveries,
        answer.relations,
        rank_table(&METHODS, &rows),
        assumed(answer.kilograms_assumed)
    )
}

/// What the ranks of a candidate rest on.
fn grounds(answer: &Answer, candidate: &Candidate) -> String {
    let asked = answer.question.cases.iter();
    let mut text = format!(
        "\n{}\n  可解释 explains {}/{} 个病例 cases；经批次 by lots: {}\n",
        answer.named(&candidate.site),
        candidate.explains.len(),
        asked.filter(|case| case.weight.unwrap_or(1.0) > 0.0).count(),
        list(&candidate.lots)
    );
    if let Some(party) = &candidate.party {
        text.push_str(&format!("  单位 party: {}\n", answer.named(party)));
    }
    if !candidate.merged.is_empty() {
        text.push_str(&format!("  含 counts for: {}\n", list(&candidate.merged)));
    }
    if candidate.negative_score > 0.0 {
        text.push_str(&format!("  反证 speaks against: {:.4}\n", candidate.negative_score));
    }
    for (flag, word) in
        [(candidate.backward, "来源侧 backward"), (candidate.forward, "去向侧 forward")]
    {
        if flag {
            text.push_str(&format!("  所观察对象的 of what is observed: {word}\n"));
        }
    }
    text
}
