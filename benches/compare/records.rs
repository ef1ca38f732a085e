//! The columns of one transaction, read from its documents.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::borrow::Cow;

/// A document, as far as rows are made of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(borrow)]
    epcis_body: Body<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    event_list: Vec<Event<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, rename = "eventID")]
    event_id: Cow<'a, str>,
    #[serde(borrow)]
    event_time: Cow<'a, str>,
    #[serde(borrow)]
    biz_step: Cow<'a, str>,
    #[serde(borrow)]
    biz_location: Place<'a>,
    #[serde(borrow, default)]
    quantity_list: Vec<Quantity<'a>>,
    #[serde(borrow, default)]
    input_quantity_list: Vec<Quantity<'a>>,
    #[serde(borrow, default)]
    output_quantity_list: Vec<Quantity<'a>>,
}

#[derive(Deserialize)]
struct Place<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Quantity<'a> {
    #[serde(borrow)]
    epc_class: Cow<'a, str>,
    quantity: f64,
    #[serde(borrow)]
    uom: Cow<'a, str>,
}

/// Rows of four tables, each column by itself.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) submissions: Submissions,
    pub(crate) events: Events,
    pub(crate) identifiers: Identifiers,
    pub(crate) links: Links,
}

#[derive(Debug, Default)]
pub(crate) struct Submissions {
    pub(crate) id: Vec<i64>,
    pub(crate) party: Vec<String>,
    pub(crate) signature: Vec<String>,
    pub(crate) document: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Events {
    pub(crate) id: Vec<i64>,
    pub(crate) event_id: Vec<String>,
    pub(crate) submission: Vec<i64>,
    pub(crate) kind: Vec<String>,
    pub(crate) time: Vec<String>,
    pub(crate) step: Vec<String>,
    pub(crate) place: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Identifiers {
    pub(crate) event: Vec<i64>,
    pub(crate) role: Vec<String>,
    pub(crate) epc: Vec<String>,
    pub(crate) amount: Vec<f64>,
    pub(crate) unit: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Links {
    pub(crate) source: Vec<String>,
    pub(crate) target: Vec<String>,
    pub(crate) event: Vec<i64>,
    pub(crate) amount: Vec<f64>,
}

impl Records {
    /// Adds a submission: its row, and those of its events. `id` is its own; each event gets one
    /// of the `events_max` numbers from `id * events_max` on.
    pub(crate) fn add(
        &mut self,
        id: i64,
        events_max: i64,
        party: &str,
        signature: &str,
        document: String,
    ) -> Result<()> {
        let read: Document<'_> = serde_json::from_str(&document).context("a document")?;
        for (number, event) in (id * events_max..).zip(read.epcis_body.event_list) {
            self.events.add(number, id, &event);
            for (role, list) in [
                ("object", &event.quantity_list),
                ("input", &event.input_quantity_list),
                ("output", &event.output_quantity_list),
            ] {
                list.iter().for_each(|named| self.identifiers.add(number, role, named));
            }
            for source in &event.input_quantity_list {
                for target in &event.output_quantity_list {
                    self.links.add(number, source, target);
                }
            }
        }
        self.submissions.id.push(id);
        self.submissions.party.push(party.to_owned());
        self.submissions.signature.push(signature.to_owned());
        self.submissions.document.push(document);
        Ok(())
    }
}

impl Events {
    fn add(&mut self, id: i64, submission: i64, event: &Event<'_>) {
        self.id.push(id);
        self.event_id.push(event.event_id.to_string());
        self.submission.push(submission);
        self.kind.push(event.kind.to_string());
        self.time.push(event.event_time.to_string());
        self.step.push(event.biz_step.to_string());
        self.place.push(event.biz_location.id.to_string());
    }
}

impl Identifiers {
    fn add(&mut self, event: i64, role: &str, named: &Quantity<'_>) {
        self.event.push(event);
        self.role.push(role.to_owned());
        self.epc.push(named.epc_class.to_string());
        self.amount.push(named.quantity);
        self.unit.push(named.uom.to_string());
    }
}

impl Links {
    fn add(&mut self, event: i64, source: &Quantity<'_>, target: &Quantity<'_>) {
        self.source.push(source.epc_class.to_string());
        self.target.push(target.epc_class.to_string());
        self.event.push(event);
        self.amount.push(source.quantity);
    }
}
