//! The event hash of CBV 2.0, section 8.9, with lists in the order of its property table.
//!
//! It is an event id and a duplicate key, and never proof of integrity: it rounds times, reads
//! numbers in strings and leaves members out, so different events can share a hash.

mod extension;
mod value;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::event::{Event, member, type_name};
use crate::json::{Json, Node};
use crate::vocabulary::{
    BIZ_STEPS, BIZ_TRANSACTION_TYPES, CBV, COMPONENTS, DISPOSITIONS, ERROR_REASONS, GS1,
    MEASUREMENTS, SOURCE_DESTINATION_TYPES, Vocabulary,
};
use value::Values;

/// Which form of the hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HashMode {
    /// Members in the order of the property table (CBV 2.0, section 8.9.2). This is the form that
    /// the ledger gives as `eventID`.
    #[default]
    Table,
    /// As the widespread reference program prints it: some lists stand elsewhere, numbers go
    /// through binary floating point, truth values of JSON are `True` and `False`. What it repeats
    /// behind the end for namespaces without a slash is not repeated here.
    Reference,
    /// Members in the order of the table, values as the reference program prints them: what tells
    /// apart in which of the two a hash differs.
    TableWithReferenceValues,
}

impl HashMode {
    /// Whether values are written as the reference program prints them.
    fn has_reference_values(self) -> bool {
        self != Self::Table
    }
}

/// What the reference program does otherwise with XML: compact URIs in attributes stay as they are
/// unless they are of the standard's own vocabularies, truth values are texts, and members that the
/// document asks to ignore are left out wherever they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlForm {
    /// Members to leave out, by namespace and local name.
    pub ignored: Vec<(String, String)>,
}

/// Members in another order than the table's: parents before their lists, sensors before documents.
static REFERENCE_ORDER: [&str; 22] = [
    "certificationInfo",
    "parentID",
    "epcList",
    "inputEPCList",
    "childEPCs",
    "quantityList",
    "childQuantityList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "action",
    "transformationID",
    "bizStep",
    "disposition",
    "persistentDisposition",
    "readPoint",
    "bizLocation",
    "sensorElementList",
    "bizTransactionList",
    "destinationList",
    "sourceList",
    "ilmd",
];

