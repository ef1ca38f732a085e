//! Where the food of some cases came from: the question as it is asked, and the answer with the
//! ledger state that it was computed on.

use crate::ask::{LedgerState, Snapshot};
use crate::error::Error;
use crate::faults::{Faults, parse};
use crate::limits::{
    SOURCE_CANDIDATES, SOURCE_CANDIDATES_MAX, SOURCE_CASES_MAX, SOURCE_WEIGHT_MAX,
};
use crate::metrics::QuestionKind;
use crate::principal::Principal;
use crate::said::Said;
use crate::service::Service;
use crate::views::Views;
use laiqu_epcis::identifier;
use laiqu_trace::Interval;
use laiqu_trace::flow::{DateMode, Observed, Setting};
use laiqu_trace::source::{CaseAt, SourceAnswer, SourceCase, SourceQuestion};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The question, as its JSON has it. Identifiers in any spelling, times as RFC 3339.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AskedSource {
    /// Complaints, patients, samples.
    pub cases: Vec<AskedCase>,
    /// What is assumed of sites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stations: Vec<AskedSetting>,
    /// What is assumed of all deliveries of a lot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<AskedSetting>,
    /// Sites that count as one, the first of each list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merge: Vec<Vec<String>>,
    /// How dates limit cross-contamination: `explicit` unless given, `inferred` or `ignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<String>,
    /// Most candidates in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Size of the ledger that the answer is of; now unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<u64>,
    /// Also say where the events stand that the answer rests on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rests_on: bool,
}

/// One case: a lot, bought or sampled at a place where that is known; or a place and a period, and
/// a product where that is known.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AskedCase {
    /// The asker's own name of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A lot or unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// A shop, canteen or any other site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// First moment, for a place without a lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last moment, for a place without a lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What was bought, for a place without a lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// 1 unless given; negative where it speaks against, like a sample without finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// What is assumed of a site or a lot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AskedSetting {
    /// Identifier of the site or lot.
    pub id: String,
    /// Whatever came may be in all that left later; of a lot: it mixed with other such lots.
    pub cross_contamination: bool,
    /// Contamination ends there.
    pub kill_contamination: bool,
    /// Its trace is marked: `full`, `forward` or `backward`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
}

/// The answer, with the state it was computed on and the names that people know.
#[derive(Clone, Debug, Serialize)]
pub struct SourceView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// The question, as asked.
    pub question: AskedSource,
    /// The answer.
    #[serde(flatten)]
    pub answer: SourceAnswer,
    /// Names of sites, parties, lots and products, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

const DATES: &[(&str, DateMode)] = &[
    ("ignore", DateMode::Ignore),
    ("explicit", DateMode::Explicit),
    ("inferred", DateMode::Inferred),
];

const OBSERVED: &[(&str, Observed)] =
    &[("full", Observed::Full), ("forward", Observed::Forward), ("backward", Observed::Backward)];

fn canonical(id: &str) -> String {
    identifier::canonical(id).into_owned()
}

impl AskedSource {
    /// Reads the JSON of a question.
    ///
    /// # Errors
    /// Where it is not JSON, or not such a question.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        parse(body)
    }

    fn question(&self) -> Result<SourceQuestion, Error> {
        let mut faults = Faults::default();
        if self.cases.is_empty() {
            faults.add("/cases", "give at least one case");
        }
        faults.count("/cases", self.cases.len(), SOURCE_CASES_MAX);
        let cases = self.cases.iter().enumerate().take(SOURCE_CASES_MAX);
        let cases: Vec<Option<SourceCase>> =
            cases.map(|(at, case)| case.read(&format!("/cases/{at}"), &mut faults)).collect();
        let stations = settings("/stations", &self.stations, &mut faults);
        let lots = settings("/lots", &self.lots, &mut faults);
        faults.count("/merge", self.merge.len(), SOURCE_CASES_MAX);
        for (at, group) in self.merge.iter().enumerate().take(SOURCE_CASES_MAX) {
            if group.len() < 2 {
                faults.add(&format!("/merge/{at}"), "it names two sites or more");
            }
            faults.count(&format!("/merge/{at}"), group.len(), SOURCE_CASES_MAX);
        }
        let dates = self.dates.as_deref().unwrap_or("explicit");
        let dates = faults.word("/dates", dates, DATES);
        let limit = self.limit.unwrap_or(SOURCE_CANDIDATES);
        if limit > SOURCE_CANDIDATES_MAX {
            faults.add("/limit", format!("at most {SOURCE_CANDIDATES_MAX}"));
        }
        let Some(dates) = dates.filter(|_| faults.is_empty()) else {
            return Err(faults.refuse());
        };
        let merged = self.merge.iter();
        Ok(SourceQuestion {
            cases: cases.into_iter().flatten().collect(),
            stations,
            lots,
            merged: merged.map(|ids| ids.iter().map(|id| canonical(id)).collect()).collect(),
            dates,
            limit,
            ..SourceQuestion::default()
        })
    }
}

