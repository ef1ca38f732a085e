//! Posts signed submissions to a server of its own.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The allocator of the real program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    laiqu_benches::load::main()
}
