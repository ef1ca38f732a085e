//! The rest of an event: papers, parties, sensors, master data, our own words.

use crate::acts::{NONE, Step};
use crate::clock;
use crate::identifiers;
use crate::json::Json;
use crate::names;
use crate::places::Role;
use crate::record::Face;
use crate::render::{Event, ID, document};

const NO_DOCUMENT: u64 = 25;

impl Event<'_> {
    pub(crate) fn transactions(&self, j: &mut Json) {
        let world = self.with.world;
        let mut list: Vec<(&str, String)> = Vec::new();
        let gln = &world.sites[self.act.site as usize].gln;
        for trip in [self.act.trip, self.act.also].into_iter().filter(|t| *t != NONE) {
            let t = world.trips[trip as usize];
            let from = &world.sites[t.from as usize].gln;
            // Now and then the paper is lost; in a clean city small shops still do not keep it.
            let kept = self.with.fate.draw(trip, NO_DOCUMENT, 100) >= 2;
            if kept || self.act.step != Step::Receive {
                let number =
                    t.document + if self.record.face >= Face::Phantom { 500_000 } else { 0 };
                list.push(("desadv", document(from, "FH", number)));
            }
            if t.is_return {
                list.push(("rma", document(from, "TH", t.document)));
            }
            if t.certificate != NONE {
                let issuer = world.certificates[t.certificate as usize].site;
                let issuer = &world.sites[issuer as usize].gln;
                list.push(("cert", document(issuer, "HGZ", t.certificate)));
            }
        }
        match self.act.step {
            Step::Certify => list.push(("cert", document(gln, "HGZ", self.act.number))),
            Step::Sample => list.push(("testres", document(gln, "JC", self.act.number))),
            Step::Order => list.push(("po", document(gln, "DD", self.act.number))),
            _ => {}
        }
        if list.is_empty() {
            return;
        }
        j.key("bizTransactionList").array(|j| {
            for (kind, id) in list {
                j.object(|j| {
                    j.member("type", kind);
                    j.member("bizTransaction", &id);
                });
            }
        });
    }

    /// Who owned and held the goods, and where, before and after.
    pub(crate) fn ends(&self, j: &mut Json) {
        if self.act.trip == NONE || self.act.step == Step::Order {
            return;
        }
        let t = self.with.world.trips[self.act.trip as usize];
        let to = if self.record.face >= Face::Phantom {
            self.with.world.first(Role::Wholesaler)
        } else {
            t.to
        };
        for (list, kind, owner, keeper) in [
            ("sourceList", "source", t.seller, t.from),
            ("destinationList", "destination", if to == t.to { t.buyer } else { to }, to),
        ] {
            j.key(list).array(|j| {
                let place = &self.with.world.sites[keeper as usize].gln;
                let location = identifiers::place(place, "", self.spelling);
                for (role, id) in [
                    ("owning_party", self.party(owner)),
                    ("possessing_party", self.party(keeper)),
                    ("location", location),
                ] {
                    j.object(|j| {
                        j.member("type", role);
                        j.member(kind, &id);
                    });
                }
            });
        }
    }

    /// Parties of the city by their 统一社会信用代码, others by their GLN.
    fn party(&self, site: u32) -> String {
        match self.with.parties.get(site as usize) {
            Some(party) => party.id.clone(),
            None => {
                let gln = &self.with.world.sites[site as usize].gln;
                format!("https://id.gs1.org/417/{gln}")
            }
        }
    }

    /// The start of what took time, by the clock of the one who tells it; a party that writes down
    /// days only does not know it.
    fn start(&self) -> Option<i64> {
        let told = if self.record.face == Face::Inputs { self.act.start } else { self.act.time };
        let by = self.act.by;
        let timeless = self.with.fate.date_only(self.with.parties[by as usize].role, by);
        let known = self.act.start > 0 && !timeless;
        known.then_some(self.act.start + self.record.time - told)
    }

    pub(crate) fn sensors(&self, j: &mut Json) {
        if !matches!(self.act.step, Step::Sense | Step::Kill) {
            return;
        }
        let probe = self.probe();
        j.key("sensorElementList").array(|j| {
            j.object(|j| {
                j.key("sensorMetadata").object(|j| {
                    if let Some(start) = self.start() {
                        j.member("startTime", &clock::rfc3339(start));
                        j.member("endTime", &clock::rfc3339(self.record.time));
                    }
                    j.member("deviceID", &probe);
                });
                j.key("sensorReport").array(|j| {
                    j.object(|j| {
                        j.member("type", "Temperature");
                        j.key("minValue").milli(self.act.value - 400);
                        j.key("maxValue").milli(self.act.value + 500);
                        j.key("meanValue").milli(self.act.value);
                        j.member("uom", "CEL");
                    });
                });
            });
        });
    }

    /// Instance and lot master data, where things begin.
    pub(crate) fn master(&self, kind: &str, j: &mut Json) {
        let act = self.act;
        let made = if kind == "TransformationEvent" { &act.outputs } else { &act.lines };
        let begins = matches!(act.step, Step::Harvest | Step::Commission | Step::Appear)
            || (kind == "TransformationEvent" && self.record.face != Face::Inputs);
        let Some(line) = made.first().filter(|_| begins) else { return };
        // One lot number can be said only where all that begins is of one lot.
        let label = &self.with.world.labels[line.item as usize];
        let lot = if label.lot == NONE { line.item } else { label.lot };
        let label = &self.with.world.labels[lot as usize];
        let product = self.with.product(lot);
        let single = made.len() == 1 || act.step == Step::Commission;
        j.key("ilmd").object(|j| {
            if single {
                j.member("cbvmda:lotNumber", &label.text);
            }
            let day = if act.step == Step::Harvest { "harvestDate" } else { "productionDate" };
            j.member(&format!("laiqu:{day}"), &clock::date(label.made));
            j.member("cbvmda:countryOfOrigin", product.country);
            if act.step == Step::Harvest {
                j.member("laiqu:plot", &format!("{}号地块", 1 + lot % 9));
            }
        });
    }

    pub(crate) fn extensions(&self, j: &mut Json) {
        let act = self.act;
        match act.step {
            Step::Transform | Step::Repack | Step::Cook if self.record.face != Face::Outputs => {
                if let Some(start) = self.start() {
                    j.member("laiqu:startTime", &clock::rfc3339(start));
                }
            }
            Step::Kill => {
                j.member("laiqu:hazard", "李斯特菌");
                j.key("laiqu:holdingSeconds").milli(15_000);
            }
            Step::Certify => {
                let grams = self.with.world.certificates[act.number as usize].grams;
                j.key("laiqu:certifiedKilograms").milli(grams);
            }
            Step::Sample => {
                let found = self.with.fate.draw(self.record.act, ID, names::ANALYTES.len() as u64);
                let found = if act.value > 0 { 0 } else { found as usize };
                j.member("laiqu:analyte", names::ANALYTES[found]);
                j.member("laiqu:result", if act.value > 0 { "不合格" } else { "合格" });
            }
            _ => {}
        }
    }
}
