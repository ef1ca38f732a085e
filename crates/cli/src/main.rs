//! The binary `laiqu`.

fn main() -> std::process::ExitCode {
    laiqu_cli::main()
}
