//! The one-sheet list: each row is a delivery with its supplier, product, lot and recipient. It
//! has no relations; what went into what must be assumed at the stations.

use super::Tables;
use super::finding::Unit;
use super::table::{Table, cell};
use super::workbook::{Sheet, columns, plain};

/// Parts of the head, in German and English.
const SUPPLIER: &[&str] = &["lieferant", "supplier"];
const RECIPIENT: &[&str] = &["empfänger", "recipient"];
const NAME: &[&str] = &["name"];
const ADDRESS: &[&str] = &["adresse", "address"];

/// What the columns of deliveries are called in a case, by the end of their plain names.
const DELIVERIES: &[(&[&str], &str)] = &[
    (&["produktbezeichnung", "productname"], "Name"),
    (&["chargennummer", "lotnumber"], "Lot Number"),
    (&["lieferdatum", "deliverydate"], "Date Delivery"),
    (&["menge", "amount"], "Amount"),
];

/// The tables of a list; `None` where it is none.
pub(crate) fn flat_list(sheet: &Sheet) -> Option<Tables> {
    let [(_, head), (_, parts), rows @ ..] = sheet.rows.as_slice() else { return None };
    let names = columns(head, parts);
    let find = |of: &[&str], part: &[&str]| {
        names.iter().position(|name| {
            let plain = plain(name);
            of.iter().any(|of| {
                let rest = plain.strip_prefix(of);
                rest.is_some_and(|rest| part.contains(&rest))
            })
        })
    };
    let ends = [SUPPLIER, RECIPIENT].map(|of| [find(of, NAME), find(of, ADDRESS)]);
    if ends.iter().any(|[name, _]| name.is_none()) {
        return None;
    }
    let table = |part: &str, columns: &[&str]| Table {
        file: format!("{}{part}", sheet.file),
        unit: Unit::Row,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        rows: Vec::new(),
    };
    let mut stations = table("", &["ID", "Name", "Address"]);
    let mut deliveries = table("", &["ID", "from", "to"]);
    deliveries.columns.extend(names.iter().map(|name| called(name)));
    let mut known = std::collections::HashSet::new();
    for (number, cells) in rows {
        let mut row = vec![String::new(); names.len()];
        for (at, text) in cells {
            if let Some(cell) = row.get_mut(*at) {
                cell.clone_from(text);
            }
        }
        let [from, to] = ends.map(|[name, address]| {
            let [name, address] = [name, address].map(|at| cell(&row, at).to_owned());
            let id = match address.as_str() {
                "" => name.clone(),
                address => format!("{name}, {address}"),
            };
            if !name.is_empty() && known.insert(id.clone()) {
                stations.rows.push((*number, vec![id.clone(), name, address]));
            }
            id
        });
        let mut delivery = vec![number.to_string(), from, to];
        delivery.extend(row);
        deliveries.rows.push((*number, delivery));
    }
    let relations = table("", &["ID", "Next"]);
    Some(Tables { stations, deliveries, relations })
}

fn called(name: &str) -> String {
    let plain = plain(name);
    let ends = |(ends, _): &&(&[&str], &str)| ends.iter().any(|end| plain.ends_with(end));
    DELIVERIES.iter().find(ends).map_or_else(|| name.to_owned(), |(_, name)| (*name).to_owned())
}
