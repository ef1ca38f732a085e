//! Documents: which records go together, and when they are posted.

use std::collections::BTreeSet;

use crate::clock::{DAY, HOUR, MINUTE};
use crate::flow::World;
use crate::places::CityParty;
use crate::record::{Batch, Face, Fate, Plan, Record};

const DELAY: u64 = 6;
const LATE: u64 = 7;

/// Milliseconds of delay between an event and its posting: hours, now and then days.
fn delay(fate: Fate, key: u32) -> i64 {
    // The sum of draws leans to the right: median about three hours, at most twenty.
    let u = |salt: u64| fate.draw(key, DELAY + 100 * salt, 1000) as i64;
    20 * MINUTE + u(1) * u(2) * u(3) / 1_000_000 * HOUR / 60 + u(4) * 3 * HOUR / 1000
}

/// Groups the records of each party into documents and puts these in posting order.
pub(crate) fn batches(
    world: &World,
    parties: &[CityParty],
    fate: Fate,
    mut records: Vec<Record>,
    now: i64,
) -> Plan {
    let by = |r: &Record| world.acts[r.act as usize].by;
    let later =
        |r: &Record| matches!(r.face, Face::Declared | Face::Corrected | Face::PhantomDeclared);
    // Declarations come in documents of their own, after everything they speak of.
    records.sort_by_key(|r| (by(r), later(r), r.time, r.act, r.face));
    let mut out: Vec<Batch> = Vec::new();
    let mut from = 0;
    while from < records.len() {
        let party = by(&records[from]);
        let most = parties[party as usize].role.batch();
        let head = records[from];
        let open = |r: &Record| {
            by(r) == party
                && later(r) == later(&head)
                && (!later(r) || r.act == head.act)
                && r.time - head.time < 8 * HOUR
        };
        let until = (from..records.len())
            .take(most.max(if later(&head) { 2 } else { 1 }))
            .take_while(|i| open(&records[*i]))
            .last()
            .unwrap_or(from)
            + 1;
        let last = records[from..until].iter().map(|r| world.acts[r.act as usize].time).max();
        let key = head.act ^ 0x5555;
        let late = fate.error(key, LATE, 30);
        let mut post = last.unwrap_or(head.time) + delay(fate, key);
        if late {
            post += DAY + fate.draw(key, LATE + 50, 72) as i64 * HOUR;
        }
        if later(&head) {
            post += 6 * DAY;
        }
        let (from32, until32) = (from as u32, until as u32);
        out.push(Batch {
            party,
            from: from32,
            until: until32,
            post: post.min(now),
            late,
            first: false,
        });
        from = until;
    }
    // The stable sort keeps a party's order where posts tie at the end of the simulation.
    out.sort_by_key(|b| b.post);
    let mut known = vec![false; parties.len()];
    for batch in &mut out {
        batch.first = !std::mem::replace(&mut known[batch.party as usize], true);
    }
    let mut parts = vec![BTreeSet::from([""]); world.sites.len()];
    for act in &world.acts {
        parts[act.site as usize].insert(act.part);
    }
    Plan { records, batches: out, parts }
}
