//! EPC URNs (GS1 EPC Tag Data Standard, sections 6 to 8) as canonical Digital Links.

use super::builder::Builder;
use super::check::check_digit_of;
use super::company;
use super::link::all_digits;
use crate::cut::cut;

/// What follows `urn:epc:`, which is compared without regard to letter case.
pub(super) fn strip_epc(id: &str) -> Option<&str> {
    let (head, rest) = id.split_at_checked(8)?;
    head.eq_ignore_ascii_case("urn:epc:").then_some(rest)
}

/// The canonical Digital Link of an EPC URN without its `urn:epc:`; `None` for schemes that have
/// none (gid, usdod, adi, bic, imovn), for malformed ones and for patterns above the class.
pub(super) fn to_link(rest: &str) -> Option<String> {
    let (namespace, rest) = cut(rest, b':')?;
    let (scheme, body) = cut(rest, b':')?;
    let (company, body) = cut(body, b'.')?;
    if !company::DIGITS.contains(&company.len()) || !all_digits(company) {
        return None;
    }
    let urn = Urn { company, body, pattern: namespace == "idpat" };
    // Digits and letters are as many as before, the root and identifiers of parts come to it.
    let mut out = Builder::copying(rest.len() + company.len() + super::CANONICAL_ROOT.len() + 32);
    out.push(super::CANONICAL_ROOT);
    match (namespace, scheme) {
        ("id" | "idpat", "sgtin") => urn.gtin(&mut out, "/21/"),
        ("id" | "idpat", "upui") => urn.gtin(&mut out, "/235/"),
        ("class", "lgtin") => urn.gtin(&mut out, "/10/"),
        ("id" | "idpat", "itip") => urn.pieces(&mut out),
        ("id", "sscc") => urn.key(&mut out, "00/", 17),
        ("id", "gsrn") => urn.key(&mut out, "8018/", 17),
        ("id", "gsrnp") => urn.key(&mut out, "8017/", 17),
        ("id", "gsin") => urn.key(&mut out, "402/", 16),
        ("id", "pgln") => urn.key(&mut out, "417/", 12),
        ("id", "sgln") => urn.location(&mut out),
        ("id" | "idpat", "grai") => urn.serialised(&mut out, "8003/0"),
        ("id" | "idpat", "gdti") => urn.serialised(&mut out, "253/"),
        ("id" | "idpat", "sgcn") => urn.serialised(&mut out, "255/"),
        ("id", "giai") => urn.free(&mut out, "8004/"),
        ("id", "ginc") => urn.free(&mut out, "401/"),
        ("id" | "idpat", "cpi") => urn.component(&mut out),
        _ => None,
    }?;
    Some(out.finish().into_owned())
}

/// The company prefix of an EPC URN without its `urn:epc:`.
pub(super) fn company_of(rest: &str) -> Option<&str> {
    let (_, rest) = cut(rest, b':')?;
    let (_, body) = cut(rest, b':')?;
    Some(cut(body, b'.')?.0)
}

/// Pushes digits in pieces, and their check digit.
fn push_checked(out: &mut Builder<'_>, pieces: &[&str]) -> Option<()> {
    let check = check_digit_of(pieces)?;
    pieces.iter().for_each(|piece| out.push(piece));
    out.push(check.encode_utf8(&mut [0; 4]));
    Some(())
}

struct Urn<'a> {
    company: &'a str,
    body: &'a str,
    /// An `idpat` URN, where `*` stands for every serial number.
    pattern: bool,
}

impl<'a> Urn<'a> {
    /// Pushes company prefix and reference as one number of `length` digits, with its check digit.
    fn number(&self, out: &mut Builder<'_>, reference: &str, length: usize) -> Option<()> {
        if self.company.len() + reference.len() != length || !all_digits(reference) {
            return None;
        }
        push_checked(out, &[self.company, reference])
    }

    /// Pushes the number of a key whose reference opens with the indicator or extension digit,
    /// which moves to the front.
    fn led(&self, out: &mut Builder<'_>, reference: &str, length: usize) -> Option<()> {
        let lead = reference.get(..1)?;
        let rest = reference.get(1..)?;
        if self.company.len() + reference.len() != length || !all_digits(reference) {
            return None;
        }
        push_checked(out, &[lead, self.company, rest])
    }

    /// The serial part, or nothing where a pattern leaves it open. `None`: malformed.
    fn serial(&self, text: &'a str) -> Option<Option<&'a str>> {
        match (self.pattern, text) {
            (true, "*") => Some(None),
            (_, "") => None,
            _ => Some(Some(text)),
        }
    }

    fn gtin(&self, out: &mut Builder<'_>, qualifier: &str) -> Option<()> {
        let (item, serial) = cut(self.body, b'.')?;
        out.push("01/");
        self.led(out, item, 13)?;
        self.qualified(out, qualifier, serial)
    }

    fn pieces(&self, out: &mut Builder<'_>) -> Option<()> {
        let mut parts = self.body.splitn(4, '.');
        let (item, piece, total) = (parts.next()?, parts.next()?, parts.next()?);
        let serial = parts.next()?;
        let two = |text: &str| text.len() == 2 && all_digits(text);
        if !two(piece) || !two(total) {
            return None;
        }
        out.push("8006/");
        self.led(out, item, 13)?;
        out.push(piece);
        out.push(total);
        self.qualified(out, "/21/", serial)
    }

    fn qualified(&self, out: &mut Builder<'_>, qualifier: &str, serial: &'a str) -> Option<()> {
        if let Some(serial) = self.serial(serial)? {
            out.push(qualifier);
            out.push_encoded(serial);
        }
        Some(())
    }

    fn key(&self, out: &mut Builder<'_>, path: &str, length: usize) -> Option<()> {
        out.push(path);
        if path == "00/" {
            self.led(out, self.body, length)
        } else {
            self.number(out, self.body, length)
        }
    }

    fn location(&self, out: &mut Builder<'_>) -> Option<()> {
        let (location, extension) = cut(self.body, b'.')?;
        out.push("414/");
        self.number(out, location, 12)?;
        // Extension 0 stands for the location itself (TDS 1.13, section 6.3.3).
        if extension != "0" {
            self.qualified(out, "/254/", extension)?;
        }
        Some(())
    }

    fn serialised(&self, out: &mut Builder<'_>, path: &str) -> Option<()> {
        let (reference, serial) = cut(self.body, b'.')?;
        out.push(path);
        self.number(out, reference, 12)?;
        self.qualified(out, "", serial)
    }

    fn free(&self, out: &mut Builder<'_>, path: &str) -> Option<()> {
        out.push(path);
        out.push(self.company);
        out.push_encoded(Some(self.body).filter(|body| !body.is_empty())?);
        Some(())
    }

    fn component(&self, out: &mut Builder<'_>) -> Option<()> {
        let (reference, serial) = cut(self.body, b'.')?;
        out.push("8010/");
        out.push(self.company);
        out.push_encoded(Some(reference).filter(|text| !text.is_empty())?);
        self.qualified(out, "/8011/", serial)
    }
}
