//! The comparison with other stores, built beside the tests.

fn main() -> std::process::ExitCode {
    laiqu_benches::compare::main()
}
