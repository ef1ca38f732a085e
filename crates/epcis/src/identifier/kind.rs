//! What sort of thing an identifier names.

use super::link::{CheckDigits, Link};
use crate::cut::cut;

/// What an identifier names, as far as its text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentifierKind {
    /// A class of things with a lot: the unit of tracing.
    Lot,
    /// One single thing with a serial number.
    Instance,
    /// A class of things without a lot.
    Product,
    /// A logistic unit or a reusable asset: SSCC, GRAI, GIAI.
    Container,
    /// A location.
    Place,
    /// A business or a person.
    Party,
    /// A document or business transaction.
    Document,
    /// Anything else.
    Other,
}

/// The kind of a canonical identifier (see [`super::canonical`]).
///
/// GS1 keys are judged by their shape alone, so that a mistyped lot is still shown as a lot.
/// Others are judged by the words of their URI that CBV 2.0, section 8, and GDST prescribe.
#[must_use]
pub fn kind(canonical: &str) -> IdentifierKind {
    if let Some(link) = Link::parse(canonical, CheckDigits::Trust) {
        return of_link(&link);
    }
    let Some((scheme, rest)) = cut(canonical, b':') else { return IdentifierKind::Other };
    match scheme {
        "urn" => of_urn(rest),
        "http" | "https" => of_path(rest),
        "geo" => IdentifierKind::Place,
        _ => IdentifierKind::Other,
    }
}

fn of_link(link: &Link<'_>) -> IdentifierKind {
    let qualifier = link.qualifier.map(|(ai, _)| ai);
    match (link.primary.ai, qualifier) {
        ("01" | "8006", Some("10")) => IdentifierKind::Lot,
        ("01" | "8006" | "8010", Some(_)) => IdentifierKind::Instance,
        ("01" | "8006" | "8010", None) => IdentifierKind::Product,
        ("8003", _) if !link.is_serialised() => IdentifierKind::Product,
        ("00" | "8003" | "8004", _) => IdentifierKind::Container,
        ("414", _) => IdentifierKind::Place,
        ("417" | "8017" | "8018", _) => IdentifierKind::Party,
        _ => IdentifierKind::Document,
    }
}

fn of_urn(rest: &str) -> IdentifierKind {
    if rest.starts_with("epcglobal:cbv:bt:") || rest.starts_with("epcglobal:cbv:btid:") {
        return IdentifierKind::Document;
    }
    if let Some(rest) = rest.strip_prefix("epc:") {
        return of_epc(rest);
    }
    let mut product = false;
    for word in rest.split(':') {
        match word {
            "lot" => return IdentifierKind::Lot,
            "obj" | "instance" | "serial" => return IdentifierKind::Instance,
            "class" => return IdentifierKind::Product,
            "container" | "pallet" => return IdentifierKind::Container,
            "loc" | "location" | "vessel" => return IdentifierKind::Place,
            "party" | "uscc" => return IdentifierKind::Party,
            "bt" | "doc" | "document" => return IdentifierKind::Document,
            "product" => product = true,
            _ => {}
        }
    }
    if product { IdentifierKind::Product } else { IdentifierKind::Other }
}

/// EPC URNs that have no Digital Link because they are malformed still say what they mean.
fn of_epc(rest: &str) -> IdentifierKind {
    let mut words = rest.split(':');
    let is_pattern = words.next() == Some("idpat");
    match words.next().unwrap_or_default() {
        "lgtin" => IdentifierKind::Lot,
        "sgtin" | "itip" | "upui" | "cpi" if is_pattern => IdentifierKind::Product,
        "sgtin" | "itip" | "upui" | "cpi" => IdentifierKind::Instance,
        "sscc" | "grai" | "giai" => IdentifierKind::Container,
        "sgln" => IdentifierKind::Place,
        "pgln" | "gsrn" | "gsrnp" => IdentifierKind::Party,
        "gdti" | "sgcn" | "ginc" | "gsin" => IdentifierKind::Document,
        _ => IdentifierKind::Other,
    }
}

fn of_path(rest: &str) -> IdentifierKind {
    let mut segments = rest.trim_start_matches('/').split('/').skip(1);
    while let Some(segment) = segments.next() {
        match segment {
            "lot" => return IdentifierKind::Lot,
            "obj" => return IdentifierKind::Instance,
            "class" => return IdentifierKind::Product,
            "loc" | "location" => return IdentifierKind::Place,
            "party" => return IdentifierKind::Party,
            "bt" => return IdentifierKind::Document,
            "id" => return minted(segments),
            _ => {}
        }
    }
    IdentifierKind::Other
}

/// `…/id/{统一社会信用代码}/{product}/{lot}`: what an import mints for a bare lot number.
fn minted<'a>(mut segments: impl Iterator<Item = &'a str>) -> IdentifierKind {
    let code = segments.next().unwrap_or_default();
    if code.len() != 18 || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return IdentifierKind::Other;
    }
    match segments.count() {
        0 => IdentifierKind::Party,
        1 => IdentifierKind::Product,
        2 => IdentifierKind::Lot,
        _ => IdentifierKind::Other,
    }
}
