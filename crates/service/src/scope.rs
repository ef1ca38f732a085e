//! The scope of a recall: the question as it is asked, who may ask it, and the answer with the
//! ledger state that it was computed on.

use crate::ask::{LedgerState, Snapshot};
use crate::error::{Code, Error};
use crate::faults::{Faults, parse};
use crate::limits::SCOPE_STARTS_MAX;
use crate::metrics::QuestionKind;
use crate::principal::Principal;
use crate::said::{RESOURCES, Said};
use crate::service::Service;
use crate::views::Views;
use laiqu_epcis::identifier;
use laiqu_supervision::{PartyId, Registry};
use laiqu_trace::{Area, Hazard, Interval, ScopeAnswer, ScopeQuestion, Start};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The question, as its JSON has it. Identifiers in any spelling, times as RFC 3339.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AskedScope {
    /// Lots and units to start from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<String>,
    /// Or a party: all lots that it made or shipped between `from` and `until`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// Or a site, room, line or tank: the holdings that were there between `from` and `until`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// First moment for `supplier` and `place`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last moment for `supplier` and `place`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// `microbial`, `chemical`, `allergen`, `temperature` or `label`.
    pub hazard: String,
    /// Its name, as kill steps and laboratories write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// When the recall notice went out; records posted later are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Kinds of resources, where the records leave them open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<AskedResource>,
    /// 行政区划代码 (GB/T 2260) of the area whose borders matter; where the start lies unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Size of the ledger that the answer is of; now unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<u64>,
    /// Also say where the events stand that the answer rests on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rests_on: bool,
}

/// A resource and its kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AskedResource {
    /// Identifier of a line, tank, room or vehicle.
    pub id: String,
    /// `line`, `tank`, `room` or `vehicle`.
    pub kind: String,
}

/// A scope with the state it was computed on and the names that people know.
#[derive(Clone, Debug, Serialize)]
pub struct ScopeView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// The question, as asked.
    pub question: AskedScope,
    /// The answer.
    #[serde(flatten)]
    pub answer: ScopeAnswer,
    /// Parties of the answer that are not registered in this ledger, sorted.
    pub unregistered: Vec<String>,
    /// Names of lots, products, places and parties, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

impl AskedScope {
    /// Reads the JSON of a question.
    ///
    /// # Errors
    /// Where it is not JSON, or not such a question.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        parse(body)
    }

    fn question(&self) -> Result<ScopeQuestion, Error> {
        let mut faults = Faults::default();
        let start = self.start(&mut faults);
        let hazard = faults.word("/hazard", &self.hazard, HAZARDS);
        let notice = faults.moment("/notice", self.notice.as_deref());
        if let Some(agent) = &self.agent {
            faults.text("/agent", agent);
        }
        let mut resources = Vec::new();
        faults.count("/resources", self.resources.len(), SCOPE_STARTS_MAX);
        for (at, resource) in self.resources.iter().enumerate().take(SCOPE_STARTS_MAX) {
            faults.text(&format!("/resources/{at}/id"), &resource.id);
            let kind = faults.word(&format!("/resources/{at}/kind"), &resource.kind, RESOURCES);
            let id = identifier::canonical(&resource.id).into_owned();
            resources.extend(kind.map(|kind| (id, kind)));
        }
        let area = self.area.as_ref().and_then(|code| {
            let area = Area::parse(code);
            if area.is_none() {
                faults.add("/area", "it is a code of GB/T 2260: 51, 5105 or 510502");
            }
            area
        });
        match (start, hazard) {
            (Some(start), Some(hazard)) if faults.is_empty() => Ok(ScopeQuestion {
                agent: self.agent.clone(),
                notice,
                resources,
                area,
                as_of: self.as_of,
                ..ScopeQuestion::new(start, hazard)
            }),
            _ => Err(faults.refuse()),
        }
    }

    fn start(&self, faults: &mut Faults) -> Option<Start> {
        let canonical = |id: &String| identifier::canonical(id).into_owned();
        let given = [!self.lots.is_empty(), self.supplier.is_some(), self.place.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            faults.add("", "give one of lots, supplier (from, until) and place (from, until)");
            return None;
        }
        if !self.lots.is_empty() {
            if self.from.is_some() || self.until.is_some() {
                faults.add("/from", "from and until go with supplier or place");
            }
            faults.count("/lots", self.lots.len(), SCOPE_STARTS_MAX);
            for (at, lot) in self.lots.iter().enumerate().take(SCOPE_STARTS_MAX) {
                faults.text(&format!("/lots/{at}"), lot);
            }
            return Some(Start::Items(self.lots.iter().map(canonical).collect()));
        }
        let from = faults.moment("/from", Some(self.from.as_deref().unwrap_or_default()));
        let until = faults.moment("/until", Some(self.until.as_deref().unwrap_or_default()));
        let during = Interval { from: from?, until: until? };
        if during.until < during.from {
            faults.add("/until", "until must not be before from");
        }
        if let Some(party) = &self.supplier {
            faults.text("/supplier", party);
            return Some(Start::Supplier { party: canonical(party), during });
        }
        let place = self.place.as_ref()?;
        faults.text("/place", place);
        Some(Start::Place { place: canonical(place), during })
    }
}

