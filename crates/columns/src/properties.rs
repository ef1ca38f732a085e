use std::collections::{BTreeMap, HashMap};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::testing::{reopened, saved};

/// What is done to a structure; `None` saves it and opens it again.
fn steps<T: std::fmt::Debug>(
    step: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<Option<T>>> {
    vec(prop::option::weighted(0.97, step), 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_column_is_a_vector(steps in steps((0..4_u8, 0..50_usize, any::<u64>()))) {
        let (mut column, mut model) = (Column::default(), Vec::new());
        for step in steps {
            match step {
                None => {
                    let column_ = &column;
                    column = reopened(|s| Column::save(column_, s, "c"), |o| Column::open(o, "c"));
                }
                Some((0, at, value)) => {
                    prop_assert_eq!(column.get_mut(at).is_some(), at < model.len());
                    if let Some(place) = column.get_mut(at) {
                        (*place, model[at]) = (value, value);
                    }
                }
                Some((1, len, value)) => {
                    column.grow(len, value);
                    model.resize(len.max(model.len()), value);
                }
                Some((_, _, value)) => {
                    column.push(value);
                    model.push(value);
                }
            }
        }
        prop_assert_eq!(column.iter().copied().collect::<Vec<_>>(), model.clone());
        prop_assert_eq!(column.last(), model.last());
        for at in 0..=model.len() {
            prop_assert_eq!(column.get(at), model.get(at));
        }
    }

    #[test]
    fn a_column_is_searched_as_one(numbers in vec(0..99_u32, 0..60), split in 0..60_usize) {
        let mut sorted = numbers;
        sorted.sort_unstable();
        let (base, tail) = sorted.split_at(split.min(sorted.len()));
        let mut column = reopened(|s| s.values("c", base), |o| Column::<u32>::open(o, "c"));
        column.extend(tail);
        for limit in 0..=99 {
            let expected = sorted.partition_point(|number| *number < limit);
            prop_assert_eq!(column.partition_point(|number| *number < limit), expected);
        }
    }

    #[test]
    fn lists_keep_what_they_were_given(steps in steps((0..9_usize, 0..9_usize, any::<u32>()))) {
        let (mut lists, mut heads) = (Lists::default(), [List::default(); 9]);
        let mut model: Vec<Vec<u32>> = vec![Vec::new(); 9];
        for step in steps {
            let Some((list, at, value)) = step else {
                let old = &lists;
                lists = reopened(|s| Lists::save(old, s, "l"), |o| Lists::open(o, "l"));
                continue;
            };
            let at = if at < model[list].len() { at } else { model[list].len() };
            lists.insert(&mut heads[list], at, value);
            model[list].insert(at, value);
        }
        for (head, list) in heads.iter().zip(&model) {
            prop_assert_eq!(lists.get(*head), &list[..]);
            prop_assert_eq!(head.len(), list.len());
        }
    }

    #[test]
    fn pairs_keep_what_they_were_given(
        steps in steps((0..9_usize, any::<u32>(), 0..3_u32, any::<bool>())),
    ) {
        let (mut pairs, mut heads) = (Pairs::default(), [Head::EMPTY; 9]);
        let mut model: Vec<Vec<Pair>> = vec![Vec::new(); 9];
        for step in steps {
            let Some((list, first, second, is_high)) = step else {
                let old = &pairs;
                pairs = reopened(|s| Pairs::save(old, s, "p"), |o| Pairs::open(o, "p"));
                continue;
            };
            let pair = [first, if is_high { u32::MAX - second } else { second }];
            pairs.push(&mut heads[list], pair);
            model[list].push(pair);
        }
        for (head, list) in heads.into_iter().zip(&model) {
            prop_assert_eq!(&pairs.iter(head).collect::<Vec<_>>(), list);
            let apart = pairs.apart(head);
            prop_assert_eq!(head.single().is_some() || list.is_empty(), apart.is_empty());
            prop_assert_eq!((head.len(), head.is_empty()), (list.len(), list.is_empty()));
        }
    }

    #[test]
    fn a_table_is_a_map(steps in steps(([0..12_u32, 0..3], any::<u64>()))) {
        let mut table: Table<[u32; 2], u64> = Table::default();
        let mut groups: Groups<[u32; 2], u64> = Groups::default();
        let mut model: HashMap<[u32; 2], Vec<u64>> = HashMap::new();
        for step in steps {
            let Some((key, value)) = step else {
                let (old, older) = (&table, &groups);
                (table, groups) = reopened(
                    |s| old.save(s, "t").and_then(|()| older.save(s, "g")),
                    |o| Ok((Table::open(o, "t")?, Groups::open(o, "g")?)),
                );
                continue;
            };
            *table.or_default(key) = value;
            groups.push(key, value);
            model.entry(key).or_default().push(value);
        }
        prop_assert_eq!(table.len(), model.len());
        for a in 0..12 {
            for b in 0..3 {
                let known = model.get(&[a, b]).map_or(&[][..], Vec::as_slice);
                prop_assert_eq!(table.get([a, b]), known.last());
                prop_assert_eq!(table.contains([a, b]), groups.contains([a, b]));
                prop_assert_eq!(groups.get([a, b]), known);
            }
        }
    }

    #[test]
    fn a_text_has_one_number(steps in steps("[ab食]{0,4}")) {
        let (mut texts, mut model) = (Texts::default(), Vec::<String>::new());
        for step in steps {
            let Some(text) = step else {
                let old = &texts;
                texts = reopened(|s| Texts::save(old, s, "t"), |o| Texts::open(o, "t"));
                continue;
            };
            let known = model.iter().position(|known| *known == text);
            prop_assert_eq!(texts.find(&text).map(|id| id as usize), known);
            prop_assert_eq!(texts.intern(&text) as usize, known.unwrap_or(model.len()));
            if known.is_none() {
                model.push(text);
            }
        }
        prop_assert_eq!(texts.iter().collect::<Vec<_>>(), model);
    }

    #[test]
    fn blobs_are_byte_strings(steps in steps(vec(any::<u8>(), 0..5))) {
        let (mut blobs, mut model) = (Blobs::default(), Vec::<Vec<u8>>::new());
        for step in steps {
            if let Some(bytes) = step {
                prop_assert_eq!(blobs.push(&bytes), model.len());
                model.push(bytes);
            } else {
                let old = &blobs;
                blobs = reopened(|s| Blobs::save(old, s, "b"), |o| Blobs::open(o, "b"));
            }
        }
        let streamed = reopened(|s| Blobs::stream(s, "b", &model), |o| Blobs::open(o, "b"));
        let mut sorted = model.clone();
        sorted.sort_unstable();
        let in_order = reopened(|s| Blobs::stream(s, "b", &sorted), |o| Blobs::open(o, "b"));
        for blobs in [blobs, streamed] {
            prop_assert_eq!(blobs.len(), model.len());
            let all = (0..blobs.len()).map(|at| blobs.get(at).to_vec());
            prop_assert_eq!(all.collect::<Vec<_>>(), model.clone());
            prop_assert!(blobs.get(model.len()).is_empty());
        }
        for (at, limit) in sorted.iter().enumerate() {
            let before = sorted.partition_point(|bytes| bytes < limit);
            prop_assert_eq!(in_order.partition_point(0..at + 1, |b| b < limit), before);
        }
    }

    /// Every round adds some bytes to the values of some keys.
    #[test]
    fn a_dictionary_keeps_what_is_merged_into_it(
        rounds in vec(vec((0..99_u64, 0..300_usize), 0..60), 0..6),
    ) {
        let (mut dictionary, mut model) = (Dictionary::default(), BTreeMap::new());
        for (round, added) in (0_u8..).zip(rounds) {
            let added: BTreeMap<u64, usize> = added.into_iter().collect();
            let old = &dictionary;
            dictionary = reopened(
                |s| old.save(s, "d", added.iter().map(|(key, len)| (*key, *len)), |new, olds, value| {
                    value.extend(olds.concat());
                    value.extend(vec![round; new.unwrap_or(0)]);
                    Some(())
                }),
                |o| Dictionary::open(o, "d"),
            );
            for (key, length) in added {
                model.entry(key).or_insert_with(Vec::new).extend(vec![round; length]);
            }
        }
        for key in 0..100 {
            let found: Vec<&[u8]> = dictionary.get(key).collect();
            prop_assert_eq!(found.concat(), model.get(&key).cloned().unwrap_or_default());
            prop_assert_eq!(found.is_empty(), !model.contains_key(&key));
        }
    }

    #[test]
    fn a_changed_byte_is_found(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (_directory, path) = saved(|s| {
            s.values("numbers", &[1_u64, 2, 3])?;
            s.values("bytes", b"what was saved")
        });
        let mut bytes = std::fs::read(&path).unwrap();
        // Magic, three numbers, a text, and what comes behind it; nothing lies between these.
        let held: Vec<usize> =
            (0..16).chain(65_536..65_560).chain(131_072..bytes.len()).collect();
        let at = *at.get(&held);
        bytes[at] ^= 1 << bit;
        std::fs::write(&path, &bytes).unwrap();
        let checked = Opened::open(&path).and_then(|opened| opened.check());
        prop_assert!(checked.is_err(), "byte {}", at);
    }

    #[test]
    fn a_cut_file_is_refused(at in any::<prop::sample::Index>()) {
        let (_directory, path) = saved(|s| s.values("bytes", b"what was saved"));
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..at.index(bytes.len())]).unwrap();
        let is_refused = matches!(Opened::open(&path), Err(Error::Damaged { .. }));
        prop_assert!(is_refused);
    }
}

