//! Laiqu: cli.
