//! Temperatures by place, in order of time.

use laiqu_epcis::facts::TemperatureFact;

use crate::intern::IdMap;

/// One reading of one sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
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
#[derive(Debug, Default)]
pub(crate) struct Series {
    readings: Vec<Reading>,
    /// The longest time that one reading speaks for (microseconds).
    longest: i64,
}

impl Series {
    fn add(&mut self, reading: Reading) {
        self.longest = self.longest.max(reading.until.saturating_sub(reading.from));
        let at = self.readings.partition_point(|known| known.from <= reading.from);
        self.readings.insert(at, reading);
    }

    /// Indexes of the readings that may touch the time between two moments.
    pub(crate) fn range(&self, from: i64, until: i64) -> std::ops::Range<usize> {
        let earliest = from.saturating_sub(self.longest);
        let first = self.readings.partition_point(|reading| reading.from < earliest);
        let end = self.readings.partition_point(|reading| reading.from <= until);
        first..end.max(first)
    }

    pub(crate) fn all(&self) -> &[Reading] {
        &self.readings
    }
}

/// All readings, and which rooms a site has.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    at: IdMap<u32, Series>,
    /// Per site: places that have readings.
    of_site: IdMap<u32, Vec<u32>>,
}

impl Readings {
    pub(crate) fn add(&mut self, place: u32, site: u32, reading: Reading) {
        let places = self.of_site.entry(site).or_default();
        if !places.contains(&place) {
            places.push(place);
        }
        self.at.entry(place).or_default().add(reading);
    }

    /// Places with readings at a site, itself included where it has some.
    pub(crate) fn places_of(&self, site: u32) -> &[u32] {
        self.of_site.get(&site).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn series(&self, place: u32) -> Option<&Series> {
        self.at.get(&place)
    }
}
