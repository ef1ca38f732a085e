//! What the sums say, each rule at its edge.

use laiqu_epcis::facts::{Action, Facts, ItemRole, TypedId};

use super::{Balance, BalanceQuestion, Verdict};
use crate::Graph;
use crate::fixture::{
    Build as _, DAY, at, graph, graph_by, make, object, receive, sell, ship, transform,
};
use crate::selection::Selection;

const LOT: &str = "https://id.gs1.org/01/04012345123456/10/L1";
const PRODUCT: &str = "https://id.gs1.org/01/04012345123456";

fn always(of: Selection) -> BalanceQuestion {
    let (from, until) = (i64::MIN, i64::MAX);
    BalanceQuestion { of, from, until, tolerance: 0.005, visible_to: None, as_of: None }
}

fn of(graph: &Graph, of: Selection) -> Balance {
    graph.balance(&always(of), &())
}

fn lot(graph: &Graph) -> Balance {
    of(graph, Selection::Lot(LOT.into()))
}

fn verdicts(balance: &Balance) -> Vec<(&str, Verdict)> {
    balance.rows.iter().map(|row| (row.place.as_str(), row.verdict)).collect()
}

fn count(id: &str, day: i64, place: &str, kg: f64) -> Facts {
    object(id, Action::Observe, "stock_taking", at(day, 9), place).class(ItemRole::Subject, LOT, kg)
}

#[test]
fn in_is_out_and_stock_at_every_place() {
    let graph = graph(&[
        make("e1", at(1, 1), "farm", LOT, 100.0),
        ship("e2", at(1, 5), "farm", LOT, 80.0).to("shop"),
        receive("e3", at(1, 9), "shop", LOT, 80.0),
        sell("e4", at(2, 9), "shop", LOT, 30.0),
        object("e5", Action::Delete, "destroying", at(3, 9), "shop").class(
            ItemRole::Subject,
            LOT,
            10.0,
        ),
        count("e6", 4, "shop", 40.0),
    ]);
    let balance = lot(&graph);
    assert_eq!(verdicts(&balance), [("farm", Verdict::Balanced), ("shop", Verdict::Balanced)]);
    let [farm, shop] = &balance.rows[..] else { panic!("{balance:?}") };
    assert_eq!((farm.came.made_kg, farm.went.sent_kg, farm.closing_kg), (100.0, 80.0, 20.0));
    assert_eq!((shop.came.received_kg, shop.went.sold_kg), (80.0, 30.0));
    assert_eq!((shop.went.destroyed_kg, shop.closing_kg), (10.0, 40.0));
    assert_eq!(shop.count_difference_kg, Some(0.0));
    assert_eq!(balance.totals[0].item.as_deref(), Some(PRODUCT));
}

#[test]
fn more_sold_than_bought_and_a_wrong_count_are_named_beyond_the_tolerance() {
    let sold = |kg| {
        graph(&[receive("e1", at(1, 1), "shop", LOT, 100.0), sell("e2", at(2, 1), "shop", LOT, kg)])
    };
    assert_eq!(lot(&sold(100.4)).rows[0].verdict, Verdict::Balanced);
    let balance = lot(&sold(101.0));
    assert_eq!(balance.rows[0].verdict, Verdict::MoreOutThanIn);
    assert_eq!(balance.rows[0].closing_kg, -1.0);
    let counted =
        |kg| graph(&[receive("e1", at(1, 1), "shop", LOT, 100.0), count("e2", 2, "shop", kg)]);
    assert_eq!(lot(&counted(99.6)).rows[0].verdict, Verdict::Balanced);
    let short = lot(&counted(90.0));
    assert_eq!(short.rows[0].verdict, Verdict::CountDiffers);
    assert_eq!(short.rows[0].count_difference_kg, Some(-10.0));
}

#[test]
fn what_nobody_weighed_is_unknown_and_never_zero() {
    let mut pieces = receive("e1", at(1, 1), "shop", LOT, 10.0);
    pieces.items[0].quantity.as_mut().unwrap().unit = Some("CS".into());
    let graph = graph(&[pieces, sell("e2", at(2, 1), "shop", LOT, 3.0)]);
    let balance = lot(&graph);
    assert_eq!((balance.rows[0].verdict, balance.rows[0].unweighed), (Verdict::Unknown, 1));
}

#[test]
fn a_period_begins_with_what_was_there() {
    let graph = graph(&[
        receive("e1", at(1, 1), "shop", LOT, 100.0),
        sell("e2", at(2, 1), "shop", LOT, 30.0),
        sell("e3", at(5, 1), "shop", LOT, 20.0),
        sell("e4", at(9, 1), "shop", LOT, 10.0),
    ]);
    let period = BalanceQuestion {
        from: 4 * DAY,
        until: 6 * DAY,
        tolerance: 0.0,
        ..always(Selection::Place("shop".into()))
    };
    let balance = graph.balance(&period, &());
    let row = &balance.rows[0];
    assert_eq!((row.opening_kg, row.went.sold_kg, row.closing_kg), (70.0, 20.0, 50.0));
}

#[test]
fn food_sold_without_its_lot_counts_for_the_product() {
    let loose = object("e3", Action::Delete, "retail_selling", at(3, 1), "shop").class(
        ItemRole::Subject,
        PRODUCT,
        150.0,
    );
    let graph = graph(&[receive("e1", at(1, 1), "shop", LOT, 100.0), loose]);
    let balance = of(&graph, Selection::Product(PRODUCT.into()));
    assert_eq!(verdicts(&balance), [("shop", Verdict::Unlotted), ("shop", Verdict::Balanced)]);
    assert_eq!(balance.totals[0].verdict, Verdict::MoreOutThanIn);
    assert_eq!(balance.totals[0].closing_kg, -50.0);
}

