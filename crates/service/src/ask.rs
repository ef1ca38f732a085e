//! Questions to the lot graph, answered with the ledger state that they were computed on.

use crate::error::{Code, Error};
use crate::events::check_id;
use crate::files::DataDir;
use crate::limits::TRACE_LOTS_MAX;
use crate::metrics::QuestionKind;
use crate::open::{Fold, read_only, refused};
use crate::pieces::{Beside, Pieces};
use crate::principal::Principal;
use crate::private::ErasedEntry;
use crate::publisher::read;
use crate::receipt::{damaged, root_at};
use crate::selection::{AskedStart, interval};
use crate::service::Service;
use crate::trace_text::TraceText;
use crate::views::Views;
use laiqu_epcis::identifier;
use laiqu_ledger::LogTree;
use laiqu_proof::EMPTY_ROOT;
use laiqu_supervision::Registry;
use laiqu_trace::{
    Cut, Direction, EventLine, Interval, Issue, LOTS_MAX, Link, Lot, Question, Telling,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// A trace question as people ask it.
#[derive(Clone, Debug)]
pub struct TraceQuestion {
    /// What to start from.
    pub of: AskedStart,
    /// Which way.
    pub direction: Direction,
    /// Only what lies on a path between the start and this item, in any spelling.
    pub to: Option<String>,
    /// Most steps from the start.
    pub depth: Option<u32>,
    /// Most lots in the answer, up to [`TRACE_LOTS_MAX`]; [`LOTS_MAX`] unless given.
    pub lots_max: Option<u32>,
    /// Follow only events that may have happened since; RFC 3339.
    pub walk_from: Option<String>,
    /// Follow only events that may have happened until then; RFC 3339.
    pub walk_until: Option<String>,
    /// Also climb from contents to their containers.
    pub containers: bool,
    /// Size of the ledger that the answer is of; now unless given.
    pub as_of: Option<u64>,
}

impl TraceQuestion {
    /// A question of now, without limits.
    #[must_use]
    pub fn new(id: impl Into<String>, direction: Direction) -> Self {
        Self {
            of: AskedStart::item(id),
            direction,
            to: None,
            depth: None,
            lots_max: None,
            walk_from: None,
            walk_until: None,
            containers: false,
            as_of: None,
        }
    }

    /// The canonical identifiers that were given, and the question to the graph.
    ///
    /// # Errors
    /// Where it cannot be asked.
    pub(crate) fn read(&self) -> Result<(Vec<String>, Question), Error> {
        self.to.as_deref().map_or(Ok(()), check_id)?;
        let (starts, start) = self.of.start()?;
        let question = Question {
            start,
            to: self.to.as_ref().map(|to| identifier::canonical(to).into_owned()),
            depth: self.depth,
            containers: self.containers,
            within: self.within()?,
            lots_max: self.lots_max()?,
            ..Question::new("", self.direction)
        };
        Ok((starts, question))
    }

    /// What its time is counted as.
    pub(crate) fn kind(&self) -> QuestionKind {
        match self.direction {
            Direction::Back => QuestionKind::TraceBack,
            Direction::Forward => QuestionKind::TraceForward,
            Direction::Both => QuestionKind::TraceBoth,
        }
    }

    /// The time in which events are followed; `None` where all are.
    fn within(&self) -> Result<Option<Interval>, Error> {
        let (from, until) = (self.walk_from.as_deref(), self.walk_until.as_deref());
        let is_asked = from.is_some() || until.is_some();
        is_asked.then(|| interval(("walk_from", from), ("walk_until", until))).transpose()
    }

    fn lots_max(&self) -> Result<usize, Error> {
        let Some(most) = self.lots_max else { return Ok(LOTS_MAX) };
        let within = usize::try_from(most).ok().filter(|most| (1..=TRACE_LOTS_MAX).contains(most));
        within.ok_or_else(|| {
            let detail = format!("lots_max is a whole number from 1 to {TRACE_LOTS_MAX}");
            Error::new(Code::InvalidParameter, detail)
        })
    }
}

/// Which state of which ledger an answer was computed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerState {
    /// Its name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root of the tree of that size, lower-case hex.
    pub root: String,
}

/// An identifier with its name from registration or master data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named<T = String> {
    /// Canonical identifier.
    pub id: T,
    /// Its name, where one is known.
    pub name: Option<T>,
}

/// A trace with the state it was computed on and the names that people know.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TraceView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// Canonical identifiers of what was asked about: items, or a party or a place. The items that
    /// the walk started from are those of depth 0.
    pub starts: Vec<String>,
    /// Of the items asked about, `to` included, those that no event names; for a business, none
    /// that it may read.
    pub unknown: Vec<String>,
    /// The other end, where only what lies between was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only events since then were followed, as asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walk_from: Option<String>,
    /// Only events until then were followed, as asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walk_until: Option<String>,
    /// Items of the closure.
    pub lots: Vec<Lot>,
    /// Every event that names one of them.
    pub events: Vec<EventLine>,
    /// What joins them.
    pub links: Vec<Link>,
    /// Parties of those events.
    pub parties: Vec<Named>,
    /// Places of those events.
    pub places: Vec<Named>,
    /// What is missing or contradicts itself.
    pub issues: Vec<Issue>,
    /// A limit cut the walk; `cut` says which.
    pub truncated: bool,
    /// The limits that cut it, with what they allow.
    pub cut: Vec<Cut>,
    /// Names of lots and products, by canonical identifier.
    pub names: BTreeMap<String, String>,
    /// Documents behind this answer that were erased: of these only times, amounts and hashed
    /// identifiers are left.
    pub erased: Vec<ErasedEntry>,
}

