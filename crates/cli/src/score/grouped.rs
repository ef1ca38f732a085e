//! Stations of a case that can be shown as one.

use clap::ValueEnum;
use laiqu_interchange::foodchain_lab::Case;
use laiqu_trace::flow::{Group, GroupBy, GroupKind, groups};
use serde_json::{Value, json};
use std::collections::HashMap;

/// What sources or targets must have in common.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum By {
    /// 只看权重 / Their weight alone
    Weight,
    /// 产品也相同 / Their products too
    Product,
    /// 批次也相同 / Their lots too
    Lot,
}

/// Groups of a case.
pub(super) struct Grouped<'c> {
    case: &'c Case,
    groups: Vec<Group>,
}

impl<'c> Grouped<'c> {
    pub(super) fn new(case: &'c Case, by: By) -> Self {
        let by = match by {
            By::Weight => GroupBy::Weight,
            By::Product => GroupBy::Product,
            By::Lot => GroupBy::Lot,
        };
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut products = Vec::with_capacity(case.deliveries.len());
        for delivery in &case.deliveries {
            let new = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            products.push(*numbers.entry(&delivery.product).or_insert(new));
        }
        Self { case, groups: groups(&case.graph, &case.overlay, by, &products) }
    }

    fn ids(&self, group: &Group) -> Vec<&str> {
        let id =
            |station: &u32| self.case.stations.get(*station as usize).map(|one| one.id.as_str());
        group.stations.iter().filter_map(id).collect()
    }

    /// As people read it, each group with the first of its stations.
    pub(super) fn text(&self, limit: usize) -> String {
        let (shown, count) = (self.groups.len().min(limit), self.groups.len());
        let mut text = format!("\n可合并显示 groups {shown}/{count}\n");
        for group in self.groups.iter().take(limit) {
            let (zh, en) = name(group.kind);
            let ids = self.ids(group);
            let more = if ids.len() > limit { " …" } else { "" };
            let joined = ids.iter().take(limit).copied().collect::<Vec<_>>().join(", ");
            let joined = crate::out::clean(&joined);
            text.push_str(&format!("  {zh} {en} ({}): {joined}{more}\n", ids.len()));
        }
        text
    }

    /// As programs read it, whole.
    pub(super) fn json(&self) -> Value {
        let group =
            |group: &Group| json!({ "kind": name(group.kind).1, "stations": self.ids(group) });
        self.groups.iter().map(group).collect()
    }
}

fn name(kind: GroupKind) -> (&'static str, &'static str) {
    match kind {
        GroupKind::Sources => ("来源组", "sources"),
        GroupKind::Targets => ("去向组", "targets"),
        GroupKind::Chain => ("单链", "chain"),
        GroupKind::Isolated => ("与病例无关", "isolated"),
    }
}
