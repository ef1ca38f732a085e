//! The reader itself: recursive descent, as deep as [`DEPTH_MAX`] and no deeper.

use std::borrow::Cow;

use super::{DEPTH_MAX, Json, Node, is_exact};
use crate::fault::{Fault, FaultCode, escape_token};

/// Members up to which names are compared pairwise; larger objects are sorted.
const PAIRWISE_MAX: usize = 24;

type Parsed<T> = Result<T, Box<Trouble>>;

/// A fault on its way up: each level adds its step, so the good case pays nothing for pointers.
struct Trouble {
    code: FaultCode,
    detail: String,
    /// Pointer tokens, innermost first.
    steps: Vec<String>,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Members of the last object at each depth: those of one list are alike, and a list that
    /// grows is copied.
    usual: [u8; DEPTH_MAX + 1],
}

/// Members for which room is made before they come.
const USUAL_MAX: u8 = 16;

pub(super) fn parse(text: &str) -> Result<Node<'_>, Fault> {
    let mut parser = Parser { text, at: 0, depth: 0, usual: [4; DEPTH_MAX + 1] };
    parser.document().map_err(|trouble| {
        let pointer = trouble.steps.iter().rev().fold(String::new(), |mut pointer, step| {
            pointer.push('/');
            pointer.push_str(step);
            pointer
        });
        Fault { code: trouble.code, pointer, detail: trouble.detail }
    })
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Parsed<Node<'a>> {
        self.space();
        let node = self.value()?;
        self.space();
        match self.peek() {
            None => Ok(node),
            Some(_) => Err(self.syntax("text behind the end of the document")),
        }
    }

    fn value(&mut self) -> Parsed<Node<'a>> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'"') => Json::String(self.string()?),
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Json::Bool(true))?,
            Some(b'f') => self.word("false", Json::Bool(false))?,
            Some(b'n') => self.word("null", Json::Null)?,
            Some(_) => return Err(self.syntax("a value was expected")),
            None => return Err(self.syntax("the text ends where a value was expected")),
        };
        Ok(Node { value, raw: self.slice(start, self.at) })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Parsed<Json<'a>>) -> Parsed<Json<'a>> {
        if self.depth >= DEPTH_MAX {
            let detail = format!("more than {DEPTH_MAX} levels of nesting");
            return Err(trouble(FaultCode::Depth, detail));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Parsed<Json<'a>> {
        let mut list = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Json::Array(list));
        }
        loop {
            self.space();
            list.push(self.value().map_err(|t| step(t, || list.len().to_string()))?);
            self.space();
            if self.eat(b']') {
                return Ok(Json::Array(list));
            }
            if !self.eat(b',') {
                return Err(self.syntax("`,` or `]` was expected"));
            }
        }
    }

    fn object(&mut self) -> Parsed<Json<'a>> {
        self.space();
        if self.eat(b'}') {
            return Ok(Json::Object(Vec::new()));
        }
        let usual = self.usual.get(self.depth).copied().unwrap_or_default();
        let mut list: Vec<(Cow<'a, str>, Node<'a>)> = Vec::with_capacity(usize::from(usual));
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a member's name was expected"));
            }
            let name = self.string()?;
            self.space();
            if !self.eat(b':') {
                return Err(self.syntax("`:` was expected"));
            }
            self.space();
            let value = self.value().map_err(|t| step(t, || escape_token(&name)))?;
            list.push((name, value));
            self.space();
            if self.eat(b'}') {
                unique(&list)?;
                if let Some(usual) = self.usual.get_mut(self.depth) {
                    *usual = u8::try_from(list.len()).map_or(USUAL_MAX, |len| len.min(USUAL_MAX));
                }
                return Ok(Json::Object(list));
            }
            if !self.eat(b',') {
                return Err(self.syntax("`,` or `}` was expected"));
            }
        }
    }

    fn number(&mut self) -> Parsed<Json<'a>> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        let text = self.slice(start, self.at);
        if !is_exact(text) {
            let shown: String = text.chars().take(40).collect();
            let detail = format!("the number {shown} does not survive double precision");
            return Err(trouble(FaultCode::Number, detail));
        }
        Ok(Json::Number(text))
    }

    fn digits(&mut self) -> Parsed<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.syntax("a digit was expected")) } else { Ok(()) }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Parsed<Json<'a>> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.syntax("a value was expected"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn string(&mut self) -> Parsed<Cow<'a, str>> {
        self.at += 1;
        let start = self.at;
        let end = self.plain_run()?;
        if self.eat(b'"') {
            return Ok(Cow::Borrowed(self.slice(start, end)));
        }
        let mut out = self.slice(start, end).to_owned();
        loop {
            if self.eat(b'"') {
                return Ok(Cow::Owned(out));
            }
            // The run stopped at a quote, handled above, or at a backslash.
            self.at += 1;
            out.push(self.escape()?);
            let start = self.at;
            let end = self.plain_run()?;
            out.push_str(self.slice(start, end));
        }
    }

    /// Moves to the next quote or backslash and says where that is.
    fn plain_run(&mut self) -> Parsed<usize> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        match stop_in(rest).and_then(|stop| rest.get(stop).map(|&byte| (stop, byte))) {
            None => {
                self.at = self.text.len();
                Err(self.syntax("a string does not end"))
            }
            Some((stop, byte)) => {
                self.at += stop;
                if byte < 0x20 {
                    return Err(self.syntax("a control character in a string"));
                }
                Ok(self.at)
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => {
                self.at -= 1;
                return Err(self.syntax("an unknown escape in a string"));
            }
        })
    }

    fn unicode(&mut self) -> Parsed<char> {
        let first = self.hex4()?;
        let code = if (0xD800..0xDC00).contains(&first) && self.eat(b'\\') && self.eat(b'u') {
            let second = self.hex4()?;
            if (0xDC00..0xE000).contains(&second) {
                0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            } else {
                first
            }
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.syntax("a lone surrogate in a string"))
    }

    fn hex4(&mut self) -> Parsed<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => Err(self.syntax("four hexadecimal digits were expected")),
        }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn syntax(&self, what: &str) -> Box<Trouble> {
        trouble(FaultCode::Json, format!("{what}, byte {}", self.at))
    }
}

