//! The life of a party's keys, from the side of whoever holds one of them.

use super::{JSON, operator, origin_of};
use crate::chain::{Chain, Link, sign};
use crate::client::{Answer, Client, encode};
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::out;
use clap::{Args, ValueEnum};
use laiqu_proof::{Hash, PrivateJwk};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Media type of a key (RFC 7517, section 8.5.1).
const JWK: &str = "application/jwk+json";

/// Which party of which ledger.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// 单位标识 / Identifier of the party
    id: String,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    /// 账本名称，缺省取自服务器 / Name of the ledger; by default the server's
    #[arg(long)]
    origin: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AddKey {
    #[command(flatten)]
    target: Target,
    /// 新私钥文件 / File of the new private key
    #[arg(long)]
    new_key: PathBuf,
    /// 该单位一把有效的私钥文件 / An effective private key file of the party
    #[arg(long)]
    key: Option<PathBuf>,
    /// 运营者令牌（或 LAIQU_TOKEN），仅限从无密钥的单位 / Operator token (or LAIQU_TOKEN), for a party
    /// that never had a key
    #[arg(long, conflicts_with = "key")]
    token: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    target: Target,
    /// 被替换的私钥文件 / Private key file that ends
    #[arg(long)]
    key: PathBuf,
    /// 新私钥文件 / File of the new private key
    #[arg(long)]
    new_key: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// 单位标识 / Identifier of the party
    id: String,
    /// 新私钥文件 / File of the new private key
    #[arg(long, requires = "reason", required_unless_present = "body")]
    new_key: Option<PathBuf>,
    /// 原因 / Why
    #[arg(long)]
    reason: Option<String>,
    /// 只输出待签名的内容 / Only print what is to be signed
    #[arg(long, requires = "new_key", conflicts_with = "url")]
    prepare: bool,
    /// 先前用 --prepare 输出的内容 / What --prepare printed before
    #[arg(long, conflicts_with_all = ["new_key", "reason"])]
    body: Option<PathBuf>,
    /// 用 `laiqu keys sign` 生成的签名文件，可重复 / Signature made by `laiqu keys sign`, repeatable
    #[arg(long)]
    signature: Vec<PathBuf>,
    /// 监管部门的标识 / Identifier of the regulator
    #[arg(long, requires = "regulator_key")]
    regulator: Option<String>,
    /// 监管部门的私钥文件 / Private key file of the regulator
    #[arg(long, requires = "regulator")]
    regulator_key: Option<PathBuf>,
    /// 账本服务地址 / Address of the ledger
    #[arg(long, required_unless_present = "prepare")]
    url: Option<String>,
    /// 运营者令牌（或 LAIQU_TOKEN）/ Operator token (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
    /// 账本名称，缺省取自服务器 / Name of the ledger; by default the server's
    #[arg(long)]
    origin: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    #[command(flatten)]
    target: Target,
    /// 密钥指纹 / Thumbprint of the key
    kid: String,
    /// 原因 / Why
    #[arg(long)]
    reason: String,
    /// 运营者令牌（或 LAIQU_TOKEN）/ Operator token (or LAIQU_TOKEN)
    #[arg(long, conflicts_with = "key")]
    token: Option<String>,
    /// 该单位任一有效私钥文件 / Any effective private key file of the party
    #[arg(long)]
    key: Option<PathBuf>,
}

/// Who must sign.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rule {
    /// 必须用单位自己的密钥 / Only the party's own keys
    Required,
    /// 可凭令牌由网关签名 / The gateway may sign for a token
    Gateway,
}

#[derive(Debug, Args)]
pub(crate) struct Signing {
    #[command(flatten)]
    target: Target,
    /// 新的签名方式 / The new rule
    rule: Rule,
    /// 该单位一把有效的私钥文件 / An effective private key file of the party
    #[arg(long)]
    key: Option<PathBuf>,
    /// 该密钥的签名链文件；缺省向账本查询 / Chain file of the key; by default the ledger is asked
    #[arg(long, requires = "key", conflicts_with = "token")]
    chain: Option<PathBuf>,
    /// 运营者令牌（或 LAIQU_TOKEN），只能改为 required / Operator token (or LAIQU_TOKEN), for required
    #[arg(long, conflicts_with = "key")]
    token: Option<String>,
}

impl Target {
    fn path(&self, what: &str) -> String {
        format!("/v1/parties/{}/{what}", encode(&self.id))
    }

    /// The client and the ledger that a party's own signatures are for.
    fn as_party(&self) -> Result<(Client, String), Failure> {
        let client = Client::new(&self.url, None)?;
        let origin = origin_of(&client, self.origin.clone())?;
        Ok((client, origin))
    }
}

impl AddKey {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let new = keys::load(&self.new_key)?;
        let body = new.public().to_json();
        let client = match &self.key {
            Some(_) => Client::new(&self.target.url, None)?,
            None => operator(&self.target.url, self.token.as_deref())?,
        };
        let origin = origin_of(&client, self.target.origin.clone())?;
        let names = (self.target.id.as_str(), origin.as_str());
        let mut signatures = vec![sign(&new, names, JWK, body.as_bytes(), None)];
        if let Some(file) = &self.key {
            signatures.push(sign(&keys::load(file)?, names, JWK, body.as_bytes(), None));
        }
        let path = self.target.path("keys");
        recorded(client.post(&path, JWK, &signatures, body.as_bytes())?)?;
        let kid = new.public().thumbprint();
        out::note(&format!(
            "已增加密钥，自下一条目起有效 added, counts from the next entry on: {kid}"
        ));
        Ok(Exit::Done)
    }
}