/// Where a member of an event goes in the text.
#[derive(Clone, Copy)]
enum Field {
    /// `key=value`, for each value where there is a list, sorted.
    Scalar,
    /// A word of a vocabulary.
    Word(&'static Vocabulary),
    /// List name, then `epc=` sorted.
    Epcs,
    /// List name, then quantity elements sorted.
    Quantities,
    /// List name, then `type=…{name}=…` sorted.
    Typed(&'static str, &'static Vocabulary),
    /// Name, then `id=` and extensions.
    Place,
    /// Name, then `set=` and `unset=`.
    Persistent,
    /// List name, then sensor elements sorted.
    Sensors,
    /// Name, then extensions.
    Ilmd,
}

/// The property table, behind `eventType`, `eventTime` and `eventTimeZoneOffset`.
static TABLE: [(&str, Field); 22] = [
    ("certificationInfo", Field::Scalar),
    ("epcList", Field::Epcs),
    ("parentID", Field::Scalar),
    ("inputEPCList", Field::Epcs),
    ("childEPCs", Field::Epcs),
    ("quantityList", Field::Quantities),
    ("childQuantityList", Field::Quantities),
    ("inputQuantityList", Field::Quantities),
    ("outputEPCList", Field::Epcs),
    ("outputQuantityList", Field::Quantities),
    ("action", Field::Scalar),
    ("transformationID", Field::Scalar),
    ("bizStep", Field::Word(&BIZ_STEPS)),
    ("disposition", Field::Word(&DISPOSITIONS)),
    ("persistentDisposition", Field::Persistent),
    ("readPoint", Field::Place),
    ("bizLocation", Field::Place),
    ("bizTransactionList", Field::Typed("bizTransaction", &BIZ_TRANSACTION_TYPES)),
    ("sourceList", Field::Typed("source", &SOURCE_DESTINATION_TYPES)),
    ("destinationList", Field::Typed("destination", &SOURCE_DESTINATION_TYPES)),
    ("sensorElementList", Field::Sensors),
    ("ilmd", Field::Ilmd),
];

/// Members that the hash never sees, beside those that it has read already.
static LEFT_OUT: [&str; 7] = [
    "type",
    "@type",
    "eventID",
    "eventTime",
    "eventTimeZoneOffset",
    "recordTime",
    "errorDeclaration",
];

static METADATA: [&str; 8] = [
    "time",
    "startTime",
    "endTime",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
];

static REPORT: [&str; 23] = [
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
];

/// The text to hash.
pub(crate) fn prehash(event: &Event<'_>, mode: HashMode, xml: Option<&XmlForm>) -> String {
    let values = Values { prefixes: event.prefixes(), mode, xml };
    let mut out = String::with_capacity(event.raw().len());
    out.push_str("eventType=");
    out.push_str(type_name(event.event_type()));
    if let Some(time) = event.member("eventTime") {
        values.time(&mut out, "eventTime", time);
    }
    if let Some(offset) = event.text("eventTimeZoneOffset") {
        values.pair(&mut out, "eventTimeZoneOffset", offset.trim());
    }
    let order = TABLE.map(|(name, _)| name);
    for name in if mode == HashMode::Reference { REFERENCE_ORDER } else { order } {
        let field = TABLE.iter().find(|(in_table, _)| *in_table == name);
        if let Some(((_, field), node)) = field.zip(event.member(name)) {
            values.field(&mut out, name, *field, node);
        }
    }
    let known = |name: &str| {
        LEFT_OUT.contains(&name) || TABLE.iter().any(|(in_table, _)| *in_table == name)
    };
    values.extensions(&mut out, event.node(), known);
    out
}

/// What the error declaration of an event says, which the event hash leaves out, written as the
/// hash writes the rest: neither spelling nor order counts.
pub(crate) fn declared(event: &Event<'_>) -> Option<String> {
    const KNOWN: [&str; 3] = ["declarationTime", "reason", "correctiveEventIDs"];
    let declaration = event.member("errorDeclaration")?;
    let values = Values { prefixes: event.prefixes(), mode: HashMode::Table, xml: None };
    let mut out = String::new();
    for (name, node) in
        KNOWN.into_iter().filter_map(|name| Some((name, member(declaration, name)?)))
    {
        match name {
            "declarationTime" => values.time(&mut out, name, node),
            "reason" => values.word(&mut out, name, &ERROR_REASONS, node),
            _ => values.list(&mut out, name, node, |out, id| values.scalar(out, "id", id)),
        }
    }
    values.extensions(&mut out, declaration, |name| KNOWN.contains(&name));
    Some(out)
}

/// The hash of a text that was made of an event: `ni:///sha-256;<hex>?ver=CBV2.0`. Hexadecimal,
/// although RFC 6920 says base64url: that is what every implementation prints.
#[must_use]
pub fn hash_of(prehash: &str) -> String {
    let digest = HEXLOWER.encode(&Sha256::digest(prehash.as_bytes()));
    format!("ni:///sha-256;{digest}?ver=CBV2.0")
}

impl Values<'_, '_> {
    fn field(&self, out: &mut String, name: &str, field: Field, node: &Node<'_>) {
        match field {
            Field::Scalar => self.scalar(out, name, node),
            Field::Word(words) => self.word(out, name, words, node),
            Field::Epcs => {
                self.list(out, name, node, |out, epc| self.scalar(out, "epc", epc));
            }
            Field::Quantities => self.list(out, name, node, |out, item| self.quantity(out, item)),
            Field::Typed(reference, words) => self.list(out, name, node, |out, item| {
                match member(item, "type") {
                    Some(kind) if self.stays_in_xml(kind) => self.as_sent(out, "type", kind),
                    Some(kind) => self.word(out, "type", words, kind),
                    None => {}
                }
                if let Some(id) = member(item, reference) {
                    self.scalar(out, reference, id);
                }
                self.extensions(out, item, |name| name == "type" || name == reference);
            }),
            Field::Place => self.place(out, name, node),
            Field::Persistent => self.persistent(out, name, node),
            Field::Sensors => self.list(out, name, node, |out, item| self.sensor(out, item)),
            Field::Ilmd => {
                let start = out.len();
                out.push_str(name);
                let before = out.len();
                self.extensions(out, node, |_| false);
                if out.len() == before {
                    out.truncate(start);
                }
            }
        }
    }

