//! What a backup holds, with the hash of every file.

use crate::error::{Code, Error};
use crate::files::in_file;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// Format of the backups that this version writes and reads.
pub const BACKUP_FORMAT: &str = "laiqu-backup/1";
/// Name of the manifest in a backup.
pub(super) const MANIFEST: &str = "manifest.json";
/// Most bytes that are read as a manifest: some hundred thousand segments.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;

/// `manifest.json`: replaced as a whole, after everything that it names is durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`BACKUP_FORMAT`].
    pub format: String,
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// Entries that the backup holds.
    pub size: u64,
    /// Root of the tree over them, lower-case hex.
    pub root: String,
    /// Leaf hash of the last of them, lower-case hex.
    pub last_leaf: String,
    /// The head file that fits to the segments.
    pub head: String,
    /// The descriptor `laiqu.json`.
    pub descriptor: String,
    /// The newest published checkpoint that the copy contains, if there was one.
    pub published: Option<String>,
    /// Whether the private keys are in the backup.
    pub secrets: bool,
    /// Entries whose frame is erased in the backup too, or is just being.
    pub erased: Vec<u64>,
    /// Every segment and key file, in order of its name.
    pub files: Vec<FileEntry>,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its path in the backup and in a data directory.
    pub name: String,
    /// Bytes that belong to the backup; what lies behind them was being added.
    pub bytes: u64,
    /// SHA-256 of these bytes, lower-case hex. Absent while an erasure is carried out in them, and
    /// of keys: which those must be the ledger itself says.
    pub sha256: Option<String>,
    /// Whether it is a segment that is full, so that only an erasure changes it any more.
    #[serde(default)]
    pub full: bool,
}

impl Manifest {
    /// The manifest of a backup that holds nothing yet.
    pub(super) fn empty(origin: &str) -> Self {
        Self {
            format: BACKUP_FORMAT.to_owned(),
            origin: origin.to_owned(),
            size: 0,
            root: laiqu_proof::EMPTY_ROOT.to_hex(),
            last_leaf: String::new(),
            head: String::new(),
            descriptor: String::new(),
            published: None,
            secrets: false,
            erased: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Reads the manifest of the backup in this directory.
    ///
    /// # Errors
    /// Where there is no backup, or its manifest cannot be read.
    pub fn read(backup: &Path) -> Result<Self, Error> {
        let path = backup.join(MANIFEST);
        let length = fs::metadata(&path).map(|found| found.len()).unwrap_or(0);
        if length > MANIFEST_BYTES_MAX {
            return Err(damaged(&path, "it is too long"));
        }
        let text = fs::read_to_string(&path).map_err(|error| {
            let detail = format!("{}: {error}; this is no backup", path.display());
            Error::new(Code::NotFound, detail)
        })?;
        let found: Self =
            serde_json::from_str(&text).map_err(|error| damaged(&path, &error.to_string()))?;
        if found.format != BACKUP_FORMAT {
            let what = format!("format {:?}, this version reads {BACKUP_FORMAT}", found.format);
            return Err(damaged(&path, &what));
        }
        if let Some(file) = found.files.iter().find(|file| !is_known(&file.name)) {
            return Err(damaged(&path, &format!("it names {:?}", file.name)));
        }
        Ok(found)
    }

    /// Replaces the manifest durably.
    pub(super) fn write(&self, backup: &Path) -> Result<(), Error> {
        let text =
            serde_json::to_string_pretty(self).map_err(|e| Error::internal("manifest", e))?;
        super::target::replace(&backup.join(MANIFEST), format!("{text}\n").as_bytes(), 0o644)
    }

    /// The entry of this file.
    pub(super) fn file(&self, name: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.name == name)
    }

    /// Puts the entry of a file in its place.
    pub(super) fn put(&mut self, entry: FileEntry) {
        match self.files.binary_search_by(|file| file.name.cmp(&entry.name)) {
            Ok(found) => {
                if let Some(slot) = self.files.get_mut(found) {
                    *slot = entry;
                }
            }
            Err(place) => self.files.insert(place, entry),
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Name of a segment in a backup and in a data directory.
pub(super) fn segment_name(number: u64) -> String {
    format!("log/{number:012}.seg")
}

/// Whether a backup may hold a file of this name. No other path is ever written or read.
fn is_known(name: &str) -> bool {
    let segment = name.strip_prefix("log/").and_then(|name| name.strip_suffix(".seg"));
    let number = segment.and_then(|digits| digits.parse::<u64>().ok());
    number.is_some_and(|number| segment_name(number) == name) || is_secret(name)
}

/// Whether a private key has this name.
pub(super) fn is_secret(name: &str) -> bool {
    let stem = name.strip_prefix("secrets/").and_then(|name| name.strip_suffix(".jwk"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    stem.is_some_and(|stem| stem.bytes().all(plain))
}

fn damaged(path: &Path, what: &str) -> Error {
    in_file(path, &std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_no_other_paths() {
        for name in ["log/000000000012.seg", "secrets/log.jwk", "secrets/log.until-17.jwk"] {
            assert!(is_known(name), "{name}");
        }
        for name in [
            "log/12.seg",
            "log/../x.seg",
            "laiqu.json",
            "/etc/passwd",
            "../laiqu.json",
            "log/head",
            "",
        ] {
            assert!(!is_known(name), "{name}");
        }
        let directory = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::empty("a.example/log");
        manifest.write(directory.path()).unwrap();
        assert_eq!(Manifest::read(directory.path()).unwrap(), manifest);
        let name = "secrets/../../key".to_owned();
        manifest.put(FileEntry { name, bytes: 1, sha256: None, full: false });
        manifest.write(directory.path()).unwrap();
        assert_eq!(Manifest::read(directory.path()).unwrap_err().code, Code::Damaged);
        manifest = Manifest::empty("a.example/log");
        manifest.format = "laiqu-backup/2".to_owned();
        manifest.write(directory.path()).unwrap();
        assert!(Manifest::read(directory.path()).unwrap_err().detail.contains("laiqu-backup/2"));
    }
}
