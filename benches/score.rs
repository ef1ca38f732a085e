//! What a score of a large case costs: a random layered graph, cases in shops, mixing stations.
//!
//! The yardstick, printed beside, is one walk over the same adjacency that reads every edge once.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]
#![allow(clippy::cast_possible_truncation, reason = "counts are below 32 bits")]

use clap::Parser;
use laiqu_trace::flow::{DateMode, Days, Delivery, Engine, FlowGraph, Overlay, score};
use laiqu_trace::source::{Method, rank};
use std::time::Instant;

/// Tiers of businesses, from farm to shop.
const TIERS: u32 = 5;

#[derive(Debug, Parser)]
struct Args {
    /// Deliveries
    #[arg(long, default_value_t = 1_000_000)]
    deliveries: u32,
    /// Businesses
    #[arg(long, default_value_t = 60_000)]
    stations: u32,
    /// Ingredients of each delivery
    #[arg(long, default_value_t = 3)]
    ingredients: u32,
    /// Cases
    #[arg(long, default_value_t = 64)]
    cases: u32,
    /// Of so many stations one mixes everything
    #[arg(long, default_value_t = 100)]
    mixing: u32,
    /// Passed by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// Numbers that look random and are the same in each run (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % u64::from(limit)) as u32
    }
}

fn main() {
    let args = Args::parse();
    let empty = resident_bytes();
    let (graph, made) = timed(|| graph(&args));
    println!(
        "{} deliveries, {} relations, {} stations: made in {made:.0} ms, {} MB",
        graph.deliveries().len(),
        graph.next().entries(),
        graph.stations(),
        resident_bytes().saturating_sub(empty) >> 20,
    );
    let (sum, walked) = timed(|| graph.next().pairs().map(|(a, b)| u64::from(a ^ b)).sum::<u64>());
    println!("yardstick: every edge read once {walked:.1} ms ({sum:x})");
    let mut question = Overlay::of(&graph);
    let mut dice = Dice(7);
    let shops = args.stations / TIERS;
    for _ in 0..args.cases {
        let shop = args.stations - 1 - dice.below(shops);
        question.stations[shop as usize].weight = 1.0;
    }
    for (at, setting) in question.stations.iter_mut().enumerate() {
        setting.cross = args.mixing > 0 && (at as u32).is_multiple_of(args.mixing);
    }
    for dates in [DateMode::Ignore, DateMode::Explicit, DateMode::Inferred] {
        question.dates = dates;
        let (scores, spent) = timed(|| score(&graph, &question, Engine::Desktop));
        let best = scores.stations.iter().map(|one| one.score).fold(0.0, f64::max);
        println!("score, dates {dates:?}: {spent:.0} ms (best {best:.3})");
    }
    for method in [Method::Horn, Method::Sales, Method::Distance] {
        let (ranking, spent) = timed(|| rank(&graph, &question, method));
        println!("{method:?}: {spent:.0} ms, {} candidates", ranking.candidates.len());
    }
    println!("resident {} MB more", resident_bytes().saturating_sub(empty) >> 20);
}

/// Deliveries from tier to tier, each made of some that its sender had received before.
fn graph(args: &Args) -> FlowGraph {
    let mut dice = Dice(1);
    let tier = args.stations / TIERS;
    let mut deliveries = Vec::with_capacity(args.deliveries as usize);
    let mut received: Vec<Vec<u32>> = vec![Vec::new(); args.stations as usize];
    let mut relations = Vec::new();
    for number in 0..args.deliveries {
        let layer = number / (args.deliveries / (TIERS - 1) + 1);
        let from = layer * tier + dice.below(tier);
        let to = (layer + 1) * tier + dice.below(tier);
        let day = (layer * 3 + dice.below(5)).cast_signed();
        let days = Days { min: day, max: day };
        let kilograms = Some(f64::from(1 + dice.below(100)));
        let lot = Some(number / 2);
        deliveries.push(Delivery { lot, departure: days, arrival: days, kilograms, from, to });
        let before = &received[from as usize];
        for _ in 0..args.ingredients.min(before.len() as u32) {
            relations.push((before[dice.below(before.len() as u32) as usize], number));
        }
        received[to as usize].push(number);
    }
    FlowGraph::new(args.stations, deliveries, relations).unwrap()
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let value = run();
    (value, started.elapsed().as_secs_f64() * 1000.0)
}

fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}
