use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(sent: &str, expected: &str, expected_kind: IdentifierKind) {
    let got = canonical(sent);
    assert_eq!(got, expected, "canonical form of {sent}");
    assert_eq!(canonical(&got), got, "canonical twice");
    assert_eq!(kind(&got), expected_kind, "kind of {got}");
}

#[test]
fn epc_urns_get_check_digits() {
    use IdentifierKind::*;
    for (urn, path, kind) in [
        ("id:sgtin:4012345.012345.12", "01/04012345123456/21/12", Instance),
        ("id:sgtin:415056789012.0.987654", "01/04150567890128/21/987654", Instance),
        ("class:lgtin:4012345.012345.Lot987", "01/04012345123456/10/Lot987", Lot),
        ("idpat:sgtin:4054739.099914.*", "01/04054739999148", Product),
        ("id:sscc:4012345.0000000333", "00/040123450000003338", Container),
        ("id:sgln:4012345.00005.122", "414/4012345000054/254/122", Place),
        ("id:sgln:4012345.00005.0", "414/4012345000054", Place),
        ("id:pgln:999999999999.", "417/9999999999994", Party),
        ("id:grai:4012345.66666.87", "8003/0401234566666387", Container),
        ("idpat:grai:4012345.66666.*", "8003/04012345666663", Product),
        ("id:giai:4012345.AAbb", "8004/4012345AAbb", Container),
        ("id:gsrn:4012345.9876540000", "8018/401234598765400000", Party),
        ("id:gsrnp:4012345.0000098765", "8017/401234500000987658", Party),
        ("id:gdti:987659999999..9", "253/98765999999929", Document),
        ("id:gdti:4012345.00009.PO-4711", "253/4012345000092PO-4711", Document),
        ("id:sgcn:4012345.99999.44", "255/401234599999044", Document),
        ("id:ginc:4012345.333", "401/4012345333", Document),
        ("id:gsin:4012345.999987654", "402/40123459999876541", Document),
        ("id:cpi:4012345.ABC.123", "8010/4012345ABC/8011/123", Instance),
        ("idpat:cpi:4012345.ABC.*", "8010/4012345ABC", Product),
        ("id:itip:4012345.012345.01.02.999", "8006/040123451234560102/21/999", Instance),
        ("id:upui:4012345.012345.AB12", "01/04012345123456/235/AB12", Instance),
    ] {
        check(&format!("urn:epc:{urn}"), &format!("https://id.gs1.org/{path}"), kind);
    }
}

#[test]
fn reserved_characters_are_percent_encoded() {
    check(
        "urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB",
        "https://id.gs1.org/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7'SDB",
        IdentifierKind::Instance,
    );
    check(
        "https://id.gs1.org/01/04012345123456/10/a%2fb%61",
        "https://id.gs1.org/01/04012345123456/10/a%2Fba",
        IdentifierKind::Lot,
    );
}

#[test]
fn any_digital_link_becomes_canonical() {
    for sent in [
        "https://id.gs1.org/01/09780345418913/21/765tz",
        "http://example.com/gtin/9780345418913/ser/765tz?abc=211121",
        "HTTPS://Shop.example/some/path/01/09780345418913/22/2A/10/L1/21/765tz/#top",
    ] {
        let expected = "https://id.gs1.org/01/09780345418913/21/765tz";
        check(sent, expected, IdentifierKind::Instance);
    }
    check("https://a.example/01/96385074", "https://id.gs1.org/01/00000096385074", {
        IdentifierKind::Product
    });
    check("https://a.example/414/4012345000054/254/0", "https://id.gs1.org/414/4012345000054", {
        IdentifierKind::Place
    });
}

#[test]
fn a_wrong_check_digit_stays_opaque() {
    let sent = "https://Id.example/01/04012345123457/10/L1?x=1";
    check(sent, "https://id.example/01/04012345123457/10/L1?x=1", IdentifierKind::Lot);
    assert_eq!(
        canonical_for_hash(sent),
        "https://id.gs1.org/01/04012345123457/10/L1",
        "the event hash takes check digits as sent"
    );
}

#[test]
fn other_uris_keep_all_but_the_case_of_scheme_and_host() {
    use IdentifierKind::*;
    check("URN:GDST:example.org:Party:X.1", "urn:gdst:example.org:Party:X.1", Other);
    check("urn:gdst:example.org:party:x.1", "urn:gdst:example.org:party:x.1", Party);
    check(
        "urn:gdst:example.org:product:lot:class:p.1",
        "urn:gdst:example.org:product:lot:class:p.1",
        Lot,
    );
    check("urn:uscc:91350100M000100Y43", "urn:uscc:91350100M000100Y43", Party);
    check("HTTP://User@Host.Example:80/Path/A", "http://User@host.example:80/Path/A", Other);
    check(
        "https://x.example/01/urn:gdst:e:p/10/l",
        "https://x.example/01/urn:gdst:e:p/10/l",
        Other,
    );
    check(
        "https://x.example/id/91350100M000100Y43/P1/L1",
        "https://x.example/id/91350100M000100Y43/P1/L1",
        Lot,
    );
    check("urn:epc:id:gid:1.2.3", "urn:epc:id:gid:1.2.3", Other);
    check("urn:epc:id:sgtin:4012345.012345", "urn:epc:id:sgtin:4012345.012345", Instance);
    check("urn:epc:id:sscc:08600031303.0003", "urn:epc:id:sscc:08600031303.0003", Container);
    check("urn:epcglobal:cbv:bt:4012345000054:7", "urn:epcglobal:cbv:bt:4012345000054:7", Document);
    check("not a uri", "not a uri", Other);
    check("", "", Other);
}

