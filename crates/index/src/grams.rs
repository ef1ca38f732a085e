//! Texts found by any part of them, in whatever script.

use crate::events::Postings;
use icu_normalizer::ComposingNormalizerBorrowed;
use laiqu_columns::{Blobs, Column, Error, Opened, Saving};
use roaring::{MultiOps as _, RoaringBitmap};
use std::collections::HashMap;

/// A text as it is compared: compatibility composed (NFKC, Unicode Standard Annex 15: full-width
/// forms are the narrow ones), in lower case, with single spaces.
#[must_use]
pub fn folded(text: &str) -> String {
    // What most numbers are.
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_ascii_lowercase();
    }
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text).to_lowercase();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a text has at some place.
#[derive(Clone, Copy, Debug)]
enum Gram {
    /// A character.
    One(char),
    /// Two that follow each other.
    Two(char, char),
    /// One that the text begins with.
    First(char),
    /// One that it ends with.
    Last(char),
}

impl Gram {
    /// Its number: what it is, and two characters of 21 bits.
    fn term(self) -> u64 {
        let (sort, a, b) = match self {
            Self::One(a) => (0, a, '\0'),
            Self::Two(a, b) => (1, a, b),
            Self::First(a) => (2, a, '\0'),
            Self::Last(a) => (3, a, '\0'),
        };
        (sort << 42) | (u64::from(a) << 21) | u64::from(b)
    }
}

/// Shows every gram of a text; one may come more than once.
fn grams(text: &str, mut show: impl FnMut(Gram)) {
    let mut before = None;
    for one in text.chars() {
        show(before.map_or(Gram::First(one), |before| Gram::Two(before, one)));
        show(Gram::One(one));
        before = Some(one);
    }
    before.map(Gram::Last).into_iter().for_each(show);
}

/// Grams with their texts, of so many texts that most grams come again.
struct Gathered {
    /// How many lists there were with that of a gram of ASCII characters, which most are; 0 where
    /// it has none.
    ascii: Vec<u32>,
    /// Likewise of all other grams.
    others: HashMap<u64, u32, foldhash::fast::RandomState>,
    /// Terms, each with its texts.
    lists: Vec<(u64, Vec<u32>)>,
}

impl Gathered {
    fn new() -> Self {
        Self { ascii: vec![0; ASCII_GRAMS], others: HashMap::default(), lists: Vec::new() }
    }

    fn note(&mut self, term: u64, number: u32) {
        let place = match ascii(term).and_then(|at| self.ascii.get_mut(at)) {
            Some(place) => place,
            None => self.others.entry(term).or_default(),
        };
        if *place == 0 {
            self.lists.push((term, Vec::new()));
            *place = u32::try_from(self.lists.len()).unwrap_or(0);
        }
        let list = self.lists.get_mut((*place as usize).wrapping_sub(1));
        if let Some((_, numbers)) = list.filter(|(_, numbers)| numbers.last() != Some(&number)) {
            numbers.push(number);
        }
    }
}

/// Pairs of ASCII characters, and single ones of four sorts.
const ASCII_GRAMS: usize = (1 << 14) + (4 << 7);

/// The place of a gram of ASCII characters among all such.
fn ascii(term: u64) -> Option<usize> {
    const CHAR: u64 = (1 << 21) - 1;
    let (sort, a, b) = (term >> 42, (term >> 21) & CHAR, term & CHAR);
    let place = if sort == 1 { a << 7 | b } else { (1 << 14) + (sort << 7 | a) };
    usize::try_from(place).ok().filter(|_| a | b < 0x80)
}
/// Most texts whose grams wait. A search reads each of them, which is soon done; and grams come
/// again and again, so that those of many texts are put in place for a fraction of what they cost
/// one by one.
const WAITING_MAX: usize = if cfg!(test) { 3 } else { 1_024 };

/// Numbers of texts by their characters and pairs of characters.
#[derive(Debug, Default)]
pub struct Grams {
    numbers: Postings,
    /// The numbers of the last texts, which are behind all others, and the texts.
    waiting: Column<u32>,
    texts: Blobs,
}

/// What a text that contains a part may be, by its first and its last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Whole,
    Begin,
    Inside,
}

