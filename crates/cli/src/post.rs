//! `laiqu post`: signs documents, posts them, and checks each receipt itself.

use crate::chain::{Chain, sign};
use crate::client::{Client, bearer};
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::out;
use crate::receipt::{self, Checked, Expected};
use crate::trust::Trust;
use clap::Args;
use laiqu_proof::PrivateJwk;
use laiqu_service::Receipt;
use laiqu_service::limits::CAPTURE_BODY_BYTES_MAX;
use serde::Deserialize;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Posts EPCIS documents.
#[derive(Debug, Args)]
pub(crate) struct Post {
    /// EPCIS 文件：JSON，或 XML（.xml）/ EPCIS documents: JSON, or XML (.xml)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    /// 私钥文件，用于签名 / Private key file to sign with
    #[arg(long, conflicts_with = "token")]
    key: Option<PathBuf>,
    /// 单位令牌（或环境变量 LAIQU_TOKEN）/ Token of the party (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
    /// 签名单位的标识，缺省按公钥向账本查询 / Party that signs; by default the ledger is asked
    #[arg(long)]
    party: Option<String>,
    /// 账本名称，缺省取自账本公钥 / Name of the ledger; by default that of its key
    #[arg(long)]
    origin: Option<String>,
    /// 账本公钥 / Verifier key of the ledger
    #[arg(long)]
    vkey: Option<String>,
    /// 本密钥的签名链文件：签名相互衔接，遗漏可以证明 / Chain file of the key: its signatures follow \
    /// on each other, so that an omission can be proved
    #[arg(long, requires = "key", conflicts_with = "token")]
    chain: Option<PathBuf>,
    /// 每个文件输出一行 JSON / Print one line of JSON for each file
    #[arg(long)]
    json: bool,
}

/// The server's answer to a capture.
#[derive(Debug, Deserialize)]
pub(crate) struct Capture {
    pub(crate) events: Vec<Value>,
    pub(crate) receipt: Receipt,
    #[serde(default)]
    pub(crate) replayed: bool,
}

impl Post {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let key = self.key.as_deref().map(keys::load).transpose()?;
        let token = if key.is_some() { None } else { bearer(self.token.as_deref()) };
        if key.is_none() && token.is_none() {
            let failure =
                Failure::usage("缺少签名密钥或令牌", "neither a key nor a token is given");
            return Err(failure
                .hint("加上 --key FILE，或 --token TOKEN", "add --key FILE, or --token TOKEN"));
        }
        let client = Client::new(&self.url, token.as_deref())?;
        let trust = Trust::of(&client, self.vkey.as_deref())?;
        trust.say();
        let party = match (&self.party, &key) {
            (None, Some(key)) => Some(owner(&client, key)?),
            (given, _) => given.clone(),
        };
        let chain = self.chain.as_deref().zip(key.as_ref());
        let chain = chain.map(|(file, key)| Chain::open(file, key)).transpose()?;
        let mut signer = Signer { key: key.as_ref(), party: party.as_deref(), chain };
        for (at, file) in self.files.iter().enumerate() {
            self.post(&client, &trust, &mut signer, file).map_err(|failure| {
                let (name, of) = (file.display(), self.files.len());
                let name =
                    if of > 1 { format!("{name}（{}/{of}）", at + 1) } else { name.to_string() };
                failure.about(&name)
            })?;
        }
        Ok(Exit::Done)
    }

    fn post(
        &self,
        client: &Client,
        trust: &Trust,
        Signer { key, party, chain }: &mut Signer<'_>,
        file: &Path,
    ) -> Result<(), Failure> {
        let body = read(file)?;
        let media_type = media_type(file);
        let origin = self.origin.as_deref().unwrap_or(trust.verifier.name());
        let names = (party.unwrap_or_default(), origin);
        let link = chain.as_ref().map(|chain| chain.next);
        let signature = key.map(|key| sign(key, names, media_type, body.as_bytes(), link));
        let signatures: Vec<String> = signature.into_iter().collect();
        let answer = client.post("/epcis/capture", media_type, &signatures, body.as_bytes())?;
        if chain.is_some() && answer.is_problem("key-chain-conflict") {
            return Err(answer.refusal().hint(
                "若此密钥也在别处签名，请把 detail 给出的 seq 与 prev 写入链文件；若没有，请联系监管部门",
                "where this key also signs elsewhere, write the seq and prev of the detail into the \
                 chain file; where it does not, tell the regulator",
            ));
        }
        let answer = answer.success()?;
        let unreadable = |error: serde_json::Error| {
            Failure::new(Exit::CheckFailed, "应答中没有回执", format!("no receipt: {error}"))
        };
        let mut whole: Value = serde_json::from_slice(&answer).map_err(unreadable)?;
        let capture: Capture = serde_json::from_slice(&answer).map_err(unreadable)?;
        let expected = Expected {
            verifier: &trust.verifier,
            body: &body,
            media_type,
            issuer: *party,
            key: key.map(PrivateJwk::public),
            replayed: capture.replayed,
        };
        let checked = receipt::check(&capture.receipt, &expected).map_err(|fault| {
            let failure = Failure::new(
                Exit::CheckFailed,
                "回执核对未通过",
                format!("the receipt is wrong: {fault}"),
            );
            failure.hint(
                "不要当作已入账，请联系监管部门",
                "do not count it as posted, tell the regulator",
            )
        })?;
        let recorded = capture.receipt.opening.as_ref().map_or(&[][..], |open| &open.signatures);
        if let (Some(chain), Some(jws)) = (chain, signatures.first())
            && recorded.contains(jws)
        {
            chain.advance(jws)?;
        }
        if !self.json {
            return out::line(&shown(file, &capture, &checked));
        }
        if let Some(object) = whole.as_object_mut() {
            let not_checked: Vec<&str> = checked.not_checked.iter().map(|[_, en]| *en).collect();
            object.insert("file".to_owned(), json!(file.display().to_string()));
            object.insert(
                "checked".to_owned(),
                json!({
                    "vkey": trust.verifier.vkey(),
                    "vkey_configured": trust.configured,
                    "not_checked": not_checked,
                }),
            );
        }
        out::json(&whole)
    }
}

