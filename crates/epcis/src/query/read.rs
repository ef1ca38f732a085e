//! Queries from their parameters: of an address, or of a JSON object (named queries).

use super::fault::{QueryFault, QueryFaultCode};
use super::parameter::Parameter;
use super::{Condition, EventQuery, Order, PARAMETERS_MAX, VALUES_MAX};
use crate::context::Prefixes;
use crate::json::{Json, Node};
use std::collections::HashSet;

/// A top-level resource whose members group events (EPCIS 2.0, section 12.7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CollectionKind {
    /// `/eventTypes`
    EventTypes,
    /// `/epcs`
    Epcs,
    /// `/bizSteps`
    BizSteps,
    /// `/bizLocations`
    BizLocations,
    /// `/readPoints`
    ReadPoints,
    /// `/dispositions`
    Dispositions,
}

impl CollectionKind {
    /// Every collection.
    pub const ALL: [Self; 6] = [
        Self::EventTypes,
        Self::Epcs,
        Self::BizSteps,
        Self::BizLocations,
        Self::ReadPoints,
        Self::Dispositions,
    ];

    /// Its name in paths.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EventTypes => "eventTypes",
            Self::Epcs => "epcs",
            Self::BizSteps => "bizSteps",
            Self::BizLocations => "bizLocations",
            Self::ReadPoints => "readPoints",
            Self::Dispositions => "dispositions",
        }
    }

    /// Parameters whose events are those of a member; for EPCs either may hold.
    fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::EventTypes => &["eventType"],
            Self::Epcs => &["MATCH_anyEPC", "MATCH_anyEPCClass"],
            Self::BizSteps => &["EQ_bizStep"],
            Self::BizLocations => &["EQ_bizLocation"],
            Self::ReadPoints => &["EQ_readPoint"],
            Self::Dispositions => &["EQ_disposition"],
        }
    }
}

impl EventQuery {
    /// Reads parameters with their values. Those of an address are texts; a list is one text with
    /// `|` between its values, which the caller has split.
    ///
    /// # Errors
    /// The first fault, with its parameter.
    pub fn of_parameters(
        parameters: &[(String, Vec<String>)],
        prefixes: &Prefixes<'_>,
    ) -> Result<Self, QueryFault> {
        if parameters.len() > PARAMETERS_MAX {
            let detail = format!("{} parameters, at most {PARAMETERS_MAX}", parameters.len());
            return Err(QueryFault::new(QueryFaultCode::TooMany, "", detail));
        }
        let mut query = Self::default();
        let (mut seen, mut direction) = (HashSet::new(), None);
        for (name, values) in parameters {
            let parameter = Parameter { name, values, prefixes };
            if !seen.insert(name.as_str()) {
                let code = QueryFaultCode::Combination;
                return Err(QueryFault::new(code, name, "stands twice"));
            }
            if values.len() > VALUES_MAX {
                let detail = format!("{} values, at most {VALUES_MAX}", values.len());
                return Err(QueryFault::new(QueryFaultCode::TooMany, name, detail));
            }
            match name.as_str() {
                "orderBy" => query.order = parameter.order()?,
                "orderDirection" => direction = Some(parameter.is_ascending()?),
                "eventCountLimit" => query.event_count_limit = Some(parameter.count()?),
                "maxEventCount" => query.max_event_count = Some(parameter.count()?),
                _ => query.conditions.extend(parameter.read()?),
            }
        }
        // Where no order is asked for, events come as they were recorded.
        query.ascending = direction.unwrap_or(!seen.contains("orderBy"));
        let refused = |name, why| Err(QueryFault::new(QueryFaultCode::Combination, name, why));
        if query.event_count_limit.is_some() && query.max_event_count.is_some() {
            return refused("maxEventCount", "excludes eventCountLimit");
        }
        if query.event_count_limit.is_some() && !seen.contains("orderBy") {
            return refused("eventCountLimit", "needs orderBy, which says which events come first");
        }
        Ok(query)
    }

    /// Reads a JSON object of parameters: strings, numbers, truth values, `null`, or lists of them.
    /// Its `@context` declares prefixes.
    ///
    /// # Errors
    /// The first fault, with its parameter.
    pub fn of_json(object: &Node<'_>) -> Result<Self, QueryFault> {
        let wrong = |name: &str, why: &str| QueryFault::new(QueryFaultCode::Value, name, why);
        if !object.is_object() {
            return Err(wrong("query", "must be an object of parameters"));
        }
        let mut prefixes = Prefixes::default();
        if let Some(context) = object.get("@context") {
            prefixes = prefixes.extended(context);
        }
        let mut parameters = Vec::new();
        for (name, value) in object.members().iter().filter(|(name, _)| *name != "@context") {
            let one = |node: &Node<'_>| match &node.value {
                Json::String(text) => Ok(text.to_string()),
                Json::Number(text) => Ok((*text).to_owned()),
                Json::Bool(truth) => Ok(truth.to_string()),
                Json::Null => Ok(String::new()),
                Json::Array(_) | Json::Object(_) => {
                    Err(wrong(name, "must hold texts, numbers or truth values"))
                }
            };
            let values: Result<Vec<String>, QueryFault> = match &value.value {
                Json::Array(list) => list.iter().map(one).collect(),
                Json::Null
                | Json::Bool(_)
                | Json::Number(_)
                | Json::String(_)
                | Json::Object(_) => one(value).map(|value| vec![value]),
            };
            parameters.push((name.to_string(), values?));
        }
        Self::of_parameters(&parameters, &prefixes)
    }

    /// The same query for the events of one member of a collection.
    ///
    /// # Errors
    /// Where there can be no such member.
    pub fn within_collection(
        mut self,
        kind: CollectionKind,
        member: &str,
    ) -> Result<Self, QueryFault> {
        let mut any = Vec::new();
        for name in kind.parameters() {
            let (values, prefixes) = ([member.to_owned()], Prefixes::default());
            let parameter = Parameter { name, values: &values, prefixes: &prefixes };
            any.extend(parameter.read()?.into_iter().flat_map(|condition| condition.any));
        }
        self.conditions.push(Condition { any });
        Ok(self)
    }
}

impl Parameter<'_> {
    fn single(&self) -> Result<&str, QueryFault> {
        match self.values {
            [value] if !value.trim().is_empty() => Ok(value.trim()),
            _ => Err(self.wrong("takes one value")),
        }
    }

    fn order(&self) -> Result<Order, QueryFault> {
        match self.single()? {
            "eventTime" => Ok(Order::EventTime),
            "recordTime" => Ok(Order::Recorded),
            name if name.contains(':') => {
                let field = Parameter { name, ..*self }.extension(name);
                field.map(Order::Extension)
            }
            _ => Err(self.wrong("must be eventTime, recordTime or the name of an extension")),
        }
    }

    fn is_ascending(&self) -> Result<bool, QueryFault> {
        match self.single()? {
            "ASC" => Ok(true),
            "DESC" => Ok(false),
            _ => Err(self.wrong("must be ASC or DESC")),
        }
    }

    fn count(&self) -> Result<u64, QueryFault> {
        let text = self.single()?;
        let plain = text.bytes().all(|b| b.is_ascii_digit());
        let count = text.parse().ok().filter(|count| plain && *count > 0);
        count.ok_or_else(|| self.wrong("must be a whole number above 0"))
    }
}
