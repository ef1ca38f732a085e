//! The directory of what is kept, and which of its files stand by themselves.

use laiqu_columns::{self as columns, Opened};
use std::fs;
use std::path::{Path, PathBuf};

const SUFFIX: &str = ".columns";

/// Where projections of this size lie.
pub(super) fn path_of(directory: &Path, size: u64) -> PathBuf {
    directory.join(format!("{size}{SUFFIX}"))
}

/// Removes what is kept.
pub(crate) fn forget(directory: &Path) {
    remove(directory, |_| true);
}

pub(super) fn remove(directory: &Path, is_over: impl Fn(&PathBuf) -> bool) {
    for (_, path) in files(directory).into_iter().filter(|(_, path)| is_over(path)) {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "kept projections not removed");
        }
    }
}

/// Does this file hold a part of another?
pub(super) fn is_needed(path: &Path, other: &Opened) -> bool {
    other.others().any(|name| path.file_name().is_some_and(|file| file == name))
}

/// A file of some size, as it was opened.
pub(super) type Sized = (u64, PathBuf, Result<Opened, columns::Error>);

/// The files of each size, the largest first, without those that one of a larger size needs: they
/// are looked at as parts of it. Where a server keeps others meanwhile, and removes what these
/// need, they are looked for anew.
pub(super) fn apart(directory: &Path) -> Vec<Sized> {
    loop {
        let listed = sized(directory);
        let mut apart: Vec<Sized> = Vec::new();
        for (size, path) in &listed {
            let mut larger = apart.iter().filter_map(|(_, _, opened)| opened.as_ref().ok());
            if !larger.any(|larger| is_needed(path, larger)) {
                apart.push((*size, path.clone(), Opened::open(path)));
            }
        }
        if apart.iter().all(|(_, _, opened)| opened.is_ok()) || sized(directory) == listed {
            return apart;
        }
    }
}

/// The files whose names say a size, the largest first.
pub(super) fn sized(directory: &Path) -> Vec<(u64, PathBuf)> {
    files(directory).into_iter().filter_map(|(size, path)| Some((size?, path))).collect()
}

/// Every file in the directory, with the size that its name says; the largest first.
fn files(directory: &Path) -> Vec<(Option<u64>, PathBuf)> {
    let listed = fs::read_dir(directory).into_iter().flatten().flatten();
    let named = listed.map(|file| {
        let name = file.file_name();
        let size = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)?.parse().ok());
        (size, file.path())
    });
    let mut named: Vec<(Option<u64>, PathBuf)> = named.collect();
    named.sort_unstable_by(|one, other| other.cmp(one));
    named
}
