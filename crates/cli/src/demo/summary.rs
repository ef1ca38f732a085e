//! The summary of a demonstration, for a newcomer and as JSON.

use super::compare::Comparison;
use super::posting::Posted;
use crate::client::encode;
use crate::table::table;
use crate::verify::Report;
use laiqu_city::{City, Incidents};
use serde_json::{Value, json};
use std::path::Path;

/// Ends of a trace that are listed by name.
const ENDS_LISTED_MAX: usize = 12;

/// Everything that there is to say.
pub(super) struct Summary<'a> {
    pub(super) city: &'a City,
    pub(super) url: &'a str,
    pub(super) data: &'a Path,
    /// The directory stays.
    pub(super) kept: bool,
    pub(super) vkey: &'a str,
    pub(super) operator_token: &'a str,
    pub(super) posted: &'a Posted,
    pub(super) back: Option<&'a Comparison>,
    pub(super) ahead: &'a Comparison,
    pub(super) verified: &'a Report,
    pub(super) verify_seconds: f64,
    pub(super) seconds: f64,
    /// The server goes on.
    pub(super) goes_on: bool,
}

impl Summary<'_> {
    /// Nothing that is true and recorded was missed, refused or damaged.
    pub(super) fn is_complete(&self) -> bool {
        let found = |comparison: &Comparison| comparison.missing_count == 0;
        let traced = self.back.is_some_and(found) && found(self.ahead);
        traced && self.posted.refused == 0 && self.verified.whole
    }

    fn pages(&self) -> Vec<(&'static str, String)> {
        let trace =
            |id: &str, way: &str| format!("{}/trace?id={}&direction={way}", self.url, encode(id));
        let mut pages = vec![("首页 home", format!("{}/", self.url))];
        if let Some(back) = self.back {
            pages.push(("来源 back", trace(&back.id, "back")));
        }
        pages.push(("去向 forward", trace(&self.ahead.id, "forward")));
        pages.push(("检查点 checkpoint", format!("{}/log/checkpoint", self.url)));
        pages
    }

    /// The summary as JSON.
    pub(super) fn json(&self) -> Value {
        let pages: Vec<String> = self.pages().into_iter().map(|(_, url)| url).collect();
        json!({
            "complete": self.is_complete(),
            "url": self.url,
            "pages": pages,
            "data": self.data.display().to_string(),
            "vkey": self.vkey,
            "operator_token": self.operator_token,
            "city": self.city.describe(),
            "posted": {
                "documents": self.posted.documents,
                "events": self.posted.events,
                "refused": self.posted.refused,
                "refusals": self.posted.refusals,
                "seconds": self.posted.seconds,
            },
            "back": self.back,
            "forward": self.ahead,
            "verify": self.verified,
            "verify_seconds": self.verify_seconds,
            "seconds": self.seconds,
            "planted": self.city.truth.incidents,
            "unrecorded": self.city.truth.unrecorded.len(),
        })
    }

    /// The summary as people read it.
    pub(super) fn text(&self) -> String {
        let mut text = self.city_text();
        if let Some(back) = self.back {
            let title = "一、从售出的一包查到农场 / 1. from a sold pack back to its farms";
            text.push_str(&question(title, "真实来源 true sources", back));
        } else {
            text.push_str("\n一、没有合适的售出包装 / 1. no sold pack goes back far enough\n");
        }
        let title = "二、从受污染批次查到每个销售点 / 2. from the contaminated lot to every seller";
        text.push_str(&question(title, "真实销售点 true sellers", self.ahead));
        text.push_str(&self.verify_text());
        text.push_str(&planted(&self.city.truth.incidents));
        text.push_str(&self.ending());
        text
    }

    fn city_text(&self) -> String {
        let about = self.city.describe();
        let events_per_second = self.posted.events as f64 / self.posted.seconds.max(0.001);
        let mut text = format!(
            "\n来去演示 · 虚拟城市 / Laiqu demo: a synthetic city\n  \
             {} 家单位，{} 个区，{} 天 / {} parties in {} districts over {} days\n  \
             已入账 {} 个事件（{} 份签名文件），{:.1} 秒，每秒 {events_per_second:.0} 个 / events recorded; \
             每张回执均已核对 every receipt checked\n",
            self.city.parties.len(),
            about.districts.len(),
            about.days,
            self.city.parties.len(),
            about.districts.len(),
            about.days,
            self.posted.events,
            self.posted.documents,
            self.posted.seconds,
        );
        let errors: Vec<String> =
            about.errors.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        if !errors.is_empty() {
            text.push_str(&format!("  记录中的差错 errors of recording: {}\n", errors.join("，")));
        }
        if self.posted.refused > 0 {
            let refused = self.posted.refused;
            text.push_str(&format!("  ✗ 被拒绝的文件 documents refused: {refused}\n"));
            for why in &self.posted.refusals {
                text.push_str(&format!("    - {why}\n"));
            }
        }
        text
    }

    fn verify_text(&self) -> String {
        let report = self.verified;
        let mut text = format!(
            "\n三、服务运行时离线核对整本账 / 3. the whole ledger verified beside the running server\n  \
             {} 个条目，{:.1} MB，{} 个签名，{:.1} 秒 / entries, megabytes, signatures, seconds\n",
            report.size,
            report.bytes as f64 / 1e6,
            report.signatures,
            self.verify_seconds
        );
        if report.whole {
            let left_out = report.not_checked.join("; ");
            text.push_str(&format!("  ✓ 完整 whole；未核对 not checked: {left_out}\n"));
        } else {
            text.push_str(&report.text());
        }
        text
    }

    fn ending(&self) -> String {
        let rows: Vec<Vec<String>> =
            self.pages().into_iter().map(|(name, url)| vec![name.to_owned(), url]).collect();
        let verdict = if self.is_complete() {
            "✓ 凡有记录的真实来源与去向均已找到 / everything true that was recorded was found"
        } else {
            "✗ 有真实的来源或去向未找到，见上 / something true was missed, see above"
        };
        let mut text = format!("\n{verdict}（{:.0} s）\n", self.seconds);
        if self.goes_on {
            text.push_str(&table(&["打开 open", "地址 URL"], &rows));
            let kept = if self.kept { "保留 kept" } else { "结束时删除 removed at the end" };
            let data = self.data.display();
            text.push_str(&format!("  数据 data: {data}（{kept}）\n"));
            text.push_str(&format!("  试试 try: laiqu verify {} --vkey {}\n", self.url, self.vkey));
            text.push_str("  按 Ctrl-C 结束 / Ctrl-C ends it\n");
        }
        text
    }
}

