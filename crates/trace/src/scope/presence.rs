//! Whether and when a holding was at a place.

use crate::grouping::Group;
use crate::intern::id32;
use crate::question::Interval;
use crate::scope::network::{Key, Slot};
use crate::scope::puts::{Puts, fate, is_part};
use crate::scope::resources::stays_of;
use crate::view::View;

/// When a holding was at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presence {
    /// First and last moment of it, as far as is known.
    pub(crate) span: (i64, i64),
    /// It was seen there by the end of what is asked, and still there after the beginning.
    pub(crate) is_sure: bool,
}

/// Was a holding at the place meanwhile?
pub(crate) fn presence(
    view: &View<'_>,
    place: u32,
    key: Key,
    puts: &Puts,
    index: usize,
    during: Interval,
) -> Option<Presence> {
    let put = puts.puts.get(index)?;
    let span = if is_part(view.text(place)) {
        let stays = stays_of(view, key, puts, index).into_iter();
        let mut there = stays.filter(|(at, _)| *at == place).map(|(_, stay)| stay.span);
        there.find(|span| span.0 <= during.until && span.1 >= during.from)?
    } else {
        (put.site == view.site(place)).then_some(())?;
        (put.from.0, put.until.unwrap_or(i64::MAX))
    };
    if span.0 > during.until || span.1 < during.from {
        return None;
    }
    let groups = || puts.groups_of(index).map(|(_, group)| group);
    let in_stay = |group: &Group| group.earliest >= span.0 && group.earliest <= span.1;
    let begun = groups()
        .any(|g| in_stay(g) && g.latest <= during.until && fate(view, key.item, g).is_none());
    let lasted = groups().any(|g| g.earliest >= during.from && g.earliest >= span.0);
    Some(Presence { span, is_sure: begun && lasted && !put.inferred })
}

/// Was any holding of an item at the place meanwhile, for all that is known? What has no lot is
/// held by nobody.
pub(crate) fn was_held(view: &View<'_>, place: u32, item: u32, during: Interval) -> bool {
    if view.is_unlotted(item) {
        return false;
    }
    let puts = Puts::of(view, item, &());
    let slots = 0..puts.puts.len();
    let mut keys = slots.map(|index| (index, Key { item, slot: Slot::Put(id32(index)) }));
    keys.any(|(index, key)| presence(view, place, key, &puts, index, during).is_some())
}
