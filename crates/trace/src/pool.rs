//! Working memory that one walk leaves to the next.

use std::sync::{Mutex, PoisonError};

/// How many pieces wait. More walks at a time than this ask for their own.
const WAITING_MAX: usize = 8;

/// Pieces of memory that nobody uses.
#[derive(Debug)]
pub(crate) struct Pool<T>(Mutex<Vec<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool(Mutex::default())
    }
}

impl<T: Default> Pool<T> {
    /// A piece as it was given, or a new one.
    pub(crate) fn take(&self) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes a piece back.
    pub(crate) fn give(&self, piece: T) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING_MAX {
            waiting.push(piece);
        }
    }
}
