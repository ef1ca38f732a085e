//! The parties of the city, registered over HTTP, each with its own key.

use crate::chain::sign;
use crate::client::{Client, encode};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::party::{JSON, with_keys};
use crate::progress::Progress;
use crate::serving::Stop;
use laiqu_city::{City, CityParty, Signing};
use laiqu_proof::PrivateJwk;
use serde::Deserialize;
use serde_json::json;

/// A registered party and what it posts with.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) key: PrivateJwk,
    /// Where the gateway signs for it.
    pub(super) token: Option<String>,
}

#[derive(Deserialize)]
struct Issued {
    token: String,
}

/// Ends early because somebody pressed Ctrl-C.
pub(super) fn interrupted() -> Failure {
    Failure::new(Exit::CheckFailed, "演示被中断", "the demo was interrupted")
}

/// Registers every party; those that may post by token get one.
pub(super) fn register(
    city: &City,
    operator: &Client,
    origin: &str,
    stop: &Stop,
) -> Result<Vec<Member>, Failure> {
    let all = city.parties.len() as u64;
    out::note(&format!("登记 {all} 家单位… / registering {all} parties …"));
    let mut progress = Progress::new("登记 register", all, false);
    let mut members = Vec::with_capacity(city.parties.len());
    for party in &city.parties {
        if stop.is_asked() {
            return Err(interrupted());
        }
        members.push(register_one(party, operator, origin)?);
        progress.set(members.len() as u64, all);
    }
    progress.finish();
    Ok(members)
}

fn register_one(party: &CityParty, operator: &Client, origin: &str) -> Result<Member, Failure> {
    let key = PrivateJwk::from_seed(&party.key_seed);
    let gateway = party.signing == Signing::Gateway;
    let record = json!({
        "id": party.id,
        "name": party.name,
        "kinds": party.kinds,
        "signing": if gateway { "gateway" } else { "required" },
    });
    let keys = [key];
    let body = with_keys(&record.to_string(), &keys)?;
    let [key] = keys;
    let signature = sign(&key, (&party.id, origin), JSON, body.as_bytes(), None);
    let answer = operator.post("/v1/parties", JSON, &[signature], body.as_bytes())?;
    answer.success().map_err(|failure| failure.about(&party.id))?;
    let mut token = None;
    if gateway {
        let path = format!("/v1/parties/{}/tokens", encode(&party.id));
        let issued: Issued = operator.post(&path, JSON, &[], b"{}")?.json()?;
        token = Some(issued.token);
    }
    Ok(Member { id: party.id.clone(), key, token })
}
