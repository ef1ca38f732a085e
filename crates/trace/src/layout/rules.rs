//! What holds for drawings.

use super::{BoxKind, Drawable, Layout, NODES_DRAWN_MAX};
use crate::{Answer, Grade, Issue, IssueKind, Link, LinkKind, Lot, LotKind};

fn name(n: usize) -> String {
    format!("lot-{n:06}")
}

/// Of so many lots, the first of which was asked about.
pub(super) fn answer(lots: usize, links: &[(usize, usize)]) -> Answer {
    let lot = |n: usize| Lot {
        id: name(n),
        kind: LotKind::Lot,
        grade: Grade::Definite,
        reasons: Vec::new(),
        depth: u32::from(n > 0),
        product: None,
        places: Vec::new(),
        quantity_kg: None,
    };
    let link = |(from, to): &(usize, usize)| Link {
        from: name(*from),
        to: name(*to),
        event: String::new(),
        quantity: None,
        kind: LinkKind::Transformed,
        grade: Grade::Definite,
        reasons: Vec::new(),
        from_place: None,
        to_place: None,
        paired_by: None,
    };
    Answer {
        lots: (0..lots).map(lot).collect(),
        links: links.iter().map(link).collect(),
        ..Answer::default()
    }
}

pub(super) fn gap(n: usize) -> Issue {
    Issue {
        kind: IssueKind::Gap,
        items: vec![name(n)],
        from_place: None,
        to_place: None,
        events: Vec::new(),
        detail: crate::Detail::NotSent,
    }
}

pub(super) fn drawable(answer: &Answer) -> Drawable {
    Drawable::of(&answer.lots, &answer.links, &answer.issues)
}

fn drawn(answer: &Answer, opened: &[usize]) -> Layout {
    let opened: Vec<String> = opened.iter().map(|n| name(*n)).collect();
    drawable(answer).layout(&opened)
}

fn of_kind(drawing: &Layout, kind: BoxKind) -> Vec<usize> {
    let nodes = drawing.nodes.iter().filter(|node| node.group == Some(kind));
    nodes.map(|node| node.lots).collect()
}

#[test]
fn sources_are_left_of_what_is_made_of_them() {
    let drawing = drawn(&answer(4, &[(0, 1), (1, 2), (0, 2), (2, 3), (3, 3)]), &[]);
    let x = |n: usize| drawing.nodes.iter().find(|node| node.id == name(n)).unwrap().x;
    assert!(x(0) < x(1) && x(1) < x(2) && x(2) < x(3));
    assert_eq!(drawing.edges.len(), 4);
    let long = drawing.edges.iter().find(|e| e.from == name(0) && e.to == name(2)).unwrap();
    assert_eq!(long.points.len(), 3);
    assert!(drawing.nodes.iter().all(|node| node.x < drawing.width && node.y < drawing.height));
}

#[test]
fn a_cycle_is_drawn_with_one_edge_leftwards() {
    let drawing = drawn(&answer(3, &[(0, 1), (1, 2), (2, 0)]), &[]);
    let leftwards = drawing
        .edges
        .iter()
        .filter(|edge| edge.points.first().unwrap().x > edge.points.last().unwrap().x);
    assert_eq!(leftwards.count(), 1);
}

#[test]
fn no_two_boxes_share_a_place() {
    let links: Vec<(usize, usize)> = (0..300).map(|n| (n % 17, 17 + n % 83)).collect();
    let drawing = drawn(&answer(100, &links), &[]);
    let mut places: Vec<String> =
        drawing.nodes.iter().map(|node| format!("{} {}", node.x, node.y)).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), drawing.nodes.len());
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert_eq!(Drawable::default().layout(&[]), Layout::default());
}

