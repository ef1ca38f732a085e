//! The binary `laiqu`.

use mimalloc::MiMalloc;

/// Events are read in one thread and folded in another; this allocator frees across threads at
/// about half the cost of the system's.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    laiqu_cli::main()
}
