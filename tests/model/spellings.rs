//! However an event is spelled, it is the same event with the same answers; whatever it says
//! otherwise, it is another one.

use crate::spelling::{Tree, event};
use laiqu_epcis::query::{EventQuery, NoMasterData, Recorded};
use laiqu_epcis::{Document, Event, Limits, Prefixes};
use laiqu_tests::{Dice, Site, document, encode};

/// The event as one of the texts that say it, now and then with a time of record.
fn text(kind: &str, tree: &Tree, dice: &mut Dice) -> String {
    let body = tree.spelled(dice);
    let members = body.strip_prefix('{').unwrap();
    let record = *dice.pick(&["", r#""recordTime":"2020-01-01T00:00:00Z","#]).unwrap();
    format!(
        r#"{{"type":"{kind}",{record}"@context":{{"ex":"https://ns.example/e/",
            "own":"https://ns.example/e/"}},{members}"#
    )
}

fn read(text: &str) -> Document<'_> {
    Document::parse(text, &Limits::default()).unwrap_or_else(|faults| panic!("{faults:?}: {text}"))
}

/// Queries, in any spelling, that the event must be among the answers of.
fn questions(tree: &Tree, dice: &mut Dice, out: &mut Vec<(&'static str, String)>) {
    let Tree::Object(members) = tree else { return };
    for (name, value) in members {
        match (*name, value) {
            ("epcList" | "childEPCs" | "inputEPCList", Tree::List(ids)) => {
                out.extend(ids.iter().map(|id| ("MATCH_anyEPC", id.value(dice))));
            }
            ("quantityList" | "childQuantityList" | "outputQuantityList", Tree::List(items)) => {
                items.iter().for_each(|item| questions(item, dice, out));
            }
            ("epcClass", id) => out.push(("MATCH_anyEPCClass", id.value(dice))),
            ("parentID", id) => out.push(("MATCH_parentID", id.value(dice))),
            ("bizStep", word) => out.push(("EQ_bizStep", word.value(dice))),
            ("disposition", word) => out.push(("EQ_disposition", word.value(dice))),
            ("action", word) => out.push(("EQ_action", word.value(dice))),
            ("eventTime", time) => out.push(("GE_eventTime", time.value(dice))),
            ("persistentDisposition", Tree::Object(parts)) => {
                let (_, Tree::List(set)) = &parts[0] else { continue };
                out.extend(
                    set.iter().map(|word| ("EQ_persistentDisposition_set", word.value(dice))),
                );
            }
            ("readPoint", Tree::Object(parts)) => {
                out.push(("EQ_readPoint", parts[0].1.value(dice)));
            }
            ("bizLocation", Tree::Object(parts)) => {
                out.push(("EQ_bizLocation", parts[0].1.value(dice)));
                out.push(("EQ_bizLocation_ex:door", parts[1].1.value(dice)));
            }
            ("ilmd", Tree::Object(parts)) => out.push(("EQ_ILMD_ex:grade", parts[0].1.value(dice))),
            _ => {}
        }
    }
}

const RECORDED: Recorded<'_> = Recorded { event_id: "urn:x:1", record_time: 0 };

fn matches(event: &Event<'_>, (name, value): &(&str, String)) -> bool {
    let parameter = ((*name).to_owned(), vec![value.clone()]);
    let prefixes = Prefixes::declaring([("ex", "https://ns.example/e/")]);
    let query = EventQuery::of_parameters(&[parameter], &prefixes).unwrap();
    query.matches(event, &event.facts(RECORDED.event_id), RECORDED, &NoMasterData)
}

#[test]
fn an_event_is_the_same_in_every_spelling_and_another_with_every_change() {
    let mut dice = Dice::printed();
    for _ in 0..400 {
        let (kind, tree) = event(&mut dice);
        let first = text(kind, &tree, &mut dice);
        let first = &read(&first).events[0];
        for _ in 0..3 {
            let other = text(kind, &tree, &mut dice);
            let other = &read(&other).events[0];
            assert_eq!(first.prehash(), other.prehash(), "{}\n{}", first.raw(), other.raw());
            assert_eq!(first.hash(), other.hash());
            let mut asked = Vec::new();
            questions(&tree, &mut dice, &mut asked);
            for question in &asked {
                assert!(matches(other, question), "{question:?} of {}", other.raw());
            }
            // What is asked about another event has one answer, too: mostly no.
            questions(&event(&mut dice).1, &mut dice, &mut asked);
            for question in &asked {
                assert_eq!(matches(first, question), matches(other, question), "{question:?}");
            }
        }
        for _ in 0..5 {
            let changed = text(kind, &tree.changed(&mut dice), &mut dice);
            let changed = &read(&changed).events[0];
            assert_ne!(first.hash(), changed.hash(), "{}\n{}", first.raw(), changed.raw());
        }
    }
}

#[test]
fn a_ledger_knows_an_event_again_in_every_spelling() {
    let site = Site::new("ledger.example/spellings");
    let party = site.party("urn:uscc:spellings");
    let mut dice = Dice::printed();
    for _ in 0..12 {
        let (kind, tree) = event(&mut dice);
        let post = |tree: &Tree, dice: &mut Dice| {
            let body = document(&[text(kind, tree, dice)]);
            let answer = party.capture(&site.client(), &body);
            assert_eq!(answer.status, 202, "{}: {body}", answer.text());
            answer.expect(202)["events"][0].clone()
        };
        let first = post(&tree, &mut dice);
        assert_eq!(first["duplicate"], false);
        let before = site.state();
        let again = post(&tree, &mut dice);
        assert_eq!((&again["duplicate"], &again["event_id"]), (&true.into(), &first["event_id"]));
        assert_eq!(site.state(), before, "nothing new");
        let changed = post(&tree.changed(&mut dice), &mut dice);
        assert_eq!(changed["duplicate"], false);
        assert_ne!(changed["event_id"], first["event_id"]);
        let mut asked = Vec::new();
        questions(&tree, &mut dice, &mut asked);
        let id = first["event_id"].as_str().unwrap();
        for (name, value) in asked.into_iter().filter(|(name, _)| !name.contains("ex:")) {
            let path = format!("/epcis/events?{name}={}&EQ_eventID={}", encode(&value), encode(id));
            let found = site.operator().get(&path).expect(200);
            let list = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
            assert_eq!(list.as_array().unwrap().len(), 1, "{name}={value}");
        }
    }
}