impl Rotate {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let (old, new) = (keys::load(&self.key)?, keys::load(&self.new_key)?);
        let body = json!({ "kid": old.public().thumbprint(), "jwk": jwk(&new) }).to_string();
        let (client, origin) = self.target.as_party()?;
        let names = (self.target.id.as_str(), origin.as_str());
        let signatures = [&new, &old].map(|key| sign(key, names, JSON, body.as_bytes(), None));
        let path = self.target.path("rotations");
        recorded(client.post(&path, JSON, &signatures, body.as_bytes())?)?;
        let kid = new.public().thumbprint();
        out::note(&format!("已轮换，自下一条目起用新密钥 rotated, from the next entry on: {kid}"));
        Ok(Exit::Done)
    }
}

impl Reset {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let new = self.new_key.as_deref().map(keys::load).transpose()?;
        let body = match (&new, &self.body) {
            (Some(new), _) => {
                let reason = self.reason.as_deref().unwrap_or_default();
                json!({ "party": self.id, "jwk": jwk(new), "reason": reason }).to_string()
            }
            (None, Some(file)) => read(file)?,
            (None, None) => String::new(),
        };
        if self.prepare {
            // Without a newline: it is signed to the last byte.
            out::exact(&body)?;
            return Ok(Exit::Done);
        }
        let client = operator(self.url.as_deref().unwrap_or_default(), self.token.as_deref())?;
        let origin = origin_of(&client, self.origin.clone())?;
        let by = |key: &PrivateJwk, party: &str| {
            sign(key, (party, &origin), JSON, body.as_bytes(), None)
        };
        let mut signatures: Vec<String> = new.iter().map(|new| by(new, &self.id)).collect();
        if let Some((file, regulator)) =
            self.regulator_key.as_deref().zip(self.regulator.as_deref())
        {
            signatures.push(by(&keys::load(file)?, regulator));
        }
        for file in &self.signature {
            signatures.push(read(file)?.trim().to_owned());
        }
        let path = format!("/v1/parties/{}/resets", encode(&self.id));
        recorded(client.post(&path, JSON, &signatures, body.as_bytes())?)?;
        out::note(&format!("已重置全部密钥 all keys reset: {}", out::clean(&self.id)));
        Ok(Exit::Done)
    }
}

impl Revoke {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let body = json!({ "kid": self.kid, "reason": self.reason }).to_string();
        let path = self.target.path("revocations");
        let answer = if let Some(file) = &self.key {
            let key = keys::load(file)?;
            let (client, origin) = self.target.as_party()?;
            let signature = sign(&key, (&self.target.id, &origin), JSON, body.as_bytes(), None);
            client.post(&path, JSON, &[signature], body.as_bytes())?
        } else {
            let client = operator(&self.target.url, self.token.as_deref())?;
            client.post(&path, JSON, &[], body.as_bytes())?
        };
        recorded(answer)?;
        out::note(&format!("已吊销 revoked: {}", out::clean(&self.kid)));
        Ok(Exit::Done)
    }
}

impl Signing {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let rule = match self.rule {
            Rule::Required => "required",
            Rule::Gateway => "gateway",
        };
        let body = json!({ "signing": rule }).to_string();
        let path = self.target.path("signing");
        if let Some(file) = &self.key {
            let key = keys::load(file)?;
            let (client, origin) = self.target.as_party()?;
            let mut chain = self.chain.map(|file| Chain::open(&file, &key)).transpose()?;
            let link = match &chain {
                Some(chain) => chain.next,
                None => newest_link(&client, &key)?,
            };
            let names = (self.target.id.as_str(), origin.as_str());
            let signature = sign(&key, names, JSON, body.as_bytes(), Some(link));
            let signatures = [signature];
            recorded(client.post(&path, JSON, &signatures, body.as_bytes())?)?;
            let [signature] = signatures;
            chain.as_mut().map_or(Ok(()), |chain| chain.advance(&signature))?;
        } else {
            let client = operator(&self.target.url, self.token.as_deref())?;
            recorded(client.post(&path, JSON, &[], body.as_bytes())?)?;
        }
        out::note(&format!("签名方式自下一条目起为 signing rule from the next entry on: {rule}"));
        Ok(Exit::Done)
    }
}

/// Where the ledger says that the key's chain goes on. A wrong answer makes a signature that is
/// refused.
fn newest_link(client: &Client, key: &PrivateJwk) -> Result<Link, Failure> {
    #[derive(Deserialize)]
    struct Key {
        chain: Option<End>,
    }
    #[derive(Deserialize)]
    struct End {
        seq: u64,
        sha256: String,
    }
    let kid = key.public().thumbprint();
    let found: Key = client.get(&format!("/v1/keys/{kid}"))?.json()?;
    let Some(end) = found.chain else { return Ok(Link::FIRST) };
    let prev = Hash::from_hex(&end.sha256).unwrap_or(Hash::ZERO);
    Ok(Link { seq: end.seq.saturating_add(1), prev })
}

fn jwk(key: &PrivateJwk) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": key.public().x() })
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))
}

/// The answer with its receipt, as data.
pub(super) fn recorded(answer: Answer) -> Result<(), Failure> {
    out::line(&answer.text()?)
}
