//! Candidates for the source of a case, ranked by several methods side by side.

use crate::table::table;
use clap::ValueEnum;
use laiqu_interchange::foodchain_lab::Case;
use laiqu_trace::source::{Basis, Method, Ranked, Ranking, basis, rank};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Which methods rank.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Methods {
    /// FoodChain-Lab 分数：能到达多少病例 / The score: which share of the cases it reaches
    Fcl,
    /// 随机游走：食品按重量流向各病例的可能性 / Random walk by kilograms (Horn and Friedrich)
    Horn,
    /// 销售似然：病例处所购食品有多少经过它 / Likelihood from sales (Kaufman)
    Sales,
    /// 有效距离：到各病例的平均距离 / Effective distance to the cases (Manitz)
    Distance,
    /// 四种方法并列 / All four side by side
    All,
}

impl Methods {
    fn list(self) -> Vec<Method> {
        match self {
            Self::Fcl => vec![Method::Fcl],
            Self::Horn => vec![Method::Horn],
            Self::Sales => vec![Method::Sales],
            Self::Distance => vec![Method::Distance],
            Self::All => vec![Method::Fcl, Method::Horn, Method::Sales, Method::Distance],
        }
    }
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Fcl => "fcl",
        Method::Horn => "horn",
        Method::Sales => "sales",
        Method::Distance => "distance",
    }
}

/// One candidate by all methods.
struct Candidate {
    station: u32,
    basis: Basis,
    /// In the order of the rankings; `None` where a method sees no way to a case.
    ranks: Vec<Option<Ranked>>,
}

/// Rankings and the candidates that are shown.
pub(super) struct Sources<'c> {
    case: &'c Case,
    rankings: Vec<Ranking>,
    candidates: Vec<Candidate>,
    /// All that some method ranks.
    count: usize,
}

impl<'c> Sources<'c> {
    /// Ranks by each method; the best `limit` by the sum of their ranks are shown.
    pub(super) fn new(case: &'c Case, methods: Methods, limit: usize) -> Self {
        let method = |method| rank(&case.graph, &case.overlay, method);
        let rankings: Vec<Ranking> = methods.list().into_iter().map(method).collect();
        let mut all: BTreeMap<u32, Vec<Option<Ranked>>> = BTreeMap::new();
        for (at, ranking) in rankings.iter().enumerate() {
            for one in &ranking.candidates {
                let ranks = all.entry(one.station).or_insert_with(|| vec![None; rankings.len()]);
                if let Some(slot) = ranks.get_mut(at) {
                    *slot = Some(*one);
                }
            }
        }
        let count = all.len();
        let behind_all = u64::try_from(count).unwrap_or(u64::MAX);
        let sum = |ranks: &[Option<Ranked>]| -> u64 {
            ranks.iter().map(|one| one.map_or(behind_all, |one| u64::from(one.rank))).sum()
        };
        let mut order: Vec<(u32, Vec<Option<Ranked>>)> = all.into_iter().collect();
        order.sort_by_key(|(station, ranks)| (sum(ranks), *station));
        order.truncate(limit);
        let stations: Vec<u32> = order.iter().map(|(station, _)| *station).collect();
        let found = basis(&case.graph, &case.overlay, &stations);
        let candidates = order.into_iter().zip(found);
        let candidates = candidates
            .map(|((station, ranks), basis)| Candidate { station, basis, ranks })
            .collect();
        Self { case, rankings, candidates, count }
    }

    fn station(&self, station: u32) -> (&str, &str) {
        let known = self.case.stations.get(station as usize);
        known.map_or(("", ""), |station| (&station.id, &station.name))
    }

    /// Deliveries whose kilograms the methods had to assume.
    fn assumed(&self) -> u32 {
        self.rankings.first().map_or(0, |ranking| ranking.assumed)
    }

    /// As people read it.
    pub(super) fn text(&self) -> String {
        let (shown, count) = (self.candidates.len(), self.count);
        let mut text = format!("\n可能的来源 candidate sources {shown}/{count}\n");
        let mut head: Vec<String> = Vec::new();
        for ranking in &self.rankings {
            let (title, value) = match ranking.method {
                Method::Fcl => ("fcl", "分数 score"),
                Method::Horn => ("horn", "对数似然 ln L"),
                Method::Sales => ("sales", "对数似然 ln L"),
                Method::Distance => ("distance", "平均距离（病例）mean (cases)"),
            };
            head.extend([format!("{title} 名次 rank"), value.to_owned()]);
        }
        let rest = ["可达病例 cases", "其权重 weight", "途经交货 deliveries", "编号 ID"];
        head.extend(rest.map(str::to_owned));
        let lines: Vec<Vec<String>> = self.candidates.iter().map(|one| self.line(one)).collect();
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        text.push_str(&table(&head, &lines));
        let assumed = self.assumed();
        if assumed > 0 && self.rankings.iter().any(|ranking| ranking.method != Method::Fcl) {
            text.push_str(&format!(
                "{assumed} 次交货没有千克数，按已知的平均值计 / {assumed} deliveries have no \
                 kilograms and count as the mean of the others\n"
            ));
        }
        text
    }

    fn line(&self, candidate: &Candidate) -> Vec<String> {
        let mut line = Vec::new();
        for (ranking, rank) in self.rankings.iter().zip(&candidate.ranks) {
            let Some(one) = rank else {
                line.extend(["–".to_owned(), "–".to_owned()]);
                continue;
            };
            let value = match ranking.method {
                // It goes by who sells to whom, and so to more cases than relations lead to.
                Method::Distance => format!("{:.4} ({})", one.value, one.cases),
                Method::Fcl | Method::Horn | Method::Sales => format!("{:.4}", one.value),
            };
            line.extend([one.rank.to_string(), value]);
        }
        let first = candidate.ranks.iter().flatten().next();
        line.push(first.map_or_else(String::new, |one| one.cases.to_string()));
        line.push(first.map_or_else(String::new, |one| one.reached.to_string()));
        line.push(candidate.basis.deliveries.to_string());
        let (id, name) = self.station(candidate.station);
        line.push(format!("{id} {name}"));
        line
    }

    /// As programs read it.
    pub(super) fn json(&self) -> Value {
        let candidate = |one: &Candidate| {
            let (id, name) = self.station(one.station);
            let ranks = self.rankings.iter().zip(&one.ranks);
            let ranks: Map<String, Value> = ranks
                .map(|(ranking, rank)| {
                    let value = rank.map(|one| {
                        json!({
                            "rank": one.rank, "value": one.value, "share": one.share,
                            "cases": one.cases, "weight": one.reached,
                        })
                    });
                    (self::name(ranking.method).to_owned(), value.unwrap_or_default())
                })
                .collect();
            json!({
                "id": id, "name": name, "deliveries": one.basis.deliveries,
                "stations": one.basis.stations, "methods": ranks,
            })
        };
        json!({
            "candidates": self.candidates.iter().map(candidate).collect::<Vec<_>>(),
            "candidates_found": self.count,
            "kilograms_assumed": self.assumed(),
        })
    }
}