impl AskedCase {
    fn read(&self, pointer: &str, faults: &mut Faults) -> Option<SourceCase> {
        let below = |name: &str| format!("{pointer}/{name}");
        let given = [
            ("lot", &self.lot),
            ("place", &self.place),
            ("product", &self.product),
            ("id", &self.id),
        ];
        for (name, text) in given {
            if let Some(text) = text {
                faults.text(&below(name), text);
            }
        }
        let weight = self.weight.unwrap_or(1.0);
        if weight == 0.0 || !(-SOURCE_WEIGHT_MAX..=SOURCE_WEIGHT_MAX).contains(&weight) {
            let most = SOURCE_WEIGHT_MAX;
            faults.add(&below("weight"), format!("it is from -{most} to {most}, and not 0"));
        }
        let place = self.place.as_deref().map(canonical);
        let at = match (&self.lot, place) {
            (Some(lot), place) => {
                let others =
                    [("from", &self.from), ("until", &self.until), ("product", &self.product)];
                for (name, _) in others.iter().filter(|(_, given)| given.is_some()) {
                    faults.add(&below(name), "it goes with a place, not with a lot");
                }
                CaseAt::Lot { id: canonical(lot), place }
            }
            (None, Some(place)) => {
                let from = self.from.as_deref().unwrap_or_default();
                let from = faults.moment(&below("from"), Some(from));
                let until = self.until.as_deref().unwrap_or_default();
                let until = faults.moment(&below("until"), Some(until));
                let during = Interval { from: from?, until: until? };
                if during.until < during.from {
                    faults.add(&below("until"), "until must not be before from");
                }
                CaseAt::Place { place, during, product: self.product.as_deref().map(canonical) }
            }
            (None, None) => {
                faults.add(pointer, "give a lot, or a place with from and until");
                return None;
            }
        };
        Some(SourceCase { at, weight })
    }
}

fn settings(pointer: &str, asked: &[AskedSetting], faults: &mut Faults) -> Vec<(String, Setting)> {
    faults.count(pointer, asked.len(), SOURCE_CASES_MAX);
    let mut found = Vec::new();
    for (at, one) in asked.iter().enumerate().take(SOURCE_CASES_MAX) {
        faults.text(&format!("{pointer}/{at}/id"), &one.id);
        let word = one.observed.as_deref();
        let observed =
            word.map(|word| faults.word(&format!("{pointer}/{at}/observed"), word, OBSERVED));
        let setting = Setting {
            cross: one.cross_contamination,
            kill: one.kill_contamination,
            observed: observed.flatten().unwrap_or_default(),
            ..Setting::default()
        };
        found.push((canonical(&one.id), setting));
    }
    found
}

impl Service {
    /// Ranks where the food of some cases may have come from, by the records that `who` may see.
    ///
    /// # Errors
    /// Where the question cannot be asked, or the ledger has not that size.
    pub fn source(&self, asked: &AskedSource, who: &Principal) -> Result<SourceView, Error> {
        let asking = self.asking(QuestionKind::Source);
        let visible_to = who.visibility(&self.registry());
        let question = SourceQuestion { visible_to, ..asked.question()? };
        let (ledger, question, flow) = {
            let views = self.shared().views.read();
            let ledger = self.state_asked(&views, asked.as_of)?;
            let question = SourceQuestion { as_of: Some(ledger.size), ..question };
            let facts = Said::of(&views, ledger.size);
            let flow = views.graph.source_flow(&question, &facts);
            (ledger, question, flow)
        };
        // Ranking takes longer than finding what to rank, and needs the ledger no more.
        let answer = flow.answer(&question);
        asking.found(answer.candidates.len());
        Ok(view(&self.shared().views.read(), ledger, asked, answer))
    }
}

