//! What lies on the way from some stations and deliveries.

use super::network::{Network, Way};
use super::{Parts, at, set};
use crate::intern::id32;

/// Where a trace starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At a station: with all that left it, or came to it.
    Station(u32),
    /// At a delivery.
    Delivery(u32),
}

/// What a trace reaches. A start is in it only where another start, or at a station a cycle, leads
/// to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// By station.
    pub stations: Vec<bool>,
    /// By delivery.
    pub deliveries: Vec<bool>,
}

impl Network {
    /// Everything that comes after the starts, or before them where `against` the flow.
    #[must_use]
    pub fn reached(&self, starts: &[Start], against: bool) -> Reached {
        let way = self.way(against);
        let mut sweep = Sweep::new(way);
        for start in starts {
            match start {
                Start::Station(station) => {
                    for delivery in way.starts.of(*station) {
                        set(&mut sweep.entered, *delivery, true);
                    }
                }
                Start::Delivery(delivery) => set(&mut sweep.seed, *delivery, true),
            }
        }
        sweep.run(&self.parts);
        let mut stations = vec![false; self.stations as usize];
        for delivery in 0..self.deliveries {
            if at(&sweep.reached, delivery) || at(&sweep.seed, delivery) {
                set(&mut stations, at(&way.ends, delivery), true);
            }
        }
        sweep.reached.truncate(self.deliveries as usize);
        Reached { stations, deliveries: sweep.reached }
    }
}

/// One pass over the parts of the graph, from the starts on.
struct Sweep<'w> {
    way: &'w Way,
    /// Starts themselves.
    seed: Vec<bool>,
    /// Reached from another part, or with a station's own deliveries.
    entered: Vec<bool>,
    reached: Vec<bool>,
}

impl<'w> Sweep<'w> {
    fn new(way: &'w Way) -> Self {
        let none = vec![false; way.next.count()];
        Self { way, seed: none.clone(), entered: none.clone(), reached: none }
    }

    fn run(&mut self, parts: &Parts) {
        // Whatever reaches a part comes before it: the order of the other way.
        for part in parts.reached_first(!self.way.against) {
            let entered = part.iter().any(|vertex| at(&self.entered, *vertex));
            let seeds = id32(part.iter().filter(|vertex| at(&self.seed, **vertex)).count());
            if !entered && seeds == 0 {
                continue;
            }
            for vertex in part {
                let others = seeds - u32::from(at(&self.seed, *vertex));
                set(&mut self.reached, *vertex, entered || others > 0);
                for next in self.way.next.of(*vertex) {
                    if !parts.together(*vertex, *next) {
                        set(&mut self.entered, *next, true);
                    }
                }
            }
        }
    }
}
