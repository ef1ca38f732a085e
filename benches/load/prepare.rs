//! Everything that must be there before the window opens: parties with keys, and signatures.

use crate::load::documents::{MEDIA_TYPE, Template};
use crate::load::wire::{Connection, post_head};
use anyhow::{Result, ensure};
use laiqu_proof::{Hash, PrivateJwk, SubmissionClaims, sign_submission};
use std::thread;

/// One client: a party of its own with one key.
#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) number: u64,
    pub(crate) id: String,
    pub(crate) key: PrivateJwk,
    /// What it posts, in order.
    pub(crate) submissions: Vec<Submission>,
    /// How many of them were accepted; the next one is posted until it is.
    pub(crate) accepted: usize,
}

/// A document that was signed. Its body is made again from its number.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) jws: String,
    pub(crate) sha256: Hash,
}

impl Party {
    pub(crate) fn new(number: u64) -> Self {
        let mut seed = [0x6c; 32];
        for (byte, digit) in seed.iter_mut().zip(number.to_be_bytes()) {
            *byte = digit;
        }
        let id = format!("urn:uscc:91510500MA{number:08}");
        Self { number, id, key: PrivateJwk::from_seed(&seed), submissions: Vec::new(), accepted: 0 }
    }

    pub(crate) fn sign(&self, origin: &str, media_type: &str, sha256: Hash) -> String {
        let claims = SubmissionClaims {
            iss: self.id.clone(),
            aud: origin.to_owned(),
            sha256,
            cty: media_type.to_owned(),
            exp: None,
            seq: None,
            prev: None,
        };
        sign_submission(&self.key, &claims)
    }

    /// Registers the party and its key with the operator's token.
    pub(crate) async fn register(
        &self,
        connection: &mut Connection,
        origin: &str,
        operator_token: &str,
    ) -> Result<()> {
        let media_type = "application/json";
        let body = serde_json::json!({
            "id": self.id,
            "name": format!("负载测试企业 {}", self.number),
            "kinds": ["processor"],
            "keys": [self.key.public()],
            "signing": "required",
        });
        let body = body.to_string();
        let jws = self.sign(origin, media_type, Hash::digest(body.as_bytes()));
        let lines =
            format!("Authorization: Bearer {operator_token}\r\nSubmission-Signature: {jws}\r\n");
        let request = post_head("/v1/parties", media_type, &lines, body.len()) + &body;
        let answer = connection.exchange(request.as_bytes()).await?;
        let text = String::from_utf8_lossy(&answer.body);
        ensure!((200..300).contains(&answer.status), "registration refused: {text}");
        Ok(())
    }

    /// Writes the request with the next submission into an empty `request`, and answers its number;
    /// none where all were accepted.
    pub(crate) fn fill(&self, request: &mut Vec<u8>, template: &Template) -> Option<usize> {
        let number = self.accepted;
        let submission = self.submissions.get(number)?;
        let mut body = Vec::new();
        template.fill(&mut body, self.number, number as u64);
        let lines = format!("Submission-Signature: {}\r\n", submission.jws);
        let head = post_head("/epcis/capture", MEDIA_TYPE, &lines, body.len());
        request.clear();
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(&body);
        Some(number)
    }

    /// Signs documents until there are `ahead` that were not accepted yet.
    fn sign_ahead(&mut self, origin: &str, template: &Template, ahead: u64) {
        let mut body = Vec::new();
        while ((self.submissions.len() - self.accepted) as u64) < ahead {
            body.clear();
            template.fill(&mut body, self.number, self.submissions.len() as u64);
            let sha256 = Hash::digest(&body);
            let jws = self.sign(origin, MEDIA_TYPE, sha256);
            self.submissions.push(Submission { jws, sha256 });
        }
    }
}

/// Signs on all cores until each party has `ahead` submissions that were not accepted yet.
pub(crate) fn sign_all(parties: &mut [Party], origin: &str, template: &Template, ahead: u64) {
    let share = parties.len().div_ceil(cores()).max(1);
    thread::scope(|scope| {
        for parties in parties.chunks_mut(share) {
            scope.spawn(move || {
                for party in parties {
                    party.sign_ahead(origin, template, ahead);
                }
            });
        }
    });
}

/// Threads that run at once on this machine.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
