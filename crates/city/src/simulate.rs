//! The days of the city, one after the other.

use crate::acts::{Line, Step};
use crate::clock::{DAY, HOUR};
use crate::flow::World;
use crate::goods::Goods;
use crate::places::Role;
use crate::script::Script;

/// How long and how busy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Local midnight of the first day, in microseconds.
    pub(crate) start: i64,
    pub(crate) days: usize,
    /// Records wanted.
    pub(crate) events: usize,
}

/// Of the records wanted, this share comes from the flow of goods; readings make up the rest.
const FLOW_PER_MILLE: usize = 930;

/// Runs the world from the first day to the last.
pub(crate) fn simulate(world: &mut World, pace: Pace) {
    let successors = (pace.events / 100).max(12);
    let mut script = Script::new(world, pace);
    let mut retailers =
        [world.all(Role::Shop), world.all(Role::Restaurant), world.all(Role::School)].concat();
    retailers = world.dice.sample(&retailers, retailers.len());
    let mut turn = 0;
    let total = (pace.events * FLOW_PER_MILLE / 1000) as i64;
    for nth in 0..pace.days {
        let day = pace.start + nth as i64 * DAY;
        world.outside_goods(day, (pace.events / pace.days) as i64 * 8000);
        world.grain_farms(day, nth);
        if nth == 0 {
            silo(world, day, successors);
        }
        if nth >= 1 {
            let left = successors - successors * (nth - 1) / (pace.days - 1);
            let next = successors - successors * nth / (pace.days - 1);
            world.bags(day, left - next);
        }
        world.pig_farms(day);
        world.vegetable_farms(day);
        script.morning(world, day, nth);
        world.meat(day);
        world.mills(day);
        world.noodles(day);
        world.pickles(day);
        world.dairy(day);
        world.imports(day, nth);
        world.restock(day);
        world.dumplings(day);
        script.noon(world, day, nth);
        let budget = (total * busy(pace.start, nth + 1) / busy(pace.start, pace.days)) as usize;
        let mut failed = 0;
        while world.acts.len() < budget && failed < 200 {
            let retailer = retailers[turn % retailers.len()];
            let wanted = script.wanted(world, day, nth);
            let ok = world.order(day, retailer, wanted);
            failed = if ok { 0 } else { failed + 1 };
            turn += 1;
        }
        script.evening(world, day, nth);
        if nth % 3 == 2 {
            world.sell_outside(day);
            stock_taking(world, day);
        }
        world.tidy_stock(day);
    }
    script.finish(world);
    world.close();
}

/// How busy the first `days` days are together: markets have most to do towards the weekend.
fn busy(start: i64, days: usize) -> i64 {
    // 1970-01-01 was a Thursday.
    const WEIGHTS: [i64; 7] = [10, 11, 13, 12, 9, 9, 10];
    (0..days as i64).map(|nth| WEIGHTS[((start + DAY / 2) / DAY + nth) as usize % 7]).sum()
}

/// A silo of flour from two farms, so large that the market sells it for weeks.
fn silo(world: &mut World, day: i64, successors: usize) {
    let mill = world.first(Role::Mill);
    let hub = world.first(Role::Hub);
    let flour = successors as i64 * 25_000;
    let mut inputs = Vec::new();
    let farms = world.all(Role::GrainFarm);
    for farm in farms.into_iter().take(2) {
        let time = world.at(day, 4, 20);
        let grams = (flour * 7 / 10 / 1000 + 1) * 1000;
        let line = world.harvest(farm, (Goods::Grain, 0), "XQ-1", grams, time);
        let depart = world.after(time, 10, 30);
        let trip = world.trip(farm, mill, depart);
        inputs.extend(world.deliver(trip, &[line]));
    }
    let product = world.product(mill, Goods::Silo, 0);
    let output = (product, "SILO-1".to_owned(), flour);
    let start = day + 9 * HOUR;
    let made = world.run((mill, "L2"), (start, 5), &inputs, std::slice::from_ref(&output));
    let Some(item) = made.first().copied() else { return };
    world.truth.hub_lot = world.id(item);
    let mut left = flour;
    let mut truck = 0;
    while left > 0 {
        let grams = left.min(30_000_000);
        let depart = world.at(day, 16 + truck % 5, 30);
        let trip = world.trip(mill, hub, depart);
        world.with_carrier(trip, 500);
        world.deliver(trip, &[Line { item, grams }]);
        left -= grams;
        truck += 1;
    }
}

fn stock_taking(world: &mut World, day: i64) {
    let places = [world.all(Role::ColdStore), world.all(Role::Wholesaler), world.all(Role::Hub)];
    for site in places.concat() {
        let time = world.at(day, 20, 30);
        let held = world.held(site, time, |_| true);
        let some: Vec<Line> = held.into_iter().take(12).collect();
        if !some.is_empty() {
            world.note(Step::Count, time, site, &some);
        }
    }
}
