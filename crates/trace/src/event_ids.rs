//! The eventID of every event, in as few bytes as it needs: most are a UUID or a digest.

use laiqu_columns::{Column, Error, Opened, Saving, Slots};

use crate::intern::id32;

const UUID: &str = "urn:uuid:";
/// Digest of an event (CBV 2.0, section 8.9).
const DIGEST: &str = "ni:///sha-256;";
const DIGEST_HEX: usize = 64;

/// How a text is written: what follows the first byte.
const TEXT: u8 = 0;
const UUID_BYTES: u8 = 1;
const DIGEST_BYTES: u8 = 2;

/// Events whose starts are told from one common offset.
const PAGE: usize = 256;

/// The identifiers of events, by the number of the event.
#[derive(Debug, Default)]
pub(crate) struct EventIds {
    bytes: Column<u8>,
    /// Where each page begins, and where each identifier begins in its page.
    pages: Column<u64>,
    starts: Column<u32>,
    by_id: Slots,
    /// Holds an identifier while it is packed; reused.
    packed: Vec<u8>,
}

impl EventIds {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self {
            bytes: Column::open(opened, name)?,
            pages: Column::open(opened, &format!("{name}.pages"))?,
            starts: Column::open(opened, &format!("{name}.starts"))?,
            by_id: Slots::open(opened, &format!("{name}.slots"))?,
            packed: Vec::new(),
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let Self { bytes, pages, starts, by_id, packed: _ } = self;
        bytes.save(saving, name)?;
        pages.save(saving, &format!("{name}.pages"))?;
        starts.save(saving, &format!("{name}.starts"))?;
        let digest = |event| by_id.digest(self.stored(event));
        by_id.save(saving, &format!("{name}.slots"), id32(starts.len()), digest)
    }

    /// Takes the identifier of the next event.
    pub(crate) fn push(&mut self, id: &str) {
        let event = id32(self.starts.len());
        let end = self.bytes.len() as u64;
        if self.starts.len().is_multiple_of(PAGE) {
            self.pages.push(end);
        }
        let page = self.pages.last().copied().unwrap_or(0);
        self.starts.push(u32::try_from(end - page).unwrap_or(u32::MAX));
        pack(id, &mut self.packed);
        self.bytes.extend(&self.packed);
        self.by_id.insert(self.by_id.digest(&self.packed), event);
    }

    /// The identifier of an event.
    pub(crate) fn text(&self, event: u32) -> String {
        let mut text = String::new();
        self.write(event, &mut text);
        text
    }

    /// Writes the identifier of an event behind what is there.
    pub(crate) fn write(&self, event: u32, out: &mut String) {
        unpack(self.stored(event), out);
    }

    /// Events with this identifier, in the order in which they came.
    pub(crate) fn find(&self, id: &str) -> Vec<u32> {
        let packed = packed(id);
        let mut found = Vec::new();
        self.by_id.find(self.by_id.digest(&packed), |event| {
            found.extend((self.stored(event) == packed).then_some(event));
            false
        });
        found.sort_unstable();
        found
    }

    /// The order of two events by their identifiers, which is not that of the texts, and depends
    /// on nothing else.
    pub(crate) fn compare(&self, a: u32, b: u32) -> std::cmp::Ordering {
        self.stored(a).cmp(self.stored(b))
    }

    fn stored(&self, event: u32) -> &[u8] {
        let start = |event: usize| {
            let within = self.starts.get(event).copied()?;
            let page = self.pages.get(event / PAGE).copied()?;
            usize::try_from(page.checked_add(u64::from(within))?).ok()
        };
        let event = event as usize;
        let Some(from) = start(event) else { return &[] };
        self.bytes.slice(from..start(event + 1).unwrap_or(self.bytes.len()))
    }
}

fn packed(id: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(id.len() + 1);
    pack(id, &mut bytes);
    bytes
}

