//! What holds for drawings.

use crate::{Answer, Grade, Link, LinkKind, Lot, LotKind, NODES_DRAWN_MAX, layout};

fn answer(lots: usize, links: &[(usize, usize)]) -> Answer {
    let name = |n: usize| format!("lot-{n:04}");
    let lot = |n: usize| Lot {
        id: name(n),
        kind: LotKind::Lot,
        grade: Grade::Definite,
        reasons: Vec::new(),
        depth: 0,
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

#[test]
fn sources_are_left_of_what_is_made_of_them() {
    let drawing = layout(&answer(4, &[(0, 1), (1, 2), (0, 2), (2, 3), (3, 3)]));
    let x =
        |n: usize| drawing.nodes.iter().find(|node| node.id == format!("lot-{n:04}")).unwrap().x;
    assert!(x(0) < x(1) && x(1) < x(2) && x(2) < x(3));
    assert_eq!(drawing.edges.len(), 4);
    let long = drawing.edges.iter().find(|e| e.from == "lot-0000" && e.to == "lot-0002").unwrap();
    assert_eq!(long.points.len(), 3);
    assert!(drawing.nodes.iter().all(|node| node.x < drawing.width && node.y < drawing.height));
}

#[test]
fn a_cycle_is_drawn_with_one_edge_leftwards() {
    let drawing = layout(&answer(3, &[(0, 1), (1, 2), (2, 0)]));
    let leftwards = drawing
        .edges
        .iter()
        .filter(|edge| edge.points.first().unwrap().x > edge.points.last().unwrap().x);
    assert_eq!(leftwards.count(), 1);
}

#[test]
fn no_two_lots_share_a_place_and_the_drawing_is_the_same_again() {
    let links: Vec<(usize, usize)> = (0..300).map(|n| (n % 17, 17 + n % 83)).collect();
    let answer = answer(100, &links);
    let drawing = layout(&answer);
    let mut places: Vec<String> =
        drawing.nodes.iter().map(|node| format!("{} {}", node.x, node.y)).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 100);
    assert_eq!(drawing, layout(&answer));
}

#[test]
fn too_many_lots_are_counted_and_hidden() {
    let links: Vec<(usize, usize)> = (1..2000).map(|n| (n / 3, n)).chain([(0, 1999)]).collect();
    let answer = answer(2000, &links);
    let drawing = layout(&answer);
    assert_eq!((drawing.nodes.len(), drawing.hidden), (NODES_DRAWN_MAX, 2000 - NODES_DRAWN_MAX));
    assert!(drawing.nodes.iter().any(|node| node.id == "lot-0000"));
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert_eq!(layout(&Answer::default()), crate::Layout::default());
}

#[test]
fn packs_that_nothing_tells_apart_share_one_box() {
    let links: Vec<(usize, usize)> = (1..8).map(|pack| (0, pack)).collect();
    let mut packs = answer(9, &links);
    for lot in packs.lots.iter_mut().skip(1) {
        (lot.kind, lot.depth) = (LotKind::Instance, 1);
    }
    packs.lots[7].grade = Grade::Suspected;
    let drawing = layout(&packs);
    let members: Vec<usize> = drawing.nodes.iter().map(|node| node.members).collect();
    assert_eq!(
        drawing.nodes.len(),
        4,
        "the lot, six packs, the suspected one, the one without a source"
    );
    assert_eq!(members.iter().sum::<usize>(), 9);
    assert!(members.contains(&6));
    assert_eq!(drawing.edges.len(), 2);
}
