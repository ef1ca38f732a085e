//! The ledger's builder of the flow graph: each site is a station, and each movement between two
//! holdings of an item a delivery; what joins holdings at one site (runs, packs of a lot, records
//! without a lot) says which delivery went into which.
//!
//! Only what a selection of items reaches is built. Links of one run or lot that go nowhere else
//! are no deliveries; equipment and kill steps are an investigator's assumptions, which lie over
//! the graph as its overlay.

mod builder;
mod exits;
mod finish;

#[cfg(test)]
mod tests;

use crate::answer::Kilograms;
use crate::closure::Node;
use crate::flow::FlowGraph;
use crate::graph::Graph;
use crate::intern::{IdSet, id32};
use crate::question::{Question, Start};
use crate::scope::{Hazard, Key, MasterFacts, Network, ScopeQuestion, ScopeReason, Slot};
use crate::vertex::Part;
use crate::view::View;
use crate::walk::{starts, walk};

pub(crate) use builder::{Builder, Reach};

/// Most deliveries in one graph.
pub const FLOW_DELIVERIES_MAX: usize = 200_000;

/// Most links within sites that are followed for one graph.
pub(crate) const FLOW_STEPS_MAX: usize = 20_000_000;

/// Movements of the ledger as a flow graph, with what its numbers stand for.
#[derive(Clone, Debug)]
pub struct LedgerFlow {
    /// Deliveries between stations.
    pub graph: FlowGraph,
    /// By number: sites by identifier, then what was asked to be a station of its own.
    pub stations: Vec<FlowStation>,
    /// By number.
    pub deliveries: Vec<FlowDelivery>,
    /// A limit cut the graph.
    pub truncated: bool,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowStation {
    /// Canonical identifier of the site; of the party, where a record names no place. The number
    /// of a case as text.
    pub id: String,
    /// Who keeps food there, by the records of most holdings.
    pub party: Option<String>,
    /// The case that it stands for, by position in the question.
    pub case: Option<u32>,
}

/// What one movement brought, once for each lot.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowDelivery {
    /// Canonical identifier of the lot; of a single unit without one; or of a product.
    pub lot: String,
    /// Canonical identifier of the product.
    pub product: Option<String>,
    /// `eventID` of the shipment, or else of what says that it came.
    pub event: String,
    /// Kilograms, as far as they are known.
    pub kilograms: Kilograms,
    /// What makes it unsure; empty where both sides are recorded.
    pub reasons: Vec<ScopeReason>,
}

impl Graph {
    /// The movements of everything that a trace reaches. `facts` is what master data says about
    /// units; `()` for nothing.
    #[must_use]
    pub fn flow_of_trace(&self, question: &Question, facts: &dyn MasterFacts) -> LedgerFlow {
        let view = View::new(self, question);
        let neutral = neutral();
        let mut network = Network::recorded(&view, &neutral, facts);
        let starts = starts(&view, &question.start);
        let mut builder = Builder::new(&mut network, Reach::Selected);
        for direction in question.direction.walks() {
            let closure = walk(&view, question, &starts, *direction);
            builder.truncated |= !closure.cut.is_empty();
            builder.select(&closure.nodes);
        }
        builder.build()
    }
}

/// A question whose hazard goes with the food and is neither mixed nor killed.
pub(crate) fn neutral() -> ScopeQuestion {
    ScopeQuestion::new(Start::Items(Vec::new()), Hazard::Temperature)
}

/// The holdings that the nodes of a closure stand for. What only holds other things has none: its
/// journey is that of its contents.
pub(crate) fn keys_of(network: &mut Network<'_, '_>, nodes: &[Node]) -> (IdSet<u32>, Vec<Key>) {
    let (mut items, mut keys) = (IdSet::default(), Vec::new());
    for vertex in nodes.iter().map(|node| node.vertex) {
        let item = vertex.item;
        if let Part::Mention(event) = vertex.part {
            keys.push(Key { item, slot: Slot::Mention(event) });
            continue;
        }
        let view = network.view;
        let is_container = !view.shape(item).is_class && !view.contents(item).stays.is_empty();
        if is_container || !items.insert(item) {
            continue;
        }
        let puts = network.puts(item);
        keys.extend((0..id32(puts.puts.len())).map(|put| Key { item, slot: Slot::Put(put) }));
        if !puts.placeless.is_empty() {
            keys.push(Key { item, slot: Slot::Elsewhere });
        }
    }
    (items, keys)
}

/// The events that a holding is derived from.
pub(crate) fn events_of(network: &mut Network<'_, '_>, key: Key) -> Vec<u32> {
    match key.slot {
        Slot::Put(index) => {
            let puts = network.puts(key.item);
            let groups = puts.groups_of(index as usize);
            groups.flat_map(|(_, group)| group.events.iter().copied()).collect()
        }
        Slot::Mention(event) => vec![event],
        Slot::Elsewhere => network.puts(key.item).placeless.clone(),
        Slot::Resource(_) => Vec::new(),
    }
}
