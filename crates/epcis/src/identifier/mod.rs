//! Identifiers: every spelling of one thing gives one canonical text.
//!
//! A GS1 key may come as an EPC URN (`urn:epc:id:sgtin:…`) or as a GS1 Digital Link on any host.
//! [`canonical`] turns both into the constrained canonical Digital Link of the CBV 2.0 event hash
//! (`https://id.gs1.org/01/…/21/…`), so that they match. Everything else is first class as well
//! and stays as it is, but for the letter case of scheme and host.
//!
//! **A wrong check digit is not refused and not mended.** A mistyped key names nothing that GS1
//! knows, so merging it with its neighbour would be a guess, and refusing it would lose a record of
//! food that really moved. It stays an opaque URI, which matches only the same mistake.

mod builder;
mod check;
mod company;
mod kind;
mod link;
mod to_urn;
mod urn;
mod uscc;

use std::borrow::Cow;

pub use check::{check_digit, gln, gtin14, sscc};
pub use company::CompanyPrefixes;
pub use kind::{IdentifierKind, kind};
pub use uscc::{is_uscc, uscc_check};

use crate::cut::cut;
use builder::Builder;
use link::{CheckDigits, Link};

/// The host and scheme of canonical Digital Links, with the slash behind it.
pub const CANONICAL_ROOT: &str = "https://id.gs1.org/";

/// Longest identifier that is analysed, in bytes; longer ones are opaque.
pub const IDENTIFIER_BYTES_MAX: usize = 2_048;

/// The canonical form of an identifier, for matching.
///
/// GS1 keys become `https://id.gs1.org/…` with AI numbers, 14-digit GTINs, no query string, no
/// consumer product variant and, beside a serial number, no lot (see [`lot_of`]). The letters of a
/// 统一社会信用代码 (`urn:uscc:…`) become upper case. Other URIs keep everything but the letter case of
/// scheme and host. Canonical input is borrowed, not copied, and
/// `canonical(canonical(x)) == canonical(x)`.
#[must_use]
pub fn canonical(id: &str) -> Cow<'_, str> {
    spell(id, CheckDigits::Verify)
}

/// As [`canonical`], but as the CBV 2.0 event hash wants it: check digits are taken as sent.
pub(crate) fn canonical_for_hash(id: &str) -> Cow<'_, str> {
    let id = id.trim();
    gs1(id, CheckDigits::Trust).unwrap_or(Cow::Borrowed(id))
}

fn spell(id: &str, check: CheckDigits) -> Cow<'_, str> {
    let id = id.trim();
    if id.len() > IDENTIFIER_BYTES_MAX {
        return Cow::Borrowed(id);
    }
    gs1(id, check).unwrap_or_else(|| opaque(id))
}

/// A GS1 key as a GS1 Digital Link: one is borrowed as sent, whatever its host, an EPC URN becomes
/// the canonical link. `None` for everything that is no GS1 key or is none of one thing or class
/// (`urn:epc:idpat:sgtin:4012345.*.*`).
#[must_use]
pub fn to_digital_link(id: &str) -> Option<Cow<'_, str>> {
    let trimmed = id.trim();
    if trimmed.len() > IDENTIFIER_BYTES_MAX {
        return None;
    }
    match urn::strip_epc(trimmed) {
        Some(rest) => urn::to_link(rest).map(Cow::Owned),
        None => Link::parse(trimmed, CheckDigits::Verify).map(|_| Cow::Borrowed(id)),
    }
}

/// A GS1 key as an EPC URN: one is borrowed as sent, a Digital Link is translated where its company
/// prefix is known. A class becomes the pattern of its instances (`urn:epc:idpat:sgtin:…`), a
/// class with a lot `urn:epc:class:lgtin:…`.
///
/// `None` for everything else, and where a URN would say less than the link (a lot beside a serial
/// number). `canonical(to_urn(x)) == canonical(x)`.
#[must_use]
pub fn to_urn<'t>(id: &'t str, companies: &CompanyPrefixes) -> Option<Cow<'t, str>> {
    let trimmed = id.trim();
    if trimmed.len() > IDENTIFIER_BYTES_MAX {
        return None;
    }
    match urn::strip_epc(trimmed) {
        Some(rest) => urn::to_link(rest).map(|_| Cow::Borrowed(id)),
        None => to_urn::to_urn(trimmed, companies).map(Cow::Owned),
    }
}

