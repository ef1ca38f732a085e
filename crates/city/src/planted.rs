//! Incidents of one day: readings of a warm room, a certificate, a new label, a void shipping.

use crate::acts::{Line, NONE, Show, Step};
use crate::clock::{self, DAY, HOUR, MINUTE};
use crate::flow::World;
use crate::goods::Goods;
use crate::incidents::{Overused, Relabelled};
use crate::places::Role;
use crate::production::Run;
use crate::truth::Unrecorded;

/// Readings of the first cold store: every second hour, on the warm day every hour.
pub(crate) fn readings(world: &mut World, day: i64, warm: bool) {
    let store = world.first(Role::ColdStore);
    for hour in (0..24).step_by(if warm { 1 } else { 4 }) {
        let end = (day + (hour + 1) * HOUR).min(world.horizon - clock::SECOND);
        let noise = world.dice.range(-600, 600);
        let hot = warm && (14..18).contains(&hour);
        let hidden = warm && (15..17).contains(&hour);
        let act = world.note(Step::Sense, end, store, &[]);
        act.start = day + hour * HOUR;
        act.part = "R1";
        act.value = if hot { -6000 } else { -19_500 } + noise;
        act.show = if hidden { Show::CleanOnly } else { Show::Always };
    }
}

/// One certificate of 300 kg goes with three lots of more than a ton.
pub(crate) fn certificate(world: &mut World, day: i64) {
    let farm = world.all(Role::VegetableFarm)[1];
    let hub = world.first(Role::Hub);
    let mut first = NONE;
    let mut overused = Overused::default();
    for (k, kilograms) in [300, 350, 400].into_iter().enumerate() {
        let time = world.at(day, 6, 30);
        let text = format!("{}-H{}", clock::short_date(day), k + 1);
        let line = world.harvest(farm, (Goods::Vegetable, 1), &text, kilograms * 1000, time);
        let own = world.certify(farm, line, time + 10 * MINUTE);
        if k == 0 {
            first = own;
            overused.lot = world.id(line.item);
            overused.issued_grams = line.grams;
            overused.certificate =
                crate::render::document(&world.sites[farm as usize].gln, "HGZ", own);
        } else if let Some(act) = world.acts.last_mut() {
            act.show = Show::CleanOnly;
        }
        let depart = world.after(time, 30, 90);
        let trip = world.trip(farm, hub, depart);
        world.trips[trip as usize].certificate = if world.fate.clean { own } else { first };
        world.deliver(trip, &[line]);
        if k == 0 || !world.fate.clean {
            overused.used_grams += line.grams;
            overused.lots.push(world.id(line.item));
        }
    }
    world.truth.incidents.certificate = overused;
}

/// A wholesaler sells an import lot under a younger lot number.
pub(crate) fn relabel(world: &mut World, day: i64) {
    let store = world.first(Role::ColdStore);
    let wholesaler = world.first(Role::Wholesaler);
    let depart = world.at(day, 8, 20);
    let held = world.held(store, depart, |g| g == Goods::Frozen);
    let Some(old) = held.first().copied() else { return };
    let owner = world.stock[store as usize].iter().find(|h| h.item == old.item).map(|h| h.owner);
    let line = Line { item: old.item, grams: old.grams.min(400_000) };
    let trip = world.trip(store, wholesaler, depart);
    world.trips[trip as usize].seller = owner.unwrap_or(store);
    let got = world.deliver(trip, &[line]);
    let Some(line) = got.first().copied() else { return };
    let start = world.trips[trip as usize].arrive + HOUR / 2;
    let product = world.truth.items[line.item as usize].product;
    let country = world.products[product as usize].country;
    let text = format!("{country}-{}-N", clock::short_date(day - 9 * DAY));
    let grams = line.grams * 3 / 4 / 1000 * 1000;
    let input = [Line { item: line.item, grams }];
    let outputs = [(product, text, grams)];
    let end = start + HOUR / 2;
    let (step, show) = (Step::Repack, Show::CleanOnly);
    let run = Run {
        step,
        show,
        site: wholesaler,
        part: "",
        start,
        end,
        inputs: &input,
        outputs: &outputs,
    };
    let made = world.transform(&run);
    let Some(new) = made.first().copied() else { return };
    world.note(Step::Appear, end, wholesaler, &[Line { item: new, grams }]).show = Show::ErrorsOnly;
    let (old, new_id) = (world.id(line.item), world.id(new));
    if !world.fate.clean {
        world.truth.unrecorded.push(Unrecorded {
            from: old.clone(),
            to: new_id.clone(),
            missing: "the repackaging under a new lot number".to_owned(),
        });
    }
    let site = world.truth.sites[wholesaler as usize].id.clone();
    world.truth.incidents.relabelled = Relabelled { old, new: new_id, site, grams, micros: end };
    for shop in world.all(Role::Shop).into_iter().take(4) {
        let depart = world.after(end, 20, 120);
        let trip = world.trip(wholesaler, shop, depart);
        let got = world.deliver(trip, &[Line { item: new, grams: 20_000 }]);
        let arrive = world.trips[trip as usize].arrive;
        world.sell_off(shop, &got, arrive);
    }
}

pub(crate) fn void(world: &mut World, day: i64) {
    let hub = world.first(Role::Hub);
    let time = world.at(day, 13, 60);
    let held = world.held(hub, time, Goods::is_for_sale);
    let shops = world.all(Role::Shop);
    let shop = world.dice.pick(&shops);
    if let Some(line) = held.first() {
        let lines = [Line { item: line.item, grams: line.grams.min(30_000) }];
        world.void_shipping(hub, shop, &lines, time);
    }
}
