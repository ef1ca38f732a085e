//! What the city promises, checked on the JSON that it would post.

mod features;
mod incidents;
mod packing;
mod parsed;
mod recall;
mod whole;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use crate::{City, CityConfig};

/// GS1 mod-10, written a second time on purpose: the sum with the check digit is a multiple of 10.
pub(crate) fn check(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(i, c)| c.to_digit(10).unwrap() * if i % 2 == 1 { 3 } else { 1 })
        .sum();
    sum.is_multiple_of(10)
}

fn complete(digits: &str) -> String {
    (0..10).map(|d| format!("{digits}{d}")).find(|c| check(c)).unwrap()
}

/// The canonical form of every spelling that the city uses.
pub(crate) fn canonical(id: &str) -> String {
    let base = "https://id.gs1.org";
    if let Some(rest) = id.strip_prefix("https://ma.laiqu.example/q") {
        return canonical(&format!("{base}{rest}"));
    }
    if id.contains("/10/") && id.contains("/21/") {
        let (head, rest) = id.split_once("/10/").unwrap();
        let (_, serial) = rest.split_once("/21/").unwrap();
        return format!("{head}/21/{serial}");
    }
    let Some(urn) = id.strip_prefix("urn:epc:") else { return id.to_owned() };
    let (scheme, parts) = urn.rsplit_once(':').unwrap();
    let parts: Vec<&str> = parts.split('.').collect();
    let gtin = || complete(&format!("{}{}{}", &parts[1][..1], parts[0], &parts[1][1..]));
    match scheme {
        "class:lgtin" => format!("{base}/01/{}/10/{}", gtin(), parts[2]),
        "id:sgtin" => format!("{base}/01/{}/21/{}", gtin(), parts[2]),
        "idpat:sgtin" => format!("{base}/01/{}", gtin()),
        "id:sgln" => {
            let gln = complete(&format!("{}{}", parts[0], parts[1]));
            let part = if parts[2] == "0" { String::new() } else { format!("/254/{}", parts[2]) };
            format!("{base}/414/{gln}{part}")
        }
        "id:sscc" => {
            let digits = format!("{}{}{}", &parts[1][..1], parts[0], &parts[1][1..]);
            format!("{base}/00/{}", complete(&digits))
        }
        "id:grai" => {
            let asset = complete(&format!("{}{}", parts[0], parts[1]));
            format!("{base}/8003/0{asset}{}", parts[2])
        }
        "id:giai" => format!("{base}/8004/{}{}", parts[0], parts[1]),
        other => panic!("unknown scheme {other}"),
    }
}

/// One event as posted.
pub(crate) struct Posted {
    pub(crate) party: usize,
    pub(crate) document: usize,
    pub(crate) post: i64,
    pub(crate) json: Value,
}

impl Posted {
    pub(crate) fn is(&self, step: &str) -> bool {
        self.json["bizStep"] == step
    }

    /// Everything in a list of EPCs or quantities, canonical.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let list = self.json[name].as_array().map_or(&[][..], |l| l);
        list.iter().map(|v| canonical(v["epcClass"].as_str().or(v.as_str()).unwrap())).collect()
    }

    pub(crate) fn items(&self) -> Vec<String> {
        ["epcList", "quantityList"].iter().flat_map(|l| self.list(l)).collect()
    }

    pub(crate) fn place(&self, name: &str) -> String {
        canonical(self.json[name]["id"].as_str().unwrap_or(""))
    }

    pub(crate) fn end(&self, list: &str, kind: &str) -> String {
        let key = if list == "sourceList" { "source" } else { "destination" };
        let entries = self.json[list].as_array().map_or(&[][..], |l| l);
        let found = entries.iter().find(|e| e["type"] == kind);
        found.map_or(String::new(), |e| canonical(e[key].as_str().unwrap()))
    }

    pub(crate) fn documents(&self, kind: &str) -> Vec<String> {
        let list = self.json["bizTransactionList"].as_array().map_or(&[][..], |l| l);
        let of_kind = list.iter().filter(|t| t["type"] == kind);
        of_kind.map(|t| t["bizTransaction"].as_str().unwrap().to_owned()).collect()
    }

    /// Microseconds of `eventTime`, from its own digits.
    pub(crate) fn time(&self) -> i64 {
        let text = self.json["eventTime"].as_str().unwrap();
        let number = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
        let (y, m, d) = (number(0, 4), number(5, 7), number(8, 10));
        let years = 1970..y;
        let leap = |y: i64| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
        let lengths = [31, 28 + i64::from(leap(y)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let days = years.map(|y| 365 + i64::from(leap(y))).sum::<i64>()
            + lengths[..m as usize - 1].iter().sum::<i64>()
            + d
            - 1;
        let seconds = (number(11, 13) - 8) * 3600 + number(14, 16) * 60 + number(17, 19);
        (days * 86_400 + seconds) * 1_000_000 + number(20, 23) * 1000
    }

    pub(crate) fn is_date_only(&self) -> bool {
        self.json["eventTime"].as_str().unwrap().contains("T00:00:00.000")
    }

    pub(crate) fn kilograms(&self, list: &str) -> f64 {
        let list = self.json[list].as_array().map_or(&[][..], |l| l);
        let kilograms = list.iter().filter(|q| q["uom"] == "KGM");
        kilograms.map(|q| q["quantity"].as_f64().unwrap()).sum()
    }
}

static SHARED: [OnceLock<Scene>; 10] = [const { OnceLock::new() }; 10];

/// Cities of 3,000 events that many tests look at; seeds 1 to 5.
pub(crate) fn scene(seed: u64, clean: bool) -> &'static Scene {
    SHARED[seed as usize - 1 + 5 * usize::from(clean)]
        .get_or_init(|| Scene::new(seed, 3_000, clean))
}

/// A city and everything it posts.
pub(crate) struct Scene {
    pub(crate) city: City,
    pub(crate) events: Vec<Posted>,
}

impl Scene {
    pub(crate) fn new(seed: u64, events: usize, clean: bool) -> Self {
        let city = City::build(&CityConfig { seed, events, clean, ..CityConfig::default() });
        let mut posted = Vec::new();
        for (at, document) in city.documents().enumerate() {
            let json: Value = serde_json::from_str(&document.json).unwrap();
            assert_eq!(json["type"], "EPCISDocument");
            let list = json["epcisBody"]["eventList"].as_array().unwrap();
            assert_eq!(list.len(), document.events);
            for event in list {
                posted.push(Posted {
                    party: document.party,
                    document: at,
                    post: document.post_micros,
                    json: event.clone(),
                });
            }
        }
        Self { city, events: posted }
    }

    pub(crate) fn of(&self, step: &str) -> impl Iterator<Item = &Posted> {
        self.events.iter().filter(move |e| e.is(step) && e.json["errorDeclaration"].is_null())
    }

    pub(crate) fn any(&self, what: impl Fn(&Posted) -> bool) -> bool {
        self.events.iter().any(what)
    }

    /// GLN links of the parties of the city.
    pub(crate) fn places(&self) -> BTreeSet<String> {
        self.city.parties.iter().map(|p| format!("https://id.gs1.org/414/{}", p.gln)).collect()
    }
}
