//! A named query that is read on in the order of the ledger, for somebody in particular.

use crate::error::Error;
use crate::events::StoredEvent;
use crate::limits::MESSAGE_BYTES_MAX;
use crate::named_query::of_definition;
use crate::principal::Principal;
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_epcis::query::EventQuery;
use laiqu_epcis::time::DateTime;
use laiqu_supervision::NamedQuery;

/// What is read, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    query: EventQuery,
    who: Principal,
}

impl Reading {
    /// The results of a query; those recorded from `initial` (RFC 3339) on where that is given.
    pub(super) fn new(
        named: &NamedQuery,
        who: Principal,
        initial: Option<&str>,
    ) -> Result<Self, Error> {
        let query = of_definition(&named.query)?;
        let initial = initial.and_then(DateTime::parse).map(|time| time.micros());
        let query = match initial {
            Some(micros) => query.recorded_from(micros),
            None => query.in_order_of_recording(),
        };
        Ok(Self { query, who })
    }

    /// The same with what master data says at this size of the ledger.
    pub(super) fn at(&self, service: &Service, size: u64) -> Result<Self, Error> {
        let settled = |seen: crate::master_data::Seen<'_>| Ok(self.query.settled(&seen.view));
        let query = service.at_size(Some(size), &self.who, settled)?;
        Ok(Self { query, who: self.who.clone() })
    }

    /// Up to `most` results behind a position in a ledger of this size, and behind which position
    /// to go on where there may be more. Fewer come where they are large.
    pub(super) fn next(
        &self,
        service: &Service,
        behind: (Position, u64),
        most: usize,
    ) -> Result<(Vec<StoredEvent>, Option<Position>), Error> {
        service.events_between(&self.query, behind, (most, MESSAGE_BYTES_MAX), &self.who)
    }
}

/// Behind the last event of an entry.
pub(super) fn behind(index: u64) -> Position {
    Position { index, ordinal: u32::MAX }
}
