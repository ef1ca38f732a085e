//! The machine: what it is, what it does by itself, and what is in its page cache.

use crate::load::prepare::cores;
use crate::sheet::figures::Yardsticks;
use anyhow::{Context, Result, ensure};
use rustix::fs::{Advice, fadvise, statvfs};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long each yardstick is measured.
const TIME: Duration = Duration::from_secs(1);
const BLOCK_BYTES: usize = 64 << 10;
/// One write, and the file that is written over and over.
const WRITE_BYTES: usize = 4 << 10;
const FILE_WRITES: usize = 256;

/// What it is, as Linux tells it (proc(5)).
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) cores: usize,
    pub(crate) processor: Option<String>,
    pub(crate) memory_gb: Option<f64>,
    pub(crate) kernel: Option<String>,
    /// Of the directory with the ledger.
    pub(crate) file_system: Option<String>,
}

pub(crate) fn describe(directory: &Path) -> Machine {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let processor = read("/proc/cpuinfo").and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
        Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
    });
    let memory = read("/proc/meminfo").and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some((kibibytes * 1024.0 / 1e8).round() / 10.0)
    });
    Machine {
        date: now().unwrap_or_default(),
        cores: cores(),
        processor,
        memory_gb: memory,
        kernel: read("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()),
        file_system: read("/proc/self/mounts").and_then(|text| file_system(&text, directory)),
    }
}

fn now() -> Option<String> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    laiqu_ledger::format_time(since.as_secs() * 1_000_000)
}

/// The kind of the file system that is mounted closest above the directory.
fn file_system(mounts: &str, directory: &Path) -> Option<String> {
    let directory = directory.canonicalize().ok()?;
    let mut found: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut fields = line.split(' ').skip(1);
        let (Some(place), Some(kind)) = (fields.next(), fields.next()) else { continue };
        // What is mounted later lies over what is there.
        if directory.starts_with(place) && found.is_none_or(|(longest, _)| place.len() >= longest) {
            found = Some((place.len(), kind));
        }
    }
    found.map(|(_, kind)| kind.to_owned())
}

/// Load average over a minute.
pub(crate) fn load_average() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// Says what is missing where the disk has less room than this.
pub(crate) fn ensure_room(directory: &Path, bytes: u64, events: u64) -> Result<()> {
    let room = statvfs(directory).with_context(|| directory.display().to_string())?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let gb = |bytes: u64| bytes as f64 / 1e9;
    ensure!(
        free >= bytes,
        "{events} events need about {:.1} GB more of disk, and {:.1} GB are free in {}: name \
         another place with --dir, or leave this size out",
        gb(bytes),
        gb(free),
        directory.display()
    );
    Ok(())
}

pub(crate) fn yardsticks(directory: &Path) -> Result<Yardsticks> {
    Ok(Yardsticks { sha2_gb_per_s: sha2(), fdatasync_per_s: fdatasync(directory)? })
}

/// One thread on each core.
fn sha2() -> f64 {
    let block = vec![b'e'; BLOCK_BYTES];
    let started = Instant::now();
    let hashed: usize = thread::scope(|scope| {
        let hash = || {
            let mut bytes = 0;
            while started.elapsed() < TIME {
                std::hint::black_box(Sha256::digest(std::hint::black_box(&block)));
                bytes += block.len();
            }
            bytes
        };
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(hash)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
    });
    hashed as f64 / started.elapsed().as_secs_f64() / 1e9
}

fn fdatasync(directory: &Path) -> Result<f64> {
    let mut file = tempfile::tempfile_in(directory)?;
    let zeros = vec![0; WRITE_BYTES * FILE_WRITES];
    file.write_all(&zeros)?;
    file.sync_all()?;
    let block = vec![b'e'; WRITE_BYTES];
    let (started, mut count) = (Instant::now(), 0_u32);
    while started.elapsed() < TIME {
        if (count as usize).is_multiple_of(FILE_WRITES) {
            file.seek(SeekFrom::Start(0))?;
        }
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

/// Takes all files below a directory out of the page cache: as cold as they get without the rights
/// to empty the whole cache. No process may have them mapped.
pub(crate) fn forget_pages(directory: &Path) -> Result<()> {
    for path in files(directory)? {
        let file = File::open(&path).with_context(|| path.display().to_string())?;
        // What was not written yet cannot be dropped.
        file.sync_all()?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}

/// All files below a directory.
pub(crate) fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let (mut open, mut files) = (vec![directory.to_owned()], Vec::new());
    while let Some(path) = open.pop() {
        let metadata = path.symlink_metadata().with_context(|| path.display().to_string())?;
        if metadata.is_dir() {
            for entry in path.read_dir()? {
                open.push(entry?.path());
            }
        } else if metadata.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_file_system_counts_and_missing_room_is_said() {
        let place = std::env::temp_dir().canonicalize().unwrap();
        let mounts =
            format!("a / ext4 rw 0 0\nb {} tmpfs rw 0 0\nc /proc proc rw", place.display());
        assert_eq!(file_system(&mounts, &place).as_deref(), Some("tmpfs"));
        assert_eq!(file_system("a / ext4 rw 0 0\n", &place).as_deref(), Some("ext4"));
        assert!(ensure_room(&place, 0, 1).is_ok());
        let error = ensure_room(&place, u64::MAX, 77).unwrap_err().to_string();
        assert!(error.contains("77 events") && error.contains("--dir"), "{error}");
    }
}
