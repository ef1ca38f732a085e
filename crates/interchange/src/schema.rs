//! The names of EPCIS XML: namespaces, and which element holds what, in which order.

use laiqu_epcis::vocabulary::{
    BIZ_STEPS, BIZ_TRANSACTION_TYPES, DISPOSITIONS, SOURCE_DESTINATION_TYPES, Vocabulary,
};

pub(crate) const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";
pub(crate) const XMLNS_NS: &str = "http://www.w3.org/2000/xmlns/";
pub(crate) const XSI_NS: &str = "http://www.w3.org/2001/XMLSchema-instance";
pub(crate) const XSD_NS: &str = "http://www.w3.org/2001/XMLSchema";
pub(crate) const EPCIS_NS: &str = "urn:epcglobal:epcis:xsd:2";
pub(crate) const QUERY_NS: &str = "urn:epcglobal:epcis-query:xsd:2";
/// Ours: what XML has no way to say of a JSON document (`form:member`, `form:undeclared`).
pub(crate) const FORM_NS: &str = "https://laiqu.example/xml/";

/// Namespaces whose prefixes are syntax of a document and nothing that its events say.
static SYNTAX: [&str; 7] = [
    XSI_NS,
    XSD_NS,
    FORM_NS,
    "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader",
    "urn:epcglobal:xsd:1",
    "urn:epcglobal:xsd:2",
    XML_NS,
];

/// The namespaces of EPCIS documents, without their version.
static EPCIS: [&str; 3] = [
    "urn:epcglobal:epcis:xsd:",
    "urn:epcglobal:epcis-query:xsd:",
    "urn:epcglobal:epcis-masterdata:xsd:",
];

/// Whether a namespace is one of EPCIS itself, and of which major version.
pub(crate) fn epcis_version(namespace: &str) -> Option<&str> {
    EPCIS.iter().find_map(|prefix| namespace.strip_prefix(prefix))
}

/// Whether a prefix for this namespace is syntax only.
pub(crate) fn is_syntax(namespace: &str) -> bool {
    SYNTAX.contains(&namespace) || epcis_version(namespace).is_some()
}

