//! A log's directory without syncs: for making many entries, where no loss of power is expected.

use laiqu_ledger::{DirectoryStorage, Storage, StorageFile, StorageLock};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Files that nobody waits for.
#[derive(Debug)]
pub(crate) struct Unsynced(DirectoryStorage);

impl Unsynced {
    /// Creates the directory.
    pub(crate) fn create(path: &Path) -> Self {
        Self(DirectoryStorage::create(path).unwrap())
    }
}

#[derive(Debug)]
struct UnsyncedFile(Arc<dyn StorageFile>);

impl StorageFile for UnsyncedFile {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }
}

impl Storage for Unsynced {
    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }

    fn open(&self, name: &str, write: bool) -> io::Result<Arc<dyn StorageFile>> {
        Ok(Arc::new(UnsyncedFile(self.0.open(name, write)?)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        Ok(Arc::new(UnsyncedFile(self.0.create(name)?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn try_lock(&self, name: &str, exclusive: bool) -> io::Result<Option<Box<dyn StorageLock>>> {
        self.0.try_lock(name, exclusive)
    }
}