#[test]
fn values_of_another_width_and_missing_names_are_refused() {
    let (_directory, path) = saved(|s| s.values("numbers", &[1_u64, 2]));
    let opened = Opened::open(&path).unwrap();
    let error = Column::<u32>::open(&opened, "numbers").unwrap_err().to_string();
    assert!(error.ends_with("numbers holds values of 8 bytes, not 4"), "{error}");
    assert!(Column::<u32>::open(&opened, "other").is_err());
}

#[test]
fn a_free_room_that_is_not_there_is_not_used() {
    let mut lists = reopened(
        |s| s.values("l", &[1_u32, 2]).and_then(|()| s.values("l.free", &[[0_u32, 99]])),
        |o| Lists::<u32>::open(o, "l"),
    );
    let mut list = List::default();
    lists.push(&mut list, 7);
    assert_eq!(lists.get(list), [0_u32; 0]);
}

#[test]
fn a_value_that_cannot_be_read_is_not_lost_silently() {
    let (_directory, path) = saved(|s| {
        Dictionary::default().save(s, "d", [(7, ())].into_iter(), |_, _, value| {
            value.push(1);
            Some(())
        })
    });
    let dictionary = Dictionary::open(&Opened::open(&path).unwrap(), "d").unwrap();
    let mut saving = Saving::create(&path.with_extension("next")).unwrap();
    let error = dictionary.save(&mut saving, "d", [(7, ())].into_iter(), |_, old, _| {
        assert_eq!(old, [[1]]);
        None
    });
    assert!(error.unwrap_err().to_string().ends_with("d.0 was opened and cannot be read"));
}

/// Larger than what is written at a time, in parts that do not end where that does.
#[test]
fn what_is_saved_in_many_pieces_is_whole() {
    let numbers: Vec<u64> = (0..700_001).collect();
    let parts = [&numbers[..3], &numbers[3..262_200], &numbers[262_200..], &[]];
    let column = reopened(
        |s| s.values("before", b"odd").and_then(|()| s.stream("numbers", parts)),
        |o| Column::<u64>::open_often(o, "numbers"),
    );
    assert!(column.iter().eq(&numbers), "one is not what it was");
}

#[test]
fn what_changes_stays_out_of_the_file() {
    let (_directory, path) = saved(|s| s.values("numbers", &[1_u64, 2]));
    let opened = Opened::open(&path).unwrap();
    let mut column = Column::<u64>::open(&opened, "numbers").unwrap();
    *column.get_mut(0).unwrap() = 9;
    column.push(3);
    assert_eq!(column.iter().copied().collect::<Vec<_>>(), [9, 2, 3]);
    opened.check().unwrap();
    let again = Column::<u64>::open(&opened, "numbers").unwrap();
    assert_eq!(again.iter().copied().collect::<Vec<_>>(), [1, 2]);
}
