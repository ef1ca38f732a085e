//! The program under test, built beside the tests.

fn main() -> std::process::ExitCode {
    laiqu_cli::main()
}
