//! The planted incidents, acted out in the physical world.

use crate::acts::{Line, NONE, Show, Step};
use crate::clock::{self, DAY, HOUR, MINUTE};
use crate::flow::World;
use crate::goods::Goods;
use crate::identifiers::{self, Spelling};
use crate::incidents::{Cleaning, Contaminated, DirtyLine, Excursion};
use crate::names;
use crate::places::Role;
use crate::planted;
use crate::simulate::Pace;
use crate::truth::SiteIndex;

/// Warmer than this is too warm for a frozen room, in thousandths of a degree.
const LIMIT: i64 = -15_000;

/// When what happens, and what must be remembered until later.
pub(crate) struct Script {
    contaminated_day: usize,
    dirty_day: usize,
    warm_day: usize,
    relabel_day: usize,
    bad_lot: u32,
    first_act: usize,
}

impl Script {
    pub(crate) fn new(world: &mut World, pace: Pace) -> Self {
        let days = pace.days;
        let store = world.first(Role::ColdStore);
        world.note(Step::Install, pace.start + 30 * MINUTE, store, &[]).part = "R1";
        Self {
            contaminated_day: (days / 5).max(1),
            dirty_day: (days / 4).max(2),
            warm_day: days / 2,
            relabel_day: (days / 3).max(2),
            bad_lot: NONE,
            first_act: 0,
        }
    }

    /// Before the plants run.
    pub(crate) fn morning(&mut self, world: &mut World, day: i64, nth: usize) {
        self.first_act = world.acts.len();
        if nth == self.contaminated_day {
            self.contaminate(world, day);
            planted::certificate(world, day);
        }
        planted::readings(world, day, nth == self.warm_day);
    }

    /// A lot of spinach goes to the market and to a dumpling plant.
    fn contaminate(&mut self, world: &mut World, day: i64) {
        let farm = world.first(Role::VegetableFarm);
        let time = world.at(day, 4, 30);
        let text = format!("{}-9", clock::short_date(day));
        let line = world.harvest(farm, (Goods::Vegetable, 0), &text, 1_600_000, time);
        self.bad_lot = line.item;
        let certificate = world.certify(farm, line, time + 10 * MINUTE);
        let (plant, hub) = (world.first(Role::Dumpling), world.first(Role::Hub));
        for (to, grams) in [(plant, 400_000), (hub, 1_150_000)] {
            let depart = world.after(time, 20, 50);
            let trip = world.trip(farm, to, depart);
            world.trips[trip as usize].certificate = certificate;
            let line = Line { item: line.item, grams };
            if to == hub {
                world.deliver_in_two(trip, line)
            } else {
                world.deliver(trip, &[line])
            };
        }
        world.truth.incidents.contaminated = Contaminated {
            lot: world.id(line.item),
            analyte: names::ANALYTES[0].to_owned(),
            micros: time,
            ..Contaminated::default()
        };
    }

    /// The lot that buyers ask for while the market has it.
    pub(crate) fn wanted(&self, world: &mut World, day: i64, nth: usize) -> Option<u32> {
        let soon = nth == self.contaminated_day || nth == self.contaminated_day + 1;
        let hub = world.first(Role::Hub);
        let there = |w: &World| w.stock[hub as usize].iter().any(|h| h.item == self.bad_lot);
        (soon && day > 0 && there(world) && world.dice.chance(300)).then_some(self.bad_lot)
    }

    /// After the plants ran, before the orders.
    pub(crate) fn noon(&mut self, world: &mut World, day: i64, nth: usize) {
        if nth == self.dirty_day {
            self.dirty(world, day);
        }
        if nth == self.relabel_day {
            planted::relabel(world, day);
        }
        if nth % 5 == 1 {
            planted::void(world, day);
        }
    }

