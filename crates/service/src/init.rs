//! Making a ledger: its keys, its first entries and the operator's one-time token.

use crate::backup::Predecessor;
use crate::clock::wall_micros;
use crate::draft::{Alias, Draft, Effects};
use crate::error::{Code, Error};
use crate::files::{DATA_FORMAT, DataDir, Descriptor, in_file, sync_dir};
use crate::outcome::Outcome;
use crate::place::place_first;
use crate::receipt::Opening;
use crate::token::{new_token, random, sha256};
use crate::views::key_links;
use laiqu_ledger::{Frame, Kind, Log, LogOptions, events_root};
use laiqu_proof::{PrivateJwk, SubmissionClaims, sign_submission};
use laiqu_supervision::{Role, TokenIssue};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// Media type of registry payloads.
pub(crate) const JSON: &str = "application/json";
/// Media type of keys.
pub(crate) const JWK: &str = "application/jwk+json";
/// Name of the log's key file.
pub(crate) const LOG_KEY: &str = "log.jwk";
/// Name of the gateway's key file.
pub(crate) const GATEWAY_KEY: &str = "gateway.jwk";
/// Alias of the ledger itself as an issuer: its `ledger.init` entry.
pub(crate) const LEDGER: u64 = 0;
/// Alias of the gateway key: its `key.add` entry.
pub(crate) const GATEWAY: u64 = 1;

/// A ledger that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Initialised {
    /// The data directory.
    pub data: String,
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// The log's public key as a C2SP verifier key.
    pub vkey: String,
    /// The operator's token. It is shown here and nowhere else; only its hash is stored.
    pub operator_token: String,
}

/// Makes a ledger in a directory that is missing or empty.
///
/// # Errors
/// Where the directory holds anything, the origin is no key name, or a file cannot be written.
pub fn init(path: &Path, origin: &str) -> Result<Initialised, Error> {
    fs::create_dir_all(path).map_err(|e| in_file(path, &e))?;
    if fs::read_dir(path).map_err(|e| in_file(path, &e))?.next().is_some() {
        let detail =
            format!("{} is not empty; a ledger starts in an empty directory", path.display());
        return Err(Error::new(Code::Forbidden, detail));
    }
    make(path, origin, None)
}

/// Makes a ledger in a directory that holds none. Entry 0 names the ledger that it follows on, if
/// there is one.
pub(crate) fn make(
    path: &Path,
    origin: &str,
    predecessor: Option<&Predecessor>,
) -> Result<Initialised, Error> {
    let data = DataDir::new(path);
    let log_key = new_key()?;
    let signer = log_key
        .note_signer(origin)
        .map_err(|e| Error::new(Code::InvalidParameter, format!("origin: {e}")))?;
    let gateway = new_key()?;
    fs::create_dir(data.secrets()).map_err(|e| in_file(&data.secrets(), &e))?;
    data.write_key(LOG_KEY, &log_key)?;
    data.write_key(GATEWAY_KEY, &gateway)?;
    let (operator_token, token_sha256) = new_token()?;
    let vkey = signer.vkey();
    let drafts = first_drafts(origin, &vkey, &gateway, token_sha256, predecessor)?;
    write_first(&data, drafts)?;
    let format = DATA_FORMAT.to_owned();
    let descriptor = Descriptor { format, origin: origin.to_owned(), vkey: vkey.clone() };
    data.write_descriptor(&descriptor)?;
    if let Some(parent) = path.canonicalize().ok().and_then(|p| p.parent().map(Path::to_owned)) {
        sync_dir(&parent)?;
    }
    let data = path.display().to_string();
    Ok(Initialised { data, origin: origin.to_owned(), vkey, operator_token })
}

/// A key of its own, from the operating system's random bytes.
pub(crate) fn new_key() -> Result<PrivateJwk, Error> {
    Ok(PrivateJwk::from_seed(&random()?))
}

