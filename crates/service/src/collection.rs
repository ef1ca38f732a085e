//! The collections of EPCIS 2.0, section 12.7.2: which items, steps and places events name.

use crate::cursor::{CURSOR_SECONDS, not_ours};
use crate::error::{Code, Error};
use crate::limits::{COLLECTION_EXAMINED_MAX, QUERY_EVENTS_MAX, QUESTION_ID_BYTES_MAX};
use crate::principal::Principal;
use crate::query::{NextPage, condition, now_seconds, query_digest};
use crate::service::Service;
use crate::views::Views;
use laiqu_epcis::facts::EventType;
use laiqu_epcis::query::{CollectionKind, EventQuery, NoMasterData, member_terms};
use laiqu_epcis::{Prefixes, type_name, vocabulary};
use laiqu_index::{Condition, EventSet};

/// One page of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembersPage {
    /// Members: words of CBV bare, identifiers canonical.
    pub members: Vec<String>,
    /// What leads on; the last page has none.
    pub next: Option<NextPage>,
}

impl Service {
    /// One page of what the events name that the caller may read.
    ///
    /// # Errors
    /// Where the token does not lead on here.
    pub fn members(
        &self,
        kind: CollectionKind,
        per_page: usize,
        token: Option<&str>,
        who: &Principal,
    ) -> Result<MembersPage, Error> {
        let now = now_seconds();
        let digest = query_digest(&format!("members of {}", kind.name()), who);
        let last = match token {
            Some(token) => {
                let opened = self.cursors().unseal(token, digest, now)?;
                Some(String::from_utf8(opened.place).map_err(|_| not_ours())?)
            }
            None => None,
        };
        let views = self.shared().views.read();
        let visible = self.visible_events(&views, who);
        let wanted = per_page.clamp(1, QUERY_EVENTS_MAX);
        let (mut members, mut before, mut on) = (Vec::new(), None, None);
        for (examined, text) in all_behind(&views, kind, last.as_deref()).enumerate() {
            let named = || member_terms(kind, text).into_iter().map(Condition::Term);
            let meets = match &visible {
                None => true,
                _ if kind == CollectionKind::EventTypes => true,
                Some(visible) if visible.is_empty() => false,
                Some(visible) => views.events.meets(&named().collect::<Vec<_>>(), visible),
            };
            if examined >= COLLECTION_EXAMINED_MAX || (meets && members.len() == wanted) {
                on = before;
                break;
            }
            if meets {
                members.push(shown(kind, text).to_owned());
            }
            before = Some(text);
        }
        let next = on.map(|text| {
            let expires = now + CURSOR_SECONDS;
            let token = self.cursors().seal(digest, expires, text.as_bytes());
            let expires = laiqu_ledger::format_time(expires * 1_000_000).unwrap_or_default();
            NextPage { token, expires }
        });
        Ok(MembersPage { members, next })
    }

    /// Checks that an event which the caller may read names a member.
    ///
    /// # Errors
    /// Where none does.
    pub fn check_member(
        &self,
        kind: CollectionKind,
        member: &str,
        who: &Principal,
    ) -> Result<(), Error> {
        let views = self.shared().views.read();
        let clause = clause(kind, member);
        let known = match clause {
            None => false,
            Some(_) if kind == CollectionKind::EventTypes => true,
            Some(clause) => match self.visible_events(&views, who) {
                Some(visible) => views.events.meets(&clause, &visible),
                None => !views.events.select(&[clause], u32::MAX).is_empty(),
            },
        };
        if known {
            return Ok(());
        }
        let shown: String = member.chars().take(100).collect();
        Err(Error::new(Code::NotFound, format!("no event names {shown:?} in {}", kind.name())))
    }

    /// The events that a caller may read, where these are not all.
    fn visible_events(&self, views: &Views, who: &Principal) -> Option<EventSet> {
        let clause = self.visible_to(who)?;
        Some(views.events.select(&[clause], u32::MAX))
    }
}

/// Members behind a text. Those that are too long to be asked about are left out.
fn all_behind<'v>(
    views: &'v Views,
    kind: CollectionKind,
    text: Option<&'v str>,
) -> Box<dyn Iterator<Item = &'v str> + 'v> {
    if kind == CollectionKind::EventTypes {
        // What this ledger knows of, whether there are such events or not.
        let all = EVENT_TYPES.into_iter().map(|kind| -> &'v str { type_name(kind) });
        return Box::new(all.filter(move |name| text.is_none_or(|text| **name > *text)));
    }
    let behind = views.members.behind(kind, text, |number| views.text(number));
    Box::new(behind.filter(|text| text.len() <= QUESTION_ID_BYTES_MAX))
}

const EVENT_TYPES: [EventType; 5] = [
    EventType::Aggregation,
    EventType::Association,
    EventType::Object,
    EventType::Transaction,
    EventType::Transformation,
];

/// What events have that name a member; none where no event can.
fn clause(kind: CollectionKind, member: &str) -> Option<Vec<Condition>> {
    if kind == CollectionKind::EventTypes {
        let known = EVENT_TYPES.into_iter().map(type_name).any(|name| name == member);
        return known.then(Vec::new);
    }
    let query = EventQuery::default().within_collection(kind, member).ok()?;
    let plan = query.plan(&NoMasterData);
    Some(plan.all.first()?.iter().map(condition).collect())
}

/// A member as documents write it: words of CBV are bare.
fn shown(kind: CollectionKind, text: &str) -> &str {
    let words = match kind {
        CollectionKind::BizSteps => &vocabulary::BIZ_STEPS,
        CollectionKind::Dispositions => &vocabulary::DISPOSITIONS,
        CollectionKind::EventTypes
        | CollectionKind::Epcs
        | CollectionKind::BizLocations
        | CollectionKind::ReadPoints => return text,
    };
    let word = vocabulary::short(text);
    if words.uri(word, &Prefixes::default()) == text { word } else { text }
}
