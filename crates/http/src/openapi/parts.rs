//! One operation of the description, and the pieces it is made of.

use super::operations::HTML;
use super::{BEARER, SIGNATURE};
use crate::catalogue::{
    INTERNAL, INVALID_PARAMETER, NOT_ACCEPTABLE, OVERLOADED, ProblemKind, URI_TOO_LONG,
};
use crate::epcis::is_epcis;
use crate::problem::{PROBLEM_JSON, PROBLEM_XML};
use std::collections::BTreeMap;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, Ref, RefOr, Required, Response, Schema, SecurityRequirement,
};

/// Who may use an operation.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Everyone.
    Open,
    /// Holders of a token; everyone where reads are public.
    Read,
    /// Operators.
    Operator,
    /// By signature, or by token.
    Write,
}

/// What an operation takes apart from its path.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) place: ParameterIn,
    pub(super) required: bool,
    pub(super) text: &'static str,
    pub(super) schema: RefOr<Schema>,
}

/// A body: media types and a schema, none for plain text or bytes.
pub(super) struct Body {
    pub(super) media_types: &'static [&'static str],
    pub(super) schema: Option<&'static str>,
}

/// The answer when all is well.
pub(super) struct Success {
    pub(super) status: u16,
    pub(super) text: &'static str,
    pub(super) body: Option<Body>,
    pub(super) headers: &'static [(&'static str, &'static str)],
}

/// One row of the table of operations.
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) method: HttpMethod,
    pub(super) path: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) access: Access,
    pub(super) fields: Vec<Field>,
    pub(super) body: Option<Body>,
    pub(super) success: Success,
    /// What else it answers where all is well.
    pub(super) also: Option<Success>,
    pub(super) problems: Vec<&'static ProblemKind>,
}

impl Row {
    /// The operation in the words of OpenAPI.
    pub(super) fn describe(self) -> Operation {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(self.id))
            .tag(self.tag)
            .summary(Some(self.summary));
        for requirement in requirements(self.access) {
            operation = operation.security(requirement);
        }
        for field in &self.fields {
            operation = operation.parameter(parameter(field));
        }
        operation = operation.request_body(self.body.map(|body| {
            let request = RequestBodyBuilder::new().required(Some(Required::True));
            body.media_types
                .iter()
                .fold(request, |request, media_type| {
                    request.content(*media_type, content(body.schema))
                })
                .build()
        }));
        operation = operation.response(self.success.status.to_string(), success(&self.success));
        if let Some(also) = &self.also {
            operation = operation.response(also.status.to_string(), success(also));
        }
        let is_epcis = is_epcis(self.path);
        let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        let negotiated: &[_] = if is_epcis { &[&INVALID_PARAMETER, &NOT_ACCEPTABLE] } else { &[] };
        let asked = self.problems.contains(&&INVALID_PARAMETER).then_some(&URI_TOO_LONG);
        let problems = self.problems.iter().chain(negotiated).copied();
        // Where answers to questions may be large, they may be too much beside those of others.
        let may_be_large = self.success.status == 200
            && !["/livez", "/readyz"].contains(&self.path)
            && self.success.body.is_some();
        let too_much = may_be_large.then_some(&OVERLOADED);
        for kind in problems.chain(asked).chain(too_much).chain([&INTERNAL]) {
            let codes = by_status.entry(kind.status).or_default();
            if !codes.contains(&kind.code) {
                codes.push(kind.code);
            }
        }
        let also: &[&str] = match self.tag {
            _ if is_epcis => &[PROBLEM_XML],
            // People who open a page are told on a page.
            "pages" => HTML,
            _ => &[],
        };
        for (status, codes) in by_status {
            let response = problem_response(&codes, also);
            operation = operation.response(status.to_string(), response);
        }
        operation.response("431", head_too_large()).build()
    }
}

/// What the HTTP library itself refuses, before anything here sees it.
pub(super) fn head_too_large() -> Response {
    ResponseBuilder::new().description("Too much before the body; told without a body").build()
}

/// A response with one of these problems, as JSON and in these other forms.
pub(super) fn problem_response(codes: &[&str], also: &[&str]) -> Response {
    let response = ResponseBuilder::new()
        .description(format!("Problem: {}", codes.join(", ")))
        .content(PROBLEM_JSON, content(Some("ProblemDocument")));
    also.iter().fold(response, |response, form| response.content(*form, content(None))).build()
}

fn requirements(access: Access) -> Vec<SecurityRequirement> {
    let needs = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    match access {
        Access::Open => vec![],
        Access::Read => vec![needs(BEARER), SecurityRequirement::default()],
        Access::Operator => vec![needs(BEARER)],
        Access::Write => vec![needs(SIGNATURE), needs(BEARER)],
    }
}

pub(super) fn parameter(field: &Field) -> utoipa::openapi::path::Parameter {
    let required = if field.required { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name(field.name)
        .parameter_in(field.place.clone())
        .required(required)
        .description(Some(field.text))
        .schema(Some(field.schema.clone()))
        .build()
}

fn success(success: &Success) -> Response {
    let mut response = ResponseBuilder::new().description(success.text);
    if let Some(body) = &success.body {
        for media_type in body.media_types {
            response = response.content(*media_type, content(body.schema));
        }
    }
    for (name, text) in success.headers {
        response = response.header(*name, text_header(text));
    }
    response.build()
}

pub(super) fn text_header(text: &str) -> Header {
    HeaderBuilder::new().schema(Some(text_schema())).description(Some(text)).build()
}

/// A reference to a schema, a list of such (`[Name]`), an object of any kind (`{}`), or text.
fn content(schema: Option<&str>) -> utoipa::openapi::Content {
    let schema: RefOr<Schema> = match schema {
        Some("{}") => ObjectBuilder::new().into(),
        Some(name) => match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            Some(item) => ArrayBuilder::new().items(Ref::from_schema_name(item)).into(),
            None => Ref::from_schema_name(name).into(),
        },
        None => text_schema(),
    };
    ContentBuilder::new().schema(Some(schema)).build()
}

/// Any text.
pub(super) fn text_schema() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).into()
}

/// A text, with one that will do.
pub(super) fn text_like(example: &str) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    schema.examples([example]).into()
}

/// A moment (RFC 3339), with one that will do.
pub(super) fn moment_like(example: &str) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    schema.format(Some(format)).examples([example]).into()
}

/// A text of a limited length that must not be empty.
pub(super) fn limited_text(bytes_max: usize) -> RefOr<Schema> {
    text_up_to(bytes_max).into()
}

/// Several of them; in a query, the parameter stands once for each (`explode`, the default).
pub(super) fn texts(bytes_max: usize, most: usize) -> RefOr<Schema> {
    let list = ArrayBuilder::new().items(text_up_to(bytes_max));
    list.min_items(Some(1)).max_items(Some(most)).into()
}

/// A text with one that will do.
pub(super) fn limited_text_like(bytes_max: usize, example: &str) -> RefOr<Schema> {
    text_up_to(bytes_max).examples([example]).into()
}

fn text_up_to(bytes_max: usize) -> ObjectBuilder {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    schema.min_length(Some(1)).max_length(Some(bytes_max))
}

/// One of these words.
pub(super) fn one_of(words: &'static [&'static str]) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    schema.enum_values(Some(words.iter().copied())).into()
}

/// True or false.
pub(super) fn flag() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::Boolean)).into()
}

/// Any number.
pub(super) fn decimal_number() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::Number)).into()
}

/// A whole number from 0.
pub(super) fn whole_number(max: Option<u32>) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
    schema.minimum(Some(0)).maximum(max).into()
}
