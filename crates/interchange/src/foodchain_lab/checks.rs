//! What is readable but hardly true: the plausibility of a case.

use super::case::{Case, Columns};
use super::finding::{Finding, FindingKind, Where};
use super::table::{Table, cell};
use super::values::kilograms;
use std::collections::HashMap;

/// Amounts in and out of a lot may differ by this factor.
const KILOGRAMS_FACTOR_MAX: f64 = 2.0;
/// Two statements of one amount may differ by this share.
const AMOUNT_SHARE_MAX: f64 = 0.01;
/// Identifiers that a finding names at most.
const NAMED_MAX: usize = 10;

/// Everything hardly true in a case, in the order of its rows.
pub(crate) fn check(case: &Case) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Ok(columns) = Columns::of(&case.tables.deliveries) {
        rows(case, &columns, &mut found);
    }
    relations(case, &mut found);
    lots(case, &mut found);
    for cycle in case.graph.cycles().into_iter().filter(|cycle| cycle.len() > 1) {
        let place = Where::file(&case.tables.relations.file);
        let about = names(case, &cycle);
        found.push(Finding { place, kind: FindingKind::Cycle, about });
    }
    found
}

fn id(case: &Case, delivery: u32) -> &str {
    case.deliveries.get(delivery as usize).map_or("", |delivery| &delivery.id)
}

fn names(case: &Case, deliveries: &[u32]) -> String {
    let mut names: Vec<&str> =
        deliveries.iter().take(NAMED_MAX).map(|delivery| id(case, *delivery)).collect();
    if deliveries.len() > NAMED_MAX {
        names.push("…");
    }
    names.join(", ")
}

fn rows(case: &Case, columns: &Columns, found: &mut Vec<Finding>) {
    let table = &case.tables.deliveries;
    let mut seen: HashMap<Vec<&str>, &str> = HashMap::new();
    let mut products: HashMap<(u32, &str), &str> = HashMap::new();
    let all = case.graph.deliveries().iter().zip(&case.deliveries);
    for ((row, cells), (flow, delivery)) in table.rows.iter().zip(all) {
        let mut add = |column, kind, about: String| {
            found.push(table.finding(*row, column, kind, about));
        };
        if flow.departure.min > flow.arrival.max {
            let dates = [columns.departure, columns.arrival].map(|column| cell(cells, column));
            add(columns.arrival, FindingKind::ArrivalBeforeDeparture, dates.join(" → "));
        }
        if let Some(earlier) = seen.insert(identity(table, cells), &delivery.id) {
            add(None, FindingKind::Similar, format!("{earlier}, {}", delivery.id));
        }
        let (number, product) = (delivery.lot_number.as_str(), delivery.product.as_str());
        if number.is_empty() && columns.lot_number.is_some() {
            add(columns.lot_number, FindingKind::NoLotNumber, delivery.id.clone());
        } else if !number.is_empty() {
            let known = *products.entry((flow.from, number)).or_insert(product);
            if known != product {
                let about = format!("{number}: {known}, {product}");
                add(columns.product, FindingKind::LotDiffers, about);
            }
        }
        let (stated, text) = (flow.kilograms, kilograms(cell(cells, columns.text)));
        if let Some((one, other)) = stated.zip(text)
            && differ(one, other, 1.0 + AMOUNT_SHARE_MAX)
            // A number of packages times the weight of one is no contradiction.
            && !packages(cell(cells, columns.text), other, one)
        {
            add(columns.text, FindingKind::AmountsDiffer, format!("{one} kg, {other} kg"));
        }
    }
}

/// Whether the first number of a text times the weight of a package is the amount.
fn packages(text: &str, package: f64, amount: f64) -> bool {
    let first = text.split_whitespace().next().and_then(super::values::number);
    first.is_some_and(|count| !differ(count * package, amount, 1.0 + AMOUNT_SHARE_MAX))
}

fn differ(one: f64, other: f64, factor: f64) -> bool {
    one > other * factor || other > one * factor
}

/// All that tells two deliveries apart, without their identifiers and running numbers.
fn identity<'t>(table: &Table, cells: &'t [String]) -> Vec<&'t str> {
    let numbers = ["ID", "Serial", "EdgeID", "Item Number"];
    let told = table.columns.iter().zip(cells).filter(|(c, _)| !numbers.contains(&c.as_str()));
    told.map(|(_, cell)| cell.trim()).collect()
}

fn relations(case: &Case, found: &mut Vec<Finding>) {
    let table = &case.tables.relations;
    let columns = [table.column("ID"), table.column("Next")];
    let ids: HashMap<&str, usize> =
        case.deliveries.iter().enumerate().map(|(at, one)| (one.id.as_str(), at)).collect();
    for (row, cells) in &table.rows {
        let [from, into] = columns.map(|column| cell(cells, column));
        let flow = |id| ids.get(id).and_then(|at| case.graph.deliveries().get(*at));
        let Some((ingredient, product)) = flow(from).zip(flow(into)) else { continue };
        let kind = if from == into {
            FindingKind::IngredientOfItself
        } else if case.overlay.station(ingredient.to) != case.overlay.station(product.from) {
            FindingKind::WrongStation
        } else {
            continue;
        };
        found.push(table.finding(*row, None, kind, format!("{from} → {into}")));
    }
}

/// Lots of which much more or less was sold than went in, where all kilograms are known.
fn lots(case: &Case, found: &mut Vec<Finding>) {
    let deliveries = case.graph.deliveries();
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); case.graph.lots() as usize];
    for (at, delivery) in (0_u32..).zip(deliveries) {
        if let Some(list) = delivery.lot.and_then(|lot| members.get_mut(lot as usize)) {
            list.push(at);
        }
    }
    let previous = case.graph.next().reversed(deliveries.len());
    let sum = |ids: &[u32]| -> Option<f64> {
        ids.iter().map(|id| deliveries.get(*id as usize)?.kilograms).sum()
    };
    for members in members.iter().filter(|members| !members.is_empty()) {
        let mut ingredients: Vec<u32> =
            members.iter().flat_map(|d| previous.of(*d)).copied().collect();
        ingredients.sort_unstable();
        ingredients.dedup();
        let (Some(went_in), Some(came_out)) = (sum(&ingredients), sum(members)) else { continue };
        if !ingredients.is_empty() && differ(went_in, came_out, KILOGRAMS_FACTOR_MAX) {
            let about = format!("{went_in} kg → {came_out} kg: {}", names(case, members));
            let table = &case.tables.deliveries;
            let first = members.first().and_then(|first| table.rows.get(*first as usize));
            let row = first.map_or(0, |(row, _)| *row);
            found.push(table.finding(row, None, FindingKind::KilogramsDiffer, about));
        }
    }
}