impl Grams {
    /// What a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold it.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let (waiting, texts) = (format!("{name}.waiting"), format!("{name}.texts"));
        let numbers = Postings::open(opened, name)?;
        let (waiting, texts) = (Column::open(opened, &waiting)?, Blobs::open(opened, &texts)?);
        if waiting.len() == texts.len() {
            return Ok(Self { numbers, waiting, texts });
        }
        Err(opened.damaged(format!("{name} has not one text for each number that waits")))
    }

    /// Writes all numbers under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.numbers.save(saving, name)?;
        self.waiting.save(saving, &format!("{name}.waiting"))?;
        self.texts.save(saving, &format!("{name}.texts"))
    }

    /// Takes in a folded text, whose number is greater than all before.
    pub fn insert(&mut self, number: u32, text: &str) {
        self.waiting.push(number);
        self.texts.push(text.as_bytes());
        if self.waiting.len() >= WAITING_MAX {
            self.settle();
        }
    }

    /// Puts the grams of all texts that wait in place.
    fn settle(&mut self) {
        let mut gathered = Gathered::new();
        for (number, text) in self.waiting() {
            grams(text, |gram| gathered.note(gram.term(), number));
        }
        for (term, numbers) in gathered.lists {
            self.numbers.insert_all(term, &numbers);
        }
        (self.waiting, self.texts) = (Column::default(), Blobs::default());
    }

    fn waiting(&self) -> impl Iterator<Item = (u32, &str)> {
        let text = |at| str::from_utf8(self.texts.get(at)).unwrap_or_default();
        self.waiting.iter().enumerate().map(move |(at, number)| (*number, text(at)))
    }

    /// The texts that have every gram of a folded part, and so all that contain it, each once;
    /// which do, their texts must say. Those that may be the part as a whole come first, then those
    /// that may begin with it, so that who looks at some of them looks at the best. None for an
    /// empty part.
    pub fn candidates(&self, part: &str) -> impl Iterator<Item = u32> {
        let contain = |(_, text): &(u32, &str)| !part.is_empty() && text.contains(part);
        let ends = |text: &str| (text.chars().next(), text.chars().next_back());
        let (first, last) = ends(part);
        let fit = |text: &str| match ends(text) {
            (begin, end) if begin == first && end == last => Fit::Whole,
            (begin, _) if begin == first => Fit::Begin,
            _ => Fit::Inside,
        };
        let waiting = self.waiting().filter(contain).map(|(number, text)| (fit(text), number));
        let waiting: Vec<(Fit, u32)> = waiting.collect();
        let that = |fit: Fit| -> Vec<u32> {
            waiting.iter().filter(|(other, _)| *other == fit).map(|(_, number)| *number).collect()
        };
        let [whole, begin, inside] = self.settled(part);
        let whole = whole.into_iter().chain(that(Fit::Whole));
        let begin = begin.into_iter().chain(that(Fit::Begin));
        whole.chain(begin).chain(inside).chain(that(Fit::Inside))
    }

    /// Those of them that do not wait: that may be the part, that may begin with it, the rest.
    fn settled(&self, part: &str) -> [RoaringBitmap; 3] {
        let contain = self.contain(part);
        let among = |gram: Option<Gram>, texts: &RoaringBitmap| {
            let parts = gram.into_iter().flat_map(|gram| self.numbers.among(gram.term(), texts));
            parts.union()
        };
        let begin = among(part.chars().next().map(Gram::First), &contain);
        let whole = among(part.chars().next_back().map(Gram::Last), &begin);
        let rest = contain - &begin;
        let begin = begin - &whole;
        [whole, begin, rest]
    }

    fn contain(&self, part: &str) -> RoaringBitmap {
        let chars: Vec<char> = part.chars().collect();
        let pairs = chars.iter().zip(chars.iter().skip(1)).map(|(a, b)| Gram::Two(*a, *b));
        let mut grams: Vec<Gram> = pairs.collect();
        if grams.is_empty() {
            grams.extend(chars.first().map(|only| Gram::One(*only)));
        }
        // The rarest first: of the others only that is read which may still count.
        let mut terms: Vec<u64> = grams.into_iter().map(Gram::term).collect();
        terms.sort_by_cached_key(|term| self.numbers.cost(*term));
        let mut terms = terms.into_iter();
        let first = terms.next().and_then(|term| self.numbers.find(term)).unwrap_or_default();
        terms.fold(first.into_owned(), |found, term| self.numbers.among(term, &found).union())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::reopened;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn spellings_that_people_take_for_the_same_are_the_same() {
        assert_eq!(folded("ＡＢＣ　牛奶"), "abc 牛奶");
        assert_eq!(folded("  Caf\u{65}\u{301}\t １２ "), "café 12");
        assert_eq!(folded(""), "");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_text_with_a_part_is_found_and_few_others(
            texts in prop::collection::vec("[ab 牛奶冻肉]{0,6}", 0..30),
            part in "[ab 牛奶冻肉]{0,4}",
            saves in prop::collection::vec(0u32..30, 0..3),
        ) {
            let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
            let part = folded(&part);
            let mut grams = Grams::default();
            for (number, text) in (0..).zip(&texts) {
                if saves.contains(&number) {
                    grams = reopened(|s| grams.save(s, "g"), |o| Grams::open(o, "g"));
                }
                grams.insert(number, text);
            }
            let found: Vec<u32> = grams.candidates(&part).collect();
            // What may be the part as a whole, then what may begin with it; each once.
            let rank = |number: &u32| {
                let text = texts[*number as usize].chars();
                let ends = text.clone().next_back() == part.chars().next_back();
                match (text.clone().next() == part.chars().next(), ends) {
                    (true, true) => 0,
                    (true, false) => 1,
                    (false, _) => 2,
                }
            };
            prop_assert!(found.is_sorted_by_key(rank));
            prop_assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len());
            for (number, text) in (0..).zip(&texts) {
                let contains = !part.is_empty() && text.contains(&part);
                prop_assert!(!contains || found.contains(&number), "{:?} in {:?}", part, text);
                // Up to two characters, having the grams is containing the part.
                if part.chars().count() <= 2 {
                    prop_assert_eq!(contains, found.contains(&number));
                }
            }
        }
    }
}