impl Service {
    /// Traces items. A business walks the records that concern it, everyone else all of them.
    ///
    /// # Errors
    /// Where the identifier cannot be asked about, the ledger has not that size, or a document was
    /// erased meanwhile.
    pub fn trace(&self, question: &TraceQuestion, who: &Principal) -> Result<TraceView, Error> {
        let asking = self.asking(question.kind());
        let (mut pieces, mut view) = Pieces::begin(self, question, who)?;
        while pieces.go_on(&mut view)? {}
        asking.found(view.lots.len());
        Ok(pieces.finish(view))
    }

    /// The same answer as JSON text, written piece by piece; writes go on between two pieces.
    ///
    /// # Errors
    /// As [`Self::trace`].
    pub fn trace_text(
        &self,
        question: &TraceQuestion,
        who: &Principal,
    ) -> Result<TraceText, Error> {
        let asking = self.asking(question.kind());
        let (pieces, head) = Pieces::begin(self, question, who)?;
        TraceText::new(asking, pieces, &head)
    }

    /// The size that a question is about.
    ///
    /// # Errors
    /// Where the ledger is not so large, or what came last is not shown yet.
    pub(crate) fn size_asked(&self, views: &Views, as_of: Option<u64>) -> Result<u64, Error> {
        views.size_asked(as_of).map_err(|error| {
            let written = read(&self.shared().look_ups).size;
            match as_of.filter(|size| *size <= written) {
                Some(size) => {
                    let detail = format!(
                        "as_of: {size} entries are written, and {} of them shown while a long \
                         question is answered; ask again",
                        views.size
                    );
                    Error::new(Code::Overloaded, detail)
                }
                None => error,
            }
        })
    }

    /// The state of a size that a question asks for; that of the projections where it asks for
    /// none.
    pub(crate) fn state_asked(
        &self,
        views: &Views,
        as_of: Option<u64>,
    ) -> Result<LedgerState, Error> {
        let size = self.size_asked(views, as_of)?;
        let root = root_at(self.shared(), size)?.to_string();
        Ok(LedgerState { origin: self.origin().to_owned(), size, root })
    }
}

/// A ledger directory that is only read, beside a running server or without one.
#[derive(Debug)]
pub struct Snapshot {
    origin: String,
    data: DataDir,
    fold: Fold,
}

impl Snapshot {
    /// Reads the ledger up to its last whole unit. Never opens sled.
    ///
    /// # Errors
    /// Where the directory holds no ledger or its bytes are damaged.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let (data, origin, fold) = read_only(path)?;
        Ok(Self { origin, data, fold })
    }

    /// The projections at the state that was read.
    pub(crate) fn views(&self) -> &Views {
        &self.fold.views
    }

    /// Who is registered at the state that was read.
    pub(crate) fn registry(&self) -> &Registry {
        &self.fold.look_ups.registry
    }

    /// The state that was read.
    pub(crate) fn state(&self) -> LedgerState {
        let root = self.fold.frontier.root().to_string();
        LedgerState { origin: self.origin.clone(), size: self.fold.views.size, root }
    }

    /// The state of a size that a question asks for; the newest where it asks for none.
    pub(crate) fn state_asked(&self, as_of: Option<u64>) -> Result<LedgerState, Error> {
        let size = self.views().size_asked(as_of)?;
        if size == self.views().size { Ok(self.state()) } else { self.state_at(size) }
    }

    /// Traces items with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::trace`].
    pub fn trace(&self, asked: &TraceQuestion) -> Result<TraceView, Error> {
        let (starts, walk) = asked.read()?;
        let ledger = self.state_asked(asked.as_of)?;
        let question = Question { as_of: Some(ledger.size), ..walk };
        let mut telling = self.views().graph.tell(&question);
        let mut view = TraceView::head(ledger, asked, starts, &question, &telling);
        let mut beside = Beside::default();
        while telling.turn() {
            beside.go_on(self.views(), view.ledger.size, &mut telling, &mut view);
        }
        Ok(beside.finish(&telling, view))
    }

    fn state_at(&self, size: u64) -> Result<LedgerState, Error> {
        let (tree, _) = LogTree::open(&self.data.log()).map_err(refused)?;
        let root = tree.root_at(size).map_err(damaged)?.unwrap_or(EMPTY_ROOT);
        Ok(LedgerState { origin: self.origin.clone(), size, root: root.to_string() })
    }
}

impl TraceView {
    /// What is known before the first line is told.
    pub(crate) fn head(
        ledger: LedgerState,
        asked: &TraceQuestion,
        starts: Vec<String>,
        question: &Question,
        telling: &Telling,
    ) -> Self {
        Self {
            ledger,
            starts,
            unknown: telling.unknown().to_vec(),
            to: question.to.clone(),
            walk_from: asked.walk_from.clone(),
            walk_until: asked.walk_until.clone(),
            ..Self::default()
        }
    }
}

/// Reads a direction as it stands in URLs and on the command line.
///
/// # Errors
/// Where it is none of `back`, `forward`, `both`.
pub fn parse_direction(text: &str) -> Result<Direction, Error> {
    match text {
        "back" => Ok(Direction::Back),
        "forward" => Ok(Direction::Forward),
        "both" => Ok(Direction::Both),
        other => {
            let detail = format!("direction {other:?}: it is back, forward or both");
            Err(Error::new(Code::InvalidParameter, detail))
        }
    }
}
