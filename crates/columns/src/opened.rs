//! Reading a file of columns.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Error;
use crate::form::{
    BLOCK_BYTES, Block, MAGIC, OTHERS_MAX, Other, Section, TABLE_BYTES_MAX, TRAILER_BYTES, Table,
    table_of, trailer_of,
};
use crate::map::{Mapping, Piece, map};
use crate::saving::in_file;

/// A file of columns, of which the table was read and checked, and nothing else.
#[derive(Debug)]
pub struct Opened {
    path: PathBuf,
    origin: Arc<Origin>,
    sections: BTreeMap<String, Section>,
}

/// Where columns were opened from.
#[derive(Debug)]
pub(crate) struct Origin {
    /// The file, and those beside it that hold some of its blocks.
    pub(crate) files: Vec<Source>,
    /// All blocks, and how many bytes of each are its own.
    pub(crate) blocks: Vec<(Block, u64)>,
}

/// A file that holds blocks.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) named: Other,
    pub(crate) file: File,
    /// Bytes of blocks that are read from it.
    pub(crate) used: u64,
}

impl Origin {
    fn new(files: Vec<(Other, File)>, sections: &[Section]) -> Self {
        let blocks: Vec<(Block, u64)> = sections.iter().flat_map(Section::blocks).collect();
        let source = |(number, (named, file))| {
            let used = sections.iter().map(|section| section.bytes_in(number)).sum();
            Source { named, file, used }
        };
        Self { files: files.into_iter().enumerate().map(source).collect(), blocks }
    }

    /// Is a block what was saved? Reads it into `room`.
    pub(crate) fn is_whole(
        &self,
        (Block(file, offset, crc32c), bytes): (Block, u64),
        room: &mut Vec<u8>,
    ) -> io::Result<bool> {
        let file = &self.files.get(file).ok_or(io::ErrorKind::NotFound)?.file;
        room.resize(usize::try_from(bytes).unwrap_or(0).min(BLOCK_BYTES), 0);
        file.read_exact_at(room, offset)?;
        Ok(crc32c::crc32c(room) == crc32c)
    }
}

/// What a column has in files.
pub(crate) struct Base {
    pub(crate) bytes: Mapping,
    /// Apart, since columns are many and moved, and this is seldom asked for.
    pub(crate) kept: Box<Kept>,
}

/// Where that lies.
pub(crate) struct Kept {
    pub(crate) origin: Arc<Origin>,
    pub(crate) blocks: Vec<Block>,
    /// Which of them are not in memory as they are in their files.
    changed: Vec<bool>,
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Base").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl Base {
    /// Bytes of these places, to be changed.
    #[inline]
    pub(crate) fn change(&mut self, places: Range<usize>) -> &mut [u8] {
        let first = places.start / BLOCK_BYTES;
        let last = places.end.saturating_sub(1) / BLOCK_BYTES;
        if let Some(changed) = self.kept.changed.get_mut(first..=last) {
            changed.fill(true);
        }
        self.bytes.get_mut(places).unwrap_or(&mut [])
    }

    /// Is a block as it is in its file?
    pub(crate) fn is_as_kept(&self, block: usize) -> bool {
        self.kept.changed.get(block) == Some(&false)
    }
}

impl Opened {
    /// Opens a file, and those that hold some of its blocks.
    ///
    /// # Errors
    /// Where one cannot be read, or is not a whole file of this form.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let damaged =
            |detail: &str| Error::Damaged { path: path.to_owned(), detail: detail.to_owned() };
        let io = |source| in_file(path, source);
        let mut file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut magic = vec![0; MAGIC.len()];
        let begins = file.read_exact(&mut magic).is_ok() && magic == MAGIC;
        if !begins {
            return Err(damaged("it does not begin as a file of columns does"));
        }
        let (table, crc32c) = read_table(&mut file, length).map_err(io)?.map_err(damaged)?;
        let Table { others, sections } = table;
        if others.len() > OTHERS_MAX {
            return Err(damaged("it needs too many others"));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let held = sections.iter().map(|section| section.bytes_in(0)).sum();
        let mut files = vec![(Other { name, bytes: length, held, crc32c }, file)];
        for other in others {
            let beside = open_other(path, &other).map_err(|error| {
                damaged(&format!("it needs {}, and cannot have it: {error}", other.name))
            })?;
            files.push((other, beside));
        }
        let lengths: Vec<u64> = files.iter().map(|(file, _)| file.bytes).collect();
        if !sections.iter().all(|section| section.fits(&lengths)) {
            return Err(damaged("a section lies outside of it"));
        }
        let origin = Arc::new(Origin::new(files, &sections));
        let sections = sections.into_iter().map(|section| (section.name.clone(), section));
        Ok(Self { path: path.to_owned(), origin, sections: sections.collect() })
    }

