//! Candidates for a source by several methods, side by side in one table.

use crate::table::table;

/// What one method says of a candidate.
pub(crate) struct RankCell {
    pub(crate) rank: u32,
    pub(crate) value: f64,
    pub(crate) cases: u32,
    pub(crate) weight: f64,
}

/// One candidate; ranks are in the order of the methods, `None` where one sees no way to a case.
pub(crate) struct RankRow {
    pub(crate) ranks: Vec<Option<RankCell>>,
    /// Deliveries on the ways to the cases.
    pub(crate) deliveries: usize,
    /// Identifier and name.
    pub(crate) name: String,
}

/// The table of candidates; `methods` are `fcl`, `horn`, `sales` and `distance`, or some of them.
pub(crate) fn rank_table(methods: &[&str], rows: &[RankRow]) -> String {
    let mut head: Vec<String> = Vec::new();
    for method in methods {
        let value = match *method {
            "fcl" => "分数 score",
            "distance" => "平均距离（病例）mean (cases)",
            _ => "对数似然 ln L",
        };
        head.extend([format!("{method} 名次 rank"), value.to_owned()]);
    }
    let rest = ["可达病例 cases", "其权重 weight", "途经交货 deliveries", "编号 ID"];
    head.extend(rest.map(str::to_owned));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let lines: Vec<Vec<String>> = rows.iter().map(|row| line(methods, row)).collect();
    table(&head, &lines)
}

fn line(methods: &[&str], row: &RankRow) -> Vec<String> {
    let mut line = Vec::new();
    for (method, rank) in methods.iter().zip(&row.ranks) {
        let Some(one) = rank else {
            line.extend(["–".to_owned(), "–".to_owned()]);
            continue;
        };
        let value = match *method {
            // Without relations it goes by who sells to whom, and so to more cases.
            "distance" => format!("{:.4} ({})", one.value, one.cases),
            _ => format!("{:.4}", one.value),
        };
        line.extend([one.rank.to_string(), value]);
    }
    let first = row.ranks.iter().flatten().next();
    line.push(first.map_or_else(String::new, |one| one.cases.to_string()));
    line.push(first.map_or_else(String::new, |one| one.weight.to_string()));
    line.extend([row.deliveries.to_string(), row.name.clone()]);
    line
}

/// What the methods had to assume, where they did.
pub(crate) fn assumed(count: u32) -> String {
    if count == 0 {
        return String::new();
    }
    format!(
        "{count} 次交货没有千克数，按已知的平均值计 / {count} deliveries have no kilograms and count \
         as the mean of the others\n"
    )
}
