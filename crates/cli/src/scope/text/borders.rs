//! Where paths leave a district, a city or a province, and whom to ask there.

use super::{kilograms, name, section, several};
use crate::out::clean;
use crate::scope::view::{Crossing, View};
use crate::table::time;
use crate::words;

/// Movements over a border by way, those out of the area first.
pub(super) fn shown(view: &View) -> String {
    let Some(area) = &view.borders.area else {
        return "\n起点未说明所在区划，可用 --area 指定 / nobody states where the start lies: give --area\n"
            .to_owned();
    };
    let area = clean(area);
    let ways = [
        ("out", format!("流出区划 OUT OF AREA {area}:")),
        ("in", format!("流入区划 INTO AREA {area}:")),
        ("unknown", format!("一端区划不明，可能越过边界 MAY CROSS A BORDER OF {area}:")),
    ];
    let of = |way: &str| {
        let crossings = view.borders.crossings.iter().filter(|crossing| crossing.way == way);
        crossings.map(|crossing| row(view, crossing)).collect()
    };
    let head = [
        "边界 border",
        "时间 time",
        "自 from",
        "至 to",
        "千克 kg",
        "判定 grade",
        "询问谁 ask",
        "单据 documents",
        "标识 lot",
    ];
    ways.iter().map(|(way, title)| section(title, &head, of(way))).collect()
}

fn row(view: &View, crossing: &Crossing) -> Vec<String> {
    let Some(transfer) = view.transfers.get(crossing.transfer) else { return Vec::new() };
    let when = transfer.sent.as_ref().or(transfer.received.as_ref());
    let end = |site: Option<&String>, area: Option<&String>| {
        format!("{} [{}]", name(view, site), area.map_or("?", String::as_str))
    };
    let ask = crossing.ask.party.as_ref().or(crossing.ask.site.as_ref());
    vec![
        words::code(&crossing.border),
        when.map(|when| time(when)).unwrap_or_default(),
        end(transfer.from_site.as_ref(), crossing.from_area.as_ref()),
        end(transfer.to_site.as_ref(), crossing.to_area.as_ref()),
        kilograms(transfer.kilograms),
        words::code(&transfer.grade),
        name(view, ask),
        several(&transfer.documents),
        transfer.lot.clone(),
    ]
}
