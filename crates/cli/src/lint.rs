//! `laiqu lint`: what documents lack for EPCIS or for a profile, before anyone posts them.

use crate::epcis::media_type_of;
use crate::exit::{Exit, Failure};
use crate::out;
use clap::{Args, ValueEnum};
use laiqu_epcis::profile::{self, Profile};
use laiqu_service::{Detail, Payload};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Checks documents against a profile.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// EPCIS 文件，可多个：2.0 的 JSON，或 2.0、1.2 的 XML / EPCIS documents: JSON of 2.0, or XML of
    /// 2.0 or 1.2
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 规则集：epcis 标准本身，fsma204 美国 FDA 可追溯规则，gdst 水产，cold-chain 冷链 / Set of rules:
    /// the standard alone, the FDA traceability rule, seafood, the cold chain
    #[arg(long, value_enum, default_value_t = Named(Profile::Epcis))]
    profile: Named,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A profile as the command line names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named(pub(crate) Profile);

impl ValueEnum for Named {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Named; 4] = [
            Named(Profile::Epcis),
            Named(Profile::Fsma204),
            Named(Profile::Gdst),
            Named(Profile::ColdChain),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

/// One thing that a document lacks.
struct Finding {
    rule: String,
    pointer: String,
    zh: String,
    en: String,
    source: &'static str,
}

impl Lint {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut files = Vec::new();
        let mut count = 0;
        for path in &self.files {
            let (events, findings) = check(path, self.profile.0)?;
            count += findings.len();
            if self.json {
                files.push(shown(path, events, &findings));
            } else {
                say(path, events, &findings)?;
            }
        }
        if self.json {
            let profile = self.profile.0.name();
            out::json(&json!({ "profile": profile, "findings": count, "files": files }))?;
        }
        Ok(if count == 0 { Exit::Done } else { Exit::CheckFailed })
    }
}

/// Number of events of a file, and what it lacks. Where it is no EPCIS document, only that is said:
/// a profile is about events that can be read.
fn check(path: &Path, profile: Profile) -> Result<(usize, Vec<Finding>), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let faulty = |faults: Vec<Detail>| (0, faults.into_iter().map(Finding::of_fault).collect());
    let payload = match Payload::read_each(media_type_of(&text), &text) {
        Ok(payload) => payload,
        Err(fault) => return Ok(faulty(vec![Detail::from(&fault)])),
    };
    let document = match payload.checked() {
        Ok(document) => document,
        Err(faults) => return Ok(faulty(faults)),
    };
    let found = profile::check(&document, profile).into_iter().map(|found| Finding {
        rule: found.rule.id.to_owned(),
        pointer: found.pointer,
        zh: found.rule.zh.to_owned(),
        en: found.rule.en.to_owned(),
        source: found.rule.source,
    });
    let mut found: Vec<Finding> = found.collect();
    payload.place(found.iter_mut().map(|found| (&mut found.pointer, &mut found.en)));
    Ok((document.events.len(), found))
}

impl Finding {
    fn of_fault(fault: Detail) -> Self {
        Self {
            rule: format!("epcis.{}", fault.code),
            pointer: fault.pointer,
            zh: "不是有效的 EPCIS 2.0 内容".to_owned(),
            en: fault.detail,
            source: "EPCIS 2.0",
        }
    }
}

fn shown(path: &Path, events: usize, findings: &[Finding]) -> Value {
    let findings = findings.iter().map(|found| {
        json!({
            "rule": found.rule, "pointer": found.pointer, "detail_zh": found.zh,
            "detail": found.en, "source": found.source,
        })
    });
    json!({
        "file": path.display().to_string(), "events": events,
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn say(path: &Path, events: usize, findings: &[Finding]) -> Result<(), Failure> {
    let path = path.display();
    if findings.is_empty() {
        return out::line(&format!(
            "✓ {path}：{events} 个事件，没有缺项 / {events} events, nothing missing"
        ));
    }
    out::line(&format!("✗ {path}：{0} 处 / {0} findings", findings.len()))?;
    for found in findings {
        let pointer = if found.pointer.is_empty() { "/" } else { &found.pointer };
        out::line(&format!(
            "  {}\n    {} / {}\n    {}，{}",
            out::clean(pointer),
            found.zh,
            out::clean(&found.en),
            found.rule,
            found.source
        ))?;
    }
    Ok(())
}
