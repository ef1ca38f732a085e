//! Where a page of an answer ended: the token that its reader gives back for the next page.
//!
//! The token holds all that the next page needs, so the server keeps nothing for it. A MAC over it
//! says that it came from here: without one, a reader could name a state of the ledger or a count
//! that no page ever had. Where to go on is hidden: it may name what was passed over because its
//! reader may not see it.

use crate::error::{Code, Error};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use laiqu_epcis::facts::Position;
use laiqu_proof::PrivateJwk;
use sha2::{Digest, Sha256, Sha512};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const DOMAIN: &str = "laiqu/1 cursor\n";
const HIDING_DOMAIN: &str = "laiqu/1 cursor place\n";
const VERSION: u8 = 1;
const MAC_BYTES: usize = 32;
/// Version, query, expiry.
const HEAD_BYTES: usize = 1 + 16 + 8;
/// How long a token may be used, in seconds.
pub(crate) const CURSOR_SECONDS: u64 = 60 * 60;
/// Most tokens that were given up and could still be used.
const GIVEN_UP_MAX: usize = 10_000;

/// Where a page of events ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Digest of what was asked, and by whom.
    pub(crate) query: QueryDigest,
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

/// Digest of what was asked, and by whom.
pub(crate) type QueryDigest = [u8; 16];

