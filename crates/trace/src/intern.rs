//! One dictionary for every text, and what the shape of an identifier says.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash as _, Hasher};

use laiqu_columns::{Error, Opened, Saving, Texts};

use crate::quantity::WEIGHTS;

/// No text, no group, no event.
pub(crate) const NONE: u32 = u32::MAX;

/// A multiplicative hasher for small numeric keys, which the graph itself hands out.
#[derive(Clone, Copy, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Map with numeric keys; its order of iteration must never reach an answer.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;
/// Set of numeric keys; its order of iteration must never reach an answer.
pub(crate) type IdSet<K> = HashSet<K, BuildHasherDefault<IdHasher>>;

/// A count as a 32 bit id. Saturates: the ids of a full dictionary all read as absent.
pub(crate) fn id32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}

/// Every text of the graph once; units of weight come first.
#[derive(Debug)]
pub(crate) struct Dictionary {
    texts: Texts,
    /// Numbers of texts that came as common ones, each at a place that a short digest gives it.
    common: Vec<u32>,
}

/// Common texts whose numbers are at hand: as many as a power of two.
const COMMON_MAX: usize = 1 << 10;

impl Default for Dictionary {
    fn default() -> Self {
        let mut texts = Dictionary::of(Texts::default());
        for (unit, _) in WEIGHTS {
            texts.intern(unit);
        }
        texts
    }
}

impl Dictionary {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Texts::open(opened, name).map(Dictionary::of)
    }

    fn of(texts: Texts) -> Self {
        Dictionary { texts, common: vec![NONE; COMMON_MAX] }
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.texts.save(saving, name)
    }

    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        self.texts.intern(text)
    }

    /// The same for what many events name: a step, a place, a party, a product, a unit.
    pub(crate) fn intern_common(&mut self, text: &str) -> u32 {
        let place = place_of(text);
        let known = self.common.get(place).copied().unwrap_or(NONE);
        if known != NONE && self.texts.is(known, text) {
            return known;
        }
        let id = self.texts.intern(text);
        if let Some(place) = self.common.get_mut(place) {
            *place = id;
        }
        id
    }

    pub(crate) fn intern_option(&mut self, text: Option<&str>) -> u32 {
        text.map_or(NONE, |text| self.intern(text))
    }

    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.texts.find(text)
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The text of an id; empty for [`NONE`].
    pub(crate) fn text(&self, id: u32) -> &str {
        self.texts.text(id)
    }
}

/// Where a common text has its number. Many alike only cost the longer way.
#[allow(clippy::cast_possible_truncation, reason = "any part of a digest serves")]
fn place_of(text: &str) -> usize {
    let mut hasher = IdHasher::default();
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    words.iter().for_each(|word| u64::from_le_bytes(*word).hash(&mut hasher));
    let rest = rest.iter().fold(text.len() as u64, |sum, byte| sum << 8 | u64::from(*byte));
    rest.hash(&mut hasher);
    (hasher.finish() >> 40) as usize & (COMMON_MAX - 1)
}

/// What the last part of a vocabulary URI names: `shipping` of `…/cbv/BizStep-shipping`.
pub(crate) fn term(uri: &str) -> &str {
    let end = uri.bytes().rposition(|byte| matches!(byte, b'/' | b':' | b'#'));
    let last = end.and_then(|end| uri.get(end + 1..)).unwrap_or(uri);
    ["BizStep-", "Disp-", "SDT-", "ER-", "BTT-"]
        .iter()
        .find_map(|prefix| last.strip_prefix(prefix))
        .unwrap_or(last)
}

/// The site that a place belongs to: its GLN without the extension for a room or line
/// (GS1 Digital Link URI syntax, `/414/…/254/…`).
pub(crate) fn site(place: &str) -> &str {
    let extension = place.as_bytes().windows(5).position(|some| matches!(some, b"/254/"));
    extension.and_then(|at| place.get(..at)).unwrap_or(place)
}

/// The product of a canonical GTIN-based identifier, itself included (`/01/…`).
pub(crate) fn product(id: &str) -> Option<&str> {
    let start = id.as_bytes().windows(4).position(|some| matches!(some, b"/01/"))?;
    let digits = id.get(start + 4..)?;
    let length = digits.find('/').unwrap_or(digits.len());
    if length == 14 { id.get(..start + 4 + length) } else { None }
}

/// An instance of a product, and therefore never filled anew after it was empty.
pub(crate) fn is_product_unit(id: &str) -> bool {
    product(id).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_every_spelling() {
        for uri in [
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "urn:epcglobal:cbv:bizstep:shipping",
            "laiqu:BizStep-shipping",
            "shipping",
        ] {
            assert_eq!(term(uri), "shipping");
        }
        assert_eq!(term("https://ref.gs1.org/cbv/ER-did_not_occur"), "did_not_occur");
    }

    #[test]
    fn sites_and_products() {
        let room = "https://id.gs1.org/414/0860009999992/254/7";
        assert_eq!(site(room), "https://id.gs1.org/414/0860009999992");
        assert_eq!(site("geo:1,2"), "geo:1,2");
        let gtin = "https://id.gs1.org/01/00860009999923";
        assert_eq!(product(&format!("{gtin}/10/A")), Some(gtin));
        assert_eq!(product(gtin), Some(gtin));
        assert_eq!(product("https://id.gs1.org/00/008600099999850000"), None);
        assert_eq!(product("urn:gdst:x:class:1"), None);
    }

    #[test]
    fn a_text_has_one_id() {
        let mut texts = Dictionary::default();
        let (a, b) = (texts.intern("a"), texts.intern("b"));
        assert_ne!(a, b);
        assert_eq!(texts.intern("a"), a);
        for text in ["a", "c", "a longer text that many name", "", "a"] {
            let known = texts.intern_common(text);
            assert_eq!((texts.intern(text), texts.intern_common(text)), (known, known));
            assert_eq!(texts.text(known), text);
        }
        assert_eq!(texts.text(b), "b");
        assert_eq!(texts.text(NONE), "");
    }
}
