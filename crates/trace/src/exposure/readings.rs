//! Temperatures by place, in order of time.

use laiqu_columns::{Error, Groups, Opened, Saving, Table};
use laiqu_epcis::facts::TemperatureFact;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// One reading of one sensor.
#[derive(Clone, Copy, Debug, PartialEq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct Reading {
    /// First and last microsecond that it is stated for.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// Degrees Celsius.
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) device: u32,
    pub(crate) event: u32,
}

impl Reading {
    pub(crate) fn new(fact: &TemperatureFact, device: u32, event: u32) -> Reading {
        let TemperatureFact { from, until, min, max, .. } = *fact;
        Reading { from, until, min, max, device, event }
    }
}

/// The readings of one place by their start.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Series<'g> {
    readings: &'g [Reading],
    /// The longest time that one reading speaks for (microseconds).
    longest: i64,
}

impl<'g> Series<'g> {
    /// Indexes of the readings that may touch the time between two moments.
    pub(crate) fn range(&self, from: i64, until: i64) -> std::ops::Range<usize> {
        let earliest = from.saturating_sub(self.longest);
        let first = self.readings.partition_point(|reading| reading.from < earliest);
        let end = self.readings.partition_point(|reading| reading.from <= until);
        first..end.max(first)
    }

    pub(crate) fn all(&self) -> &'g [Reading] {
        self.readings
    }
}

/// All readings, and which rooms a site has.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    at: Groups<u32, Reading>,
    /// Per place, the longest time that one reading speaks for (microseconds).
    longest: Table<u32, i64>,
    /// Per site: places that have readings.
    of_site: Groups<u32, u32>,
}

impl Readings {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self {
            at: Groups::open(opened, name)?,
            longest: Table::open(opened, &format!("{name}.longest"))?,
            of_site: Groups::open(opened, &format!("{name}.of_site"))?,
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let Self { at, longest, of_site } = self;
        at.save(saving, name)?;
        longest.save(saving, &format!("{name}.longest"))?;
        of_site.save(saving, &format!("{name}.of_site"))
    }

    pub(crate) fn add(&mut self, place: u32, site: u32, reading: Reading) {
        if !self.of_site.get(site).contains(&place) {
            self.of_site.push(site, place);
        }
        let longest = self.longest.or_default(place);
        *longest = reading.until.saturating_sub(reading.from).max(*longest);
        let at = self.at.get(place).partition_point(|known| known.from <= reading.from);
        self.at.insert(place, at, reading);
    }

    /// Places with readings at a site, itself included where it has some.
    pub(crate) fn places_of(&self, site: u32) -> &[u32] {
        self.of_site.get(site)
    }

    pub(crate) fn series(&self, place: u32) -> Series<'_> {
        let longest = self.longest.get(place).copied().unwrap_or(0);
        Series { readings: self.at.get(place), longest }
    }
}