    /// The files beside it that hold some of its blocks, by name.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.origin.files.iter().skip(1).map(|file| &*file.named.name)
    }

    /// Reads everything and compares it with the checksums, which opening does not.
    ///
    /// # Errors
    /// Where a section is not what was saved.
    pub fn check(&self) -> Result<(), Error> {
        self.check_while(&mut || true)
    }

    /// Likewise, as long as `goes_on` says so, which is asked behind each block of at most 2 MiB.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_while(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Error> {
        let mut room = Vec::new();
        for section in self.sections.values() {
            for block in section.blocks() {
                let is_whole = self.origin.is_whole(block, &mut room);
                if !is_whole.map_err(|source| in_file(&self.path, source))? {
                    return Err(self.damaged(format!("{} is not what was saved", section.name)));
                }
                if !goes_on() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Maps a section of values of this width. Gives the mapping and how many there are.
    pub(crate) fn map(&self, name: &str, width: usize) -> Result<(Option<Base>, usize), Error> {
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
        let mapped = map(bytes, self.pieces(section));
        let mapped = mapped.map_err(|source| in_file(&self.path, source))?;
        let kept = Kept {
            origin: Arc::clone(&self.origin),
            blocks: section.blocks.clone(),
            changed: vec![false; section.blocks.len()],
        };
        Ok((Some(Base { bytes: mapped, kept: Box::new(kept) }), bytes / width.max(1)))
    }

    /// The parts of files that a section lies in; blocks that follow each other are one.
    fn pieces(&self, section: &Section) -> Vec<Piece<'_>> {
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        let (mut at, mut last) = (0, None);
        for (Block(file, offset, _), bytes) in section.blocks() {
            let len = usize::try_from(bytes).unwrap_or(0);
            match (pieces.last_mut(), self.origin.files.get(file)) {
                (Some(piece), _) if last == Some((file, offset)) => piece.len += len,
                (_, Some(source)) => pieces.push(Piece { file: &source.file, offset, at, len }),
                (_, None) => {}
            }
            last = Some((file, offset + bytes));
            at += len;
        }
        pieces
    }

    /// The error that something in this file is not as it must be.
    #[must_use]
    pub fn damaged(&self, detail: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), detail: detail.into() }
    }
}

/// The table of a file, and its checksum; what is wrong with it, where something is.
fn read_table(file: &mut File, length: u64) -> io::Result<Result<(Table, u32), &'static str>> {
    let mut trailer = [0; TRAILER_BYTES];
    // Shorter ones have no trailer, which is told like a wrong one.
    if let Some(from) = length.checked_sub(TRAILER_BYTES as u64) {
        file.read_exact_at(&mut trailer, from)?;
    }
    let bytes = match trailer_of(&trailer) {
        Ok((_, bytes, _)) => bytes.min(TABLE_BYTES_MAX),
        Err(detail) => return Ok(Err(detail)),
    };
    let from = length.saturating_sub(bytes.saturating_add(TRAILER_BYTES as u64));
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut end)?;
    Ok(table_of(&end))
}

/// Opens a file beside another, where it is the one that is meant.
pub(crate) fn open_other(beside: &Path, other: &Other) -> io::Result<File> {
    let is_another = || io::Error::other("it is another file than it was");
    let is_name = Path::new(&other.name).file_name().is_some_and(|name| name == &*other.name);
    if !is_name {
        return Err(is_another());
    }
    let file = File::open(beside.with_file_name(&other.name))?;
    let mut trailer = [0; TRAILER_BYTES];
    let from = other.bytes.checked_sub(TRAILER_BYTES as u64).ok_or_else(is_another)?;
    let is_it = file.metadata()?.len() == other.bytes && {
        file.read_exact_at(&mut trailer, from)?;
        trailer_of(&trailer).is_ok_and(|(_, _, crc32c)| crc32c == other.crc32c)
    };
    if is_it { Ok(file) } else { Err(is_another()) }
}
