//! Filling and emptying of one unit, event by event.

use std::cmp::Ordering;

use laiqu_epcis::facts::{Action, DAY_MICROS, EventType, ItemRole};
use smallvec::SmallVec;

use crate::containment::{Contents, Epoch, Stay};
use crate::intern::{NONE, id32, is_product_unit};
use crate::ordering::compare;
use crate::quantity::{Amount, SHARE_TOLERANCE};
use crate::records::{EventRecord, ItemRecord};
use crate::time::CLOCK_TOLERANCE_MICROS;
use crate::view::View;

struct Step<'g> {
    event: u32,
    record: &'g EventRecord,
    done: bool,
}

impl Contents {
    pub(crate) fn of(view: &View<'_>, parent: u32) -> Contents {
        let mut steps: SmallVec<[Step<'_>; 4]> = view
            .events(parent)
            .filter(|(_, e)| view.has_role(e, parent, ItemRole::Parent))
            .filter(|(_, e)| e.event_type() == EventType::Aggregation)
            .map(|(event, record)| Step { event, record, done: false })
            .collect();
        steps.sort_by(|a, b| order(view, a, b));
        let mut filling = Filling {
            view,
            contents: Contents::default(),
            epoch: NONE,
            epoch_first: 0,
            empty_since: i64::MIN,
            renewed: renewals(view, parent),
            parent,
        };
        for index in 0..steps.len() {
            filling.unpack_before(&mut steps, index);
            let Some(step) = steps.get_mut(index).filter(|step| !step.done) else { continue };
            match step.record.action() {
                Some(Action::Delete) => step.done = filling.remove(step.record, None),
                action => filling.put(step.event, step.record, action == Some(Action::Add)),
            }
            filling.unpack_after(&mut steps, index);
        }
        filling.contents
    }
}

/// Unpacking on a stated day happens by the end of it.
fn moment(record: &EventRecord) -> i64 {
    if record.action() == Some(Action::Delete) {
        record.time().latest()
    } else {
        record.time().earliest()
    }
}

fn order(view: &View<'_>, a: &Step<'_>, b: &Step<'_>) -> Ordering {
    let rank = |record: &EventRecord| match record.action() {
        Some(Action::Add) | None => 0,
        Some(Action::Observe) => 1,
        Some(Action::Delete) => 2,
    };
    moment(a.record)
        .cmp(&moment(b.record))
        .then_with(|| rank(a.record).cmp(&rank(b.record)))
        .then_with(|| compare(view.graph, a.event, b.event))
}

/// Times at which a unit was commissioned (again).
fn renewals(view: &View<'_>, parent: u32) -> SmallVec<[i64; 2]> {
    let mut times: SmallVec<[i64; 2]> = view
        .events(parent)
        .filter(|(_, e)| {
            view.has_role(e, parent, ItemRole::Output)
                || (e.event_type() == EventType::Object && e.action() == Some(Action::Add))
        })
        .map(|(_, e)| e.time().earliest())
        .collect();
    times.sort_unstable();
    times
}

struct Filling<'v, 'g> {
    view: &'v View<'g>,
    contents: Contents,
    /// Index of the open epoch, or [`NONE`].
    epoch: u32,
    /// First stay of the open epoch.
    epoch_first: usize,
    empty_since: i64,
    renewed: SmallVec<[i64; 2]>,
    parent: u32,
}

impl<'g> Filling<'_, 'g> {
    fn children(&self, record: &EventRecord) -> impl Iterator<Item = &'g ItemRecord> + use<'g> {
        self.view.graph.items(record).iter().filter(|item| item.role() == ItemRole::Child)
    }

