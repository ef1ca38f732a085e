//! Two whole stories: a commingled catch, and a salad with a break in its records.

use laiqu_epcis::facts::{Action, Facts, ItemRole};

use crate::fixture::*;
use crate::{Answer, Direction, Grade, Graph, IssueKind, Question, Reason};

/// Farmed and wild fish are commingled, filleted, packed twice over and shipped; the feed's
/// journey is dated after its use, and the vessel's catch changes place without any shipment.
fn catch() -> Vec<Facts> {
    let seen = |id: &str, step: &str, day: i64, hour: i64, place: &str| {
        let facts = object(id, Action::Observe, step, at(day, hour), place);
        facts.class(ItemRole::Subject, "wild", 9876.0)
    };
    vec![
        make("hatch", at(1, 1), "hatchery", "fry", 1000.0),
        ship("fry-out", at(2, 1), "hatchery", "fry", 1000.0),
        receive("fry-in", at(3, 1), "farm", "fry", 1000.0),
        make("feed-made", at(1, 1), "feedmill", "feed", 10_000.0),
        transform("harvest", at(50, 1), "farm")
            .takes("feed", 10_000.0)
            .takes("fry", 1000.0)
            .gives("farmed", 12_000.0),
        ship("farmed-out", at(51, 1), "farm", "farmed", 12_000.0).owner_to("processor"),
        receive("farmed-in", at(52, 1), "plant", "farmed", 12_000.0),
        make("catch", at(53, 10), "vessel", "wild", 9876.0),
        seen("transship", "transshipment", 53, 11, "carrier"),
        seen("land", "landing", 53, 12, "port"),
        receive("wild-in", at(54, 8), "plant", "wild", 9876.0),
        transform("commingle", at(54, 11), "plant")
            .takes("farmed", 12_000.0)
            .takes("wild", 10_000.0)
            .gives("mix", 22_000.0),
        transform("fillet", at(59, 8), "plant")
            .takes("mix", 9876.0)
            .gives("fillets", 5000.0)
            .run("r"),
        pack("case", at(59, 11), "plant", "case-4").holds("fillets", 5000.0),
        pack("pallet", at(59, 12), "plant", "pallet-5").unit(ItemRole::Child, "case-4"),
        haul("out", "shipping", at(60, 11), "plant", "pallet-5").owner_to("importer"),
        ship("feed-out", at(65, 8), "feedmill", "feed", 10_000.0),
        receive("feed-in", at(65, 11), "farm", "feed", 10_000.0),
        haul("in", "receiving", at(65, 11), "import", "pallet-5"),
        unpack("unpallet", at(66, 11), "import", "pallet-5"),
        unpack("uncase", at(66, 11), "import", "case-4").holds("fillets", 5000.0),
    ]
}

#[test]
fn a_catch_is_traced_through_inputs_and_contents() {
    let graph = graph(&catch());
    let answer = back(&graph, "fillets");
    assert_eq!(answer.events.len(), 17);
    let all = with_containers(&graph, "fillets", Direction::Back);
    assert_eq!(all.events.len(), 21);
    assert_eq!(
        all.event_ids().into_iter().filter(|id| !answer.event_ids().contains(id)).count(),
        4
    );
    assert_eq!(answer.moved().iter().filter(|moved| moved.1 == "import").count(), 1);
    for (id, grade) in
        [("mix", Grade::Definite), ("farmed", Grade::Definite), ("fry", Grade::Definite)]
    {
        assert_eq!(answer.lot(id).0, grade);
    }
}

#[test]
fn late_feed_and_unrecorded_landings_are_suspected_with_the_reason() {
    let answer = back(&graph(&catch()), "fillets");
    for event in ["feed-made", "feed-out", "feed-in"] {
        assert_eq!(answer.event(event), (Grade::Suspected, vec![Reason::OutOfOrder]));
    }
    for event in ["catch", "transship", "land", "wild-in"] {
        let (grade, reasons) = answer.event(event);
        assert_eq!(grade, Grade::Suspected);
        assert_eq!(reasons, [Reason::UnrecordedMove, Reason::QuantityExceeds]);
    }
    assert_eq!(answer.issues_of(IssueKind::Gap).len(), 3);
    assert_eq!(answer.issues_of(IssueKind::OutOfOrder).len(), 1);
    assert_eq!(answer.issues_of(IssueKind::QuantityMismatch), [["commingle"]]);
}