#[test]
fn runs_show_their_yield_and_doubt_what_cannot_be() {
    let run = |out: f64| {
        graph(&[
            receive("e1", at(1, 1), "plant", LOT, 100.0),
            transform("e2", at(1, 5), "plant").class(ItemRole::Input, LOT, 100.0).run("urn:r:1"),
            transform("e3", at(1, 6), "plant")
                .class(ItemRole::Output, "urn:x:out", out)
                .run("urn:r:1"),
        ])
    };
    for (out, doubtful) in [(74.0, false), (100.2, false), (101.0, true), (49.0, true)] {
        let balance = lot(&run(out));
        assert_eq!(balance.runs.len(), 1, "one run, told in two events");
        let row = &balance.runs[0];
        assert_eq!((row.input_kg, row.output_kg), (Some(100.0), Some(out)));
        assert_eq!(row.doubtful, doubtful, "{out}");
    }
}

fn certified(facts: Facts) -> Facts {
    let mut facts = facts;
    facts
        .transactions
        .push(TypedId { kind: "https://ref.gs1.org/cbv/BTT-cert".into(), id: "urn:cert:1".into() });
    facts
}

#[test]
fn a_certificate_goes_with_no_more_than_it_was_issued_for() {
    let issue = certified(object("e2", Action::Observe, "inspecting", at(1, 2), "farm")).class(
        ItemRole::Subject,
        LOT,
        100.0,
    );
    let story = |kg: f64| {
        graph(&[
            make("e1", at(1, 1), "farm", LOT, 500.0),
            issue.clone(),
            certified(ship("e3", at(1, 5), "farm", LOT, kg).to("market")),
            certified(receive("e4", at(1, 9), "market", LOT, kg)),
            certified(ship("e5", at(2, 9), "market", LOT, kg).to("shop")),
        ])
    };
    for (kg, exceeded) in [(100.0, false), (300.0, true)] {
        let balance = lot(&story(kg));
        assert_eq!(balance.certificates.len(), 1);
        let row = &balance.certificates[0];
        assert_eq!((row.issued_kg, row.used_kg, row.exceeded), (Some(100.0), kg, exceeded));
        assert_eq!(row.lots, [LOT]);
    }
}

#[test]
fn a_party_is_balanced_at_the_places_of_its_own_records() {
    let graph = graph_by(&[
        ("urn:p:farm", make("e1", at(1, 1), "farm", LOT, 100.0)),
        ("urn:p:farm", ship("e2", at(1, 5), "farm", LOT, 100.0).to("shop")),
        ("urn:p:shop", receive("e3", at(1, 9), "shop", LOT, 100.0)),
        ("urn:p:shop", sell("e4", at(2, 9), "shop", LOT, 130.0)),
    ]);
    let shop = of(&graph, Selection::Party("urn:p:shop".into()));
    assert_eq!(verdicts(&shop), [("shop", Verdict::MoreOutThanIn)]);
    let farm = of(&graph, Selection::Party("urn:p:farm".into()));
    assert_eq!(verdicts(&farm), [("farm", Verdict::Balanced)]);
    assert_eq!(of(&graph, Selection::Party("urn:p:none".into())), Balance::default());
}

#[test]
fn the_order_of_arrival_changes_nothing() {
    let events = [
        make("e1", at(1, 1), "farm", LOT, 100.0),
        ship("e2", at(1, 5), "farm", LOT, 80.0).to("shop"),
        receive("e3", at(1, 9), "shop", LOT, 80.0),
        sell("e4", at(2, 9), "shop", LOT, 90.0),
        count("e5", 3, "shop", 1.0),
    ];
    let shop = |events: &[Facts]| {
        let mut balance = of(&graph(events), Selection::Place("shop".into()));
        // Positions are all that it may change.
        let rests_on = std::mem::take(&mut balance.rests_on).len();
        (balance, rests_on)
    };
    let expected = shop(&events);
    for shift in 1..events.len() {
        let mut turned = events.clone();
        turned.rotate_left(shift);
        assert_eq!(shop(&turned), expected);
    }
}

#[test]
fn as_of_an_earlier_size_it_is_what_it_was() {
    let events = [
        make("e1", at(1, 1), "farm", LOT, 100.0),
        ship("e2", at(1, 5), "farm", LOT, 80.0).to("shop"),
        sell("e3", at(2, 1), "farm", LOT, 5.0),
        receive("e4", at(1, 9), "shop", LOT, 80.0),
        sell("e5", at(2, 9), "shop", LOT, 90.0),
        sell("e3", at(2, 1), "farm", LOT, 5.0).error("did_not_occur", &[]),
        count("e6", 3, "shop", 1.0),
        certified(ship("e7", at(4, 1), "shop", LOT, 1.0)),
        make("e8", at(5, 1), "kitchen", PRODUCT, 3.0),
    ];
    let whole = graph(&events);
    for size in 0..=events.len() / 3 {
        // Three events stand in each entry.
        let then = graph(&events[..size * 3]);
        for of in [
            Selection::Lot(LOT.into()),
            Selection::Place("shop".into()),
            Selection::Product(PRODUCT.into()),
            Selection::Party("urn:p:one".into()),
        ] {
            let asked = BalanceQuestion {
                of,
                from: i64::MIN,
                until: i64::MAX,
                tolerance: 0.005,
                visible_to: None,
                as_of: u64::try_from(size).ok(),
            };
            let now = BalanceQuestion { as_of: None, ..asked.clone() };
            assert_eq!(whole.balance(&asked, &()), then.balance(&now, &()), "{size}: {asked:?}");
        }
    }
}
