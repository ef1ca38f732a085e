//! What holds for the drawing of every answer.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::drawable::DrawableLot;
use super::rules::{answer, drawable, gap};
use super::{BoxKind, Layout, Limits, Reading, grouped, layout_within};
use crate::{Answer, Grade, LotKind};

/// So small that everything happens.
const SMALL: Limits = Limits { plain: 5, overview: 9, drawn: 16, opened: 3 };
const NO_LIMIT: Limits = Limits { drawn: usize::MAX, ..SMALL };
const NO_GROUPS: Limits = Limits { plain: usize::MAX, overview: usize::MAX, ..NO_LIMIT };

/// Traits of a lot, by numbers.
type Draw = (u8, u8, u8, u8);

prop_compose! {
    fn answers()(lots in prop::collection::vec((0..20_u8, 0..9_u8, 0..3_u8, 0..9_u8), 1..60))(
        links in prop::collection::vec((0..lots.len(), 0..lots.len(), 0..9_u8), 0..90),
        shape in 0..3_u8,
        lots in Just(lots),
    ) -> Answer {
        made_of(&lots, &links, shape)
    }
}

fn made_of(lots: &[Draw], links: &[(usize, usize, u8)], shape: u8) -> Answer {
    let ends = |(from, to, _): &(usize, usize, u8)| match shape {
        // A tree of few steps, long chains, anything.
        0 => (to / 8, *to),
        1 => (from.saturating_sub(usize::from(from % 9 > 0)), *from),
        _ => (*from, *to),
    };
    let mut answer = answer(lots.len(), &links.iter().map(ends).collect::<Vec<_>>());
    for (link, (_, _, doubt)) in answer.links.iter_mut().zip(links) {
        link.grade = if *doubt == 0 { Grade::Suspected } else { Grade::Definite };
    }
    for (n, (lot, (start, doubt, kind, issue))) in answer.lots.iter_mut().zip(lots).enumerate() {
        lot.depth = u32::from(n > 0 && *start > 0);
        lot.grade = if *doubt == 0 { Grade::Suspected } else { Grade::Definite };
        lot.kind = [LotKind::Lot, LotKind::Instance, LotKind::Container][usize::from(*kind)];
        if *issue == 0 {
            answer.issues.push(gap(n));
        }
    }
    answer
}

/// Opens until every lot is by itself.
fn all_opened(answer: &Answer, limits: Limits) -> Layout {
    let mut opened: Vec<String> = Vec::new();
    loop {
        let drawing = layout_within(&drawable(answer), &opened, limits);
        assert_eq!(drawing.left_closed, [""; 0]);
        let shut = drawing.nodes.iter().filter(|node| node.group.is_some());
        let shut: Vec<String> = shut.map(|node| node.id.clone()).collect();
        if shut.is_empty() {
            return drawing;
        }
        opened.extend(shut);
    }
}

/// The lots of each box by its identifier, worked out from the tree.
fn members(answer: &Answer, opened: &[String], limits: Limits) -> BTreeMap<String, Vec<usize>> {
    let drawable = drawable(answer);
    let reading = Reading::of(&drawable);
    let mut tree = grouped(&reading, limits);
    for id in opened {
        tree.open(reading.lot(id).unwrap(), limits.drawn);
    }
    let id = |lot: &usize| reading.lots[*lot].id.clone();
    let drawn = tree.drawn().into_iter();
    drawn.map(|(_, lots)| (lots.iter().map(id).min().unwrap(), lots)).collect()
}

