//! Reads the leaves of one unit without its frames.

use crate::bytes::{SECTOR_BYTES, at};
use crate::error::{Damage, Error};
use crate::reader::UnitRef;
use crate::segment;
use crate::storage::StorageFile;
use crate::unit::{HEADER_BYTES, Header, TRAILER_BYTES, Trailer};

pub(crate) fn read_failed(number: u32) -> impl FnOnce(std::io::Error) -> Error + use<> {
    Error::io("read", &segment::name(u64::from(number)))
}

/// Header and meta of a unit, checked against its trailer.
pub(crate) struct UnitHead {
    pub(crate) header: Header,
    bytes: Vec<u8>,
}

impl UnitHead {
    pub(crate) fn read(unit: UnitRef, file: &dyn StorageFile) -> Result<UnitHead, Error> {
        let offset = u64::from(unit.offset);
        let broken = |what: &str| damage_of(unit, HEADER_BYTES as u64, what);
        let mut bytes = vec![0; SECTOR_BYTES];
        file.read_exact_at(&mut bytes, offset).map_err(read_failed(unit.segment))?;
        let header = Header::parse(&bytes).ok_or_else(|| broken("its header does not hold"))?;
        let head_bytes = HEADER_BYTES + at(header.meta_bytes);
        bytes.resize(head_bytes, 0);
        if let Some(rest) = bytes.get_mut(SECTOR_BYTES..) {
            let from = offset + SECTOR_BYTES as u64;
            file.read_exact_at(rest, from).map_err(read_failed(unit.segment))?;
        }
        let mut trailer = [0; TRAILER_BYTES];
        let from = header.end() - TRAILER_BYTES as u64;
        file.read_exact_at(&mut trailer, from).map_err(read_failed(unit.segment))?;
        let trailer =
            Trailer::parse(&trailer).ok_or_else(|| broken("its trailer does not hold"))?;
        let expected = Header { meta_bytes: 0, ..header };
        if trailer.unit != expected || header.first_index != unit.first_index {
            return Err(broken("its header and trailer do not fit").into());
        }
        if trailer.head_crc != crc32c::crc32c(&bytes) {
            return Err(broken("the checksum of its leaves does not hold").into());
        }
        Ok(UnitHead { header, bytes })
    }

    pub(crate) fn meta(&self) -> &[u8] {
        self.bytes.get(HEADER_BYTES..).unwrap_or_default()
    }

    pub(crate) fn damage(&self, what: &str) -> Damage {
        let place = self.header.place;
        let segment = u32::try_from(place.segment).unwrap_or(u32::MAX);
        let first_index = self.header.first_index;
        let unit = UnitRef { first_index, segment, offset: place.offset };
        damage_of(unit, self.bytes.len() as u64, what)
    }
}

pub(crate) fn damage_of(unit: UnitRef, bytes: u64, what: &str) -> Damage {
    let from = u64::from(unit.offset);
    Damage {
        segment: u64::from(unit.segment),
        from,
        to: from + bytes,
        entry: Some(unit.first_index),
        what: format!("a commit unit does not hold: {what}"),
    }
}
