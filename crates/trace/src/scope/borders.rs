//! Where the movements of a scope cross the borders of an area, and whom to ask there.

use crate::intern::{IdMap, NONE};
use crate::question::Start;
use crate::scope::answer::ScopeAnswer;
use crate::scope::area::{Area, Way};
use crate::scope::movements::{AskWhom, Borders, Crossing, Transfer};
use crate::scope::report::Report;

/// Areas of sites, each looked up once.
#[derive(Default)]
struct Areas(IdMap<String, Option<Area>>);

impl Report<'_, '_, '_, '_> {
    /// A place lies where its own master data says, and nowhere else: an address of its party, or
    /// the area of its registration, may be another.
    pub(crate) fn borders(&mut self, answer: &mut ScopeAnswer) {
        let Some(area) = self.area_asked() else { return };
        let mut areas = Areas::default();
        let transfers = answer.transfers.iter().enumerate();
        let found = transfers
            .filter_map(|(index, transfer)| self.crossing(area, index, transfer, &mut areas));
        let crossings = found.collect();
        answer.borders = Borders { area: Some(area.code().to_owned()), crossings };
    }

    fn crossing(
        &self,
        area: Area,
        transfer: usize,
        told: &Transfer,
        areas: &mut Areas,
    ) -> Option<Crossing> {
        if told.from_site.is_some() && told.from_site == told.to_site {
            return None;
        }
        let from = self.area_of(told.from_site.as_deref(), areas);
        let to = self.area_of(told.to_site.as_deref(), areas);
        let (border, way) = area.crossing(from, to)?;
        let sender = AskWhom { party: told.seller.clone(), site: told.from_site.clone() };
        let recipient = AskWhom { party: told.buyer.clone(), site: told.to_site.clone() };
        let ask = match way {
            Way::Out => recipient,
            Way::In => sender,
            // The end of which less is known.
            Way::Unknown if from.map(Area::known) < to.map(Area::known) => sender,
            Way::Unknown => recipient,
        };
        let code = |area: Option<Area>| area.map(|area| area.code().to_owned());
        Some(Crossing { transfer, way, border, from_area: code(from), to_area: code(to), ask })
    }

    fn area_of(&self, site: Option<&str>, areas: &mut Areas) -> Option<Area> {
        let site = site?;
        if let Some(known) = areas.0.get(site) {
            return *known;
        }
        let found = self.spread.network.facts.area(site);
        areas.0.insert(site.to_owned(), found);
        found
    }