const HAZARDS: &[(&str, Hazard)] = &[
    ("microbial", Hazard::Microbial),
    ("chemical", Hazard::Chemical),
    ("allergen", Hazard::Allergen),
    ("temperature", Hazard::Temperature),
    ("label", Hazard::Label),
];

impl Service {
    /// The scope of a recall, for regulators and operators.
    ///
    /// # Errors
    /// Where the caller is neither, the question cannot be asked, or the ledger has not that size.
    pub fn recall_scope(&self, asked: &AskedScope, who: &Principal) -> Result<ScopeView, Error> {
        let registry = self.registry();
        if !who.supervises(&registry) {
            let detail = "the scope of a recall needs the token of a regulator or an operator";
            return Err(Error::new(Code::Forbidden, detail));
        }
        let asking = self.asking(QuestionKind::RecallScope);
        let question = asked.question()?;
        let views = self.shared().views.read();
        let ledger = self.state_asked(&views, asked.as_of)?;
        let view = answer(&views, &registry, ledger, asked, &question);
        asking.found(view.answer.lots.len());
        Ok(view)
    }
}

impl Snapshot {
    /// The scope of a recall with an operator's sight.
    ///
    /// # Errors
    /// Where the question cannot be asked, or the ledger has not that size.
    pub fn recall_scope(&self, asked: &AskedScope) -> Result<ScopeView, Error> {
        let question = asked.question()?;
        let ledger = self.state_asked(asked.as_of)?;
        Ok(answer(self.views(), self.registry(), ledger, asked, &question))
    }
}

fn answer(
    views: &Views,
    registry: &Registry,
    ledger: LedgerState,
    asked: &AskedScope,
    question: &ScopeQuestion,
) -> ScopeView {
    let size = ledger.size;
    let facts = Said::of(views, size);
    let mut answer = views.graph.recall_scope(question, &facts);
    if !asked.rests_on {
        answer.rests_on.clear();
    }
    let parties = parties_of(&answer);
    let registered = |id: &str| {
        let id = PartyId::parse(id).ok()?;
        registry.party_by_id(&id).filter(|party| party.alias < size)
    };
    let places = answer.holdings.iter().flat_map(|h| h.site.iter().chain(&h.place));
    let places = places.chain(answer.exits.iter().filter_map(|exit| exit.site.as_ref()));
    let places = places.chain(answer.demands.iter().filter_map(|demand| demand.place.as_ref()));
    let places = places.chain(answer.resources.iter().map(|resource| &resource.id));
    let ends = answer.transfers.iter().flat_map(|t| t.from_site.iter().chain(&t.to_site));
    let places = places.chain(answer.unlotted.iter().filter_map(|line| line.site.as_ref()));
    let lots = answer.lots.iter().flat_map(|lot| std::iter::once(&lot.id).chain(&lot.product));
    let others: BTreeSet<&String> = places.chain(ends).chain(lots).collect();
    let named = others.into_iter().chain(parties.iter().copied());
    let named = named.filter_map(|id| Some((id.clone(), views.names.at(id, size)?.to_owned())));
    let names: BTreeMap<String, String> = named.collect();
    let unregistered = parties.iter().filter(|id| registered(id).is_none());
    let unregistered = unregistered.map(|id| (*id).clone()).collect();
    ScopeView { ledger, question: asked.clone(), unregistered, names, answer }
}