    /// A repacking at the same moment, or on a day for which unpacking is only dated, comes after
    /// that unpacking where what it takes out was inside before.
    fn unpack_before(&mut self, steps: &mut [Step<'_>], index: usize) {
        let Some(now) = steps.get(index).map(|step| step.record) else { return };
        if self.epoch == NONE || now.action() != Some(Action::Add) {
            return;
        }
        let start = now.time().earliest();
        for step in steps.iter_mut().skip(index + 1) {
            if moment(step.record) > start.saturating_add(DAY_MICROS) {
                break;
            }
            let may_precede = !step.done
                && step.record.action() == Some(Action::Delete)
                && step.record.time().earliest() <= start;
            if may_precede {
                step.done = self.remove(step.record, Some(step.record.time().earliest()));
            }
        }
    }

    /// Clocks differ: an unpacking that found nothing is tried again after a packing within the
    /// tolerance.
    fn unpack_after(&mut self, steps: &mut [Step<'_>], index: usize) {
        let Some(now) = steps.get(index).map(|step| step.record) else { return };
        if now.action() == Some(Action::Delete) {
            return;
        }
        let oldest = now.time().earliest().saturating_sub(CLOCK_TOLERANCE_MICROS);
        let (before, _) = steps.split_at_mut(index);
        for step in before.iter_mut().rev() {
            if moment(step.record) < oldest {
                break;
            }
            if !step.done && step.record.action() == Some(Action::Delete) {
                step.done = self.remove(step.record, None);
            }
        }
    }

    fn put(&mut self, event: u32, record: &EventRecord, recorded: bool) {
        let time = record.time().earliest();
        for child in self.children(record) {
            let epoch = self.epoch;
            let inside = self
                .current()
                .iter_mut()
                .find(|s| s.child == child.id && s.epoch == epoch && s.until == i64::MAX);
            if let Some(stay) = inside {
                if recorded {
                    stay.top_up(child.amount());
                }
                continue;
            }
            if self.epoch == NONE {
                self.open(time);
            }
            let since = self.empty_since.max(self.epoch_start());
            self.contents.stays.push(Stay {
                child: child.id,
                epoch: self.epoch,
                from: if recorded { time } else { since },
                until: i64::MAX,
                opened_by: event,
                inferred: !recorded,
                amount: child.amount(),
                left: child.amount().map(|amount| amount.value),
            });
        }
    }

    /// Stays of the open epoch and perhaps some before it.
    fn current(&mut self) -> &mut [Stay] {
        self.contents.stays.get_mut(self.epoch_first..).unwrap_or(&mut [])
    }

    fn epoch_start(&self) -> i64 {
        self.contents.epochs.last().map_or(i64::MIN, |epoch| epoch.from)
    }

    fn open(&mut self, time: i64) {
        let first = self.contents.epochs.is_empty();
        let renewed = self.renewed.iter().rfind(|t| **t > self.empty_since && **t <= time);
        let from = if first { i64::MIN } else { renewed.copied().unwrap_or(time) };
        self.epoch = id32(self.contents.epochs.len());
        self.epoch_first = self.contents.stays.len();
        self.contents.epochs.push(Epoch { from, until: i64::MAX });
    }

    /// Takes out what the event lists, or all where it lists nothing. With `before`, only what was
    /// inside before that moment. Says whether it took anything out.
    fn remove(&mut self, record: &EventRecord, before: Option<i64>) -> bool {
        if self.epoch == NONE {
            return false;
        }
        let listed: SmallVec<[&ItemRecord; 4]> = self.children(record).collect();
        let time = record.time().latest();
        let epoch = self.epoch;
        let is_before = |stay: &Stay| before.is_none_or(|before| stay.from < before);
        let is_inside = |stay: &Stay| stay.epoch == epoch && stay.until == i64::MAX;
        let stays = self.current();
        let holds = |id: u32| {
            let mut stays = stays.iter();
            stays.any(|stay| stay.child == id && is_inside(stay) && is_before(stay))
        };
        if before.is_some() && !listed.iter().all(|item| holds(item.id)) {
            return false;
        }
        let mut removed = false;
        for stay in self.current() {
            if !is_inside(stay) || !is_before(stay) {
                continue;
            }
            let taken = listed.iter().find(|item| item.id == stay.child);
            if taken.is_none() && !listed.is_empty() {
                continue;
            }
            removed = true;
            if !stay.keeps_remainder(taken.and_then(|item| item.amount())) {
                stay.until = time.max(stay.from);
            }
        }
        if removed && !self.current().iter().any(is_inside) {
            self.close(time);
        }
        removed
    }

    fn close(&mut self, time: i64) {
        if is_product_unit(self.view.text(self.parent)) {
            return;
        }
        if let Some(epoch) = self.contents.epochs.last_mut() {
            epoch.until = time;
        }
        self.epoch = NONE;
        self.empty_since = time;
    }
}

impl Stay {
    fn top_up(&mut self, more: Option<Amount>) {
        if let (Some(amount), Some(left), Some(more)) = (&mut self.amount, &mut self.left, more)
            && let Some(value) = more.in_unit(amount.unit)
        {
            amount.value += value;
            amount.stated += if more.stated_unit == amount.stated_unit { more.stated } else { 0.0 };
            *left += value;
        }
    }

    /// Subtracts an amount; a remainder stays inside.
    fn keeps_remainder(&mut self, taken: Option<Amount>) -> bool {
        let (Some(left), Some(amount), Some(taken)) = (self.left, self.amount, taken) else {
            return false;
        };
        let Some(value) = taken.in_unit(amount.unit) else { return false };
        let rest = left - value;
        self.left = Some(rest);
        rest > amount.value * SHARE_TOLERANCE
    }
}
