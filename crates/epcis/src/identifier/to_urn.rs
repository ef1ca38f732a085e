//! EPC URNs of Digital Links (GS1 EPC Tag Data Standard, sections 6 to 8): the way back of
//! [`super::urn`].

use super::CANONICAL_ROOT;
use super::builder::hex;
use super::company::CompanyPrefixes;
use super::link::{CheckDigits, Link};
use super::urn;

/// The URN of a key, if there is one that means the same.
pub(super) fn to_urn(id: &str, companies: &CompanyPrefixes) -> Option<String> {
    let link = Link::parse(id, CheckDigits::Verify)?;
    // A URN has no place for the lot beside a serial number, and losing it is no translation.
    if link.beside_lot().is_some() {
        return None;
    }
    let canonical = super::canonical(id);
    let path = canonical.strip_prefix(CANONICAL_ROOT)?;
    let urn = write(path, companies)?;
    // Whatever was written must be read as the same key.
    (urn::to_link(urn::strip_epc(&urn)?)? == *canonical).then_some(urn)
}

fn write(path: &str, companies: &CompanyPrefixes) -> Option<String> {
    let mut parts = path.split('/');
    let (ai, value) = (parts.next()?, parts.next()?);
    let qualifier = parts.next().zip(parts.next());
    let company = |digits: &str| {
        let (company, reference) = companies.split(digits)?;
        Some(format!("{company}.{reference}"))
    };
    // A digit in front of the company prefix moves behind it.
    let led = |digits: &str| {
        let (lead, rest) = digits.split_at_checked(1)?;
        let (company, reference) = companies.split(rest)?;
        Some(format!("{company}.{lead}{reference}"))
    };
    let free = |text: &str| {
        let (company, reference) = companies.split(text)?;
        Some(format!("{company}.{}", component(reference)?))
    };
    Some(match (ai, qualifier) {
        ("01", Some(("10", lot))) => {
            format!("urn:epc:class:lgtin:{}.{}", led(value.get(..13)?)?, component(lot)?)
        }
        ("01", Some(("235", serial))) => {
            format!("urn:epc:id:upui:{}.{}", led(value.get(..13)?)?, component(serial)?)
        }
        ("01", serial) => instance("sgtin", &led(value.get(..13)?)?, of("21", serial)?)?,
        ("00", None) => format!("urn:epc:id:sscc:{}", led(value.get(..17)?)?),
        ("414", extension) => {
            let extension = of("254", extension)?.map_or(Some("0".to_owned()), component)?;
            format!("urn:epc:id:sgln:{}.{extension}", company(value.get(..12)?)?)
        }
        ("417", None) => format!("urn:epc:id:pgln:{}", company(value.get(..12)?)?),
        ("8003", None) => {
            let asset = value.strip_prefix('0')?;
            instance("grai", &company(asset.get(..12)?)?, rest(asset.get(13..)?))?
        }
        ("253", None) => instance("gdti", &company(value.get(..12)?)?, rest(value.get(13..)?))?,
        ("255", None) => instance("sgcn", &company(value.get(..12)?)?, rest(value.get(13..)?))?,
        ("8004", None) => format!("urn:epc:id:giai:{}", free(value)?),
        ("401", None) => format!("urn:epc:id:ginc:{}", free(value)?),
        ("402", None) => format!("urn:epc:id:gsin:{}", company(value.get(..16)?)?),
        ("8017", None) => format!("urn:epc:id:gsrnp:{}", company(value.get(..17)?)?),
        ("8018", None) => format!("urn:epc:id:gsrn:{}", company(value.get(..17)?)?),
        ("8010", serial) => instance("cpi", &free(value)?, of("8011", serial)?)?,
        ("8006", serial) => {
            let (item, piece, total) = (value.get(..13)?, value.get(14..16)?, value.get(16..)?);
            let body = format!("{}.{piece}.{total}", led(item)?);
            instance("itip", &body, of("21", serial)?)?
        }
        _ => return None,
    })
}

/// One thing with a serial number, or the pattern of all things of its class.
fn instance(scheme: &str, body: &str, serial: Option<&str>) -> Option<String> {
    Some(match serial {
        Some(serial) => format!("urn:epc:id:{scheme}:{body}.{}", component(serial)?),
        None => format!("urn:epc:idpat:{scheme}:{body}.*"),
    })
}

/// The value of the one qualifier that may stand there. `None`: another one does.
fn of<'t>(ai: &str, qualifier: Option<(&str, &'t str)>) -> Option<Option<&'t str>> {
    match qualifier {
        None => Some(None),
        Some((found, value)) => (found == ai).then_some(Some(value)),
    }
}

fn rest(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// A part of a canonical path as a part of a URN (EPC Tag Data Standard, annex A, table A-1).
/// `None` where it holds what GS1 keys cannot hold.
fn component(part: &str) -> Option<String> {
    let mut out = String::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            _ => byte,
        };
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'!' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b'-' | b'.' | b':' | b';' | b'='
            | b'_' => out.push(char::from(byte)),
            b'"' | b'#' | b'%' | b'&' | b'/' | b'<' | b'>' | b'?' => {
                out.push_str(&format!("%{byte:02X}"));
            }
            _ => return None,
        }
    }
    Some(out)
}
