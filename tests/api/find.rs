//! `GET /v1/find`: who may ask, what is found by, and that no name hides another.

use crate::{LOT, LOT_URN, MADE};
use laiqu_tests::{
    Client, Site, commissioned, document, element, encode, transformed, with_locations,
};
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
    assert_eq!(of_time("2026-11-01")[0]["lots"][0]["dated_by"], "first_seen");
    // The lots of a brand are those of the product.
    let brand = find(&operator, "川禾");
    assert_eq!(brand[0]["lots"].as_array().unwrap().len(), 2, "{brand}");
    // What was found rests on the events that brought it; what master data says, on none.
    let rests_on = |more: &str| -> Vec<u64> {
        let answer = operator.get(&format!("/v1/find?rests_on=true&{more}")).expect(200);
        let positions = answer["rests_on"].as_array().into_iter().flatten();
        positions.map(|position| position["index"].as_u64().unwrap()).collect()
    };
    let [made, seen] = [size - 2, size - 1];
    assert_eq!(rests_on(&format!("q={}", encode("金装"))), [made]);
    assert_eq!(rests_on("q=zz9"), [seen]);
    assert_eq!(rests_on(&format!("q={}", encode("牛奶"))), [made, seen], "the lots of the product");
    assert_eq!(rests_on(&format!("q={}&as_of={seen}", encode("牛奶"))), [made]);
    assert!(rests_on("q=urn:uscc:farm").is_empty());
    let proofs = operator.get(&format!("/v1/proofs?size={size}&positions={made}/0,{seen}/0"));
    assert_eq!(proofs.expect(200)["entries"][0]["events"].as_array().unwrap().len(), 1);
    assert_eq!(operator.get("/v1/find?q=zz9").expect(200)["rests_on"], Value::Null);
}

const PRODUCT: &str = "https://id.gs1.org/01/04012345111118";

/// A farm that makes lots of milk, one with dates and one without, and says how its cold room is
/// called and, of a third that nobody saw, when it was made; and a mill that makes something of the
/// first.
fn dated() -> Site {
    let site = Site::new("ledger.example/dates");
    let (farm, mill) = (site.party("urn:uscc:farm"), site.party("urn:uscc:mill"));
    let ilmd = r#""ilmd":{"cbvmda:productionDate":"2026-10-31",
        "cbvmda:itemExpirationDate":"2026-11-20"},"quantityList""#;
    let lot = |number: &str| LOT_URN.replace("A1", number);
    let made = commissioned("urn:uuid:1", LOT_URN, 5).replace(r#""quantityList""#, ilmd);
    let plain = commissioned("urn:uuid:2", &lot("A2"), 5);
    let said = [
        element(PRODUCT, &[("descriptionShort", "鲜牛奶")], None),
        element(PLACE, &[("name", "青山一号冷库")], None),
        element(&lot("A3"), &[("name", "窖藏"), ("harvestDate", "2026-10-20")], None),
    ];
    let body = with_locations(&said, &[made, plain]);
    assert_eq!(farm.capture(&site.client(), &body).status, 202);
    let used = transformed("urn:uuid:3", &[LOT_URN], MADE)
        .replace(PLACE, "https://id.gs1.org/414/4012345000238");
    assert_eq!(mill.capture(&site.client(), &document(&[used])).status, 202);
    site
}

/// The numbers of the lots of the milk that a question finds, and its answer.
fn lots(client: &Client, more: &str) -> (String, Value) {
    let answer = client.get(&format!("/v1/find?q={}{more}", encode("鲜牛奶"))).expect(200);
    let found = answer["found"].as_array().unwrap().iter();
    let lots = found.flat_map(|one| one["lots"].as_array().unwrap());
    let numbers = lots.map(|lot| lot["id"].as_str().unwrap().rsplit('/').next().unwrap());
    (numbers.collect::<Vec<_>>().join(" "), answer)
}

