//! A business with a key, as a client of the ledger.

use crate::client::{Answer, Client};
use crate::server::TestServer;
use laiqu_proof::{Hash, PrivateJwk, SubmissionClaims, sign_submission};
use serde_json::json;

/// Media type of EPCIS JSON documents.
const JSON_LD: &str = "application/ld+json";

/// A party with its private key.
#[derive(Debug)]
pub struct TestParty {
    /// Identifier.
    pub id: String,
    /// Its key.
    pub key: PrivateJwk,
    /// The ledger it posts to.
    pub origin: String,
}

/// A signature over `body` for the header `Submission-Signature`.
#[must_use]
pub fn jws(key: &PrivateJwk, iss: &str, aud: &str, cty: &str, body: &[u8]) -> String {
    let sha256 = Hash::digest(body);
    let (iss, aud, cty) = (iss.to_owned(), aud.to_owned(), cty.to_owned());
    sign_submission(
        key,
        &SubmissionClaims { iss, aud, sha256, cty, exp: None, seq: None, prev: None },
    )
}

impl TestParty {
    /// A party that is not registered yet; its key comes from `seed`.
    #[must_use]
    pub fn new(origin: &str, id: &str, seed: u8) -> Self {
        let key = PrivateJwk::from_seed(&[seed; 32]);
        Self { id: id.to_owned(), key, origin: origin.to_owned() }
    }

    /// The body of its registration.
    ///
    /// # Panics
    /// Where its key is no JSON.
    #[must_use]
    pub fn registration(&self, signing: &str) -> Vec<u8> {
        let key: serde_json::Value =
            serde_json::from_str(&self.key.public().to_json()).expect("public JWK");
        let body = json!({
            "id": self.id, "name": format!("测试单位 {}", self.id),
            "kinds": ["producer"], "keys": [key], "signing": signing,
        });
        body.to_string().into_bytes()
    }

    /// Registers it.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn register(self, server: &TestServer, operator: &str, signing: &str) -> Self {
        let body = self.registration(signing);
        self.register_as(server, operator, &body)
    }

    /// Registers it with this body.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn register_as(self, server: &TestServer, operator: &str, body: &[u8]) -> Self {
        let signature = jws(&self.key, &self.id, &self.origin, "application/json", body);
        let headers =
            [("Content-Type", "application/json"), ("Submission-Signature", signature.as_str())];
        let answer = server.client_with(operator).post("/v1/parties", &headers, body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        self
    }

    /// Signs and posts a document.
    #[must_use]
    pub fn capture(&self, client: &Client, document: &str) -> Answer {
        self.try_capture(client, document).expect("server answers")
    }

    /// Signs and posts a document of this media type.
    #[must_use]
    pub fn capture_as(&self, client: &Client, media_type: &str, document: &str) -> Answer {
        let signature = jws(&self.key, &self.id, &self.origin, media_type, document.as_bytes());
        let headers = [("Content-Type", media_type), ("Submission-Signature", signature.as_str())];
        client.post("/epcis/capture", &headers, document.as_bytes())
    }

    /// Signs and posts a document; nothing where the connection breaks.
    #[must_use]
    pub fn try_capture(&self, client: &Client, document: &str) -> Option<Answer> {
        let signature = jws(&self.key, &self.id, &self.origin, JSON_LD, document.as_bytes());
        let headers = [("Content-Type", JSON_LD), ("Submission-Signature", signature.as_str())];
        client.try_post("/epcis/capture", &headers, document.as_bytes())
    }
}
