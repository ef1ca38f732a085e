//! The head file: how far the log is known to be durable, and whether it was stopped cleanly.
//!
//! It is text, replaced as a whole by a temporary file and a rename:
//! ```text
//! laiqu/1 head
//! state open
//! segment 0
//! offset 4096
//! size 17
//! last <64 hexadecimal digits>
//! crc <8 hexadecimal digits, CRC32C of the lines above>
//! ```
//! While the state is `open` it may lag behind the log; `clean` is exact.

use laiqu_proof::Hash;

use crate::error::Error;
use crate::storage::Storage;
use crate::unit::Place;

pub(crate) const HEAD_NAME: &str = "head";
pub(crate) const HEAD_TEMPORARY_NAME: &str = "head.tmp";

const HEAD_BYTES_MAX: u64 = 1_024;

/// What the head file states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeadFile {
    /// Stopped after a last write of this file; nothing was appended since.
    pub(crate) clean: bool,
    /// The first byte behind the last unit.
    pub(crate) tail: Place,
    /// Entries that are durable.
    pub(crate) size: u64,
    /// Leaf hash of the last of them, zeros where there is none.
    pub(crate) last_leaf_hash: Hash,
}

impl HeadFile {
    pub(crate) fn encode(&self) -> String {
        let state = if self.clean { "clean" } else { "open" };
        let text = format!(
            "laiqu/1 head\nstate {state}\nsegment {}\noffset {}\nsize {}\nlast {}\n",
            self.tail.segment,
            self.tail.offset,
            self.size,
            self.last_leaf_hash.to_hex()
        );
        let crc = crc32c::crc32c(text.as_bytes());
        format!("{text}crc {crc:08x}\n")
    }

    /// Reads exactly what [`HeadFile::encode`] writes.
    pub(crate) fn parse(text: &str) -> Option<HeadFile> {
        let mut lines = text.lines();
        if lines.next()? != "laiqu/1 head" {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let clean = value("state")? == "clean";
        let segment = value("segment")?.parse().ok()?;
        let offset = value("offset")?.parse().ok()?;
        let size = value("size")?.parse().ok()?;
        let last_leaf_hash = Hash::from_hex(value("last")?).ok()?;
        let head = HeadFile { clean, tail: Place { segment, offset }, size, last_leaf_hash };
        (head.encode() == text).then_some(head)
    }

    /// Reads the head file; a log without a whole one is not trusted.
    pub(crate) fn read(storage: &dyn Storage) -> Result<HeadFile, Error> {
        let file = match storage.open(HEAD_NAME, false) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::HeadDamaged { what: "the file is missing" });
            }
            Err(source) => return Err(Error::io("open", HEAD_NAME)(source)),
        };
        let length = file.length().map_err(Error::io("read", HEAD_NAME))?;
        if length > HEAD_BYTES_MAX {
            return Err(Error::HeadDamaged { what: "the file is too long" });
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        file.read_exact_at(&mut bytes, 0).map_err(Error::io("read", HEAD_NAME))?;
        str::from_utf8(&bytes)
            .ok()
            .and_then(HeadFile::parse)
            .ok_or(Error::HeadDamaged { what: "its text or checksum does not hold" })
    }

    /// Replaces the head file durably.
    pub(crate) fn write(&self, storage: &dyn Storage) -> Result<(), Error> {
        let failed = |action| Error::io(action, HEAD_TEMPORARY_NAME);
        let file = storage.create(HEAD_TEMPORARY_NAME).map_err(failed("create"))?;
        file.write_all_at(self.encode().as_bytes(), 0).map_err(failed("write"))?;
        file.sync_data().map_err(failed("sync"))?;
        storage.rename(HEAD_TEMPORARY_NAME, HEAD_NAME).map_err(failed("rename"))?;
        storage.sync_directory().map_err(failed("sync the directory of"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_is_seen() {
        let tail = Place { segment: 2, offset: 1_024 };
        for clean in [true, false] {
            let head = HeadFile { clean, tail, size: 9, last_leaf_hash: Hash([7; 32]) };
            let text = head.encode();
            assert_eq!(HeadFile::parse(&text), Some(head));
            for at in 0..text.len() {
                for flip in [1, 2, 16, 32, 64] {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] ^= flip;
                    let other = String::from_utf8(bytes).unwrap();
                    assert_eq!(HeadFile::parse(&other), None, "byte {at} of {text}");
                }
            }
            assert_eq!(HeadFile::parse(&text[..text.len() - 1]), None);
        }
    }
}
