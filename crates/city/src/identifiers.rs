//! GS1 keys and 统一社会信用代码 with real check characters, in canonical and other spellings.

/// GS1 mod-10 check digit (GS1 General Specifications, section 7.9).
pub(crate) fn check_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 3 } else { 1 })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

fn with_check(mut digits: String) -> String {
    let check = check_digit(&digits);
    digits.push(check);
    digits
}

const USCC: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Check character of an organisation code (GB 11714-1997, mod 11), over eight characters.
fn organisation_check(code: &str) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b - b'A' + 10 };
    let sum: u32 = code.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(value(b)) * w).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        n => char::from(b'0' + n as u8),
    }
}

/// Check character of a 统一社会信用代码 (GB 32100-2015, mod 31), over seventeen characters.
pub(crate) fn uscc_check(code: &str) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for b in code.bytes() {
        let value = USCC.iter().position(|c| *c == b).unwrap_or(0);
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    char::from(USCC[(31 - sum % 31) % 31])
}

/// A whole code: registering department and kind (`91`, `92`, `93`, `12`), region, serial.
pub(crate) fn uscc(kind: &str, region: &str, mut serial: u64) -> String {
    let mut organisation = String::from("MA");
    let mut tail = Vec::new();
    for _ in 0..6 {
        tail.push(USCC[(serial % 31) as usize]);
        serial /= 31;
    }
    organisation.extend(tail.iter().rev().map(|b| char::from(*b)));
    let check = organisation_check(&organisation);
    let body = format!("{kind}{region}{organisation}{check}");
    let last = uscc_check(&body);
    format!("{body}{last}")
}

/// How a sender spells an identifier. The ledger must see the same thing in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `https://id.gs1.org/…`
    Link,
    /// The sender's own resolver host.
    OwnHost,
    /// EPC URN (Tag Data Standard, section 6).
    Urn,
}

impl Spelling {
    fn host(self) -> &'static str {
        match self {
            Self::OwnHost => "https://ma.laiqu.example/q",
            Self::Link | Self::Urn => "https://id.gs1.org",
        }
    }
}

/// The nine digits of a GS1 China company prefix.
pub(crate) type Prefix = str;

/// GTIN-14 (indicator, company prefix, item reference of three digits).
pub(crate) fn gtin(prefix: &Prefix, indicator: u8, item: u32) -> String {
    with_check(format!("{indicator}{prefix}{item:03}"))
}

/// A lot of a trade item.
pub(crate) fn lot(gtin: &str, lot: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::Urn => {
            format!("urn:epc:class:lgtin:{}.{}{}.{lot}", &gtin[1..10], &gtin[..1], &gtin[10..13])
        }
        _ => format!("{}/01/{gtin}/10/{lot}", spelling.host()),
    }
}

/// A serialised pack. `lot` makes the combined link, which URNs cannot say.
pub(crate) fn pack(gtin: &str, lot: Option<&str>, serial: &str, spelling: Spelling) -> String {
    match (spelling, lot) {
        (Spelling::Urn, _) => {
            format!("urn:epc:id:sgtin:{}.{}{}.{serial}", &gtin[1..10], &gtin[..1], &gtin[10..13])
        }
        (_, Some(lot)) => format!("{}/01/{gtin}/10/{lot}/21/{serial}", spelling.host()),
        (_, None) => format!("{}/01/{gtin}/21/{serial}", spelling.host()),
    }
}

/// A trade item without lot or serial.
pub(crate) fn product(gtin: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::Urn => {
            format!("urn:epc:idpat:sgtin:{}.{}{}.*", &gtin[1..10], &gtin[..1], &gtin[10..13])
        }
        _ => format!("{}/01/{gtin}", spelling.host()),
    }
}

/// GLN of a party or place.
pub(crate) fn gln(prefix: &Prefix, place: u32) -> String {
    with_check(format!("{prefix}{place:03}"))
}

/// A place, or with `part` (line, room, field) a place inside it: SGLN with extension.
pub(crate) fn place(gln: &str, part: &str, spelling: Spelling) -> String {
    match (spelling, part) {
        (Spelling::Urn, "") => format!("urn:epc:id:sgln:{}.{}.0", &gln[..9], &gln[9..12]),
        (Spelling::Urn, _) => format!("urn:epc:id:sgln:{}.{}.{part}", &gln[..9], &gln[9..12]),
        (_, "") => format!("{}/414/{gln}", spelling.host()),
        (_, _) => format!("{}/414/{gln}/254/{part}", spelling.host()),
    }
}

/// A logistic unit.
pub(crate) fn sscc(prefix: &Prefix, serial: u32, spelling: Spelling) -> String {
    let digits = with_check(format!("3{prefix}{serial:07}"));
    match spelling {
        Spelling::Urn => format!("urn:epc:id:sscc:{prefix}.3{serial:07}"),
        _ => format!("{}/00/{digits}", spelling.host()),
    }
}

/// A returnable crate.
pub(crate) fn grai(prefix: &Prefix, serial: u32, spelling: Spelling) -> String {
    let digits = with_check(format!("{prefix}501"));
    match spelling {
        Spelling::Urn => format!("urn:epc:id:grai:{prefix}.501.{serial}"),
        _ => format!("{}/8003/0{digits}{serial}", spelling.host()),
    }
}

/// An individual asset: a tanker, a probe, a truck.
pub(crate) fn giai(prefix: &Prefix, asset: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::Urn => format!("urn:epc:id:giai:{prefix}.{asset}"),
        _ => format!("{}/8004/{prefix}{asset}", spelling.host()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_check_characters() {
        assert_eq!(check_digit("629104150021"), '3');
        assert_eq!(check_digit("04012345000000111"), '2');
        // A code printed in many textbooks on GB 32100.
        assert_eq!(uscc_check("91350100M000100Y4"), '3');
        assert_eq!(organisation_check("M000100Y"), '4');
    }

    #[test]
    fn spellings_hold_the_same_digits() {
        let gtin = gtin("695123456", 1, 7);
        assert_eq!(gtin.len(), 14);
        assert_eq!(lot(&gtin, "A-1", Spelling::Urn), "urn:epc:class:lgtin:695123456.1007.A-1");
        assert_eq!(
            pack(&gtin, Some("A"), "9", Spelling::Link),
            format!("https://id.gs1.org/01/{gtin}/10/A/21/9")
        );
        assert_eq!(sscc("695123456", 1, Spelling::Link).len(), "https://id.gs1.org/00/".len() + 18);
    }
}