    /// The list's name once, then its items, each as one text, sorted. Nothing for an empty list.
    fn list(
        &self,
        out: &mut String,
        name: &str,
        node: &Node<'_>,
        mut write: impl FnMut(&mut String, &Node<'_>),
    ) {
        let mut items: Vec<String> = Vec::with_capacity(node.elements().len());
        for element in node.elements() {
            let mut item = String::new();
            write(&mut item, element);
            items.push(item);
        }
        items.sort_unstable();
        if !items.is_empty() {
            out.push_str(name);
            items.iter().for_each(|item| out.push_str(item));
        }
    }

    fn quantity(&self, out: &mut String, item: &Node<'_>) {
        const KNOWN: [&str; 3] = ["epcClass", "quantity", "uom"];
        out.push_str("quantityElement");
        for name in KNOWN {
            if let Some(value) = member(item, name) {
                self.scalar(out, name, value);
            }
        }
        self.extensions(out, item, |name| KNOWN.contains(&name));
    }

    fn place(&self, out: &mut String, name: &str, node: &Node<'_>) {
        out.push_str(name);
        if let Some(id) = member(node, "id") {
            self.scalar(out, "id", id);
        }
        self.extensions(out, node, |name| name == "id");
    }

    fn persistent(&self, out: &mut String, name: &str, node: &Node<'_>) {
        out.push_str(name);
        for part in ["set", "unset"] {
            if let Some(list) = member(node, part) {
                let mut words = String::new();
                self.list(&mut words, "", list, |out, word| {
                    self.word(out, part, &DISPOSITIONS, word);
                });
                out.push_str(&words);
            }
        }
        self.extensions(out, node, |name| name == "set" || name == "unset");
    }

    fn sensor(&self, out: &mut String, element: &Node<'_>) {
        out.push_str("sensorElement");
        if let Some(metadata) = member(element, "sensorMetadata") {
            out.push_str("sensorMetadata");
            self.known(out, metadata, &METADATA);
        }
        if let Some(reports) = member(element, "sensorReport") {
            self.list(out, "", reports, |out, report| {
                out.push_str("sensorReport");
                self.known(out, report, &REPORT);
            });
        }
        self.extensions(out, element, |name| name == "sensorMetadata" || name == "sensorReport");
    }

    /// Members of a sensor's parts in table order, the others behind them.
    fn known(&self, out: &mut String, node: &Node<'_>, names: &[&str]) {
        for name in names {
            let Some(value) = member(node, name) else { continue };
            match *name {
                _ if self.stays_in_xml(value) => self.as_sent(out, name, value),
                "time" | "startTime" | "endTime" => self.time(out, name, value),
                "type" | "exception" => self.word(out, name, &MEASUREMENTS, value),
                "component" => match value.as_str() {
                    // A compact URI stays unless the document declares its prefix.
                    Some(word) if word.contains(':') => self.scalar(out, name, value),
                    _ => self.word(out, name, &COMPONENTS, value),
                },
                _ => self.scalar(out, name, value),
            }
        }
        self.extensions(out, node, |name| names.contains(&name));
    }

    fn word(&self, out: &mut String, name: &str, words: &Vocabulary, node: &Node<'_>) {
        match node.as_str() {
            Some(word) if self.stays(word) => self.scalar(out, name, node),
            Some(word) => self.pair(out, name, &words.uri(word, self.prefixes)),
            None => self.scalar(out, name, node),
        }
    }

    /// The reference expands a compact URI only where the document declares its prefix.
    fn stays(&self, word: &str) -> bool {
        self.mode.has_reference_values()
            && !word.trim().starts_with("urn:")
            && word.contains(':')
            && self.prefixes.split_declared(word.trim()).is_none()
    }

    /// In XML, it expands those of the standard's own vocabularies only in attributes.
    fn stays_in_xml(&self, node: &Node<'_>) -> bool {
        let is_own = |text: &str| {
            let expanded = self.prefixes.split_declared(text.trim());
            expanded.is_some_and(|(namespace, _)| ![GS1, CBV].contains(&namespace))
        };
        self.xml.is_some() && node.as_str().is_some_and(is_own)
    }

    fn as_sent(&self, out: &mut String, name: &str, node: &Node<'_>) {
        self.pair(out, name, node.as_str().unwrap_or_default().trim());
    }

    /// One value, or all values of a list, sorted.
    fn scalar(&self, out: &mut String, name: &str, node: &Node<'_>) {
        if let Json::Array(_) = node.value {
            self.list(out, "", node, |out, item| self.scalar(out, name, item));
        } else if let Some(text) = self.text(node) {
            self.pair(out, name, &text);
        }
    }
}

#[cfg(test)]
mod tests;
