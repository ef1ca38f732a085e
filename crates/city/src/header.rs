//! Documents: the envelope, and the master data in a party's first one.

use std::collections::BTreeSet;

use crate::clock;
use crate::identifiers::{self, Spelling};
use crate::json::Json;
use crate::record::{Batch, Plan};
use crate::render::Renderer;

const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
/// Namespace of our own words.
pub(crate) const NAMESPACE: &str = "https://laiqu.example/vocab/";
/// Attribute of a place: its 行政区划代码 (GB/T 2260).
const AREA: &str = "laiqu:administrativeDivisionCode";

/// Writes a whole EPCIS document.
pub(crate) fn document(with: &Renderer<'_>, plan: &Plan, batch: &Batch) -> String {
    let records = &plan.records[batch.from as usize..batch.until as usize];
    let mut json = Json::with_capacity(1100 * records.len() + 500);
    json.object(|j| {
        j.key("@context").array(|j| {
            j.text(CONTEXT);
            j.object(|j| j.member("laiqu", NAMESPACE));
        });
        j.member("type", "EPCISDocument");
        j.member("schemaVersion", "2.0");
        j.member("creationDate", &clock::rfc3339(batch.post));
        if batch.first {
            master_data(with, plan, batch.party, j);
        }
        j.key("epcisBody").object(|j| {
            j.key("eventList").array(|j| {
                for record in records {
                    with.event(*record, j);
                }
            });
        });
    });
    json.finish()
}

/// One element of a vocabulary.
struct Element {
    id: String,
    attributes: Vec<(&'static str, String)>,
    /// Identifiers of its parts.
    children: Vec<String>,
}

fn vocabulary(j: &mut Json, kind: &str, elements: &[Element]) {
    j.object(|j| {
        j.member("type", kind);
        j.key("vocabularyElementList").array(|j| {
            for Element { id, attributes, children } in elements {
                j.object(|j| {
                    j.member("id", id);
                    j.key("attributes").array(|j| {
                        for (name, value) in attributes {
                            j.object(|j| {
                                j.member("id", name);
                                j.member("attribute", value);
                            });
                        }
                    });
                    if !children.is_empty() {
                        j.key("children").array(|j| children.iter().for_each(|id| j.text(id)));
                    }
                });
            }
        });
    });
}

fn master_data(with: &Renderer<'_>, plan: &Plan, party: u32, j: &mut Json) {
    let own = &with.parties[party as usize];
    let products: Vec<_> = with
        .world
        .products
        .iter()
        .filter(|p| p.maker == party)
        .map(|p| {
            let id = match &p.uri {
                Some(uri) => uri.clone(),
                None => identifiers::product(&p.gtin, Spelling::Link),
            };
            let mut attributes = vec![
                ("cbvmda:descriptionShort", p.name.clone()),
                ("cbvmda:countryOfOrigin", p.country.to_owned()),
            ];
            if p.case > 0 {
                attributes.push(("laiqu:caseNetWeightKilograms", (p.case / 1000).to_string()));
            }
            Element { id, attributes, children: Vec::new() }
        })
        .collect();
    let mut places = own_places(with, plan, party);
    places.extend(partners_outside(with, party));
    let attributes = vec![("cbvmda:name", own.name.clone()), ("laiqu:gln", own.gln.clone())];
    let business = Element { id: own.id.clone(), attributes, children: Vec::new() };
    j.key("epcisHeader").object(|j| {
        j.key("epcisMasterData").object(|j| {
            j.key("vocabularyList").array(|j| {
                if !products.is_empty() {
                    vocabulary(j, "urn:epcglobal:epcis:vtype:EPCClass", &products);
                }
                vocabulary(j, "urn:epcglobal:epcis:vtype:BusinessLocation", &places);
                vocabulary(j, "urn:epcglobal:epcis:vtype:Party", &[business]);
            });
        });
    });
}

/// The site itself, then what is inside it.
fn own_places(with: &Renderer<'_>, plan: &Plan, party: u32) -> Vec<Element> {
    let site = &with.world.sites[party as usize];
    let place = |part: &str| identifiers::place(&site.gln, part, Spelling::Link);
    let parts: Vec<&str> =
        plan.parts[party as usize].iter().map(|part| &**part).filter(|p| !p.is_empty()).collect();
    let element = |part: &str| {
        let name = if part.is_empty() { site.name.clone() } else { part_name(&site.name, part) };
        let mut attributes = vec![
            ("cbvmda:name", name),
            ("cbvmda:city", crate::names::CITY.to_owned()),
            ("laiqu:district", site.district.clone()),
        ];
        let mut children = Vec::new();
        if part.is_empty() {
            attributes.push((AREA, site.area.to_owned()));
            children.extend(parts.iter().map(|part| place(part)));
        }
        Element { id: place(part), attributes, children }
    };
    std::iter::once("").chain(parts.iter().copied()).map(element).collect()
}

/// Places outside the city never post: those who buy there or sell to them, and must know their
/// names and addresses, describe them.
fn partners_outside(with: &Renderer<'_>, party: u32) -> Vec<Element> {
    let trips = with.world.trips.iter().filter(|trip| trip.from == party || trip.to == party);
    let ends = trips.flat_map(|trip| [trip.from, trip.to]);
    let outside: BTreeSet<u32> = ends.filter(|site| with.world.is_outside(*site)).collect();
    let element = |site: u32| {
        let site = &with.world.sites[site as usize];
        let mut attributes = vec![("cbvmda:name", site.name.clone())];
        if site.states_area {
            attributes.push((AREA, site.area.to_owned()));
        }
        let id = identifiers::place(&site.gln, "", Spelling::Link);
        Element { id, attributes, children: Vec::new() }
    };
    outside.into_iter().map(element).collect()
}

/// `L1` is a line, `R1` a room, `T1` a tank, `F1` a field, `V1` a vehicle.
fn part_name(site: &str, part: &str) -> String {
    let (kind, number) = part.split_at(1);
    let kind = match kind {
        "L" => "号生产线",
        "R" => "号库房",
        "T" => "号储罐",
        "F" => "号地块",
        _ => "号车辆",
    };
    format!("{site}{number}{kind}")
}
