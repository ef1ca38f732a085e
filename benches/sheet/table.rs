//! The sheet as Markdown, for `README.md`.

use crate::sheet::figures::{
    How, KILLED_START_S_MAX, Kind, RATE_LEFT_MIN, START_S_MAX, Sheet, Size, Times,
};
use crate::sheet::needs::{BUSY_PART, Need, PEAK_FACTOR, YEARS};
use crate::traces::network::EVENTS_PER_LOT;

/// Everything.
pub(crate) fn markdown(sheet: &Sheet) -> String {
    let mut text = head(sheet);
    for (title, rows) in [
        ("Writes", writes(sheet)),
        ("Reads over HTTP, p50 / p99 ms, and beside writes at half load", reads(sheet)),
        ("Starts, memory, verification", starts(sheet)),
        ("Bytes on disk by kind, for each event (each lot)", disk(sheet)),
    ] {
        text += &table(sheet, title, &rows);
    }
    for left in &sheet.rate_left {
        let cpu = left.cpu_ratio_left.unwrap_or_default();
        text += &format!(
            "With {} events a submission {:.2} of the rate at the first size is left at the last \
             ({:.2} of its ratio to `verify_strict`, {cpu:.2} by CPU time).\n\n",
            left.events_per_submission,
            left.rate_left,
            left.ratio_left.unwrap_or_default()
        );
    }
    text += &needs(sheet);
    if sheet.faults().next().is_none() {
        let limits = (START_S_MAX, KILLED_START_S_MAX, RATE_LEFT_MIN * 100.0);
        text += &format!(
            "Within the limits: starts below {} s after a clean stop and {} s after a kill, at \
             least {:.0} % of the first rate left, every answer as it should be.\n",
            limits.0, limits.1, limits.2
        );
    }
    for fault in sheet.faults() {
        text += &format!("- **not as it should be**: {fault}\n");
    }
    text
}

fn head(sheet: &Sheet) -> String {
    let machine = &sheet.machine;
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let build = if sheet.debug_build { ", debug build: the figures mean nothing" } else { "" };
    let without = match sheet.without.as_slice() {
        [] => String::new(),
        parts => format!(", without {}", parts.join(", ")),
    };
    format!(
        "{}, {} cores ({}), {} GB of memory, Linux {}, {}{without}{build}\n\n",
        machine.date,
        machine.cores,
        or(&machine.processor),
        machine.memory_gb.unwrap_or_default(),
        or(&machine.kernel),
        or(&machine.file_system),
    )
}

type Row = (String, Vec<String>);

/// A row of one figure at each size; a dash where it was not measured.
fn row(sheet: &Sheet, name: &str, of: impl Fn(&Size) -> Option<String>) -> Row {
    let cells = sheet.sizes.iter().map(|size| of(size).unwrap_or_else(|| "–".to_owned()));
    (name.to_owned(), cells.collect())
}

