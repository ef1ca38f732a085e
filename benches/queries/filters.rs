//! Every fixed parameter of event queries, with values that many, few and no events have.

use crate::queries::events::{Events, event_id, lot, time};
use crate::queries::query::{Matching, Query};

/// A parameter with what is asked: found often, seldom and never. None where no value is so.
#[derive(Debug)]
struct Filter {
    name: String,
    values: [Option<String>; 3],
}

/// Parameters with the same values for all: identifiers and words.
const WORDS: &[(&str, [&str; 3])] = &[
    ("eventType", ["ObjectEvent", "", "AssociationEvent"]),
    ("EQ_action", ["ADD", "DELETE", "OBSERVE"]),
    ("EQ_bizStep", ["commissioning", "shipping", "packing"]),
    ("EQ_disposition", ["active", "in_transit", "recalled"]),
    ("EQ_persistentDisposition_set", ["completeness_verified", "expired", "recalled"]),
    ("EQ_persistentDisposition_unset", ["completeness_inferred", "damaged", "recalled"]),
    ("EQ_errorReason", ["incorrect_data", "did_not_occur", "urn:x:never"]),
    ("EQ_type", ["Temperature", "Humidity", "Mass"]),
    ("EQ_stringValue", ["ok", "bad", "never"]),
    ("EQ_uriValue", ["urn:x:ok", "urn:x:bad", "urn:x:never"]),
    ("EQ_hexBinaryValue", ["F0", "0F", "77"]),
    ("EQ_booleanValue", ["true", "false", ""]),
    (
        "EQ_readPoint",
        ["urn:epc:id:sgln:6901234.00001.1", "urn:epc:id:sgln:6901239.00001.1", "urn:x:never"],
    ),
    (
        "EQ_bizLocation",
        ["urn:epc:id:sgln:6901234.00001.0", "urn:epc:id:sgln:6901239.00001.0", "urn:x:never"],
    ),
    ("EQ_deviceID", ["urn:x:device:often", "urn:x:device:seldom", "urn:x:never"]),
    ("EQ_dataProcessingMethod", ["urn:x:method:often", "urn:x:method:seldom", "urn:x:never"]),
    ("EQ_microorganism", ["urn:x:listeria", "urn:x:salmonella", "urn:x:never"]),
    ("EQ_chemicalSubstance", ["urn:x:lead", "urn:x:arsenic", "urn:x:never"]),
    ("EQ_bizRules", ["urn:x:rules:often", "urn:x:rules:seldom", "urn:x:never"]),
    ("EQ_bizTransaction_po", ["urn:x:po:often", "urn:x:po:seldom", "urn:x:never"]),
    (
        "EQ_source_owning_party",
        ["urn:x:owning_party:often", "urn:x:owning_party:seldom", "urn:x:never"],
    ),
    (
        "EQ_destination_owning_party",
        ["urn:x:owning_party:often", "urn:x:owning_party:seldom", "urn:x:never"],
    ),
    ("MATCH_epc", SERIALS),
    (
        "MATCH_parentID",
        [
            "urn:epc:idpat:sscc:6901234.*",
            "urn:epc:idpat:sscc:6901239.*",
            "urn:epc:idpat:sscc:6900000.*",
        ],
    ),
    ("MATCH_inputEPC", SERIALS),
    ("MATCH_outputEPC", SERIALS),
    ("MATCH_anyEPC", SERIALS),
    ("MATCH_epcClass", CLASSES),
    ("MATCH_inputEPCClass", CLASSES),
    ("MATCH_outputEPCClass", CLASSES),
    ("MATCH_anyEPCClass", CLASSES),
    ("WD_readPoint", REGIONS),
    ("WD_bizLocation", REGIONS),
    ("EXISTS_errorDeclaration", ["true", "", ""]),
    ("EXISTS_sensorElementList", ["true", "", ""]),
    ("HASATTR_bizLocation", ATTRIBUTES),
    ("HASATTR_readPoint", ATTRIBUTES),
    ("HASATTR_bizStep", ATTRIBUTES),
    ("HASATTR_disposition", ATTRIBUTES),
    ("HASATTR_epcClass", ATTRIBUTES),
    ("HASATTR_anyEPCClass", ATTRIBUTES),
    ("HASATTR_anyEPC", ATTRIBUTES),
    ("EQ_ex:crop", ["rice", "tea", "never"]),
    ("EQ_ILMD_ex:grade", ["A", "B", "never"]),
    ("EQ_ERROR_DECLARATION_ex:by", ["clerk", "auditor", "never"]),
    ("EQ_SENSORELEMENT_ex:rack", ["top", "bottom", "never"]),
    ("EQ_SENSORMETADATA_ex:firmware", ["one", "two", "never"]),
    ("EQ_SENSORREPORT_ex:port", ["left", "right", "never"]),
    ("EQ_readPoint_ex:zone", ["cold", "warm", "never"]),
    ("EQ_bizLocation_ex:zone", ["cold", "warm", "never"]),
    ("EQ_INNER_ex:part", ["rice", "tea", "never"]),
    ("EQ_INNER_ILMD_ex:part", ["A", "B", "never"]),
    ("EXISTS_ex:crop", ["true", "", ""]),
    ("EXISTS_ex:never", ["", "", "true"]),
    ("EXISTS_INNER_ex:part", ["true", "", ""]),
    // Keys of another kind, and of companies whose prefix begins alike.
    ("MATCH_anyEPC", ["urn:epc:idpat:sscc:6901234.*", "", "urn:epc:idpat:sgln:6901234.*.*"]),
    ("MATCH_epcClass", ["", "", "urn:epc:idpat:sgtin:6901230.*.*"]),
    ("HASATTR_epcClass", ["", "", "ex:unused"]),
];
const SERIALS: [&str; 3] = [
    "urn:epc:idpat:sgtin:6901234.*.*",
    "urn:epc:idpat:sgtin:6901239.*.*",
    "urn:epc:idpat:sgtin:6901230.*.*",
];
const CLASSES: [&str; 3] = [
    "urn:epc:idpat:sgtin:6901234.012345.*",
    "urn:epc:idpat:sgtin:6901239.012345.*",
    "urn:epc:idpat:sgtin:6900000.012345.*",
];
const REGIONS: [&str; 3] = ["urn:x:region:often", "urn:x:region:seldom", "urn:x:region:unused"];
const ATTRIBUTES: [&str; 3] = ["ex:often", "ex:seldom", "ex:never"];
/// Fields that master data describes.
const DESCRIBED: [&str; 7] =
    ["bizLocation", "readPoint", "bizStep", "disposition", "epcClass", "anyEPCClass", "anyEPC"];
