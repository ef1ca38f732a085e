//! Real input from public projects, which never enters this repository.

use std::path::{Path, PathBuf};

/// The folder of test data: `$LAIQU_TEST_DATA`, or `../shared/data` beside the repository. Where
/// it is absent, says so; the caller then passes without checking anything.
#[must_use]
pub fn data_dir() -> Option<PathBuf> {
    let given = std::env::var_os("LAIQU_TEST_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let found = given.unwrap_or(beside);
    if found.is_dir() {
        return Some(found);
    }
    println!("skipped: no test data");
    None
}

/// The text of a file in the folder of test data.
///
/// # Panics
/// Where the folder is there but not the file.
#[must_use]
pub fn read_data(path: &str) -> Option<String> {
    let file = data_dir()?.join(path);
    let text = std::fs::read_to_string(&file);
    Some(text.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}
