//! `laiqu score` on files: FoodChain-Lab's JSON and workbooks.

use crate::ran::{Ran, laiqu};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

/// Runs on a file with this content.
fn score(name: &str, bytes: &[u8], flags: &[&str]) -> Ran {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    laiqu(&[&["score", "--case", file.to_str().unwrap()], flags].concat())
}

/// Rows as FoodChain-Lab's JSON has them: lists of named values.
fn rows(columns: &[&str], rows: &[&[&str]]) -> Value {
    let named = |row: &&[&str]| {
        let cells = columns.iter().zip(*row).filter(|(_, value)| !value.is_empty());
        cells.map(|(id, value)| json!({ "id": id, "value": value })).collect::<Vec<_>>()
    };
    let properties = columns.iter().map(|id| json!({ "id": id, "type": "string" }));
    json!({
        "columnProperties": properties.collect::<Vec<_>>(),
        "data": rows.iter().map(named).collect::<Vec<_>>(),
    })
}

fn model() -> Value {
    json!({
        "version": "1.1.1",
        "data": {
            "stations": rows(&["ID", "Name"], &[&["F", "Farm"], &["T", "Trader"], &["S", "Shop"]]),
            "deliveries": rows(
                &["ID", "from", "to", "Lot ID", "Date Delivery", "Amount"],
                &[
                    &["1", "F", "T", "L1", "2016-01-01", "100 kg"],
                    &["2", "T", "S", "L2", "05.01.2016", "5 boxes 18kg"],
                    &["3", "T", "S", "L2", "", ""],
                ],
            ),
            "deliveryRelations": rows(&["from", "to"], &[&["1", "2"]]),
        },
        "tracing": {
            "enforceTemporalOrder": true,
            "nodes": [{ "id": "S", "weight": 2, "observed": "BACKWARD" }],
            "deliveries": [{ "id": "3", "killContamination": true }],
        },
        "settings": {
            "metaNodes": [],
            "view": { "node": { "invisibleNodes": [] }, "edge": { "invisibleEdges": ["2"] } },
        },
    })
}

fn score_of(json: &Value, list: &str, id: &str) -> f64 {
    let rows = json[list].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap()["score"].as_f64().unwrap()
}

#[test]
fn a_model_brings_its_settings() {
    let text = model().to_string();
    let json = score("m.json", text.as_bytes(), &["--json"]).exits(0).json();
    assert_eq!(json["dates"], "explicit");
    assert_eq!(score_of(&json, "stations", "F"), 1.0);
    assert_eq!(score_of(&json, "deliveries", "3"), 0.0, "it kills");
    let farm = &json["stations"][0];
    assert_eq!((&farm["backward"], &farm["forward"]), (&true.into(), &false.into()));
    let web = score("m.json", text.as_bytes(), &["--json", "--web"]).exits(0).json();
    assert_eq!(score_of(&web, "stations", "F"), 0.0, "the way there is hidden");
    let mut merged = model();
    merged["settings"]["metaNodes"] = json!([{ "id": "G", "name": "G", "members": ["F", "T"] }]);
    let text = merged.to_string();
    let json = score("m.json", text.as_bytes(), &["--json"]).exits(0).json();
    let ids: Vec<&Value> =
        json["stations"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, ["S", "G"]);
}

#[test]
fn faults_in_a_model_name_the_element() {
    let text = model().to_string().replace("\"2016-01-01\"", "\"soon\"");
    score("m.json", text.as_bytes(), &[]).exits(2).explains(
        "m.json#/data/deliveries/data, element 0, column Date Delivery: is no date: soon",
    );
    score("m.json", b"{\"data\":\n{}}", &[]).exits(2).explains("missing field `stations`");
    score("m.json", b"{\n\"data\": nothing}", &[]).exits(2).explains("m.json, line 2");
    score("m.json", b"[]", &[]).exits(2).explains("has no table: data");
    score("m.csv", b"ID,Name\n", &[]).exits(2).explains("cannot be read");
}

