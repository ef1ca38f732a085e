//! The cost sheet, built beside the tests.

fn main() -> std::process::ExitCode {
    laiqu_benches::sheet::main()
}
