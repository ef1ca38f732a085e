//! Where a page of an answer ended: the token that its reader gives back for the next page.
//!
//! The token holds all that the next page needs, so the server keeps nothing for it. A MAC over it
//! says that it came from here: without one, a reader could name a state of the ledger or a count
//! that no page ever had.

use crate::error::{Code, Error};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use laiqu_epcis::facts::Position;
use laiqu_proof::PrivateJwk;
use sha2::{Digest, Sha256, Sha512};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const DOMAIN: &str = "laiqu/1 cursor\n";
const VERSION: u8 = 1;
const MAC_BYTES: usize = 32;
/// Version, query, size, told, has a key, key, index, ordinal, expiry.
const BODY_BYTES: usize = 1 + 16 + 8 + 8 + 1 + 8 + 8 + 4 + 8;
/// How long a token may be used, in seconds.
pub(crate) const CURSOR_SECONDS: u64 = 60 * 60;
/// Most tokens that were given up and could still be used.
const GIVEN_UP_MAX: usize = 10_000;

/// Where a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Digest of what was asked, and by whom.
    pub(crate) query: [u8; 16],
    /// Size of the ledger that all pages show.
    pub(crate) size: u64,
    /// Events told so far.
    pub(crate) told: u64,
    /// Key of the last event in the order asked for, where it has one.
    pub(crate) key: Option<u64>,
    /// Where the last event stands.
    pub(crate) position: Position,
    /// Until when the token may be used, in seconds since 1970.
    pub(crate) expires: u64,
}

/// Makes and reads tokens.
pub(crate) struct Cursors {
    /// As long as a block of the hash, the longest that HMAC uses whole.
    secret: [u8; 64],
    /// Tokens that their readers gave up, by MAC, with their expiry.
    given_up: Mutex<HashMap<[u8; MAC_BYTES], u64>>,
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors")
    }
}

impl Cursors {
    /// Tokens of a ledger: their key is derived from the gateway's, so that they outlive a restart.
    pub(crate) fn of(gateway: &PrivateJwk) -> Self {
        let secret = Sha512::digest(format!("{DOMAIN}{}", gateway.to_json())).into();
        Self { secret, given_up: Mutex::default() }
    }

