//! The data directory: what lies where, and the key files.
//!
//! ```text
//! DIR/laiqu.json          which ledger this is (origin, log key); may be rebuilt from entry 0
//! DIR/secrets/log.jwk     the log's signing key, 0600; earlier ones beside it (see `log_keys`)
//! DIR/secrets/gateway.jwk the gateway's signing key, 0600
//! DIR/log/                segments and head: the truth
//! DIR/published           the newest published checkpoint, for backups; may be lost
//! DIR/index/              sled: rebuilt where it is missing or does not agree
//! DIR/kept/               projections as of one size, so that a start need not fold all entries
//! DIR/cosigned            the newest checkpoint with a quorum's cosignatures; may be lost
//! DIR/subscriptions/      how far each subscription came; what is lost of it is sent again
//! DIR/secrets/subscription-ID  what its messages are signed with, 0600
//! DIR/contradiction       a checkpoint, shown by a witness, that this copy does not contain
//! ```

use crate::error::{Code, Error};
use laiqu_proof::PrivateJwk;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Format of the data directory that this version writes and reads.
pub const DATA_FORMAT: &str = "laiqu-data/1";

/// Begin of the names of files that hold secrets of subscriptions.
pub(crate) const SUBSCRIPTION_SECRET: &str = "subscription-";

/// `laiqu.json`: which ledger a directory holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    /// [`DATA_FORMAT`].
    pub format: String,
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// The log's public key as a C2SP verifier key.
    pub vkey: String,
}

