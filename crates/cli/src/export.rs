//! `laiqu export`: copies of a ledger for others to serve.

mod copying;
mod tiles;

use crate::exit::{Exit, Failure};
use clap::Subcommand;

/// Copies of a ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// 静态副本，任何网站或 CDN 都可发布 / A static copy that any web server or CDN can serve
    Tiles(tiles::Tiles),
}

impl Export {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Tiles(command) => command.run(),
        }
    }
}
