//! Named queries: kept in the ledger, shown to whom they belong, asked like any other.

use crate::{JSON, LOT, creation};
use laiqu_tests::{Answer, Client, Site, TestServer, encode, raw};
use serde_json::{Value, json};

const PATH: &str = "/epcis/queries";

fn create(client: &Client, name: &str, query: &Value) -> Answer {
    let body = json!({ "name": name, "query": query }).to_string();
    client.post(PATH, &[("Content-Type", JSON)], body.as_bytes())
}

fn at(name: &str) -> String {
    format!("{PATH}/{}", encode(name))
}

/// Ends a query.
fn delete(server: &TestServer, name: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    raw(&server.url, &format!("DELETE {}", at(name)), &[("Authorization", &bearer)], &[])
}

fn names(answer: &Answer) -> Vec<String> {
    let list = answer.expect(200);
    let names = list.as_array().unwrap().iter().map(|query| query["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

fn found(answer: &Answer) -> Vec<String> {
    let results = &answer.expect(200)["epcisBody"]["queryResults"];
    let list = results["resultsBody"]["eventList"].as_array().unwrap();
    list.iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_query_is_kept_asked_and_ended() {
    let site = Site::new("ledger.example/named");
    let party = site.party("urn:uscc:named");
    for id in ["urn:uuid:1", "urn:uuid:2", "urn:uuid:3"] {
        assert_eq!(party.capture(&site.client(), &creation(id)).status, 202);
    }
    let operator = site.operator();
    let (name, query) = ("某批 / lot A1?", json!({ "MATCH_anyEPCClass": [LOT] }));
    let created = create(&operator, name, &query);
    assert_eq!(created.expect(201), json!({ "name": name, "query": query }));
    let path = at(name);
    assert_eq!(created.header("location"), Some(&*path));
    assert_eq!(operator.get(&path).expect(200), json!({ "name": name, "query": query }));
    // What is asked is answered under its name, page by page.
    let first = operator.get(&format!("{path}/events?perPage=2"));
    assert_eq!(first.expect(200)["epcisBody"]["queryResults"]["queryName"], name);
    let link = first.header("link").unwrap();
    let next = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
    let both = [found(&first), found(&operator.get(&next))].concat();
    assert_eq!(both, ["urn:uuid:1", "urn:uuid:2", "urn:uuid:3"]);
    assert_eq!(
        operator.get(&format!("{path}/events?EQ_action=ADD")).problem(400),
        "invalid-parameter"
    );

    let before = site.state();
    let taken = site.refused(&before, &create(&operator, name, &query), 409, "query-exists");
    assert_eq!(taken["type"], "epcisException:ResourceAlreadyExistsException");
    let token = site.ledger.operator.clone();
    assert_eq!(delete(&site.server, name, &token).status, 204);
    let missing = operator.get(&path);
    assert_eq!(missing.problem(404), "not-found");
    assert_eq!(missing.json()["type"], "epcisException:NoSuchNameException");
    assert_eq!(delete(&site.server, name, &token).problem(404), "not-found");
    // Under the same name another query may stand then; the old one's pages end.
    assert_eq!(create(&operator, name, &json!({ "EQ_action": ["DELETE"] })).status, 201);
    assert_eq!(operator.get(&next).status, 400);
    assert_eq!(found(&operator.get(&format!("{path}/events"))), [""; 0]);
}

#[test]
fn a_business_sees_its_own_queries_and_the_operator_s() {
    let site = Site::new("ledger.example/named-owners");
    let (farm, shop) = (site.party("urn:uscc:farm"), site.party("urn:uscc:shop"));
    let (farm_token, shop_token) = (site.token(&farm), site.token(&shop));
    let client = |token: &str| site.server.client_with(token);
    let (farm_client, shop_client) = (client(&farm_token), client(&shop_token));
    assert_eq!(farm.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    let query = json!({ "EQ_action": ["ADD"] });
    assert_eq!(create(&site.operator(), "all", &query).status, 201);
    assert_eq!(create(&farm_client, "mine", &query).status, 201);
    assert_eq!(create(&shop_client, "ours", &query).status, 201);
    assert_eq!(create(&shop_client, "mine", &query).problem(409), "query-exists");
    assert_eq!(names(&site.operator().get(PATH)), ["all", "mine", "ours"]);
    assert_eq!(names(&farm_client.get(PATH)), ["all", "mine"]);
    assert_eq!(shop_client.get(&at("mine")).problem(404), "not-found");
    assert_eq!(shop_client.get("/epcis/queries/mine/events").problem(404), "not-found");
    // The same query finds for each what that one may read.
    assert_eq!(found(&farm_client.get("/epcis/queries/all/events")), ["urn:uuid:1"]);
    assert_eq!(found(&shop_client.get("/epcis/queries/all/events")), [""; 0]);
    assert_eq!(delete(&site.server, "all", &farm_token).problem(403), "forbidden");
    assert_eq!(delete(&site.server, "mine", &shop_token).problem(404), "not-found");
    assert_eq!(delete(&site.server, "mine", &farm_token).status, 204);
    assert_eq!(delete(&site.server, "ours", &site.ledger.operator).status, 204);
    assert_eq!(names(&site.operator().get(PATH)), ["all"]);
}

#[test]
fn the_list_comes_in_pages() {
    let site = Site::new("ledger.example/named-pages");
    let operator = site.operator();
    let all: Vec<String> = (0..5).map(|n| format!("q{n}")).collect();
    for name in &all {
        assert_eq!(create(&operator, name, &json!({ "EQ_action": ["ADD"] })).status, 201);
    }
    let (mut listed, mut path) = (Vec::new(), Some(format!("{PATH}?perPage=2")));
    while let Some(page) = path {
        let answer = operator.get(&page);
        assert!(names(&answer).len() <= 2);
        listed.extend(names(&answer));
        let next = answer.header("link").and_then(|link| link.split('>').next());
        path = next.map(|link| link.trim_start_matches('<').to_owned());
        if listed.len() == 2 {
            // What ends meanwhile is not listed, and nothing is listed twice.
            assert_eq!(delete(&site.server, "q1", &site.ledger.operator).status, 204);
        }
    }
    assert_eq!(listed, all);
    let stranger = format!("{PATH}?nextPageToken=abc");
    assert_eq!(operator.get(&stranger).status, 400);
}

#[test]
fn what_is_no_query_is_refused_with_its_place() {
    let site = Site::new("ledger.example/named-refused");
    let (operator, before) = (site.operator(), site.state());
    let post = |body: &str| operator.post(PATH, &[("Content-Type", JSON)], body.as_bytes());
    for (body, pointer) in [
        (r#"{"name":"a","query":{"EQ_bizstep":["shipping"]}}"#, "/query/EQ_bizstep"),
        (r#"{"name":"a","query":{"GE_eventTime":"yesterday"}}"#, "/query/GE_eventTime"),
        (r#"{"name":"a","query":{"EQ_a/b:c":"x","EQ_action":"X"}}"#, "/query/EQ_action"),
        (r#"{"name":"a","query":["shipping"]}"#, "/query"),
        (r#"{"name":"","query":{}}"#, "/name"),
        (r#"{"name":" a","query":{}}"#, "/name"),
    ] {
        let problem = site.refused(&before, &post(body), 400, "invalid-document");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert_eq!(problem["type"], "epcisException:QueryValidationException");
    }
    for (body, status, code) in [
        ("{", 400, "invalid-json"),
        (r#"{"name":"a"}"#, 400, "invalid-document"),
        (r#"{"name":"a","query":{},"owner":"urn:x:1"}"#, 400, "invalid-document"),
        (r#"{"name":"SimpleEventQuery","query":{}}"#, 409, "query-exists"),
    ] {
        site.refused(&before, &post(body), status, code);
    }
    let xml = operator.post(PATH, &[("Content-Type", "text/xml")], b"<a/>");
    site.refused(&before, &xml, 415, "unsupported-media-type");
    let nobody = create(&site.client(), "a", &json!({}));
    site.refused(&before, &nobody, 401, "credentials-missing");
    let open = Site::with("ledger.example/named-open", &["--public-read"]);
    assert_eq!(create(&open.client(), "a", &json!({})).problem(401), "credentials-missing");
    assert_eq!(names(&open.client().get(PATH)), [""; 0]);
}

#[test]
fn queries_outlive_a_restart_and_the_loss_of_the_index() {
    let Site { server, ledger } = Site::new("ledger.example/named-restart");
    let operator = |server: &TestServer| server.client_with(&ledger.operator);
    let query = json!({ "@context": { "ex": "https://ns.example/" }, "EQ_ex:a": 1.50 });
    assert_eq!(create(&operator(&server), "gone", &query).status, 201);
    assert_eq!(create(&operator(&server), "kept", &query).status, 201);
    assert_eq!(delete(&server, "gone", &ledger.operator).status, 204);
    let live = operator(&server).get(PATH).text();
    assert!(live.contains("kept") && !live.contains("gone"), "{live}");
    assert!(server.stop().success());
    let (code, report) = ledger.verify();
    assert_eq!((code, &report["whole"]), (0, &true.into()), "{report}");
    let server = TestServer::start(&ledger.data, &[]);
    assert_eq!(operator(&server).get(PATH).text(), live, "after a restart");
    assert!(server.stop().success());
    std::fs::remove_dir_all(ledger.data.join("index")).unwrap();
    let server = TestServer::start(&ledger.data, &[]);
    assert_eq!(operator(&server).get(PATH).text(), live, "after the index was lost");
}
