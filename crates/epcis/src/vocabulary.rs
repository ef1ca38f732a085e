//! Words of the Core Business Vocabulary (CBV 2.0, sections 7 to 9) and ours beside them.
//!
//! A word may come bare (`shipping`), as a URN (`urn:epcglobal:cbv:bizstep:shipping`), as a compact
//! URI (`cbv:BizStep-shipping`) or as a full URI. Inside, only full URIs are used.

mod terms;

use std::borrow::Cow;

use crate::context::Prefixes;
use crate::cut::cut;

pub use terms::{biz_step, disposition, kind, term};

/// Our namespace, for what CBV has no term.
pub const LAIQU: &str = "https://laiqu.example/vocab/";

/// The namespace of CBV terms.
pub const CBV: &str = "https://ref.gs1.org/cbv/";

/// The namespace of the GS1 web vocabulary.
pub const GS1: &str = "https://gs1.org/voc/";

/// One vocabulary: how its words look bare, as URN and as URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// What stands before the word in a full URI, behind the namespace.
    uri_prefix: &'static str,
    /// What stands before the word in a URN of EPCIS 1.x.
    urn_prefix: &'static str,
    namespace: &'static str,
    words: &'static [&'static str],
}

const fn cbv(
    uri_prefix: &'static str,
    urn_prefix: &'static str,
    words: &'static [&'static str],
) -> Vocabulary {
    Vocabulary { uri_prefix, urn_prefix, namespace: CBV, words }
}

/// Business steps (CBV 2.0, section 7.1).
#[rustfmt::skip]
pub static BIZ_STEPS: Vocabulary = cbv("BizStep-", "urn:epcglobal:cbv:bizstep:", &[
    "accepting", "arriving", "assembling", "collecting", "commissioning", "consigning",
    "creating_class_instance", "cycle_counting", "decommissioning", "departing", "destroying",
    "disassembling", "dispensing", "encoding", "entering_exiting", "holding", "inspecting",
    "installing", "killing", "loading", "other", "packing", "picking", "receiving", "removing",
    "repackaging", "repairing", "replacing", "reserving", "retail_selling", "sampling",
    "sensor_reporting", "shipping", "staging_outbound", "stock_taking", "stocking", "storing",
    "transporting", "unloading", "unpacking", "void_shipping",
],
);

/// Dispositions (CBV 2.0, section 7.2).
#[rustfmt::skip]
pub static DISPOSITIONS: Vocabulary = cbv("Disp-", "urn:epcglobal:cbv:disp:", &[
    "active", "available", "completeness_inferred", "completeness_verified", "conformant",
    "container_closed", "container_open", "damaged", "destroyed", "dispensed", "disposed",
    "encoded", "expired", "in_progress", "in_transit", "inactive", "mismatch_class",
    "mismatch_instance", "mismatch_quantity", "needs_replacement", "no_pedigree_match",
    "non_conformant", "non_sellable_other", "partially_dispensed", "recalled", "reserved",
    "retail_sold", "returned", "sellable_accessible", "sellable_not_accessible", "stolen",
    "unavailable", "unknown",
],
);

/// Business transaction types (CBV 2.0, section 7.3).
#[rustfmt::skip]
pub static BIZ_TRANSACTION_TYPES: Vocabulary = cbv("BTT-", "urn:epcglobal:cbv:btt:", &[
    "bol", "cert", "desadv", "inv", "pedigree", "po", "poc", "prodorder", "recadv", "rma",
    "testprd", "testres", "upevt",
],
);

/// Source and destination types (CBV 2.0, section 7.4).
pub static SOURCE_DESTINATION_TYPES: Vocabulary =
    cbv("SDT-", "urn:epcglobal:cbv:sdt:", &["location", "owning_party", "possessing_party"]);

/// Error reasons (CBV 2.0, section 7.5).
pub static ERROR_REASONS: Vocabulary =
    cbv("ER-", "urn:epcglobal:cbv:er:", &["did_not_occur", "incorrect_data"]);

/// Components of a sensor value (CBV 2.0, section 7.7).
#[rustfmt::skip]
pub static COMPONENTS: Vocabulary = cbv("Comp-", "urn:epcglobal:cbv:comp:", &[
    "altitude", "axial_distance", "azimuth", "easting", "elevation_angle", "height", "latitude",
    "longitude", "northing", "polar_angle", "spherical_radius", "x", "y", "z",
],
);

/// Measurement and alert types: any bare word stands for a term of the GS1 web vocabulary.
pub(crate) static MEASUREMENTS: Vocabulary =
    Vocabulary { uri_prefix: "", urn_prefix: "urn:epcglobal:cbv:mt:", namespace: GS1, words: &[] };

impl Vocabulary {
    /// Whether this is one of its bare words.
    #[must_use]
    pub fn has_word(&self, word: &str) -> bool {
        self.words.binary_search(&word).is_ok()
    }

