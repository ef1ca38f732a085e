//! One parameter: its name says what is compared, its values with what.

use super::Condition;
use super::attributes::hexadecimal;
use super::described::DESCRIBED;
use super::extensions::decimal;
use super::fault::{QueryFault, QueryFaultCode};
use super::field::{Field, Scope, ordered_number, ordered_time};
use super::pattern::Pattern;
use super::test::{Range, Test};
use crate::context::Prefixes;
use crate::event::type_of;
use crate::identifier::canonical;
use crate::time::DateTime;
use crate::vocabulary::{
    BIZ_STEPS, BIZ_TRANSACTION_TYPES, DISPOSITIONS, ERROR_REASONS, MEASUREMENTS,
    SOURCE_DESTINATION_TYPES, Vocabulary,
};
use std::borrow::Cow;

/// A parameter with its values, as given.
pub(super) struct Parameter<'p> {
    pub(super) name: &'p str,
    pub(super) values: &'p [String],
    pub(super) prefixes: &'p Prefixes<'p>,
}

/// Fields that hold identifiers, compared in canonical form.
const IDENTIFIERS: [&str; 10] = [
    "readPoint",
    "bizLocation",
    "transformationID",
    "eventID",
    "correctiveEventID",
    "deviceID",
    "dataProcessingMethod",
    "microorganism",
    "chemicalSubstance",
    "bizRules",
];
/// Parts that `MATCH_` looks at.
const MATCHED: [&str; 9] = [
    "epc",
    "parentID",
    "inputEPC",
    "outputEPC",
    "anyEPC",
    "epcClass",
    "inputEPCClass",
    "outputEPCClass",
    "anyEPCClass",
];
const TIMES: [&str; 6] =
    ["eventTime", "recordTime", "startTime", "endTime", "time", "errorDeclarationTime"];
/// Numbers that are asked for by unit.
const MEASURES: [&str; 7] =
    ["quantity", "value", "minValue", "maxValue", "meanValue", "sDev", "percValue"];
const TYPED: [(&str, &Vocabulary); 3] = [
    ("bizTransaction", &BIZ_TRANSACTION_TYPES),
    ("source", &SOURCE_DESTINATION_TYPES),
    ("destination", &SOURCE_DESTINATION_TYPES),
];

