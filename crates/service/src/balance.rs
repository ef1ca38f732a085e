//! What came in against what went out.

use crate::ask::{LedgerState, Snapshot};
use crate::error::Error;
use crate::metrics::QuestionKind;
use crate::principal::Principal;
use crate::said::Said;
use crate::selection::{AskedSelection, refused};
use crate::service::Service;
use crate::views::Views;
use laiqu_trace::{Balance, BalanceQuestion, Interval, Visibility};
use serde::Serialize;
use std::collections::BTreeMap;

/// Out may exceed in by this share (per cent) unless the question says otherwise.
const TOLERANCE_PERCENT: f64 = 0.5;

/// The question as people ask it.
#[derive(Clone, Debug, Default)]
pub struct AskedBalance {
    /// What to balance; what was before the period is opening stock.
    pub of: AskedSelection,
    /// Out may exceed in, and a count differ, by this share (per cent).
    pub tolerance_percent: Option<f64>,
    /// As known when the ledger had so many entries; now unless given.
    pub as_of: Option<u64>,
    /// Also say where the events stand that the answer rests on.
    pub rests_on: bool,
}

/// The answer, with the state it was computed on.
#[derive(Clone, Debug, Serialize)]
pub struct BalanceView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// Per cent.
    pub tolerance_percent: f64,
    /// What the sums say.
    #[serde(flatten)]
    pub balance: Balance,
    /// Names of places and products, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

impl Service {
    /// Balances what a question selects, from the records that `who` may see.
    ///
    /// # Errors
    /// Where the question makes no sense: see [`AskedBalance`].
    pub fn balance(&self, asked: &AskedBalance, who: &Principal) -> Result<BalanceView, Error> {
        let asking = self.asking(QuestionKind::Balance);
        let question = question(asked, who.visibility(&self.registry()))?;
        let views = self.shared().views.read();
        let ledger = self.state_asked(&views, asked.as_of)?;
        let view = answer(&views, ledger, asked, &question);
        asking.found(view.balance.rows.len());
        Ok(view)
    }
}

impl Snapshot {
    /// Balances what a question selects, with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::balance`].
    pub fn balance(&self, asked: &AskedBalance) -> Result<BalanceView, Error> {
        let question = question(asked, None)?;
        Ok(answer(self.views(), self.state_asked(asked.as_of)?, asked, &question))
    }
}

fn answer(
    views: &Views,
    ledger: LedgerState,
    asked: &AskedBalance,
    question: &BalanceQuestion,
) -> BalanceView {
    let mut balance = views.graph.balance(question, &Said::of(views, ledger.size));
    if !asked.rests_on {
        balance.rests_on.clear();
    }
    let rows = balance.rows.iter().chain(&balance.totals);
    let of_row = rows.flat_map(|row| row.item.iter().chain([&row.place]));
    let of_run = balance.runs.iter().map(|run| &run.place);
    let named = |id: &String| Some((id.clone(), views.names.at(id, ledger.size)?.to_owned()));
    let names = of_row.chain(of_run).filter_map(named).collect();
    BalanceView { ledger, tolerance_percent: question.tolerance * 100.0, balance, names }
}

fn question(
    asked: &AskedBalance,
    visible_to: Option<Visibility>,
) -> Result<BalanceQuestion, Error> {
    let of = asked.of.selection()?;
    let Interval { from, until } = asked.of.period()?;
    let percent = asked.tolerance_percent.unwrap_or(TOLERANCE_PERCENT);
    if !(0.0..=100.0).contains(&percent) {
        return Err(refused("tolerance is a share from 0 to 100 per cent"));
    }
    Ok(BalanceQuestion {
        of,
        from,
        until,
        tolerance: percent / 100.0,
        visible_to,
        as_of: asked.as_of,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tolerance_is_a_share() {
        let of = AskedSelection { lot: Some("urn:x:1".into()), ..AskedSelection::default() };
        let tolerance = |tolerance_percent| {
            let of = of.clone();
            question(&AskedBalance { of, tolerance_percent, ..AskedBalance::default() }, None)
        };
        assert!((tolerance(None).unwrap().tolerance - 0.005).abs() < 1e-12);
        assert!((tolerance(Some(2.0)).unwrap().tolerance - 0.02).abs() < 1e-12);
        for wrong in [-1.0, 101.0, f64::NAN] {
            assert!(tolerance(Some(wrong)).unwrap_err().to_string().contains("per cent"));
        }
    }
}
