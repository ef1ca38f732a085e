//! A ledger with a document that may be erased, and what must be gone afterwards.

use crate::client::Answer;
use crate::party::TestParty;
use crate::sample::document;
use crate::server::{LedgerDir, TestServer};
use laiqu_ledger::Reader;
use serde_json::json;
use std::path::Path;

/// A lot that only the document to erase names.
pub const SECRET_LOT: &str = "urn:epc:class:lgtin:4012345.077777.SECRETLOT";
/// A lot that other documents name, too.
pub const SHARED_LOT: &str = "urn:epc:class:lgtin:4012345.011111.SHARED";
/// The product of both.
pub const PRODUCT_LOT: &str = "urn:epc:class:lgtin:4012345.022222.MADE";

/// The parties of a ledger with something to erase.
#[derive(Debug)]
pub struct Erasable {
    /// The ledger.
    pub ledger: LedgerDir,
    /// Who posted the document.
    pub farm: TestParty,
    /// A regulator.
    pub regulator: TestParty,
    /// The document, whose retention is over.
    pub body: String,
    /// Its entry.
    pub index: u64,
}

/// A document that makes a product of two lots, with a shelf life up to this date.
#[must_use]
pub fn with_shelf_life(name: &str, date: &str) -> String {
    document(&[format!(
        r#"{{"type":"TransformationEvent","eventID":"urn:example:event:{name}",
"eventTime":"2026-11-02T08:00:00+08:00","eventTimeZoneOffset":"+08:00",
"bizStep":"commissioning","bizLocation":{{"id":"https://id.gs1.org/414/4012345000122"}},
"inputQuantityList":[{{"epcClass":"{SECRET_LOT}","quantity":5,"uom":"KGM"}},
{{"epcClass":"{SHARED_LOT}","quantity":3.5,"uom":"KGM"}}],
"outputQuantityList":[{{"epcClass":"{PRODUCT_LOT}","quantity":8,"uom":"KGM"}}],
"ilmd":{{"cbvmda:itemExpirationDate":"{date}","example:note":"a very private remark"}}}}"#
    )])
}

impl Erasable {
    /// Makes it with a running server, which stays.
    ///
    /// # Panics
    /// Where the server refuses anything.
    #[must_use]
    pub fn start() -> (Self, TestServer) {
        let ledger = LedgerDir::new("erase.example/log");
        let server = TestServer::start(&ledger.data, &[]);
        let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
        let farm = farm.register(&server, &ledger.operator, "required");
        let regulator = TestParty::new(&ledger.origin, "urn:example:bureau", 2);
        let registration = String::from_utf8(regulator.registration("required")).expect("text");
        let registration = registration.replace("\"producer\"", "\"regulator\"");
        let regulator = regulator.register_as(&server, &ledger.operator, registration.as_bytes());
        let client = server.client();
        let shared = document(&[crate::commissioned("urn:example:event:shared", SHARED_LOT, 50)]);
        assert_eq!(farm.capture(&client, &shared).status, 202);
        let body = with_shelf_life("secret", "2024-05-31");
        let captured = farm.capture(&client, &body).expect(202);
        let index = captured["receipt"]["index"].as_u64().expect("index");
        let sold = crate::transformed("urn:example:event:sold", &[PRODUCT_LOT], SHARED_LOT);
        let sold = sold.replace(SHARED_LOT, "urn:epc:class:lgtin:4012345.033333.SOLD");
        assert_eq!(farm.capture(&client, &document(&[sold])).status, 202);
        (Self { ledger, farm, regulator, body, index }, server)
    }

    /// Asks for an erasure as the operator, with the regulator's signature.
    #[must_use]
    pub fn erase(&self, server: &TestServer, body: &str) -> Option<Answer> {
        let signature = self.signature(body);
        let headers =
            [("Content-Type", "application/json"), ("Submission-Signature", signature.as_str())];
        let client = server.client_with(&self.ledger.operator);
        client.try_post("/v1/erasures", &headers, body.as_bytes())
    }

    /// The regulator's signature over the body of an erasure.
    #[must_use]
    pub fn signature(&self, body: &str) -> String {
        self.regulator.signature("application/json", body.as_bytes())
    }

    /// The body of an erasure.
    #[must_use]
    pub fn order(index: u64) -> String {
        json!({ "index": index, "reason": "order 12 of the bureau" }).to_string()
    }

    /// Bytes that must be gone once the document is erased: pieces of its text, its salt and its
    /// signature, in the spellings in which they might be kept.
    ///
    /// # Panics
    /// Where the log cannot be read, or the document is erased already.
    #[must_use]
    pub fn secrets(&self) -> Vec<Vec<u8>> {
        let reader = Reader::open(&self.ledger.data.join("log")).expect("log");
        let frame = reader.entry(self.index).expect("entry").frame.expect("a document");
        let salt = data_encoding::HEXLOWER.encode(&frame.salt).into_bytes();
        let texts = ["SECRETLOT", "a very private remark", "event:secret"];
        let mut secrets: Vec<Vec<u8>> = texts.map(|text| text.as_bytes().to_vec()).to_vec();
        let signature = frame.signatures.first().expect("a signature").rsplit('.').next();
        secrets.push(signature.expect("a signature").as_bytes().to_vec());
        secrets.extend([frame.salt.to_vec(), salt]);
        secrets
    }
}

/// Which of these byte strings stand in a file below a directory, and where.
///
/// # Panics
/// Where a file cannot be read.
#[must_use]
pub fn found_below(directory: &Path, secrets: &[Vec<u8>]) -> Vec<String> {
    let (mut open, mut found) = (vec![directory.to_owned()], Vec::new());
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).expect("directory") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = match std::fs::read(&path) {
                // A running server renames its head file and removes what was temporary.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                read => read.expect("file"),
            };
            for secret in secrets {
                if bytes.windows(secret.len()).any(|window| window == secret) {
                    found.push(format!("{}: {}", path.display(), String::from_utf8_lossy(secret)));
                }
            }
        }
    }
    found
}
