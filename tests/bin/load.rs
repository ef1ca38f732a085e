//! The load generator, built beside the tests.

fn main() -> std::process::ExitCode {
    laiqu_benches::load::main()
}
