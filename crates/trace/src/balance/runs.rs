//! What went into a run against what came out of it.

use laiqu_epcis::facts::{EventType, ItemRole};

use crate::balance::question::RunRow;
use crate::balance::rows::rounded;
use crate::ordering::compare;
use crate::quantity::exceeds;
use crate::scope::{MasterFacts, Scale};
use crate::time::rfc3339;
use crate::view::View;

/// FoodChain-Lab's plausibility check: amounts that differ by more than this factor may be wrong.
const DOUBTFUL_FACTOR: f64 = 2.0;

/// The first event of the run that a transformation belongs to; `None` for other events.
pub(crate) fn first_of_run(view: &View<'_>, event: u32) -> Option<u32> {
    let record = view.graph.event(event)?;
    if record.event_type() != EventType::Transformation || !view.stands(event) {
        return None;
    }
    let all = view.graph.run_events(record.run).iter().filter(|other| view.stands(**other));
    Some(all.copied().min_by(|a, b| compare(view.graph, *a, *b)).unwrap_or(event))
}

/// The row of a run by its first event.
pub(crate) fn row(view: &View<'_>, first: u32, facts: &dyn MasterFacts) -> Option<RunRow> {
    let record = view.graph.event(first)?;
    let joined = view.graph.run_events(record.run);
    let events = if joined.is_empty() { std::slice::from_ref(&first) } else { joined };
    let events: Vec<u32> = events.iter().copied().filter(|event| view.stands(*event)).collect();
    view.rest_on(events.iter().copied());
    let (input, output) =
        (sum(view, &events, ItemRole::Input, facts), sum(view, &events, ItemRole::Output, facts));
    let both = input.zip(output).filter(|(input, _)| *input > 0.0);
    let doubtful = both
        .is_some_and(|(input, output)| exceeds(output, input) || input > output * DOUBTFUL_FACTOR);
    Some(RunRow {
        event: view.event_id(first),
        place: view.text(view.place(first, record)).to_owned(),
        time: rfc3339(record.time()),
        input_kg: input.map(rounded),
        output_kg: output.map(rounded),
        yield_share: both.map(|(input, output)| output / input),
        doubtful,
    })
}

fn sum(view: &View<'_>, events: &[u32], role: ItemRole, facts: &dyn MasterFacts) -> Option<f64> {
    let records = events.iter().filter_map(|event| view.graph.event(*event));
    let items = records.flat_map(|record| view.graph.items(record));
    let mut known = None;
    for item in items.filter(|item| item.role() == role) {
        let weight = Scale::of(view, item.id, facts).amount(item.amount());
        *known.get_or_insert(0.0) += weight.value()?;
    }
    known
}
