//! `laiqu score`: which businesses and deliveries of a case can explain its patients and findings.

mod grouped;
mod read;
mod show;
mod sources;

use crate::durable::replace;
use crate::exit::{Exit, Failure};
use crate::out;
use clap::{Args, ValueEnum};
use grouped::{By, Grouped};
use laiqu_interchange::foodchain_lab::{Case, FindingKind, scored_deliveries, scored_stations};
use laiqu_trace::flow::{DateMode, Engine, score};
use sources::{Methods, Sources};
use std::path::{Path, PathBuf};

/// Scores a case.
#[derive(Debug, Args)]
pub(crate) struct Score {
    /// 案件：含 stations.csv、deliveries.csv、relations.csv、parameters.json 的目录，FoodChain-Lab 的
    /// JSON，或 XLSX 工作簿 / Case: a directory with these tables, FoodChain-Lab's JSON, or a workbook
    #[arg(long)]
    case: PathBuf,
    /// 交叉污染按时间顺序，即 --dates explicit / Cross-contamination follows time: --dates explicit
    #[arg(long, conflicts_with = "dates")]
    temporal: bool,
    /// 日期的用法；不写则依案件的设定 / How dates are used; without it as the case says
    #[arg(long, value_enum)]
    dates: Option<Dates>,
    /// 按 FoodChain-Lab 网页版的规则 / By the rules of FoodChain-Lab's web application
    #[arg(long)]
    web: bool,
    /// 把可能的来源排出名次 / Rank candidates for the source
    #[arg(long, value_enum)]
    method: Option<Methods>,
    /// 列出可以合并显示的企业：来源、去向除重要性外还须有何相同 / List stations that can be shown as one, and
    /// what sources or targets must have in common beside their weight
    #[arg(long, value_enum)]
    groups: Option<By>,
    /// 略过有错的行并列出，而不是拒绝整个案件 / Leave out rows with faults and list them
    #[arg(long)]
    skip_bad_rows: bool,
    /// 把带分数的 stations.csv、deliveries.csv 写到这个目录 / Write scored tables to this directory
    #[arg(long)]
    out: Option<PathBuf>,
    /// 每张表最多显示几行，来源最多列几个 / Most rows to show of each table, and most candidates
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// 输出一个 JSON 对象，含所有行 / Print one JSON object with all rows
    #[arg(long)]
    json: bool,
}

/// How dates are used.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dates {
    /// 不用 / Not at all
    Ignore,
    /// 按所写的日期 / As stated
    Explicit,
    /// 并由前后关系推断 / With limits that relations imply
    Inferred,
}

impl Dates {
    fn mode(self) -> DateMode {
        match self {
            Self::Ignore => DateMode::Ignore,
            Self::Explicit => DateMode::Explicit,
            Self::Inferred => DateMode::Inferred,
        }
    }
}

impl Score {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.refuse_to_overwrite()?;
        let mut case = read::case(&self.case, self.skip_bad_rows)?;
        let dates = if self.temporal { Some(Dates::Explicit) } else { self.dates };
        if let Some(dates) = dates {
            case.overlay.dates = dates.mode();
        }
        let engine = if self.web { Engine::Web } else { Engine::Desktop };
        let scores = score(&case.graph, &case.overlay, engine);
        if let Some(folder) = &self.out {
            write(folder, "stations.csv", &scored_stations(&case, &scores))?;
            write(folder, "deliveries.csv", &scored_deliveries(&case, &scores))?;
        }
        let sources = self.method.map(|methods| Sources::new(&case, methods, self.limit));
        let groups = self.groups.map(|by| Grouped::new(&case, by));
        if self.json {
            let mut json = show::json(&case, &scores, engine);
            let sources = sources.map(|sources| ("sources", sources.json()));
            let groups = groups.map(|groups| ("groups", groups.json()));
            for (name, part) in sources.into_iter().chain(groups) {
                json.insert(name.to_owned(), part);
            }
            out::json(&json)?;
        } else {
            let sources = sources.map_or_else(String::new, |sources| sources.text());
            let groups = groups.map_or_else(String::new, |groups| groups.text(self.limit));
            let scores = show::text(&case, &scores, engine, self.limit);
            out::line(&format!("{scores}{sources}{groups}"))?;
        }
        warn(&case);
        Ok(Exit::Done)
    }
}

impl Score {
    /// The scored tables have the names of the case's own.
    fn refuse_to_overwrite(&self) -> Result<(), Failure> {
        let Some(folder) = &self.out else { return Ok(()) };
        let same = folder.canonicalize().ok().zip(self.case.canonicalize().ok());
        if same.is_none_or(|(out, case)| out != case) {
            return Ok(());
        }
        let path = folder.display();
        Err(Failure::usage(
            format!("{path}：输出目录就是案件目录"),
            format!("{path}: the directory to write to is that of the case"),
        )
        .hint("用 --out 给出另一个目录", "give another directory with --out"))
    }
}

/// Findings of one kind that a person is shown; the JSON has all.
const FINDINGS_SHOWN_MAX: usize = 3;

/// Names what was left out and what is hardly true, by kind.
fn warn(case: &Case) {
    for kind in FindingKind::ALL {
        let of_kind = || case.findings.iter().filter(|finding| finding.kind == *kind);
        let count = of_kind().count();
        if count == 0 {
            continue;
        }
        let left_out = if kind.is_fault() { "，已略过 / left out" } else { "" };
        let (zh, en) = kind.hint();
        let code = kind.code();
        out::note(&format!("注意 note: {code} × {count}{left_out}\nhint: {zh} / {en}"));
        for finding in of_kind().take(FINDINGS_SHOWN_MAX) {
            out::note(&out::clean(&format!("  - {} / {finding}", finding.zh())));
        }
        if let Some(more) = count.checked_sub(FINDINGS_SHOWN_MAX).filter(|more| *more > 0) {
            out::note(&format!("  … 另有 {more} 处，见 --json / {more} more, see --json"));
        }
    }
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    let path = folder.join(name);
    replace(&path, text.as_bytes()).map_err(|error| Failure::file(&path, &error))
}
