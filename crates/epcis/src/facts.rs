//! What one event says, in canonical identifiers: the one input of every projection.
//!
//! A projection never looks at JSON or XML. It reads [`Facts`], which hold full vocabulary URIs and
//! canonical GS1 Digital Links, so that an event means the same whichever spelling it came in.

/// Where an event stands in the ledger: the entry, and the event's place inside its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Index of the ledger entry (0-based).
    pub index: u64,
    /// Ordinal of the event in the entry's document (0-based).
    pub ordinal: u32,
}

/// The five event types of EPCIS 2.0, section 7.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventType {
    /// `ObjectEvent`
    Object,
    /// `AggregationEvent`
    Aggregation,
    /// `TransactionEvent`
    Transaction,
    /// `TransformationEvent`
    Transformation,
    /// `AssociationEvent`
    Association,
}

/// EPCIS 2.0, section 7.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Begins or adds to a life or a relation.
    Add,
    /// Observed unchanged.
    Observe,
    /// Ends a life or a relation.
    Delete,
}

/// A moment as the sender stated it. Order is by intervals: [`EventTime::earliest`] to
/// [`EventTime::latest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventTime {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub micros: i64,
    /// Minutes east of UTC, from `eventTimeZoneOffset`.
    pub offset_minutes: i16,
}

/// Microseconds in one day.
pub const DAY_MICROS: i64 = 86_400_000_000;

impl EventTime {
    /// Exactly local midnight: by convention a date without a time, so it means that whole day.
    #[must_use]
    pub fn is_whole_day(&self) -> bool {
        (self.micros + i64::from(self.offset_minutes) * 60_000_000).rem_euclid(DAY_MICROS) == 0
    }

    /// First microsecond that the statement allows.
    #[must_use]
    pub fn earliest(&self) -> i64 {
        self.micros
    }

    /// Last microsecond that the statement allows.
    #[must_use]
    pub fn latest(&self) -> i64 {
        if self.is_whole_day() { self.micros + DAY_MICROS - 1 } else { self.micros }
    }
}

/// The part that an identifier plays in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemRole {
    /// In `epcList` or `quantityList`.
    Subject,
    /// `parentID`.
    Parent,
    /// In `childEPCs` or `childQuantityList`.
    Child,
    /// In `inputEPCList` or `inputQuantityList`.
    Input,
    /// In `outputEPCList` or `outputQuantityList`.
    Output,
}

/// An amount as stated. No unit means pieces (EPCIS 2.0, section 7.3.3.3).
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The stated number.
    pub amount: f64,
    /// UN/CEFACT Recommendation 20 code (`KGM`, `LBR`, `CS` …), as sent.
    pub unit: Option<Box<str>>,
}

/// One identifier that an event names.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemFact {
    /// The part it plays.
    pub role: ItemRole,
    /// Canonical identifier (see [`crate::identifier::canonical`]).
    pub id: Box<str>,
    /// It came in a quantity list (a class of things) and not as a single instance.
    pub is_class: bool,
    /// The lot that this instance belongs to, as a canonical class identifier, where the event
    /// says so (`/10/` beside `/21/`, ILMD `lotNumber`).
    pub lot: Option<Box<str>>,
    /// The stated amount.
    pub quantity: Option<Quantity>,
}

/// A typed reference: source, destination or business transaction. Both are full URIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedId {
    /// Full vocabulary URI of the type; empty where the sender left it out.
    pub kind: Box<str>,
    /// Canonical identifier.
    pub id: Box<str>,
}

/// An error declaration (EPCIS 2.0, section 7.4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorFact {
    /// Full vocabulary URI of the reason.
    pub reason: Option<Box<str>>,
    /// Events that correct the declared one.
    pub corrective_ids: Vec<Box<str>>,
}

/// A temperature that a sensor report states.
#[derive(Clone, Debug, PartialEq)]
pub struct TemperatureFact {
    /// Canonical identifier of the sensor, where one is named.
    pub device: Option<Box<str>>,
    /// First and last microsecond that it is stated for.
    pub from: i64,
    /// See `from`.
    pub until: i64,
    /// Lowest and highest value stated, in degrees Celsius.
    pub min: f64,
    /// See `min`.
    pub max: f64,
}

/// What one event says.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The event type.
    pub event_type: EventType,
    /// `eventID` as sent, or as the ledger assigned it.
    pub event_id: Box<str>,
    /// `eventTime`.
    pub time: EventTime,
    /// `laiqu:startTime`: the start of a run.
    pub start: Option<EventTime>,
    /// `action`; transformations have none.
    pub action: Option<Action>,
    /// `bizStep` as a full URI.
    pub biz_step: Option<Box<str>>,
    /// `disposition` as a full URI.
    pub disposition: Option<Box<str>>,
    /// `readPoint.id`, canonical.
    pub read_point: Option<Box<str>>,
    /// `bizLocation.id`, canonical.
    pub biz_location: Option<Box<str>>,
    /// Every identifier the event names, in document order.
    pub items: Vec<ItemFact>,
    /// `sourceList`.
    pub sources: Vec<TypedId>,
    /// `destinationList`.
    pub destinations: Vec<TypedId>,
    /// `bizTransactionList`.
    pub transactions: Vec<TypedId>,
    /// `transformationID`.
    pub transformation_id: Option<Box<str>>,
    /// `errorDeclaration`.
    pub error: Option<ErrorFact>,
    /// `laiqu:hazard`: hazards that a kill step kills, or that a result names.
    pub hazards: Vec<Box<str>>,
    /// Temperatures that its sensor reports state.
    pub temperatures: Vec<TemperatureFact>,
    /// `laiqu:analyte`: what a laboratory looked for.
    pub analytes: Vec<Box<str>>,
}
