//! The city as a whole.

use crate::clock::{self, DAY};
use crate::dice::Dice;
use crate::flow::World;
use crate::goods;
use crate::header;
use crate::places::{self, CityParty};
use crate::record::{self, Fate, Plan};
use crate::render::Renderer;
use crate::simulate::{Pace, simulate};
use crate::truth::Truth;

/// Fewer events than this cannot hold all that is planted; smaller wishes are raised to it.
pub const EVENTS_MIN: usize = 1_500;
/// Events of one party in a day, on average: it decides how long a number of events lasts.
const EVENTS_PER_PARTY_DAY: f64 = 6.35;
/// After so many days, more events mean more parties.
const DAYS_MAX: f64 = 365.0;
/// Parties of the city at its usual size.
const PARTIES: f64 = 150.0;

/// What to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CityConfig {
    /// The same seed builds the same city.
    pub seed: u64,
    /// How many events to post.
    pub events: usize,
    /// Leave out the errors of recording (but not the incidents of the physical world).
    pub clean: bool,
    /// The simulated "now", in microseconds since 1970-01-01T00:00:00Z.
    pub end_micros: i64,
}

impl Default for CityConfig {
    fn default() -> Self {
        // 2026-11-23, eight in the morning in China.
        Self { seed: 1, events: 20_000, clean: false, end_micros: 1_795_392_000_000_000 }
    }
}

/// One document to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityDocument {
    /// Index into [`City::parties`].
    pub party: usize,
    /// An EPCIS 2.0 JSON document.
    pub json: String,
    /// How many events it holds.
    pub events: usize,
    /// When it would be posted, in microseconds.
    pub post_micros: i64,
}

/// A synthetic city.
pub struct City {
    /// Everyone who posts.
    pub parties: Vec<CityParty>,
    /// What really happened.
    pub truth: Truth,
    pub(crate) world: World,
    pub(crate) plan: Plan,
    pub(crate) fate: Fate,
    pub(crate) days: usize,
}

impl City {
    /// Simulates the city, then decides what its parties record and when they post it.
    #[must_use]
    pub fn build(config: &CityConfig) -> Self {
        let events = config.events.max(EVENTS_MIN);
        let usual = PARTIES * EVENTS_PER_PARTY_DAY;
        let scale = (events as f64 / 20_000.0).clamp(0.3, 1.0);
        let scale = scale.max(events as f64 / (usual * DAYS_MAX));
        let days = (events as f64 / (usual * scale)).round().clamp(6.0, DAYS_MAX) as usize;
        let mut dice = Dice::new(config.seed, 1);
        let parties = places::parties(&mut dice, config.seed, (scale * 1000.0) as usize);
        let sites = places::sites(&parties);
        let products = goods::catalogue(&parties, sites.len() as u32 - 4);
        let horizon = clock::midnight(config.end_micros);
        let start = horizon - days as i64 * DAY;
        let fate = Fate { seed: config.seed, clean: config.clean };
        let mut world = World::new(dice, fate, &parties, sites, products, horizon);
        simulate(&mut world, Pace { start, days, events });
        let plan = record::plan(&mut world, &parties, fate, events, config.end_micros);
        let truth = std::mem::take(&mut world.truth);
        // The records name items by their canonical identifiers: keep those at hand.
        world.truth.items.clone_from(&truth.items);
        Self { parties, truth, world, plan, fate, days }
    }

    /// The documents in posting order, each written when it is asked for.
    pub fn documents(&self) -> impl Iterator<Item = CityDocument> + '_ {
        self.plan.batches.iter().map(|batch| {
            let with = Renderer { world: &self.world, parties: &self.parties, fate: self.fate };
            CityDocument {
                party: batch.party as usize,
                json: header::document(&with, &self.plan, batch),
                events: (batch.until - batch.from) as usize,
                post_micros: batch.post,
            }
        })
    }

    /// How many documents there are.
    #[must_use]
    pub fn document_count(&self) -> usize {
        self.plan.batches.len()
    }

    /// How many events all documents hold.
    #[must_use]
    pub fn event_count(&self) -> usize {
        self.plan.records.len()
    }

    /// Days that the simulation lasted.
    #[must_use]
    pub fn days(&self) -> usize {
        self.days
    }
}
