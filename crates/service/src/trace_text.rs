//! A trace as JSON text, written while it is told: only what is not handed on yet is in memory.

use crate::ask::{LedgerState, Named, TraceView};
use crate::error::Error;
use crate::limits::TRACE_TEXT_BYTES;
use crate::metrics::{Asking, Metrics};
use crate::pieces::{NamedLines, Pieces, Rest};
use crate::private::ErasedEntry;
use laiqu_trace::{Cut, EventLine, Issue, Link, Lot};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The text of an answer, piece by piece. It is the one that [`TraceView`] has as JSON.
#[derive(Debug)]
pub struct TraceText {
    pieces: Pieces,
    text: Text,
    is_over: bool,
    asking: Asking,
    _counted: Told,
}

impl TraceText {
    pub(crate) fn new(asking: Asking, pieces: Pieces, head: &TraceView) -> Result<Self, Error> {
        let counted = Told::begin(asking.metrics());
        let text = Text::new(head).map_err(unwritten)?;
        Ok(Self { pieces, text, is_over: false, asking, _counted: counted })
    }

    /// The next piece of the text; nothing behind the last. Takes some milliseconds.
    ///
    /// # Errors
    /// Where a document was erased meanwhile: what was handed on is no answer then.
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.is_over {
            return Ok(None);
        }
        while self.text.out.len() < TRACE_TEXT_BYTES && !self.is_over {
            let goes_on = self.pieces.go_on(&mut self.text)?;
            if let Some(error) = self.text.failed.take() {
                return Err(unwritten(error));
            }
            if !goes_on {
                self.text.finish(&self.pieces.rest()).map_err(unwritten)?;
                self.asking.found(self.pieces.lots());
                self.is_over = true;
            }
        }
        Ok(Some(std::mem::take(&mut self.text.out)))
    }

    /// Whether the last piece was handed on.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }
}

fn unwritten(error: serde_json::Error) -> Error {
    Error::internal("trace", error)
}

/// Counts as an answer that is being told until it is dropped.
#[derive(Debug)]
struct Told(Arc<Metrics>);

impl Told {
    fn begin(metrics: &Arc<Metrics>) -> Self {
        metrics.answers_told.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(metrics))
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.0.answers_told.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lists of lines, in their order.
const LISTS: [&str; 6] = ["lots", "events", "links", "parties", "places", "issues"];

/// JSON text of an answer as far as it is told.
#[derive(Debug)]
struct Text {
    out: Vec<u8>,
    /// Lists that are begun.
    begun: usize,
    /// The last of them has a line.
    has_line: bool,
    failed: Option<serde_json::Error>,
}

/// What stands before the lines; as in [`TraceView`].
#[derive(Serialize)]
struct Head<'a> {
    ledger: &'a LedgerState,
    starts: &'a [String],
    unknown: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    walk_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    walk_until: Option<&'a str>,
}

/// What stands behind them.
#[derive(Serialize)]
struct Tail<'a> {
    truncated: bool,
    cut: &'a [Cut],
    names: &'a BTreeMap<String, String>,
    erased: &'a [ErasedEntry],
}

impl Text {
    fn new(view: &TraceView) -> serde_json::Result<Self> {
        let mut out = serde_json::to_vec(&Head {
            ledger: &view.ledger,
            starts: &view.starts,
            unknown: &view.unknown,
            to: view.to.as_deref(),
            walk_from: view.walk_from.as_deref(),
            walk_until: view.walk_until.as_deref(),
        })?;
        // The object goes on.
        out.pop();
        Ok(Self { out, begun: 0, has_line: false, failed: None })
    }

    /// Begins this list and all before it.
    fn begin(&mut self, list: usize) {
        for name in LISTS.iter().take(list + 1).skip(self.begun) {
            if self.begun > 0 {
                self.out.push(b']');
            }
            self.out.extend_from_slice(b",\"");
            self.out.extend_from_slice(name.as_bytes());
            self.out.extend_from_slice(b"\":[");
            self.begun += 1;
            self.has_line = false;
        }
    }

    fn line(&mut self, list: usize, line: &impl Serialize) {
        self.begin(list);
        if std::mem::replace(&mut self.has_line, true) {
            self.out.push(b',');
        }
        if let Err(error) = serde_json::to_writer(&mut self.out, line) {
            self.failed = Some(error);
        }
    }

    fn finish(&mut self, rest: &Rest) -> serde_json::Result<()> {
        self.begin(LISTS.len() - 1);
        let Rest { cut, names, erased } = rest;
        let tail = Tail { truncated: !cut.is_empty(), cut, names, erased };
        let tail = serde_json::to_vec(&tail)?;
        // The object went on.
        self.out.extend_from_slice(b"],");
        self.out.extend_from_slice(tail.get(1..).unwrap_or_default());
        Ok(())
    }
}

impl NamedLines for Text {
    fn lot(&mut self, lot: &Lot<&str>) {
        self.line(0, lot);
    }

    fn event(&mut self, event: &EventLine<&str>) {
        self.line(1, event);
    }

    fn link(&mut self, link: &Link<&str>) {
        self.line(2, link);
    }

    fn party(&mut self, party: &Named<&str>) {
        self.line(3, party);
    }

    fn place(&mut self, place: &Named<&str>) {
        self.line(4, place);
    }

    fn issue(&mut self, issue: &Issue<&str>) {
        self.line(5, issue);
    }
}