/// A workbook of the all-in-one form, with a head of two rows.
fn all_in_one(change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheets: [(&str, &[&str]); 3] = [
        ("Stations", &["Company_ID|Name|City", "F|Farm|A", "T|Trader|B", "S|Shop|C"]),
        (
            "Deliveries",
            &[
                "DeliveryID|Station|Product Name|Lot Number|Delivery Date Departure|||\
                 Delivery Date Arrival|||Unit weight/vol./pck.||Recipient",
                "||||Day|Month|Year|Day|Month|Year|Quantity|Type/Unit|",
                "1|F|Milk|A|1|1|2016||||100|kg|T",
                "2|T|Cheese|B||1|2016|7|1|2016|60000|g|S",
            ],
        ),
        ("Deliveries2Deliveries", &["From DeliveryID|Into DeliveryID", "1|2"]),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        for (at, row) in (0..).zip(rows) {
            for (column, text) in (0..).zip(change(row).split('|')) {
                match text.parse::<f64>() {
                    _ if text.is_empty() => {}
                    Ok(number) => drop(sheet.write_number(at, column, number).unwrap()),
                    Err(_) => drop(sheet.write_string(at, column, text).unwrap()),
                }
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn an_all_in_one_workbook_is_a_case() {
    let book = all_in_one(str::to_owned);
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("case.xlsx");
    std::fs::write(&file, book).unwrap();
    let out = root.path().join("out");
    let [file, folder] = [&file, &out].map(|path| path.to_str().unwrap());
    let ran = laiqu(&["score", "--case", file, "--out", folder, "--json"]).exits(0);
    assert_eq!(ran.json()["findings"], json!([]));
    let deliveries = std::fs::read_to_string(out.join("deliveries.csv")).unwrap();
    let row = deliveries.lines().nth(2).unwrap();
    assert!(row.contains(",2016-1,2016-1-7,"), "{deliveries}");
}

#[test]
fn faults_in_a_workbook_name_sheet_and_row() {
    let unknown = all_in_one(|row| row.replace("1|F|Milk", "1|X|Milk"));
    score("c.xlsx", &unknown, &[])
        .exits(2)
        .explains("c.xlsx#Deliveries, row 3, column from: no such station: X");
    let month = all_in_one(|row| row.replace("1|1|2016||||", "1|13|2016||||"));
    score("c.xlsx", &month, &[]).exits(2).explains("is no date: 2016-13-1");
    let kilograms = all_in_one(|row| row.replace("60000", "600000"));
    let ran = score("c.xlsx", &kilograms, &[]).exits(0);
    assert!(ran.stderr.contains("100 kg → 600 kg: 2"), "{}", ran.stderr);
    score("c.xlsx", b"PK\x03\x04 broken", &[]).exits(2).explains("cannot be read");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Stations").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    score("c.xlsx", &bytes, &[]).exits(2).explains("has no table: Stations, Deliveries");
}

#[test]
fn a_list_of_deliveries_is_a_case_without_relations() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in [
        (0, "Lieferant||Produkt|Lotinformation|Lieferung||Empfänger"),
        (1, "Name|Adresse|Bezeichnung|Chargennummer|Lieferdatum|Menge|Name"),
        (2, "Hof|Dorf|Milch|A|2016-01-01|100 kg|Laden"),
        (3, "Hof|Stadt|Milch|B|2016-01-02|100 kg|Laden"),
    ] {
        for (column, text) in (0..).zip(cells.split('|')).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let json = score("list.xlsx", &bytes, &["--json"]).exits(0).json();
    let ids: Vec<&str> = json["stations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["Hof, Dorf", "Laden", "Hof, Stadt"]);
    assert_eq!(json["deliveries"][0]["id"], "3");
    assert_eq!(json["deliveries"][0]["name"], "Milch");
}
