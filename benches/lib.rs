//! Programs that measure what Laiqu does on the machine in front of you. A library, so that they
//! share what they need and a test can run them; it must never be part of Laiqu.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "they print figures")]

pub mod compare;
pub mod load;
mod postgres_server;
pub mod queries;
pub mod sheet;
pub mod traces;
pub mod verify;

use anyhow::Result;
use clap::Parser;
use load::server::LAIQU;
use std::ffi::OsStr;
use std::process::ExitCode;

/// Name of every ledger and log that is made here.
const ORIGIN: &str = "bench.example/ledger";

/// Runs a program with the arguments of this process; as its own child it is `laiqu`. It succeeds
/// where `run` says that everything was as it should be.
fn program<A: Parser>(run: impl FnOnce(&A) -> Result<bool>) -> ExitCode {
    let given: Vec<_> = std::env::args_os().skip(1).collect();
    if given.first().is_some_and(|first| first == OsStr::new(LAIQU)) {
        return laiqu_cli::run(given);
    }
    match run(&A::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A count that was made from rates; they are far below what `u64` holds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn whole(count: f64) -> u64 {
    count as u64
}