#[test]
fn canonical_input_is_not_copied() {
    for id in [
        "https://id.gs1.org/01/04012345123456/10/Lot987",
        "https://id.gs1.org/00/040123450000003338",
        "https://id.gs1.org/8003/0401234566666387",
        "urn:gdst:example.org:product:lot:class:p.1",
    ] {
        assert!(matches!(canonical(id), Cow::Borrowed(text) if text == id), "{id}");
    }
}

#[test]
fn the_lot_beside_a_serial_is_reported() {
    let id = "https://a.example/gtin/9780345418913/lot/L(1)/ser/S";
    assert_eq!(lot_of(id).as_deref(), Some("https://id.gs1.org/01/09780345418913/10/L%281%29"));
    assert_eq!(lot_of("https://a.example/01/9780345418913/10/L"), None);
    assert_eq!(lot_of("https://a.example/01/9780345418913/21/S"), None);
    assert_eq!(
        with_lot("urn:epc:id:sgtin:4012345.012345.12", "批1").as_deref(),
        Some("https://id.gs1.org/01/04012345123456/10/%E6%89%B91")
    );
    assert_eq!(with_lot("urn:gdst:x:product:class:1", "L"), None);
}

#[test]
fn check_digits() {
    assert_eq!(check_digit("0401234512345"), Some('6'));
    assert_eq!(check_digit(""), None);
    assert_eq!(check_digit("12a"), None);
    assert_eq!(check_digit("１２"), None);
    assert_eq!(sscc("04012345000000333").as_deref(), Some("040123450000003338"));
    assert_eq!(gtin14("0401234512345").as_deref(), Some("04012345123456"));
    assert_eq!(gln("401234500005").as_deref(), Some("4012345000054"));
    assert_eq!(gln("40123450000"), None);
}

proptest! {
    #[test]
    fn never_panics_and_is_idempotent(text in any::<String>()) {
        let once = canonical(&text).into_owned();
        let twice = canonical(&once).into_owned();
        prop_assert_eq!(&twice, &once);
        let _kind = kind(&once);
        let _lot = lot_of(&text);
        let _with = with_lot(&text, &text);
    }

    #[test]
    fn links_are_idempotent(
        host in "[a-zA-Z.@:]{0,12}",
        key in "(00|01|gtin|414|8003|8004|8006|8010|253|401|402|417)",
        value in "([0-9]{6,18}[a-zA-Z%!é]{0,4}|04012345123456|4012345000054)",
        rest in "(/(10|21|22|235|254|8011|lot)/[a-zA-Z0-9%!()+,:é.]{0,6}){0,3}",
        tail in "(|/|\\?x=/01/1|#a)",
    ) {
        let text = format!("https://{host}/{key}/{value}{rest}{tail}");
        let once = canonical(&text).into_owned();
        prop_assert_eq!(&*canonical(&once), &*once);
        if let Some(lot) = lot_of(&text) {
            prop_assert_eq!(&*canonical(&lot), &*lot);
            prop_assert_eq!(kind(&lot), IdentifierKind::Lot);
        }
    }

    #[test]
    fn urns_are_idempotent(
        space in "(id|idpat|class)",
        scheme in "(sgtin|lgtin|sscc|sgln|pgln|grai|giai|gsrn|gdti|sgcn|ginc|gsin|cpi|itip|upui)",
        company in "[0-9]{5,12}",
        body in "[0-9]{0,11}(\\.[0-9*]{1,2}){0,2}\\.?[a-zA-Z0-9%!.é]{0,6}",
    ) {
        let once = canonical(&format!("urn:epc:{space}:{scheme}:{company}.{body}")).into_owned();
        prop_assert_eq!(&*canonical(&once), &*once);
    }

    #[test]
    fn a_check_digit_finds_every_single_wrong_digit(digits in "[0-9]{13}", place in 0..14_usize) {
        let good = gtin14(&digits).unwrap();
        let mut bad = good.clone().into_bytes();
        bad[place] = if bad[place] == b'9' { b'0' } else { bad[place] + 1 };
        let bad = String::from_utf8(bad).unwrap();
        let link = format!("http://id.gs1.org/01/{bad}");
        prop_assert_eq!(&*canonical(&link), &*link);
    }
}