    /// The line is dirty from its first run until the cleaning at noon, of which no one writes.
    fn dirty(&mut self, world: &mut World, day: i64) {
        let plant = world.first(Role::Dumpling);
        let on_line = |a: &&mut crate::acts::Act, step| {
            a.step == step && a.site == plant && a.part == "L1" && a.time > day
        };
        let mut cleanings = Vec::new();
        let recorded = world.fate.clean;
        let mut noon = 0;
        for act in world.acts[self.first_act..].iter_mut() {
            if !on_line(&act, Step::Clean) {
                continue;
            }
            let hidden = !cleanings.is_empty();
            if hidden {
                act.show = Show::CleanOnly;
                noon = act.time;
            }
            cleanings.push(Cleaning { micros: act.time, recorded: !hidden || recorded });
        }
        let mut dirty = DirtyLine {
            line: identifiers::place(&world.sites[plant as usize].gln, "L1", Spelling::Link),
            cleanings,
            ..DirtyLine::default()
        };
        for act in world.acts[self.first_act..].iter_mut() {
            if on_line(&act, Step::Transform) {
                let ids =
                    act.outputs.iter().map(|l| world.truth.items[l.item as usize].id.to_string());
                if act.time <= noon {
                    dirty.exposed.extend(ids);
                } else if !recorded {
                    dirty.suspected.extend(ids);
                }
            }
        }
        world.truth.incidents.dirty_line = dirty;
    }

    /// After the orders: a sample of what the contaminated lot became, and the next cleaning.
    pub(crate) fn evening(&mut self, world: &mut World, day: i64, nth: usize) {
        let unseen = world.truth.incidents.contaminated.sampled.is_empty();
        if nth > self.contaminated_day && unseen {
            self.find_out(world, day);
        }
        if nth == self.dirty_day + 1 {
            let plant = world.first(Role::Dumpling);
            let next = world.acts[self.first_act..]
                .iter()
                .find(|a| a.step == Step::Clean && a.site == plant && a.part == "L1");
            if let Some(act) = next {
                let cleaning = Cleaning { micros: act.time, recorded: true };
                world.truth.incidents.dirty_line.cleanings.push(cleaning);
            }
        }
        if nth == self.warm_day {
            let store = world.first(Role::ColdStore);
            let gap = (day + 15 * HOUR, day + 17 * HOUR);
            world.truth.incidents.excursion = Excursion {
                room: identifiers::place(&world.sites[store as usize].gln, "R1", Spelling::Link),
                probe: probe(world, store),
                warm: (day + 14 * HOUR, day + 18 * HOUR),
                gap: if world.fate.clean { (gap.0, gap.0) } else { gap },
                limit_millicelsius: LIMIT,
                exposed: Vec::new(),
            };
        }
    }

    /// A shop that had the contaminated lot is visited, and the sample is bad.
    fn find_out(&self, world: &mut World, day: i64) {
        let bad = self.bad_lot;
        let of_shop = |s: &&crate::truth::Portion| {
            s.item == bad && world.sites[s.site as usize].role == Some(Role::Shop)
        };
        let Some(sale) = world.truth.sales.iter().find(of_shop).copied() else { return };
        let time = (sale.micros + HOUR).min(day + DAY - MINUTE);
        world.sample(sale.site, Line { item: bad, grams: 500 }, time, true);
        let found = &mut world.truth.incidents.contaminated;
        found.sampled = found.lot.clone();
        found.sampled_at = world.truth.sites[sale.site as usize].id.clone();
    }

    /// What can be known only when everything is over.
    pub(crate) fn finish(&self, world: &mut World) {
        let store = world.first(Role::ColdStore);
        let (from, until) = world.truth.incidents.excursion.warm;
        let mut held = std::collections::BTreeMap::new();
        for m in &world.truth.moves {
            if m.to == store && m.arrived <= until {
                *held.entry(m.item).or_insert(0) += m.grams;
            }
            if m.from == store && m.departed < from {
                *held.entry(m.item).or_insert(0) -= m.grams;
            }
        }
        let exposed: Vec<u32> = held.into_iter().filter(|(_, g)| *g > 0).map(|(i, _)| i).collect();
        world.truth.incidents.excursion.exposed = exposed.iter().map(|i| world.id(*i)).collect();
    }
}

/// The probe of a site's first room; see `render`.
pub(crate) fn probe(world: &World, site: SiteIndex) -> String {
    identifiers::giai(&world.sites[site as usize].gln[..9], "TP001", Spelling::Link)
}
