//! `laiqu find`: where to start without a code.

use crate::asking::{Asking, parsed, with_query};
use crate::exit::{Exit, Failure};
use crate::ledger_line::Ledger;
use crate::out::{self, clean};
use crate::proving::Proving;
use crate::table::{table, time};
use clap::Args;
use laiqu_service::AskedFind;
use serde::Deserialize;

/// Finds things by a part of a name, a label or a lot number.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// 名称、品牌、标签文字或批号的一部分 / A part of a name, brand, label text or lot number
    text: String,
    /// 只列到过此地点（或此单位的地点）的批次 / Only lots that were at this place, or one of this party
    #[arg(long, value_name = "PLACE")]
    at: Option<String>,
    /// 只列此日及以后生产的批次，无生产日期的按首次出现 / Only lots made, or else first seen, that day or later
    #[arg(long, value_name = "DAY")]
    made_from: Option<String>,
    /// 只列此日及以前生产的批次 / Only lots made that day or sooner
    #[arg(long, value_name = "DAY")]
    made_until: Option<String>,
    /// 只列保质期到此日或更晚的批次 / Only lots stated to be good up to that day or longer
    #[arg(long, value_name = "DAY")]
    expires_from: Option<String>,
    /// 只列保质期到此日或更早的批次 / Only lots stated to be good up to that day or less long
    #[arg(long, value_name = "DAY")]
    expires_until: Option<String>,
    /// 最多条数 / Most answers
    #[arg(long)]
    limit: Option<u32>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    proving: Proving,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Deserialize)]
struct Answer {
    ledger: Ledger,
    places: Option<Vec<Place>>,
    found: Vec<Line>,
    truncated: bool,
}

#[derive(Debug, Deserialize)]
struct Place {
    id: String,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Line {
    id: String,
    kind: String,
    name: String,
    matched: String,
    by: String,
    lots: Vec<Lot>,
    more_lots: bool,
}

#[derive(Debug, Deserialize)]
struct Lot {
    id: String,
    first_seen: String,
    made: Vec<String>,
    expires: Vec<String>,
}

impl Find {
    /// Exit 1 where nothing is called so.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let parameters = [
            ("q", Some(self.text.clone())),
            ("at", self.at.clone()),
            ("made_from", self.made_from.clone()),
            ("made_until", self.made_until.clone()),
            ("expires_from", self.expires_from.clone()),
            ("expires_until", self.expires_until.clone()),
            ("limit", self.limit.map(|limit| limit.to_string())),
            self.asking.as_of(),
            self.proving.parameter(),
        ];
        let asked = AskedFind {
            text: self.text.clone(),
            at: self.at.clone(),
            made_from: self.made_from.clone(),
            made_until: self.made_until.clone(),
            expires_from: self.expires_from.clone(),
            expires_until: self.expires_until.clone(),
            limit: self.limit,
            as_of: self.asking.as_of,
            rests_on: self.proving.rests_on(),
        };
        let path = with_query("/v1/find", &parameters);
        let text = self.asking.ask(&path, |ledger| ledger.find(&asked))?;
        self.proving.keep(&self.asking, &text)?;
        let answer: Answer = parsed(&text)?;
        if self.json {
            out::line(&text)?;
        } else if !answer.found.is_empty() {
            out::line(&shown(&answer))?;
        }
        if answer.found.is_empty() {
            out::note(&self.nothing(&answer));
            return Ok(Exit::CheckFailed);
        }
        Ok(Exit::Done)
    }

    /// Why nothing was found, and what to do.
    fn nothing(&self, answer: &Answer) -> String {
        if answer.places.as_ref().is_some_and(Vec::is_empty) {
            return format!(
                "没有地点或单位叫这个名字：{0}\nno place or party is called so: {0}\n\
                 hint: laiqu find 可以先查地点 / look for the place with laiqu find first",
                clean(self.at.as_deref().unwrap_or_default())
            );
        }
        let is_narrowed = [&self.at, &self.made_from, &self.made_until]
            .into_iter()
            .chain([&self.expires_from, &self.expires_until])
            .any(Option::is_some);
        let hint = match is_narrowed {
            true => {
                "放宽地点或日期，或换一部分文字 / wider places or days, or another part of the text"
            }
            false => "换一部分文字再试 / try another part of the text",
        };
        let (zh, en) = match (answer.truncated, is_narrowed) {
            (true, _) => ("在限度内没有找到", "not found within the limits"),
            (false, true) => (
                "没有这样的批次：名称、标签文字或批号含有",
                "no such lot has a name, label or number with",
            ),
            (false, false) => {
                ("没有名称、标签文字或批号含有它", "no name, label or lot number contains it")
            }
        };
        format!("{zh}：{0}\n{en}: {0}\nhint: {hint}", clean(&self.text))
    }
}

fn word(kind: &str) -> &str {
    match kind {
        "product" => "产品 product",
        "lot" => "批次 lot",
        "instance" => "单品 instance",
        "container" => "容器 container",
        "place" => "地点 place",
        "party" => "单位 party",
        "document" => "单据 document",
        _ => "其他 other",
    }
}

fn shown(answer: &Answer) -> String {
    let mut rows = Vec::new();
    for line in &answer.found {
        let more = if line.more_lots { "…" } else { "" };
        let kind = format!("{}{more}", word(&line.kind));
        let by = match line.by.as_str() {
            "label" => "标签 label ",
            "lot_number" => "批号 lot number ",
            _ => "",
        };
        let name = if line.matched == line.name {
            line.name.clone()
        } else {
            format!("{}（{by}{}）", line.name, line.matched)
        };
        let itself = line.lots.iter().find(|lot| lot.id == line.id);
        rows.push(row(kind, name, itself, &line.id));
        let others = line.lots.iter().filter(|lot| lot.id != line.id);
        rows.extend(
            others.map(|lot| row("  批次 lot".to_owned(), String::new(), Some(lot), &lot.id)),
        );
    }
    let head = [
        "种类 kind",
        "名称 name",
        "生产 made",
        "保质期至 good until",
        "首次出现 first seen",
        "标识 identifier",
    ];
    let cut = if answer.truncated {
        "\n还有更多：加大 --limit 或给出更长的文字 / there is more: --limit, or a longer text"
    } else {
        ""
    };
    let places = answer.places.iter().flatten().map(|place| {
        let name = place.name.as_deref().unwrap_or_default();
        format!("地点 at: {} {}\n", clean(name), clean(&place.id))
    });
    let onward = answer.found.iter().find_map(onward).unwrap_or_default();
    let ledger = answer.ledger.line();
    format!("{ledger}{}{}{cut}{onward}", places.collect::<String>(), table(&head, &rows))
}

/// How a trace starts from what is no item.
fn onward(line: &Line) -> Option<String> {
    let option = match line.kind.as_str() {
        "party" => "--supplier",
        "place" => "--place",
        _ => return None,
    };
    let id = clean(&line.id);
    Some(format!("\n追溯 to trace: laiqu trace forward {option} {id} --from TIME --until TIME"))
}

fn row(kind: String, name: String, lot: Option<&Lot>, id: &str) -> Vec<String> {
    let dates =
        |dates: fn(&Lot) -> &Vec<String>| lot.map_or(String::new(), |lot| dates(lot).join(" "));
    let seen = lot.map_or(String::new(), |lot| time(&lot.first_seen));
    vec![kind, name, dates(|lot| &lot.made), dates(|lot| &lot.expires), seen, id.to_owned()]
}