fn question(title: &str, ends: &str, found: &Comparison) -> String {
    let name = found.name.as_deref().unwrap_or_default();
    let mut text = format!(
        "\n{title}\n  起点 start: {name} {}\n  用时 {:.1} 毫秒 ms；物品 items {}（其中存疑 suspected {}），事件 events {}，\
         缺失与矛盾 issues {}\n  {ends}: {}；真实物品 true items: {}；遗漏 missed: {}\n",
        found.id,
        found.millis,
        found.items,
        found.suspected,
        found.events,
        found.issues,
        found.true_ends,
        found.true_items,
        found.missing_count,
    );
    for end in found.ends.iter().take(ENDS_LISTED_MAX) {
        text.push_str(&format!("    · {end}\n"));
    }
    let more = found.ends.len().saturating_sub(ENDS_LISTED_MAX);
    if more > 0 {
        text.push_str(&format!("    … 另有 {more} 个 / {more} more\n"));
    }
    for missing in &found.missing {
        text.push_str(&format!("    ✗ 遗漏 missed: {missing}\n"));
    }
    if found.unrecorded > 0 {
        text.push_str(&format!(
            "  另有 {0} 项真实关联无人记录，任何账本都无从得知 / {0} true relations were recorded by \
             nobody, so no ledger can know them\n",
            found.unrecorded
        ));
    }
    text
}

fn planted(incidents: &Incidents) -> String {
    let bad = &incidents.contaminated;
    let line = &incidents.dirty_line;
    let warm = &incidents.excursion;
    let label = &incidents.relabelled;
    let cert = &incidents.certificate;
    let kilograms = |grams: i64| grams as f64 / 1_000.0;
    let rows = [
        vec![
            "受污染的农场批次 contaminated farm lot".to_owned(),
            bad.analyte.clone(),
            bad.lot.clone(),
        ],
        vec![
            "两次清洗之间的脏线 dirty line".to_owned(),
            format!("受影响批次 lots exposed {}", line.exposed.len()),
            line.line.clone(),
        ],
        vec![
            "冷库超温 cold-store excursion".to_owned(),
            format!("受影响物品 items exposed {}", warm.exposed.len()),
            warm.room.clone(),
        ],
        vec![
            "换标的进口批次 relabelled import".to_owned(),
            format!("{} kg → {}", kilograms(label.grams), label.new),
            label.old.clone(),
        ],
        vec![
            "超量使用的证书 overused certificate".to_owned(),
            format!("{} / {} kg", kilograms(cert.used_grams), kilograms(cert.issued_grams)),
            cert.certificate.clone(),
        ],
    ];
    let head = ["预埋的情形 what was planted", "情况 facts", "标识 identifier"];
    format!("\n{}", table(&head, &rows))
}