impl Parameter<'_> {
    /// The condition that the parameter states; none where its value asks for nothing.
    pub(super) fn read(&self) -> Result<Option<Condition>, QueryFault> {
        if self.name == "eventType" {
            return self.each(|value| {
                let event_type = type_of(value).ok_or("is no event type of EPCIS 2.0")?;
                Ok(vec![text("eventType", crate::event::type_name(event_type))])
            });
        }
        let (operator, rest) = self.name.split_once('_').ok_or_else(|| self.unknown())?;
        match operator {
            "EQ" => self.equal(rest),
            "GT" | "GE" | "LT" | "LE" => self.range(operator, rest),
            "MATCH" => self.matching(rest),
            "WD" => self.within(rest),
            "EXISTS" => self.exists(rest),
            "HASATTR" => {
                let field = self.described(rest)?;
                self.each(|attribute| {
                    let attribute = self.prefixes.expand(attribute).into_owned();
                    Ok(vec![Test::Attribute { field: field.clone(), attribute, values: None }])
                })
            }
            _ => Err(self.unknown()),
        }
    }

    fn equal(&self, rest: &str) -> Result<Option<Condition>, QueryFault> {
        let word = |name: &'static str, words: &'static Vocabulary| {
            self.each(|value| Ok(vec![text(name, &words.uri(value, self.prefixes))]))
        };
        match rest {
            "action" => {
                return self.each(|value| match value {
                    "ADD" | "OBSERVE" | "DELETE" => Ok(vec![text("action", value)]),
                    _ => Err("must be ADD, OBSERVE or DELETE"),
                });
            }
            "bizStep" => return word("bizStep", &BIZ_STEPS),
            "disposition" => return word("disposition", &DISPOSITIONS),
            "persistentDisposition_set" => {
                return word("persistentDisposition_set", &DISPOSITIONS);
            }
            "persistentDisposition_unset" => {
                return word("persistentDisposition_unset", &DISPOSITIONS);
            }
            "errorReason" => return word("errorReason", &ERROR_REASONS),
            "type" => return word("type", &MEASUREMENTS),
            "stringValue" => return self.each(|value| Ok(vec![text("stringValue", value)])),
            "uriValue" => return self.each(|value| Ok(vec![self.identifier("uriValue", value)])),
            "hexBinaryValue" => {
                return self.each(|value| Ok(vec![text("hexBinaryValue", &hexadecimal(value))]));
            }
            "booleanValue" => {
                return self.each(|value| match value {
                    "true" | "false" => Ok(vec![text("booleanValue", value)]),
                    _ => Err("must be true or false"),
                });
            }
            _ => {}
        }
        // Event identifiers are compared to the letter: they are keys, not things.
        if let Some(name) = ["eventID", "correctiveEventID"].into_iter().find(|name| *name == rest)
        {
            return self.each(|value| Ok(vec![text(name, value)]));
        }
        if let Some(name) = IDENTIFIERS.into_iter().find(|name| *name == rest) {
            return self.each(|value| Ok(vec![self.identifier(name, value)]));
        }
        if let Some(field) = measure(rest) {
            return self.each(|value| {
                let number = ordered_number(decimal(value).ok_or("must be a number")?);
                Ok(vec![Test::Number(field.clone(), Range::Exactly(number))])
            });
        }
        for (name, words) in TYPED {
            let kind = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix('_'));
            if let Some(kind) = kind.filter(|kind| !kind.is_empty()) {
                let kind = words.uri(kind, self.prefixes).into_owned();
                let field = Field::Typed(name, kind.into());
                return self.each(|value| {
                    Ok(vec![Test::Text(field.clone(), self.canonical(value).into_owned())])
                });
            }
        }
        if let Some(rest) = rest.strip_prefix("ATTR_") {
            return self.attribute(rest);
        }
        let field = self.extension(rest)?;
        self.each(|value| {
            // Which of the three it is the parameter does not say.
            let mut tests = vec![Test::Text(field.clone(), value.to_owned())];
            if let Some(time) = DateTime::parse(value) {
                let exactly = Range::Exactly(ordered_time(time.micros()));
                tests.push(Test::Time(field.clone(), exactly));
            } else if let Some(number) = decimal(value) {
                tests.push(Test::Number(field.clone(), Range::Exactly(ordered_number(number))));
            }
            Ok(tests)
        })
    }

    fn range(&self, operator: &str, rest: &str) -> Result<Option<Condition>, QueryFault> {
        // The two descriptions of the standard spell this one differently.
        let rest = if rest == "errorDeclaration_Time" { "errorDeclarationTime" } else { rest };
        let range = |value: u64| match operator {
            "GT" => Range::Above(value),
            "GE" => Range::From(value),
            "LT" => Range::Below(value),
            _ => Range::UpTo(value),
        };
        if let Some(name) = TIMES.into_iter().find(|name| *name == rest) {
            if !matches!(operator, "GE" | "LT") {
                return Err(self.unknown());
            }
            return self.one(|value| {
                let time = DateTime::parse(value).ok_or("must be a date and time with its zone")?;
                Ok(vec![Test::Time(Field::Standard(name), range(ordered_time(time.micros())))])
            });
        }
        let number = |value: &str| decimal(value).map(ordered_number).ok_or("must be a number");
        let standard = (rest == "percRank").then_some(Field::Standard("percRank"));
        if let Some(field) = standard.or_else(|| measure(rest)) {
            return self.one(|value| Ok(vec![Test::Number(field.clone(), range(number(value)?))]));
        }
        let field = self.extension(rest)?;
        self.one(|value| {
            if let Some(time) = DateTime::parse(value) {
                return Ok(vec![Test::Time(field.clone(), range(ordered_time(time.micros())))]);
            }
            let number = number(value).map_err(|_| "must be a number or a date and time")?;
            Ok(vec![Test::Number(field.clone(), range(number))])
        })
    }

    fn matching(&self, rest: &str) -> Result<Option<Condition>, QueryFault> {
        let name = MATCHED.into_iter().find(|name| *name == rest).ok_or_else(|| self.unknown())?;
        self.each(|value| {
            let test = match Pattern::of(&self.prefixes.expand(value))? {
                Some(pattern) => Test::Pattern(Field::Standard(name), pattern),
                None => self.identifier(name, value),
            };
            Ok(vec![test])
        })
    }

    fn within(&self, rest: &str) -> Result<Option<Condition>, QueryFault> {
        let places = ["readPoint", "bizLocation"];
        let name = places.into_iter().find(|name| *name == rest).ok_or_else(|| self.unknown())?;
        self.each(|value| Ok(vec![Test::Within(name, self.canonical(value).into_owned())]))
    }

    /// `EXISTS_`: no value, or `true`. With `false` nothing is asked.
    fn exists(&self, rest: &str) -> Result<Option<Condition>, QueryFault> {
        let standard = ["errorDeclaration", "sensorElementList"];
        let field = match standard.into_iter().find(|name| *name == rest) {
            Some(name) => Field::Standard(name),
            None => self.extension(rest)?,
        };
        match self.values {
            [] => {}
            [value] if matches!(value.as_str(), "" | "true" | "null" | "1") => {}
            [value] if matches!(value.as_str(), "false" | "0") => return Ok(None),
            _ => return Err(self.wrong("must be true, false or empty")),
        }
        Ok(Some(Condition { any: vec![Test::Present(field)] }))
    }

    /// `EQ_ATTR_field_attribute`: neither part's end is marked, so known fields are tried first.
    fn attribute(&self, rest: &str) -> Result<Option<Condition>, QueryFault> {
        let known = DESCRIBED.into_iter().find_map(|name| {
            rest.strip_prefix(name)?.strip_prefix('_').map(|attribute| (name, attribute))
        });
        let (name, attribute) =
            known.or_else(|| rest.split_once('_')).ok_or_else(|| self.unknown())?;
        let field = self.described(name)?;
        let attribute = self.prefixes.expand(attribute).into_owned();
        self.each(|value| {
            let (field, attribute) = (field.clone(), attribute.clone());
            Ok(vec![Test::Attribute { field, attribute, values: Some(vec![value.to_owned()]) }])
        })
    }

    fn described(&self, name: &str) -> Result<Field<'static>, QueryFault> {
        match DESCRIBED.into_iter().find(|known| *known == name) {
            Some(name) => Ok(Field::Standard(name)),
            None => self.extension(name),
        }
    }

    /// The extension that the rest of a name is about.
    pub(super) fn extension(&self, rest: &str) -> Result<Field<'static>, QueryFault> {
        let (inner, rest) = strip(rest, "INNER_");
        let scopes = [
            ("ILMD_", Scope::Ilmd),
            ("ERROR_DECLARATION_", Scope::ErrorDeclaration),
            ("SENSORELEMENT_", Scope::SensorElement),
            ("SENSORMETADATA_", Scope::SensorMetadata),
            ("SENSORREPORT_", Scope::SensorReport),
            ("readPoint_", Scope::ReadPoint),
            ("bizLocation_", Scope::BizLocation),
        ];
        let found = scopes
            .into_iter()
            .find_map(|(prefix, scope)| rest.strip_prefix(prefix).map(|name| (scope, name)));
        let (scope, name) = found.unwrap_or((Scope::Event, rest));
        // Only names with a namespace can be extensions, apart from those of the goods.
        let is_name = match name.split_once(':') {
            // A known beginning that is misspelt would otherwise be taken for a prefix.
            Some((prefix, local)) => {
                let declared = || self.prefixes.namespace(prefix).is_some();
                let is_prefix = prefix.starts_with(|c: char| c.is_alphabetic());
                is_prefix && !local.is_empty() && (!prefix.contains('_') || declared())
            }
            None => scope == Scope::Ilmd && !name.is_empty(),
        };
        if !is_name {
            return Err(self.unknown());
        }
        let name = Cow::Owned(self.prefixes.expand(name).into_owned());
        Ok(Field::Extension { scope, inner, name })
    }

    fn canonical<'v>(&self, value: &'v str) -> Cow<'v, str> {
        match self.prefixes.expand(value.trim()) {
            Cow::Borrowed(text) => canonical(text),
            Cow::Owned(text) => Cow::Owned(canonical(&text).into_owned()),
        }
    }

    fn identifier(&self, name: &'static str, value: &str) -> Test {
        text(name, &self.canonical(value))
    }

    fn each(
        &self,
        read: impl Fn(&str) -> Result<Vec<Test>, &'static str>,
    ) -> Result<Option<Condition>, QueryFault> {
        if self.values.iter().all(|value| value.trim().is_empty()) {
            return Err(self.wrong("needs a value"));
        }
        let mut any = Vec::with_capacity(self.values.len());
        for value in self.values {
            any.extend(read(value.trim()).map_err(|why| self.wrong_value(value, why))?);
        }
        Ok(Some(Condition { any }))
    }

    fn one(
        &self,
        read: impl Fn(&str) -> Result<Vec<Test>, &'static str>,
    ) -> Result<Option<Condition>, QueryFault> {
        if self.values.len() == 1 { self.each(read) } else { Err(self.wrong("takes one value")) }
    }

    pub(super) fn unknown(&self) -> QueryFault {
        QueryFault::new(QueryFaultCode::Unknown, self.name, "is no parameter of EPCIS queries")
    }

    pub(super) fn wrong(&self, why: &str) -> QueryFault {
        QueryFault::new(QueryFaultCode::Value, self.name, why)
    }

    fn wrong_value(&self, value: &str, why: &str) -> QueryFault {
        let shown: String = value.chars().take(100).collect();
        self.wrong(&format!("{shown:?} {why}"))
    }
}

fn text(name: &'static str, text: &str) -> Test {
    Test::Text(Field::Standard(name), text.to_owned())
}

/// A number by its name, with the unit that may stand behind it.
fn measure(rest: &str) -> Option<Field<'static>> {
    if rest == "quantity" {
        return Some(Field::Standard("quantity"));
    }
    let (name, unit) = rest.split_once('_')?;
    let name = MEASURES.into_iter().find(|measure| *measure == name)?;
    let is_unit = (2..=4).contains(&unit.len()) && unit.bytes().all(|b| b.is_ascii_alphanumeric());
    is_unit.then(|| Field::Typed(name, unit.to_owned().into()))
}

fn strip<'t>(text: &'t str, prefix: &str) -> (bool, &'t str) {
    text.strip_prefix(prefix).map_or((false, text), |rest| (true, rest))
}