/// Paths inside a data directory.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The directory at this path.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Segments and head.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// The newest published checkpoint, for who copies the directory. It may be lost.
    #[must_use]
    pub fn published(&self) -> PathBuf {
        self.0.join("published")
    }

    /// Leaves a published checkpoint where backups find it. Nothing depends on it.
    pub(crate) fn keep_published(&self, text: &str) {
        let (path, temporary) = (self.published(), self.0.join("published.tmp"));
        let kept = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = kept {
            tracing::warn!(%error, "the checkpoint was not kept for backups");
        }
    }

    /// The sled directory.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.0.join("index")
    }

    /// Projections that are kept between two starts.
    #[must_use]
    pub fn kept(&self) -> PathBuf {
        self.0.join("kept")
    }

    /// The newest cosigned checkpoint. It is checked when it is read, and may be lost.
    #[must_use]
    pub fn cosigned(&self) -> PathBuf {
        self.0.join("cosigned")
    }

    /// A checkpoint that contradicts this copy of the ledger, as a witness showed it.
    #[must_use]
    pub fn contradiction(&self) -> PathBuf {
        self.0.join("contradiction")
    }

    /// How far each subscription came. What is lost of it is sent again.
    #[must_use]
    pub fn subscriptions(&self) -> PathBuf {
        self.0.join("subscriptions")
    }

    /// Keeps what a subscription's messages are signed with.
    pub(crate) fn keep_subscription_secret(&self, id: &str, secret: &str) -> Result<(), Error> {
        write_new(&self.subscription_secret_file(id), secret.as_bytes(), 0o600)?;
        sync_dir(&self.secrets())
    }

    /// What a subscription's messages are signed with, if anything.
    pub(crate) fn subscription_secret(&self, id: &str) -> Result<Option<String>, String> {
        match fs::read_to_string(self.subscription_secret_file(id)) {
            Ok(secret) => Ok(Some(secret)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Forgets it, once the subscription is over.
    pub(crate) fn drop_subscription_secret(&self, id: &str) {
        drop(fs::remove_file(self.subscription_secret_file(id)));
    }

    fn subscription_secret_file(&self, id: &str) -> PathBuf {
        self.secrets().join(format!("{SUBSCRIPTION_SECRET}{id}"))
    }

    /// Key files.
    #[must_use]
    pub fn secrets(&self) -> PathBuf {
        self.0.join("secrets")
    }

    fn descriptor(&self) -> PathBuf {
        self.0.join("laiqu.json")
    }

    /// Reads `laiqu.json`.
    ///
    /// # Errors
    /// Where the directory holds no ledger, or one of another format.
    pub fn read_descriptor(&self) -> Result<Descriptor, Error> {
        let (path, text) = (self.descriptor(), self.descriptor_text()?);
        let found: Descriptor = serde_json::from_str(&text)
            .map_err(|e| Error::new(Code::Damaged, format!("{}: {e}", path.display())))?;
        if found.format != DATA_FORMAT {
            let detail = format!("format {:?}, this version reads {DATA_FORMAT}", found.format);
            return Err(Error::new(Code::Damaged, detail));
        }
        Ok(found)
    }

    /// `laiqu.json` as it stands.
    pub(crate) fn descriptor_text(&self) -> Result<String, Error> {
        let path = self.descriptor();
        fs::read_to_string(&path).map_err(|e| {
            let detail =
                format!("{}: {e}; `laiqu init DIR --origin NAME` makes a ledger", path.display());
            Error::new(Code::NotFound, detail)
        })
    }

    /// Writes `laiqu.json` durably; the last step of making a ledger.
    pub(crate) fn write_descriptor(&self, descriptor: &Descriptor) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(descriptor)
            .map_err(|e| Error::internal("descriptor", e))?;
        write_new(&self.descriptor(), format!("{text}\n").as_bytes(), 0o644)?;
        sync_dir(&self.0)
    }

    /// Replaces `laiqu.json` by another one: after a crash it is the one or the other.
    pub(crate) fn replace_descriptor(&self, descriptor: &Descriptor) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(descriptor)
            .map_err(|e| Error::internal("descriptor", e))?;
        let new = self.0.join("laiqu.json.new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(in_file(&new, &error)),
            _ => write_new(&new, format!("{text}\n").as_bytes(), 0o644)?,
        }
        fs::rename(&new, self.descriptor()).map_err(|e| in_file(&new, &e))?;
        sync_dir(&self.0)
    }

    /// Reads a private key of this ledger, if its file is there.
    pub(crate) fn read_key_if_there(&self, name: &str) -> Result<Option<PrivateJwk>, Error> {
        if self.secrets().join(name).try_exists().unwrap_or(true) {
            return self.read_key(name).map(Some);
        }
        Ok(None)
    }

    /// Gives a key file another name, durably.
    pub(crate) fn rename_key(&self, from: &str, to: &str) -> Result<(), Error> {
        let from = self.secrets().join(from);
        fs::rename(&from, self.secrets().join(to)).map_err(|e| in_file(&from, &e))?;
        sync_dir(&self.secrets())
    }

    /// Removes a key file, durably.
    pub(crate) fn remove_key(&self, name: &str) -> Result<(), Error> {
        let path = self.secrets().join(name);
        fs::remove_file(&path).map_err(|e| in_file(&path, &e))?;
        sync_dir(&self.secrets())
    }

    /// Reads a private key of this ledger.
    pub(crate) fn read_key(&self, name: &str) -> Result<PrivateJwk, Error> {
        let path = self.secrets().join(name);
        let text = fs::read_to_string(&path).map_err(|e| in_file(&path, &e))?;
        PrivateJwk::parse(&text)
            .map_err(|e| Error::new(Code::Damaged, format!("{}: {e}", path.display())))
    }

    /// Writes a private key that must not exist yet.
    pub(crate) fn write_key(&self, name: &str, key: &PrivateJwk) -> Result<(), Error> {
        write_key_file(&self.secrets().join(name), key)?;
        sync_dir(&self.secrets())
    }
}

/// Writes a private key to a new file with mode 0600.
///
/// # Errors
/// Where the file exists or cannot be written.
pub fn write_key_file(path: &Path, key: &PrivateJwk) -> Result<(), Error> {
    write_new(path, format!("{}\n", key.to_json()).as_bytes(), 0o600)
}

pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|e| in_file(path, &e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| in_file(path, &e))
}

pub(crate) fn sync_dir(path: &Path) -> Result<(), Error> {
    fs::File::open(path).and_then(|dir| dir.sync_all()).map_err(|e| in_file(path, &e))
}

pub(crate) fn in_file(path: &Path, error: &std::io::Error) -> Error {
    Error::new(Code::Damaged, format!("{}: {error}", path.display()))
}
