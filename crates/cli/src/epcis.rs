//! `laiqu epcis`: what EPCIS documents say, without a ledger.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::{Args, Subcommand};
use laiqu_epcis::{Document, HashMode, Limits};
use std::path::{Path, PathBuf};

/// Looks at EPCIS documents.
#[derive(Debug, Subcommand)]
pub(crate) enum Epcis {
    /// 每个事件的事件哈希（CBV 2.0），一行一个 / The event hash of each event, one line each
    Hash(Hash),
}

/// Prints event hashes.
#[derive(Debug, Args)]
pub(crate) struct Hash {
    /// EPCIS 文件 / EPCIS document
    file: PathBuf,
    /// 与常用的参考程序一致的形式 / As the widespread reference program prints it
    #[arg(long)]
    reference: bool,
    /// 输出参与计算的文本，而不是哈希 / Print the text that is hashed instead
    #[arg(long)]
    prehash: bool,
}

impl Epcis {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Hash(command) => command.run(),
        }
    }
}

impl Hash {
    fn run(self) -> Result<Exit, Failure> {
        let mode = if self.reference { HashMode::Reference } else { HashMode::Table };
        let text = read(&self.file)?;
        for event in &parse(&self.file, &text)?.events {
            let line = if self.prehash { event.prehash_in(mode) } else { event.hash_in(mode) };
            // Line ends inside values would make two lines of one event.
            out::line(&out::clean(&line))?;
        }
        Ok(Exit::Done)
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))
}

fn parse<'t>(file: &Path, text: &'t str) -> Result<Document<'t>, Failure> {
    Document::parse(text, &Limits::default()).map_err(|faults| {
        let path = file.display();
        let (zh, en) = ("不是有效的 EPCIS 2.0 文件", "no valid EPCIS 2.0 document");
        let failure =
            Failure::new(Exit::CheckFailed, format!("{path}：{zh}"), format!("{path}: {en}"));
        failure.details(faults.iter().map(ToString::to_string).collect())
    })
}
