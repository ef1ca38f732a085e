//! What the records lack or contradict, and whom to ask.

use crate::ask::{LedgerState, Snapshot};
use crate::error::Error;
use crate::metrics::QuestionKind;
use crate::principal::Principal;
use crate::said::Said;
use crate::selection::AskedSelection;
use crate::service::Service;
use crate::views::Views;
use laiqu_trace::{Interval, Quality, QualityQuestion, Visibility};
use serde::Serialize;
use std::collections::BTreeMap;

const HOUR_MICROS: i64 = 3_600_000_000;
/// A record is late so many hours after its event unless the question says otherwise: the measures
/// of Shanghai of 2015 ask for an upload within 24 hours (not compared with their text yet).
const LATE_HOURS: u32 = 24;

/// The question as people ask it.
#[derive(Clone, Debug, Default)]
pub struct AskedQuality {
    /// Whose records.
    pub of: AskedSelection,
    /// A record is late so many hours after its event.
    pub late_hours: Option<u32>,
    /// As known when the ledger had so many entries; now unless given.
    pub as_of: Option<u64>,
    /// Also say where the events stand that the answer rests on.
    pub rests_on: bool,
}

/// The answer, with the state it was computed on.
#[derive(Clone, Debug, Serialize)]
pub struct QualityView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// A record counts as late so many hours after its event.
    pub late_hours: u32,
    /// The flaws.
    #[serde(flatten)]
    pub quality: Quality,
    /// Names of places and parties, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

impl Service {
    /// Finds the flaws of what a question selects, in the records that `who` may see.
    ///
    /// # Errors
    /// Where the question makes no sense: see [`AskedSelection`].
    pub fn quality(&self, asked: &AskedQuality, who: &Principal) -> Result<QualityView, Error> {
        let asking = self.asking(QuestionKind::Quality);
        let (question, hours) = question(asked, who.visibility(&self.registry()))?;
        let views = self.shared().views.read();
        let ledger = self.state_asked(&views, asked.as_of)?;
        let view = answer(&views, ledger, (asked, hours), &question);
        asking.found(view.quality.flaws.len());
        Ok(view)
    }
}

impl Snapshot {
    /// Finds the flaws of what a question selects, with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::quality`].
    pub fn quality(&self, asked: &AskedQuality) -> Result<QualityView, Error> {
        let (question, hours) = question(asked, None)?;
        Ok(answer(self.views(), self.state_asked(asked.as_of)?, (asked, hours), &question))
    }
}

fn answer(
    views: &Views,
    ledger: LedgerState,
    (asked, late_hours): (&AskedQuality, u32),
    question: &QualityQuestion,
) -> QualityView {
    let mut quality = views.graph.quality(question, &Said::of(views, ledger.size));
    if !asked.rests_on {
        quality.rests_on.clear();
    }
    let name = |id: &String| Some((id.clone(), views.names.at(id, ledger.size)?.to_owned()));
    let flaws = quality.flaws.iter();
    let ids = flaws.flat_map(|f| f.from_place.iter().chain(&f.to_place).chain(&f.ask));
    let names = ids.filter_map(name).collect();
    QualityView { ledger, late_hours, quality, names }
}

fn question(
    asked: &AskedQuality,
    visible_to: Option<Visibility>,
) -> Result<(QualityQuestion, u32), Error> {
    let of = asked.of.selection()?;
    let Interval { from, until } = asked.of.period()?;
    let hours = asked.late_hours.unwrap_or(LATE_HOURS);
    let late_micros = i64::from(hours) * HOUR_MICROS;
    Ok((QualityQuestion { of, from, until, late_micros, visible_to, as_of: asked.as_of }, hours))
}