/// Makes and reads tokens.
pub(crate) struct Cursors {
    /// As long as a block of the hash, the longest that HMAC uses whole.
    secret: [u8; 64],
    /// Likewise, for hiding places.
    hiding: [u8; 64],
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
        let derived =
            |domain: &str| Sha512::digest(format!("{domain}{}", gateway.to_json())).into();
        let (secret, hiding) = (derived(DOMAIN), derived(HIDING_DOMAIN));
        Self { secret, hiding, given_up: Mutex::default() }
    }

    /// The token for a cursor.
    pub(crate) fn token(&self, cursor: &Cursor) -> String {
        self.seal(cursor.query, cursor.expires, &cursor.encode())
    }

    /// The cursor of a token that was made here, may still be used at `now` (seconds since 1970),
    /// and goes on with this query.
    pub(crate) fn read(&self, token: &str, query: QueryDigest, now: u64) -> Result<Cursor, Error> {
        Cursor::decode(&self.unseal(token, query, now)?).ok_or_else(not_ours)
    }

    /// The token that goes on with a query from here until `expires` (seconds since 1970).
    pub(crate) fn seal(&self, query: QueryDigest, expires: u64, place: &[u8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&query);
        bytes.extend_from_slice(&expires.to_be_bytes());
        bytes.extend_from_slice(place);
        let mac: [u8; MAC_BYTES] = self.mac(&bytes).finalize().into_bytes().into();
        self.hide(&mac, &mut bytes);
        bytes.extend_from_slice(&mac);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The place in a token that was made here, may still be used at `now` (seconds since 1970),
    /// and goes on with this query.
    pub(crate) fn unseal(
        &self,
        token: &str,
        query: QueryDigest,
        now: u64,
    ) -> Result<Opened, Error> {
        let opened = self.open(token, now)?;
        if self.lock().contains_key(&opened.mac) {
            return Err(refused("was given up"));
        }
        if opened.query != query {
            return Err(refused(
                "belongs to another query: send it with the parameters and the credentials of the \
                 first page",
            ));
        }
        Ok(opened)
    }

    /// Gives a token up: it cannot be used any more while this server runs.
    pub(crate) fn give_up(&self, token: &str, now: u64) -> Result<(), Error> {
        let Opened { expires, mac, .. } = self.open(token, now)?;
        let mut given_up = self.lock();
        given_up.retain(|_, expires| *expires > now);
        if given_up.len() >= GIVEN_UP_MAX {
            let detail = "too many page tokens were given up within the hour";
            return Err(Error::new(Code::Overloaded, detail));
        }
        given_up.insert(mac, expires);
        Ok(())
    }

    fn open(&self, token: &str, now: u64) -> Result<Opened, Error> {
        let mut body = BASE64URL_NOPAD.decode(token.as_bytes()).map_err(|_| not_ours())?;
        let body_bytes = body.len().checked_sub(MAC_BYTES).ok_or_else(not_ours)?;
        let mac = body.split_off(body_bytes).try_into().map_err(|_| not_ours())?;
        self.hide(&mac, &mut body);
        self.mac(&body).verify_slice(&mac).map_err(|_| not_ours())?;
        let opened = Opened::of(&body, mac).ok_or_else(not_ours)?;
        if opened.expires <= now {
            return Err(refused("has expired: ask for the first page again"));
        }
        Ok(opened)
    }

    /// Hides the place in a token's body, or shows it again. The key stream comes from the MAC over
    /// what is hidden, as in SIV mode (RFC 5297, section 2), so that no two bodies share one.
    fn hide(&self, mac: &[u8; MAC_BYTES], body: &mut [u8]) {
        let place = body.get_mut(HEAD_BYTES..).unwrap_or_default();
        for (count, block) in (0u64..).zip(place.chunks_mut(MAC_BYTES)) {
            let mut stream = Hmac::<Sha256>::new(&self.hiding.into());
            stream.update(mac);
            stream.update(&count.to_be_bytes());
            for (byte, key) in block.iter_mut().zip(stream.finalize().into_bytes()) {
                *byte ^= key;
            }
        }
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

/// What a token says.
pub(crate) struct Opened {
    query: QueryDigest,
    expires: u64,
    /// Where to go on.
    pub(crate) place: Vec<u8>,
    mac: [u8; MAC_BYTES],
}

impl Opened {
    fn of(mut body: &[u8], mac: [u8; MAC_BYTES]) -> Option<Self> {
        if take::<1>(&mut body)? != [VERSION] {
            return None;
        }
        let query = take(&mut body)?;
        let expires = u64::from_be_bytes(take(&mut body)?);
        Some(Self { query, expires, place: body.to_vec(), mac })
    }
}

impl Cursor {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.told.to_be_bytes());
        bytes.push(u8::from(self.key.is_some()));
        bytes.extend_from_slice(&self.key.unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(&self.position.index.to_be_bytes());
        bytes.extend_from_slice(&self.position.ordinal.to_be_bytes());
        bytes
    }

    fn decode(opened: &Opened) -> Option<Self> {
        let bytes = &mut opened.place.as_slice();
        let size = u64::from_be_bytes(take(bytes)?);
        let told = u64::from_be_bytes(take(bytes)?);
        let has_key = take::<1>(bytes)? == [1];
        let key = Some(u64::from_be_bytes(take(bytes)?)).filter(|_| has_key);
        let index = u64::from_be_bytes(take(bytes)?);
        let ordinal = u32::from_be_bytes(take(bytes)?);
        let position = Position { index, ordinal };
        let Opened { query, expires, .. } = *opened;
        bytes.is_empty().then_some(Self { query, size, told, key, position, expires })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

pub(crate) fn not_ours() -> Error {
    refused("is not one that this server gave")
}

fn refused(why: &str) -> Error {
    Error::new(Code::InvalidParameter, format!("parameter \"nextPageToken\" {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_000;
    const QUERY: QueryDigest = [9; 16];

    fn cursors(seed: u8) -> Cursors {
        Cursors::of(&PrivateJwk::from_seed(&[seed; 32]))
    }

    fn sealed(cursors: &Cursors, place: &[u8]) -> String {
        cursors.seal(QUERY, NOW + 5, place)
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let mine = cursors(1);
        for key in [None, Some(0), Some(u64::MAX)] {
            let position = Position { index: 7, ordinal: 2 };
            let cursor =
                Cursor { query: QUERY, size: 12, told: 30, key, position, expires: NOW + 5 };
            assert_eq!(mine.read(&mine.token(&cursor), QUERY, NOW), Ok(cursor));
        }
        // A token of another sort of page.
        assert!(mine.read(&sealed(&mine, b"urn:x:1"), QUERY, NOW).is_err());
    }

    #[test]
    fn a_token_shows_nothing_of_the_place() {
        let mine = cursors(1);
        let place = b"https://id.gs1.org/01/04012345123456/10/of-someone-else-whom-nobody-sees";
        let token = sealed(&mine, place);
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        assert!(!bytes.windows(4).any(|part| place.windows(4).any(|text| text == part)));
        // Nor that another place is nearly the same.
        let other = BASE64URL_NOPAD.decode(sealed(&mine, &place[1..]).as_bytes()).unwrap();
        assert_ne!(bytes[HEAD_BYTES + 1..][..16], other[HEAD_BYTES..][..16]);
        assert_eq!(mine.unseal(&token, QUERY, NOW).unwrap().place, place);
    }

    #[test]
    fn a_token_goes_on_with_its_own_query_until_it_expires() {
        let mine = cursors(1);
        let token = sealed(&mine, b"here");
        assert_eq!(mine.unseal(&token, QUERY, NOW).unwrap().place, b"here");
        let refusal = |read: Result<Opened, Error>| read.err().unwrap().detail;
        assert!(refusal(mine.unseal(&token, [8; 16], NOW)).contains("another query"));
        assert!(refusal(mine.unseal(&token, QUERY, NOW + 5)).contains("expired"));
        assert!(refusal(cursors(2).unseal(&token, QUERY, NOW)).contains("this server gave"));
    }

    #[test]
    fn a_token_that_was_given_up_is_refused() {
        let mine = cursors(1);
        let (one, other) = (sealed(&mine, b""), sealed(&mine, b"x"));
        mine.give_up(&one, NOW).unwrap();
        mine.give_up(&one, NOW).unwrap();
        assert!(mine.unseal(&one, QUERY, NOW).err().unwrap().detail.contains("given up"));
        assert!(mine.unseal(&other, QUERY, NOW).is_ok());
        assert!(mine.give_up("x", NOW).is_err());
    }

    proptest! {
        #[test]
        fn a_token_with_any_other_byte_is_refused(
            at in 0usize..HEAD_BYTES + 4 + MAC_BYTES,
            bit in 0u8..8,
        ) {
            let mine = cursors(1);
            let mut bytes = BASE64URL_NOPAD.decode(sealed(&mine, b"here").as_bytes()).unwrap();
            bytes[at] ^= 1 << bit;
            prop_assert!(mine.unseal(&BASE64URL_NOPAD.encode(&bytes), QUERY, NOW).is_err());
            bytes.truncate(at);
            prop_assert!(mine.unseal(&BASE64URL_NOPAD.encode(&bytes), QUERY, NOW).is_err());
        }
    }
}