#[test]
fn packs_that_nothing_tells_apart_share_one_box_also_where_there_are_few() {
    let links: Vec<(usize, usize)> = (1..8).map(|pack| (0, pack)).collect();
    let mut packs = answer(9, &links);
    for lot in packs.lots.iter_mut().skip(1) {
        lot.kind = LotKind::Instance;
    }
    packs.lots[7].grade = Grade::Suspected;
    let drawing = drawn(&packs, &[]);
    assert_eq!(
        drawing.nodes.len(),
        4,
        "the lot, six packs, the suspected one, the one without a source"
    );
    assert_eq!(drawing.nodes.iter().map(|node| node.lots).sum::<usize>(), 9);
    assert_eq!(of_kind(&drawing, BoxKind::Alike), [6]);
    assert_eq!(drawing.edges.len(), 2);
    let few = answer(9, &(1..9).map(|lot| (0, lot)).collect::<Vec<_>>());
    assert_eq!(drawn(&few, &[]).nodes.len(), 9, "lots have numbers that people ask about");
}

#[test]
fn a_hub_of_many_leaves_is_two_boxes_which_open_a_hundred_at_a_time() {
    const LEAVES: usize = 20_000;
    let links: Vec<(usize, usize)> = (1..=LEAVES).map(|leaf| (0, leaf)).collect();
    let hub = answer(LEAVES + 1, &links);
    let closed = drawn(&hub, &[]);
    let [lot, leaves] = &closed.nodes[..] else { panic!("{} boxes", closed.nodes.len()) };
    assert_eq!((lot.lots, lot.start, lot.group), (1, true, None));
    assert_eq!((leaves.lots, leaves.group), (LEAVES, Some(BoxKind::Alike)));
    assert_eq!((leaves.id.as_str(), leaves.members.len()), (name(1).as_str(), 10));
    assert_eq!((closed.edges.len(), closed.edges[0].links), (1, LEAVES));

    // The box has the same first lot at each level.
    let mut before = closed.nodes.len();
    for times in 1..4 {
        let opened = drawn(&hub, &vec![1; times]);
        assert!(opened.left_closed.is_empty() && opened.nodes.len() > before);
        assert!(opened.nodes.len() < before + 100);
        assert_eq!(opened.nodes.iter().map(|node| node.lots).sum::<usize>(), LEAVES + 1);
        before = opened.nodes.len();
    }
    let opened = drawn(&hub, &[1, 1, 1, 1, LEAVES + 5]);
    assert_eq!(opened.left_closed, [name(1), name(LEAVES + 5)], "alone already, and none of it");
}

#[test]
fn a_long_chain_is_one_box_and_opens_in_its_order() {
    const LINKS: usize = 20_000;
    let links: Vec<(usize, usize)> = (0..LINKS).map(|lot| (lot, lot + 1)).collect();
    let chain = answer(LINKS + 1, &links);
    let closed = drawn(&chain, &[]);
    assert_eq!(of_kind(&closed, BoxKind::Chain), [LINKS]);
    assert_eq!(closed.nodes.len(), 2, "what was asked about and what follows");
    let opened = drawn(&chain, &[1]);
    let mut parts: Vec<_> = opened.nodes.iter().map(|node| (node.layer, &node.id)).collect();
    assert!(parts.len() > 2 && parts.is_sorted_by_key(|(_, id)| *id), "{parts:?}");
    parts.dedup_by_key(|(layer, _)| *layer);
    assert_eq!(parts.len(), opened.nodes.len(), "one after the other");
}

#[test]
fn doubts_and_gaps_are_in_no_chain() {
    let links: Vec<(usize, usize)> = (0..99).map(|lot| (lot, lot + 1)).collect();
    let mut chain = answer(100, &links);
    chain.lots[30].grade = Grade::Suspected;
    chain.issues.push(gap(60));
    let drawing = drawn(&chain, &[]);
    let mut chains = of_kind(&drawing, BoxKind::Chain);
    chains.sort_unstable();
    assert_eq!(chains, [29, 29, 39]);
    assert_eq!(drawing.nodes.len(), 6);
    assert!(drawing.nodes.iter().any(|node| node.id == name(60) && node.group.is_none()));
}

