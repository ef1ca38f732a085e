//! The program `laiqu` as its users meet it: arguments, exit codes, output, signals, files.

// Tests may: a failed assumption is a failed test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod backup;
mod balance;
mod clock;
mod compare;
mod cosigned;
mod demo;
mod descriptors;
mod epcis;
mod erase;
mod export;
mod exposure;
mod find;
mod fsck;
mod help;
mod hostile;
mod init;
mod kept;
mod key_life;
mod keys;
mod lint;
mod log_key;
mod masterdata;
mod monitor;
mod post;
mod proofs;
mod proxy;
mod python;
mod quality;
mod query;
mod ran;
mod readme;
mod receipt;
mod repeat;
mod request_log;
mod restore;
mod rests_on;
mod rotate_log;
mod scope;
mod score;
mod score_files;
mod score_sources;
mod serve;
mod sheet;
mod source;
mod subscriptions;
mod trace;
mod trace_fcl;
mod trace_layout;
mod verify;
mod verify_party;
mod verify_past;
mod verify_private;
mod verify_url;
mod witness;
