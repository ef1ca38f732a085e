//! The lists of an event: identifiers, quantities, typed references.

use super::check::{check_id, check_text, check_word};
use super::{member, shown};
use crate::fault::{FaultCode, Faults, Pointer};
use crate::json::Node;
use crate::vocabulary::Vocabulary;

/// A list of objects with a `type` and one named reference.
pub(super) struct TypedList {
    /// The member that holds the reference.
    pub(super) member: &'static str,
    /// The words of its `type`.
    pub(super) types: &'static Vocabulary,
}

fn is_list(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> bool {
    if !value.is_array() {
        faults.push(FaultCode::Shape, at, format!("{} is no list", shown(value)));
    }
    value.is_array()
}

/// A list of identifiers. Says whether it names anything; an empty list is no fault.
pub(super) fn check_ids(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> bool {
    is_list(value, at, faults);
    for (index, id) in value.elements().iter().enumerate() {
        check_id(id, &at.element(index), faults);
    }
    !value.elements().is_empty()
}

/// A list of quantity elements (EPCIS 2.0, section 7.3.3.3).
pub(super) fn check_quantities(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> bool {
    is_list(value, at, faults);
    for (index, element) in value.elements().iter().enumerate() {
        check_quantity(element, &at.element(index), faults);
    }
    !value.elements().is_empty()
}

fn check_quantity(element: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if member(element, "epcClass").is_none() {
        faults.push(FaultCode::Missing, at, "a quantity element needs an epcClass");
    }
    for (name, value) in element.members() {
        let at = at.member(name);
        match name.as_ref() {
            "epcClass" => _ = check_id(value, &at, faults),
            "quantity" => {
                if !value.as_f64().is_some_and(|amount| amount >= 0.0) {
                    let detail = format!("{} is no amount of 0 or more", shown(value));
                    faults.push(FaultCode::Quantity, &at, detail);
                }
            }
            "uom" => check_text(value, &at, faults),
            _ if name.contains(':') || name.starts_with(['@', '_']) => {}
            _ => {
                let detail = "a quantity element has only epcClass, quantity and uom";
                faults.push(FaultCode::Quantity, &at, detail);
            }
        }
    }
}

/// A list of typed references; says whether it names anything.
pub(super) fn check_typed(
    value: &Node<'_>,
    list: &TypedList,
    at: &Pointer<'_>,
    faults: &mut Faults,
) -> bool {
    is_list(value, at, faults);
    for (index, element) in value.elements().iter().enumerate() {
        let at = at.element(index);
        match member(element, list.member) {
            Some(id) => check_text(id, &at.member(list.member), faults),
            None => {
                let detail = format!("an object with the member {} was expected", list.member);
                faults.push(FaultCode::Shape, &at, detail);
            }
        }
        if let Some(word) = member(element, "type") {
            check_word(word, list.types, &at.member("type"), faults);
        }
    }
    !value.elements().is_empty()
}
