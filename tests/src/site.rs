//! A served ledger: its directory, its server and its operator in one hand.

use crate::client::{Answer, Client};
use crate::party::{TestParty, jws};
use crate::samples::Samples;
use crate::server::{LedgerDir, TestServer};
use laiqu_proof::{Hash, PrivateJwk};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Everything but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one segment of a path or one value of a query.
#[must_use]
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A change of a party's keys or signing rule, as it is posted.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Media type of the body.
    pub media_type: &'a str,
    /// The record.
    pub body: &'a [u8],
    /// Who stands behind it.
    pub signatures: &'a [String],
}

/// A running ledger.
#[derive(Debug)]
pub struct Site {
    /// The server; ends before the directory goes.
    pub server: TestServer,
    /// The directory.
    pub ledger: LedgerDir,
}

impl Site {
    /// Makes and serves a ledger of this name.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self::with(origin, &[])
    }

    /// Likewise with further flags for `serve`.
    #[must_use]
    pub fn with(origin: &str, flags: &[&str]) -> Self {
        let ledger = LedgerDir::new(origin);
        Self { server: TestServer::start(&ledger.data, flags), ledger }
    }

    /// A client with the operator's token.
    #[must_use]
    pub fn operator(&self) -> Client {
        self.server.client_with(&self.ledger.operator)
    }

    /// A client without credentials.
    #[must_use]
    pub fn client(&self) -> Client {
        self.server.client()
    }

    /// A party that is not registered; its key comes from its identifier.
    #[must_use]
    pub fn stranger(&self, id: &str) -> TestParty {
        let key = PrivateJwk::from_seed(&Hash::digest(id.as_bytes()).0);
        TestParty { id: id.to_owned(), key, origin: self.ledger.origin.clone() }
    }

    /// Registers a party that signs its submissions.
    #[must_use]
    pub fn party(&self, id: &str) -> TestParty {
        self.stranger(id).register(&self.server, &self.ledger.operator, "required")
    }

    /// Registers a party for which the gateway may sign.
    #[must_use]
    pub fn small_shop(&self, id: &str) -> TestParty {
        self.stranger(id).register(&self.server, &self.ledger.operator, "gateway")
    }

    /// Registers a party that is a regulator and signs its submissions.
    #[must_use]
    pub fn regulator(&self, id: &str) -> TestParty {
        let party = self.stranger(id);
        let text = String::from_utf8(party.registration("required")).expect("JSON");
        let body = text.replace(r#"["producer"]"#, r#"["regulator"]"#);
        party.register_as(&self.server, &self.ledger.operator, body.as_bytes())
    }

    /// Posts a change of a party's keys or signing rule: `what` is the end of the path.
    #[must_use]
    pub fn change(&self, by: &Client, party: &str, what: &str, change: &Change<'_>) -> Answer {
        let path = format!("/v1/parties/{}/{what}", encode(party));
        let mut headers = vec![("Content-Type", change.media_type)];
        let signatures = change.signatures.iter();
        headers.extend(signatures.map(|jws| ("Submission-Signature", jws.as_str())));
        by.post(&path, &headers, change.body)
    }

    /// A bearer token that acts for a registered party.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn token(&self, party: &TestParty) -> String {
        let path = format!("/v1/parties/{}/tokens", encode(&party.id));
        let issued = self.operator().post(&path, &[], b"").expect(201);
        issued["token"].as_str().expect("token").to_owned()
    }

    /// Revokes a party's key in the operator's name.
    #[must_use]
    pub fn revoke(&self, party: &TestParty, reason: &str) -> Answer {
        let body = json!({ "kid": party.key.public().thumbprint(), "reason": reason });
        let path = format!("/v1/parties/{}/revocations", encode(&party.id));
        let headers = [("Content-Type", "application/json")];
        self.operator().post(&path, &headers, body.to_string().as_bytes())
    }

    /// Origin, size and root of the ledger.
    #[must_use]
    pub fn state(&self) -> Value {
        self.client().get("/v1/ledger").expect(200)["ledger"].take()
    }

    /// What the server counted.
    #[must_use]
    pub fn metrics(&self) -> Samples {
        Samples::read(&self.operator().get("/metrics").text())
    }

    /// Entries in the ledger.
    ///
    /// # Panics
    /// Where the server does not say.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.state()["size"].as_u64().expect("size")
    }

    /// A trace with the operator's sight; `more` are further parameters, as `&containers=true`.
    #[must_use]
    pub fn trace(&self, direction: &str, id: &str, more: &str) -> Value {
        let path = format!("/v1/trace?direction={direction}&id={}{more}", encode(id));
        self.operator().get(&path).expect(200)
    }

    /// Asserts that `refused` is a problem with this status and code, and that it changed nothing
    /// since the ledger had the state `before`. Answers the problem.
    ///
    /// # Panics
    /// Where that is not so.
    pub fn refused(&self, before: &Value, refused: &Answer, status: u16, code: &str) -> Value {
        assert_eq!(refused.problem(status), code, "{}", refused.text());
        assert_eq!(&self.state(), before, "a refusal changed the ledger: {}", refused.text());
        refused.json()
    }
}

impl TestParty {
    /// The same party with another key, which is not registered.
    #[must_use]
    pub fn with_key(&self, seed: u8) -> Self {
        Self::new(&self.origin, &self.id, seed)
    }

    /// The signature of a document for this party's ledger.
    #[must_use]
    pub fn signature(&self, media_type: &str, body: &[u8]) -> String {
        jws(&self.key, &self.id, &self.origin, media_type, body)
    }
}
