//! Reading numbers and pieces from the bytes of an input.

/// The bytes of an input that are left; behind its end everything is zero.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// All of an input.
    pub fn new(rest: &'a [u8]) -> Self {
        Input { rest }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.number::<1>() as u8
    }

    /// The next two bytes.
    pub fn short(&mut self) -> usize {
        self.number::<2>() as usize
    }

    /// The next eight bytes.
    pub fn long(&mut self) -> u64 {
        self.number::<8>()
    }

    /// The next 32 bytes.
    pub fn hash(&mut self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.iter_mut().for_each(|byte| *byte = self.byte());
        hash
    }

    /// All that is left.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn number<const BYTES: usize>(&mut self) -> u64 {
        let (head, rest) = self.rest.split_at(BYTES.min(self.rest.len()));
        self.rest = rest;
        head.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
