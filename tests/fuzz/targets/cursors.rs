//! Tokens of pages: what was made here comes back as it was, anything else is refused. The module
//! is the service's own, which keeps it to itself.

#![no_main]
// The service uses all of it.
#![allow(dead_code)]

#[path = "../../../crates/service/src/cursor.rs"]
mod cursor;
#[path = "../../../crates/service/src/error.rs"]
mod error;

use std::sync::LazyLock;

use cursor::{Cursors, QueryDigest};
use laiqu_fuzz::Input;
use laiqu_proof::PrivateJwk;
use libfuzzer_sys::fuzz_target;

const QUERY: QueryDigest = [9; 16];
const OTHER: QueryDigest = [8; 16];

static CURSORS: LazyLock<Cursors> = LazyLock::new(|| Cursors::of(&PrivateJwk::from_seed(&[9; 32])));

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(CURSORS.read(text, QUERY, 0).is_err() && CURSORS.give_up(text, 0).is_err());
    }
    let mut input = Input::new(data);
    let (expires, now, at, with) = (input.long(), input.long(), input.short(), input.byte());
    let place = input.rest();
    let token = CURSORS.seal(QUERY, expires, place);
    let opened = CURSORS.unseal(&token, QUERY, now);
    assert_eq!(opened.is_ok(), now < expires);
    let Ok(opened) = opened else { return };
    assert_eq!(opened.place, place);
    assert!(CURSORS.unseal(&token, OTHER, now).is_err());
    if let Ok(cursor) = CURSORS.read(&token, QUERY, now) {
        assert_eq!((cursor.query, cursor.expires), (QUERY, expires));
        assert_eq!(CURSORS.read(&CURSORS.token(&cursor), QUERY, now).ok(), Some(cursor));
    }
    let mut edited = token.clone().into_bytes();
    let at = at % edited.len();
    edited[at] = with;
    let edited = String::from_utf8_lossy(&edited);
    assert_eq!(CURSORS.unseal(&edited, QUERY, now).is_ok(), *edited == *token);
    let cut: String = token.chars().take(at).collect();
    assert!(CURSORS.unseal(&cut, QUERY, now).is_err());
});
