//! One order of events that depends on what they say and never on when they came.

use std::cmp::Ordering;

use crate::graph::Graph;

/// Orders two events by time, then eventID, then issuer; positions decide only between records
/// that cannot be told apart.
pub(crate) fn compare(graph: &Graph, a: u32, b: u32) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (Some(first), Some(second)) = (graph.event(a), graph.event(b)) else {
        return a.cmp(&b);
    };
    first.time().micros.cmp(&second.time().micros).then_with(|| {
        let texts = &graph.texts;
        let ids = graph.event_ids.compare(a, b);
        ids.then_with(|| texts.text(first.issuer).cmp(texts.text(second.issuer)))
            .then_with(|| first.position().cmp(&second.position()))
    })
}
