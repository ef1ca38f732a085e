//! The sums of one item at one site.

use std::collections::BTreeMap;

use crate::balance::question::{BalanceQuestion, BalanceRow, Came, Verdict, Went};
use crate::gathering::groups;
use crate::grouping::Group;
use crate::intern::{NONE, term};
use crate::scope::Scale;
use crate::timeline::{Kind, timeline};
use crate::view::View;

/// Weights below this (kilograms) are rounding.
const DUST_KG: f64 = 1e-6;

/// What happened to an item, each happening once.
pub(super) fn groups_of(view: &View<'_>, item: u32) -> Vec<Group> {
    groups(view, timeline(view, item))
}

/// Sums in kilograms.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    opening: f64,
    came: Came,
    went: Went,
    count: Option<(i64, f64)>,
    unweighed: usize,
}

impl Sums {
    /// Adds one happening; they come in order of time.
    pub(super) fn add(
        &mut self,
        view: &View<'_>,
        (item, scale): (u32, &Scale<'_, '_>),
        group: &Group,
        question: &BalanceQuestion,
    ) {
        if group.earliest > question.until {
            return;
        }
        let weight = scale.weigh(group).value();
        if group.kind == Kind::Sighting || group.kind == Kind::Void {
            if let (Some(counted), true) = (weight, self.is_count(view, group, question)) {
                self.count = Some((group.earliest, counted - self.closing()));
            }
            return;
        }
        let Some(kilograms) = weight else {
            self.unweighed += 1;
            return;
        };
        let in_period = question.covers(group.earliest);
        match group.kind {
            Kind::Origin | Kind::Arrival if !in_period => self.opening += kilograms,
            Kind::Departure | Kind::Exit if !in_period => self.opening -= kilograms,
            Kind::Origin => self.came.made_kg += kilograms,
            Kind::Arrival => self.came.received_kg += kilograms,
            Kind::Departure => self.went.sent_kg += kilograms,
            Kind::Exit => *self.way_out(view, item, group) += kilograms,
            Kind::Sighting | Kind::Void => {}
        }
    }

    fn is_count(&self, view: &View<'_>, group: &Group, question: &BalanceQuestion) -> bool {
        let record = group.events.first().and_then(|event| view.graph.event(*event));
        let step = record.map_or("", |record| term(view.text(record.step)));
        question.covers(group.earliest) && matches!(step, "stock_taking" | "cycle_counting")
    }

    fn way_out(&mut self, view: &View<'_>, item: u32, group: &Group) -> &mut f64 {
        use laiqu_epcis::facts::ItemRole;
        let record = group.events.first().and_then(|event| view.graph.event(*event));
        let used = record.is_some_and(|record| view.has_role(record, item, ItemRole::Input));
        let step = record.map_or("", |record| term(view.text(record.step)));
        match step {
            _ if used => &mut self.went.used_kg,
            "retail_selling" | "dispensing" => &mut self.went.sold_kg,
            "destroying" => &mut self.went.destroyed_kg,
            _ => &mut self.went.other_kg,
        }
    }

    fn closing(&self) -> f64 {
        self.opening + self.came.total() - self.went.total()
    }

    fn plus(&mut self, other: &Sums) {
        self.opening += other.opening;
        for (own, more) in [
            (&mut self.came.made_kg, other.came.made_kg),
            (&mut self.came.received_kg, other.came.received_kg),
            (&mut self.went.used_kg, other.went.used_kg),
            (&mut self.went.sent_kg, other.went.sent_kg),
            (&mut self.went.sold_kg, other.went.sold_kg),
            (&mut self.went.destroyed_kg, other.went.destroyed_kg),
            (&mut self.went.other_kg, other.went.other_kg),
        ] {
            *own += more;
        }
        self.unweighed += other.unweighed;
    }

    fn verdict(&self, question: &BalanceQuestion) -> Verdict {
        let turnover = self.opening.max(0.0) + self.came.total();
        let allowed = turnover * question.tolerance + DUST_KG;
        let differs = |(_, difference): (i64, f64)| difference.abs() > allowed;
        if self.unweighed > 0 {
            Verdict::Unknown
        } else if self.closing() < -allowed {
            Verdict::MoreOutThanIn
        } else if self.count.is_some_and(differs) {
            Verdict::CountDiffers
        } else {
            Verdict::Balanced
        }
    }

    fn row(&self, item: Option<String>, place: &str, verdict: Verdict) -> BalanceRow {
        BalanceRow {
            item,
            place: place.to_owned(),
            opening_kg: rounded(self.opening),
            came: self.came,
            went: self.went,
            closing_kg: rounded(self.closing()),
            count_difference_kg: self.count.map(|(_, difference)| rounded(difference)),
            unweighed: self.unweighed,
            verdict,
        }
    }
}

/// To the milligram, so that sums of decimal amounts print as people write them.
pub(super) fn rounded(kilograms: f64) -> f64 {
    (kilograms * 1e6).round() / 1e6
}

/// One row for each lot and place.
pub(super) fn rows(
    view: &View<'_>,
    sums: &BTreeMap<(u32, u32), Sums>,
    question: &BalanceQuestion,
) -> Vec<BalanceRow> {
    let row = |((item, site), sums): (&(u32, u32), &Sums)| {
        let unlotted = view.is_unlotted(*item);
        let verdict = if unlotted { Verdict::Unlotted } else { sums.verdict(question) };
        sums.row(Some(view.text(*item).to_owned()), view.text(*site), verdict)
    };
    sums.iter().map(row).collect()
}

/// One row for each product and place: what its lots and its records without a lot sum up to.
pub(super) fn totals(
    view: &View<'_>,
    sums: &BTreeMap<(u32, u32), Sums>,
    question: &BalanceQuestion,
) -> Vec<BalanceRow> {
    let mut totals: BTreeMap<(u32, u32), Sums> = BTreeMap::new();
    for ((item, site), sums) in sums {
        let product = view.shape(*item).product;
        totals.entry((product, *site)).or_default().plus(sums);
    }
    let row = |((product, site), sums): (&(u32, u32), &Sums)| {
        let item = (*product != NONE).then(|| view.text(*product).to_owned());
        sums.row(item, view.text(*site), sums.verdict(question))
    };
    totals.iter().map(row).collect()
}
