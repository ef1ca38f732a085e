//! Where the files of a static log come from: a server, a static copy on the web, a local copy.
//! Nothing that comes from here is believed.

use crate::client::Client;
use crate::exit::{Exit, Failure};
use laiqu_proof::{
    Checkpoint, Hash, HashSource, TILE_WIDTH, TileLevel, TilePath, consistency_path, decode_hashes,
    root_of, verify_consistency,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Largest file of a static log, in bytes: 256 entries of 65,535 bytes and their lengths fit.
const FILE_BYTES_MAX: u64 = 32 << 20;
/// How often a file is asked for before a server counts as unreachable.
const FETCH_TRIES_MAX: u32 = 3;
/// Pause before the second try, in milliseconds; each further one doubles it.
const RETRY_MILLIS: u64 = 200;

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
        let client = client.limited(FILE_BYTES_MAX);
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
        let path = format!("{}/{path}", self.prefix);
        let mut tries = 1;
        loop {
            let answer = match self.client.get(&path) {
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
        directory.join("checkpoint").is_file()
    }

    /// The file at a path below the log's prefix.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

impl Source for LocalCopy {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let file = self.file(path);
        let read = || {
            if std::fs::metadata(&file)?.len() > FILE_BYTES_MAX {
                return Err(io::Error::other(format!("longer than {FILE_BYTES_MAX} bytes")));
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

/// Why a hash could not be had.
#[derive(Debug)]
pub(crate) enum NotHad {
    /// The log lacks this tile, or it is malformed.
    Tile(TilePath, &'static str),
    /// A tree of this size has no such subtree.
    Outside,
    /// Nobody answers.
    Failed(Failure),
}

/// The hashes of a tree of this size, from its tiles.
pub(crate) struct TileHashes<'a> {
    source: &'a dyn Source,
    size: u64,
    known: RefCell<HashMap<TilePath, Vec<Hash>>>,
}

impl<'a> TileHashes<'a> {
    pub(crate) fn new(source: &'a dyn Source, size: u64) -> Self {
        Self { source, size, known: RefCell::default() }
    }

    /// Whether the tree that a checkpoint states has this root at an earlier size. What comes from
    /// the tiles is only a proof and is checked against both roots.
    pub(crate) fn contain(
        &self,
        newest: &Checkpoint,
        size: u64,
        root: &Hash,
    ) -> Result<bool, NotHad> {
        if size == 0 || size >= newest.size {
            return Ok(size == 0 || (size, *root) == (newest.size, newest.root));
        }
        let path = consistency_path(self, size, newest.size)?;
        Ok(verify_consistency(size, newest.size, &path, root, &newest.root).is_ok())
    }

    fn tile(&self, path: TilePath) -> Result<(), NotHad> {
        if self.known.borrow().contains_key(&path) {
            return Ok(());
        }
        let bytes = fetch_tile(self.source, &path).map_err(NotHad::Failed)?;
        let bytes = bytes.ok_or(NotHad::Tile(path, "the tile is missing"))?;
        let hashes = decode_hashes(&bytes, path.width());
        let hashes = hashes.map_err(|_| NotHad::Tile(path, "it has another length"))?;
        self.known.borrow_mut().insert(path, hashes);
        Ok(())
    }
}

impl HashSource for TileHashes<'_> {
    type Error = NotHad;

    fn node(&self, level: u32, index: u64) -> Result<Hash, NotHad> {
        // A node of level 8 L + k covers 2^k hashes side by side in one tile of level L.
        let (tile_level, above) = (level / 8, level % 8);
        let first = index << above;
        let width = u64::from(TILE_WIDTH);
        let level = TileLevel::Hashes(u8::try_from(tile_level).unwrap_or(u8::MAX));
        let path = TilePath::widest(level, first / width, self.size).ok_or(NotHad::Outside)?;
        self.tile(path)?;
        let from = usize::try_from(first % width).unwrap_or(usize::MAX);
        let known = self.known.borrow();
        let hashes = known.get(&path).and_then(|tile| tile.get(from..from + (1 << above)));
        hashes.map(root_of).ok_or(NotHad::Tile(path, "it lacks a hash"))
    }
}
