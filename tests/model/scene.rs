//! A synthetic city, its records in a graph and what its master data says.

use laiqu_city::{City, CityConfig};
use laiqu_epcis::facts::Position;
use laiqu_epcis::{Document, Limits, identifier};
use laiqu_trace::{Area, Graph, MasterFacts, ResourceKind};
use std::collections::BTreeMap;

/// What master data says, as the service reads it.
#[derive(Default)]
pub(crate) struct Said(BTreeMap<(String, String), String>);

impl MasterFacts for Said {
    fn case_kilograms(&self, product: &str) -> Option<f64> {
        let key = (product.to_owned(), "caseNetWeightKilograms".to_owned());
        self.0.get(&key)?.parse().ok()
    }

    fn piece_kilograms(&self, _: &str) -> Option<f64> {
        None
    }

    fn resource_kind(&self, _: &str) -> Option<ResourceKind> {
        None
    }

    fn area(&self, site: &str) -> Option<Area> {
        let key = (site.to_owned(), "administrativeDivisionCode".to_owned());
        Area::parse(self.0.get(&key)?)
    }
}

pub(crate) struct Scene {
    pub(crate) city: City,
    pub(crate) graph: Graph,
    pub(crate) said: Said,
    /// The events of each document, in order.
    pub(crate) events: Vec<Vec<Told>>,
}

/// A record.
pub(crate) struct Told {
    pub(crate) id: String,
    /// Index into the city's parties.
    pub(crate) party: usize,
    /// Canonical identifiers of what it names.
    pub(crate) lots: Vec<String>,
}

pub(crate) fn scene(seed: u64, events: usize, clean: bool) -> Scene {
    let city = City::build(&CityConfig { seed, events, clean, ..CityConfig::default() });
    let (mut graph, mut said) = (Graph::new(), Said::default());
    let mut events = Vec::new();
    for (index, document) in (0_u64..).zip(city.documents()) {
        let issuer = city.parties[document.party].id.clone();
        graph.posted(index, document.post_micros);
        let parsed = Document::parse(&document.json, &Limits::default()).unwrap();
        for element in &parsed.master_data {
            let id = identifier::canonical(&element.id).into_owned();
            for local in ["caseNetWeightKilograms", "resourceKind", "administrativeDivisionCode"] {
                for text in element.texts(local) {
                    said.0.insert((id.clone(), local.to_owned()), text.to_owned());
                }
            }
        }
        let mut told = Vec::new();
        for (ordinal, event) in (0_u32..).zip(&parsed.events) {
            let own = format!("urn:test:{index}:{ordinal}");
            let id = event.event_id().unwrap_or(&own);
            let facts = event.facts(id);
            graph.add(Position { index, ordinal }, issuer.as_str(), &facts);
            let items = facts.items.iter();
            let lots = items.map(|item| item.id.to_string()).collect();
            told.push(Told { id: id.to_owned(), party: document.party, lots });
        }
        events.push(told);
    }
    Scene { city, graph, said, events }
}
