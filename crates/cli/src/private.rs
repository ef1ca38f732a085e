//! Private frames as a server or a copy shows them: of all entries to who may read them, of the
//! entries that change keys to everyone.

use crate::exit::{Exit, Failure};
use crate::source::{KEYS, Source};
use data_encoding::HEXLOWER;
use laiqu_ledger::{Frame, Leaf};
use laiqu_service::Opening;
use serde::{Deserialize, Serialize};

/// One page of private frames.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Page {
    /// Those that are shown, in order.
    pub(crate) entries: Vec<Opened>,
    /// Entries that are not for the reader's eyes.
    pub(crate) withheld: Vec<u64>,
    /// Entries whose document was erased.
    pub(crate) erased: Vec<ErasedBy>,
    /// The first entry of the next page.
    pub(crate) next: Option<u64>,
}

impl Page {
    /// The public frames of entries that change keys, from an entry on, and the bytes that were
    /// read for them; `None` where a log shows none.
    ///
    /// # Errors
    /// Where the source cannot be reached, or answers something else.
    pub(crate) fn of_keys(source: &dyn Source, from: u64) -> Result<Option<(Self, u64)>, Failure> {
        let Some(bytes) = source.fetch(&format!("{KEYS}?from={from}"))? else { return Ok(None) };
        let with_length = |page| Some((page, bytes.len() as u64));
        serde_json::from_slice(&bytes).map(with_length).map_err(|error| {
            let en = format!("{KEYS}: not a list of key entries: {error}");
            Failure::new(Exit::CheckFailed, "密钥条目的列表无法读取", en)
                .hint("用 `laiqu verify` 核对来源", "check the source with `laiqu verify`")
        })
    }
}

/// The private frame of an entry.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Opened {
    pub(crate) index: u64,
    /// The public leaf, as the server says.
    pub(crate) leaf: String,
    opening: Opening,
    document: String,
}

/// An entry whose document was erased.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct ErasedBy {
    pub(crate) index: u64,
    /// The entry that erased it.
    pub(crate) by: Option<u64>,
}

impl Opened {
    /// The frame; why it is none where it is not.
    pub(crate) fn frame(self) -> Result<Frame, String> {
        let salt = HEXLOWER.decode(self.opening.salt.as_bytes()).ok();
        let salt = salt.and_then(|salt| salt.try_into().ok());
        Ok(Frame {
            salt: salt.ok_or("the salt is not 32 bytes of lower-case hex")?,
            signatures: self.opening.signatures,
            media_type: self.opening.media_type,
            outcome: self.opening.outcome.into_bytes(),
            payload: self.document.into_bytes(),
        })
    }

    /// The leaf, which must be the one of this entry.
    pub(crate) fn decoded_leaf(&self) -> Result<Leaf, String> {
        let leaf = Leaf::decode(self.leaf.as_bytes()).map_err(|error| error.to_string())?;
        if leaf.index == self.index {
            Ok(leaf)
        } else {
            Err("its leaf is another one's".to_owned())
        }
    }
}
