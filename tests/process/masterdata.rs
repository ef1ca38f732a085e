//! `laiqu masterdata`: what people and programs are shown.

use crate::ran::laiqu;
use laiqu_tests::{Site, element, with_locations};

#[test]
fn a_place_is_shown_with_who_says_what() {
    let site = Site::new("ledger.example/masterdata");
    let farm = site.party("urn:example:farm");
    let place = element("urn:example:place", &[("name", "一号冷库")], Some(&["urn:example:rack"]));
    let captured = farm.capture(&site.client(), &with_locations(&[place], &[])).expect(202);
    let index = captured["receipt"]["index"].to_string();
    let url = site.server.url.clone();
    let flags = ["--url", &url, "--token", &site.ledger.operator];
    let ask = |arguments: &[&str]| laiqu(&[&["masterdata"], arguments, &flags].concat());
    let people = ask(&["Location", "urn:example:place"]).exits(0).stdout;
    for part in ["一号冷库", "urn:example:farm", "urn:example:rack", &index] {
        assert!(people.contains(part), "{people}");
    }
    let json = ask(&["Location", "urn:example:place", "--json"]).exits(0).json();
    assert_eq!(json["children"][0], "urn:example:rack");
    let listed = ask(&["Location"]).exits(0).stdout;
    assert!(listed.contains("urn:example:place") && listed.contains("一号冷库"), "{listed}");
    ask(&["Location", "urn:example:place", "--as-of", &index]).exits(1);
    ask(&["Location", "urn:example:place", "--as-of", "9999"]).exits(4);
    ask(&["Party"]).exits(1);
}
