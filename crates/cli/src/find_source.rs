//! `laiqu source`: where the food of some cases may have come from.

mod cases;
mod text;

use crate::asking::{Asking, parsed, unwritten, wrong};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::proving::Proving;
use clap::{Args, ValueEnum};
use laiqu_service::{AskedSetting, AskedSource};
use std::collections::BTreeMap;
use std::path::PathBuf;
use text::Answer;

/// Ranks where the food of some cases may have come from.
#[derive(Debug, Args)]
pub(crate) struct FindSource {
    /// 病例、投诉、样品：CSV 表（列 id, lot, place, from, until, product, weight），或接口的 JSON / Cases: a CSV
    /// table with these columns (a lot, or a place with from and until), or the JSON of a question
    cases: PathBuf,
    /// 假定该场所的货相互沾染，可重复 / Assume that whatever came to this site may be in all that left later
    #[arg(long, value_name = "SITE")]
    cross: Vec<String>,
    /// 假定污染到此为止（场所或批次），可重复 / Assume that contamination ends at this site or lot
    #[arg(long, value_name = "SITE|LOT")]
    kill: Vec<String>,
    /// 标出该场所的来源与去向，可重复 / Mark where the food of this site came from and went
    #[arg(long, value_name = "SITE")]
    observed: Vec<String>,
    /// 把后者算作前者，可重复 / Count the second site as the first
    #[arg(long, value_name = "SITE=SITE", value_parser = pair)]
    merge: Vec<(String, String)>,
    /// 日期如何限制交叉污染，缺省 explicit / How dates limit cross-contamination; explicit unless given
    #[arg(long, value_enum)]
    dates: Option<Dates>,
    /// 最多列几个可能的来源，缺省 20 / Most candidates; 20 unless given
    #[arg(long)]
    limit: Option<usize>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    proving: Proving,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

/// How dates are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Dates {
    /// 不用 / Not at all
    Ignore,
    /// 按所记的日期 / As recorded
    Explicit,
    /// 并由前后关系推断 / With limits that relations imply
    Inferred,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (first, second) = text.rsplit_once('=').ok_or("write SITE=SITE")?;
    Ok((first.to_owned(), second.to_owned()))
}

impl FindSource {
    /// Exit 1 where no case leads to anything.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let asked = self.asked()?;
        let answer = self.asking.ask_with(
            |client| {
                let body = serde_json::to_vec(&asked).map_err(unwritten)?;
                client.post("/v1/source", "application/json", &[], &body)?.text()
            },
            |data| data.source(&asked).map_err(|error| wrong(error, "source")),
        )?;
        self.proving.keep(&self.asking, &answer)?;
        let view: Answer = parsed(&answer)?;
        if self.json {
            out::line(&answer)?;
        } else {
            out::exact(&text::shown(&view))?;
        }
        if view.candidates.is_empty() {
            out::note(
                "没有找到可能的来源\nno candidate for the source\n\
                 hint: 核对标识与时段；批次须连同产品一起给出 / check identifiers and times; a lot needs its product",
            );
            return Ok(Exit::CheckFailed);
        }
        Ok(Exit::Done)
    }

    /// What the file says, and what the command line adds or says instead.
    fn asked(&self) -> Result<AskedSource, Failure> {
        let mut asked = cases::read(&self.cases)?;
        for id in &self.cross {
            assume(&mut asked.stations, id, |one| one.cross_contamination = true);
        }
        for id in &self.kill {
            // A lot names its product; a site is none.
            let is_lot = ["/10/", "/21/", "lgtin", "sgtin"].iter().any(|part| id.contains(part));
            let list = if is_lot { &mut asked.lots } else { &mut asked.stations };
            assume(list, id, |one| one.kill_contamination = true);
        }
        for id in &self.observed {
            assume(&mut asked.stations, id, |one| one.observed = Some("full".to_owned()));
        }
        let mut groups: BTreeMap<&String, Vec<String>> = BTreeMap::new();
        for (first, second) in &self.merge {
            let group = groups.entry(first).or_insert_with(|| vec![first.clone()]);
            group.push(second.clone());
        }
        asked.merge.extend(groups.into_values());
        if let Some(dates) = self.dates {
            let word = match dates {
                Dates::Ignore => "ignore",
                Dates::Explicit => "explicit",
                Dates::Inferred => "inferred",
            };
            asked.dates = Some(word.to_owned());
        }
        asked.limit = self.limit.or(asked.limit);
        asked.as_of = self.asking.as_of.or(asked.as_of);
        asked.rests_on |= self.proving.rests_on();
        Ok(asked)
    }
}

/// Changes what is assumed of a site or lot, on top of what the file says of it.
fn assume(list: &mut Vec<AskedSetting>, id: &str, change: impl FnOnce(&mut AskedSetting)) {
    if let Some(known) = list.iter_mut().find(|one| one.id == id) {
        return change(known);
    }
    let mut new = AskedSetting { id: id.to_owned(), ..AskedSetting::default() };
    change(&mut new);
    list.push(new);
}
