//! What auditors ask for: receipts under the size that they name, the chain of a party, proofs that
//! one state leads to another. All of it is public apart from who a party is.

use crate::draft::SignedCheckpoint;
use crate::entries::may_read;
use crate::error::{Code, Error};
use crate::limits::CHAIN_ENTRIES_MAX;
use crate::parties::may_see;
use crate::principal::Principal;
use crate::publisher::read;
use crate::receipt::{Opening, Receipt, damaged, receipt, root_at};
use crate::service::Service;
use laiqu_proof::Hash;
use laiqu_supervision::PartyId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Some of a party's entries, in the order of its own chain, all of them in one tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PartyChain {
    /// Identifier of the party.
    pub party: String,
    /// Its alias in public leaves.
    pub alias: u64,
    /// Size of the tree that the proofs are for.
    pub size: u64,
    /// Root of that tree, lower-case hex.
    pub root: String,
    /// The checkpoint of that tree, as the log signed it.
    pub checkpoint: String,
    /// How many entries the party has in that tree.
    pub entries_all: u64,
    /// Entries from the asked place on, in order.
    pub entries: Vec<ChainedEntry>,
    /// Place of the first entry that this page leaves out.
    pub next: Option<u64>,
}

/// One entry in the chain of its issuer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChainedEntry {
    /// Index in the ledger.
    pub index: u64,
    /// The public leaf; it states `issuer_seq`, its place in this chain.
    pub leaf: String,
    /// RFC 6962 inclusion path, leaf sibling first, base64.
    pub inclusion: Vec<String>,
}

/// Proof that one state of the ledger is the beginning of a later one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consistency {
    /// Size of the earlier tree.
    pub from: u64,
    /// Size of the later tree.
    pub to: u64,
    /// Root of the earlier tree, lower-case hex.
    pub from_root: String,
    /// Root of the later tree, lower-case hex.
    pub to_root: String,
    /// RFC 6962 consistency proof, base64; empty where `from` is 0 or equal to `to`.
    pub consistency: Vec<String>,
    /// The checkpoint of the later tree, as the log signed it.
    pub checkpoint: String,
}

impl Consistency {
    /// The same as the body of `add-checkpoint` (c2sp.org/tlog-witness): the old size, the proof,
    /// and behind an empty line the checkpoint.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.from);
        self.consistency.iter().for_each(|hash| text.push_str(&format!("{hash}\n")));
        format!("{text}\n{}", self.checkpoint)
    }
}

impl Service {
    /// The checkpoint of a size, with its cosignatures where it is the cosigned one; the newest
    /// unless a size is named. One that was published is signed again when it is asked for. That
    /// is the same statement in the same bytes: the root is of the same tree, and Ed25519 is
    /// deterministic.
    pub(crate) fn checkpoint_of(&self, size: Option<u64>) -> Result<Arc<SignedCheckpoint>, Error> {
        let cosigned = self.cosigned().filter(|cosigned| Some(cosigned.size) == size);
        if let Some(cosigned) = cosigned {
            return Ok(cosigned);
        }
        let newest = self.newest();
        let Some(size) = size.filter(|size| *size != newest.size) else { return Ok(newest) };
        let published = self.published();
        if size == published.size {
            return Ok(published);
        }
        if size == 0 || size > published.size {
            let detail = format!(
                "no checkpoint of size {size} was published; sizes go from 1 to {}",
                published.size
            );
            return Err(Error::new(Code::NotFound, detail));
        }
        self.may_sign()?;
        let root = root_at(self.shared(), size)?;
        self.log_keys().sign(size, root).map(Arc::new)
    }

    /// The receipt of an entry under the checkpoint of a size; where none is named, under the
    /// newest one that is cosigned and covers it, else the newest. Who may read the document also
    /// gets what opens the commitment.
    ///
    /// # Errors
    /// Where there is no such entry, or no such size was published.
    pub fn receipt_at(
        &self,
        index: u64,
        size: Option<u64>,
        who: Option<&Principal>,
    ) -> Result<Receipt, Error> {
        let checkpoint = match size {
            Some(_) => self.checkpoint_of(size)?,
            None => self.checkpoint_over(index),
        };
        let entry = self.entry(index)?;
        let readable = who.is_some_and(|who| may_read(who, &entry));
        let opening = entry.frame.as_ref().filter(|_| readable).map(Opening::of);
        receipt(self.shared(), &checkpoint, index, &entry.leaf_bytes, opening)
    }

    /// The entries that a party issued, from its `from`-th on, with proofs under the checkpoint of
    /// a size; the newest published one where none is named.
    ///
    /// # Errors
    /// Where the party is not registered or not for these eyes, or no such size was published.
    pub fn party_chain(
        &self,
        id: &str,
        (from, limit): (u64, Option<u64>),
        size: Option<u64>,
        who: &Principal,
    ) -> Result<PartyChain, Error> {
        let missing = || Error::new(Code::NotFound, format!("party {id} is not registered"));
        let party = self.party(&PartyId::parse(id).map_err(|_| missing())?)?;
        if !may_see(who, party.alias) {
            return Err(missing());
        }
        let size = size.unwrap_or_else(|| self.shown().size);
        let checkpoint = self.checkpoint_of(Some(size))?;
        let limit = limit.unwrap_or(CHAIN_ENTRIES_MAX).min(CHAIN_ENTRIES_MAX);
        let to = from.saturating_add(limit);
        let (indexes, all) =
            read(&self.shared().look_ups).issued.range(party.alias, (from, to), size);
        let next = from + indexes.len() as u64;
        let entries = indexes.into_iter().map(|index| self.chained(index, &checkpoint));
        Ok(PartyChain {
            party: party.id,
            alias: party.alias,
            size,
            root: checkpoint.root.to_string(),
            checkpoint: checkpoint.text.clone(),
            entries_all: all,
            entries: entries.collect::<Result<_, Error>>()?,
            next: (next < all).then_some(next),
        })
    }

    fn chained(&self, index: u64, checkpoint: &SignedCheckpoint) -> Result<ChainedEntry, Error> {
        let leaves = self.reader().leaves(index, index.saturating_add(1)).map_err(damaged)?;
        let leaf = leaves.first().map(Vec::as_slice).unwrap_or_default();
        let Receipt { leaf, inclusion, .. } =
            receipt(self.shared(), checkpoint, index, leaf, None)?;
        Ok(ChainedEntry { index, leaf, inclusion })
    }

    /// Proof that the state of `from` entries is the beginning of that of `to` entries, the newest
    /// published one where none is named.
    ///
    /// # Errors
    /// Where `from` is the larger one, or no such size was published.
    pub fn consistency(&self, from: u64, to: Option<u64>) -> Result<Consistency, Error> {
        let to = to.unwrap_or_else(|| self.shown().size);
        if from > to {
            let detail = format!("`from` ({from}) must not be larger than `to` ({to})");
            return Err(Error::new(Code::InvalidParameter, detail));
        }
        let checkpoint = self.checkpoint_of(Some(to))?;
        let from_root = root_at(self.shared(), from)?;
        let path = match from {
            0 => Vec::new(),
            _ => {
                let path = read(&self.shared().tree).consistency(from, to).map_err(damaged)?;
                path.ok_or_else(|| Error::internal("consistency", "no path"))?
            }
        };
        Ok(Consistency {
            from,
            to,
            from_root: from_root.to_string(),
            to_root: checkpoint.root.to_string(),
            consistency: path.iter().map(Hash::to_base64).collect(),
            checkpoint: checkpoint.text.clone(),
        })
    }
}
