//! A file of columns as it may lie on a disk: whatever it holds is refused or read, and what is
//! read takes more, is saved and opened again.

#![no_main]

use std::path::Path;

use laiqu_columns::{Column, Error, Groups, Opened, Saving, Set, Table, Texts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let directory = std::env::temp_dir();
    let path = directory.join(format!("laiqu-fuzz-{}.columns", std::process::id()));
    std::fs::write(&path, data).expect("a file");
    if let Ok(opened) = Opened::open(&path) {
        let is_whole = opened.check();
        let read = All::open(&opened);
        drop((opened, is_whole));
        if let Ok(all) = read {
            all.go_on(&path);
        }
    }
    drop(std::fs::remove_file(&path));
});

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