/// Writes an identifier in place of what was there.
fn pack(id: &str, bytes: &mut Vec<u8>) {
    bytes.clear();
    if let Some(uuid) = id.strip_prefix(UUID).filter(|uuid| is_usual(uuid)) {
        bytes.push(UUID_BYTES);
        let groups = [0..8, 9..13, 14..18, 19..23, 24..36].map(|group| uuid.get(group));
        if groups.into_iter().all(|group| group.is_some_and(|digits| read_hex(digits, bytes))) {
            return;
        }
    } else if let Some(digest) = id.strip_prefix(DIGEST)
        && let Some((hex, rest)) = digest.split_at_checked(DIGEST_HEX)
    {
        bytes.push(DIGEST_BYTES);
        if read_hex(hex, bytes) {
            return bytes.extend_from_slice(rest.as_bytes());
        }
    }
    bytes.clear();
    bytes.push(TEXT);
    bytes.extend_from_slice(id.as_bytes());
}

/// Writes an identifier out behind what is there.
fn unpack(packed: &[u8], out: &mut String) {
    let (form, bytes) = packed.split_first().unwrap_or((&TEXT, &[]));
    match *form {
        UUID_BYTES => {
            out.push_str(UUID);
            let mut text = [b'-'; 36];
            for (from, until, at) in [(0, 4, 0), (4, 6, 9), (6, 8, 14), (8, 10, 19), (10, 16, 24)] {
                let pairs = text.get_mut(at..).unwrap_or_default().chunks_exact_mut(2);
                for (pair, byte) in pairs.zip(bytes.get(from..until).unwrap_or_default()) {
                    pair.copy_from_slice(&hex(*byte));
                }
            }
            out.push_str(str::from_utf8(&text).unwrap_or_default());
        }
        DIGEST_BYTES => {
            let (digest, rest) = bytes.split_at_checked(DIGEST_HEX / 2).unwrap_or((bytes, &[]));
            out.push_str(DIGEST);
            digest.iter().flat_map(|byte| hex(*byte)).for_each(|digit| out.push(digit.into()));
            out.push_str(&String::from_utf8_lossy(rest));
        }
        _ => out.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// Has a UUID its usual form (RFC 9562, section 4), whatever its digits are?
fn is_usual(uuid: &str) -> bool {
    let is_dash = |at: usize| uuid.as_bytes().get(at) == Some(&b'-');
    uuid.len() == 36 && [8, 13, 18, 23].into_iter().all(is_dash)
}

/// Appends the bytes of lower-case hex; no other spelling would come out as it went in. Says
/// whether all of it was.
fn read_hex(digits: &str, bytes: &mut Vec<u8>) -> bool {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => u8::MAX,
    };
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let values = pairs.iter().map(|[high, low]| (value(*high), value(*low)));
    bytes.extend(values.clone().map(|(high, low)| high << 4 | low & 15));
    rest.is_empty() && values.fold(0, |all, (high, low)| all | high | low) < 16
}

fn hex(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|half| half + if half < 10 { b'0' } else { b'a' - 10 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids() -> impl Strategy<Value = String> {
        prop_oneof![
            "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "urn:uuid:[0-9A-Fa-f-]{36}",
            "ni:///sha-256;[0-9a-f]{64}(\\?ver=CBV2\\.0)?",
            "ni:///sha-256;[0-9a-fA-F]{60,66}",
            "[ab]{0,2}",
            ".{0,12}",
        ]
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_is_found(texts in prop::collection::vec(ids(), 0..600)) {
            let mut ids = EventIds::default();
            for text in &texts {
                ids.push(text);
            }
            for (event, text) in (0u32..).zip(&texts) {
                prop_assert_eq!(&ids.text(event), text);
                let same = (0u32..).zip(&texts).filter(|(_, other)| *other == text);
                prop_assert_eq!(ids.find(text), same.map(|(event, _)| event).collect::<Vec<_>>());
            }
            prop_assert!(ids.find("urn:x:none").is_empty());
        }
    }

    #[test]
    fn a_uuid_takes_its_sixteen_bytes() {
        assert_eq!(packed("urn:uuid:0188e4b0-7a3c-7cc0-98c4-dc0c0c07398f").len(), 17);
        assert_eq!(packed(&format!("ni:///sha-256;{}?ver=CBV2.0", "0f".repeat(32))).len(), 44);
    }
}
