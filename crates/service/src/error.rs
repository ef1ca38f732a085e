//! Why a use case is refused: a transport-free error with a stable code.

/// Stable codes of refusals. HTTP maps each to a status and a problem page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body is not JSON text.
    InvalidJson,
    /// The body is not XML text, or holds a document type or entities.
    InvalidXml,
    /// The body can be read but is not what it should be.
    InvalidDocument,
    /// The media type of the body is not accepted.
    UnsupportedMediaType,
    /// The body is larger than accepted.
    BodyTooLarge,
    /// A query parameter is missing, unknown or malformed.
    InvalidParameter,
    /// Neither a signature nor a token came with the request.
    CredentialsMissing,
    /// The bearer token is unknown.
    TokenUnknown,
    /// The token does not allow this.
    Forbidden,
    /// A `Submission-Signature` is malformed or does not verify.
    SignatureInvalid,
    /// The signature is for another ledger, issuer or media type.
    SignatureMismatch,
    /// The signature is for another body.
    SignatureOtherBody,
    /// The signature has expired.
    SignatureExpired,
    /// The signing key is not registered.
    KeyUnknown,
    /// The signing key was revoked or does not count yet.
    KeyNotEffective,
    /// This party's submissions must be signed with its own key.
    SignatureRequired,
    /// The key's own chain goes on from another signature.
    KeyChainConflict,
    /// An eventID is there already with other content.
    EventIdConflict,
    /// The party is registered already.
    PartyExists,
    /// The key is registered already.
    KeyExists,
    /// What is registered does not allow this change.
    RegistryConflict,
    /// A query has this name already.
    QueryExists,
    /// How results of a query are wanted is not as it must be.
    SubscriptionControls,
    /// No such thing.
    NotFound,
    /// The document was erased; its leaf and proofs stay.
    Erased,
    /// This entry cannot be erased, or not be replaced by that one.
    NotErasable,
    /// The document must still be kept.
    RetentionRunning,
    /// More events match a query than it allows.
    QueryTooLarge,
    /// The document holds more events than accepted.
    TooManyEvents,
    /// The queue of writes is full.
    Overloaded,
    /// The wall clock cannot be trusted.
    ClockUncertain,
    /// The disk is full; reads go on.
    DiskFull,
    /// Whether the entry was written is not known; posting it again is safe.
    OutcomeUnknown,
    /// A witness holds a checkpoint of this ledger that this copy does not contain.
    HistoryContradicted,
    /// Too few witnesses could be asked what they hold.
    WitnessesUnreachable,
    /// Another process has the ledger open.
    Locked,
    /// Stored bytes cannot be read.
    Damaged,
    /// A defect of the server.
    Internal,
}

/// One fault inside a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// JSON pointer (RFC 6901) into the body, or the name of a header or parameter.
    pub pointer: String,
    /// Stable code of this fault.
    pub code: String,
    /// What is wrong and what is expected.
    pub detail: String,
}

impl From<laiqu_epcis::Fault> for Detail {
    fn from(fault: laiqu_epcis::Fault) -> Self {
        Self { pointer: fault.pointer, code: fault.code.as_str().to_owned(), detail: fault.detail }
    }
}

/// A refusal. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    /// Its stable code.
    pub code: Code,
    /// What happened, for the one who asked.
    pub detail: String,
    /// Each fault, where there are several.
    pub details: Vec<Detail>,
}

impl Error {
    /// A refusal without further details.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), details: Vec::new() }
    }

    /// The same with the faults that led to it.
    #[must_use]
    pub fn with(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    /// A defect: the cause goes to the log, not to the one who asked.
    pub(crate) fn internal(what: &str, cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "{what}");
        Self::new(Code::Internal, format!("{what}; the server's log has the cause"))
    }
}

impl Code {
    /// Every code, in the order of the problem pages.
    pub const ALL: [Self; 36] = [
        Self::InvalidJson,
        Self::InvalidXml,
        Self::InvalidDocument,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::InvalidParameter,
        Self::CredentialsMissing,
        Self::TokenUnknown,
        Self::Forbidden,
        Self::SignatureInvalid,
        Self::SignatureMismatch,
        Self::SignatureOtherBody,
        Self::SignatureExpired,
        Self::KeyUnknown,
        Self::KeyNotEffective,
        Self::SignatureRequired,
        Self::KeyChainConflict,
        Self::EventIdConflict,
        Self::PartyExists,
        Self::KeyExists,
        Self::RegistryConflict,
        Self::QueryExists,
        Self::SubscriptionControls,
        Self::NotFound,
        Self::Erased,
        Self::NotErasable,
        Self::RetentionRunning,
        Self::QueryTooLarge,
        Self::TooManyEvents,
        Self::Overloaded,
        Self::ClockUncertain,
        Self::DiskFull,
        Self::OutcomeUnknown,
        Self::Locked,
        Self::Damaged,
        Self::Internal,
    ];
}
