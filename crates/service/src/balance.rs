//! What came in against what went out.

use crate::ask::{LedgerState, Snapshot};
use crate::error::{Code, Error};
use crate::events::check_id;
use crate::principal::Principal;
use crate::publisher::read;
use crate::receipt::root_at;
use crate::service::Service;
use crate::views::Views;
use laiqu_epcis::identifier::canonical;
use laiqu_trace::{Balance, BalanceQuestion, Selection, Visibility};
use serde::Serialize;
use std::collections::BTreeMap;

/// What an identifier selects.
type Select = fn(String) -> Selection;

/// Out may exceed in by this share (per cent) unless the question says otherwise.
const TOLERANCE_PERCENT: f64 = 0.5;

/// The question as people ask it; just one of the first four.
#[derive(Clone, Debug, Default)]
pub struct AskedBalance {
    /// A lot, in any spelling.
    pub lot: Option<String>,
    /// A place.
    pub place: Option<String>,
    /// A product.
    pub product: Option<String>,
    /// A party.
    pub party: Option<String>,
    /// RFC 3339; what was before is opening stock.
    pub from: Option<String>,
    /// RFC 3339.
    pub until: Option<String>,
    /// Out may exceed in, and a count differ, by this share (per cent).
    pub tolerance_percent: Option<f64>,
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
        let question = question(asked, who.visibility(&self.registry()))?;
        let views = read(&self.shared().views);
        let root = root_at(self.shared(), views.size)?.to_string();
        let ledger = LedgerState { origin: self.origin().to_owned(), size: views.size, root };
        Ok(answer(&views, ledger, &question))
    }
}

impl Snapshot {
    /// Balances what a question selects, with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::balance`].
    pub fn balance(&self, asked: &AskedBalance) -> Result<BalanceView, Error> {
        let question = question(asked, None)?;
        Ok(answer(self.views(), self.state(), &question))
    }
}

fn answer(views: &Views, ledger: LedgerState, question: &BalanceQuestion) -> BalanceView {
    let balance = views.graph.balance(question);
    let rows = balance.rows.iter().chain(&balance.totals);
    let of_row = rows.flat_map(|row| row.item.iter().chain([&row.place]));
    let of_run = balance.runs.iter().map(|run| &run.place);
    let named = |id: &String| Some((id.clone(), views.names.get(id)?.clone()));
    let names = of_row.chain(of_run).filter_map(named).collect();
    BalanceView { ledger, tolerance_percent: question.tolerance * 100.0, balance, names }
}

fn question(
    asked: &AskedBalance,
    visible_to: Option<Visibility>,
) -> Result<BalanceQuestion, Error> {
    let AskedBalance { lot, place, product, party, .. } = asked;
    let select: [(&Option<String>, Select); 4] = [
        (lot, Selection::Lot),
        (place, Selection::Place),
        (product, Selection::Product),
        (party, Selection::Party),
    ];
    let mut given = select.into_iter().filter_map(|(id, of)| Some((id.as_deref()?, of)));
    let (Some((id, of)), None) = (given.next(), given.next()) else {
        return Err(refused("give one of lot, place, product and party"));
    };
    check_id(id)?;
    let of = of(canonical(id).into_owned());
    let from = moment("from", asked.from.as_deref())?.unwrap_or(i64::MIN);
    let until = moment("until", asked.until.as_deref())?.unwrap_or(i64::MAX);
    if until < from {
        return Err(refused("until must not be before from"));
    }
    let percent = asked.tolerance_percent.unwrap_or(TOLERANCE_PERCENT);
    if !(0.0..=100.0).contains(&percent) {
        return Err(refused("tolerance is a share from 0 to 100 per cent"));
    }
    Ok(BalanceQuestion { of, from, until, tolerance: percent / 100.0, visible_to })
}

fn moment(name: &str, text: Option<&str>) -> Result<Option<i64>, Error> {
    text.map(|text| crate::exposure::moment(name, text)).transpose()
}

fn refused(detail: &str) -> Error {
    Error::new(Code::InvalidParameter, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn just_one_thing_is_balanced() {
        let lot = AskedBalance { lot: Some("urn:x:1".into()), ..AskedBalance::default() };
        let asked = question(&lot, None).unwrap();
        assert_eq!(asked.of, Selection::Lot("urn:x:1".into()));
        assert!((asked.tolerance - 0.005).abs() < 1e-12);
        let both = AskedBalance { place: Some("urn:x:2".into()), ..lot.clone() };
        for (asked, why) in [
            (AskedBalance::default(), "one of"),
            (both, "one of"),
            (AskedBalance { tolerance_percent: Some(-1.0), ..lot.clone() }, "per cent"),
            (AskedBalance { tolerance_percent: Some(f64::NAN), ..lot.clone() }, "per cent"),
            (AskedBalance { from: Some("x".into()), ..lot }, "from must be"),
        ] {
            assert!(question(&asked, None).unwrap_err().to_string().contains(why));
        }
    }
}
