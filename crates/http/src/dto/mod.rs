//! The JSON of this API: what is answered, and the shape of what the use cases answer themselves.
//!
//! These types are read and written here only; nothing in the ledger is ever made from them.

mod audit;
mod balance;
mod capture;
mod exposure;
mod find;
mod foodchain_lab;
mod ledger;
mod master_data;
mod proofs;
mod quality;
mod query;
mod registry;
mod scope;
mod scope_codes;
mod source;
mod trace;
mod trace_codes;
mod trace_layout;

pub use audit::{
    ChainedEntryLine, ConsistencyAnswer, ErasedEntryLine, PartyChainAnswer, PrivateEntriesAnswer,
    PrivateEntryLine,
};
pub use balance::{
    BalanceAnswer, BalanceLine, BalanceVerdict, CameLine, CertificateLine, RunLine, WentLine,
};
pub use capture::{
    CaptureBehaviour, CaptureJob, CaptureJobs, CapturedEventLine, EventOutcome, PositionLine,
};
pub use exposure::{ExposedPlace, ExposureAnswer, ExposureLimits, ExposureLine, ExposureWord};
pub use find::{DatedByWord, FindAnswer, FoundByWord, FoundLine, FoundLotLine, FoundWord};
pub use foodchain_lab::{
    FoodChainLabCell, FoodChainLabColumn, FoodChainLabData, FoodChainLabModel, FoodChainLabTable,
};
pub use ledger::{
    EntryAnswer, Health, LedgerAnswer, LedgerStateLine, OpeningLine, ReceiptLine, RecentEntryLine,
    WitnessLine, WitnessesLine,
};
pub use master_data::{
    MasterDataAnswer, MasterDataAttributeLine, MasterDataListAnswer, MasterDataStatement,
};
pub use proofs::{EventProofsAnswer, ProvedEntryLine, ProvedEventLine};
pub use quality::{FlawLine, FlawWord, QualityAnswer};
pub use query::{
    Collection, NewSubscription, QueryBody, QueryDefinition, QueryDocument, QueryResults,
    ResultsBody, SubscriptionLine,
};
pub use registry::{
    IssuedToken, Jwk, KeyChainLine, KeyLine, NewErasure, NewParty, NewProfile, NewSigning,
    PartyKind, PartyLine, PartyList, ProfileName, Recorded, RegisteredParty, Reset, Revocation,
    Rotation, Signing,
};
pub use scope::{
    RecallScopeAnswer, RecallScopeQuestion, ScopeDemandLine, ScopeExitLine, ScopeExpectation,
    ScopeHoldingLine, ScopeIssueLine, ScopeKilogramsLine, ScopeLateLine, ScopeLatePosting,
    ScopeLinkLine, ScopeLotLine, ScopeResourceLine, ScopeResourceOfKind, ScopeRulesLine,
    ScopeStockLine, ScopeTransferLine, ScopeWhereabouts, ScopeWindowLine,
};
pub use scope_codes::{
    ScopeDemandKind, ScopeGradeCode, ScopeHazard, ScopeIssueCode, ScopeLinkKind, ScopeReasonCode,
    ScopeResourceKind,
};
pub use source::{
    SourceAnswer, SourceCandidateLine, SourceCase, SourceCaseLine, SourceDates, SourceMethods,
    SourceObserved, SourceQuestion, SourceRank, SourceSetting,
};
pub use trace::{
    TraceAnswer, TraceCut, TraceEvent, TraceIssue, TraceKilograms, TraceLink, TraceLot, TraceName,
    TraceQuantity,
};
pub use trace_codes::{
    TraceEventType, TraceGrade, TraceIssueKind, TraceLimit, TraceLinkKind, TraceLotKind,
    TracePairedBy, TraceReason,
};
pub use trace_layout::{
    TraceBoxKind, TraceLayout, TraceLayoutEdge, TraceLayoutNode, TraceLayoutPoint,
};

use serde::Serialize;
use utoipa::ToSchema;

/// A refusal (RFC 9457). It changed nothing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// URI of the problem type, relative to this server; a page explains it. Under `/epcis` that of
    /// the standard, like `epcisException:ValidationException`.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/invalid-document")]
    pub kind: String,
    /// The page that explains the problem, where its type is the standard's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "uri-reference", required = false)]
    pub help: Option<String>,
    /// Title of the problem type, in Chinese or, by `Accept-Language`, in English.
    pub title: String,
    /// Title of the problem type in English.
    pub title_en: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// Path of the request.
    #[schema(format = "uri-reference")]
    pub instance: String,
    /// Code of the problem type.
    #[schema(example = "invalid-document")]
    pub code: String,
    /// Name of the request, as in the header `X-Request-Id` and in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub request_id: Option<String>,
    /// Each fault of the request, where there are several or a place can be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FaultLine>,
}

/// One fault of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FaultLine {
    /// JSON pointer (RFC 6901) into the body, or the name of a header, a parameter or, of
    /// `/readyz`, a condition.
    pub pointer: String,
    /// Stable code of the fault.
    pub code: String,
    /// What is wrong and what is expected.
    pub detail: String,
}
