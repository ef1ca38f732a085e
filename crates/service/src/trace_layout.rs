//! A trace as a drawing: boxes and edges with their coordinates.

use crate::ask::{LedgerState, Named, Snapshot, TraceQuestion, TraceView};
use crate::error::{Code, Error};
use crate::events::check_id;
use crate::limits::TRACE_OPENED_MAX;
use crate::pieces::{NamedLines, Pieces, Rest};
use crate::principal::Principal;
use crate::service::Service;
use laiqu_epcis::identifier;
use laiqu_trace::{Cut, Drawable, EventLine, Issue, Layout, Link, Lot};
use serde::Serialize;
use std::collections::BTreeMap;

/// The drawing of a trace, with the state it was computed on.
#[derive(Clone, Debug, Serialize)]
pub struct TraceLayout {
    /// The ledger state.
    pub ledger: LedgerState,
    /// Canonical identifiers of what was asked about.
    pub starts: Vec<String>,
    /// Of the items asked about, `to` included, those that no event names.
    pub unknown: Vec<String>,
    /// A limit cut the walk; `cut` says which.
    pub truncated: bool,
    /// The limits that cut it.
    pub cut: Vec<Cut>,
    /// Boxes and edges.
    #[serde(flatten)]
    pub layout: Layout,
    /// Names of the lots and products that boxes name, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

impl Service {
    /// Draws a trace. `opened` names lots, in any spelling, whose boxes are to be opened.
    ///
    /// # Errors
    /// As [`Self::trace`], or where too much is to be opened.
    pub fn trace_layout(
        &self,
        question: &TraceQuestion,
        opened: &[String],
        who: &Principal,
    ) -> Result<TraceLayout, Error> {
        let opened = to_open(opened)?;
        let asking = self.asking(question.kind());
        let (mut pieces, head) = Pieces::begin(self, question, who)?;
        let mut drawn = Drawn::default();
        while pieces.go_on(&mut drawn)? {}
        asking.found(pieces.lots());
        let layout = drawn.0.layout(&opened);
        let Rest { cut, names, .. } = pieces.rest();
        Ok(TraceLayout {
            ledger: head.ledger,
            starts: head.starts,
            unknown: head.unknown,
            truncated: !cut.is_empty(),
            cut,
            names: named(&layout, names),
            layout,
        })
    }
}

impl Snapshot {
    /// Draws a trace with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::trace_layout`].
    pub fn trace_layout(
        &self,
        question: &TraceQuestion,
        opened: &[String],
    ) -> Result<TraceLayout, Error> {
        let opened = to_open(opened)?;
        let answer = self.trace(question)?;
        let layout = answer.layout(&opened);
        let TraceView { ledger, starts, unknown, truncated, cut, names, .. } = answer;
        let names = named(&layout, names);
        Ok(TraceLayout { ledger, starts, unknown, truncated, cut, layout, names })
    }
}

/// Of all names those that boxes show.
fn named(layout: &Layout, mut names: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let nodes = layout.nodes.iter();
    let ids = nodes.flat_map(|node| node.members.iter().chain([&node.id]).chain(&node.product));
    ids.filter_map(|id| names.remove_entry(id)).collect()
}

/// Keeps of an answer what is drawn.
#[derive(Default)]
struct Drawn(Drawable);

impl NamedLines for Drawn {
    fn lot(&mut self, lot: &Lot<&str>) {
        self.0.lot(lot);
    }

    fn link(&mut self, link: &Link<&str>) {
        self.0.link(link);
    }

    fn issue(&mut self, issue: &Issue<&str>) {
        self.0.issue(issue);
    }

    fn event(&mut self, _: &EventLine<&str>) {}

    fn party(&mut self, _: &Named<&str>) {}

    fn place(&mut self, _: &Named<&str>) {}
}

impl TraceView {
    /// The drawing of the answer; `opened` are canonical identifiers, see [`to_open`].
    #[must_use]
    pub fn layout(&self, opened: &[String]) -> Layout {
        Drawable::of(&self.lots, &self.links, &self.issues).layout(opened)
    }
}

/// Canonical identifiers of the lots whose boxes a reader opens.
///
/// # Errors
/// Where one is no identifier, or there are more than [`TRACE_OPENED_MAX`].
pub fn to_open(ids: &[String]) -> Result<Vec<String>, Error> {
    if ids.len() > TRACE_OPENED_MAX {
        let detail = format!("expand stands at most {TRACE_OPENED_MAX} times");
        return Err(Error::new(Code::InvalidParameter, detail));
    }
    let canonical = |id: &String| {
        check_id(id)?;
        Ok(identifier::canonical(id).into_owned())
    };
    ids.iter().map(canonical).collect()
}