impl Snapshot {
    /// Ranks where the food of some cases may have come from, with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::source`].
    pub fn source(&self, asked: &AskedSource) -> Result<SourceView, Error> {
        let question = asked.question()?;
        let ledger = self.state_asked(asked.as_of)?;
        let question = SourceQuestion { as_of: Some(ledger.size), ..question };
        let facts = Said::of(self.views(), ledger.size);
        let answer = self.views().graph.source_flow(&question, &facts).answer(&question);
        Ok(view(self.views(), ledger, asked, answer))
    }
}

fn view(
    views: &Views,
    ledger: LedgerState,
    asked: &AskedSource,
    mut answer: SourceAnswer,
) -> SourceView {
    if !asked.rests_on {
        answer.rests_on.clear();
    }
    let size = ledger.size;
    let of_cases = answer.cases.iter().flat_map(|case| case.lots.iter().chain(&case.sites));
    let of_candidates = answer.candidates.iter().flat_map(|one| {
        one.lots.iter().chain(&one.merged).chain(&one.party).chain(std::iter::once(&one.site))
    });
    let ids: BTreeSet<&String> = of_cases.chain(of_candidates).collect();
    let named =
        ids.into_iter().filter_map(|id| Some((id.clone(), views.names.at(id, size)?.to_owned())));
    let names = named.collect();
    SourceView { ledger, question: asked.clone(), names, answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        let found = AskedSource::parse(body.as_bytes()).and_then(|asked| asked.question());
        let text = match &found {
            Ok(_) => "fine".to_owned(),
            Err(error) => format!("{:?} {}", error.code, error.detail),
        };
        assert!(text.contains(expected), "{body}: {text}");
    }

    #[test]
    fn a_case_is_a_lot_or_a_place_and_a_period() {
        let dated = r#""from":"2026-11-01T00:00:00Z","until":"2026-11-02T00:00:00Z""#;
        for fine in [
            r#"{"cases":[{"lot":"urn:x:1"}]}"#.to_owned(),
            r#"{"cases":[{"lot":"urn:x:1","place":"urn:x:2","weight":-2.5}],"limit":0}"#.to_owned(),
            format!(r#"{{"cases":[{{"place":"urn:x:2",{dated},"product":"urn:x:3"}}]}}"#),
            r#"{"cases":[{"lot":"urn:x:1"}],"dates":"inferred","merge":[["a","b"]],
                "stations":[{"id":"urn:x:4","kill_contamination":true,"observed":"full"}],
                "lots":[{"id":"urn:x:5","cross_contamination":true}]}"#
                .to_owned(),
        ] {
            check(&fine, "fine");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place() {
        for (body, expected) in [
            ("[", "InvalidJson"),
            (r#"{"case":[]}"#, "unknown field `case`"),
            ("{}", "/cases: give at least one"),
            (r#"{"cases":[{}]}"#, "/cases/0: give a lot"),
            (r#"{"cases":[{"lot":""}]}"#, "/cases/0/lot: it has 1 to"),
            (r#"{"cases":[{"lot":"a","weight":0}]}"#, "/cases/0/weight"),
            (r#"{"cases":[{"lot":"a","product":"b"}]}"#, "/cases/0/product: it goes with a place"),
            (r#"{"cases":[{"lot":"a"},{"place":"a"}]}"#, "/cases/1/from: it is a time"),
            (r#"{"cases":[{"lot":"a"}],"dates":"x"}"#, "/dates: it is one of ignore"),
            (r#"{"cases":[{"lot":"a"}],"merge":[["a"]]}"#, "/merge/0: it names two"),
            (r#"{"cases":[{"lot":"a"}],"limit":5000}"#, "/limit: at most"),
            (r#"{"cases":[{"lot":"a"}],"lots":[{}]}"#, "/lots/0/id"),
            (
                r#"{"cases":[{"lot":"a"}],"stations":[{"id":"a","observed":"x"}]}"#,
                "/stations/0/obs",
            ),
        ] {
            check(body, expected);
        }
    }
}