proptest! {
    #[test]
    fn every_lot_is_in_one_box_and_edges_are_those_between_boxes(
        answer in answers(),
        opened in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let opened: Vec<String> =
            opened.iter().map(|at| at.get(&answer.lots).id.clone()).collect();
        let drawing = layout_within(&drawable(&answer), &opened, SMALL);
        let members = members(&answer, &opened, SMALL);
        let mut all: Vec<usize> = members.values().flatten().copied().collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..answer.lots.len()).collect::<Vec<_>>());
        let nodes: BTreeMap<String, usize> =
            drawing.nodes.iter().map(|node| (node.id.clone(), node.lots)).collect();
        prop_assert_eq!(drawing.nodes.len(), nodes.len());
        let counts = members.iter().map(|(id, lots)| (id.clone(), lots.len()));
        prop_assert_eq!(nodes, counts.collect::<BTreeMap<_, _>>());

        let drawable = drawable(&answer);
        let sorted = Reading::of(&drawable).lots.iter().map(|lot| lot.id.clone())
            .collect::<Vec<_>>();
        let box_of: BTreeMap<&str, &str> = members.iter()
            .flat_map(|(id, lots)| lots.iter().map(|lot| (sorted[*lot].as_str(), id.as_str())))
            .collect();
        let mut between: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for link in &answer.links {
            let ends = (box_of[link.from.as_str()], box_of[link.to.as_str()]);
            if ends.0 != ends.1 {
                *between.entry(ends).or_default() += 1;
            }
        }
        let edges = drawing.edges.iter();
        let edges: BTreeMap<(&str, &str), usize> =
            edges.map(|edge| ((edge.from.as_str(), edge.to.as_str()), edge.links)).collect();
        prop_assert_eq!(edges, between);
    }

    #[test]
    fn no_drawing_has_more_boxes_than_the_limits(
        answer in answers(),
        opened in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let closed = layout_within(&drawable(&answer), &[], SMALL);
        prop_assert!(closed.nodes.len() <= SMALL.overview);
        let opened: Vec<String> =
            opened.iter().map(|at| at.get(&answer.lots).id.clone()).collect();
        let drawing = layout_within(&drawable(&answer), &opened, SMALL);
        prop_assert!(drawing.nodes.len() <= SMALL.drawn);
        prop_assert!(drawing.nodes.len() >= closed.nodes.len());
    }

    #[test]
    fn opening_everything_draws_every_lot(answer in answers()) {
        let opened = all_opened(&answer, NO_LIMIT);
        prop_assert_eq!(opened.nodes.len(), answer.lots.len());
        prop_assert_eq!(opened, all_opened(&answer, NO_GROUPS));
    }

    #[test]
    fn what_shares_a_box_has_one_grade_and_chains_hide_nothing(answer in answers()) {
        let drawable = drawable(&answer);
        let reading = Reading::of(&drawable);
        let tree = grouped(&reading, SMALL);
        let in_issues: BTreeSet<&String> =
            answer.issues.iter().flat_map(|issue| &issue.items).collect();
        for (node, lots) in tree.drawn() {
            let is_inside = |lot: &usize| lots.contains(lot);
            let doubts = reading.joined.iter().filter(|joined| !joined.is_definite);
            let mut doubts = doubts.map(|joined| [joined.from, joined.to]);
            let hides_doubt = doubts.any(|ends| ends.iter().all(is_inside));
            let lots: Vec<_> = lots.iter().map(|lot| reading.lots[*lot]).collect();
            prop_assert!(lots.iter().all(|lot| lot.grade == lots[0].grade));
            prop_assert!(lots.iter().all(|lot| (lot.depth == 0) == (lots[0].depth == 0)));
            if tree.kind(node) == Some(BoxKind::Chain) {
                let hides = |lot: &&DrawableLot| in_issues.contains(&lot.id) || lot.depth == 0;
                prop_assert!(!hides_doubt && !lots.iter().any(hides));
                prop_assert_eq!(lots[0].grade, Grade::Definite);
            }
        }
    }

    #[test]
    fn the_order_of_an_answer_changes_nothing(
        (answer, lots, links) in answers().prop_flat_map(|answer| {
            let (lots, links) = (answer.lots.clone(), answer.links.clone());
            (Just(answer), Just(lots).prop_shuffle(), Just(links).prop_shuffle())
        }),
    ) {
        let shuffled = Answer { lots, links, issues: answer.issues.clone(), ..Answer::default() };
        let opened = [answer.lots[0].id.clone()];
        prop_assert_eq!(
            layout_within(&drawable(&answer), &opened, SMALL),
            layout_within(&drawable(&shuffled), &opened, SMALL)
        );
    }
}
