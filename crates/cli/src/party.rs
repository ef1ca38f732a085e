//! `laiqu party`: registering parties, issuing their tokens, and the life of their keys.

mod key_life;
mod profile;

use crate::chain::sign;
use crate::client::{Client, bearer, encode};
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::out;
use crate::trust::Trust;
use clap::{Args, Subcommand};
use key_life::{AddKey, Reset, Revoke, Rotate, Signing};
use laiqu_proof::PrivateJwk;
use profile::SetProfile;
use serde_json::Value;
use std::path::PathBuf;

/// Media type of registry requests.
pub(crate) const JSON: &str = "application/json";

/// Manages parties.
#[derive(Debug, Subcommand)]
pub(crate) enum Party {
    /// 登记单位及其密钥 / Register a party with its keys
    Register(Register),
    /// 发放代表单位的令牌，只显示一次 / Issue a token that acts for a party, shown once
    Token(Token),
    /// 增加密钥 / Add a key
    AddKey(AddKey),
    /// 以新密钥替换旧密钥，两把都签名 / Replace a key by a new one, signed by both
    Rotate(Rotate),
    /// 密钥遗失后重置：运营者与监管部门共同确认 / Reset lost keys: operator and regulator confirm
    Reset(Reset),
    /// 吊销密钥 / Revoke a key
    Revoke(Revoke),
    /// 更改由谁签名：required 必须单位自己签名，gateway 可凭令牌 / Change who must sign
    Signing(Signing),
    /// 规定该单位的文件须符合的规则集 / Demand a profile of a party's documents
    Profile(SetProfile),
}

#[derive(Debug, Args)]
pub(crate) struct Register {
    /// JSON 文件：id、name、kinds、signing，可含 keys / JSON: id, name, kinds, signing, maybe keys
    file: PathBuf,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    /// 运营者令牌（或 LAIQU_TOKEN）/ Operator token (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
    /// 单位的私钥文件，可重复 / Private key file of the party, repeatable
    #[arg(long)]
    key: Vec<PathBuf>,
    /// 账本名称，缺省取自服务器 / Name of the ledger; by default the server's
    #[arg(long)]
    origin: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    /// 单位标识 / Identifier of the party
    id: String,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    /// 运营者令牌（或 LAIQU_TOKEN）/ Operator token (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
}

impl Party {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Register(command) => command.run(),
            Self::Token(command) => command.run(),
            Self::AddKey(command) => command.run(),
            Self::Rotate(command) => command.run(),
            Self::Reset(command) => command.run(),
            Self::Revoke(command) => command.run(),
            Self::Signing(command) => command.run(),
            Self::Profile(command) => command.run(),
        }
    }
}

pub(crate) fn operator(url: &str, token: Option<&str>) -> Result<Client, Failure> {
    let Some(token) = bearer(token) else {
        let failure = Failure::usage("缺少运营者令牌", "the operator token is missing");
        return Err(failure.hint(
            "用 --token 或环境变量 LAIQU_TOKEN 给出（`laiqu init` 输出过）",
            "give it with --token or in LAIQU_TOKEN (`laiqu init` printed it)",
        ));
    };
    Client::new(url, Some(&token))
}

/// The ledger that signatures are for: as given, or as the checkpoint's first line says.
pub(crate) fn origin_of(client: &Client, given: Option<String>) -> Result<String, Failure> {
    if let Some(origin) = given {
        return Ok(origin);
    }
    let checkpoint = client.get("/log/checkpoint")?.text()?;
    match checkpoint.lines().next() {
        Some(origin) if !origin.is_empty() => Ok(origin.to_owned()),
        _ => Ok(Trust::of(client, None)?.verifier.name().to_owned()),
    }
}

/// The registration with the public keys added where the file names none.
pub(crate) fn with_keys(text: &str, keys: &[PrivateJwk]) -> Result<String, Failure> {
    let wrong = |what: String| {
        Failure::usage("登记文件不正确", what).hint(
            "须为含 id、name、kinds、signing 的 JSON 对象",
            "it must be a JSON object with id, name, kinds, signing",
        )
    };
    let mut value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let object = value.as_object_mut().ok_or_else(|| wrong("no JSON object".to_owned()))?;
    if object.contains_key("keys") || keys.is_empty() {
        return Ok(text.to_owned());
    }
    let jwks = keys.iter().map(|key| serde_json::from_str(&key.public().to_json()));
    let jwks = jwks.collect::<Result<Vec<Value>, _>>().map_err(|error| wrong(error.to_string()))?;
    object.insert("keys".to_owned(), Value::Array(jwks));
    Ok(value.to_string())
}

impl Register {
    fn run(self) -> Result<Exit, Failure> {
        let client = operator(&self.url, self.token.as_deref())?;
        let keys = self.key.iter().map(|file| keys::load(file)).collect::<Result<Vec<_>, _>>()?;
        let text = std::fs::read_to_string(&self.file);
        let text = text.map_err(|error| Failure::file(&self.file, &error))?;
        let name = self.file.display().to_string();
        let body = with_keys(&text, &keys).map_err(|failure| failure.about(&name))?;
        let value: Value = serde_json::from_str(&body).unwrap_or_default();
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
        let origin = origin_of(&client, self.origin)?;
        let signatures: Vec<String> =
            keys.iter().map(|key| sign(key, (id, &origin), JSON, body.as_bytes(), None)).collect();
        let answer = client.post("/v1/parties", JSON, &signatures, body.as_bytes())?;
        out::line(&answer.text().map_err(|failure| failure.about(&name))?)?;
        out::note(&format!("已登记 registered: {}", out::clean(id)));
        Ok(Exit::Done)
    }
}

impl Token {
    fn run(self) -> Result<Exit, Failure> {
        let client = operator(&self.url, self.token.as_deref())?;
        let path = format!("/v1/parties/{}/tokens", encode(&self.id));
        let answer: Value = client.post(&path, JSON, &[], b"{}")?.json()?;
        out::json(&answer)?;
        out::note("令牌只显示这一次 / the token is shown only this once");
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_added_only_where_the_file_names_none() {
        let key = PrivateJwk::from_seed(&[5; 32]);
        let text = r#"{"id":"urn:x:1","name":"农场","kinds":["producer"],"signing":"required"}"#;
        let body: Value = serde_json::from_str(&with_keys(text, &[key]).unwrap()).unwrap();
        assert_eq!(body["keys"][0]["kty"], "OKP");
        assert!(body["keys"][0].get("d").is_none(), "the private part stays here");
        let own = r#"{ "id": "urn:x:1", "keys": [] }"#;
        let key = PrivateJwk::from_seed(&[5; 32]);
        assert_eq!(with_keys(own, &[key]).unwrap(), own, "a body with keys is sent as it is");
        assert_eq!(with_keys("[]", &[]).unwrap_err().exit, Exit::Usage);
        assert_eq!(with_keys("{", &[]).unwrap_err().exit, Exit::Usage);
    }
}
