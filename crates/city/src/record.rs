//! The second stage: which acts leave which records, when they are posted, and what goes wrong.

use std::collections::BTreeSet;

use crate::acts::{Act, NONE, Show, Step};
use crate::batch;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::dice::mix;
use crate::flow::World;
use crate::places::{CityParty, Role};

/// What a record makes of its act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Face {
    Whole,
    /// Inputs and outputs of a run, told in two events with one transformationID.
    Inputs,
    Outputs,
    /// Told wrong; declared and corrected later.
    Wrong,
    Declared,
    Corrected,
    /// It did not occur; declared later.
    Phantom,
    PhantomDeclared,
}

/// One event to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) act: u32,
    pub(crate) face: Face,
    /// Kilograms written as if they were grams.
    pub(crate) thousandfold: bool,
    /// What the record claims, in microseconds.
    pub(crate) time: i64,
}

/// One document: records of one party, `from..until` of the plan's list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    pub(crate) party: u32,
    pub(crate) from: u32,
    pub(crate) until: u32,
    /// When it is posted, in microseconds.
    pub(crate) post: i64,
    /// Posted more than a day after its last event.
    pub(crate) late: bool,
    /// The party's first document, which carries its master data.
    pub(crate) first: bool,
}

/// All records, grouped into documents in posting order.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) records: Vec<Record>,
    pub(crate) batches: Vec<Batch>,
    /// Lines, rooms, fields of each site that the diary names, the site itself first.
    pub(crate) parts: Vec<BTreeSet<&'static str>>,
}

/// Draws of the second stage, each from the act's own number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    pub(crate) seed: u64,
    pub(crate) clean: bool,
}

impl Fate {
    pub(crate) fn draw(self, number: u32, salt: u64, below: u64) -> u64 {
        mix(self.seed ^ 0x7265_636f_7264, u64::from(number), salt) % below
    }

    /// A small party that writes down days and no times.
    pub(crate) fn date_only(self, role: Role, party: u32) -> bool {
        role.batch() <= 3 && (u64::from(party) + self.seed % 9).is_multiple_of(9)
    }

    pub(crate) fn error(self, number: u32, salt: u64, per_mille: u64) -> bool {
        !self.clean && self.draw(number, salt, 1000) < per_mille
    }
}

const ONE_SIDED: u64 = 1;
const SPLIT: u64 = 2;
const DECLARE: u64 = 3;
const THOUSAND: u64 = 4;
const SKEW: u64 = 5;

/// The part of a shipment that no one wrote down.
fn is_missing(fate: Fate, act: &Act) -> bool {
    let missing = |step| match step {
        Step::Ship => Some(0..12),
        Step::Receive => Some(12..24),
        _ => None,
    };
    let Some(range) = missing(act.step) else { return false };
    // A voided shipping needs its shipping.
    !fate.clean && act.trip != NONE && range.contains(&fate.draw(act.trip, ONE_SIDED, 1000))
}

/// Records of one act.
fn faces(fate: Fate, number: u32, act: &Act, voided: &[bool]) -> Vec<Face> {
    let shown = match act.show {
        Show::Always => true,
        Show::CleanOnly => fate.clean,
        Show::ErrorsOnly => !fate.clean,
    };
    let void = act.trip != NONE && voided[act.trip as usize];
    if !shown || (!void && is_missing(fate, act)) {
        return Vec::new();
    }
    let lines = !act.lines.is_empty() && act.units.is_empty();
    match act.step {
        Step::Transform if fate.draw(number, SPLIT, 100) < 12 => vec![Face::Inputs, Face::Outputs],
        Step::Receive if lines && fate.error(number, DECLARE, 2) => {
            vec![Face::Wrong, Face::Declared, Face::Corrected]
        }
        Step::Ship if lines && !void && fate.error(number, DECLARE, 1) => {
            vec![Face::Whole, Face::Phantom, Face::PhantomDeclared]
        }
        _ => vec![Face::Whole],
    }
}

/// Makes the plan; readings are added to the diary until the number of records is `events`.
pub(crate) fn plan(
    world: &mut World,
    parties: &[CityParty],
    fate: Fate,
    events: usize,
    now: i64,
) -> Plan {
    let mut voided = vec![false; world.trips.len()];
    for act in world.acts.iter().filter(|a| a.step == Step::VoidShip) {
        voided[act.trip as usize] = true;
    }
    let mut told: Vec<(u32, Face)> = Vec::with_capacity(events);
    for (number, act) in world.acts.iter().enumerate() {
        let number = number as u32;
        told.extend(faces(fate, number, act, &voided).into_iter().map(|face| (number, face)));
    }
    if !fate.clean {
        insist(world, &mut told, &voided);
    }
    thin(world, &mut told, events);
    fill(world, parties, &mut told, events);
    let claims = told.into_iter().map(|(act, face)| claim(world, parties, fate, act, face, now));
    let mut records: Vec<Record> = claims.collect();
    if !fate.clean && !records.iter().any(|r| r.thousandfold) {
        let plain = |r: &&mut Record| {
            let act = &world.acts[r.act as usize];
            act.step == Step::Receive && act.units.is_empty() && r.face == Face::Whole
        };
        if let Some(record) = records.iter_mut().filter(plain).nth(20) {
            record.thousandfold = true;
        }
    }
    batch::batches(world, parties, fate, records, now)
}