    /// The token for a cursor.
    pub(crate) fn token(&self, cursor: &Cursor) -> String {
        let mut bytes = cursor.encode();
        let mac = self.mac(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&mac);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The cursor of a token that was made here, may still be used at `now` (seconds since 1970),
    /// and goes on with this query.
    pub(crate) fn read(&self, token: &str, query: [u8; 16], now: u64) -> Result<Cursor, Error> {
        let (cursor, mac) = self.open(token, now)?;
        if self.lock().contains_key(&mac) {
            return Err(refused("was given up"));
        }
        if cursor.query != query {
            return Err(refused(
                "belongs to another query: send it with the parameters and the credentials of the \
                 first page",
            ));
        }
        Ok(cursor)
    }

    /// Gives a token up: it cannot be used any more while this server runs.
    pub(crate) fn give_up(&self, token: &str, now: u64) -> Result<(), Error> {
        let (cursor, mac) = self.open(token, now)?;
        let mut given_up = self.lock();
        given_up.retain(|_, expires| *expires > now);
        if given_up.len() >= GIVEN_UP_MAX {
            let detail = "too many page tokens were given up within the hour";
            return Err(Error::new(Code::Overloaded, detail));
        }
        given_up.insert(mac, cursor.expires);
        Ok(())
    }

    fn open(&self, token: &str, now: u64) -> Result<(Cursor, [u8; MAC_BYTES]), Error> {
        let wrong = || refused("is not one that this server gave");
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).map_err(|_| wrong())?;
        let (body, mac) = bytes.split_at_checked(BODY_BYTES).ok_or_else(wrong)?;
        self.mac(body).verify_slice(mac).map_err(|_| wrong())?;
        let cursor = Cursor::decode(body).ok_or_else(wrong)?;
        if cursor.expires <= now {
            return Err(refused("has expired: ask for the first page again"));
        }
        Ok((cursor, mac.try_into().map_err(|_| wrong())?))
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.secret.into());
        mac.update(body);
        mac
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; MAC_BYTES], u64>> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cursor {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BODY_BYTES + MAC_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.query);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend_from_slice(&self.told.to_be_bytes());
        bytes.push(u8::from(self.key.is_some()));
        bytes.extend_from_slice(&self.key.unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(&self.position.index.to_be_bytes());
        bytes.extend_from_slice(&self.position.ordinal.to_be_bytes());
        bytes.extend_from_slice(&self.expires.to_be_bytes());
        bytes
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        if take::<1>(&mut bytes)? != [VERSION] {
            return None;
        }
        let query = take(&mut bytes)?;
        let size = u64::from_be_bytes(take(&mut bytes)?);
        let told = u64::from_be_bytes(take(&mut bytes)?);
        let has_key = take::<1>(&mut bytes)? == [1];
        let key = Some(u64::from_be_bytes(take(&mut bytes)?)).filter(|_| has_key);
        let index = u64::from_be_bytes(take(&mut bytes)?);
        let ordinal = u32::from_be_bytes(take(&mut bytes)?);
        let expires = u64::from_be_bytes(take(&mut bytes)?);
        let position = Position { index, ordinal };
        bytes.is_empty().then_some(Self { query, size, told, key, position, expires })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

fn refused(why: &str) -> Error {
    Error::new(Code::InvalidParameter, format!("parameter \"nextPageToken\" {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_000;

    fn cursors(seed: u8) -> Cursors {
        Cursors::of(&PrivateJwk::from_seed(&[seed; 32]))
    }

    fn cursor(key: Option<u64>) -> Cursor {
        let position = Position { index: 7, ordinal: 2 };
        Cursor { query: [9; 16], size: 12, told: 30, key, position, expires: NOW + 5 }
    }

    #[test]
    fn a_token_goes_on_with_its_own_query_until_it_expires() {
        let mine = cursors(1);
        for key in [None, Some(0), Some(u64::MAX)] {
            let token = mine.token(&cursor(key));
            assert_eq!(mine.read(&token, [9; 16], NOW), Ok(cursor(key)));
        }
        let token = mine.token(&cursor(None));
        let refusal = |read: Result<Cursor, Error>| read.unwrap_err().detail;
        assert!(refusal(mine.read(&token, [8; 16], NOW)).contains("another query"));
        assert!(refusal(mine.read(&token, [9; 16], NOW + 5)).contains("expired"));
        assert!(refusal(cursors(2).read(&token, [9; 16], NOW)).contains("this server gave"));
    }

    #[test]
    fn a_token_that_was_given_up_is_refused() {
        let mine = cursors(1);
        let (token, other) = (mine.token(&cursor(None)), mine.token(&cursor(Some(1))));
        mine.give_up(&token, NOW).unwrap();
        mine.give_up(&token, NOW).unwrap();
        assert!(mine.read(&token, [9; 16], NOW).unwrap_err().detail.contains("given up"));
        assert!(mine.read(&other, [9; 16], NOW).is_ok());
        assert!(mine.give_up("x", NOW).is_err());
    }

    proptest! {
        #[test]
        fn a_token_with_any_other_byte_is_refused(
            at in 0usize..BODY_BYTES + MAC_BYTES,
            bit in 0u8..8,
        ) {
            let mine = cursors(1);
            let token = mine.token(&cursor(Some(3)));
            let mut bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
            bytes[at] ^= 1 << bit;
            prop_assert!(mine.read(&BASE64URL_NOPAD.encode(&bytes), [9; 16], NOW).is_err());
            bytes.truncate(at);
            prop_assert!(mine.read(&BASE64URL_NOPAD.encode(&bytes), [9; 16], NOW).is_err());
        }
    }
}
