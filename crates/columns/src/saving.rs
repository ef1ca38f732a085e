//! Writing columns into a file.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::mem;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zerocopy::IntoBytes;

use crate::form::{ALIGNMENT_BYTES, BLOCK_BYTES, Block, END, MAGIC, OTHERS_MAX, Section, Table};
use crate::opened::{Base, Origin, Source, open_other};
use crate::{Error, Plain};

/// Places in which the blocks of a section may lie: each is a mapping, of which a process can have
/// some ten thousands.
const PLACES_MAX: usize = 64;

/// A file that is being written, under another name until it is whole.
pub struct Saving {
    path: PathBuf,
    partial: PathBuf,
    file: File,
    /// Bytes of it so far, without the block that is being filled.
    len: u64,
    block: Vec<u8>,
    /// Bytes that were written since the last sync. The sync of something else waits for all that
    /// was written before, which takes a disk that gives 200 MB/s 10 ms for a block.
    unsynced: usize,
    table: Table,
    /// Files that blocks may be taken over from, by the number that this file gives them.
    origins: Vec<(Arc<Origin>, Vec<Option<usize>>)>,
    between_pieces: Box<dyn FnMut() + Send>,
    /// Nothing more is written; what is left is its name.
    is_whole: bool,
}

impl fmt::Debug for Saving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saving").field("path", &self.path).field("len", &self.len).finish()
    }
}

impl Drop for Saving {
    /// What is not whole takes no space.
    fn drop(&mut self) {
        if !self.is_whole {
            drop(fs::remove_file(&self.partial));
        }
    }
}