/// Fields with numbers.
const NUMBERS: [&str; 9] = [
    "quantity",
    "quantity_KGM",
    "value_CEL",
    "minValue_CEL",
    "maxValue_CEL",
    "meanValue_CEL",
    "sDev_CEL",
    "percValue_CEL",
    "ex:score",
];
const SENSOR_TIMES: [&str; 5] =
    ["eventTime", "startTime", "endTime", "time", "errorDeclarationTime"];

/// Each with each of its values.
pub(crate) fn queries(events: Events, recorded: &[String; 3]) -> Vec<Query> {
    let mut all = Vec::new();
    for Filter { name, values } in filters(events, recorded) {
        for (value, matching) in values.into_iter().zip(Matching::ALL) {
            all.extend(value.map(|value| Query::of(matching, &[(&name, &value)])));
        }
    }
    all
}

/// All of them; `recorded` are times of record: of the first events, of the last ones, and later.
fn filters(events: Events, recorded: &[String; 3]) -> Vec<Filter> {
    let filter = |name: &str, values: [&str; 3]| Filter {
        name: name.to_owned(),
        values: values.map(|value| Some(value.to_owned()).filter(|value| !value.is_empty())),
    };
    let mut all: Vec<Filter> = WORDS.iter().map(|(name, values)| filter(name, *values)).collect();
    all.extend(DESCRIBED.iter().flat_map(|field| {
        let name = |which: &str| format!("EQ_ATTR_{field}_ex:{which}");
        // The attribute is part of the name, so there are three names.
        let one = |at: usize, which: &str| {
            let mut values = [""; 3];
            values[at] = "yes";
            filter(&name(which), values)
        };
        let other = filter(&name("often"), ["", "", "no"]);
        [one(0, "often"), one(1, "seldom"), one(2, "never"), other]
    }));
    for name in NUMBERS {
        // The extension has one number, and none below those that are common.
        let few_below = if name.contains(':') { "" } else { "0.5" };
        all.push(filter(&format!("EQ_{name}"), ["12", "5000000", "77"]));
        for operator in ["GT", "GE"] {
            all.push(filter(&format!("{operator}_{name}"), ["11", "1000000", "1e9"]));
        }
        for operator in ["LT", "LE"] {
            all.push(filter(&format!("{operator}_{name}"), ["1000", few_below, "0.0001"]));
        }
    }
    for operator in ["GT", "GE"] {
        all.push(filter(&format!("{operator}_percRank"), ["11", "1000000", "1e9"]));
    }
    for operator in ["LT", "LE"] {
        all.push(filter(&format!("{operator}_percRank"), ["1000", "0.5", "0.0001"]));
    }
    let (last, few) = (events.total, Events::RARE);
    for name in SENSOR_TIMES {
        let [often, seldom, never] = [time(few), time(last - few), time(last + 1_000)];
        all.push(filter(&format!("GE_{name}"), [&often, &seldom, &never]));
        let [often, seldom, never] = [time(last - few), time(few), time(0)];
        all.push(filter(&format!("LT_{name}"), [&often, &seldom, &never]));
    }
    let [first, newest, later] = recorded;
    all.push(filter("GE_recordTime", [first, "", later]));
    all.push(filter("LT_recordTime", [newest, "", first]));
    let ids = |make: &dyn Fn(u64) -> String, step: u64, count: u64| {
        let first = last / 2 / 4 * 4;
        (0..count).map(|at| make(first + step + 4 * at)).collect::<Vec<_>>().join("|")
    };
    let transformation = |number| format!("urn:x:transformation:{number}");
    for (name, make, step) in [
        ("EQ_eventID", &event_id as &dyn Fn(u64) -> String, 0),
        ("EQ_correctiveEventID", &event_id, 2),
        ("EQ_transformationID", &transformation, 2),
        ("MATCH_epcClass", &lot, 0),
    ] {
        // No identifier of these is in more than a few events, so many are asked for at once.
        let (many, few) = (ids(make, step, 100), ids(make, step, 1));
        all.push(filter(name, [&many, &few, "urn:x:never"]));
    }
    all
}
