//! Texts found by any part of them, in whatever script.

use icu_normalizer::ComposingNormalizerBorrowed;
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// A text as it is compared: compatibility composed (NFKC, Unicode Standard Annex 15: full-width
/// forms are the narrow ones), in lower case, with single spaces.
#[must_use]
pub fn folded(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text).to_lowercase();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two characters that follow each other, or one alone with nothing behind it.
type Gram = (char, Option<char>);

/// Numbers of texts by their pairs of characters and by their single characters.
#[derive(Debug, Default)]
pub struct Grams {
    numbers: HashMap<Gram, RoaringBitmap>,
}

impl Grams {
    /// Takes in a folded text.
    pub fn insert(&mut self, number: u32, text: &str) {
        let mut chars = text.chars().peekable();
        while let Some(first) = chars.next() {
            self.numbers.entry((first, None)).or_default().insert(number);
            if let Some(second) = chars.peek() {
                self.numbers.entry((first, Some(*second))).or_default().insert(number);
            }
        }
    }

    /// The texts that have every gram of a folded part, and so all that contain it; which do, their
    /// texts must say. None for an empty part.
    #[must_use]
    pub fn candidates(&self, part: &str) -> RoaringBitmap {
        let chars: Vec<char> = part.chars().collect();
        let pairs =
            chars.windows(2).filter_map(|pair| Some((*pair.first()?, pair.get(1).copied())));
        let mut grams: Vec<Gram> = pairs.collect();
        if grams.is_empty() {
            grams.extend(chars.first().map(|only| (*only, None)));
        }
        let lists: Option<Vec<&RoaringBitmap>> =
            grams.iter().map(|gram| self.numbers.get(gram)).collect();
        let Some(mut lists) = lists else { return RoaringBitmap::new() };
        lists.sort_by_key(|list| list.len());
        let mut lists = lists.into_iter();
        let first = lists.next().cloned().unwrap_or_default();
        lists.fold(first, |found, list| found & list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_that_people_take_for_the_same_are_the_same() {
        assert_eq!(folded("ＡＢＣ　牛奶"), "abc 牛奶");
        assert_eq!(folded("  Caf\u{65}\u{301}\t １２ "), "café 12");
        assert_eq!(folded(""), "");
    }

    proptest! {
        #[test]
        fn every_text_with_a_part_is_found_and_few_others(
            texts in prop::collection::vec("[ab 牛奶冻肉]{0,6}", 0..30),
            part in "[ab 牛奶冻肉]{0,4}",
        ) {
            let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
            let part = folded(&part);
            let mut grams = Grams::default();
            for (number, text) in (0..).zip(&texts) {
                grams.insert(number, text);
            }
            let found = grams.candidates(&part);
            for (number, text) in (0..).zip(&texts) {
                let contains = !part.is_empty() && text.contains(&part);
                prop_assert!(!contains || found.contains(number), "{:?} in {:?}", part, text);
                // Up to two characters, having the grams is containing the part.
                if part.chars().count() <= 2 {
                    prop_assert_eq!(contains, found.contains(number));
                }
            }
        }
    }
}