fn gs1(id: &str, check: CheckDigits) -> Option<Cow<'_, str>> {
    if let Some(rest) = urn::strip_epc(id) {
        return urn::to_link(rest).map(Cow::Owned);
    }
    let link = Link::parse(id, check)?;
    let mut out = Builder::new(id);
    link.write(&mut out);
    Some(out.finish())
}

/// The lot that an instance says it belongs to: the canonical class-with-lot where a Digital Link
/// carries `/10/` beside `/21/` (or `/235/`), else nothing.
#[must_use]
pub fn lot_of(id: &str) -> Option<String> {
    if id.len() > IDENTIFIER_BYTES_MAX {
        return None;
    }
    let link = Link::parse(id.trim(), CheckDigits::Verify)?.beside_lot()?;
    let mut out = Builder::new("");
    link.write(&mut out);
    Some(out.finish().into_owned())
}

/// The class-with-lot that an instance of a GTIN belongs to when its lot number is known from
/// elsewhere (ILMD or master data): the canonical `01` link of `id` with `/10/lot`.
#[must_use]
pub fn with_lot(id: &str, lot: &str) -> Option<String> {
    let lot = lot.trim();
    let canonical = canonical(id);
    if lot.is_empty() || lot.len() > IDENTIFIER_BYTES_MAX {
        return None;
    }
    let link = Link::parse(&canonical, CheckDigits::Verify)?.of_class()?;
    let mut out = Builder::new("");
    link.write(&mut out);
    out.push("/10/");
    out.push_plain(lot);
    Some(out.finish().into_owned())
}

/// The lot number of a lot (AI 10) as it is printed: the escapes of its canonical identifier are
/// read. `None` for what is no lot, and for escapes that are no text.
#[must_use]
pub fn lot_number(canonical: &str) -> Option<String> {
    let link = Link::parse(canonical, CheckDigits::Trust)?;
    let (_, number) = link.qualifier.filter(|(ai, _)| *ai == "10")?;
    if !number.as_bytes().contains(&b'%') {
        return Some(number.to_owned());
    }
    String::from_utf8(builder::unescaped(number).collect()).ok()
}

/// Lower-cases scheme and host (and a URN's namespace), RFC 3986 section 6.2.2.1 and RFC 8141
/// section 3.1.
fn opaque(id: &str) -> Cow<'_, str> {
    if let Some(code) = uscc::canonical(id) {
        return if code == id { Cow::Borrowed(id) } else { Cow::Owned(code) };
    }
    let Some((scheme, rest)) = cut(id, b':') else { return Cow::Borrowed(id) };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !is_scheme {
        return Cow::Borrowed(id);
    }
    let folded = if let Some(after) = rest.strip_prefix("//") {
        let authority = after.find(['/', '?', '#']).and_then(|end| after.get(..end));
        let authority = authority.unwrap_or(after);
        let host_at = authority.rfind('@').map_or(0, |at| at + 1);
        let start = scheme.len() + 3;
        start + host_at..start + authority.len()
    } else if scheme.eq_ignore_ascii_case("urn") {
        let namespace = cut(rest, b':').map_or("", |(namespace, _)| namespace);
        scheme.len() + 1..scheme.len() + 1 + namespace.len()
    } else {
        0..0
    };
    fold_case(id, scheme.len(), folded)
}

fn fold_case(id: &str, scheme_end: usize, range: std::ops::Range<usize>) -> Cow<'_, str> {
    let folds = |at: usize| at < scheme_end || range.contains(&at);
    if !id.bytes().enumerate().any(|(at, b)| b.is_ascii_uppercase() && folds(at)) {
        return Cow::Borrowed(id);
    }
    let lower = |(at, c): (usize, char)| if folds(at) { c.to_ascii_lowercase() } else { c };
    Cow::Owned(id.char_indices().map(lower).collect())
}

#[cfg(test)]
mod tests;
