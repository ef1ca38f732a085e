//! From a registered key to a trace, each answer as the description has it.

use super::{ORIGIN, PARTY, api, bearer, document, schema};
use actix_web::test::TestRequest;

const LOT: &str = "https%3A%2F%2Fid.gs1.org%2F01%2F04012345222225%2F10%2FB7";

#[actix_web::test]
async fn a_signed_document_becomes_a_trace() {
    let api = api(false).await;
    let registered = api.register().await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    schema::check("RegisteredParty", &registered.json());
    assert_eq!(registered.header("location"), "/v1/parties/urn%3Auscc%3A91510500MA00000000");
    assert_eq!(
        api.register().await.json()["receipt"]["index"],
        registered.json()["receipt"]["index"]
    );
    let party = api.get_as(&api.operator, registered.header("location")).await.json();
    schema::check("PartyLine", &party);
    assert_eq!(party["name"], "示例农场");
    let key = api.get(&format!("/v1/keys/{}", party["keys"][0].as_str().unwrap())).await.json();
    schema::check("KeyLine", &key);
    assert_eq!(key["party"], party["id"]);
    assert_eq!(api.get("/v1/keys/none").await.code(), "not-found");

    let captured = api.capture(&document()).await;
    assert_eq!(captured.status, 202, "{}", captured.text);
    let job = captured.json();
    schema::check("CaptureJob", &job);
    assert_eq!(
        (&job["running"], &job["success"], &job["replayed"]),
        (&false.into(), &true.into(), &false.into())
    );
    assert_eq!(
        captured.header("location"),
        format!("/epcis/capture/{}", job["captureID"].as_str().unwrap())
    );
    assert_eq!(captured.header("gs1-epcis-version"), "2.0.0");
    assert_eq!(captured.header("gs1-epcis-capture-limit"), "5000");
    let again = api.capture(&document()).await.json();
    assert_eq!((&again["replayed"], &again["captureID"]), (&true.into(), &job["captureID"]));

    let shown = api.get_as(&api.operator, captured.header("location")).await;
    schema::check("CaptureJob", &shown.json());
    assert_eq!(shown.json()["events"], job["events"]);

    let path = format!("/v1/trace?id={LOT}&direction=back");
    assert_eq!(api.get(&path).await.code(), "credentials-missing");
    let trace = api.get_as(&api.operator, &path).await;
    schema::check("TraceAnswer", &trace.json());
    assert_eq!(trace.json()["ledger"]["origin"], ORIGIN);
    assert_eq!(trace.json()["lots"].as_array().unwrap().len(), 2);
    assert_eq!(trace.json()["links"][0]["kind"], "transformed");

    let path = format!("/v1/trace/layout?id={LOT}&direction=back");
    assert_eq!(api.get(&path).await.code(), "credentials-missing");
    let layout = api.get_as(&api.operator, &path).await.json();
    schema::check("TraceLayout", &layout);
    assert_eq!((&layout["lots"], &layout["edges"][0]["links"]), (&2.into(), &1.into()));

    let ledger = api.get("/v1/ledger").await.json();
    schema::check("LedgerAnswer", &ledger);
    assert_eq!((&ledger["events"], &ledger["parties"]), (&2.into(), &1.into()));
    assert!(ledger["recent"][0]["issuer_name"].is_null());
}

#[actix_web::test]
async fn events_come_back_as_they_were_sent() {
    let api = api(false).await;
    api.register().await;
    let captured = api.capture(&document()).await.json();
    let id = captured["events"][0]["event_id"].as_str().unwrap();
    assert!(id.starts_with("ni:///sha-256;"));
    let path = format!("/epcis/events/{}", crate::path::encode(id));
    let found = api.get_as(&api.operator, &path).await;
    assert_eq!((found.status, found.header("content-type")), (200, "application/json"));
    schema::check("QueryDocument", &found.json());
    let list = found.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"].clone();
    let event = &list[0];
    assert_eq!((&event["eventID"], &event["recordTime"]), (&id.into(), &captured["createdAt"]));
    assert_eq!(event["quantityList"][0]["epcClass"], "urn:epc:class:lgtin:4012345.011111.A1");
    assert_eq!(found.json()["@context"][1]["example"], "https://ns.example/epcis/");

    let path = format!("/epcis/events?MATCH_anyEPCClass={LOT}%7Curn:x:none");
    let request = TestRequest::get().uri(&path).insert_header(bearer(&api.operator));
    let found = api.send(request.insert_header(("Accept", "application/ld+json"))).await;
    assert_eq!(found.header("content-type"), "application/ld+json");
    let list = found.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"].clone();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["eventID"], "urn:uuid:b1080b06-e9cc-11e6-bf0e-fe55135034f3");

    let other = api.get_as(&api.operator, "/epcis/events?MATCH_anyEPC=a&EQ_bizStop=shipping").await;
    assert_eq!(other.code(), "invalid-parameter");
    assert!(other.text.contains("EQ_bizStop") && !other.text.contains("MATCH_anyEPC"));
    let request = TestRequest::get().uri(&path).insert_header(("Accept", "text/html"));
    assert_eq!(api.send(request).await.code(), "not-acceptable");
}

