//! `laiqu quality`: what the records lack or contradict, and whom to ask.

use crate::asking::{Asking, parsed, with_query};
use crate::exit::{Exit, Failure};
use crate::ledger_line::Ledger;
use crate::out::{self, clean};
use crate::proving::Proving;
use crate::selecting::Selecting;
use crate::table::table;
use crate::words;
use clap::Args;
use laiqu_service::AskedQuality;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Flaws of one kind that are shown to people; the rest is counted.
const FLAWS_SHOWN: usize = 20;

/// Finds flaws of the records.
#[derive(Debug, Args)]
#[group(id = "of", required = true, multiple = false)]
pub(crate) struct Quality {
    #[command(flatten)]
    selecting: Selecting,
    /// 事件后多少小时算迟报 / A record is late so many hours after its event
    #[arg(long)]
    late_hours: Option<u32>,
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
    events: u64,
    counts: BTreeMap<String, u64>,
    flaws: Vec<Flaw>,
    truncated: bool,
    names: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Flaw {
    kind: String,
    from_place: Option<String>,
    to_place: Option<String>,
    events: Vec<String>,
    ask: Vec<String>,
    detail: String,
}

impl Quality {
    /// Exit 1 where there is a flaw, or nothing to look at.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let late_hours = self.late_hours;
        let asked = AskedQuality {
            of: self.selecting.asked(),
            late_hours,
            as_of: self.asking.as_of,
            rests_on: self.proving.rests_on(),
        };
        let mut parameters = self.selecting.parameters();
        parameters.push(("late_hours", late_hours.map(|hours| hours.to_string())));
        parameters.push(self.asking.as_of());
        parameters.push(self.proving.parameter());
        let path = with_query("/v1/quality", &parameters);
        let text = self.asking.ask(&path, |ledger| ledger.quality(&asked))?;
        self.proving.keep(&self.asking, &text)?;
        let answer: Answer = parsed(&text)?;
        if self.json {
            out::line(&text)?;
        } else if answer.events == 0 && answer.flaws.is_empty() {
            out::note("没有可检查的记录 / no record to look at");
        } else {
            out::exact(&shown(&answer))?;
        }
        let good = answer.events > 0 && answer.flaws.is_empty();
        Ok(if good { Exit::Done } else { Exit::CheckFailed })
    }
}

fn shown(answer: &Answer) -> String {
    let mut text = answer.ledger.line();
    text.push_str(&format!("检查事件 {} 个 / {0} events were looked at\n", answer.events));
    if answer.flaws.is_empty() {
        text.push_str("未发现问题 / no flaw was found\n");
    }
    let head = ["从 from", "到 to", "询问 ask", "说明 detail", "eventID"];
    for (kind, count) in &answer.counts {
        let of_kind = answer.flaws.iter().filter(|flaw| flaw.kind == *kind);
        let rows: Vec<Vec<String>> =
            of_kind.take(FLAWS_SHOWN).map(|flaw| row(answer, flaw)).collect();
        text.push_str(&format!("\n{} {kind} ({}/{count})\n", word(kind), rows.len()));
        text.push_str(&table(&head, &rows));
    }
    if answer.truncated {
        text.push_str("结果过多，已截断 / more flaws than one answer holds: cut\n");
    }
    text
}

fn row(answer: &Answer, flaw: &Flaw) -> Vec<String> {
    let named = |id: &String| answer.names.get(id).map_or_else(|| clean(id), |name| clean(name));
    let place = |id: &Option<String>| id.as_ref().map(named).unwrap_or_default();
    let ask: Vec<String> = flaw.ask.iter().map(named).collect();
    vec![
        place(&flaw.from_place),
        place(&flaw.to_place),
        ask.join(", "),
        words::detail(&flaw.detail),
        flaw.events.join(" "),
    ]
}

fn word(kind: &str) -> &'static str {
    match kind {
        "not_received" => "发出未见收货",
        "not_shipped" => "到货未见发货",
        "no_origin" => "来源不明",
        "out_of_order" => "先后颠倒",
        "impossible_time" => "时间不可能",
        "quantity_mismatch" => "数量不符",
        "conflicting_witness" => "双方数量矛盾",
        "out_of_scale" => "数量级异常",
        "doubtful_yield" => "出成率存疑",
        "own_ingredient" => "自身作原料",
        "recorded_twice" => "重复记录",
        "unlotted" => "无批号",
        "no_counterparty" => "无交易对方",
        "posted_late" => "迟报",
        "error_declared" => "已声明有误",
        "disputed" => "有争议",
        _ => "其他",
    }
}
