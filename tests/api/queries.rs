//! Event queries: what they find, in which order, page by page, and for whom.

use laiqu_tests::{Answer, Client, Dice, Site, TestParty, TestServer, document, encode, raw};

const STEPS: [&str; 3] = ["commissioning", "shipping", "receiving"];
const UNITS: [&str; 2] = ["KGM", "LTR"];

/// An event as this test knows it.
#[derive(Clone, Debug)]
struct Made {
    id: String,
    /// Minutes after the first of the month.
    minute: u64,
    step: &'static str,
    lot: u64,
    amount: u64,
    unit: &'static str,
    /// The party that it names as its destination.
    to: Option<&'static str>,
}

impl Made {
    fn roll(dice: &mut Dice, id: String) -> Self {
        Self {
            id,
            minute: dice.below(50),
            step: dice.pick(&STEPS).unwrap(),
            lot: dice.below(4),
            amount: dice.below(6),
            unit: dice.pick(&UNITS).unwrap(),
            to: [None, Some("urn:uscc:shop")][usize::from(dice.below(2) == 1)],
        }
    }

    fn json(&self) -> String {
        let Self { id, minute, step, lot, amount, unit, .. } = self;
        let to = self.to.map_or_else(String::new, |to| {
            format!(r#""destinationList":[{{"type":"owning_party","destination":"{to}"}}],"#)
        });
        // None, one, or several of which the largest counts.
        let rank = match amount {
            0 => String::new(),
            1..4 => format!(r#""example:rank":{amount},"#),
            _ => format!(r#""example:rank":[1,{amount},0.5,{amount}],"#),
        };
        format!(
            r#"{{"type":"ObjectEvent","eventID":"{id}","eventTime":"2026-11-01T08:{minute:02}:00Z",
"eventTimeZoneOffset":"+00:00","action":"OBSERVE","bizStep":"{step}",{to}{rank}
"quantityList":[{{"epcClass":"urn:epc:class:lgtin:4012345.011111.L{lot}","quantity":{amount},
"uom":"{unit}"}}]}}"#
        )
    }
}

fn captured(site: &Site, party: &TestParty, events: &[Made]) {
    let events: Vec<String> = events.iter().map(Made::json).collect();
    let body = document(&events).replace(
        "epcis-context.jsonld\"]",
        "epcis-context.jsonld\",{\"example\":\"https://ns.example/\"}]",
    );
    assert_eq!(party.capture(&site.client(), &body).status, 202);
}

fn ids(answer: &Answer) -> Vec<String> {
    let body = answer.expect(200);
    let list = body["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().unwrap();
    list.iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect()
}

/// The address of the next page, where there is one.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    assert!(answer.header("gs1-next-page-token-expires").unwrap().ends_with('Z'));
    let (target, relation) = link.split_once('>').unwrap();
    assert_eq!(relation, "; rel=\"next\"");
    Some(target.strip_prefix('<').unwrap().to_owned())
}

/// All pages of an answer; `between` runs after each.
fn pages(client: &Client, path: &str, per_page: u64, mut between: impl FnMut()) -> Vec<String> {
    let mut found = Vec::new();
    let mut path = Some(format!("{path}&perPage={per_page}"));
    while let Some(page) = path {
        let answer = client.get(&page);
        let ids = ids(&answer);
        assert!(ids.len() as u64 <= per_page, "{} on a page of {per_page}", ids.len());
        path = next(&answer);
        assert!(path.is_none() || !ids.is_empty(), "an empty page leads on");
        found.extend(ids);
        between();
    }
    found
}

/// A question with what it asks of an event.
type Question = (String, Box<dyn Fn(&Made) -> bool>);

fn question(dice: &mut Dice) -> Question {
    let (step, unit) = (*dice.pick(&STEPS).unwrap(), *dice.pick(&UNITS).unwrap());
    let (lot, minute, amount) = (dice.below(5), dice.below(50), dice.below(6));
    match dice.below(8) {
        0 => (format!("EQ_bizStep={step}"), Box::new(move |made| made.step == step)),
        1 => (
            format!("EQ_bizStep={step}%7Curn:epcglobal:cbv:bizstep:shipping"),
            Box::new(move |made| made.step == step || made.step == "shipping"),
        ),
        2 => (
            format!(
                "MATCH_anyEPCClass={}",
                encode(&format!("https://id.gs1.org/01/04012345111118/10/L{lot}"))
            ),
            Box::new(move |made| made.lot == lot),
        ),
        3 => (
            format!("GE_eventTime=2026-11-01T08:{minute:02}:00Z"),
            Box::new(move |made| made.minute >= minute),
        ),
        4 => (
            format!("LT_eventTime=2026-11-01T09:{minute:02}:00%2B01:00"),
            Box::new(move |made| made.minute < minute),
        ),
        5 => (
            format!("GE_quantity_{unit}={amount}"),
            Box::new(move |made| made.unit == unit && made.amount >= amount),
        ),
        6 => (format!("LT_quantity={amount}.0"), Box::new(move |made| made.amount < amount)),
        _ => (
            "EQ_destination_owning_party=urn:uscc:shop".to_owned(),
            Box::new(|made| made.to.is_some()),
        ),
    }
}

#[test]
fn pages_put_together_are_the_whole_answer_also_while_events_come_in() {
    let site = Site::new("ledger.example/pages");
    let farm = site.party("urn:uscc:farm");
    let mut dice = Dice::printed();
    let mut batches = 0;
    let mut more = |dice: &mut Dice| -> Vec<Made> {
        batches += 1;
        let ids = (0..=dice.below(12)).map(|at| format!("urn:example:{batches}:{at}"));
        let made: Vec<Made> = ids.map(|id| Made::roll(dice, id)).collect();
        captured(&site, &farm, &made);
        made
    };
    let mut known: Vec<Made> = (0..6).flat_map(|_| more(&mut dice)).collect();
    let orders = [
        ("", None),
        ("&orderBy=recordTime", Some(false)),
        ("&orderBy=recordTime&orderDirection=ASC", Some(true)),
        ("&orderBy=eventTime", Some(false)),
        ("&orderBy=eventTime&orderDirection=ASC", Some(true)),
        ("&orderBy=example:rank", Some(false)),
        ("&orderBy=example:rank&orderDirection=ASC", Some(true)),
    ];
    for round in 0..24 {
        let asked: Vec<Question> = (0..=dice.below(2)).map(|_| question(&mut dice)).collect();
        let mut names: Vec<&str> =
            asked.iter().map(|(q, _)| q.split('=').next().unwrap()).collect();
        names.sort_unstable();
        if names.windows(2).any(|two| two[0] == two[1]) {
            continue; // no parameter may stand twice
        }
        let (order, ascending) = orders[round % orders.len()];
        let extension = order.contains("example:");
        let order = order.replace("example:", &encode("https://ns.example/"));
        let stated: Vec<&str> = asked.iter().map(|(text, _)| text.as_str()).collect();
        let path = format!("/epcis/events?{}{order}", stated.join("&"));
        let mut expected: Vec<(u64, usize)> = known
            .iter()
            .enumerate()
            .filter(|(_, made)| asked.iter().all(|(_, meets)| meets(made)))
            .map(|(at, made)| match order.as_str() {
                "" => (0, at),
                _ if order.contains("eventTime") => (made.minute, at),
                _ if extension => (made.amount, at),
                _ => (0, at),
            })
            .collect();
        expected.sort_unstable();
        if ascending == Some(false) {
            expected.reverse();
        }
        if extension {
            // Those without come last, either way.
            expected.sort_by_key(|(rank, _)| *rank == 0);
        }
        let expected: Vec<&str> = expected.iter().map(|(_, at)| known[*at].id.as_str()).collect();
        let per_page = 1 + dice.below(9);
        let mut late = Vec::new();
        let found = pages(&site.operator(), &path, per_page, || {
            if dice.below(4) == 0 {
                late.extend(more(&mut dice));
            }
        });
        assert_eq!(found, expected, "{path} by {per_page}");
        known.extend(late);
    }
}

/// Ten events of one party, each at its own minute, half of them for a shop.
fn ten(site: &Site, party: &TestParty) -> Vec<Made> {
    let made = |at: u64| Made {
        id: format!("urn:example:ten:{at}"),
        minute: at,
        step: "shipping",
        lot: 0,
        amount: at,
        unit: "KGM",
        to: (at % 2 == 1).then_some("urn:uscc:shop"),
    };
    let all: Vec<Made> = (0..10).map(made).collect();
    captured(site, party, &all);
    all
}

#[test]
fn a_business_gets_pages_of_what_it_may_read() {
    let site = Site::new("ledger.example/visible");
    let (farm, shop) = (site.party("urn:uscc:farm"), site.party("urn:uscc:shop"));
    let stranger = site.party("urn:uscc:stranger");
    ten(&site, &farm);
    let path = "/epcis/events?EQ_bizStep=shipping&orderBy=eventTime&orderDirection=ASC";
    let all = |party: &TestParty, per_page| {
        let client = site.server.client_with(&site.token(party));
        pages(&client, path, per_page, || {})
    };
    assert_eq!(all(&farm, 3).len(), 10);
    let odd: Vec<String> = [1, 3, 5, 7, 9].map(|at| format!("urn:example:ten:{at}")).to_vec();
    assert_eq!(all(&shop, 2), odd);
    assert_eq!(all(&shop, 30), odd);
    assert!(all(&stranger, 3).is_empty());
    assert_eq!(site.client().get(path).problem(401), "credentials-missing");
    // Nobody goes on with the token of someone else.
    let first = site.operator().get(&format!("{path}&perPage=2"));
    let client = site.server.client_with(&site.token(&shop));
    assert_eq!(client.get(&next(&first).unwrap()).problem(400), "invalid-parameter");
}

#[test]
fn a_page_token_leads_on_with_its_query_only_and_outlives_a_restart() {
    let mut site = Site::new("ledger.example/tokens");
    let farm = site.party("urn:uscc:farm");
    ten(&site, &farm);
    let path = "/epcis/events?EQ_bizStep=shipping";
    let first = site.operator().get(&format!("{path}&perPage=4"));
    let on = next(&first).unwrap();
    let token = on.split("nextPageToken=").nth(1).unwrap().to_owned();
    let detail = |path: &str| {
        let answer = site.operator().get(path);
        assert_eq!(answer.problem(400), "invalid-parameter", "{path}");
        assert_eq!(answer.json()["type"], "epcisException:QueryParameterException");
        answer.json()["detail"].as_str().unwrap().to_owned()
    };
    let swapped = format!("{}A{}", &token[..40], &token[41..]);
    let swapped =
        if swapped == token { format!("{}B{}", &token[..40], &token[41..]) } else { swapped };
    for (wrong, why) in [
        (format!("{path}&nextPageToken={swapped}"), "not one that this server gave"),
        (format!("{path}&nextPageToken={token}A"), "not one that this server gave"),
        (format!("{path}&nextPageToken=%20"), "not one that this server gave"),
        (format!("{path}%7Creceiving&nextPageToken={token}"), "another query"),
        (format!("{path}&orderBy=eventTime&nextPageToken={token}"), "another query"),
    ] {
        assert!(detail(&wrong).contains(why), "{wrong}: {}", detail(&wrong));
    }
    // Another size of the page is the same query; so are the parameters in another order.
    assert_eq!(
        ids(&site.operator().get(&format!("{path}&perPage=2&nextPageToken={token}"))).len(),
        2
    );
    let rest = ids(&site.operator().get(&on));
    assert_eq!(rest.len(), 4);

    assert!(site.server.stop().success());
    site.server = TestServer::start(&site.ledger.data, &[]);
    assert_eq!(ids(&site.operator().get(&on)), rest);
    let give_up = |token: &str| {
        let target = format!("DELETE /epcis/nextPageToken/{token}");
        let bearer = format!("Bearer {}", site.ledger.operator);
        raw(&site.server.url, &target, &[("Authorization", &bearer)], &[])
    };
    assert_eq!(give_up(&token).status, 204);
    let refused = site.operator().get(&on);
    assert_eq!(refused.problem(400), "invalid-parameter");
    assert!(refused.text().contains("given up"), "{}", refused.text());
    assert_eq!(give_up("abc").problem(400), "invalid-parameter");
}

#[test]
fn counts_limit_or_refuse_an_answer() {
    let site = Site::new("ledger.example/counts");
    ten(&site, &site.party("urn:uscc:farm"));
    let found = |path: &str| pages(&site.operator(), path, 3, || {});
    let newest = found("/epcis/events?orderBy=eventTime&eventCountLimit=4");
    let expected: Vec<String> = [9, 8, 7, 6].map(|at| format!("urn:example:ten:{at}")).to_vec();
    assert_eq!(newest, expected);
    assert_eq!(found("/epcis/events?orderBy=eventTime&eventCountLimit=3"), expected[..3]);
    assert_eq!(found("/epcis/events?maxEventCount=10").len(), 10);
    let refused = site.operator().get("/epcis/events?maxEventCount=9");
    assert_eq!(refused.problem(413), "query-too-large");
    assert_eq!(refused.json()["type"], "epcisException:QueryTooLargeException");
    // A prefix works once it is declared.
    let path = "/epcis/events?GE_ex:rank=8";
    assert!(ids(&site.operator().get(path)).is_empty());
    let headers = [("GS1-Extensions", "ex=https://ns.example/")];
    assert_eq!(ids(&site.operator().get_with(path, &headers)).len(), 2);
}

#[test]
fn what_is_erased_is_found_by_no_query_and_pages_go_on_without_it() {
    let (erasable, server) = laiqu_tests::Erasable::start();
    let client = server.client_with(&erasable.ledger.operator);
    let path = "/epcis/events?EQ_bizStep=commissioning";
    let before = pages(&client, path, 1, || {});
    assert!(before.iter().any(|id| id == "urn:example:event:secret"), "{before:?}");
    let first = client.get(&format!("{path}&perPage=1"));
    let answer = erasable.erase(&server, &laiqu_tests::Erasable::order(erasable.index)).unwrap();
    assert_eq!(answer.status, 201);
    let kept: Vec<String> =
        before.into_iter().filter(|id| id != "urn:example:event:secret").collect();
    let mut later = ids(&first);
    let mut on = next(&first);
    while let Some(path) = on {
        let page = client.get(&path);
        later.extend(ids(&page));
        on = next(&page);
    }
    later.retain(|id| id != "urn:example:event:secret");
    assert_eq!(later, kept);
    assert_eq!(pages(&client, path, 2, || {}), kept);
    for hidden in [laiqu_tests::SECRET_LOT, laiqu_tests::PRODUCT_LOT] {
        let path = format!("/epcis/events?MATCH_anyEPCClass={hidden}");
        assert!(!ids(&client.get(&path)).contains(&"urn:example:event:secret".to_owned()));
    }
}
