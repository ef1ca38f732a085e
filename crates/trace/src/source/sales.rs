//! The likelihood from sales (Kaufman et al., PLoS Comput. Biol. 2014): food that caused the cases
//! was on sale where they were. Of all that came to the place of a case, by kilograms, which part
//! had passed a station?

use super::rank::{Case, Evidence};
use super::solve::Steps;
use crate::flow::{Network, Start, at, set};

/// For each case the part of its food that had passed each station.
pub(super) fn evidence(network: &Network, cases: &[Case], evidence: &mut Evidence) {
    let way = &network.against;
    let weight = upstream(network);
    let steps = Steps::new(&way.next, &weight);
    for case in cases {
        let mut start = vec![0.0; way.next.count()];
        match case.at {
            Start::Delivery(delivery) => set(&mut start, delivery, 1.0),
            Start::Station(station) => {
                let bought = way.starts.of(station);
                let sum: f64 = bought.iter().map(|delivery| at(&network.flow, *delivery)).sum();
                for delivery in bought.iter().filter(|_| sum > 0.0) {
                    set(&mut start, *delivery, at(&network.flow, *delivery) / sum);
                }
            }
        }
        let visits = steps.visits(&network.parts, true, start);
        let mut passed = vec![0.0; network.stations as usize];
        for delivery in 0..network.deliveries {
            if let Some(station) = way.ends.get(delivery as usize) {
                let so_far = at(&passed, *station);
                set(&mut passed, *station, so_far + at(&visits, delivery));
            }
        }
        evidence.add(case, |station| {
            if case.at == Start::Station(station) {
                return 1.0;
            }
            // Food that came back to a station passed it twice.
            at(&passed, station).min(1.0)
        });
    }
}

/// Kilograms by vertex as seen from behind: of a helper, those of all deliveries before it. Helpers
/// of one chain follow each other, so that one pass in the order of their numbers is enough.
fn upstream(network: &Network) -> Vec<f64> {
    let mut weight = network.flow.clone();
    let count = u32::try_from(weight.len()).unwrap_or(u32::MAX);
    for helper in network.deliveries..count {
        let before = network.against.next.of(helper).iter();
        let sum = before.map(|vertex| at(&weight, *vertex)).sum();
        set(&mut weight, helper, sum);
    }
    weight
}
