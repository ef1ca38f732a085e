//! `OPTIONS` of the interfaces of EPCIS: one operation for each of their paths.

use super::parts::{Row, head_too_large, parameter, problem_response, text_header};
use crate::catalogue::{INTERNAL, INVALID_PARAMETER, NOT_ACCEPTABLE};
use crate::epcis::{discovered, is_epcis};
use crate::problem::PROBLEM_XML;

use utoipa::openapi::path::{Operation, OperationBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;

/// The operation that tells what works at the path of this one.
pub(super) fn discovery(row: &Row) -> Option<Operation> {
    if !is_epcis(row.path) {
        return None;
    }
    let words = row.path.split(['/', '{', '}']).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(snake).collect();
    let mut operation = OperationBuilder::new()
        .operation_id(Some(format!("discover_{}", words.join("_"))))
        .tag(row.tag)
        .summary(Some("Tell methods, versions and formats that work here"));
    for field in row.fields.iter().filter(|field| field.place == ParameterIn::Path) {
        operation = operation.parameter(parameter(field));
    }
    let mut told = ResponseBuilder::new()
        .description("The headers say it")
        .header("Allow", text_header("Methods that work here"));
    for (name, text) in discovered(row.path) {
        told = told.header(name, text_header(text));
    }
    operation = operation.response("204", told.build());
    for kind in [&INVALID_PARAMETER, &NOT_ACCEPTABLE, &INTERNAL] {
        let response = problem_response(&[kind.code], &[PROBLEM_XML]);
        operation = operation.response(kind.status.to_string(), response);
    }
    Some(operation.response("431", head_too_large()).build())
}

/// `captureID` as `capture_id`.
fn snake(word: &str) -> String {
    let mut text = String::new();
    let mut before = false;
    for c in word.chars() {
        if c.is_ascii_uppercase() && before {
            text.push('_');
        }
        before = c.is_ascii_lowercase();
        text.extend(c.to_lowercase());
    }
    text
}
