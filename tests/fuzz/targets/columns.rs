//! A file of columns as it may lie on a disk, and one whose checksums fit whatever its sections
//! hold: either is refused or read, and what is read takes more, is saved and opened again.

#![no_main]

use std::path::Path;

use laiqu_columns::{Column, Error, Groups, Opened, Saving, Set, Table, Texts};
use libfuzzer_sys::fuzz_target;

/// What `All` opens, and the width of its values.
const SECTIONS: [(&str, usize); 18] = [
    ("numbers", 8),
    ("texts", 1),
    ("texts.ends", 8),
    ("texts.slots.head", 8),
    ("texts.slots.0", 8),
    ("set", 4),
    ("set.slots.head", 8),
    ("set.slots.0", 8),
    ("table", 4),
    ("table.values", 8),
    ("table.slots.head", 8),
    ("table.slots.0", 8),
    ("groups", 4),
    ("groups.values", 8),
    ("groups.slots.head", 8),
    ("groups.slots.0", 8),
    ("groups.lists", 4),
    ("groups.lists.free", 8),
];

fuzz_target!(|data: &[u8]| {
    let directory = std::env::temp_dir();
    let path = directory.join(format!("laiqu-fuzz-{}.columns", std::process::id()));
    std::fs::write(&path, data).expect("a file");
    drop(read(&path));
    write(&path, data).expect("a file of these sections");
    let opened = Opened::open(&path).expect("a whole file");
    opened.check().expect("what was saved");
    drop(opened);
    drop(read(&path));
    drop(std::fs::remove_file(&path));
});

/// Opens a file, goes on with it, and says why where it is refused.
fn read(path: &Path) -> Result<(), Error> {
    let opened = Opened::open(path)?;
    let is_whole = opened.check();
    let all = All::open(&opened)?;
    drop((opened, is_whole));
    all.go_on(path);
    Ok(())
}

/// Writes the data as sections: before the values of each stands how many there are.
fn write(path: &Path, mut data: &[u8]) -> Result<(), Error> {
    let mut saving = Saving::create(path)?;
    for (name, width) in SECTIONS {
        let (count, rest) = data.split_first().unwrap_or((&0, &[]));
        let end = rest.len().min(usize::from(*count) * width) / width * width;
        let (values, behind) = rest.split_at(end);
        data = behind;
        match width {
            1 => saving.values(name, values)?,
            4 => {
                let (values, _) = values.as_chunks::<4>();
                saving.stream(name, values.iter().map(|value| [u32::from_le_bytes(*value)]))?;
            }
            _ => {
                let (values, _) = values.as_chunks::<8>();
                saving.stream(name, values.iter().map(|value| [u64::from_le_bytes(*value)]))?;
            }
        }
    }
    saving.finish()
}

struct All {
    numbers: Column<u64>,
    texts: Texts,
    set: Set<u32>,
    table: Table<u32, u64>,
    groups: Groups<u32, u32>,
}

impl All {
    fn open(opened: &Opened) -> Result<Self, Error> {
        Ok(Self {
            numbers: Column::open(opened, "numbers")?,
            texts: Texts::open(opened, "texts")?,
            set: Set::open(opened, "set")?,
            table: Table::open(opened, "table")?,
            groups: Groups::open(opened, "groups")?,
        })
    }

    /// Uses all of it. What is damaged may lose something, and never ends the program.
    fn go_on(mut self, path: &Path) {
        self.numbers.push(7);
        self.texts.intern("a text");
        self.set.insert(9);
        *self.table.or_default(9) = 11;
        self.groups.push(9, 13);
        let _: Vec<&str> = self.texts.iter().collect();
        let _: Vec<&u32> = self.set.iter().collect();
        let _: Vec<(&u32, &u64)> = self.table.iter().collect();
        let _: Vec<(u32, &[u32])> = self.groups.iter().collect();
        if self.save(path).is_ok() {
            let again = Opened::open(path).and_then(|opened| All::open(&opened));
            assert_eq!(again.expect("all of it").numbers.last(), Some(&7));
        }
    }

    fn save(&self, path: &Path) -> Result<(), Error> {
        let mut saving = Saving::create(path)?;
        self.numbers.save(&mut saving, "numbers")?;
        self.texts.save(&mut saving, "texts")?;
        self.set.save(&mut saving, "set")?;
        self.table.save(&mut saving, "table")?;
        self.groups.save(&mut saving, "groups")?;
        saving.finish()
    }
}
