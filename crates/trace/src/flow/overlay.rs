//! What an investigator assumes or asks. It lies over the graph and changes nothing in it.

use super::{DateMode, FlowGraph, at};

/// What is said of one station or delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Setting {
    /// Weight of a case here; negative where it speaks against, like a sample without finding.
    pub weight: f64,
    /// At a station: whatever came in may be in all that left later. At a delivery: it mixed with
    /// the other deliveries to its recipient that are marked so.
    pub cross: bool,
    /// Contamination ends here.
    pub kill: bool,
    /// Whether its trace is shown.
    pub observed: Observed,
    /// Not shown. [`Engine::Web`] ends ways there; [`Engine::Desktop`] traces what is hidden too.
    pub hidden: bool,
}

/// Which trace of a station or delivery is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Observed {
    /// None.
    #[default]
    No,
    /// Where it came from and where it went.
    Full,
    /// Where it went.
    Forward,
    /// Where it came from.
    Backward,
}

impl Observed {
    /// Whether the trace on this way is shown.
    pub(crate) fn shows(self, against: bool) -> bool {
        match self {
            Self::No => false,
            Self::Full => true,
            Self::Forward => !against,
            Self::Backward => against,
        }
    }
}

/// Whose rules hold. FoodChain-Lab has two engines that differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The desktop's: weights of any size and sign; cross-contamination of deliveries; of two
    /// dates of a delivery, a known one stands for an unknown one.
    #[default]
    Desktop,
    /// The web application's: each station or delivery with a positive weight is one outbreak,
    /// and a score is the share of outbreaks whose way back comes by. Killed and hidden elements
    /// end that way.
    Web,
}

/// Settings of all stations and deliveries, and merged stations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    /// By station.
    pub stations: Vec<Setting>,
    /// By delivery.
    pub deliveries: Vec<Setting>,
    /// For each station the one that it counts as; itself where it is not merged. A station that
    /// counts as another has no settings of its own meanwhile.
    pub merged: Vec<u32>,
    /// Whether and how dates limit cross-contamination.
    pub dates: DateMode,
}

impl Overlay {
    /// Nothing assumed, nothing asked.
    #[must_use]
    pub fn of(graph: &FlowGraph) -> Self {
        Self {
            stations: vec![Setting::default(); graph.stations() as usize],
            deliveries: vec![Setting::default(); graph.deliveries().len()],
            merged: (0..graph.stations()).collect(),
            dates: DateMode::default(),
        }
    }

    /// The station that a station counts as.
    #[must_use]
    pub fn station(&self, station: u32) -> u32 {
        self.merged.get(station as usize).copied().unwrap_or(station)
    }

    /// What is said of a station; nothing where it counts as another.
    #[must_use]
    pub fn of_station(&self, station: u32) -> Setting {
        if self.station(station) == station {
            at(&self.stations, station)
        } else {
            Setting::default()
        }
    }

    /// What is said of a delivery.
    #[must_use]
    pub fn of_delivery(&self, delivery: u32) -> Setting {
        at(&self.deliveries, delivery)
    }
}
