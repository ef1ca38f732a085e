//! Files in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use laiqu_ledger::{Storage, StorageFile, StorageLock};

type Content = Arc<Mutex<Vec<u8>>>;

/// The files of a log, by name.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: Arc<Mutex<BTreeMap<String, Content>>>,
}

#[derive(Debug)]
struct MemoryFile(Content);

#[derive(Debug)]
struct MemoryLock;

impl StorageLock for MemoryLock {}

impl Memory {
    /// A copy that changes by itself.
    pub fn copy(&self) -> Memory {
        let files = held(&self.files);
        let copy = files
            .iter()
            .map(|(name, content)| (name.clone(), Arc::new(Mutex::new(held(content).clone()))));
        Memory { files: Arc::new(Mutex::new(copy.collect())) }
    }

    /// Changes a file behind everyone's back.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let content = Arc::clone(held(&self.files).entry(name.to_owned()).or_default());
        change(&mut held(&content));
    }

    fn content(&self, name: &str) -> io::Result<Content> {
        held(&self.files).get(name).cloned().ok_or(io::ErrorKind::NotFound.into())
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Storage for Memory {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(held(&self.files).keys().cloned().collect())
    }

    fn open(&self, name: &str, _write: bool) -> io::Result<Arc<dyn StorageFile>> {
        Ok(Arc::new(MemoryFile(self.content(name)?)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        held(&self.files).insert(name.to_owned(), Content::default());
        self.open(name, true)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let content = self.content(from)?;
        let mut files = held(&self.files);
        files.remove(from);
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        held(&self.files).remove(name);
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn try_lock(&self, _name: &str, _exclusive: bool) -> io::Result<Option<Box<dyn StorageLock>>> {
        Ok(Some(Box::new(MemoryLock)))
    }
}

impl StorageFile for MemoryFile {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let content = held(&self.0);
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let to = from.checked_add(buffer.len()).ok_or(io::ErrorKind::InvalidInput)?;
        buffer.copy_from_slice(content.get(from..to).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut content = held(&self.0);
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let to = from.checked_add(bytes.len()).ok_or(io::ErrorKind::InvalidInput)?;
        if content.len() < to {
            content.resize(to, 0);
        }
        content[from..to].copy_from_slice(bytes);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(held(&self.0).len() as u64)
    }
}
