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
    /// Name of the profile that its documents must meet beyond EPCIS, if any.
    #[schema(required = false)]
    pub profile: Option<String>,
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
    /// The newest signature of the key's own chain (claims `seq` and `prev`); none before that.
    pub chain: Option<KeyChainLine>,
}

/// The end of a key's own chain of signatures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyChainLine {
    /// Its number in the chain (0-based); the next one has one more.
    pub seq: u64,
    /// SHA-256 of the compact JWS, lower-case hex: the `prev` of the next one.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
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

/// A public Ed25519 key (RFC 8037).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Jwk {
    /// Always `OKP`.
    #[schema(example = "OKP")]
    pub kty: String,
    /// Always `Ed25519`.
    #[schema(example = "Ed25519")]
    pub crv: String,
    /// The 32 bytes of the key in base64url without padding.
    #[schema(pattern = "^[0-9A-Za-z_-]{43}$")]
    pub x: String,
}

/// What replaces a key; the old and the new one sign it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Thumbprint (RFC 7638) of the key that ends.
    pub kid: String,
    /// The new key.
    pub jwk: Jwk,
}

/// What replaces all keys of a party; a regulator's key and the new one sign it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Identifier of the party, the same as in the path.
    pub party: String,
    /// Its one key from then on.
    pub jwk: Jwk,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// What changes who must sign a party's submissions.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSigning {
    /// The rule from then on.
    pub signing: Signing,
}

/// What sets the profile that a party's documents must meet.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// Identifier of the party, the same as in the path.
    pub party: String,
    /// The profile from then on; `null` ends the condition.
    pub profile: Option<ProfileName>,
}

/// A set of rules beyond EPCIS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileName {
    /// EPCIS 2.0 alone.
    Epcis,
    /// FDA Food Traceability Rule (FSMA 204).
    Fsma204,
    /// Global Dialogue on Seafood Traceability.
    Gdst,
    /// Cold chain in China.
    ColdChain,
}

/// What erases the document of an entry; a regulator's key signs it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewErasure {
    /// Index of the entry.
    pub index: u64,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// Index of the entry that stands in its place: another document of the same party.
    #[schema(required = false)]
    pub replacement: Option<u64>,
}

/// A change that was just recorded. It counts from the next entry on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Recorded {
    /// Receipt of its entry.
    #[schema(value_type = ReceiptLine)]
    pub receipt: Receipt,
}
