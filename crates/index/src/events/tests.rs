//! The index against a list of events that is searched from end to end.

use super::axis::CHUNK_KEYS_MAX;
use super::*;
use laiqu_columns::testing::{damaged, reopened};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// What one event has.
type Made = (Vec<u64>, Vec<(u64, u64)>);

fn of(terms: &[u64], keys: &[(u64, u64)]) -> EventTerms {
    EventTerms { terms: terms.to_vec(), ranges: keys.to_vec(), ..EventTerms::default() }
}

fn index_of(events: &[Made]) -> EventIndex {
    saved_index_of(events, &[])
}

/// An index that is saved and opened again before the events at these places.
fn saved_index_of(events: &[Made], saves: &[usize]) -> EventIndex {
    let mut index = EventIndex::default();
    for (at, (terms, keys)) in (0u64..).zip(events) {
        if saves.contains(&usize::try_from(at).unwrap()) {
            index = saved(&index);
        }
        let position = Position { index: at / 3 * 7, ordinal: u32::try_from(at % 3).unwrap() };
        index.insert(position, at / 3 * 5, &of(terms, keys));
    }
    index
}

fn saved(index: &EventIndex) -> EventIndex {
    reopened(|s| index.save(s, "events"), |o| EventIndex::open(o, "events"))
}

/// Where an index of events is saved.
fn saves() -> impl Strategy<Value = Vec<usize>> {
    vec(0usize..80, 0..4)
}

fn meets(at: u32, (terms, keys): &Made, condition: &Condition) -> bool {
    match condition {
        Condition::Term(term) => terms.contains(term),
        Condition::Range { axis, low, high } => {
            keys.iter().any(|(on, key)| on == axis && low <= key && key <= high)
        }
        Condition::Recorded { low, high } => {
            let recorded = u64::from(at) / 3 * 5;
            *low <= recorded && recorded <= *high
        }
    }
}

fn events() -> impl Strategy<Value = Vec<Made>> {
    let keys = vec((0u64..3, 0u64..50), 0..3);
    vec((vec(0u64..12, 0..5), keys), 0..80)
}

fn clauses() -> impl Strategy<Value = Vec<Vec<Condition>>> {
    let term = (0u64..14).prop_map(Condition::Term);
    let range = (0u64..4, 0u64..50, 0u64..50).prop_map(|(axis, low, high)| Condition::Range {
        axis,
        low,
        high,
    });
    let recorded = (0u64..140, 0u64..140).prop_map(|(low, high)| Condition::Recorded { low, high });
    vec(vec(prop_oneof![4 => term, 2 => range, 1 => recorded], 0..4), 0..4)
}

