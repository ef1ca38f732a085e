//! FoodChain-Lab's score: which share of the cases' weight a station, delivery or lot can explain.

use super::network::{Network, Way};
use super::{Engine, FlowGraph, Overlay, Setting, Start, at, set};
use crate::intern::{NONE, id32};

/// The scores of one station or delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Weight of the cases that it reaches, as a share of all: 1 for a common link. Cases with
    /// negative weight count against it.
    pub score: f64,
    /// Of a delivery the score of its lot, of a station the highest among the lots that it sold.
    /// What a lot reaches leaves out its own deliveries.
    pub lot_score: Option<f64>,
    /// The score as a share of the largest amount of any score.
    pub normalized: f64,
    /// The share of the positive weight alone.
    pub positive: f64,
    /// The share of the negative weight alone.
    pub negative: f64,
    /// Whether it lies before something that is observed.
    pub backward: bool,
    /// Whether it lies behind something that is observed.
    pub forward: bool,
}

/// The scores of a graph under an overlay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// By station; of a station that counts as another, zero.
    pub stations: Vec<Score>,
    /// By delivery.
    pub deliveries: Vec<Score>,
    /// By lot.
    pub lots: Vec<f64>,
}

/// Cases in one pass: as many as a word has bits.
const CASES_PER_PASS: usize = 64;

/// Scores every station, delivery and lot. Time grows with deliveries and relations, once for each
/// 64 cases; memory does not grow with cases.
#[must_use]
pub fn score(graph: &FlowGraph, overlay: &Overlay, engine: Engine) -> Scores {
    let network = Network::new(graph, overlay, engine);
    let cases = cases(&network, overlay, engine);
    let mut sums = Sums::new(graph);
    for pass in cases.chunks(CASES_PER_PASS) {
        let bits = Bits::new(&network, pass);
        bits.add_to(&mut sums, &network, graph);
    }
    let mut scores = sums.scores(graph, &Weights::of(&cases), &network);
    mark(&mut scores, &network, overlay);
    scores
}

/// Where a case is, and its weight.
#[derive(Clone, Copy)]
struct Case {
    at: Start,
    weight: f64,
}

fn cases(network: &Network, overlay: &Overlay, engine: Engine) -> Vec<Case> {
    let weight = |setting: Setting| match engine {
        Engine::Desktop if setting.weight.is_finite() => setting.weight,
        Engine::Desktop => 0.0,
        Engine::Web => f64::from(u8::from(setting.weight > 0.0 && !setting.hidden)),
    };
    let case = |at, setting| Case { at, weight: weight(setting) };
    let stations = (0..network.stations).map(|s| case(Start::Station(s), overlay.of_station(s)));
    let deliveries =
        (0..network.deliveries).map(|d| case(Start::Delivery(d), overlay.of_delivery(d)));
    stations.chain(deliveries).filter(|case| case.weight != 0.0).collect()
}

/// Sums of positive weights, and of negative ones without their sign.
#[derive(Clone, Copy, Default)]
struct Weights {
    positive: f64,
    negative: f64,
}

impl Weights {
    fn of(cases: &[Case]) -> Self {
        let mut all = Self::default();
        for case in cases {
            all.add(case.weight);
        }
        all
    }

    fn add(&mut self, weight: f64) {
        if weight > 0.0 {
            self.positive += weight;
        } else {
            self.negative -= weight;
        }
    }

    fn combined(self, all: Self) -> f64 {
        share(self.positive - self.negative, all.positive.max(all.negative))
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Which of up to 64 cases each vertex leads to.
struct Bits<'c> {
    cases: &'c [Case],
    /// The case that a station is.
    station: Vec<u64>,
    /// The case that a delivery is.
    delivery: Vec<u64>,
    /// The cases of a vertex itself, of the station it goes to, and of all behind it.
    reached: Vec<u64>,
}

impl<'c> Bits<'c> {
    fn new(network: &Network, cases: &'c [Case]) -> Self {
        let mut station = vec![0; network.stations as usize];
        let mut delivery = vec![0; network.deliveries as usize];
        for (number, case) in cases.iter().enumerate() {
            let bit = 1 << number;
            match case.at {
                Start::Station(id) => set(&mut station, id, bit),
                Start::Delivery(id) if at(&network.out, id) => {}
                Start::Delivery(id) => set(&mut delivery, id, bit),
            }
        }
        let way = &network.along;
        let mut reached = vec![0; way.next.count()];
        for part in network.parts.reached_first(way.against) {
            let all = part.iter().fold(0, |all, vertex| {
                let own = at(&delivery, *vertex) | at(&station, at_or_none(way, *vertex));
                let behind = way.next.of(*vertex).iter();
                all | own | behind.fold(0, |all, next| all | at(&reached, *next))
            });
            for vertex in part {
                set(&mut reached, *vertex, all);
            }
        }
        Self { cases, station, delivery, reached }
    }