/// Makes sure of one declaration of each kind and one thousandfold amount, however small the city.
fn insist(world: &World, told: &mut Vec<(u32, Face)>, voided: &[bool]) {
    let plain = |step: Step, (number, face): &(u32, Face)| {
        let act = &world.acts[*number as usize];
        let kept = act.step == step && act.units.is_empty() && !act.lines.is_empty();
        kept && *face == Face::Whole && act.trip != NONE && !voided[act.trip as usize]
    };
    let middle = told.len() / 3;
    if !told.iter().any(|(_, f)| *f == Face::Declared) {
        let at = (middle..told.len()).find(|i| plain(Step::Receive, &told[*i]));
        if let Some(at) = at {
            let number = told[at].0;
            told[at].1 = Face::Wrong;
            told.push((number, Face::Declared));
            told.push((number, Face::Corrected));
        }
    }
    if !told.iter().any(|(_, f)| *f == Face::PhantomDeclared) {
        let at = (middle..told.len()).find(|i| plain(Step::Ship, &told[*i]));
        if let Some(at) = at {
            let number = told[at].0;
            told.push((number, Face::Phantom));
            told.push((number, Face::PhantomDeclared));
        }
    }
}

/// Leaves out records that no one needs, evenly, until the number fits.
fn thin(world: &World, told: &mut Vec<(u32, Face)>, events: usize) {
    let spare: usize = told.iter().filter(|(n, _)| world.acts[*n as usize].is_optional()).count();
    let over = told.len().saturating_sub(events).min(spare);
    if over == 0 {
        return;
    }
    let mut seen = 0;
    told.retain(|(number, _)| {
        if !world.acts[*number as usize].is_optional() {
            return true;
        }
        seen += 1;
        seen * over / spare == (seen - 1) * over / spare
    });
}

/// Parties without any record take stock; then probes fill up with readings.
fn fill(world: &mut World, parties: &[CityParty], told: &mut Vec<(u32, Face)>, events: usize) {
    let mut busy = vec![false; world.sites.len()];
    for (number, _) in told.iter() {
        busy[world.acts[*number as usize].by as usize] = true;
    }
    let first = world.horizon - world.truth.sites.len() as i64 * MINUTE - DAY;
    let idle = (0..parties.len()).filter(|p| !busy[*p]).collect::<Vec<_>>();
    let mut probes: Vec<u32> = (0..parties.len() as u32)
        .filter(|p| {
            let role = parties[*p as usize].role;
            matches!(role, Role::ColdStore | Role::Carrier | Role::Dairy | Role::Hub)
        })
        .collect();
    // The first cold store has the incident's own readings.
    let store = world.first(Role::ColdStore);
    if probes.len() > 1 {
        probes.retain(|p| *p != store);
    }
    let mut number = world.acts.len() as u32;
    for party in idle {
        let time = first + party as i64 * MINUTE;
        world.note(Step::Sense, time, party as u32, &[]).part = "R1";
        told.push((number, Face::Whole));
        number += 1;
    }
    let missing = events.saturating_sub(told.len());
    let start = world.acts.iter().map(|a| a.time).min().unwrap_or(first);
    for nth in 0..missing {
        let probe = probes[nth % probes.len()];
        let hour = start + (world.horizon - start - 2 * HOUR) / missing as i64 * nth as i64;
        let noise = (mix(7, u64::from(probe), nth as u64) % 1200) as i64;
        let cold = if parties[probe as usize].role == Role::ColdStore { -20_000 } else { 2000 };
        let act = world.note(Step::Sense, hour + HOUR, probe, &[]);
        act.start = hour;
        act.part = if parties[probe as usize].role == Role::Carrier { "V1" } else { "R1" };
        act.value = cold + noise;
        told.push((number, Face::Whole));
        number += 1;
    }
}

/// The record with the time that it claims.
fn claim(
    world: &World,
    parties: &[CityParty],
    fate: Fate,
    number: u32,
    face: Face,
    now: i64,
) -> Record {
    let act = &world.acts[number as usize];
    let party = &parties[act.by as usize];
    let mut time = if face == Face::Inputs && act.start > 0 { act.start } else { act.time };
    if fate.date_only(party.role, act.by) {
        time = crate::clock::midnight(time);
    } else if !fate.clean && (u64::from(act.by) + fate.seed % 12).is_multiple_of(12) {
        let minutes = fate.draw(act.by, SKEW, 1 << 40) as i64 / 12 % 15 - 7;
        let minutes = if minutes < 0 { minutes - 3 } else { minutes + 3 };
        time = (time + minutes.clamp(-10, 10) * MINUTE).min(now);
    }
    let numeric = matches!(act.step, Step::Receive | Step::Sell | Step::Harvest | Step::Count);
    // A record of packs states no amount.
    let has_amount = act.lines.iter().any(|line| !world.is_pack(line.item));
    let plain = face == Face::Whole && act.units.is_empty() && has_amount;
    let thousandfold = numeric && plain && fate.error(number, THOUSAND, 5);
    Record { act: number, face, thousandfold, time }
}
