//! Reading a static log from its first entry, or from where an earlier check stopped, to the size
//! of a checkpoint: every bundle of entries and every tile once, a few at a time, never the whole
//! tree in memory.

mod chain;
mod edge;
mod pieces;

pub(crate) use chain::Chain;

use crate::exit::Failure;
use crate::source::Source;
use edge::Edge;
use laiqu_ledger::Leaf;
use laiqu_proof::Hash;
use pieces::Piece;

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The file below the log's prefix.
    pub(crate) file: String,
    /// The entry concerned, where there is one.
    pub(crate) entry: Option<u64>,
    /// What does not hold.
    pub(crate) what: String,
}

impl Fault {
    pub(crate) fn new(file: &str, entry: Option<u64>, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), entry, what: what.into() }
    }
}

/// Sees a log go by, entry by entry.
pub(crate) trait Visitor {
    /// The next entry: its leaf hash, and the leaf, or why its bytes are none.
    ///
    /// # Errors
    /// To end the walk.
    fn entry(&mut self, entry: &Visited<'_>) -> Result<(), Failure>;

    /// Something that does not hold.
    fn fault(&mut self, fault: Fault);

    /// So many entries were read.
    fn progress(&mut self, _done: u64) {}
}

/// An entry on the way.
#[derive(Debug)]
pub(crate) struct Visited<'a> {
    /// The bundle that holds it.
    pub(crate) file: &'a str,
    pub(crate) index: u64,
    pub(crate) hash: Hash,
    pub(crate) leaf: &'a Result<Leaf, String>,
}

/// What a walk came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Walked {
    /// Root over all leaves; none where some could not be had.
    pub(crate) root: Option<Hash>,
    /// Bytes that were read.
    pub(crate) bytes: u64,
}

/// Walks along the first `size` entries of a log from entry `from` on; every tile on the way is
/// compared with its leaves. What stands before `from` is taken from the tiles as it comes: it is
/// covered by the root, and that the root contains an older one is for the caller to prove.
///
/// # Errors
/// Where the source cannot be reached, or the visitor ends the walk.
pub(crate) fn walk(
    source: &dyn Source,
    (from, size): (u64, u64),
    visitor: &mut dyn Visitor,
) -> Result<Walked, Failure> {
    let mut walked = Walked::default();
    let Some(mut edge) = Edge::at(source, (from, size), &mut walked.bytes, visitor)? else {
        return Ok(walked);
    };
    let Some(mut frontier) = edge.frontier() else { return Ok(walked) };
    let first_bundle = frontier.size() / 256;
    let whole = pieces::in_order(source, first_bundle, size, &mut |piece: Piece| {
        walked.bytes += piece.bytes;
        for (index, (hash, leaf)) in (piece.first..).zip(&piece.leaves) {
            if index >= from {
                let (file, hash) = (piece.file.as_str(), *hash);
                visitor.entry(&Visited { file, index, hash, leaf })?;
            }
        }
        piece.faults.into_iter().for_each(|fault| visitor.fault(fault));
        match piece.subtree {
            Some(root) => {
                frontier.push_subtree(8, root);
                edge.push(source, root, &mut walked.bytes, visitor)?;
            }
            None => piece.leaves.iter().for_each(|(hash, _)| frontier.push(*hash)),
        }
        visitor.progress(frontier.size());
        Ok(!piece.missing)
    })?;
    if whole {
        edge.finish(source, &mut walked.bytes, visitor)?;
        walked.root = Some(frontier.root());
    }
    Ok(walked)
}
