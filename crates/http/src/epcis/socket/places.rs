//! How many WebSockets there may be, of a server and with one token.

use crate::catalogue::OVERLOADED;
use crate::limits::{SOCKETS_MAX, SOCKETS_PER_TOKEN_MAX};
use crate::problem::Problem;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The WebSockets that are open, counted by their token.
#[derive(Debug, Default)]
pub(crate) struct Sockets(Mutex<HashMap<Option<String>, usize>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    sockets: Arc<Sockets>,
    bearer: Option<String>,
}

impl Sockets {
    /// A place for one more with this token.
    pub(super) fn take(self: &Arc<Self>, bearer: Option<String>) -> Result<Place, Problem> {
        let mut open = self.lock();
        let full = |max: usize, whose: &str| {
            let detail = format!("{max} WebSockets are open {whose}; close one or try again later");
            Err(Problem::new(&OVERLOADED, detail))
        };
        if open.values().sum::<usize>() >= SOCKETS_MAX {
            return full(SOCKETS_MAX, "on this server");
        }
        let own = open.entry(bearer.clone()).or_default();
        if *own >= SOCKETS_PER_TOKEN_MAX {
            return full(SOCKETS_PER_TOKEN_MAX, "with this token");
        }
        *own += 1;
        Ok(Place { sockets: Arc::clone(self), bearer })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<String>, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.sockets.lock();
        let own = open.get_mut(&self.bearer).map(|own| {
            *own -= 1;
            *own
        });
        if own == Some(0) {
            open.remove(&self.bearer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_token_and_given_back() {
        let sockets = Arc::new(Sockets::default());
        let mine = || sockets.take(Some("mine".to_owned()));
        let mut places: Vec<_> = (0..SOCKETS_PER_TOKEN_MAX).map(|_| mine().unwrap()).collect();
        assert_eq!(mine().unwrap_err().kind.code, "overloaded");
        places.pop();
        places.push(mine().unwrap());
        for n in 0..SOCKETS_MAX - SOCKETS_PER_TOKEN_MAX {
            places.push(sockets.take(Some(format!("{n}"))).unwrap());
        }
        assert!(sockets.take(None).unwrap_err().detail.contains("this server"));
        drop(places);
        assert!(sockets.lock().is_empty());
    }
}