#[test]
fn lots_are_found_by_the_dates_that_are_stated_and_else_by_when_they_were_seen() {
    let site = dated();
    let operator = site.operator();
    let between = |name: &str, from: &str, until: &str| {
        let (from, until) = (encode(from), encode(until));
        lots(&operator, &format!("&{name}_from={from}&{name}_until={until}")).0
    };
    let (all, answer) = lots(&operator, "");
    assert_eq!(all, "A1 A2");
    let [first, second] = [0, 1].map(|at| &answer["found"][0]["lots"][at]);
    let dates = ["made", "expires", "dated_by"];
    let stated = serde_json::json!([["2026-10-31"], ["2026-11-20"], "stated"]);
    assert_eq!(serde_json::json!(dates.map(|name| &first[name])), stated);
    let unstated = serde_json::json!([[], [], "first_seen"]);
    assert_eq!(serde_json::json!(dates.map(|name| &second[name])), unstated);
    // The lot was first seen on the first of November, and made the day before.
    for (from, until, found) in [
        ("2026-10-31", "2026-10-31", "A1"),
        ("2026-10-31T12:00:00+08:00", "2026-10-31T13:00:00+08:00", "A1"),
        ("2026-11-01", "2026-11-01", "A2"),
        ("2026-11-01T08:00:00+08:00", "2026-11-01T00:00:00Z", "A2"),
        ("2026-11-01T08:00:01+08:00", "2026-11-02", ""),
        ("2026-10-31", "2026-11-01", "A1 A2"),
        ("2026-10-01", "2026-10-30", ""),
    ] {
        assert_eq!(between("made", from, until), found, "{from} {until}");
    }
    assert_eq!(between("expires", "2026-11-20", "2026-11-20"), "A1");
    assert_eq!(between("expires", "2026-11-21", "2026-12-20"), "");
    // What has no such lot is not found, and no place or party either.
    let none = lots(&operator, "&made_until=2026-10-30").1;
    assert_eq!(none["found"], serde_json::json!([]));
    // Of a lot that no event names, what master data state counts.
    let cellar = |more: &str| {
        let path = format!("/v1/find?q={}{more}", encode("窖藏"));
        operator.get(&path).expect(200)["found"].as_array().unwrap().len()
    };
    assert_eq!(cellar(""), 1);
    assert_eq!(cellar("&made_from=2026-10-20&made_until=2026-10-20"), 1);
    assert_eq!(cellar("&made_from=2026-10-21"), 0);
    // Nothing was known before.
    let before = format!("&as_of={}", site.size() - 2);
    assert_eq!(lots(&operator, &before).0, "");
}

#[test]
fn lots_are_found_by_where_they_were() {
    let site = dated();
    let operator = site.operator();
    let at = |text: &str| lots(&operator, &format!("&at={}", encode(text)));
    let (there, answer) = at("一号冷");
    assert_eq!(there, "A1 A2");
    let named = serde_json::json!([{"id": PLACE, "name": "青山一号冷库"}]);
    assert_eq!(answer["places"], named);
    assert_eq!(at(PLACE).0, "A1 A2");
    assert_eq!(at("urn:uscc:farm").0, "A1 A2", "the places that its records name");
    assert_eq!(at("测试单位 urn:uscc:mill").0, "A1", "a party by its name");
    let (nothing, answer) = at("没有");
    assert_eq!((nothing.as_str(), &answer["places"]), ("", &serde_json::json!([])));
    assert_eq!(answer["found"], serde_json::json!([]));
    let both = format!("&at={}&made_from=2026-11-01", encode("一号冷"));
    assert_eq!(lots(&operator, &both).0, "A2");
    // The mill had nothing of it before.
    // It rests on what made it and on what brought it there.
    let (_, answer) = lots(&operator, "&at=urn:uscc:mill&rests_on=true");
    let [made, used] = [site.size() - 2, site.size() - 1];
    let position = |index| serde_json::json!({"index": index, "ordinal": 0});
    assert_eq!(answer["rests_on"], serde_json::json!([position(made), position(used)]));
    let before = format!("&at=urn:uscc:mill&as_of={}", site.size() - 1);
    assert_eq!(lots(&operator, &before).0, "");
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
    for wrong in ["q=", "q=%20", "q=a&limit=201", "q=a&made_from=now", "text=a", "q=a&at=%20"] {
        let answer = site.operator().get(&format!("/v1/find?{wrong}"));
        assert_eq!(answer.problem(400), "invalid-parameter", "{wrong}");
    }
}
