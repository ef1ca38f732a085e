//! Where to start without a code: products, lots, places and parties by a part of their names, of
//! what stands on their labels, or of the number of a lot.

use crate::ask::{LedgerState, Named, Snapshot};
use crate::days::Days;
use crate::error::{Code, Error};
use crate::found::{Search, Wanted};
use crate::limits::{FIND_MAX, FIND_TEXT_BYTES_MAX, QUESTION_ID_BYTES_MAX};
use crate::metrics::QuestionKind;
use crate::names::FoundBy;
use crate::principal::Principal;
use crate::selection::refused;
use crate::service::Service;
use laiqu_index::folded;
use laiqu_trace::PositionLine;
use serde::Serialize;

/// The question as people ask it.
#[derive(Clone, Debug, Default)]
pub struct AskedFind {
    /// A part of a name, a label or the number of a lot, in any script; letters of either case,
    /// full or half width.
    pub text: String,
    /// Only lots that were at this place, if only once, and their products: its identifier, that
    /// of a party whose own records name it, or a part of the name of either.
    pub at: Option<String>,
    /// A day, or a moment as RFC 3339 writes it: only lots that were made then or later, and their
    /// products. A stated date counts as a whole day; where nobody states one, the time at which
    /// the lot was first seen counts.
    pub made_from: Option<String>,
    /// Likewise, then or sooner.
    pub made_until: Option<String>,
    /// Likewise: only lots of which it is stated that they are good up to then or longer.
    pub expires_from: Option<String>,
    /// Likewise, up to then or less long.
    pub expires_until: Option<String>,
    /// Most answers.
    pub limit: Option<u32>,
    /// As known when the ledger had so many entries; now unless given.
    pub as_of: Option<u64>,
    /// Also say where the events stand that the lines rest on.
    pub rests_on: bool,
}

/// What was found, with the state it was found in.
#[derive(Clone, Debug, Serialize)]
pub struct FindView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// The places that `at` stands for; nothing where it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<Vec<Named>>,
    /// Whole texts first, then beginnings, then the rest; each by that text and identifier.
    pub found: Vec<Found>,
    /// There is more than the limit, or may be more: so many texts have such characters, or so many
    /// lots are concerned, that not all were looked at.
    pub truncated: bool,
    /// Where the events stand that the lines rest on, in order. Names and other texts of
    /// registrations and master data come from no event.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<PositionLine>,
}

/// One thing that has such a name.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Canonical identifier.
    pub id: String,
    /// What it is.
    pub kind: FoundKind,
    /// Its name: of a registered party that of its registration, else the newest. Of a lot without
    /// one that of its product; of what has none at all, the text that was found.
    pub name: String,
    /// The text that contains what was looked for.
    pub matched: String,
    /// What sort of text that is.
    pub by: FoundBy,
    /// Of a product: its lots, the newest first; of a lot that an event names: itself.
    pub lots: Vec<FoundLot>,
    /// It has more lots than are listed, or may have: of very many only the last to come were
    /// looked at.
    pub more_lots: bool,
}

/// A lot, with its dates.
#[derive(Clone, Debug, Serialize)]
pub struct FoundLot {
    /// Canonical identifier.
    pub id: String,
    /// The time of its first event, RFC 3339 at the offset that was sent.
    pub first_seen: String,
    /// When it was made, as ILMD and master data state it: each date once, `YYYY-MM-DD`, or two of
    /// these with a `/` between (ISO 8601).
    pub made: Vec<String>,
    /// The last days on which it is good, as they state it.
    pub expires: Vec<String>,
    /// What a question for the time at which it was made goes by.
    pub dated_by: DatedBy,
}

/// What a lot's date is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatedBy {
    /// From what is stated.
    Stated,
    /// Nobody states it: from its first event.
    FirstSeen,
}

/// What a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundKind {
    /// A product.
    Product,
    /// A lot of it.
    Lot,
    /// A single thing.
    Instance,
    /// A logistic unit or a reusable asset.
    Container,
    /// A place.
    Place,
    /// A party.
    Party,
    /// A document.
    Document,
    /// Something else.
    Other,
}

impl Service {
    /// May someone look for things by their names?
    #[must_use]
    pub fn may_find(&self, who: &Principal) -> bool {
        who.supervises(&self.registry())
    }

    /// Finds things by a part of their names, for regulators and operators: names are those of
    /// everyone.
    ///
    /// # Errors
    /// Where the caller is neither, the text is empty or too long, a time is none, or the ledger
    /// has not that size.
    pub fn find(&self, asked: &AskedFind, who: &Principal) -> Result<FindView, Error> {
        let registry = self.registry();
        if !who.supervises(&registry) {
            let detail = "finding by name needs the token of a regulator or an operator";
            return Err(Error::new(Code::Forbidden, detail));
        }
        let asking = self.asking(QuestionKind::Find);
        let wanted = wanted(asked)?;
        let views = self.shared().views.read();
        let ledger = self.state_asked(&views, asked.as_of)?;
        let view = Search::new(&views, &registry, ledger.size).answer(ledger, &wanted);
        asking.found(view.found.len());
        Ok(view)
    }
}

impl Snapshot {
    /// Finds things with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::find`].
    pub fn find(&self, asked: &AskedFind) -> Result<FindView, Error> {
        let wanted = wanted(asked)?;
        let ledger = self.state_asked(asked.as_of)?;
        Ok(Search::new(self.views(), self.registry(), ledger.size).answer(ledger, &wanted))
    }
}

fn wanted(asked: &AskedFind) -> Result<Wanted, Error> {
    let text = folded(&asked.text);
    if text.is_empty() || asked.text.len() > FIND_TEXT_BYTES_MAX {
        return Err(refused(&format!("q: a part of a name, 1 to {FIND_TEXT_BYTES_MAX} bytes")));
    }
    if asked.limit.is_some_and(|limit| limit > FIND_MAX) {
        return Err(refused(&format!("limit: at most {FIND_MAX}")));
    }
    let is_place = |at: &String| at.len() <= QUESTION_ID_BYTES_MAX && !folded(at).is_empty();
    if !asked.at.as_ref().is_none_or(is_place) {
        let what = "at: a place or party by identifier or a part of its name";
        return Err(refused(&format!("{what}, 1 to {QUESTION_ID_BYTES_MAX} bytes")));
    }
    let (from, until) = (asked.made_from.as_deref(), asked.made_until.as_deref());
    let made = Days::read(("made_from", from), ("made_until", until))?;
    let (from, until) = (asked.expires_from.as_deref(), asked.expires_until.as_deref());
    let expires = Days::read(("expires_from", from), ("expires_until", until))?;
    let limit = asked.limit.unwrap_or(FIND_MAX) as usize;
    let (at, rests_on) = (asked.at.clone(), asked.rests_on);
    Ok(Wanted { text, at, made, expires, limit, rests_on })
}
