//! The description of this API: OpenAPI 3.1, made from one table of operations, the problem
//! catalogue and the DTOs.

mod audit;
mod balance;
mod captures;
mod discovery;
mod event_queries;
mod exposure;
mod find;
mod gets;
mod key_life;
mod master_data;
mod named_queries;
mod operations;
mod parts;
mod posts;
mod quality;
mod resolver;
mod scope;
mod selection;
mod source;
mod trace;

use crate::credentials::SIGNATURE_HEADER;
use crate::dto;
use discovery::discovery;
use operations::{TAGS, operations};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::path::PathItemBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi,
    OpenApiBuilder, PathsBuilder, RefOr, Schema,
};
use utoipa::{PartialSchema, ToSchema};

/// Name of the security scheme for bearer tokens.
const BEARER: &str = "bearer";
/// Name of the security scheme for issuers' signatures.
const SIGNATURE: &str = "submissionSignature";

/// The description of every route.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut items: BTreeMap<&str, PathItemBuilder> = BTreeMap::new();
    for operation in operations() {
        let discovery = discovery(&operation);
        let new = || {
            let item = PathItemBuilder::default();
            let found = discovery.into_iter();
            found.fold(item, |item, found| item.operation(HttpMethod::Options, found))
        };
        let item = items.remove(operation.path).unwrap_or_else(new);
        let (path, method) = (operation.path, operation.method.clone());
        items.insert(path, item.operation(method, operation.describe()));
    }
    let mut paths = PathsBuilder::new();
    for (path, item) in items {
        paths = paths.path(path, item.build());
    }
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("来去 Laiqu")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license))
        .build();
    let tags = TAGS
        .iter()
        .map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build());
    OpenApiBuilder::new()
        .info(info)
        .tags(Some(tags))
        .paths(paths.build())
        .components(Some(components()))
        .build()
}

/// Every path that is described.
pub(crate) fn documented_paths() -> BTreeSet<&'static str> {
    operations().iter().map(|operation| operation.path).collect()
}

/// The description as it stands in `api-spec/openapi.json`.
#[must_use]
pub fn openapi_json() -> String {
    let text = openapi().to_pretty_json().unwrap_or_else(|error| {
        tracing::error!(%error, "API description");
        "{}".to_owned()
    });
    text + "\n"
}

const DESCRIPTION: &str = "食品追溯账本：来源可查，去向可追。\n\n\
    A food-safety traceability ledger. Businesses post signed EPCIS 2.0 events and get receipts \
    that verify without the server; regulators trace a lot back and forward; auditors follow the \
    log (C2SP tlog-tiles). Every refusal is `application/problem+json` (RFC 9457) and changed \
    nothing. Every answer names its request in `X-Request-Id`: as the request did (1 to 64 \
    letters, digits, `-`, `_`, `.`, `:`), or anew.";

fn components() -> Components {
    let mut schemas = Vec::new();
    collect::<dto::ProblemDocument>(&mut schemas);
    collect::<dto::CaptureJob>(&mut schemas);
    collect::<dto::CaptureJobs>(&mut schemas);
    collect::<dto::QueryDocument>(&mut schemas);
    collect::<dto::QueryDefinition>(&mut schemas);
    collect::<dto::Collection>(&mut schemas);
    collect::<dto::NewSubscription>(&mut schemas);
    collect::<dto::SubscriptionLine>(&mut schemas);
    collect::<dto::NewParty>(&mut schemas);
    collect::<dto::RegisteredParty>(&mut schemas);
    collect::<dto::PartyList>(&mut schemas);
    collect::<dto::KeyLine>(&mut schemas);
    collect::<dto::IssuedToken>(&mut schemas);
    collect::<dto::Rotation>(&mut schemas);
    collect::<dto::Reset>(&mut schemas);
    collect::<dto::Revocation>(&mut schemas);
    collect::<dto::NewSigning>(&mut schemas);
    collect::<dto::NewProfile>(&mut schemas);
    collect::<dto::NewErasure>(&mut schemas);
    collect::<dto::Recorded>(&mut schemas);
    collect::<dto::TraceAnswer>(&mut schemas);
    collect::<dto::TraceLayout>(&mut schemas);
    collect::<dto::FoodChainLabModel>(&mut schemas);
    collect::<dto::BalanceAnswer>(&mut schemas);
    collect::<dto::FindAnswer>(&mut schemas);
    collect::<dto::QualityAnswer>(&mut schemas);
    collect::<dto::RecallScopeQuestion>(&mut schemas);
    collect::<dto::RecallScopeAnswer>(&mut schemas);
    collect::<dto::SourceQuestion>(&mut schemas);
    collect::<dto::SourceAnswer>(&mut schemas);
    collect::<dto::ExposureAnswer>(&mut schemas);
    collect::<dto::MasterDataAnswer>(&mut schemas);
    collect::<dto::MasterDataListAnswer>(&mut schemas);
    collect::<dto::EntryAnswer>(&mut schemas);
    collect::<dto::LedgerAnswer>(&mut schemas);
    collect::<dto::PartyChainAnswer>(&mut schemas);
    collect::<dto::ConsistencyAnswer>(&mut schemas);
    collect::<dto::PrivateEntriesAnswer>(&mut schemas);
    collect::<dto::EventProofsAnswer>(&mut schemas);
    collect::<dto::Health>(&mut schemas);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("Token of an operator or a party."))
        .build();
    let text = "Compact JWS (EdDSA, RFC 8037) over the SHA-256 of the body, by a registered key. \
        May be repeated, or hold several separated by commas.";
    let signature = ApiKey::Header(ApiKeyValue::with_description(SIGNATURE_HEADER, text));
    ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(BEARER, SecurityScheme::Http(bearer))
        .security_scheme(SIGNATURE, SecurityScheme::ApiKey(signature))
        .build()
}

/// Adds a schema and all that it refers to.
fn collect<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), <T as PartialSchema>::schema()));
    T::schemas(schemas);
}
