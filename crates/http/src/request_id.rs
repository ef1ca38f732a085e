//! The name of a request: in its answer, in its refusal and in the log.

use actix_web::http::header::{HeaderMap, HeaderName};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Header that carries it, both ways.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest name that is taken from a request, in bytes.
const BYTES_MAX: usize = 64;

/// The name that a request brought, or a new one where it brought none that is well-formed: 1 to 64
/// letters, digits, `-`, `_`, `.` and `:`.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    let mut given = headers.get_all(REQUEST_ID);
    match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
        (Some(id), None) if is_well_formed(id) => id.to_owned(),
        _ => new(),
    }
}

fn is_well_formed(id: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=BYTES_MAX).contains(&id.len()) && id.bytes().all(known)
}

/// A name that no other request has: one of the process, and a number.
fn new() -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| getrandom::u64().unwrap_or_default());
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:016x}-{}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn of(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(REQUEST_ID, value.parse().unwrap());
        }
        request_id(&headers)
    }

    #[test]
    fn a_well_formed_name_is_kept() {
        let longest = "x".repeat(BYTES_MAX);
        for id in ["1", "7f3a-1", "urn:uuid:6b8c", "A_b.c", &longest] {
            assert_eq!(of(&[id]), id);
        }
    }

    #[test]
    fn every_other_request_gets_its_own() {
        let longer = "x".repeat(BYTES_MAX + 1);
        let bad: [&[&str]; 8] =
            [&[], &[""], &["a b"], &["a\"b"], &["来"], &["{x}"], &[&longer], &["a", "a"]];
        let made: HashSet<String> = bad.iter().map(|values| of(values)).collect();
        assert_eq!(made.len(), bad.len());
        assert!(made.iter().all(|id| is_well_formed(id)), "{made:?}");
    }
}
