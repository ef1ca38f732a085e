//! The file operations that a log needs, so that tests can let each of them fail.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One open file, read and written at given offsets.
pub trait StorageFile: Send + Sync + Debug {
    /// Fills the whole buffer from `offset` on.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// Writes all bytes at `offset`; the file grows as needed.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns once all written bytes, and a grown length, would survive a loss of power.
    fn sync_data(&self) -> io::Result<()>;
    /// Bytes of the file.
    fn length(&self) -> io::Result<u64>;
}

/// A held lock; dropping it releases it.
pub trait StorageLock: Send + Sync + Debug {}

/// The files of one log's directory.
pub trait Storage: Send + Sync + Debug {
    /// Names of the files that are there, in no order.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Opens a file that exists, for reading and, if asked, writing.
    fn open(&self, name: &str, write: bool) -> io::Result<Arc<dyn StorageFile>>;
    /// Creates an empty file in the place of any that has this name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>>;
    /// Gives a file another name, in the place of any that has it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Returns once created, renamed and removed names would survive a loss of power.
    fn sync_directory(&self) -> io::Result<()>;
    /// Locks a file, created as needed, against all other processes: exclusively, or shared with
    /// others that only look. `None` where someone else holds it.
    fn try_lock(&self, name: &str, exclusive: bool) -> io::Result<Option<Box<dyn StorageLock>>>;
}

/// A log in a directory of the file system.
#[derive(Debug, Clone)]
pub struct DirectoryStorage {
    path: PathBuf,
}

impl DirectoryStorage {
    /// Uses a directory that exists.
    pub fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() {
            Ok(DirectoryStorage { path: path.to_owned() })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// Creates the directory and what is missing above it, and makes the new names durable.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let missing: Vec<&Path> = path.ancestors().take_while(|dir| !dir.exists()).collect();
        fs::create_dir_all(&path)?;
        for parent in missing.iter().filter_map(|dir| dir.parent()) {
            File::open(parent)?.sync_all()?;
        }
        Ok(DirectoryStorage { path })
    }
}

impl Storage for DirectoryStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }

    fn open(&self, name: &str, write: bool) -> io::Result<Arc<dyn StorageFile>> {
        let file = OpenOptions::new().read(true).write(write).open(self.path.join(name))?;
        Ok(Arc::new(DirectoryFile(file)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        Ok(Arc::new(DirectoryFile(options.open(self.path.join(name))?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn try_lock(&self, name: &str, exclusive: bool) -> io::Result<Option<Box<dyn StorageLock>>> {
        let path = self.path.join(name);
        let file = if exclusive {
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?
        } else {
            File::open(path)?
        };
        let locked = if exclusive { file.try_lock() } else { file.try_lock_shared() };
        match locked {
            Ok(()) => Ok(Some(Box::new(DirectoryLock { _file: file }))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[derive(Debug)]
struct DirectoryFile(File);

impl StorageFile for DirectoryFile {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

/// The lock lives as long as the open file.
#[derive(Debug)]
struct DirectoryLock {
    _file: File,
}

impl StorageLock for DirectoryLock {}
