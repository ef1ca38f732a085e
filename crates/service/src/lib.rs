//! The use cases of the ledger and the tasks that run them: capture, registration, reading and
//! tracing, over one sequencer and one publisher.
//!
//! It must never know HTTP: requests and answers are plain data, refusals have stable codes.

mod admission;
mod applying;
mod ask;
mod audit;
mod backup;
mod balance;
mod behind;
mod capture;
mod captured;
mod check;
mod clock;
mod collection;
mod content;
mod cosigning;
mod cursor;
mod days;
mod demand;
mod derived;
mod draft;
mod entries;
mod erased;
mod erased_json;
mod erasure;
mod error;
mod events;
mod exposure;
mod faults;
mod files;
mod find;
mod folding;
mod found;
mod health;
mod init;
mod jobs;
mod judge;
mod kept;
mod key_life;
mod leisure;
pub mod limits;
mod log_keys;
mod lot_numbers;
mod master_data;
pub mod metrics;
mod named_query;
mod names;
mod open;
mod options;
mod outcome;
mod overview;
mod pace;
mod parties;
mod parts;
mod payload;
mod pieces;
mod place;
mod principal;
mod private;
mod profile;
mod proofs;
mod publisher;
mod quality;
mod query;
mod receipt;
mod recent;
mod refold;
mod refolding;
mod registration;
mod retention;
mod rotate_log;
mod said;
mod scan;
mod scope;
mod scrub;
mod selection;
mod sequencer;
mod service;
mod signatures;
mod sources;
mod stages;
mod stated_dates;
mod subscriptions;
mod tiles;
mod token;
mod trace_layout;
mod trace_model;
mod trace_text;
mod unkept;
mod views;
mod weight;
mod witness;

#[cfg(test)]
mod flow_tests;

pub use admission::{InWork, Receiving};
pub use ask::{LedgerState, Named, Snapshot, TraceQuestion, TraceView, parse_direction};
pub use audit::{ChainedEntry, Consistency, PartyChain};
pub use backup::{
    BACKUP_FORMAT, Backup, BackupOptions, FileEntry, Manifest, Predecessor, Restoring, Round,
};
pub use balance::{AskedBalance, BalanceView};
pub use capture::CAPTURE_MEDIA_TYPES;
pub use captured::{CaptureJobView, CaptureMode, CaptureRequest, Captured, CapturedEvent};
pub use clock::wall_micros;
pub use collection::MembersPage;
pub use cosigning::{
    RENEW_AFTER, WitnessAnswer, WitnessClient, WitnessState, WitnessesState, Witnessing,
};
pub use derived::{IndexSample, IndexState, check_index, check_kept, repair, sample_index};
pub use entries::EntryView;
pub use error::{Code, Detail, Error};
pub use events::StoredEvent;
pub use exposure::{AskedExposure, ExposureView, UsedLimits};
pub use files::{DATA_FORMAT, DataDir, Descriptor, write_key_file};
pub use health::{Condition, Unready};
pub use init::{Initialised, init};
pub use kept::{KeptFile, KeptState};
pub use master_data::{
    MASTER_DATA_PAGE_MAX, MasterDataAttribute, MasterDataElement, MasterDataList, MasterDataSays,
};
pub use named_query::NamedQueryPage;
pub use names::FoundBy;
pub use open::{StartCheck, reindex};
pub use options::ServiceOptions;
pub use outcome::{Outcome, RULES, Reason, RefusedEvent};
pub use overview::{Overview, RecentEntry};
pub use parts::event_parts;
pub use payload::{Payload, XML_MEDIA_TYPES, event_pieces};
pub use principal::{Credentials, Principal};
pub use private::{ErasedEntry, PrivateEntries, PrivateEntry};
pub use proofs::{EventProofs, ProvedEntry, ProvedEvent};
pub use scope::{AskedResource, AskedScope, ScopeView};
pub use sources::{AskedCase, AskedSetting, AskedSource, SourceView};
pub use subscriptions::{
    Feed, FeedEnd, Notification, Subscriber, SubscriptionControls, SubscriptionView,
};

pub use find::{AskedFind, DatedBy, FindView, Found, FoundKind, FoundLot};
pub use parties::{KeyChainView, KeyView, PartyView};
pub use quality::{AskedQuality, QualityView};
pub use query::{EventAsk, EventPage, NextPage};
pub use receipt::{Opening, Receipt, ReceiptExtra};
pub use rotate_log::{RotatedLogKey, rotate_log_key};
pub use selection::{AskedSelection, AskedStart};
pub use service::Service;
pub use trace_layout::{TraceLayout, to_open};
pub use trace_model::TraceModel;
pub use trace_text::TraceText;
pub use weight::Stored;
pub use witness::{EVIDENCE_FILES_MAX, WITNESS_FORMAT, Witness, WitnessDescriptor, init_witness};
