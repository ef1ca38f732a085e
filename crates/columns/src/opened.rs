//! Reading a file of columns.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use memmap2::MmapMut;

use crate::Error;
use crate::map::map;
use crate::saving::{END, MAGIC, Section, TRAILER_BYTES, in_file};

/// Most bytes that the table of sections may have.
const TABLE_BYTES_MAX: u64 = 1 << 20;

/// A file of columns, of which the table was read and checked, and nothing else.
#[derive(Debug)]
pub struct Opened {
    path: PathBuf,
    file: File,
    sections: BTreeMap<String, Section>,
}

impl Opened {
    /// Opens a file.
    ///
    /// # Errors
    /// Where it cannot be read, or is not a whole file of this form.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let io = |source| in_file(path, source);
        let mut file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut magic = vec![0; MAGIC.len()];
        let from = length.saturating_sub(TABLE_BYTES_MAX + TRAILER_BYTES as u64);
        let mut end = Vec::new();
        let read = file.read_exact(&mut magic).and_then(|()| {
            file.seek(SeekFrom::Start(from))?;
            file.read_to_end(&mut end)
        });
        let opened = Self { path: path.to_owned(), file, sections: BTreeMap::new() };
        if read.is_err() || magic != MAGIC {
            return Err(opened.damaged("it does not begin as a file of columns does"));
        }
        let table = table_of(&end, length).map_err(|detail| opened.damaged(detail))?;
        let sections = table.into_iter().map(|section| (section.name.clone(), section));
        Ok(Self { sections: sections.collect(), ..opened })
    }

    /// Reads everything and compares it with the checksums, which opening does not.
    ///
    /// # Errors
    /// Where a section is not what was saved.
    pub fn check(&self) -> Result<(), Error> {
        self.check_while(&mut || true)
    }

    /// Likewise, as long as `goes_on` says so, which is asked behind each mebibyte.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_while(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Error> {
        let mut piece = vec![0; 1 << 20];
        for section in self.sections.values() {
            let mut file = &self.file;
            let io = |source| in_file(&self.path, source);
            file.seek(SeekFrom::Start(section.offset)).map_err(io)?;
            let (mut left, mut crc32c) = (section.bytes, 0);
            while left > 0 {
                let take = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
                let Some(part) = piece.get_mut(..take) else { break };
                file.read_exact(part).map_err(io)?;
                crc32c = crc32c::crc32c_append(crc32c, part);
                left -= take as u64;
                if !goes_on() {
                    return Ok(());
                }
            }
            if crc32c != section.crc32c {
                return Err(self.damaged(format!("{} is not what was saved", section.name)));
            }
        }
        Ok(())
    }

    /// Maps a section of values of this width. Gives the mapping and how many there are.
    pub(crate) fn map(&self, name: &str, width: usize) -> Result<(Option<MmapMut>, usize), Error> {
        let missing = || self.damaged(format!("there is no section {name}"));
        let section = self.sections.get(name).ok_or_else(missing)?;
        if section.width != width as u64 {
            let detail = format!("{name} holds values of {} bytes, not {width}", section.width);
            return Err(self.damaged(detail));
        }
        let bytes = usize::try_from(section.bytes).map_err(|_| missing())?;
        if bytes == 0 {
            return Ok((None, 0));
        }
        let mapped = map(&self.file, section.offset, bytes);
        let mapped = mapped.map_err(|source| in_file(&self.path, source))?;
        Ok((Some(mapped), bytes / width.max(1)))
    }

    /// The error that something in this file is not as it must be.
    #[must_use]
    pub fn damaged(&self, detail: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), detail: detail.into() }
    }
}

/// The table at the end of a file of this length; every section lies inside and is aligned.
fn table_of(end: &[u8], length: u64) -> Result<Vec<Section>, &'static str> {
    const CUT: &str = "its end is missing";
    let (rest, trailer) = end.split_last_chunk::<TRAILER_BYTES>().ok_or(CUT)?;
    let (bytes, trailer) = trailer.split_first_chunk::<8>().ok_or(CUT)?;
    let (crc32c, end) = trailer.split_first_chunk::<4>().ok_or(CUT)?;
    if end != END {
        return Err(CUT);
    }
    let bytes = usize::try_from(u64::from_le_bytes(*bytes)).map_err(|_| CUT)?;
    let from = rest.len().checked_sub(bytes).ok_or("its table of sections is too long")?;
    let table = rest.get(from..).unwrap_or(&[]);
    if crc32c::crc32c(table) != u32::from_le_bytes(*crc32c) {
        return Err("its table of sections is not what was saved");
    }
    let table: Vec<Section> =
        serde_json::from_slice(table).map_err(|_| "its table of sections cannot be read")?;
    let is_inside = |section: &Section| {
        let end = section.offset.checked_add(section.bytes);
        end.is_some_and(|end| end <= length)
            && section.offset.is_multiple_of(64)
            && section.bytes.checked_rem(section.width) == Some(0)
    };
    if table.iter().all(is_inside) { Ok(table) } else { Err("a section lies outside of it") }
}
