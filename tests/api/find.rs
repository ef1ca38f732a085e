//! `GET /v1/find`: who may ask, and that no name hides another.

use crate::LOT;
use laiqu_tests::{Client, Site, commissioned, document, element, encode, with_locations};
use serde_json::Value;

const PLACE: &str = "https://id.gs1.org/414/4012345000115";

fn find(client: &Client, text: &str) -> Value {
    client.get(&format!("/v1/find?q={}", encode(text))).expect(200)["found"].take()
}

#[test]
fn a_new_name_and_what_others_call_a_party_hide_no_name() {
    let site = Site::new("ledger.example/find");
    let (farm, mill) = (site.party("urn:uscc:farm"), site.party("urn:uscc:mill"));
    let named = |id: &str, name: &str| with_locations(&[element(id, &[("name", name)], None)], &[]);
    for (party, body) in [
        (&farm, named(PLACE, "旧一号冷库")),
        (&farm, named(PLACE, "新一号冷库")),
        (&mill, named("urn:uscc:farm", "别人起的名字")),
    ] {
        assert_eq!(party.capture(&site.client(), &body).status, 202);
    }
    let operator = site.operator();
    for (text, kind, name, matched) in [
        ("旧一号", "place", "新一号冷库", "旧一号冷库"),
        ("一号冷库", "place", "新一号冷库", "新一号冷库"),
        ("ＵＳＣＣ:FARM", "party", "测试单位 urn:uscc:farm", "测试单位 urn:uscc:farm"),
        ("别人起", "party", "测试单位 urn:uscc:farm", "别人起的名字"),
    ] {
        let found = find(&operator, text);
        assert_eq!(found.as_array().unwrap().len(), 1, "{text}: {found}");
        let told = ["kind", "name", "matched"].map(|field| found[0][field].as_str().unwrap());
        assert_eq!(told, [kind, name, matched], "{text}");
    }
    // Other answers show the registered name, too.
    let event = commissioned("urn:uuid:1", LOT, 5);
    assert_eq!(farm.capture(&site.client(), &document(&[event])).status, 202);
    let parties = site.trace("back", LOT, "")["parties"].take();
    assert_eq!(parties[0]["name"], "测试单位 urn:uscc:farm", "{parties}");
}

#[test]
fn regulators_and_operators_ask_and_no_one_else() {
    let site = Site::new("ledger.example/find");
    let (farm, office) = (site.party("urn:uscc:farm"), site.regulator("urn:uscc:office"));
    let client = |token: &str| site.server.client_with(token);
    assert_eq!(find(&client(&site.token(&office)), "farm").as_array().unwrap().len(), 1);
    let refused = client(&site.token(&farm)).get("/v1/find?q=farm");
    assert_eq!(refused.problem(403), "forbidden");
    assert_eq!(site.client().get("/v1/find?q=farm").status, 401);
    for wrong in ["q=", "q=%20", "q=a&limit=201", "q=a&made_from=now", "text=a"] {
        let answer = site.operator().get(&format!("/v1/find?{wrong}"));
        assert_eq!(answer.problem(400), "invalid-parameter", "{wrong}");
    }
}
