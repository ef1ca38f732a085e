//! Grows a ledger and measures what it costs at each size.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The allocator of the real program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    laiqu_benches::sheet::main()
}
