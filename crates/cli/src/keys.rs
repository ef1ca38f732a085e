//! `laiqu keys`: private keys of issuers in files.

use crate::chain::sign;
use crate::exit::{Exit, Failure};
use crate::out;
use clap::{Args, Subcommand};
use laiqu_proof::{Hash, JWK_BYTES_MAX, PrivateJwk};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Makes or shows keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// 生成私钥文件（权限 0600），输出公钥 / Make a private key file (0600), print the public JWK
    New {
        /// 私钥文件，不得已存在 / File of the private key, must not exist
        file: PathBuf,
    },
    /// 输出私钥文件的公钥 / Print the public JWK of a private key file
    Show {
        /// 私钥文件 / File of the private key
        file: PathBuf,
    },
    /// 对文件签名，输出紧凑 JWS，供他人一并提交 / Sign a file, print the compact JWS for others to post
    Sign(Sign),
    /// 更换账本自身的密钥（须先停止服务）/ Change the ledger's own key (stop the server first)
    RotateLog(RotateLog),
}

/// Changes the key that signs checkpoints.
#[derive(Debug, Args)]
pub(crate) struct RotateLog {
    /// 数据目录 / Data directory
    #[arg(long)]
    data: PathBuf,
    /// 原因，会公开 / Why; it becomes public
    #[arg(long)]
    reason: String,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Signs exact bytes for one ledger.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// 待签名的文件，按原样签名 / File to sign, exactly as it is
    file: PathBuf,
    /// 私钥文件 / File of the private key
    #[arg(long)]
    key: PathBuf,
    /// 签名单位的标识 / Identifier of the party that signs
    #[arg(long)]
    party: String,
    /// 账本名称 / Name of the ledger
    #[arg(long)]
    origin: String,
    /// 文件的媒体类型 / Media type of the file
    #[arg(long = "type", default_value = "application/json")]
    media_type: String,
}

impl Keys {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let key = match self {
            Self::New { file } => make(&file)?,
            Self::Show { file } => load(&file)?,
            Self::Sign(sign) => return sign.run(),
            Self::RotateLog(rotate) => return rotate.run(),
        };
        out::line(&key.public().to_json())?;
        out::note(&format!("指纹 kid (RFC 7638): {}", key.public().thumbprint()));
        Ok(Exit::Done)
    }
}

impl Sign {
    fn run(self) -> Result<Exit, Failure> {
        let key = load(&self.key)?;
        let body = std::fs::read(&self.file).map_err(|error| Failure::file(&self.file, &error))?;
        let names = (self.party.as_str(), self.origin.as_str());
        out::line(&sign(&key, names, &self.media_type, &body, None))?;
        let digest = Hash::digest(&body);
        out::note(&format!("已签名 signed: SHA-256 {digest}，单位 party {}", out::clean(names.0)));
        Ok(Exit::Done)
    }
}

impl RotateLog {
    fn run(self) -> Result<Exit, Failure> {
        let rotated = laiqu_service::rotate_log_key(&self.data, &self.reason)?;
        if self.json {
            out::json(&rotated)?;
            return Ok(Exit::Done);
        }
        let (entry, both) = (rotated.entry, rotated.entry.saturating_add(1));
        out::line(&format!(
            "已更换账本密钥：条目 {entry}。条目数到 {both} 为止的检查点由旧钥签名，自 {both} 起由新钥签名。\n\
             log key changed by entry {entry}: checkpoints of up to {both} entries carry the old \
             key's signature, those of {both} and more the new one's\n\
             旧公钥 old vkey  {}\n新公钥 vkey      {}",
            rotated.old_vkey, rotated.vkey
        ))?;
        out::note(
            "请公布新公钥；旧私钥保存在 secrets/log.until-*.jwk，只用于补发旧条目数下的回执 / publish \
             the new key; the old private key stays in secrets/log.until-*.jwk and only serves \
             receipts under earlier sizes",
        );
        Ok(Exit::Done)
    }
}

fn make(file: &Path) -> Result<PrivateJwk, Failure> {
    if file.exists() {
        let path = file.display();
        let failure =
            Failure::usage(format!("{path}：文件已存在"), format!("{path}: the file exists"));
        return Err(failure.hint(
            "另选文件名，密钥不会被覆盖",
            "choose another name, a key is never overwritten",
        ));
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| {
        Failure::new(Exit::Unreachable, "系统没有给出随机数", format!("no random bytes: {error}"))
    })?;
    let key = PrivateJwk::from_seed(&seed);
    laiqu_service::write_key_file(file, &key)
        .map_err(|error| Failure::usage("无法写入密钥文件", error.detail))?;
    Ok(key)
}

/// Reads a private key file.
pub(crate) fn load(file: &Path) -> Result<PrivateJwk, Failure> {
    let open = std::fs::File::open(file).map_err(|error| Failure::file(file, &error))?;
    let mut text = String::new();
    let limit = JWK_BYTES_MAX as u64 + 2;
    open.take(limit).read_to_string(&mut text).map_err(|error| Failure::file(file, &error))?;
    PrivateJwk::parse(text.trim_end()).map_err(|error| {
        let path = file.display();
        Failure::usage(format!("{path}：不是私钥文件"), format!("{path}: {error}")).hint(
            "用 `laiqu keys new FILE` 生成私钥（Ed25519，RFC 8037 JWK）",
            "`laiqu keys new FILE` makes a private key (Ed25519, RFC 8037 JWK)",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_new_key_is_private_to_its_owner_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.jwk");
        let made = make(&file).unwrap();
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(load(&file).unwrap().to_json(), made.to_json());
        assert_eq!(make(&file).unwrap_err().exit, Exit::Usage);
        assert_eq!(load(&file).unwrap().to_json(), made.to_json());
    }

    #[test]
    fn other_files_are_no_keys() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.jwk");
        assert_eq!(load(&file).unwrap_err().exit, Exit::Usage);
        for text in ["", "{}", &"x".repeat(10_000)] {
            std::fs::write(&file, text).unwrap();
            assert!(load(&file).unwrap_err().text().contains("hint: "));
        }
    }
}
