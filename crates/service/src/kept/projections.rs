//! All projections as columns of one file.

use crate::erased::{ErasedBodies, Recognised};
use crate::lot_numbers::LotNumbers;
use crate::names::Names;
use crate::stated_dates::StatedDates;
use crate::views::{LookUps, Views};
use laiqu_columns::{self as columns, Column, Opened, Saving, Texts};
use laiqu_index::{EventIds, EventIndex, Issued, MasterData, Members, Submissions};
use laiqu_proof::Hash;
use laiqu_trace::Graph;
use std::sync::Arc;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The newest link of one key's chain.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Link {
    seq: u64,
    jws_sha256: [u8; 32],
}

impl LookUps {
    pub(super) fn save(&self, saving: &mut Saving) -> Result<(), columns::Error> {
        let Self {
            size: _,
            events: _,
            registry: _,
            changes,
            event_ids,
            submissions,
            key_chains,
            issued,
            key_entries,
            erased,
        } = self;
        changes.save(saving, "look_ups.changes")?;
        event_ids.save(saving, "look_ups.event_ids")?;
        submissions.save(saving, "look_ups.submissions")?;
        issued.save(saving, "look_ups.issued")?;
        saving.values("look_ups.key_entries", key_entries)?;
        let (mut kids, mut links) = (Texts::default(), Column::default());
        for (kid, (seq, jws_sha256)) in key_chains {
            kids.intern(kid);
            links.push(Link { seq: *seq, jws_sha256: jws_sha256.0 });
        }
        kids.save(saving, "look_ups.kids")?;
        links.save(saving, "look_ups.key_chains")?;
        erased.save(saving, "look_ups.erased")
    }

    /// All but the registry and the counts.
    pub(super) fn open(opened: &Opened) -> Result<Self, columns::Error> {
        let kids = Texts::open(opened, "look_ups.kids")?;
        let links = Column::<Link>::open(opened, "look_ups.key_chains")?;
        let chains = kids.iter().zip(links.iter());
        let key_chains =
            chains.map(|(kid, link)| (kid.to_owned(), (link.seq, Hash(link.jws_sha256))));
        let key_entries = Column::<u64>::open(opened, "look_ups.key_entries")?;
        Ok(Self {
            changes: Column::open(opened, "look_ups.changes")?,
            event_ids: EventIds::open(opened, "look_ups.event_ids")?,
            submissions: Submissions::open(opened, "look_ups.submissions")?,
            issued: Issued::open(opened, "look_ups.issued")?,
            key_chains: key_chains.collect(),
            key_entries: key_entries.iter().copied().collect(),
            erased: ErasedBodies::open(opened, "look_ups.erased")?,
            ..Self::default()
        })
    }
}

impl Views {
    pub(super) fn save(&self, saving: &mut Saving) -> Result<(), columns::Error> {
        let Self {
            size: _,
            graph,
            events,
            members,
            names,
            lot_numbers,
            dates,
            master_data,
            recognised,
            retired: _,
        } = self;
        graph.save(saving)?;
        events.save(saving, "events")?;
        members.save(saving, "members", |number| self.text(number))?;
        names.save(saving, "names")?;
        lot_numbers.save(saving, "lot_numbers")?;
        dates.save(saving, "dates")?;
        master_data.save(saving, "master_data")?;
        recognised.save(saving, "recognised")
    }

    /// All but the size.
    pub(super) fn open(opened: &Opened) -> Result<Self, columns::Error> {
        Ok(Self {
            size: 0,
            graph: Graph::open(opened)?,
            events: EventIndex::open(opened, "events")?,
            members: Members::open(opened, "members")?,
            names: Names::open(opened, "names")?,
            lot_numbers: LotNumbers::open(opened, "lot_numbers")?,
            dates: StatedDates::open(opened, "dates")?,
            master_data: MasterData::open(opened, "master_data")?,
            recognised: Recognised::open(opened, "recognised")?,
            retired: Arc::default(),
        })
    }
}
