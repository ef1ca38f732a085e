//! Parties, keys and tokens.

use super::ReceiptLine;
use laiqu_service::{PartyView, Receipt};
use serde::Serialize;
use utoipa::ToSchema;

/// What registers a party.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParty {
    /// Any absolute URI, such as a 统一社会信用代码 as `urn:uscc:…`.
    #[schema(format = "uri", max_length = 256, example = "urn:uscc:91510500MA6XXXXXXX")]
    pub id: String,
    /// Its name as people know it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What it does.
    #[schema(min_items = 1, example = json!(["producer"]))]
    pub kinds: Vec<PartyKind>,
    /// Public keys as JWKs (RFC 8037); each proves possession by a `Submission-Signature` over
    /// this very body.
    #[schema(required = false, max_items = 8)]
    pub keys: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Who must sign its submissions.
    pub signing: Signing,
}

/// Kind of business.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// 生产者: grows, raises or catches.
    Producer,
    /// 加工者: transforms food.
    Processor,
    /// 冷库: stores at controlled temperature.
    ColdStore,
    /// 承运人: moves food for others.
    Carrier,
    /// 批发商.
    Wholesaler,
    /// 销售者: sells to consumers.
    Seller,
    /// 进口商.
    Importer,
    /// 餐饮、食堂.
    Caterer,
    /// 监管部门: its key confirms resets of keys and erasures.
    Regulator,
}

/// Who must sign a party's submissions.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// Only the party's own keys.
    Required,
    /// The gateway's key may sign for its bearer token.
    Gateway,
}

/// A registered party.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartyLine {
    /// Identifier.
    pub id: String,
    /// Alias in public leaves: the index of the registration entry.
    pub alias: u64,
    /// Name.
    pub name: String,
    /// Kinds of business.
    pub kinds: Vec<PartyKind>,
    /// Who must sign.
    pub signing: Signing,
    /// Thumbprints (RFC 7638) of its keys.
    pub keys: Vec<String>,
}

/// A registered key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyLine {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// Identifier of the party that owns it.
    pub party: String,
    /// Alias in public leaves: the index of its registration entry.
    pub alias: u64,
    /// The public JWK as registered.
    pub jwk: String,
    /// Index of the entry that revoked it.
    pub revoked_by: Option<u64>,
}

/// A party that was just registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisteredParty {
    /// The party.
    #[schema(value_type = PartyLine)]
    pub party: PartyView,
    /// Receipt of its registration.
    #[schema(value_type = ReceiptLine)]
    pub receipt: Receipt,
}

/// Registered parties.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartyList {
    /// In order of registration.
    #[schema(value_type = Vec<PartyLine>)]
    pub parties: Vec<PartyView>,
}

/// A token that was just issued.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssuedToken {
    /// The bearer token. It is shown here and nowhere else.
    pub token: String,
    /// Receipt of the issue.
    #[schema(value_type = ReceiptLine)]
    pub receipt: Receipt,
}

/// What revokes a key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Thumbprint (RFC 7638) of the key.
    pub kid: String,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A key that was just revoked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revoked {
    /// Receipt of the revocation.
    #[schema(value_type = ReceiptLine)]
    pub receipt: Receipt,
}
