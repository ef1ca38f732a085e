//! `laiqu find`: where to start without a code.

use crate::asking::{Asking, parsed, with_query};
use crate::exit::{Exit, Failure};
use crate::out::{self, clean};
use crate::table::{table, time};
use clap::Args;
use laiqu_service::AskedFind;
use serde::Deserialize;

/// Finds things by a part of a name, a label or a lot number.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// 名称、品牌、标签文字或批号的一部分 / A part of a name, brand, label text or lot number
    text: String,
    /// 只列此时及以后首次出现的批次（RFC 3339）/ Only lots first seen then or later
    #[arg(long)]
    made_from: Option<String>,
    /// 只列此时及以前首次出现的批次 / Only lots first seen then or sooner
    #[arg(long)]
    made_until: Option<String>,
    /// 最多条数 / Most answers
    #[arg(long)]
    limit: Option<u32>,
    #[command(flatten)]
    asking: Asking,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Deserialize)]
struct Answer {
    found: Vec<Line>,
    truncated: bool,
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
}

impl Find {
    /// Exit 1 where nothing is called so.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let parameters = [
            ("q", Some(self.text.clone())),
            ("made_from", self.made_from.clone()),
            ("made_until", self.made_until.clone()),
            ("limit", self.limit.map(|limit| limit.to_string())),
            self.asking.as_of(),
        ];
        let asked = AskedFind {
            text: self.text.clone(),
            made_from: self.made_from.clone(),
            made_until: self.made_until.clone(),
            limit: self.limit,
            as_of: self.asking.as_of,
        };
        let path = with_query("/v1/find", &parameters);
        let text = self.asking.ask(&path, |ledger| ledger.find(&asked))?;
        let answer: Answer = parsed(&text)?;
        if self.json {
            out::line(&text)?;
        } else if !answer.found.is_empty() {
            out::line(&shown(&answer))?;
        }
        if answer.found.is_empty() {
            out::note(&format!(
                "没有名称、标签文字或批号含有它：{0}\n\
                 no name, label or lot number contains it: {0}\n\
                 hint: 换一部分文字再试 / try another part of the text",
                clean(&self.text)
            ));
            return Ok(Exit::CheckFailed);
        }
        Ok(Exit::Done)
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
        let seen = itself.map_or(String::new(), |lot| time(&lot.first_seen));
        rows.push(vec![kind, name, seen, line.id.clone()]);
        rows.extend(line.lots.iter().filter(|lot| lot.id != line.id).map(|lot| {
            vec!["  批次 lot".to_owned(), String::new(), time(&lot.first_seen), lot.id.clone()]
        }));
    }
    let head = ["种类 kind", "名称 name", "首次出现 first seen", "标识 identifier"];
    let cut = if answer.truncated {
        "\n还有更多：加大 --limit 或给出更长的文字 / there is more: --limit, or a longer text"
    } else {
        ""
    };
    format!("{}{cut}", table(&head, &rows))
}
