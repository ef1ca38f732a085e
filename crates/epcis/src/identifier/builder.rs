//! Builds a text that is mostly equal to its source, and copies only from the first difference on.

use std::borrow::Cow;

/// Compares while it writes: as long as everything pushed equals the source, nothing is allocated.
pub(super) struct Builder<'a> {
    source: &'a str,
    /// Bytes of `source` that were pushed so far; frozen once `copy` exists.
    matched: usize,
    copy: Option<String>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, matched: 0, copy: None }
    }

    /// One that copies from the beginning on: what is built has no source.
    pub(super) fn copying(bytes: usize) -> Builder<'static> {
        Builder { source: "", matched: 0, copy: Some(String::with_capacity(bytes)) }
    }

    pub(super) fn push(&mut self, piece: &str) {
        if let Some(copy) = &mut self.copy {
            copy.push_str(piece);
            return;
        }
        let (done, rest) = self.source.split_at_checked(self.matched).unwrap_or((self.source, ""));
        if rest.starts_with(piece) {
            self.matched += piece.len();
        } else {
            let mut copy = String::with_capacity(self.source.len() + piece.len() + 32);
            copy.push_str(done);
            copy.push_str(piece);
            self.copy = Some(copy);
        }
    }

    /// Pushes a part of a URI in one normal percent-encoding: escapes are read, then everything but
    /// letters, digits and `-._~';=` is written as `%XX`. A stray `%` counts as itself.
    pub(super) fn push_encoded(&mut self, part: &str) {
        if part.bytes().all(stays) {
            return self.push(part);
        }
        for byte in unescaped(part) {
            self.push_byte(byte);
        }
    }

    /// Pushes a plain text (not a part of a URI) with percent-encoding.
    pub(super) fn push_plain(&mut self, text: &str) {
        for byte in text.bytes() {
            self.push_byte(byte);
        }
    }

    fn push_byte(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
        let escaped = [b'%', digit(byte >> 4), digit(byte & 15)];
        let single = [byte];
        let bytes: &[u8] = if stays(byte) { &single } else { &escaped };
        // Both forms are ASCII.
        self.push(std::str::from_utf8(bytes).unwrap_or_default());
    }

    pub(super) fn finish(self) -> Cow<'a, str> {
        match self.copy {
            Some(copy) => Cow::Owned(copy),
            None => Cow::Borrowed(self.source.get(..self.matched).unwrap_or(self.source)),
        }
    }
}

/// Whether a byte of a part of a URI is written as it is.
fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'\'' | b';' | b'=')
}

/// The bytes of a part of a URI, its escapes read. A stray `%` counts as itself.
pub(super) fn unescaped(part: &str) -> impl Iterator<Item = u8> {
    let mut rest = part.as_bytes();
    std::iter::from_fn(move || {
        let (&byte, tail) = rest.split_first()?;
        let (byte, tail) = match (byte, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (byte, tail),
            },
            _ => (byte, tail),
        };
        rest = tail;
        Some(byte)
    })
}

/// The value of a hexadecimal digit.
pub(super) fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
