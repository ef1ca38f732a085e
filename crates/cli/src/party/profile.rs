//! `laiqu party profile`: what a party's documents must hold beyond EPCIS.

use super::key_life::recorded;
use super::{JSON, operator};
use crate::client::encode;
use crate::exit::{Exit, Failure};
use crate::lint::Named;
use crate::out;
use clap::{Args, ValueEnum as _};
use serde_json::json;

#[derive(Debug, Args)]
pub(crate) struct SetProfile {
    /// 单位标识 / Identifier of the party
    id: String,
    /// 规则集名称；none 取消 / Name of the profile; none ends the condition
    #[arg(value_parser = profile_or_none)]
    profile: Wanted,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    /// 运营者令牌（或 LAIQU_TOKEN）/ Operator token (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
}

/// A profile, or none.
#[derive(Clone, Copy, Debug)]
struct Wanted(Option<Named>);

fn profile_or_none(text: &str) -> Result<Wanted, String> {
    if text == "none" {
        Ok(Wanted(None))
    } else {
        Named::from_str(text, false).map(Some).map(Wanted)
    }
}

impl SetProfile {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let name = self.profile.0.map(|named| named.0.name());
        let body = json!({ "party": self.id, "profile": name }).to_string();
        let client = operator(&self.url, self.token.as_deref())?;
        let path = format!("/v1/parties/{}/profile", encode(&self.id));
        recorded(client.post(&path, JSON, &[], body.as_bytes())?)?;
        let name = name.unwrap_or("无 none");
        out::note(&format!("规则集自下一条目起为 profile from the next entry on: {name}"));
        Ok(Exit::Done)
    }
}
