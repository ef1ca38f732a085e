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
fn brands_label_texts_and_lot_numbers_find_what_they_stand_on() {
    let site = Site::new("ledger.example/find");
    let (farm, mill) = (site.party("urn:uscc:farm"), site.party("urn:uscc:mill"));
    let product = "https://id.gs1.org/01/04012345111118";
    let said = [
        ("descriptionShort", "鲜牛奶"),
        ("descriptionShort", "Fresh milk"),
        ("brandName", "川禾牧场"),
        ("regulatedProductName", "巴氏杀菌乳"),
    ];
    let milk = with_locations(&[element(product, &said, None)], &[]);
    let milk = milk.replace("vtype:Location", "vtype:EPCClass");
    assert_eq!(farm.capture(&site.client(), &milk).status, 202);
    let number = "https://id.gs1.org/01/04012345111118/10/K%2F%E5%86%AC7";
    let ilmd = r#""ilmd":{"cbvmda:lotNumber":"K/冬7","cbvmda:brandName":[{"@value":"金装","@language":"zh"}]},"#;
    let lot =
        commissioned("urn:uuid:1", number, 5).replace("\"action\"", &format!("{ilmd}\"action\""));
    assert_eq!(farm.capture(&site.client(), &document(&[lot])).status, 202);
    // A lot that somebody only saw has a number, too.
    let seen = commissioned("urn:uuid:2", "urn:epc:class:lgtin:4012345.011111.ZZ9", 5)
        .replace("ADD", "OBSERVE")
        .replace("commissioning", "inspecting");
    assert_eq!(mill.capture(&site.client(), &document(&[seen])).status, 202);
    let operator = site.operator();
    let size = operator.get("/v1/find?q=a").expect(200)["ledger"]["size"].as_u64().unwrap();
    for (text, kind, name, matched, by) in [
        ("牛奶", "product", "鲜牛奶", "鲜牛奶", "name"),
        ("fresh", "product", "鲜牛奶", "Fresh milk", "label"),
        ("川禾", "product", "鲜牛奶", "川禾牧场", "label"),
        ("巴氏杀菌乳", "product", "鲜牛奶", "巴氏杀菌乳", "label"),
        ("金装", "lot", "鲜牛奶", "金装", "label"),
        ("k/冬", "lot", "鲜牛奶", "K/冬7", "lot_number"),
        ("ｚｚ９", "lot", "鲜牛奶", "ZZ9", "lot_number"),
    ] {
        let found = find(&operator, text);
        assert_eq!(found.as_array().unwrap().len(), 1, "{text}: {found}");
        let told = ["kind", "name", "matched", "by"].map(|field| found[0][field].as_str().unwrap());
        assert_eq!(told, [kind, name, matched, by], "{text}");
        // Nothing was known before, whatever sort of text it is.
        let before = format!("/v1/find?as_of={}&q={}", size - 3, encode(text));
        let before = operator.get(&before).expect(200);
        assert_eq!(before["found"].as_array().unwrap().len(), 0, "{text}: {before}");
    }
    // A lot is shown with its time, and only where that is asked for.
    let of_time = |time: &str| {
        let path = format!("/v1/find?q=ZZ9&made_from={}", encode(time));
        operator.get(&path).expect(200)["found"].take()
    };
    assert_eq!(
        of_time("2026-11-01T00:00:00Z")[0]["lots"][0]["first_seen"],
        "2026-11-01T08:00:00+08:00"
    );
    assert_eq!(of_time("2026-11-02T00:00:00Z").as_array().unwrap().len(), 0);
    // The lots of a brand are those of the product.
    let brand = find(&operator, "川禾");
    assert_eq!(brand[0]["lots"].as_array().unwrap().len(), 2, "{brand}");
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
