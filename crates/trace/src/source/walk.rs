//! The absorbing random walk of Horn and Friedrich (J. R. Soc. Interface 2019): food moves on from
//! each delivery in proportion to kilograms. The chance that it comes from a source to a case is
//! A = (I - P_Q)^-1 P_R, of which one column is solved for each case.

use super::rank::{Case, Evidence};
use super::solve::Steps;
use crate::flow::{Network, Start, at};

/// For each case the chance that food from each station comes to it.
pub(super) fn evidence(network: &Network, cases: &[Case], evidence: &mut Evidence) {
    let way = &network.along;
    let steps = Steps::new(&way.next, &network.flow);
    for case in cases {
        let hit = |vertex: u32| match case.at {
            Start::Station(station) => way.ends.get(vertex as usize) == Some(&station),
            Start::Delivery(delivery) => vertex == delivery,
        };
        let chance = steps.hitting(&network.parts, false, hit);
        evidence.add(case, |station| {
            if case.at == Start::Station(station) {
                return 1.0;
            }
            let sold = way.starts.of(station).iter();
            let (sum, weighted) = sold.fold((0.0, 0.0), |(sum, weighted), delivery| {
                let kilograms = at(&network.flow, *delivery);
                (sum + kilograms, weighted + kilograms * at(&chance, *delivery))
            });
            if sum > 0.0 { weighted / sum } else { 0.0 }
        });
    }
}
