//! `laiqu exposure`: when a cold room was beyond its limits, or nobody knows.

use crate::asking::{Asking, parsed, with_query};
use crate::exit::{Exit, Failure};
use crate::ledger_line::Ledger;
use crate::out::{self, clean};
use crate::proving::Proving;
use crate::table::{table, time};
use clap::Args;
use laiqu_service::AskedExposure;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Judges the temperatures of a place.
#[derive(Debug, Args)]
pub(crate) struct Exposure {
    /// 冷库、库房、车辆的标识 / Room, vehicle or site (all its rooms)
    place: String,
    /// 起始时间（RFC 3339）/ First moment
    #[arg(long)]
    from: String,
    /// 结束时间 / Last moment
    #[arg(long)]
    until: String,
    /// 温度规则，如 frozen-storage / A dated rule, like frozen-storage
    #[arg(long, required_unless_present_any = ["min", "max"])]
    rule: Option<String>,
    /// 最低允许温度（℃）/ Coldest that is allowed, degrees Celsius
    #[arg(long, allow_negative_numbers = true)]
    min: Option<f64>,
    /// 最高允许温度（℃）/ Warmest that is allowed, degrees Celsius
    #[arg(long, allow_negative_numbers = true)]
    max: Option<f64>,
    /// 应有记录间隔（分钟）/ A reading is due this often, in minutes
    #[arg(long)]
    log_interval: Option<u32>,
    /// 容许超限时长（分钟）/ Longest excursion that is tolerated, in minutes
    #[arg(long)]
    tolerance: Option<u32>,
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
    limits: Limits,
    places: Vec<Place>,
    names: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Limits {
    rule: Option<String>,
    source: Option<String>,
    unconfirmed: bool,
    min: Option<f64>,
    max: Option<f64>,
    log_interval_minutes: u32,
    tolerance_minutes: u32,
}

#[derive(Debug, Deserialize)]
struct Place {
    place: String,
    readings: u64,
    devices: Vec<String>,
    intervals: Vec<Interval>,
}

#[derive(Debug, Deserialize)]
struct Interval {
    kind: String,
    from: Option<String>,
    until: Option<String>,
    device: Option<String>,
    lowest: Option<f64>,
    highest: Option<f64>,
    tolerated: bool,
}

impl Exposure {
    /// Exit 1 where a place was beyond its limits for longer than is tolerated, or nobody knows.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let asked = self.asked();
        let text = self.asking.ask(&self.path(), |ledger| ledger.exposure(&asked))?;
        self.proving.keep(&self.asking, &text)?;
        let answer: Answer = parsed(&text)?;
        if self.json {
            out::line(&text)?;
        } else {
            out::exact(&shown(&answer))?;
        }
        let mut intervals = answer.places.iter().flat_map(|place| &place.intervals);
        let good = intervals.all(|interval| interval.tolerated);
        Ok(if good { Exit::Done } else { Exit::CheckFailed })
    }

    fn asked(&self) -> AskedExposure {
        AskedExposure {
            place: self.place.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
            rule: self.rule.clone(),
            min: self.min,
            max: self.max,
            log_interval_minutes: self.log_interval,
            tolerance_minutes: self.tolerance,
            as_of: self.asking.as_of,
            rests_on: self.proving.rests_on(),
        }
    }

    fn path(&self) -> String {
        let number = |value: Option<f64>| value.map(|value| value.to_string());
        let minutes = |value: Option<u32>| value.map(|value| value.to_string());
        let parameters = [
            ("place", Some(self.place.clone())),
            ("from", Some(self.from.clone())),
            ("until", Some(self.until.clone())),
            ("rule", self.rule.clone()),
            ("min", number(self.min)),
            ("max", number(self.max)),
            ("log_interval", minutes(self.log_interval)),
            ("tolerance", minutes(self.tolerance)),
            self.asking.as_of(),
            self.proving.parameter(),
        ];
        with_query("/v1/exposure", &parameters)
    }
}

fn shown(answer: &Answer) -> String {
    let mut text = answer.ledger.line();
    text.push_str(&limits(&answer.limits));
    for place in &answer.places {
        let name = answer.names.get(&place.place).map_or(String::new(), |name| clean(name) + " ");
        let devices: Vec<String> = place.devices.iter().map(|id| clean(id)).collect();
        let sensors = devices.join(", ");
        text.push_str(&format!(
            "\n{name}{}  {} 个读数 readings  {sensors}\n",
            clean(&place.place),
            place.readings
        ));
        if place.intervals.is_empty() {
            text.push_str("  一直在限值内 / within its limits all the time\n");
            continue;
        }
        let rows: Vec<Vec<String>> = place.intervals.iter().map(row).collect();
        let head = ["情况 what", "起 from", "止 until", "℃", "探头 sensor"];
        text.push_str(&table(&head, &rows));
        let severe = place.intervals.iter().filter(|interval| !interval.tolerated);
        for interval in severe {
            if let (Some(from), Some(until)) = (&interval.from, &interval.until) {
                text.push_str(&format!(
                    "  当时在场的货 what was there: laiqu scope --place {} --from {} --until {} \
                     --hazard temperature\n",
                    clean(&place.place),
                    clean(from),
                    clean(until)
                ));
            }
        }
    }
    text
}

fn limits(limits: &Limits) -> String {
    let rule = match (&limits.rule, &limits.source) {
        (Some(rule), Some(source)) => {
            let doubt =
                if limits.unconfirmed { "，尚未与原文核对 not yet confirmed" } else { "" };
            format!("{}（{}{doubt}） ", clean(rule), clean(source))
        }
        _ => String::new(),
    };
    let bound = |value: Option<f64>| value.map_or_else(|| "…".to_owned(), |v| v.to_string());
    format!(
        "限值 limits: {rule}{min} 至 to {max} ℃；每 {every} 分钟一个读数 \
         a reading every {every} minutes；容许 tolerated {tolerated} 分钟 minutes\n",
        min = bound(limits.min),
        max = bound(limits.max),
        every = limits.log_interval_minutes,
        tolerated = limits.tolerance_minutes
    )
}

fn row(interval: &Interval) -> Vec<String> {
    let what = match (interval.kind.as_str(), interval.tolerated) {
        ("excursion", true) => "超限（容许） excursion (tolerated)",
        ("excursion", false) => "超限 excursion",
        ("unknown_temperature", _) => "温度不明 unknown temperature",
        (other, _) => other,
    };
    let open = |moment: &Option<String>| moment.as_deref().map_or_else(|| "?".to_owned(), time);
    let range = match (interval.lowest, interval.highest) {
        (Some(lowest), Some(highest)) => format!("{lowest} … {highest}"),
        _ => String::new(),
    };
    let device = interval.device.clone().unwrap_or_default();
    vec![what.to_owned(), open(&interval.from), open(&interval.until), range, device]
}
