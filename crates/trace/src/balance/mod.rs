//! What came in against what went out, in kilograms: per lot and place, per product, per run, and
//! per certificate.

mod certificates;
mod question;
mod rows;
pub(crate) mod runs;

pub use question::{
    BALANCE_ROWS_MAX, Balance, BalanceQuestion, BalanceRow, Came, CertificateRow, RunRow, Verdict,
    Went,
};

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;
use crate::question::{Direction, Question};
use crate::scope::{MasterFacts, Scale};
use crate::selection::{Units, selected};
use crate::view::View;
use rows::Sums;

impl Graph {
    /// The balance of what the question selects; `facts` weigh cases and pieces. The same events
    /// give the same answer in whatever order they came.
    #[must_use]
    pub fn balance(&self, question: &BalanceQuestion, facts: &dyn MasterFacts) -> Balance {
        let visible = Question {
            visible_to: question.visible_to.clone(),
            as_of: question.as_of,
            ..Question::new("", Direction::Both)
        };
        let view = View::new(self, &visible);
        let items = selected(&view, &question.of, Units::ByContents);
        let mut sums: BTreeMap<(u32, u32), Sums> = BTreeMap::new();
        let mut runs = BTreeSet::new();
        let mut papers = BTreeSet::new();
        for (item, only) in items {
            let groups = rows::groups_of(&view, item);
            let scale = Scale::of(&view, item, facts);
            for group in groups.iter().filter(|group| !group.voided) {
                if only.as_ref().is_some_and(|sites| !sites.contains(&group.site)) {
                    continue;
                }
                view.rest_on(group.events.iter().copied());
                let row = sums.entry((item, group.site)).or_default();
                row.add(&view, (item, &scale), group, question);
                if question.covers(group.earliest) {
                    let first = |event: &u32| runs::first_of_run(&view, *event);
                    runs.extend(group.events.iter().filter_map(first));
                    papers.extend(certificates::named(&view, group));
                }
            }
        }
        let mut balance = Balance {
            rows: rows::rows(&view, &sums, question),
            totals: rows::totals(&view, &sums, question),
            runs: runs.into_iter().filter_map(|run| runs::row(&view, run, facts)).collect(),
            certificates: papers
                .into_iter()
                .filter_map(|paper| certificates::row(&view, paper, (question, facts)))
                .collect(),
            truncated: false,
            rests_on: Vec::new(),
        };
        balance.rests_on = view.rests_on();
        balance.sort();
        balance
    }
}

#[cfg(test)]
mod tests;