/// Where the first quote, backslash or control character stands.
fn stop_in(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    let is_stop = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        // Eight bytes at once: a byte that borrows, and whose top bit is clear, is below the limit.
        // A borrow goes upwards only, so that the first that is found is one.
        let word = u64::from_le_bytes(*word);
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let (quote, backslash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5C));
        let found = (below(quote, 1) | below(backslash, 1) | below(word, 0x20)) & (ONES << 7);
        if found != 0 {
            return Some(at * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(is_stop).map(|at| words.len() * 8 + at)
}

fn trouble(code: FaultCode, detail: String) -> Box<Trouble> {
    Box::new(Trouble { code, detail, steps: Vec::new() })
}

fn step(mut trouble: Box<Trouble>, token: impl FnOnce() -> String) -> Box<Trouble> {
    trouble.steps.push(token());
    trouble
}

fn unique(list: &[(Cow<'_, str>, Node<'_>)]) -> Parsed<()> {
    let duplicate = if list.len() <= PAIRWISE_MAX {
        let mut rest = list;
        loop {
            let Some(((name, _), tail)) = rest.split_first() else { break None };
            if tail.iter().any(|(other, _)| other == name) {
                break Some(name.as_ref());
            }
            rest = tail;
        }
    } else {
        let mut names: Vec<&str> = list.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        let mut pairs = names.iter().zip(names.iter().skip(1));
        pairs.find(|(one, other)| one == other).map(|(one, _)| *one)
    };
    match duplicate {
        None => Ok(()),
        Some(name) => {
            let shown: String = name.chars().take(80).collect();
            let found = trouble(FaultCode::DuplicateKey, format!("the name {shown:?} comes twice"));
            Err(step(found, || escape_token(name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_stop_is_found_wherever_it_is(
            plain in prop::collection::vec(0x20u8..=0xFF, 0..40),
            stops in prop::collection::vec((0usize..40, 0u8..0x80), 0..4),
        ) {
            let mut bytes = plain;
            for (at, stop) in stops {
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = stop);
            }
            let is_stop = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
            prop_assert_eq!(stop_in(&bytes), bytes.iter().position(is_stop));
        }
    }
}
