//! Source finding in synthetic cities against what was really sold where.

#![allow(clippy::print_stdout)] // figures, with `--nocapture`

use crate::scene::{Scene, scene};
use laiqu_city::Truth;
use laiqu_tests::Dice;
use laiqu_trace::Interval;
use laiqu_trace::source::{CaseAt, RankLine, SourceAnswer, SourceCase, SourceQuestion};

/// People who fell ill in each city.
const CASES: u64 = 24;
/// Half a day (microseconds).
const HALF_DAY: i64 = 12 * 3_600_000_000;
/// Highest median rank of the planted source by the walk, the sales and the distance: that of the
/// first run. Its worst ranks there were 5, 12 and 8.
const MEDIAN_RANK_MAX: u32 = 1;

fn id(truth: &Truth, item: u32) -> String {
    truth.items[item as usize].id.to_string()
}

/// The product of an identifier, where it is one of GS1.
fn product(item: &str) -> Option<String> {
    let end = item.find("/01/")? + 4 + 14;
    Some(item[..end].to_owned())
}

/// Purchases of what the contaminated lot went into, drawn by weight: where, of which product, and
/// within a day when. Which lot it was nobody remembers.
fn cases(truth: &Truth, dice: &mut Dice) -> Vec<SourceCase> {
    let bad = truth.contaminated_lot();
    let mut spoiled = truth.forward_of(bad, false);
    spoiled.insert(bad.to_owned());
    let of_it = truth.sales.iter().filter(|sale| spoiled.contains(&id(truth, sale.item)));
    let sales: Vec<_> = of_it.collect();
    let grams: u64 = sales.iter().map(|sale| u64::try_from(sale.grams).unwrap()).sum();
    let mut draw = || {
        let mut left = i64::try_from(dice.below(grams)).unwrap();
        let bought = sales.iter().find(|sale| {
            left -= sale.grams;
            left < 0
        });
        let bought = bought.unwrap();
        let during = Interval { from: bought.micros - HALF_DAY, until: bought.micros + HALF_DAY };
        let place = truth.sites[bought.site as usize].id.clone();
        let product = product(&id(truth, bought.item));
        SourceCase { at: CaseAt::Place { place, during, product }, weight: 1.0 }
    };
    (0..CASES).map(|_| draw()).collect()
}

/// Where the contaminated lot was harvested.
fn farm(truth: &Truth) -> &str {
    let bad = truth.find(truth.contaminated_lot()).unwrap();
    let made = truth.creations.iter().find(|creation| creation.item == bad).unwrap();
    &truth.sites[made.site as usize].id
}

fn ask(scene: &Scene, cases: Vec<SourceCase>) -> SourceAnswer {
    let question = SourceQuestion { cases, limit: 1_000, ..SourceQuestion::default() };
    scene.graph.source_flow(&question, &scene.said).answer(&question)
}

/// Ranks of the planted source by the walk, the sales and the distance; by FoodChain-Lab's score it
/// is in the top tie.
fn ranks(seed: u64, clean: bool) -> [u32; 3] {
    let scene = scene(seed, 4_000, clean);
    let truth = &scene.city.truth;
    let answer = ask(&scene, cases(truth, &mut Dice::seeded(seed)));
    assert!(!answer.truncated);
    assert!(answer.cases.iter().all(|case| !case.lots.is_empty()), "seed {seed}: {answer:?}");
    let farm = answer.candidates.iter().find(|one| one.site == farm(truth)).unwrap();
    let methods = farm.methods;
    let rank = |line: Option<RankLine>| line.map_or(u32::MAX, |line| line.rank);
    assert_eq!(rank(methods.fcl), 1, "seed {seed}: {farm:?}");
    if clean {
        assert_eq!(farm.score, 1.0, "seed {seed}: with every record it explains all cases");
    }
    let ranks = [methods.horn, methods.sales, methods.distance].map(rank);
    println!(
        "seed {seed} clean {clean}: score {:.3}, ranks of {} {ranks:?}",
        farm.score, answer.candidates_found
    );
    ranks
}

/// With `--nocapture` it prints the ranks.
#[test]
fn the_planted_source_is_in_the_top_tie_and_ranks_first_by_the_median() {
    for (clean, seeds) in [(true, 1..=10), (false, 1..=20)] {
        let found: Vec<[u32; 3]> = seeds.map(|seed| ranks(seed, clean)).collect();
        for (method, name) in ["horn", "sales", "distance"].into_iter().enumerate() {
            let mut ranks: Vec<u32> = found.iter().map(|ranks| ranks[method]).collect();
            ranks.sort_unstable();
            let (median, worst) = (ranks[ranks.len() / 2], ranks[ranks.len() - 1]);
            println!("clean {clean}, {name}: median {median}, worst {worst}");
            assert!(median <= MEDIAN_RANK_MAX, "{name}: {ranks:?}");
        }
    }
}
