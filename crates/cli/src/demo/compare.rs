//! Answers against the truth: what is true and recorded must be in them.

use crate::client::Client;
use crate::exit::Failure;
use crate::trace::{View, Way, trace_path};
use laiqu_city::Truth;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Instant;

/// Most missing things that are listed.
const MISSING_LISTED_MAX: usize = 50;

/// One question, what the ledger answered, and what is true.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    /// Identifier of the start.
    pub(super) id: String,
    /// Its name, where the answer has one.
    pub(super) name: Option<String>,
    /// Time for the answer over HTTP, in milliseconds.
    pub(super) millis: f64,
    pub(super) items: usize,
    pub(super) events: usize,
    pub(super) issues: usize,
    pub(super) suspected: usize,
    /// True items that some record leads to.
    pub(super) true_items: usize,
    /// The farms' and importers' lots, or the selling places, that are true.
    pub(super) true_ends: usize,
    /// True ends with a name, where one is known.
    pub(super) ends: Vec<String>,
    /// True and recorded, but not in the answer; the first ones.
    pub(super) missing: Vec<String>,
    pub(super) missing_count: usize,
    /// True, but no record says so: no ledger could know.
    pub(super) unrecorded: usize,
}

/// A sold pack back to its sources; none where the city sold no such pack.
pub(super) fn backward(truth: &Truth, client: &Client) -> Result<Option<Comparison>, Failure> {
    let Some(id) = truth.sample_pack() else { return Ok(None) };
    let sources = truth.sources_of(id, true);
    let ends = sources.iter().map(|source| described_source(truth, source)).collect();
    let unrecorded = truth.back_of(id, false).difference(&truth.back_of(id, true)).count();
    let expected = Expected { items: truth.back_of(id, true), places: BTreeSet::new() };
    let asked = Asked { true_ends: sources.len(), ends, unrecorded };
    compare(client, Way::Back, id, &expected, asked).map(Some)
}

/// The contaminated lot forward to every seller.
pub(super) fn forward(truth: &Truth, client: &Client) -> Result<Comparison, Failure> {
    let id = truth.contaminated_lot();
    let sellers = truth.sellers_of(id, true);
    let named = |site: &String| {
        let found = truth.sites.iter().find(|known| known.id == *site);
        found.map_or_else(|| site.clone(), |site| site.name.clone())
    };
    let ends: Vec<String> = sellers.iter().map(named).collect();
    let items = |recorded| truth.forward_of(id, recorded);
    let unrecorded = items(false).difference(&items(true)).count()
        + truth.sellers_of(id, false).difference(&sellers).count();
    let asked = Asked { true_ends: sellers.len(), ends, unrecorded };
    let expected = Expected { items: items(true), places: sellers };
    compare(client, Way::Forward, id, &expected, asked)
}

/// What must be in an answer.
struct Expected {
    items: BTreeSet<String>,
    places: BTreeSet<String>,
}

/// What is said about a question beside its answer.
struct Asked {
    true_ends: usize,
    ends: Vec<String>,
    unrecorded: usize,
}

fn compare(
    client: &Client,
    way: Way,
    id: &str,
    expected: &Expected,
    asked: Asked,
) -> Result<Comparison, Failure> {
    let started = Instant::now();
    let answer = client.get(&trace_path(way, id))?.text()?;
    let millis = started.elapsed().as_secs_f64() * 1_000.0;
    let view = View::parse(&answer)?;
    let missing = missing(&view, expected);
    let name = named(&view, id);
    Ok(Comparison {
        id: id.to_owned(),
        name,
        millis,
        items: view.lots.len(),
        events: view.events.len(),
        issues: view.issues.len(),
        suspected: view.lots.iter().filter(|lot| lot.grade == "suspected").count(),
        true_items: expected.items.len(),
        true_ends: asked.true_ends,
        ends: asked.ends,
        missing_count: missing.len(),
        missing: missing.into_iter().take(MISSING_LISTED_MAX).collect(),
        unrecorded: asked.unrecorded,
    })
}

fn named(view: &View, id: &str) -> Option<String> {
    let product = || view.lots.iter().find(|lot| lot.id == id)?.product.as_ref();
    view.names.get(id).or_else(|| view.names.get(product()?)).cloned()
}

/// Everything expected that the answer does not hold.
fn missing(view: &View, expected: &Expected) -> Vec<String> {
    let items: BTreeSet<&str> = view.lots.iter().map(|lot| lot.id.as_str()).collect();
    let stated = view.places.iter().map(|place| place.id.as_str());
    let places = view.lots.iter().flat_map(|lot| lot.places.iter().map(String::as_str));
    let places: BTreeSet<&str> = stated.chain(places).map(site_of).collect();
    let absent = |have: &BTreeSet<&str>, wanted: &BTreeSet<String>| -> Vec<String> {
        wanted.iter().filter(|id| !have.contains(id.as_str())).cloned().collect()
    };
    let mut missing = absent(&items, &expected.items);
    missing.extend(absent(&places, &expected.places));
    missing
}

/// The site of a place: a room or line has an extension behind it (GS1 application identifier
/// 254).
fn site_of(place: &str) -> &str {
    place.split_once("/254/").map_or(place, |(site, _)| site)
}

/// A source lot with the place where it appeared.
fn described_source(truth: &Truth, id: &str) -> String {
    let item = truth.find(id);
    let created = truth.creations.iter().find(|creation| Some(creation.item) == item);
    let site = created.and_then(|creation| truth.sites.get(creation.site as usize));
    site.map_or_else(|| id.to_owned(), |site| format!("{}  {id}", site.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn what_is_true_and_not_in_the_answer_is_listed() {
        let view = View::parse(
            r#"{"lots":[{"id":"urn:x:1","places":["https://id.gs1.org/414/1/254/R1"]}],
                "places":[{"id":"https://id.gs1.org/414/2"}]}"#,
        )
        .unwrap();
        let expected =
            |items: &[&str], places: &[&str]| Expected { items: set(items), places: set(places) };
        let both = ["https://id.gs1.org/414/1", "https://id.gs1.org/414/2"];
        assert_eq!(missing(&view, &expected(&["urn:x:1"], &both)), [""; 0]);
        let more = expected(&["urn:x:1", "urn:x:2"], &["https://id.gs1.org/414/3"]);
        assert_eq!(missing(&view, &more), ["urn:x:2", "https://id.gs1.org/414/3"]);
    }
}