    fn add(&self, bits: u64, sum: &mut Weights) {
        let mut left = bits;
        while left != 0 {
            let number = left.trailing_zeros() as usize;
            left &= left - 1;
            if let Some(case) = self.cases.get(number) {
                sum.add(case.weight);
            }
        }
    }

    fn add_to(&self, sums: &mut Sums, network: &Network, graph: &FlowGraph) {
        let reached = |delivery: u32| at(&self.reached, delivery);
        let mut lots = vec![0; sums.lots.len()];
        for ((delivery, sum), one) in (0..).zip(&mut sums.deliveries).zip(graph.deliveries()) {
            self.add(reached(delivery), sum);
            if let Some(lot) = one.lot {
                let after = reached(delivery) & !at(&self.delivery, delivery);
                let so_far = at(&lots, lot);
                set(&mut lots, lot, so_far | after);
            }
        }
        for (station, sum) in (0..).zip(&mut sums.stations) {
            let sold = network.along.starts.of(station).iter();
            let bits = sold.fold(at(&self.station, station), |all, d| all | reached(*d));
            self.add(bits, sum);
        }
        for (bits, sum) in lots.into_iter().zip(&mut sums.lots) {
            self.add(bits, sum);
        }
    }
}

fn at_or_none(way: &Way, vertex: u32) -> u32 {
    way.ends.get(vertex as usize).copied().unwrap_or(NONE)
}

/// Weights that are reached, added up over the passes.
struct Sums {
    stations: Vec<Weights>,
    deliveries: Vec<Weights>,
    lots: Vec<Weights>,
}

impl Sums {
    fn new(graph: &FlowGraph) -> Self {
        let none = |count: usize| vec![Weights::default(); count];
        Self {
            stations: none(graph.stations() as usize),
            deliveries: none(graph.deliveries().len()),
            lots: none(graph.lots() as usize),
        }
    }

    fn scores(&self, graph: &FlowGraph, all: &Weights, network: &Network) -> Scores {
        let of = |sum: &Weights| Score {
            score: sum.combined(*all),
            positive: share(sum.positive, all.positive),
            negative: share(sum.negative, all.negative),
            ..Score::default()
        };
        let mut scores = Scores {
            stations: self.stations.iter().map(of).collect(),
            deliveries: self.deliveries.iter().map(of).collect(),
            lots: self.lots.iter().map(|sum| sum.combined(*all)).collect(),
        };
        let both = scores.stations.iter().chain(&scores.deliveries);
        let most = both.fold(0.0, |most: f64, one| most.max(one.score.abs()));
        for one in scores.stations.iter_mut().chain(&mut scores.deliveries) {
            one.normalized = share(one.score, most);
        }
        for (delivery, one) in graph.deliveries().iter().enumerate() {
            let Some(lot) = one.lot else { continue };
            let lot = at(&scores.lots, lot);
            if let Some(score) = scores.deliveries.get_mut(delivery) {
                score.lot_score = Some(lot);
            }
            let seller = at(&network.supplier, id32(delivery));
            if let Some(score) = scores.stations.get_mut(seller as usize) {
                score.lot_score = Some(score.lot_score.map_or(lot, |most| most.max(lot)));
            }
        }
        scores
    }
}

/// Marks what lies before and behind all that is observed.
fn mark(scores: &mut Scores, network: &Network, overlay: &Overlay) {
    for against in [false, true] {
        let shown = |setting: Setting| setting.observed.shows(against);
        let stations = (0..network.stations).filter(|s| shown(overlay.of_station(*s)));
        let deliveries = (0..network.deliveries).filter(|d| shown(overlay.of_delivery(*d)));
        let stations = stations.map(Start::Station);
        let starts: Vec<Start> = stations.chain(deliveries.map(Start::Delivery)).collect();
        if starts.is_empty() {
            continue;
        }
        let reached = network.reached(&starts, against);
        let flags = reached.stations.into_iter().chain(reached.deliveries);
        for (score, flag) in scores.stations.iter_mut().chain(&mut scores.deliveries).zip(flags) {
            *(if against { &mut score.backward } else { &mut score.forward }) = flag;
        }
    }
}