impl Saving {
    /// Begins a file; nothing is at `path` before [`Self::finish`].
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let partial = path.with_extension("partial");
        let mut options = File::options();
        options.create(true).truncate(true).write(true).mode(0o600);
        let file = options.open(&partial).map_err(|source| in_file(&partial, source))?;
        let mut saving = Self {
            path: path.to_owned(),
            partial,
            file,
            len: 0,
            block: Vec::with_capacity(BLOCK_BYTES),
            unsynced: 0,
            table: Table::default(),
            origins: Vec::new(),
            between_pieces: Box::new(|| {}),
            is_whole: false,
        };
        saving.write_at(0, MAGIC)?;
        Ok(saving)
    }

    /// Has something done whenever 2 MiB more were written and synced.
    pub fn between_pieces(&mut self, run: impl FnMut() + Send + 'static) {
        self.between_pieces = Box::new(run);
    }

    /// Writes values under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn values<T: Plain>(&mut self, name: &str, values: &[T]) -> Result<(), Error> {
        self.stream(name, [values])
    }

    /// Writes values under a name, as they come.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn stream<T: Plain, P: AsRef<[T]>>(
        &mut self,
        name: &str,
        parts: impl IntoIterator<Item = P>,
    ) -> Result<(), Error> {
        let mut section = section::<T>(name);
        for part in parts {
            self.fill(&mut section, part.as_ref().as_bytes())?;
        }
        self.end(section)
    }

    /// Writes values under a name of which some have a place in files, and others come behind.
    /// Blocks that are as they were are taken over and not written.
    pub(crate) fn behind<T: Plain>(
        &mut self,
        name: &str,
        base: Option<&Base>,
        tail: &[T],
    ) -> Result<(), Error> {
        let mut section = section::<T>(name);
        if let Some(base) = base {
            let taken = self.taken_over(base, !tail.is_empty());
            for (bytes, block) in base.bytes.chunks(BLOCK_BYTES).zip(taken) {
                match block {
                    Some(block) => {
                        section.blocks.push(block);
                        section.bytes += bytes.len() as u64;
                    }
                    None => self.fill(&mut section, bytes)?,
                }
            }
        }
        self.fill(&mut section, tail.as_bytes())?;
        self.end(section)
    }

    /// What blocks of a base are in this file, where they are taken over.
    fn taken_over(&mut self, base: &Base, is_followed: bool) -> Vec<Option<Block>> {
        let numbers = self.numbers(&base.kept.origin);
        let whole = base.bytes.len() / BLOCK_BYTES;
        let taken = (0..).zip(&base.kept.blocks).map(|(at, Block(file, offset, crc32c))| {
            // The last one goes on in memory.
            let is_kept = base.is_as_kept(at) && (at < whole || !is_followed);
            let file = numbers.get(*file).copied().flatten().filter(|_| is_kept)?;
            Some(Block(file, *offset, *crc32c))
        });
        in_few_places(taken.collect())
    }

    /// The numbers that this file gives to others from which columns were opened; none where blocks
    /// of it are written anew.
    fn numbers(&mut self, origin: &Arc<Origin>) -> Vec<Option<usize>> {
        let known = self.origins.iter().find(|(known, _)| Arc::ptr_eq(known, origin));
        if let Some((_, numbers)) = known {
            return numbers.clone();
        }
        let mut by_use: Vec<(usize, &Source)> = origin.files.iter().enumerate().collect();
        by_use.sort_unstable_by_key(|(_, source)| Reverse(source.used));
        let mut numbers = vec![None; by_use.len()];
        for (at, source) in by_use {
            if self.takes_over(source)
                && let Some(number) = numbers.get_mut(at)
            {
                self.table.others.push(source.named.clone());
                *number = Some(self.table.others.len());
            }
        }
        self.origins.push((Arc::clone(origin), numbers.clone()));
        numbers
    }

    /// Are blocks of a file taken over? Not where it is gone, or is the one that this takes the
    /// place of; not where most of it is not used any more; nor those of the smallest of too many.
    fn takes_over(&self, Source { named, used, .. }: &Source) -> bool {
        let is_replaced = self.path.file_name().is_some_and(|name| name == &*named.name);
        let is_used = *used > 0 && *used >= named.held / 2;
        let has_room = self.table.others.len() < OTHERS_MAX;
        !is_replaced && is_used && has_room && open_other(&self.path, named).is_ok()
    }

    /// The error that what is to be saved is not as it must be.
    #[must_use]
    pub fn damaged(&self, detail: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), detail: detail.into() }
    }

    /// Makes the file durable under its name.
    ///
    /// # Errors
    /// Where that fails, or values were opened from blocks that are not what was saved; then
    /// nothing changed under its name.
    pub fn finish(mut self) -> Result<(), Error> {
        self.check_replaced()?;
        let table = serde_json::to_vec(&self.table)
            .map_err(|error| in_file(&self.partial, error.into()))?;
        let mut end = table.clone();
        end.extend((table.len() as u64).to_le_bytes());
        end.extend(crc32c::crc32c(&table).to_le_bytes());
        end.extend(END);
        self.write_at(self.len, &end)?;
        self.file.sync_all().map_err(|source| in_file(&self.partial, source))?;
        fs::rename(&self.partial, &self.path).map_err(|source| in_file(&self.path, source))?;
        self.is_whole = true;
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let synced = File::open(directory).and_then(|directory| directory.sync_all());
        synced.map_err(|source| in_file(directory, source))
    }

    /// What was opened and is not taken over was read, and written anew under a new checksum: none
    /// of it may hide that it was damaged. What is taken over keeps its checksum.
    fn check_replaced(&mut self) -> Result<(), Error> {
        let blocks = self.table.sections.iter().flat_map(|section| &section.blocks);
        let taken: HashSet<(usize, u64)> =
            blocks.map(|Block(file, offset, _)| (*file, *offset)).collect();
        let mut room = Vec::new();
        for (origin, numbers) in &self.origins {
            for block @ (Block(file, offset, _), _) in &origin.blocks {
                let number = numbers.get(*file).copied().flatten();
                if number.is_some_and(|number| taken.contains(&(number, *offset))) {
                    continue;
                }
                let is_whole = origin.is_whole(*block, &mut room);
                if !is_whole.map_err(|source| in_file(&self.path, source))? {
                    return Err(self.damaged("it was opened from what is not what was saved"));
                }
                (self.between_pieces)();
            }
        }
        Ok(())
    }

    /// Adds bytes to a section.
    fn fill(&mut self, section: &mut Section, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let room = BLOCK_BYTES - self.block.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK_BYTES {
                self.write_block(section)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, mut section: Section) -> Result<(), Error> {
        if !self.block.is_empty() {
            self.write_block(&mut section)?;
        }
        self.table.sections.push(section);
        Ok(())
    }

    /// Full blocks begin where a large page does, and end there: then the system keeps the file in
    /// such pages, and can map them. What lies between blocks takes no space.
    fn write_block(&mut self, section: &mut Section) -> Result<(), Error> {
        let is_full = self.block.len() == BLOCK_BYTES;
        let alignment = if is_full { BLOCK_BYTES as u64 } else { ALIGNMENT_BYTES };
        let offset = self.len.next_multiple_of(alignment);
        let block = mem::take(&mut self.block);
        let written = self.write_at(offset, &block);
        section.blocks.push(Block(0, offset, crc32c::crc32c(&block)));
        section.bytes += block.len() as u64;
        self.block = block;
        self.block.clear();
        written
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        let mut written = self.file.write_all_at(bytes, offset);
        self.len = offset + bytes.len() as u64;
        self.unsynced += bytes.len();
        if self.unsynced >= BLOCK_BYTES {
            written = written.and_then(|()| self.file.sync_data());
            self.unsynced = 0;
            (self.between_pieces)();
        }
        written.map_err(|source| in_file(&self.partial, source))
    }
}

/// Blocks as they are taken over; none, where they would lie in too many places.
fn in_few_places(taken: Vec<Option<Block>>) -> Vec<Option<Block>> {
    let follows = |pair: &[Option<Block>]| match pair {
        [Some(Block(file, offset, _)), Some(Block(next, next_offset, _))] => {
            file == next && offset + BLOCK_BYTES as u64 == *next_offset
        }
        [before, after] => before.is_none() && after.is_none(),
        _ => true,
    };
    let places = taken.windows(2).filter(|pair| !follows(pair)).count() + 1;
    if places > PLACES_MAX { vec![None; taken.len()] } else { taken }
}

fn section<T>(name: &str) -> Section {
    Section { name: name.to_owned(), bytes: 0, width: size_of::<T>() as u64, blocks: Vec::new() }
}

pub(crate) fn in_file(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_in_too_many_places_are_written_anew() {
        let block = |at: u64| Some(Block(1, at * BLOCK_BYTES as u64, 7));
        let in_row: Vec<Option<Block>> = (0..1_000).map(block).collect();
        assert_eq!(in_few_places(in_row.clone()), in_row);
        let changed = |every: usize| {
            let mut blocks = in_row.clone();
            blocks.iter_mut().step_by(every).for_each(|block| *block = None);
            blocks
        };
        // 32 that changed with 32 behind them.
        assert_eq!(in_few_places(changed(32)), changed(32));
        assert_eq!(in_few_places(changed(31)), vec![None; 1_000]);
        assert_eq!(in_few_places(Vec::new()), []);
    }
}
