//! One plot for each figure of the sheet.

use crate::sheet::figures::{Disk, How, Kind, Sheet, Size, Times};
use crate::sheet::plot::Plot;

/// Names of files without their end, and what is drawn in them.
pub(crate) fn all(sheet: &Sheet) -> Vec<(&'static str, Plot)> {
    let over = |name: &str, of: &dyn Fn(&Size) -> Option<f64>| {
        let points = sheet.sizes.iter().filter_map(|size| Some((size.events as f64, of(size)?)));
        (name.to_owned(), points.collect::<Vec<_>>())
    };
    let plot =
        |title: &str, label, is_log, lines| Plot { title: title.to_owned(), label, is_log, lines };
    let sorts = [("1 event", 1), ("60 events", 60)];
    let rate = sorts.map(|(name, events)| {
        over(&format!("{name} a submission"), &|size| {
            Some(size.window(Kind::Closed, events)?.load.events_per_s)
        })
    });
    let latency = |kind: Kind| {
        let lines = sorts.map(|(name, events)| {
            let load = move |size: &Size| size.window(kind, events).map(|it| it.load.clone());
            [
                over(&format!("{name}, p50"), &|size| Some(load(size)?.p50_ms)),
                over(&format!("{name}, p99"), &|size| Some(load(size)?.p99_ms)),
            ]
        });
        lines.concat()
    };
    let kinds = sheet.sizes.first().into_iter().flat_map(|size| &size.disk);
    let kinds: Vec<&str> = kinds.map(|disk| disk.kind.as_str()).collect();
    let disk = |of: fn(&Disk) -> f64| {
        kinds.iter().map(|kind| over(kind, &|size| size.disk(kind).map(of))).collect()
    };
    let resident = |things: fn(&Size) -> u64| {
        let line = |how: How| {
            over(how.name(), &|size| {
                Some(size.start(how)?.resident_bytes? as f64 / things(size) as f64)
            })
        };
        [How::Folded, How::Kept].map(line).into()
    };
    let hows = [How::Folded, How::KeptCold, How::Kept, How::KilledSingle, How::KilledMany];
    let starts = hows.map(|how| over(how.name(), &|size| Some(size.start(how)?.answered_s)));
    let verify = [(true, "with signatures"), (false, "without")].map(|(signatures, name)| {
        over(name, &|size| {
            size.verify.iter().find(|it| it.signatures == signatures).map(|it| it.seconds)
        })
    });
    let folding = over("folding", &|size| {
        let start = size.start(How::Folded)?;
        Some(start.events as f64 / start.answered_s)
    });
    let verifying = [(true, "verification with signatures"), (false, "without")];
    let verifying = verifying.map(|(signatures, name)| {
        over(name, &|size| {
            size.verify.iter().find(|it| it.signatures == signatures).map(|it| it.events_per_s)
        })
    });
    let (traces, queries) = reads(sheet, &over);
    vec![
        ("ingest", plot("Events a second, closed loop", "events/s", false, rate.into())),
        (
            "latency",
            plot("Captures at half of that rate, by the clock", "ms", true, latency(Kind::Half)),
        ),
        ("latency-closed", plot("Captures in the closed loop", "ms", true, latency(Kind::Closed))),
        ("disk", plot("Bytes on disk for each event", "bytes", true, disk(|it| it.per_event))),
        ("disk-lots", plot("Bytes on disk for each lot", "bytes", true, disk(|it| it.per_lot))),
        (
            "memory",
            plot(
                "Resident memory after a start, for each event",
                "bytes",
                true,
                resident(|size| size.events),
            ),
        ),
        (
            "memory-lots",
            plot(
                "Resident memory after a start, for each lot",
                "bytes",
                true,
                resident(|size| size.lots),
            ),
        ),
        (
            "passes",
            plot(
                "Going through the whole ledger",
                "events/s",
                true,
                [vec![folding], verifying.into()].concat(),
            ),
        ),
        ("start", plot("Start, until a trace and a query are answered", "s", true, starts.into())),
        ("verify", plot("Verification of the whole ledger", "s", true, verify.into())),
        ("traces", plot("Traces over HTTP by lots in the answer, p50", "ms", true, traces)),
        ("queries", plot("First pages of queries over HTTP, p50", "ms", true, queries)),
    ]
}

/// The line of this name, with what is found at each size.
type Over<'o> = dyn Fn(&str, &dyn Fn(&Size) -> Option<f64>) -> Line + 'o;
type Line = (String, Vec<(f64, f64)>);

/// Medians of traces and queries, alone and beside writes.
fn reads(sheet: &Sheet, over: &Over<'_>) -> (Vec<Line>, Vec<Line>) {
    let (mut traces, mut queries) = (Vec::new(), Vec::new());
    let Some(last) = sheet.sizes.last() else { return (traces, queries) };
    for read in &last.reads {
        let of = |size: &Size, times: fn(&crate::sheet::figures::Read) -> Option<Times>| {
            times(size.reads.iter().find(|it| it.name == read.name)?).map(|times| times.p50_ms)
        };
        let alone = over(&read.name, &|size| of(size, |read| read.alone));
        if read.lots.is_some() {
            traces.push(alone);
            let beside = format!("{}, beside writes", read.name);
            traces.push(over(&beside, &|size| of(size, |read| read.beside)));
        } else {
            queries.push(alone);
        }
    }
    (traces, queries)
}
