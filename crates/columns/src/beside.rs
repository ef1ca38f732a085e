use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::form::BLOCK_BYTES;
use crate::testing::held;

/// Large, so that a block holds 16.
type Value = [u64; 16_384];

const IN_BLOCK: usize = BLOCK_BYTES / size_of::<Value>();

fn value(tag: u64) -> Value {
    [tag; 16_384]
}

/// Files beside each other, of which those stay that the newest needs.
struct Kept {
    directory: TempDir,
    newest: u32,
}

impl Kept {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), newest: 0 }
    }

    fn path(&self, number: u32) -> PathBuf {
        self.directory.path().join(format!("{number}.columns"))
    }

    fn opened(&self) -> Opened {
        Opened::open(&self.path(self.newest)).unwrap()
    }

    fn reopened(&mut self, column: &Column<Value>) -> Column<Value> {
        self.newest += 1;
        let path = self.path(self.newest);
        let mut saving = Saving::create(&path).unwrap();
        saving.values("few", &[1_u8, 2, 3]).unwrap();
        column.save(&mut saving, "values").unwrap();
        saving.finish().unwrap();
        let opened = self.opened();
        opened.check().unwrap();
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        for file in self.files() {
            if file != path && !opened.others().any(|other| other == name(&file)) {
                fs::remove_file(file).unwrap();
            }
        }
        Column::open(&opened, "values").unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.directory.path()).unwrap().map(|file| file.unwrap().path()).collect()
    }

    /// Bytes of values in the newest file itself.
    fn written(&self) -> usize {
        held(&self.path(self.newest)).into_iter().map(|part| part.len()).sum()
    }

    /// Of all files.
    fn bytes(&self) -> usize {
        self.files().iter().flat_map(|file| held(file)).map(|part| part.len()).sum()
    }
}

fn tags(column: &Column<Value>) -> Vec<u64> {
    assert!(column.iter().all(|value| value.iter().all(|word| *word == value[0])));
    column.iter().map(|value| value[0]).collect()
}

fn filled(len: u64) -> Column<Value> {
    let mut column = Column::default();
    (0..len).for_each(|tag| column.push(value(tag)));
    column
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Each round changes some values, adds some, saves all beside what is there and opens it.
    #[test]
    fn what_is_saved_beside_earlier_files_is_all_there(
        rounds in vec((vec((0..200_usize, any::<u64>()), 0..3), 0..40_u64, any::<u64>()), 1..20),
    ) {
        let (mut kept, mut model) = (Kept::new(), Vec::new());
        let mut column = Column::default();
        for (changes, added, tag) in rounds {
            for (at, tag) in changes {
                if let Some(place) = column.get_mut(at) {
                    *place = value(tag);
                    model[at] = tag;
                }
            }
            for more in 0..added {
                column.push(value(tag.wrapping_add(more)));
                model.push(tag.wrapping_add(more));
            }
            column = kept.reopened(&column);
            prop_assert_eq!(&tags(&column), &model);
        }
        let all = model.len() * size_of::<Value>() + 3;
        prop_assert!(kept.files().len() <= 13);
        prop_assert!(kept.bytes() <= 2 * all + 2 * BLOCK_BYTES, "{} of {}", kept.bytes(), all);
    }
}

#[test]
fn what_is_as_it_was_is_not_written_again() {
    let mut kept = Kept::new();
    let mut column = kept.reopened(&filled(10 * IN_BLOCK as u64));
    assert_eq!(kept.written(), 10 * BLOCK_BYTES + 3);
    *column.get_mut(3 * IN_BLOCK).unwrap() = value(7);
    column.slice_mut(5 * IN_BLOCK - 1..5 * IN_BLOCK + 1).fill(value(8));
    column.push(value(9));
    let expected = tags(&column);
    column = kept.reopened(&column);
    // Three that changed, in two places of which one reaches over a border, and one more value.
    assert_eq!(kept.written(), 3 * BLOCK_BYTES + size_of::<Value>() + 3);
    assert_eq!(kept.opened().others().collect::<Vec<_>>(), ["1.columns"]);
    assert_eq!(tags(&column), expected);
    column.push(value(10));
    column = kept.reopened(&column);
    // The last block of before goes on in this one.
    assert_eq!(kept.written(), 2 * size_of::<Value>() + 3);
    assert_eq!(kept.opened().others().collect::<Vec<_>>(), ["1.columns", "2.columns"]);
    assert_eq!(tags(&column), [&expected[..], &[10]].concat());
    // Of the first file less than half is needed from here on, so that nothing is.
    column.slice_mut(0..3 * IN_BLOCK).fill(value(11));
    column = kept.reopened(&column);
    let expected = tags(&column);
    column = kept.reopened(&column);
    assert!(!kept.path(1).exists());
    assert_eq!(tags(&column), expected);
}

