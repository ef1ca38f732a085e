//! The "what" of an event: lots, packs, units and amounts in every spelling.

use crate::acts::{Line, Step};
use crate::identifiers;
use crate::json::Json;
use crate::record::Face;
use crate::render::Event;

const CASES: u64 = 22;
const COMBINED: u64 = 23;

impl Event<'_> {
    fn is_pack(&self, line: &Line) -> bool {
        self.with.world.is_pack(line.item)
    }

    pub(crate) fn what(&self, kind: &str, j: &mut Json) {
        let act = self.act;
        match kind {
            "TransformationEvent" => {
                if self.record.face != Face::Outputs {
                    self.lists(j, "inputEPCList", "inputQuantityList", &act.lines, &[]);
                }
                if self.record.face != Face::Inputs {
                    self.lists(j, "outputEPCList", "outputQuantityList", &act.outputs, &[]);
                }
                let gln = &self.with.world.sites[act.site as usize].gln;
                j.member("transformationID", &format!("urn:laiqu:run:{gln}:{}", act.number));
            }
            "AggregationEvent" => {
                j.member("parentID", &self.unit(act.unit));
                self.lists(j, "childEPCs", "childQuantityList", &act.lines, &act.units);
            }
            "AssociationEvent" => {
                j.member("parentID", &self.resource(act.site));
                let probe = self.probe();
                j.key("childEPCs").array(|j| j.text(&probe));
            }
            _ if act.step == Step::Clean => {
                let resource = self.resource(act.site);
                j.key("epcList").array(|j| j.text(&resource));
            }
            _ if act.step == Step::Sense => j.key("epcList").array(|_| {}),
            _ => self.lists(j, "epcList", "quantityList", &act.lines, &act.units),
        }
    }

    fn lists(&self, j: &mut Json, single: &str, class: &str, lines: &[Line], units: &[u32]) {
        if !units.is_empty() || lines.iter().any(|l| self.is_pack(l)) {
            j.key(single).array(|j| {
                units.iter().for_each(|u| j.text(&self.unit(*u)));
                lines.iter().filter(|l| self.is_pack(l)).for_each(|l| j.text(&self.pack(l.item)));
            });
        }
        if lines.iter().any(|l| !self.is_pack(l)) {
            j.key(class).array(|j| {
                for line in lines.iter().filter(|l| !self.is_pack(l)) {
                    self.quantity(j, line);
                }
            });
        }
    }

    fn quantity(&self, j: &mut Json, line: &Line) {
        let product = self.with.product(line.item);
        let loose = self.act.step == Step::SellLoose;
        let id = match &product.uri {
            Some(_) => self.with.world.id(line.item),
            None if loose => identifiers::product(&product.gtin, self.spelling),
            None => {
                let text = &self.with.world.labels[line.item as usize].text;
                identifiers::lot(&product.gtin, text, self.spelling)
            }
        };
        let mut grams = line.grams;
        if self.record.thousandfold {
            grams *= 1000;
        }
        if matches!(self.record.face, Face::Wrong | Face::Declared) {
            grams = grams * 13 / 10;
        }
        let cases = product.case > 0
            && !self.record.thousandfold
            && grams % product.case == 0
            && self.with.fate.draw(self.record.act, CASES, 100) < 35;
        j.object(|j| {
            j.member("epcClass", &id);
            let (amount, unit) =
                if cases { (grams / product.case * 1000, "CS") } else { (grams, "KGM") };
            j.key("quantity").milli(amount);
            j.member("uom", unit);
        });
    }

    fn pack(&self, item: u32) -> String {
        let label = &self.with.world.labels[item as usize];
        let gtin = &self.with.product(item).gtin;
        let lot = &self.with.world.labels[label.lot as usize].text;
        let combined = self.with.fate.draw(self.record.act, COMBINED, 2) == 0;
        identifiers::pack(gtin, combined.then_some(lot), &label.text, self.spelling)
    }

    fn unit(&self, unit: u32) -> String {
        let unit = self.with.world.units[unit as usize];
        let prefix = &self.with.parties[unit.owner as usize].prefix;
        if unit.is_crate {
            identifiers::grai(prefix, unit.serial, self.spelling)
        } else {
            identifiers::sscc(prefix, unit.serial, self.spelling)
        }
    }
}
