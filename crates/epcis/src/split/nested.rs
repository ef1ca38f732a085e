//! The end of an object or array, sixty-four bytes at a time.
//!
//! Each block becomes bit masks, one bit for each byte: quotes, brackets, escaped characters. A
//! prefix exclusive-or over the quotes tells which bytes are within strings, and only the brackets
//! outside of strings are looked at one by one.

const BLOCK_BYTES: usize = 64;
const WORD_BYTES: usize = 8;

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The byte behind the object or array that begins at `from`; `None` where it does not end, or a
/// backslash stands outside of strings. Of bytes that are no JSON, any end may come out.
pub(super) fn nested_end(text: &[u8], from: usize) -> Option<usize> {
    let (mut depth, mut strings) = (0, Strings::default());
    let (blocks, tail) = text.get(from..)?.as_chunks::<BLOCK_BYTES>();
    let mut at = from;
    for block in blocks {
        if let Some(end) = scan(block, &mut strings, &mut depth)? {
            return Some(at + end);
        }
        at += BLOCK_BYTES;
    }
    let mut block = [b' '; BLOCK_BYTES];
    block.get_mut(..tail.len())?.copy_from_slice(tail);
    scan(&block, &mut strings, &mut depth)?.map(|end| at + end)
}

/// Counts the brackets of a block. `Some(None)` where the value goes on behind it.
fn scan(
    block: &[u8; BLOCK_BYTES],
    strings: &mut Strings,
    depth: &mut u64,
) -> Option<Option<usize>> {
    let Masks { quotes, brackets, backslashes } = masks(block);
    let inside = if backslashes {
        let backslashes = exact_backslashes(block);
        let inside = strings.inside(quotes, backslashes);
        (backslashes & !inside == 0).then_some(inside)?
    } else {
        strings.inside(quotes, 0)
    };
    let mut outside = brackets & !inside;
    while outside != 0 {
        let at = usize::try_from(outside.trailing_zeros()).ok()?;
        outside &= outside - 1;
        // Opening brackets have this bit, closing ones have not. Taken as a number, because which
        // of them comes next cannot be foreseen.
        let opens = u64::from(block.get(at)? >> 1 & 1);
        *depth = depth.wrapping_add(opens * 2).wrapping_sub(1);
        if *depth == 0 {
            return Some(Some(at + 1));
        }
    }
    Some(None)
}

/// Whether the bytes before were within a string, and whether the last one escapes the next.
#[derive(Default)]
struct Strings {
    inside: bool,
    escapes: bool,
}

impl Strings {
    /// The bytes within strings, given the quotes and backslashes of the next block.
    fn inside(&mut self, quotes: u64, backslashes: u64) -> u64 {
        let escaped = self.escaped(backslashes);
        // Set from each opening quote up to its closing one, without that.
        let mut inside = quotes & !escaped;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        if self.inside {
            inside = !inside;
        }
        self.inside = inside >> 63 == 1;
        inside
    }

    /// The bytes behind a backslash that is not itself escaped.
    fn escaped(&mut self, mut backslashes: u64) -> u64 {
        let mut escaped = u64::from(self.escapes);
        self.escapes = false;
        while backslashes != 0 {
            let bit = backslashes & backslashes.wrapping_neg();
            backslashes ^= bit;
            if escaped & bit == 0 {
                escaped |= bit << 1;
                self.escapes = bit >> 63 == 1;
            }
        }
        escaped
    }
}

struct Masks {
    quotes: u64,
    /// All brackets, and some bytes that JSON does not have outside of strings.
    brackets: u64,
    backslashes: bool,
}

fn masks(block: &[u8; BLOCK_BYTES]) -> Masks {
    let (mut quotes, mut brackets, mut backslashes) = (0, 0, u64::MAX);
    for (shift, word) in block.as_chunks::<WORD_BYTES>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        quotes |= (differs(word, b'"') >> 7 & ONES) << shift;
        // Of the four brackets, these bits are what they differ in.
        brackets |= (differs(word | (ONES * 0x26), 0x7f) >> 7 & ONES) << shift;
        backslashes &= differs(word, b'\\');
    }
    Masks {
        quotes: transposed(!quotes),
        brackets: transposed(!brackets),
        backslashes: backslashes & !LOW_BITS != !LOW_BITS,
    }
}

/// The highest bit of each byte tells whether that byte of the word is another one.
fn differs(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    ((difference & LOW_BITS) + LOW_BITS) | difference
}

/// Bit `8 i + j` becomes bit `8 j + i`.
fn transposed(mut bits: u64) -> u64 {
    for (mask, shift) in
        [(0x00aa_00aa_00aa_00aa, 7), (0x0000_cccc_0000_cccc, 14), (0xf0f0_f0f0, 28)]
    {
        let swapped = (bits ^ bits >> shift) & mask;
        bits ^= swapped ^ swapped << shift;
    }
    bits
}

fn exact_backslashes(block: &[u8; BLOCK_BYTES]) -> u64 {
    block.iter().rev().fold(0, |mask, byte| mask << 1 | u64::from(*byte == b'\\'))
}