/// So few that no set of them is saved, before a kind of which there are more.
#[test]
fn few_keys_of_a_kind_are_not_those_of_another() {
    let mut events: Vec<Made> = (0..9).map(|key| (vec![], vec![(2, key)])).collect();
    events[3].1.push((1, 21));
    let index = saved_index_of(&events, &[8]);
    let clauses = [vec![Condition::Range { axis: 1, low: 0, high: 21 }]];
    assert!(index.select(&clauses, u32::MAX).iter().eq([3]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_index_answers_something(
        events in events(),
        clauses in clauses(),
        damage in (any::<Index>(), 0u8..8),
    ) {
        let index = index_of(&events);
        let opened = damaged(
            damage,
            |s| index.save(s, "events"),
            |o| EventIndex::open(o, "events"),
        );
        if let Some(mut index) = opened {
            let selected = index.select(&clauses, u32::MAX);
            for direction in [Direction::Ascending, Direction::Descending] {
                drop(index.by_key(&selected, 1, direction, Some((25, 9)), 9));
            }
            index.insert(Position { index: 999, ordinal: 0 }, 999, &of(&[1, 2], &[(1, 3)]));
            index.describe("urn:x:1", [("urn:a:1", "1")].into_iter());
            let next = tempfile::tempdir().unwrap();
            let mut saving = Saving::create(&next.path().join("next")).unwrap();
            drop(index.save(&mut saving, "events"));
        }
    }

    #[test]
    fn what_is_selected_is_what_a_search_finds(
        events in events(),
        clauses in clauses(),
        end in 0u32..90,
        saves in saves(),
    ) {
        let index = saved_index_of(&events, &saves);
        let some: RoaringBitmap = (0..80).filter(|seq| seq % 7 == end % 7).collect();
        for clause in &clauses {
            let some_meets = (0u32..).zip(&events).any(|(at, event)| {
                some.contains(at) && clause.iter().any(|one| meets(at, event, one))
            });
            prop_assert_eq!(index.meets(clause, &some), some_meets);
        }
        let found: Vec<u32> = index.select(&clauses, end).iter().collect();
        let meets_all = |at, event| {
            clauses.iter().all(|any| any.iter().any(|one| meets(at, event, one)))
        };
        let expected: Vec<u32> = (0u32..end)
            .zip(&events)
            .filter(|(at, event)| meets_all(*at, event))
            .map(|(seq, _)| seq)
            .collect();
        prop_assert_eq!(found, expected);
    }

    /// Master data and events in any order: the events that name what has an attribute.
    #[test]
    fn events_are_found_by_attributes_of_what_they_name(
        steps in vec((any::<bool>(), 0u8..6, vec((0u8..3, 0u8..3), 0..3)), 0..40),
        saves in vec(0usize..40, 0..3),
    ) {
        let id = |number: u8| format!("urn:x:{number}");
        let mut index = EventIndex::default();
        let (mut said, mut named) = (Vec::new(), Vec::new());
        for (at, (is_event, number, attributes)) in steps.into_iter().enumerate() {
            if saves.contains(&at) {
                index = saved(&index);
            }
            let id = id(number);
            if is_event {
                let (field, term) = NamedId::everywhere(&id).nth(usize::from(number % 2)).unwrap();
                let event = EventTerms {
                    terms: vec![term],
                    named: vec![field],
                    ..EventTerms::default()
                };
                let position = Position { index: named.len() as u64, ordinal: 0 };
                index.insert(position, 0, &event);
                named.push(number);
            } else {
                let texts: Vec<(String, String)> = attributes
                    .iter()
                    .map(|(name, value)| (format!("urn:a:{name}"), value.to_string()))
                    .collect();
                index.describe(&id, texts.iter().map(|(name, value)| (&**name, &**value)));
                said.extend(attributes.into_iter().map(|(name, value)| (number, name, value)));
            }
        }
        for (field, name, value) in
            (0u8..2).flat_map(|f| (0u8..3).flat_map(move |n| (0u8..4).map(move |v| (f, n, v))))
        {
            let digests = attribute_digests(&format!("urn:a:{name}"), &value.to_string());
            let of_field = NamedId::everywhere("").nth(usize::from(field)).unwrap().0;
            for (digest, with_value) in digests.into_iter().zip([false, true]) {
                let clause = vec![Condition::Term(of_field.term(digest))];
                let found: Vec<u32> = index.select(&[clause], u32::MAX).iter().collect();
                let has = |number: &u8| {
                    number % 2 == field
                        && said.iter().any(|(of, n, v)| {
                            of == number && *n == name && (!with_value || *v == value)
                        })
                };
                let expected: Vec<u32> =
                    (0u32..).zip(&named).filter(|(_, n)| has(n)).map(|(seq, _)| seq).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn pages_put_together_are_the_whole_order(
        events in events(),
        limit in 1usize..9,
        descending in any::<bool>(),
        saves in saves(),
    ) {
        let index = saved_index_of(&events, &saves);
        let direction = if descending { Direction::Descending } else { Direction::Ascending };
        let selected = index.select(&[vec![Condition::Term(3), Condition::Term(4)]], u32::MAX);

        let mut seqs: Vec<u32> = selected.iter().collect();
        let mut arrived = Vec::new();
        loop {
            let start = arrived.last().map(|seq| if descending { *seq } else { seq + 1 });
            let page = index.by_arrival(&selected, direction, start, limit);
            if page.is_empty() { break; }
            arrived.extend(page);
        }
        if descending { seqs.reverse(); }
        prop_assert_eq!(&arrived, &seqs);

        let keys_of = |seq: &u32| {
            let keys = events[*seq as usize].1.iter().filter(|(axis, _)| *axis == 1);
            keys.map(|(_, key)| (*key, *seq)).collect::<Vec<_>>()
        };
        let mut expected: Vec<(u64, u32)> = seqs.iter().flat_map(keys_of).collect();
        expected.sort_unstable();
        // One event may have the same key twice; the pages then tell it once.
        expected.dedup();
        if descending { expected.reverse(); }
        let mut walked: Vec<(u64, u32)> = Vec::new();
        loop {
            let start = |(key, seq): &(u64, u32)| (*key, if descending { *seq } else { seq + 1 });
            let page = index.by_key(&selected, 1, direction, walked.last().map(start), limit);
            if page.is_empty() { break; }
            walked.extend(page);
        }
        walked.dedup();
        prop_assert_eq!(walked, expected);
    }

    #[test]
    fn an_axis_of_many_chunks_finds_the_same(
        keys in vec(0u64..9_000, 9_000),
        low in 0u64..9_000,
        save in 0usize..9_999,
    ) {
        let events: Vec<Made> = keys.iter().map(|key| (vec![], vec![(0, *key)])).collect();
        let index = saved_index_of(&events, &[save]);
        let high = low + 3_000;
        let found = index.select(&[vec![Condition::Range { axis: 0, low, high }]], u32::MAX);
        let inside = |key: &u64| low <= *key && *key <= high;
        prop_assert_eq!(found.len(), keys.iter().filter(|key| inside(key)).count() as u64);
        prop_assert!(found.iter().all(|seq| inside(&keys[seq as usize])));
        let walked = index.by_key(&found, 0, Direction::Ascending, None, usize::MAX);
        prop_assert!(walked.is_sorted() && walked.len() as u64 == found.len());
    }
}

#[test]
fn keys_in_order_fill_their_chunks() {
    let count = CHUNK_KEYS_MAX as u64 * 3;
    let events: Vec<Made> = (0..count).map(|key| (vec![], vec![(0, key)])).collect();
    let index = index_of(&events);
    let all = index.select(&[], u32::MAX);
    assert_eq!(all.len(), count, "no clause asks for all");
    let some = index.select(&[], 10);
    assert_eq!(index.by_key(&some, 0, Direction::Descending, None, 2), [(9, 9), (8, 8)]);
}

/// Few events among many keys: whole blocks are stepped over, of every size, both ways.
#[test]
fn a_walk_finds_few_among_many() {
    let keys: Vec<u64> = (0..300).map(|seq| seq * 7 % 300).collect();
    let events: Vec<Made> = keys.iter().map(|key| (vec![], vec![(0, *key)])).collect();
    let index = saved_index_of(&events, &[290]);
    for some in [[0u32, 1], [150, 151], [280, 299], [299, 43]] {
        let selected: RoaringBitmap = some.into_iter().collect();
        let mut expected: Vec<_> = selected.iter().map(|seq| (keys[seq as usize], seq)).collect();
        expected.sort_unstable();
        for start in [None, Some((20, 0)), Some((21, 3)), Some((150, 99))] {
            let walk = |direction| index.by_key(&selected, 0, direction, start, 9);
            let (before, behind): (Vec<_>, Vec<_>) =
                expected.iter().partition(|pair| start.is_none_or(|start| **pair < start));
            let behind = if start.is_none() { expected.clone() } else { behind };
            assert_eq!(walk(Direction::Ascending), behind);
            assert_eq!(walk(Direction::Descending), before.into_iter().rev().collect::<Vec<_>>());
        }
    }
}

#[test]
fn positions_lead_to_sequence_numbers_and_back() {
    for save in 0..9 {
        positions_lead(&saved_index_of(&vec![Made::default(); 8], &[save]));
    }
}

fn positions_lead(index: &EventIndex) {
    for seq in 0..8 {
        assert_eq!(index.seq_at(index.position(seq).unwrap()), seq);
    }
    assert_eq!(index.seq_at(Position { index: 8, ordinal: 0 }), 6, "the next that follows");
    assert_eq!(index.seq_at(Position { index: 99, ordinal: 0 }), 8, "behind all");
    assert!(index.position(8).is_none());
}