fn parties_of(answer: &ScopeAnswer) -> BTreeSet<&String> {
    let holdings = answer.holdings.iter().flat_map(|h| h.keeper.iter().chain(&h.owner));
    let transfers = answer.transfers.iter().flat_map(|t| t.seller.iter().chain(&t.buyer));
    let exits = answer.exits.iter().flat_map(|exit| exit.party.iter().chain(&exit.sender));
    let demands = answer.demands.iter().filter_map(|demand| demand.party.as_ref());
    let late = answer.late.iter().map(|late| &late.party);
    let unlotted = answer.unlotted.iter().flat_map(|line| &line.parties);
    holdings.chain(transfers).chain(unlotted).chain(exits).chain(demands).chain(late).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        let found = AskedScope::parse(body.as_bytes()).and_then(|asked| asked.question());
        let text = match &found {
            Ok(_) => "fine".to_owned(),
            Err(error) => format!("{:?} {}", error.code, error.detail),
        };
        assert!(text.contains(expected), "{body}: {text}");
    }

    #[test]
    fn a_question_says_where_to_start_and_what_is_feared() {
        let dated = r#""from":"2026-11-01T00:00:00Z","until":"2026-11-02T00:00:00Z""#;
        for fine in [
            r#"{"lots":["urn:x:1","urn:x:2"],"hazard":"microbial","agent":"李斯特菌"}"#.to_owned(),
            format!(r#"{{"supplier":"urn:x:1",{dated},"hazard":"chemical"}}"#),
            format!(r#"{{"place":"urn:x:1",{dated},"hazard":"temperature"}}"#),
            r#"{"lots":["a"],"hazard":"label","resources":[{"id":"b","kind":"tank"}]}"#.to_owned(),
            r#"{"lots":["a"],"hazard":"label","area":"310104"}"#.to_owned(),
        ] {
            check(&fine, "fine");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (body, expected) in [
            ("{", "InvalidJson"),
            ("[]", "InvalidDocument"),
            (r#"{"hazard":"microbial"}"#, "InvalidDocument give one of lots"),
            (r#"{"lots":["a"],"place":"b","hazard":"microbial"}"#, "give one of lots"),
            (r#"{"lots":["a"]}"#, "/hazard: it is one of microbial"),
            (r#"{"lots":["a"],"hazard":"fear"}"#, "/hazard"),
            (r#"{"lots":[""],"hazard":"label"}"#, "/lots/0: it has 1 to"),
            (r#"{"lots":["a"],"from":"x","hazard":"label"}"#, "/from"),
            (r#"{"place":"a","hazard":"label"}"#, "/from: it is a time"),
            (r#"{"lots":["a"],"hazard":"label","notice":"now"}"#, "/notice"),
            (r#"{"lots":["a"],"hazard":"label","nothing":1}"#, "nothing"),
            (r#"{"lots":["a"],"hazard":"label","area":"05"}"#, "/area: it is a code"),
            (r#"{"lots":["a"],"hazard":"label","area":"沪"}"#, "/area: it is a code"),
            (
                r#"{"lots":["a"],"hazard":"label","resources":[{"id":"b","kind":"shelf"}]}"#,
                "/resources/0/kind",
            ),
            (
                r#"{"supplier":"a","from":"2026-11-02T00:00:00Z","until":"2026-11-01T00:00:00Z",
                "hazard":"label"}"#,
                "/until: until must not",
            ),
        ] {
            check(body, expected);
        }
    }
}
