//! What is wrong with a query.

/// The sort of a fault in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryFaultCode {
    /// No such parameter.
    Unknown,
    /// A parameter that stands twice, or excludes another one.
    Combination,
    /// A value that the parameter cannot have.
    Value,
    /// More parameters or values than the limit.
    TooMany,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("query parameter {parameter:?}: {detail}")]
pub struct QueryFault {
    /// Its sort.
    pub code: QueryFaultCode,
    /// The parameter, cut to a hundred characters.
    pub parameter: String,
    /// What, for a person: lower case, no full stop.
    pub detail: String,
}

impl QueryFault {
    pub(super) fn new(code: QueryFaultCode, parameter: &str, detail: impl Into<String>) -> Self {
        Self { code, parameter: parameter.chars().take(100).collect(), detail: detail.into() }
    }
}
