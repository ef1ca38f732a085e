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

#[test]
fn links_become_urns_where_the_company_is_known() {
    let mut companies = CompanyPrefixes::default();
    companies.extend(["urn:epc:id:sscc:4012345.0000000333", "urn:epc:id:pgln:999999999999."]);
    for (link, urn) in [
        ("https://a.example/gtin/4012345123456/ser/1(2)", "id:sgtin:4012345.012345.1(2)"),
        ("https://id.gs1.org/01/04012345123456/10/a%2fb%26", "class:lgtin:4012345.012345.a%2Fb%26"),
        ("https://id.gs1.org/01/14012345123453", "idpat:sgtin:4012345.112345.*"),
        ("https://id.gs1.org/01/04012345123456/235/AB", "id:upui:4012345.012345.AB"),
        ("https://id.gs1.org/00/040123450000003338", "id:sscc:4012345.0000000333"),
        ("https://id.gs1.org/414/4012345000054", "id:sgln:4012345.00005.0"),
        ("https://id.gs1.org/414/4012345000054/254/12", "id:sgln:4012345.00005.12"),
        ("https://id.gs1.org/417/9999999999994", "id:pgln:999999999999."),
        ("https://id.gs1.org/8003/0401234566666387", "id:grai:4012345.66666.87"),
        ("https://id.gs1.org/8003/04012345666663", "idpat:grai:4012345.66666.*"),
        ("https://id.gs1.org/8004/4012345AAbb", "id:giai:4012345.AAbb"),
        ("https://id.gs1.org/8018/401234598765400000", "id:gsrn:4012345.9876540000"),
        ("https://id.gs1.org/8017/401234500000987658", "id:gsrnp:4012345.0000098765"),
        ("https://id.gs1.org/253/4012345000092PO-4711", "id:gdti:4012345.00009.PO-4711"),
        ("https://id.gs1.org/255/401234599999044", "id:sgcn:4012345.99999.44"),
        ("https://id.gs1.org/401/4012345333", "id:ginc:4012345.333"),
        ("https://id.gs1.org/402/40123459999876541", "id:gsin:4012345.999987654"),
        ("https://id.gs1.org/8010/4012345ABC/8011/123", "id:cpi:4012345.ABC.123"),
        ("https://id.gs1.org/8006/040123451234560102/21/9", "id:itip:4012345.012345.01.02.9"),
    ] {
        let urn = format!("urn:epc:{urn}");
        assert_eq!(to_urn(link, &companies).as_deref(), Some(&*urn), "{link}");
        assert_eq!(to_urn(&urn, &companies).as_deref(), Some(&*urn), "as sent");
        assert_eq!(to_urn(link, &CompanyPrefixes::default()), None, "{link}");
        assert_eq!(to_digital_link(link).as_deref(), Some(link), "as sent");
    }
    for none in [
        "https://id.gs1.org/01/04012345123456/10/L/21/1",
        "https://id.gs1.org/01/04012345123456/10/%E6%89%B91",
        "https://id.gs1.org/8003/1401234566666387",
        "https://id.gs1.org/8006/040123451234560102/10/L",
        "https://id.gs1.org/01/04012345123457/21/1",
        "https://id.gs1.org/01/09780345418913/21/1",
        "urn:x:1",
        "urn:epc:id:gid:1.2.3",
        "",
    ] {
        assert_eq!(to_urn(none, &companies), None, "{none}");
    }
    assert_eq!(to_digital_link("urn:epc:idpat:sgtin:4012345.*.*"), None);
    // Two prefixes that cannot both be right say nothing.
    assert!(companies.learn("urn:epc:id:sscc:40123450.000000333"));
    assert_eq!(to_urn("https://id.gs1.org/414/4012345000054", &companies), None);
    assert!(!companies.learn("urn:epc:id:gid:1234567.2.3") && !companies.learn("urn:x:1"));
}

#[test]
fn codes_of_businesses_have_a_check_character() {
    assert_eq!(uscc_check("91350100M000100Y4"), Some('3'));
    assert!(is_uscc("91350100M000100Y43") && is_uscc("91350100m000100y43"));
    for wrong in ["91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43", "", "九"] {
        assert!(!is_uscc(wrong), "{wrong}");
    }
    let right = "urn:uscc:91350100M000100Y43";
    check("URN:Uscc:91350100m000100y43", right, IdentifierKind::Party);
    check("urn:uscc:91350100m000100y44", "urn:uscc:91350100m000100y44", IdentifierKind::Party);
    assert!(matches!(canonical(right), Cow::Borrowed(_)));
}

proptest! {
    #[test]
    fn urn_and_link_are_one_key(
        scheme in "(id:sgtin|class:lgtin|id:upui|id:sscc|id:sgln|id:pgln|id:grai|id:giai|id:gsrn|\
            id:gdti|id:sgcn|id:ginc|id:gsin|id:cpi|id:itip|idpat:sgtin|idpat:grai|idpat:cpi)",
        company in "[0-9]{6,12}",
        reference in "[0-9]{0,11}",
        serial in "(\\*|[a-zA-Z0-9!()*+,.:;=_-]{0,4}(%2[2356F])?[0-9]{0,3})",
        short in 0..3_usize,
    ) {
        // References as long as the key wants them, mostly.
        let total = match &*scheme {
            "id:sscc" | "id:gsrn" => 17,
            "id:gsin" => 16,
            s if s.ends_with("tin") || s.ends_with("upui") || s.ends_with("itip") => 13,
            _ => 12,
        };
        let digits = total - company.len() - usize::from(short == 2 && company.len() < 12);
        let reference = format!("{reference:0>digits$}");
        let reference = reference.get(..digits).unwrap_or("");
        let urn = match &*scheme {
            "id:sscc" | "id:gsrn" | "id:gsin" | "id:pgln" => format!("{company}.{reference}"),
            "id:giai" | "id:ginc" => format!("{company}.{serial}"),
            "id:itip" => format!("{company}.{reference}.01.02.{serial}"),
            _ => format!("{company}.{reference}.{serial}"),
        };
        let urn = format!("urn:epc:{scheme}:{urn}");
        let mut companies = CompanyPrefixes::default();
        let Some(link) = to_digital_link(&urn) else {
            prop_assert!(!companies.learn(&urn));
            return Ok(());
        };
        prop_assert!(companies.learn(&urn));
        let back = to_urn(&link, &companies).map(Cow::into_owned);
        prop_assert!(back.is_some(), "{urn} {link}");
        let back = back.unwrap();
        prop_assert_eq!(&*canonical(&back), &*link, "{}", urn);
    }

    #[test]
    fn a_code_finds_every_single_wrong_character(
        body in "[0-9A-HJ-NPQRTUWXY]{17}",
        place in 0..17_usize,
        other in "[0-9A-HJ-NPQRTUWXY]",
    ) {
        let check = uscc_check(&body).unwrap();
        let right = format!("{body}{check}");
        prop_assert!(is_uscc(&right));
        let mut wrong = right.clone();
        wrong.replace_range(place..=place, &other);
        prop_assert_eq!(is_uscc(&wrong), wrong == right);
    }
}