/// Entry 0 binds origin, log key and gateway key; 1 registers the gateway key; 2 is the token.
fn first_drafts(
    origin: &str,
    vkey: &str,
    gateway: &PrivateJwk,
    token_sha256: String,
    predecessor: Option<&Predecessor>,
) -> Result<Vec<Draft>, Error> {
    let jwk = gateway.public().to_json();
    let mut init = serde_json::json!({
        "format": DATA_FORMAT, "origin": origin, "log_vkey": vkey,
        "gateway_kid": gateway.public().thumbprint(), "created_micros": wall_micros(),
    });
    if let (Some(predecessor), Some(members)) = (predecessor, init.as_object_mut()) {
        members.insert("predecessor".to_owned(), serde_json::json!(predecessor));
    }
    let token = TokenIssue { role: Role::Operator, party: None, token_sha256 };
    let token = serde_json::to_string(&token).map_err(|e| Error::internal("token", e))?;
    let payloads = [
        (Kind::LedgerInit, JSON, init.to_string()),
        (Kind::KeyAdd, JWK, jwk),
        (Kind::TokenIssue, JSON, token),
    ];
    let drafts = payloads.into_iter().map(|(kind, media_type, payload)| {
        let jws = sign_record(gateway, origin, origin, media_type, payload.as_bytes());
        // The gateway's key counts from entry 2 on; entry 0 names it, entry 1 is signed by itself.
        let keys = if kind == Kind::LedgerInit { vec![] } else { vec![Alias::Entry(GATEWAY)] };
        let signatures = if kind == Kind::LedgerInit { vec![] } else { vec![jws] };
        let ledger = Alias::Entry(LEDGER);
        let made = registry_draft(kind, ledger, keys, signatures, media_type, payload);
        made.map(|(draft, _)| draft)
    });
    drafts.collect()
}

/// The draft of an entry that holds one registry record.
pub(crate) fn registry_draft(
    kind: Kind,
    issuer: Alias,
    keys: Vec<Alias>,
    signatures: Vec<String>,
    media_type: &str,
    payload: String,
) -> Result<(Draft, Opening), Error> {
    let outcome = Outcome::plain().encode();
    draft_with(kind, issuer, keys, signatures, media_type, payload, outcome)
}

/// [`registry_draft`] with more to say than the rule set.
pub(crate) fn draft_with(
    kind: Kind,
    issuer: Alias,
    keys: Vec<Alias>,
    signatures: Vec<String>,
    media_type: &str,
    payload: String,
    outcome: String,
) -> Result<(Draft, Opening), Error> {
    let body_sha256 = sha256(payload.as_bytes());
    let owner = LEDGER; // the sequencer fills in the issuer, which owns a key it adds
    let change = crate::views::registry_change(kind, owner, &payload)
        .map_err(|e| Error::internal("registry record", e))?;
    let change = change.map(|change| (change, payload.clone()));
    let frame = Frame {
        salt: random()?,
        signatures,
        media_type: media_type.to_owned(),
        payload: payload.into_bytes(),
        outcome: outcome.into_bytes(),
    };
    let draft = Draft {
        kind,
        erases: None,
        issuer,
        keys,
        events_root: events_root(&frame.salt, &[&frame.payload]),
        commitment: frame.commitment(),
        events: 1,
        frame: frame.encode().map_err(|e| Error::internal("frame", e))?,
        effects: Effects { change, chains: key_links(&frame), ..Effects::of_body(body_sha256) },
    };
    Ok((draft, Opening::of(&frame)))
}

/// The gateway's signature over a record, on behalf of `issuer`.
pub(crate) fn sign_record(
    gateway: &PrivateJwk,
    origin: &str,
    issuer: &str,
    media_type: &str,
    payload: &[u8],
) -> String {
    let claims = SubmissionClaims {
        iss: issuer.to_owned(),
        aud: origin.to_owned(),
        sha256: sha256(payload),
        cty: media_type.to_owned(),
        exp: None,
        seq: None,
        prev: None,
    };
    sign_submission(gateway, &claims)
}

fn write_first(data: &DataDir, drafts: Vec<Draft>) -> Result<(), Error> {
    let mut log = Log::create(&data.log(), LogOptions::default())
        .map_err(|e| Error::new(Code::Damaged, e.to_string()))?;
    let prepared = place_first(drafts)?;
    log.append(&prepared).map_err(|e| Error::new(Code::Damaged, e.to_string()))?;
    log.close().map_err(|e| Error::new(Code::Damaged, e.to_string()))
}
