//! Candidates for the source of a case, ranked by several methods side by side.

use crate::ranks::{RankCell, RankRow, assumed, rank_table};
use clap::ValueEnum;
use laiqu_interchange::foodchain_lab::Case;
use laiqu_trace::source::{Candidate, Comparison, Method, Ranked, compare};
use serde_json::{Map, Value, json};

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
            Self::All => Method::ALL.to_vec(),
        }
    }
}

/// Rankings and the candidates that are shown.
pub(super) struct Sources<'c> {
    case: &'c Case,
    found: Comparison,
}

impl<'c> Sources<'c> {
    /// Ranks by each method; the best `limit` by the sum of their ranks are shown.
    pub(super) fn new(case: &'c Case, methods: Methods, limit: usize) -> Self {
        let found = compare(&case.graph, &case.overlay, &methods.list(), limit);
        Self { case, found }
    }

    fn station(&self, station: u32) -> (&str, &str) {
        let known = self.case.stations.get(station as usize);
        known.map_or(("", ""), |station| (&station.id, &station.name))
    }

    /// Deliveries whose kilograms the methods had to assume.
    fn assumed(&self) -> u32 {
        self.found.rankings.first().map_or(0, |ranking| ranking.assumed)
    }

    /// As people read it.
    pub(super) fn text(&self) -> String {
        let Comparison { rankings, candidates, count } = &self.found;
        let methods: Vec<&str> = rankings.iter().map(|one| one.method.word()).collect();
        let rows: Vec<RankRow> = candidates.iter().map(|one| self.row(one)).collect();
        let mut text = format!("\n可能的来源 candidate sources {}/{count}\n", rows.len());
        text.push_str(&rank_table(&methods, &rows));
        if methods.iter().any(|method| *method != Method::Fcl.word()) {
            text.push_str(&assumed(self.assumed()));
        }
        text
    }

    fn row(&self, candidate: &Candidate) -> RankRow {
        let cell = |one: &Option<Ranked>| {
            one.map(|one| RankCell {
                rank: one.rank,
                value: one.value,
                cases: one.cases,
                weight: one.reached,
            })
        };
        let (id, name) = self.station(candidate.station);
        RankRow {
            ranks: candidate.ranks.iter().map(cell).collect(),
            deliveries: candidate.basis.deliveries.len(),
            name: format!("{id} {name}"),
        }
    }

    /// As programs read it.
    pub(super) fn json(&self) -> Value {
        let candidate = |one: &Candidate| {
            let (id, name) = self.station(one.station);
            let ranks = self.found.rankings.iter().zip(&one.ranks);
            let ranks: Map<String, Value> = ranks
                .map(|(ranking, rank)| {
                    let value = rank.map(|one| {
                        json!({
                            "rank": one.rank, "value": one.value, "share": one.share,
                            "cases": one.cases, "weight": one.reached,
                        })
                    });
                    (ranking.method.word().to_owned(), value.unwrap_or_default())
                })
                .collect();
            json!({
                "id": id, "name": name, "deliveries": one.basis.deliveries.len(),
                "stations": one.basis.stations.len(), "methods": ranks,
            })
        };
        json!({
            "candidates": self.found.candidates.iter().map(candidate).collect::<Vec<_>>(),
            "candidates_found": self.found.count,
            "kilograms_assumed": self.assumed(),
        })
    }
}