/// Lettuce from a field becomes a salad; between the kitchen's supplier and the kitchen the
/// records break. With `received`, the supplier's receipt is there.
fn salad(received: bool) -> Graph {
    let mut events = vec![
        ("urn:p:a", make("grown", at(17, 13), "field", "lettuce", 25_000.0)),
        ("urn:p:a", {
            let sent = object("sent", Action::Observe, "transporting", at(17, 15), "field");
            sent.class(ItemRole::Subject, "lettuce", 25_000.0).to("packer")
        }),
        ("urn:p:a", receive("got", at(17, 20), "packer", "lettuce", 25_000.0).from("field")),
        (
            "urn:p:a",
            transform("packed", on(18), "packer").takes("lettuce", 25_000.0).gives("boxes", 500.0),
        ),
        ("urn:p:a", pack("load", at(19, 18), "packer", "pallet").holds("boxes", 25.0)),
        (
            "urn:p:a",
            haul("ship", "shipping", at(19, 18), "packer", "pallet").to("depot").document("bol"),
        ),
        (
            "urn:p:a",
            transform("mix", on(20), "kitchen")
                .takes("boxes", 100.0)
                .takes("dressing", 50.0)
                .gives("salad", 2000.0),
        ),
    ];
    if received {
        let got = look("depot-in", "receiving", at(20, 13), "depot", "pallet").holds("boxes", 25.0);
        events.push(("urn:p:b", got.from("packer").to("depot")));
    }
    graph_by(&events)
}

#[test]
fn the_break_before_the_kitchen_is_exactly_one_gap() {
    for received in [true, false] {
        let graph = salad(received);
        for answer in [back(&graph, "salad"), forward(&graph, "lettuce")] {
            assert_eq!(answer.issues_of(IssueKind::Gap).len(), 1, "{:#?}", answer.issues);
            assert!(answer.issues_of(IssueKind::NotReceived).is_empty());
            let gap = answer.issues.iter().find(|issue| issue.kind == IssueKind::Gap).unwrap();
            let from = if received { "depot" } else { "packer" };
            assert_eq!(gap.from_place.as_deref(), Some(from));
            assert_eq!(gap.to_place.as_deref(), Some("kitchen"));
            assert_eq!(gap.items, ["boxes"]);
        }
        let answer = back(&graph, "salad");
        assert_eq!(answer.issues_of(IssueKind::NoOrigin), [["mix"]]);
        assert_eq!(answer.lot("lettuce"), (Grade::Suspected, vec![Reason::UnrecordedMove]));
        assert_eq!(answer.lot("dressing").0, Grade::Definite);
    }
}

#[test]
fn a_receipt_in_error_makes_what_rests_on_it_suspected() {
    let mut events = vec![
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("plant"),
        receive("e2", at(1, 4), "plant", "lot", 5.0),
        transform("e3", at(2, 1), "plant").takes("lot", 5.0).gives("out", 5.0),
    ];
    events.push(events.get(2).unwrap().clone().error("incorrect_data", &[]));
    let answer = back(&graph(&events), "out");
    assert_eq!(answer.lot("lot"), (Grade::Suspected, vec![Reason::ErrorDeclared]));
    assert_eq!(answer.moved(), [("farm", "plant", Grade::Suspected)]);
}

#[test]
fn the_surest_of_several_paths_decides() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 10.0),
        transform("e1", at(2, 1), "farm").takes("lot", 5.0).gives("half", 5.0),
        transform("e2", at(2, 1), "plant").takes("lot", 5.0).gives("mix", 5.0),
        transform("e3", at(3, 1), "farm").takes("half", 5.0).gives("mix", 5.0),
    ]);
    let answer: Answer = graph.trace(&Question::new("lot", Direction::Forward));
    assert_eq!(answer.lot("mix").0, Grade::Definite);
    let unsure = answer.links.iter().filter(|link| link.grade == Grade::Suspected).count();
    assert_eq!(unsure, 2, "the move and the use behind the gap");
}