    /// The area of the question, else what the places agree on where its lots began.
    fn area_asked(&mut self) -> Option<Area> {
        let question = self.spread.network.question;
        if question.area.is_some() {
            return question.area;
        }
        let view = self.spread.network.view;
        let mut sites: Vec<u32> = Vec::new();
        if let Start::Place { place, .. } = &question.start {
            sites.extend(view.graph.texts.find(place).map(|place| view.site(place)));
        } else {
            for item in self.started.clone() {
                let puts = self.puts(item);
                let began = puts.puts.get(puts.beginning());
                sites.extend(began.map(|put| put.site).filter(|site| *site != NONE));
            }
        }
        sites.sort_unstable();
        sites.dedup();
        let mut areas =
            sites.into_iter().map(|site| self.spread.network.facts.area(view.text(site)));
        let first = areas.next()??;
        areas.try_fold(first, |agreed, area| agreed.agreed(area?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;
    use crate::scope::area::Border;
    use crate::{Hazard, MasterFacts, ResourceKind, ScopeQuestion};
    use std::collections::BTreeMap;

    const LOT: &str = "https://id.gs1.org/01/06901234000011/10/A";
    const FARM: &str = "https://id.gs1.org/414/0860009999992";
    const PLANT: &str = "https://id.gs1.org/414/0860009999985";
    const SHOP: &str = "https://id.gs1.org/414/0860009999978";
    const ABROAD: &str = "https://id.gs1.org/414/0860009999961";

    /// Sites and their areas.
    struct Places(BTreeMap<&'static str, &'static str>);

    impl MasterFacts for Places {
        fn case_kilograms(&self, _: &str) -> Option<f64> {
            None
        }

        fn piece_kilograms(&self, _: &str) -> Option<f64> {
            None
        }

        fn resource_kind(&self, _: &str) -> Option<ResourceKind> {
            None
        }

        fn area(&self, site: &str) -> Option<Area> {
            self.0.get(site).and_then(|code| Area::parse(code))
        }
    }

    /// A farm's lot goes to a plant, from there to a shop, and to someone who keeps no records.
    fn answer(area: Option<&str>, places: &[(&'static str, &'static str)]) -> ScopeAnswer {
        let graph = graph(&[
            make("e0", at(1, 6), FARM, LOT, 100.0),
            ship("e1", at(1, 8), FARM, LOT, 100.0).to(PLANT).document("d1"),
            receive("e2", at(1, 10), PLANT, LOT, 100.0).document("d1"),
            ship("e3", at(2, 12), PLANT, LOT, 40.0).to(SHOP).document("d2"),
            receive("e4", at(2, 14), SHOP, LOT, 40.0).document("d2"),
            ship("e5", at(2, 16), PLANT, LOT, 20.0).to(ABROAD).owner_to("urn:x:buyer"),
        ]);
        let start = Start::Items(vec![LOT.to_owned()]);
        let area = area.and_then(Area::parse);
        let question = ScopeQuestion { area, ..ScopeQuestion::new(start, Hazard::Chemical) };
        graph.recall_scope(&question, &Places(places.iter().copied().collect()))
    }

    /// Event of the shipment, way, border and whom to ask.
    fn told(answer: &ScopeAnswer) -> Vec<(&str, Way, Border, Option<&str>)> {
        let line = |crossing: &'_ Crossing| {
            let transfer = &answer.transfers[crossing.transfer];
            let ends = [&transfer.from_site, &transfer.to_site].into_iter().flatten();
            let mut ends = ends.map(String::as_str);
            let ask = ends.find(|site| crossing.ask.site.as_deref() == Some(*site));
            (transfer.events[0].as_str(), crossing.way, crossing.border, ask)
        };
        answer.borders.crossings.iter().map(line).collect()
    }

    const STATED: [(&str, &str); 3] = [(FARM, "510591"), (PLANT, "510592"), (SHOP, "510691")];

    #[test]
    fn the_borders_are_those_of_where_the_start_lies_unless_said_otherwise() {
        let own = answer(None, &STATED);
        assert_eq!(own.borders.area.as_deref(), Some("510591"));
        let expected = [
            ("e1", Way::Out, Border::District, Some(PLANT)),
            ("e3", Way::Out, Border::City, Some(SHOP)),
            ("e5", Way::Unknown, Border::Province, Some(ABROAD)),
        ];
        assert_eq!(told(&own), expected);
        let last = own.borders.crossings.last().unwrap();
        assert_eq!(last.ask.party.as_deref(), Some("urn:x:buyer"));
        assert_eq!((last.from_area.as_deref(), last.to_area.as_deref()), (Some("510592"), None));
        let documents = &own.transfers[own.borders.crossings[0].transfer].documents;
        assert_eq!(documents, &["d1"]);

        let city = answer(Some("5105"), &STATED);
        assert_eq!(told(&city), [expected[1], expected[2]]);
        let shops = answer(Some("510691"), &STATED);
        assert_eq!(
            told(&shops),
            [
                ("e3", Way::In, Border::City, Some(PLANT)),
                ("e5", Way::Unknown, Border::Province, Some(ABROAD))
            ]
        );
    }

    #[test]
    fn where_nobody_states_an_area_nothing_is_claimed() {
        let unknown = answer(None, &[]);
        assert_eq!(unknown.borders, Borders::default());
        let asked = answer(Some("510591"), &[]);
        let ways: Vec<Way> = asked.borders.crossings.iter().map(|c| c.way).collect();
        assert_eq!(ways, [Way::Unknown; 3]);
    }
}