    /// Whether the text is one of the bare words or can be a URI.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        text.contains(':') || self.has_word(text)
    }

    /// The full URI of a term in any spelling; what is already one is borrowed.
    #[must_use]
    pub fn uri<'t>(&self, term: &'t str, prefixes: &Prefixes<'_>) -> Cow<'t, str> {
        let term = term.trim();
        if let Some(word) = term.strip_prefix(self.urn_prefix) {
            return self.join(word).into();
        }
        match cut(term, b':') {
            None if term.is_empty() => Cow::Borrowed(term),
            None => self.join(term).into(),
            Some(_) => prefixes.expand(term),
        }
    }

    /// The bare word of a URN or full URI of this vocabulary; `None` for any other text.
    #[must_use]
    pub fn word<'t>(&self, term: &'t str) -> Option<&'t str> {
        let of_uri = || term.strip_prefix(self.namespace)?.strip_prefix(self.uri_prefix);
        term.strip_prefix(self.urn_prefix).or_else(of_uri).filter(|word| self.has_word(word))
    }

    /// The URN (EPCIS 1.x) of one of its bare words.
    #[must_use]
    pub fn urn(&self, word: &str) -> Option<String> {
        self.has_word(word).then(|| [self.urn_prefix, word].concat())
    }

    fn join(&self, word: &str) -> String {
        [self.namespace, self.uri_prefix, word].concat()
    }
}

/// The web URI of a CBV URN of EPCIS 1.x (`urn:epcglobal:cbv:disp:…`).
pub(crate) fn uri_of_urn(urn: &str) -> Option<String> {
    if !urn.starts_with("urn:epcglobal:cbv:") {
        return None;
    }
    [&BIZ_STEPS, &DISPOSITIONS, &BIZ_TRANSACTION_TYPES, &SOURCE_DESTINATION_TYPES, &ERROR_REASONS]
        .iter()
        .find_map(|words| urn.strip_prefix(words.urn_prefix).map(|word| words.join(word)))
}

/// The full URI of a business step.
#[must_use]
pub fn biz_step_uri<'t>(term: &'t str, prefixes: &Prefixes<'_>) -> Cow<'t, str> {
    BIZ_STEPS.uri(term, prefixes)
}

/// The full URI of a disposition.
#[must_use]
pub fn disposition_uri<'t>(term: &'t str, prefixes: &Prefixes<'_>) -> Cow<'t, str> {
    DISPOSITIONS.uri(term, prefixes)
}

/// The full URI of a business transaction type.
#[must_use]
pub fn biz_transaction_type_uri<'t>(term: &'t str, prefixes: &Prefixes<'_>) -> Cow<'t, str> {
    BIZ_TRANSACTION_TYPES.uri(term, prefixes)
}

/// The full URI of a source or destination type.
#[must_use]
pub fn source_destination_type_uri<'t>(term: &'t str, prefixes: &Prefixes<'_>) -> Cow<'t, str> {
    SOURCE_DESTINATION_TYPES.uri(term, prefixes)
}

/// The full URI of an error reason.
#[must_use]
pub fn error_reason_uri<'t>(term: &'t str, prefixes: &Prefixes<'_>) -> Cow<'t, str> {
    ERROR_REASONS.uri(term, prefixes)
}

/// The word of a vocabulary URI, for people: `https://ref.gs1.org/cbv/BizStep-shipping` is
/// `shipping`. Other URIs give what stands behind their last `/`, `#` or `:`.
#[must_use]
pub fn short(uri: &str) -> &str {
    let local = uri.rfind(['/', '#', ':']).and_then(|at| uri.get(at + 1..)).unwrap_or(uri);
    let local = if local.is_empty() { uri } else { local };
    for prefix in ["BizStep-", "Disp-", "BTT-", "SDT-", "ER-", "Comp-"] {
        if let Some(word) = local.strip_prefix(prefix) {
            return word;
        }
    }
    local
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_one_uri() {
        let none = Prefixes::default();
        for term in [
            "shipping",
            " shipping ",
            "urn:epcglobal:cbv:bizstep:shipping",
            "cbv:BizStep-shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
        ] {
            assert_eq!(biz_step_uri(term, &none), biz_step::SHIPPING, "{term}");
        }
        assert_eq!(biz_step_uri("laiqu:BizStep-cleaning", &none), biz_step::CLEANING);
        assert_eq!(biz_step_uri("urn:gdst:bizStep:x", &none), "urn:gdst:bizStep:x");
        assert_eq!(disposition_uri("in_transit", &none), disposition::IN_TRANSIT);
        assert_eq!(biz_transaction_type_uri("po", &none), kind::PURCHASE_ORDER);
        assert_eq!(source_destination_type_uri("location", &none), kind::LOCATION);
        assert_eq!(error_reason_uri("did_not_occur", &none), kind::DID_NOT_OCCUR);
        assert_eq!(MEASUREMENTS.uri("Temperature", &none), "https://gs1.org/voc/Temperature");
    }

    #[test]
    fn short_is_the_word() {
        for (uri, word) in [
            (biz_step::VOID_SHIPPING, "void_shipping"),
            (biz_step::KILL_STEP, "kill_step"),
            (disposition::RECALLED, "recalled"),
            ("urn:gdst:bizStep:fishingEvent", "fishingEvent"),
            ("urn:epcglobal:cbv:mda#netWeight", "netWeight"),
            ("bare", "bare"),
            ("x:", "x:"),
        ] {
            assert_eq!(short(uri), word);
        }
    }

    #[test]
    fn word_lists_are_sorted_for_searching() {
        for list in [&BIZ_STEPS, &DISPOSITIONS, &BIZ_TRANSACTION_TYPES, &COMPONENTS] {
            assert!(list.words.is_sorted());
            assert!(list.words.iter().all(|word| list.has_word(word)));
        }
        assert!(!BIZ_STEPS.accepts("transforming"));
        assert!(BIZ_STEPS.accepts("urn:x:transforming"));
    }
}
