//! Which log key a check trusts: the user's, or, said so, the one that the server names.

use crate::client::Client;
use crate::exit::Failure;
use crate::out;
use laiqu_proof::{NoteVerifier, POLICY_BYTES_MAX, Policy};
use serde::Deserialize;
use std::io::Read as _;
use std::path::Path;

/// The key that checkpoints are checked with.
#[derive(Debug)]
pub(crate) struct Trust {
    pub(crate) verifier: NoteVerifier,
    /// The user gave it; otherwise the server under scrutiny did.
    pub(crate) configured: bool,
}

#[derive(Deserialize)]
struct Ledger {
    vkey: String,
}

/// Reads a verifier key (c2sp.org/signed-note).
pub(crate) fn parse_vkey(vkey: &str) -> Result<NoteVerifier, Failure> {
    NoteVerifier::parse(vkey).map_err(|error| {
        Failure::usage("--vkey 不是检查点公钥", format!("--vkey: {error}")).hint(
            "形如 NAME+HASH+KEY，由 `laiqu init` 输出",
            "it looks like NAME+HASH+KEY and is printed by `laiqu init`",
        )
    })
}

/// Reads a policy file (c2sp.org/tlog-policy).
pub(crate) fn read_policy(file: &Path) -> Result<Policy, Failure> {
    let open = std::fs::File::open(file).map_err(|error| Failure::file(file, &error))?;
    let mut bytes = Vec::new();
    let limit = POLICY_BYTES_MAX as u64 + 1;
    open.take(limit).read_to_end(&mut bytes).map_err(|error| Failure::file(file, &error))?;
    Policy::parse(&bytes).map_err(|error| {
        let path = file.display();
        Failure::usage(format!("{path}：策略文件不正确"), format!("{path}: {error}")).hint(
            "格式见 c2sp.org/tlog-policy：log、witness、group、quorum 各一行",
            "see c2sp.org/tlog-policy: lines of log, witness, group and quorum",
        )
    })
}

/// The policy for a log that the user has chosen; without one, any checkpoint by its keys will do.
pub(crate) fn policy_for(policy: Option<&Policy>, keys: &[NoteVerifier]) -> Policy {
    policy.map_or_else(|| Policy::of_log_keys(keys), |policy| policy.clone().for_logs(keys))
}

impl Trust {
    /// The user's key, or the one that the server names.
    pub(crate) fn of(client: &Client, vkey: Option<&str>) -> Result<Self, Failure> {
        if let Some(vkey) = vkey {
            return Ok(Self { verifier: parse_vkey(vkey)?, configured: true });
        }
        let ledger: Ledger = client.get("/v1/ledger")?.json().map_err(|failure| {
            failure.about("GET /v1/ledger").hint(
                "用 --vkey 给出账本公钥（`laiqu init` 输出过）",
                "give the ledger's key with --vkey (`laiqu init` printed it)",
            )
        })?;
        Ok(Self { verifier: parse_vkey(&ledger.vkey)?, configured: false })
    }

    /// Says on stderr where the key comes from, if not from the user.
    pub(crate) fn say(&self) {
        if !self.configured {
            out::note(&format!(
                "注意：账本公钥取自服务器本身，并非由您指定；核对他人账本时请用 --vkey。\n\
                 note: the ledger's key came from the server itself, not from you; give --vkey to \
                 check a ledger that you do not run.\n      {}",
                self.verifier.vkey()
            ));
        }
    }
}
