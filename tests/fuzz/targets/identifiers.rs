//! Identifiers in any spelling, one a line, and events that are rewritten with others.

#![no_main]

use laiqu_epcis::identifier::{
    CompanyPrefixes, canonical, is_uscc, kind, lot_of, to_digital_link, to_urn, with_lot,
};
use laiqu_epcis::{EpcFormat, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut companies = CompanyPrefixes::default();
    companies.extend(text.lines());
    for id in text.lines() {
        check(id, &companies);
    }
    rewrite(text, &companies);
});

fn check(id: &str, companies: &CompanyPrefixes) {
    let once = canonical(id);
    assert_eq!(canonical(&once), once, "{id:?}");
    let _kind = kind(&once);
    assert!(!is_uscc(id) || canonical(&format!("urn:uscc:{id}")).ends_with(&id.to_uppercase()));
    for same in [to_digital_link(id), to_urn(id, companies)].into_iter().flatten() {
        assert_eq!(canonical(&same), once, "{id:?} as {same:?}");
        assert_eq!(lot_of(&same), lot_of(id), "{id:?} as {same:?}");
    }
    for lot in [lot_of(id), with_lot(id, "1")].into_iter().flatten() {
        assert_eq!(canonical(&lot), lot);
    }
}

/// Only identifiers change, and what they mean does not.
fn rewrite(text: &str, companies: &CompanyPrefixes) {
    let Ok(event) = json::parse(text) else { return };
    for format in EpcFormat::ALL {
        let written = format.event(&event, companies);
        let again = json::parse(&written).expect("JSON stays JSON");
        same(&event, &again);
        // The company prefixes that a link was translated with need not be in the result.
        if format != EpcFormat::AlwaysUrn {
            assert_eq!(format.event(&again, companies), written);
        }
    }
}

fn same(one: &json::Node<'_>, other: &json::Node<'_>) {
    assert_eq!(one.members().len(), other.members().len());
    assert_eq!(one.elements().len(), other.elements().len());
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => assert_eq!(canonical(one), canonical(other)),
        _ if one.is_array() || one.is_object() => {}
        _ => assert_eq!(one.raw, other.raw),
    }
    for ((name, one), (same_name, other)) in one.members().iter().zip(other.members()) {
        assert_eq!(name, same_name);
        same(one, other);
    }
    for (one, other) in one.elements().iter().zip(other.elements()) {
        same(one, other);
    }
}