/// Who signs, if the party signs itself.
struct Signer<'a> {
    key: Option<&'a PrivateJwk>,
    party: Option<&'a str>,
    chain: Option<Chain>,
}

/// The party that a key is registered for. A wrong answer makes a signature that is refused.
fn owner(client: &Client, key: &PrivateJwk) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Key {
        party: String,
    }
    let kid = key.public().thumbprint();
    let found: Result<Key, Failure> = client.get(&format!("/v1/keys/{kid}"))?.json();
    let found = found.map_err(|failure| {
        failure.about(&format!("GET /v1/keys/{kid}")).hint(
            "先用 `laiqu party register` 登记此公钥，或用 --party 给出单位",
            "register the key with `laiqu party register`, or name the party with --party",
        )
    });
    Ok(found?.party)
}

/// Reads a document; the limit is the server's.
fn read(file: &Path) -> Result<String, Failure> {
    let length = std::fs::metadata(file).map_err(|error| Failure::file(file, &error))?.len();
    if length > CAPTURE_BODY_BYTES_MAX as u64 {
        let zh = format!("文件有 {length} 字节，上限为 {CAPTURE_BODY_BYTES_MAX}");
        let en = format!("the file has {length} bytes, at most {CAPTURE_BODY_BYTES_MAX} are taken");
        return Err(Failure::usage(zh, en).hint("拆成几个文件", "split it into several"));
    }
    std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))
}

/// The media type by the name of the file.
fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(OsStr::to_str) {
        Some("jsonld") => "application/ld+json",
        Some("xml") => "application/xml",
        _ => "application/json",
    }
}

/// A checked receipt as people read it.
fn shown(file: &Path, capture: &Capture, checked: &Checked) -> String {
    let known = |event: &&Value| event.get("duplicate").and_then(Value::as_bool) == Some(true);
    let before = if capture.replayed {
        capture.events.len()
    } else {
        capture.events.iter().filter(known).count()
    };
    let state = if capture.replayed { "早已入账 stood before" } else { "已入账 recorded" };
    let mut text = format!(
        "✓ {} {state}: 条目 entry {}，事件 events {}（其中已有 known before {before}）\n  \
         账本 ledger {}，条目数 size {}，根 root {}\n  \
         已核对 checked: 叶在树中 inclusion，检查点签名 checkpoint signature，承诺 commitment",
        file.display(),
        capture.receipt.index,
        capture.events.len(),
        checked.checkpoint.origin,
        checked.checkpoint.size,
        checked.checkpoint.root,
    );
    if checked.not_checked.is_empty() {
        text.push_str("，事件 events，单位签名 signature");
    }
    for [zh, en] in &checked.not_checked {
        text.push_str(&format!("\n  未核对 not checked: {zh} / {en}"));
    }
    text.push_str(&format!("\n\n{}", capture.receipt.proof));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_media_type() {
        assert_eq!(media_type(Path::new("a/b.jsonld")), "application/ld+json");
        assert_eq!(media_type(Path::new("a.json")), "application/json");
        assert_eq!(media_type(Path::new("jsonld")), "application/json");
        assert_eq!(media_type(Path::new("a.b/c.xml")), "application/xml");
    }

    #[test]
    fn missing_files_are_named() {
        let failure = read(Path::new("/nowhere/a.json")).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.text().contains("/nowhere/a.json"));
    }
}
