//! What master data says about units of trade and places, for questions about kilograms.

use crate::faults::known;
use crate::views::Views;
use laiqu_epcis::{attribute_texts, vocabulary_uri};
use laiqu_index::{MasterDataView, Reader};
use laiqu_trace::{Area, MasterFacts, ResourceKind};

/// Attributes of master data that are read, by what stands behind the last `#`, `:` or `/`.
const CASE_KILOGRAMS: &str = "caseNetWeightKilograms";
const PIECE_KILOGRAMS: &str = "netWeightKilograms";
const RESOURCE_KIND: &str = "resourceKind";
/// 行政区划代码 (GB/T 2260).
const AREA: &str = "administrativeDivisionCode";

/// Vocabularies that say something about places.
const PLACES: [&str; 3] = ["BusinessLocation", "ReadPoint", "Location"];

pub(crate) const RESOURCES: &[(&str, ResourceKind)] = &[
    ("line", ResourceKind::Line),
    ("tank", ResourceKind::Tank),
    ("room", ResourceKind::Room),
    ("vehicle", ResourceKind::Vehicle),
];

/// What everyone says about products and places.
pub(crate) struct Said<'a>(MasterDataView<'a>);

impl<'a> Said<'a> {
    pub(crate) fn of(views: &'a Views, size: u64) -> Self {
        Self(views.master_data.view(Reader::Everyone, size))
    }

    /// Values of an attribute by any issuer, as texts.
    fn values(&self, vocabularies: &[&str], id: &str, local: &str) -> Vec<String> {
        let mut found = Vec::new();
        for vocabulary in vocabularies {
            for source in self.0.sources(&vocabulary_uri(vocabulary), id) {
                for given in &source.attributes {
                    if given.id.rsplit(['#', ':', '/']).next() == Some(local) {
                        found.extend(attribute_texts(given.value));
                    }
                }
            }
        }
        found
    }

    /// The largest of the weights that are given: what is recalled must not be too little.
    fn kilograms(&self, product: &str, local: &str) -> Option<f64> {
        let values = self.values(&["EPCClass"], product, local);
        let weights = values.iter().filter_map(|text| text.trim().parse::<f64>().ok());
        weights.filter(|weight| weight.is_finite() && *weight > 0.0).max_by(f64::total_cmp)
    }
}

impl MasterFacts for Said<'_> {
    fn case_kilograms(&self, product: &str) -> Option<f64> {
        self.kilograms(product, CASE_KILOGRAMS)
    }

    fn piece_kilograms(&self, product: &str) -> Option<f64> {
        self.kilograms(product, PIECE_KILOGRAMS)
    }

    fn resource_kind(&self, place: &str) -> Option<ResourceKind> {
        let values = self.values(&PLACES, place, RESOURCE_KIND);
        values.iter().find_map(|text| known(text.trim(), RESOURCES))
    }

    /// What is no code says nothing; what contradicts each other leaves as much as it agrees on.
    fn area(&self, site: &str) -> Option<Area> {
        let values = self.values(&PLACES, site, AREA);
        let mut stated = values.iter().filter_map(|text| Area::parse(text.trim()));
        let first = stated.next()?;
        stated.try_fold(first, Area::agreed)
    }
}