fn table(sheet: &Sheet, title: &str, rows: &[Row]) -> String {
    let sizes: Vec<String> = sheet.sizes.iter().map(|size| grouped(size.events)).collect();
    let mut text = format!("| **{title}** | {} |\n", sizes.join(" | "));
    text += &format!("|---|{}\n", "---|".repeat(sizes.len()));
    for (name, cells) in rows.iter().filter(|(_, cells)| cells.iter().any(|cell| cell != "–")) {
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    text + "\n"
}

fn writes(sheet: &Sheet) -> Vec<Row> {
    let mut rows = Vec::new();
    for (events, name) in [(1, "1 event"), (60, "60 events")] {
        let load = |size: &Size, kind| size.window(kind, events).map(|window| window.load.clone());
        let closed = |size: &Size| load(size, Kind::Closed);
        rows.push(row(sheet, &format!("{name} a submission: events/s"), |size| {
            Some(grouped(crate::whole(closed(size)?.events_per_s)))
        }));
        rows.push(row(sheet, "p50 / p99 ms", |size| {
            closed(size).map(|load| format!("{:.1} / {:.1}", load.p50_ms, load.p99_ms))
        }));
        rows.push(row(sheet, "submissions ÷ `verify_strict` (of CPU time)", |size| {
            let load = closed(size)?;
            Some(format!("{:.4} ({:.4})", load.ratio, load.cpu_ratio?))
        }));
        rows.push(row(sheet, "at half of it, by the clock: p50 / p99 ms", |size| {
            let load = load(size, Kind::Half)?;
            Some(format!("{:.1} / {:.1}", load.p50_ms, load.p99_ms))
        }));
        rows.push(row(sheet, "a bare sync meanwhile: p99 / max ms", |size| {
            let load = load(size, Kind::Half)?;
            Some(format!("{:.1} / {:.1}", load.bare_sync_p99_ms?, load.bare_sync_max_ms?))
        }));
    }
    rows.push(row(sheet, "1 event, at half, beside readers: p50 / p99 ms", |size| {
        let load = &size.window(Kind::HalfBesideReads, 1)?.load;
        Some(format!("{:.1} / {:.1}", load.p50_ms, load.p99_ms))
    }));
    rows.push(row(sheet, "`verify_strict`/s", |size| {
        let bare = size.window(Kind::Closed, 1)?.load.verify_strict_per_s;
        Some(grouped(crate::whole(bare)))
    }));
    rows.push(row(sheet, "SHA-256 GB/s, `fdatasync`/s", |size| {
        let of = &size.yardsticks;
        Some(format!("{:.2}, {:.0}", of.sha2_gb_per_s, of.fdatasync_per_s))
    }));
    rows.push(row(sheet, "load average before, after", |size| {
        let [before, after] = size.load_average.map(Option::unwrap_or_default);
        Some(format!("{before:.1}, {after:.1}"))
    }));
    rows
}

fn reads(sheet: &Sheet) -> Vec<Row> {
    let Some(last) = sheet.sizes.last() else { return Vec::new() };
    let told = |times: Option<Times>| {
        times.map_or_else(|| "–".to_owned(), |it| format!("{:.1} / {:.1}", it.p50_ms, it.p99_ms))
    };
    let each = last.reads.iter().map(|read| {
        row(sheet, &read.name.replace('|', "\\|"), |size| {
            let read = size.reads.iter().find(|it| it.name == read.name)?;
            Some(format!("{}; {}", told(read.alone), told(read.beside)))
        })
    });
    each.collect()
}

fn starts(sheet: &Sheet) -> Vec<Row> {
    let mut rows = Vec::new();
    for how in [How::Kept, How::KeptCold, How::KilledSingle, How::KilledMany, How::Folded] {
        rows.push(row(sheet, &format!("start {}, s", how.name()), |size| {
            let start = size.start(how)?;
            Some(match how {
                How::KilledSingle | How::KilledMany => format!(
                    "{:.2} ({} entries folded)",
                    start.answered_s,
                    grouped(start.folded_entries)
                ),
                _ => format!("{:.2}", start.answered_s),
            })
        }));
    }
    for how in [How::Folded, How::Kept] {
        let name = format!("memory then, {}: bytes an event (a lot)", how.name());
        rows.push(row(sheet, &name, |size| {
            let bytes = size.start(how)?.resident_bytes? as f64;
            let each = bytes / size.events as f64;
            Some(format!("{each:.0} ({:.0})", each * EVENTS_PER_LOT as f64))
        }));
    }
    rows.push(row(sheet, "memory behind the windows, MB", |size| {
        Some(format!("{:.0}", size.windows.last()?.resident_bytes? as f64 / 1e6))
    }));
    rows.push(row(sheet, "clean stop that keeps what was folded, s", |size| {
        Some(format!("{:.1}", size.kept_in_s?))
    }));
    for (signatures, name) in [(true, "`verify`, s (events/s)"), (false, "without signatures")] {
        rows.push(row(sheet, name, |size| {
            let it = size.verify.iter().find(|it| it.signatures == signatures)?;
            Some(format!("{:.1} ({})", it.seconds, grouped(crate::whole(it.events_per_s))))
        }));
    }
    rows
}

fn disk(sheet: &Sheet) -> Vec<Row> {
    let Some(last) = sheet.sizes.last() else { return Vec::new() };
    let each = last.disk.iter().map(|disk| {
        row(sheet, &disk.kind, |size| {
            let disk = size.disk.iter().find(|it| it.kind == disk.kind)?;
            Some(format!("{:.1} ({:.1})", disk.per_event, disk.per_lot))
        })
    });
    each.collect()
}

fn needs(sheet: &Sheet) -> String {
    if sheet.needs.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "What larger places would need, from the largest size: a peak is {PEAK_FACTOR} times the \
         mean, at which {:.0} % of the cores are busy; {YEARS} years of events are held in one \
         ledger; what grows with the events grows in proportion.\n\n",
        BUSY_PART * 100.0
    );
    let columns = [
        "place",
        "events a year",
        "mean/s",
        "peak/s",
        "cores, documents of 60",
        "of 1",
        "log, TB a year",
        "kept, TB a year",
        "fold, h",
        "verify, h",
        "times what was measured",
    ];
    text += &format!("| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    let or = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), |it| it.to_string());
    for need in &sheet.needs {
        let Need { place, mean_events_per_s, peak_events_per_s, times_measured, .. } = need;
        let cells = [
            (*place).to_owned(),
            format!("{:.2} bn", need.events_per_year / 1e9),
            mean_events_per_s.to_string(),
            peak_events_per_s.to_string(),
            or(need.cores_many),
            or(need.cores_single),
            or(need.log_tb_per_year),
            or(need.kept_tb_per_year),
            or(need.fold_h),
            or(need.verify_h),
            times_measured.to_string(),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text + "\n"
}

/// Digits in threes.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        let told = [7, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(told, ["7", "999", "1,000", "1,234,567"]);
    }
}