#[actix_web::test]
async fn tokens_act_for_a_party_and_keys_are_revoked() {
    let api = api(false).await;
    api.register().await;
    let party = crate::path::encode(PARTY);
    let post = |path: &str| TestRequest::post().uri(&format!("/v1/parties/{party}/{path}"));
    let issued = api.send(post("tokens").insert_header(bearer(&api.operator))).await;
    assert_eq!(issued.status, 201, "{}", issued.text);
    schema::check("IssuedToken", &issued.json());
    let token = issued.json()["token"].as_str().unwrap().to_owned();
    let captured = api
        .send(
            TestRequest::post()
                .uri("/epcis/capture")
                .insert_header(bearer(&token))
                .insert_header(("Content-Type", "application/json"))
                .set_payload(document()),
        )
        .await;
    assert_eq!(captured.status, 202, "{}", captured.text);
    let list = api.get_as(&token, "/v1/parties").await;
    schema::check("PartyList", &list.json());
    assert_eq!(list.json()["parties"].as_array().unwrap().len(), 1);
    assert_eq!(api.send(post("tokens").insert_header(bearer(&token))).await.code(), "forbidden");

    let body = format!(r#"{{"kid":"{}","reason":"lost"}}"#, api.key.public().thumbprint());
    let revoke = post("revocations").insert_header(("Content-Type", "application/json"));
    let revoked = api.send(revoke.insert_header(bearer(&api.operator)).set_payload(body)).await;
    assert_eq!(revoked.status, 201, "{}", revoked.text);
    schema::check("Recorded", &revoked.json());
    assert_eq!(api.capture(&document().replace("B7", "B8")).await.code(), "key-not-effective");
}

#[actix_web::test]
async fn auditors_find_checkpoint_tiles_and_entries() {
    let api = api(false).await;
    api.register().await;
    api.service.publish_checkpoint().await.unwrap();
    let checkpoint = api.get("/log/checkpoint").await;
    assert_eq!(checkpoint.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(checkpoint.header("cache-control"), "no-store");
    assert!(checkpoint.text.starts_with(ORIGIN));
    let size: u64 = checkpoint.text.lines().nth(1).unwrap().parse().unwrap();
    let tile = api.get(&format!("/log/tile/0/000.p/{size}")).await;
    assert_eq!((tile.status, tile.header("content-type")), (200, "application/octet-stream"));
    assert_eq!(tile.header("cache-control"), "public, max-age=604800, immutable");
    let bundle = api.get(&format!("/log/tile/entries/000.p/{size}")).await;
    assert!(bundle.text.contains("ledger.init"));
    for bad in ["0/000", "0/000.p/0", "0/001", "64/000", "0/../0/000", "entries/x", "0/%30%30%30"] {
        assert_eq!(api.get(&format!("/log/tile/{bad}")).await.code(), "not-found", "{bad}");
    }
    let entry = api.get("/v1/entries/3").await;
    schema::check("EntryAnswer", &entry.json());
    assert!(entry.json().get("document").is_none());
    let entry = api.get_as(&api.operator, "/v1/entries/3").await;
    schema::check("EntryAnswer", &entry.json());
    assert!(entry.json()["document"].as_str().unwrap().contains(PARTY));
    assert_eq!(api.get("/v1/entries/9999").await.code(), "not-found");
    assert_eq!(api.get("/v1/entries/x").await.code(), "invalid-parameter");
}