#[test]
fn a_file_that_is_needed_and_is_not_as_it_was_is_found_out() {
    let mut kept = Kept::new();
    let column = kept.reopened(&filled(4 * IN_BLOCK as u64));
    drop(kept.reopened(&column));
    let (first, newest) = (kept.path(1), kept.path(2));
    let whole = fs::read(&first).unwrap();
    let error = || Opened::open(&newest).and_then(|opened| opened.check()).unwrap_err();
    let mut changed = whole.clone();
    changed[held(&first)[1].start] ^= 1;
    fs::write(&first, &changed).unwrap();
    assert!(error().to_string().ends_with("values is not what was saved"), "{}", error());
    fs::write(&first, &whole[..whole.len() - 1]).unwrap();
    assert!(error().to_string().contains("needs 1.columns, and cannot have it"), "{}", error());
    // Another one of the same length.
    changed.clone_from(&whole);
    let crc32c = whole.len() - 8;
    changed[crc32c] ^= 1;
    fs::write(&first, &changed).unwrap();
    assert!(error().to_string().ends_with("it is another file than it was"), "{}", error());
    fs::remove_file(&first).unwrap();
    assert!(error().to_string().contains("needs 1.columns, and cannot have it"), "{}", error());
}

#[test]
fn nothing_hides_what_was_damaged() {
    let mut kept = Kept::new();
    let mut column = kept.reopened(&filled(4 * IN_BLOCK as u64));
    let first = kept.path(1);
    let mut bytes = fs::read(&first).unwrap();
    bytes[held(&first)[2].start] ^= 1;
    fs::write(&first, &bytes).unwrap();
    let saved = |column: &Column<Value>| {
        let mut saving = Saving::create(&kept.path(2)).unwrap();
        column.save(&mut saving, "values").unwrap();
        saving.finish()
    };
    *column.get_mut(0).unwrap() = value(7);
    saved(&column).unwrap();
    let checked = Opened::open(&kept.path(2)).unwrap().check().unwrap_err();
    assert!(checked.to_string().ends_with("values is not what was saved"), "{checked}");
    // The block that is damaged is written anew.
    *column.get_mut(IN_BLOCK).unwrap() = value(7);
    fs::remove_file(kept.path(2)).unwrap();
    let error = saved(&column).unwrap_err().to_string();
    assert!(error.ends_with("it was opened from what is not what was saved"), "{error}");
    assert!(!kept.path(2).exists());
}

/// What is shown may have been opened from files that are gone since.
#[test]
fn blocks_of_files_that_are_gone_are_written_from_what_was_opened() {
    let mut kept = Kept::new();
    let column = kept.reopened(&filled(4 * IN_BLOCK as u64));
    fs::remove_file(kept.path(1)).unwrap();
    let column = kept.reopened(&column);
    assert_eq!(kept.written(), 4 * BLOCK_BYTES + 3);
    assert_eq!(tags(&column), (0..64).collect::<Vec<u64>>());
}

#[test]
fn a_file_that_takes_the_place_of_the_one_it_was_opened_from_holds_all() {
    let mut kept = Kept::new();
    let mut column = kept.reopened(&filled(2 * IN_BLOCK as u64));
    column.push(value(7));
    let expected = tags(&column);
    kept.newest = 0;
    assert_eq!(tags(&kept.reopened(&column)), expected);
    assert_eq!(kept.opened().others().count(), 0);
}

#[test]
fn runs_of_slots_stay_where_little_came() {
    let (mut set, directory) = (Set::<u64>::default(), tempfile::tempdir().unwrap());
    let mut until = 0_u64;
    let mut runs = Vec::new();
    for (number, more) in (0_u32..).zip([1_000, 100, 0, 100, 10, 1_000, 9_000, 1]) {
        (until..until + more).for_each(|key| assert!(set.insert(key).1, "{key}"));
        until += more;
        let path = directory.path().join(format!("{number}.columns"));
        let mut saving = Saving::create(&path).unwrap();
        set.save(&mut saving, "set").unwrap();
        saving.finish().unwrap();
        let opened = Opened::open(&path).unwrap();
        set = Set::open(&opened, "set").unwrap();
        runs.push(Column::<u64>::open(&opened, "set.slots.head").unwrap().len() - 2);
        assert!((0..until).all(|key| set.find(key) == u32::try_from(key).ok()), "{number}");
        assert_eq!(set.find(until), None);
    }
    assert_eq!(runs, [1, 2, 2, 2, 3, 1, 1, 2]);
}
