//! Where the files of a static log come from: a server, a static copy on the web, a local copy.
//! Nothing that comes from here is believed.

mod tile_hashes;

pub(crate) use tile_hashes::{Contained, TileHashes};

use crate::client::Client;
use crate::exit::{Exit, Failure};
use laiqu_proof::{TILE_WIDTH, TileLevel, TilePath};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Largest file of a static log, in bytes: 256 entries of 65,535 bytes and their lengths fit.
const FILE_BYTES_MAX: u64 = 32 << 20;
/// Largest list of key entries, in bytes.
pub(crate) const KEYS_BYTES_MAX: u64 = 256 << 20;
/// How often a file is asked for before a server counts as unreachable.
const FETCH_TRIES_MAX: u32 = 3;
/// Pause before the second try, in milliseconds; each further one doubles it.
const RETRY_MILLIS: u64 = 200;

/// Most bytes of the file at a path.
fn bytes_max(path: &str) -> u64 {
    if path.starts_with(KEYS) { KEYS_BYTES_MAX } else { FILE_BYTES_MAX }
}

/// The public frames of the entries that change keys, `keys?from=N`. A static copy is one page with
/// all of them.
pub(crate) const KEYS: &str = "keys";

/// The files of one static log (c2sp.org/tlog-tiles).
pub(crate) trait Source: Sync {
    /// The bytes at a path below the log's prefix, `None` where there are none.
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure>;
}

/// A log on the web.
#[derive(Debug)]
pub(crate) struct Web {
    client: Client,
    prefix: &'static str,
}

impl Web {
    /// The log at this client's address: below `/log`, where it is the address of a server, else
    /// right there, where it is that of a static copy.
    pub(crate) fn open(client: &Client) -> Result<Self, Failure> {
        for prefix in ["/log", ""] {
            let web = Self { client: client.clone(), prefix };
            if web.fetch("checkpoint")?.is_some() {
                return Ok(web);
            }
        }
        let en = "there is no checkpoint, neither at /log/checkpoint nor at /checkpoint";
        Err(Failure::new(Exit::Unreachable, "没有检查点", en).hint(
            "检查地址是否指向账本服务或其静态副本",
            "check that the address is that of a ledger or of a static copy of one",
        ))
    }
}

impl Source for Web {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let client = self.client.limited(bytes_max(path));
        let path = format!("{}/{path}", self.prefix);
        let mut tries = 1;
        loop {
            let answer = match client.get(&path) {
                Ok(answer) if answer.status == 404 => return Ok(None),
                Ok(answer) => answer.success().map(Some),
                Err(failure) => Err(failure),
            };
            match answer {
                Err(failure) if failure.exit == Exit::Unreachable && tries < FETCH_TRIES_MAX => {
                    std::thread::sleep(Duration::from_millis(RETRY_MILLIS << (tries - 1)));
                    tries += 1;
                }
                other => return other.map_err(|failure| failure.about(&path)),
            }
        }
    }
}

/// A copy of a static log in a directory.
#[derive(Debug)]
pub(crate) struct LocalCopy(PathBuf);

impl LocalCopy {
    pub(crate) fn new(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    /// Whether a directory looks like one.
    pub(crate) fn is_at(directory: &Path) -> bool {
        // A data directory is checked as such, whatever else lies in it.
        directory.join("checkpoint").is_file() && !directory.join("laiqu.json").exists()
    }

    /// The file at a path below the log's prefix.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

impl Source for LocalCopy {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        // Files are not asked questions, as web servers see it, too.
        let path = path.split('?').next().unwrap_or(path);
        let (file, limit) = (self.file(path), bytes_max(path));
        let read = || {
            if std::fs::metadata(&file)?.len() > limit {
                return Err(io::Error::other(format!("longer than {limit} bytes")));
            }
            std::fs::read(&file)
        };
        match read() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::file(&file, &error)),
        }
    }
}

/// The bytes of a tile. A partial one may be gone once the full one is there; then it is the
/// beginning of that (c2sp.org/tlog-tiles, "Partial Tiles").
pub(crate) fn fetch_tile(source: &dyn Source, path: &TilePath) -> Result<Option<Vec<u8>>, Failure> {
    if let Some(bytes) = source.fetch(&path.to_string())? {
        return Ok(Some(bytes));
    }
    let full = TilePath::new(path.level(), path.index(), TILE_WIDTH);
    let full = full.ok().filter(|_| path.is_partial());
    let Some(mut bytes) = full.map_or(Ok(None), |full| source.fetch(&full.to_string()))? else {
        return Ok(None);
    };
    bytes.truncate(match path.level() {
        TileLevel::Hashes(_) => usize::from(path.width()) * 32,
        TileLevel::Entries => bundle_bytes(&bytes, path.width()),
    });
    Ok(Some(bytes))
}

/// Bytes of the first entries of a bundle; all of them where it holds fewer.
fn bundle_bytes(bundle: &[u8], entries: u16) -> usize {
    let mut rest = bundle;
    for _ in 0..entries {
        let Some((length, tail)) = rest.split_first_chunk::<2>() else { return bundle.len() };
        let Some(tail) = tail.get(usize::from(u16::from_be_bytes(*length))..) else {
            return bundle.len();
        };
        rest = tail;
    }
    bundle.len() - rest.len()
}