/// How an element of an event becomes a JSON member.
#[derive(Clone, Copy)]
pub(crate) enum Field {
    /// A text.
    Text,
    /// A word of a vocabulary.
    Word(&'static Vocabulary),
    /// Identifiers in elements of this name.
    Ids(&'static str),
    /// Quantity elements.
    Quantities,
    /// Elements of this name, with a type.
    Typed(&'static str, &'static Vocabulary),
    /// `id` and extensions.
    Place,
    /// `unset` and `set`.
    Persistent,
    /// `errorDeclaration`.
    Declaration,
    /// May be repeated.
    Texts,
    /// Sensor elements.
    Sensors,
    /// Extensions only.
    Ilmd,
}

/// An element and what it holds.
pub(crate) type Part = (&'static str, Field);

const TRANSACTIONS: Part =
    ("bizTransactionList", Field::Typed("bizTransaction", &BIZ_TRANSACTION_TYPES));
const SOURCES: Part = ("sourceList", Field::Typed("source", &SOURCE_DESTINATION_TYPES));
const DESTINATIONS: Part =
    ("destinationList", Field::Typed("destination", &SOURCE_DESTINATION_TYPES));
const ACTION: Part = ("action", Field::Text);
const PARENT: Part = ("parentID", Field::Text);
const EPCS: Part = ("epcList", Field::Ids("epc"));
const QUANTITIES: Part = ("quantityList", Field::Quantities);
const CHILDREN: Part = ("childEPCs", Field::Ids("epc"));
const CHILD_QUANTITIES: Part = ("childQuantityList", Field::Quantities);
const SENSORS: Part = ("sensorElementList", Field::Sensors);
const PERSISTENT: Part = ("persistentDisposition", Field::Persistent);
const ILMD: Part = ("ilmd", Field::Ilmd);

/// What every event starts with (EPCIS 2.0 XSD, `EPCISEventType`).
pub(crate) static HEAD: [Part; 6] = [
    ("eventTime", Field::Text),
    ("recordTime", Field::Text),
    ("eventTimeZoneOffset", Field::Text),
    ("eventID", Field::Text),
    ("errorDeclaration", Field::Declaration),
    ("certificationInfo", Field::Texts),
];

const STEP: Part = ("bizStep", Field::Word(&BIZ_STEPS));
const DISPOSITION: Part = ("disposition", Field::Word(&DISPOSITIONS));
const READ_POINT: Part = ("readPoint", Field::Place);
const LOCATION: Part = ("bizLocation", Field::Place);

#[rustfmt::skip]
static OBJECT: [Part; 13] = [
    EPCS, ACTION, STEP, DISPOSITION, READ_POINT, LOCATION, TRANSACTIONS, QUANTITIES, SOURCES,
    DESTINATIONS, SENSORS, PERSISTENT, ILMD,
];
#[rustfmt::skip]
static AGGREGATION: [Part; 13] = [
    PARENT, CHILDREN, ACTION, STEP, DISPOSITION, READ_POINT, LOCATION, TRANSACTIONS,
    CHILD_QUANTITIES, SOURCES, DESTINATIONS, SENSORS, PERSISTENT,
];
#[rustfmt::skip]
static TRANSACTION: [Part; 13] = [
    TRANSACTIONS, PARENT, EPCS, ACTION, STEP, DISPOSITION, READ_POINT, LOCATION, QUANTITIES,
    SOURCES, DESTINATIONS, SENSORS, PERSISTENT,
];
#[rustfmt::skip]
static TRANSFORMATION: [Part; 15] = [
    ("inputEPCList", Field::Ids("epc")), ("inputQuantityList", Field::Quantities),
    ("outputEPCList", Field::Ids("epc")), ("outputQuantityList", Field::Quantities),
    ("transformationID", Field::Text), STEP, DISPOSITION, READ_POINT, LOCATION, TRANSACTIONS,
    SOURCES, DESTINATIONS, SENSORS, PERSISTENT, ILMD,
];
#[rustfmt::skip]
static ASSOCIATION: [Part; 13] = [
    PARENT, CHILDREN, CHILD_QUANTITIES, ACTION, STEP, DISPOSITION, READ_POINT, LOCATION,
    TRANSACTIONS, SOURCES, DESTINATIONS, SENSORS, PERSISTENT,
];

/// What follows the head in an event of this name, in the order of the XSD.
pub(crate) fn tail_of(event: &str) -> Option<&'static [Part]> {
    Some(match event {
        "ObjectEvent" => &OBJECT,
        "AggregationEvent" => &AGGREGATION,
        "TransactionEvent" => &TRANSACTION,
        "TransformationEvent" => &TRANSFORMATION,
        "AssociationEvent" => &ASSOCIATION,
        _ => return None,
    })
}

/// Attributes of sensor elements that are numbers in JSON.
pub(crate) static SENSOR_NUMBERS: [&str; 7] =
    ["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"];

/// All attributes of `sensorMetadata`.
pub(crate) static METADATA: [&str; 8] = [
    "time",
    "startTime",
    "endTime",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
];

/// The other attributes of `sensorReport` that the XSD names.
#[rustfmt::skip]
pub(crate) static REPORT: [&str; 15] = [
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time",
    "microorganism", "chemicalSubstance", "component", "stringValue", "hexBinaryValue", "uriValue",
    "uom", "coordinateReferenceSystem",
];

/// XML 1.0, production 2.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Namespaces in XML 1.0, production 4: a name without a colon.
pub(crate) fn is_name(text: &str) -> bool {
    let start = |c: char| {
        matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
            | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
            | '\u{200c}' | '\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
            | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
            | '\u{10000}'..='\u{effff}')
    };
    let inner = |c: char| {
        start(c)
            || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}'
                | '\u{203f}' | '\u{2040}')
    };
    text.starts_with(start) && text.chars().all(inner)
}