#[test]
fn a_doubtful_link_tells_lots_apart() {
    let mut hub = answer(60, &(1..60).map(|lot| (0, lot)).collect::<Vec<_>>());
    hub.links[8].grade = Grade::Suspected;
    let drawing = drawn(&hub, &[]);
    assert_eq!(of_kind(&drawing, BoxKind::Alike), [58]);
    let grade = |to: usize| drawing.edges.iter().find(|edge| edge.to == name(to)).unwrap().grade;
    assert_eq!((grade(1), grade(9)), (Grade::Definite, Grade::Suspected));
}

#[test]
fn ways_that_are_alike_share_one_box() {
    // From the start to a hundred stores, of each to twenty shops.
    let stores = (1..=100).map(|store| (0, store));
    let shops =
        (1..=100).flat_map(|store| (0..20).map(move |shop| (store, store * 20 + 81 + shop)));
    let city = answer(2101, &stores.chain(shops).collect::<Vec<_>>());
    let drawing = drawn(&city, &[]);
    assert_eq!(drawing.nodes.len(), 2);
    assert_eq!(of_kind(&drawing, BoxKind::Alike), [2100]);
    let opened = drawn(&city, &[1]);
    assert_eq!(of_kind(&opened, BoxKind::Chain), [21; 100]);
}

#[test]
fn few_that_are_alike_share_a_box_where_there_is_too_much() {
    let pairs = |most: usize| {
        let ways =
            (1..=most).flat_map(|way| [(0, way), (way, most + 2 * way), (way, most + 2 * way - 1)]);
        answer(1 + 3 * most, &ways.collect::<Vec<_>>())
    };
    let few = drawn(&pairs(50), &[]);
    assert_eq!((few.nodes.len(), few.merged), (151, 0), "a drawing takes them");
    let many = drawn(&pairs(5_000), &[]);
    assert_eq!((many.nodes.len(), many.merged), (2, 0));
}

#[test]
fn what_is_still_too_much_is_merged_by_layer_and_grade_and_said() {
    let links: Vec<(usize, usize)> = (1..5000).map(|n| (n / 3, n)).chain([(0, 4999)]).collect();
    let mut tree = answer(5000, &links);
    for (n, lot) in tree.lots.iter_mut().enumerate() {
        lot.product = Some(format!("product-{}", n % 4999));
        lot.grade = if n % 7 == 1 { Grade::Suspected } else { Grade::Definite };
    }
    let drawing = drawn(&tree, &[]);
    assert!(drawing.nodes.len() <= NODES_DRAWN_MAX / 2);
    let merged = of_kind(&drawing, BoxKind::Merged);
    assert!(drawing.merged > 1000 && drawing.merged == merged.iter().sum::<usize>());
    assert!(drawing.nodes.iter().any(|node| node.id == name(0) && node.start));
    let opened: Vec<usize> = (1..5000).collect();
    let opened = drawn(&tree, &opened);
    assert!(opened.nodes.len() <= NODES_DRAWN_MAX && !opened.left_closed.is_empty());
}

#[test]
fn a_long_chain_of_gaps_is_merged_into_neighbouring_layers() {
    let links: Vec<(usize, usize)> = (0..4999).map(|lot| (lot, lot + 1)).collect();
    let mut chain = answer(5000, &links);
    chain.issues = (0..5000).map(gap).collect();
    let drawing = drawn(&chain, &[]);
    assert!((50..=NODES_DRAWN_MAX / 2).contains(&drawing.nodes.len()), "{}", drawing.nodes.len());
}

#[test]
fn edges_beyond_the_limit_are_counted() {
    let links: Vec<(usize, usize)> =
        (0..100).flat_map(|from| (100..200).map(move |to| (from, to))).collect();
    let mut dense = answer(200, &links);
    for (n, lot) in dense.lots.iter_mut().enumerate() {
        lot.product = Some(n.to_string());
    }
    let drawing = drawn(&dense, &[]);
    assert_eq!((drawing.nodes.len(), drawing.edges.len()), (200, 2000));
    assert_eq!(drawing.edges_left_out, 8000);
}
