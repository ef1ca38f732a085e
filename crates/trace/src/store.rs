//! A graph in a file, and out of it.

use laiqu_columns::{Column, Error, Groups, Lists, Opened, Saving, Set};

use crate::declaration::Declarations;
use crate::event_ids::EventIds;
use crate::exposure::Readings;
use crate::graph::Graph;
use crate::intern::{Dictionary, IdMap};
use crate::links::Links;
use crate::pool::Pool;
use crate::scope::ScopeIndex;

impl Graph {
    /// Writes the whole graph.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, saving: &mut Saving) -> Result<(), Error> {
        let Graph {
            texts,
            events,
            items,
            refs,
            said,
            lists,
            items_count,
            lots,
            lots_of,
            instances_of,
            runs,
            run_heads,
            event_ids,
            declarations,
            lots_at,
            units_at,
            readings,
            of_certificate,
            lots_of_product,
            items_at,
            sites_of,
            parties_at,
            known_at,
            recorded_at,
            posted,
            scope,
            links,
            // Serves walks alone.
            works: _,
            rooms: _,
            end,
            sites: _,
        } = self;
        saving.values("graph.counts", &[*items_count as u64, *end])?;
        texts.save(saving, "graph.texts")?;
        events.save(saving, "graph.events")?;
        items.save(saving, "graph.items")?;
        refs.save(saving, "graph.refs")?;
        said.save(saving, "graph.said")?;
        lists.save(saving, "graph.lists")?;
        lots.save(saving, "graph.lots")?;
        lots_of.save(saving, "graph.lots_of")?;
        instances_of.save(saving, "graph.instances_of")?;
        runs.save(saving, "graph.runs")?;
        run_heads.save(saving, "graph.run_heads")?;
        event_ids.save(saving, "graph.event_ids")?;
        declarations.save(saving, "graph.declarations")?;
        lots_at.save(saving, "graph.lots_at")?;
        units_at.save(saving, "graph.units_at")?;
        readings.save(saving, "graph.readings")?;
        of_certificate.save(saving, "graph.of_certificate")?;
        lots_of_product.save(saving, "graph.lots_of_product")?;
        items_at.save(saving, "graph.items_at")?;
        sites_of.save(saving, "graph.sites_of")?;
        parties_at.save(saving, "graph.parties_at")?;
        known_at.save(saving, "graph.known_at")?;
        recorded_at.save(saving, "graph.recorded_at")?;
        posted.save(saving, "graph.posted")?;
        scope.save(saving, "graph.scope")?;
        links.save(saving, "graph.links")
    }

    /// The graph that a file holds. It takes further events, which do not change the file.
    ///
    /// # Errors
    /// Where the file holds none, or cannot be mapped.
    pub fn open(opened: &Opened) -> Result<Graph, Error> {
        let counts = Column::<u64>::open(opened, "graph.counts")?;
        let count = |at| counts.get(at).copied().unwrap_or(0);
        Ok(Graph {
            texts: Dictionary::open(opened, "graph.texts")?,
            events: Column::open(opened, "graph.events")?,
            items: Column::open(opened, "graph.items")?,
            refs: Column::open(opened, "graph.refs")?,
            said: Column::open(opened, "graph.said")?,
            lists: Lists::open(opened, "graph.lists")?,
            items_count: usize::try_from(count(0)).unwrap_or(usize::MAX),
            lots: Column::open(opened, "graph.lots")?,
            lots_of: Groups::open(opened, "graph.lots_of")?,
            instances_of: Groups::open(opened, "graph.instances_of")?,
            runs: Set::open(opened, "graph.runs")?,
            run_heads: Column::open(opened, "graph.run_heads")?,
            event_ids: EventIds::open(opened, "graph.event_ids")?,
            declarations: Declarations::open(opened, "graph.declarations")?,
            lots_at: Groups::open(opened, "graph.lots_at")?,
            units_at: Groups::open(opened, "graph.units_at")?,
            readings: Readings::open(opened, "graph.readings")?,
            of_certificate: Groups::open(opened, "graph.of_certificate")?,
            lots_of_product: Groups::open(opened, "graph.lots_of_product")?,
            items_at: Groups::open(opened, "graph.items_at")?,
            sites_of: Groups::open(opened, "graph.sites_of")?,
            parties_at: Groups::open(opened, "graph.parties_at")?,
            known_at: Set::open(opened, "graph.known_at")?,
            recorded_at: Set::open(opened, "graph.recorded_at")?,
            posted: Column::open(opened, "graph.posted")?,
            scope: ScopeIndex::open(opened, "graph.scope")?,
            links: Links::open(opened, "graph.links")?,
            works: Pool::default(),
            rooms: Pool::default(),
            end: count(1),
            sites: IdMap::default(),
        })
    }
}
