//! Where one entry's private frame stands, to look at it or to overwrite it.

use std::sync::Arc;

use crate::bytes::at;
use crate::erasure::{is_erased, overwrite};
use crate::error::Error;
use crate::kind::Kind;
use crate::leaf::Leaf;
use crate::reader::UnitRef;
use crate::records::records;
use crate::segment;
use crate::storage::StorageFile;
use crate::unit_head::{UnitHead, read_failed};

/// The bytes of one frame in its segment.
#[derive(Debug)]
pub(crate) struct FramePlace {
    pub(crate) kind: Kind,
    pub(crate) segment: u64,
    file: Arc<dyn StorageFile>,
    from: u64,
    to: u64,
}

impl FramePlace {
    /// Finds the frame of an entry within its unit.
    pub(crate) fn find(
        unit: UnitRef,
        file: Arc<dyn StorageFile>,
        index: u64,
    ) -> Result<FramePlace, Error> {
        let head = UnitHead::read(unit, file.as_ref())?;
        let (list, _) = records(&head.header, head.meta());
        let position = at(index.saturating_sub(unit.first_index));
        let record = list.get(position).ok_or_else(|| head.damage("it misses an entry"))?;
        let leaf = Leaf::decode(record.leaf)?;
        let base = u64::from(unit.offset);
        Ok(FramePlace {
            kind: leaf.kind,
            segment: u64::from(unit.segment),
            from: base + record.frame_from as u64,
            to: base + record.frame_to as u64,
            file,
        })
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.to - self.from
    }

    pub(crate) fn is_erased(&self) -> Result<bool, Error> {
        let mut frame = vec![0; at(self.bytes())];
        let failed = read_failed(u32::try_from(self.segment).unwrap_or(u32::MAX));
        self.file.read_exact_at(&mut frame, self.from).map_err(failed)?;
        Ok(is_erased(&frame))
    }

    /// Overwrites the frame durably.
    pub(crate) fn erase(&self) -> Result<(), Error> {
        let failed = Error::io("erase a frame in", &segment::name(self.segment));
        overwrite(self.file.as_ref(), self.from, self.to).map_err(failed)
    }
}
