//! `laiqu epcis`: what EPCIS documents say, without a ledger.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::{Args, Subcommand, ValueEnum};
use laiqu_epcis::{Document, hash_of};
use laiqu_interchange::{CbvFormat, write_xml};
use laiqu_service::{Payload, XML_MEDIA_TYPES};
use std::path::{Path, PathBuf};

/// Looks at EPCIS documents.
#[derive(Debug, Subcommand)]
pub(crate) enum Epcis {
    /// 每个事件的事件哈希（CBV 2.0），一行一个 / The event hash of each event, one line each
    Hash(Hash),
    /// 在 JSON 与 XML 之间转换，事件哈希不变 / Between JSON and XML; event hashes stay the same
    Convert(Convert),
}

/// Prints event hashes.
#[derive(Debug, Args)]
pub(crate) struct Hash {
    /// EPCIS 文件：2.0 的 JSON，或 2.0、1.2 的 XML / JSON of EPCIS 2.0, or XML of 2.0 or 1.2
    file: PathBuf,
    /// 与常用的参考程序一致的形式 / As the widespread reference program prints it
    #[arg(long)]
    reference: bool,
    /// 输出参与计算的文本，而不是哈希 / Print the text that is hashed instead
    #[arg(long)]
    prehash: bool,
}

/// Prints a document in the other form.
#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// EPCIS 文件：2.0 的 JSON，或 2.0、1.x 的 XML / JSON of EPCIS 2.0, or XML of 2.0 or 1.x
    file: PathBuf,
    /// 目标形式 / Form to print
    #[arg(long)]
    to: Form,
    /// XML 中的词汇写作 URN，而不是网址 / Words as URNs instead of web URIs, in XML
    #[arg(long)]
    urn: bool,
}

/// The forms of a document.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// JSON-LD
    Json,
    /// EPCIS XML 2.0
    Xml,
}

impl Epcis {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Hash(command) => command.run(),
            Self::Convert(command) => command.run(),
        }
    }
}

impl Hash {
    fn run(self) -> Result<Exit, Failure> {
        let text = read(&self.file)?;
        let payload = payload(&self.file, &text)?;
        for event in &parse(&self.file, &payload)?.events {
            let text = match self.reference {
                true => payload.reference_prehash(event),
                false => event.prehash(),
            };
            let line = if self.prehash { text } else { hash_of(&text) };
            // Line ends inside values would make two lines of one event.
            out::line(&out::clean(&line))?;
        }
        Ok(Exit::Done)
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))
}

/// The media type of a document's text: XML starts with `<`, whatever the file is called.
pub(crate) fn media_type_of(text: &str) -> &'static str {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let [xml, _] = XML_MEDIA_TYPES;
    if start.starts_with('<') { xml } else { "application/json" }
}

fn payload<'t>(file: &Path, text: &'t str) -> Result<Payload<'t>, Failure> {
    let read = Payload::read_each(media_type_of(text), text);
    read.map_err(|fault| invalid(file, vec![fault.to_string()]))
}

fn parse<'p>(file: &Path, payload: &'p Payload<'_>) -> Result<Document<'p>, Failure> {
    payload.checked().map_err(|faults| {
        let said = faults.iter().map(|fault| {
            let pointer = if fault.pointer.is_empty() { "/" } else { &fault.pointer };
            format!("{} (at {pointer})", fault.detail)
        });
        invalid(file, said.collect())
    })
}

fn invalid(file: &Path, faults: Vec<String>) -> Failure {
    let path = file.display();
    let (zh, en) = ("不是有效的 EPCIS 文件", "no valid EPCIS document");
    let failure = Failure::new(Exit::CheckFailed, format!("{path}：{zh}"), format!("{path}: {en}"));
    failure.details(faults)
}

impl Convert {
    fn run(self) -> Result<Exit, Failure> {
        let text = read(&self.file)?;
        let payload = payload(&self.file, &text)?;
        parse(&self.file, &payload)?;
        match self.to {
            Form::Json => out::line(payload.json())?,
            Form::Xml => {
                let cbv = if self.urn { CbvFormat::Urn } else { CbvFormat::WebUri };
                let xml = write_xml(payload.json(), cbv).map_err(|fault| {
                    let path = self.file.display();
                    Failure::new(
                        Exit::CheckFailed,
                        format!("{path}：XML 无法表达其中的内容"),
                        format!("{path}: {fault}"),
                    )
                })?;
                out::line(&xml)?;
            }
        }
        Ok(Exit::Done)
    }
}
