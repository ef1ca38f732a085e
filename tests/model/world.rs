//! A real service on a ledger in a temporary directory, with parties that have keys.

use bytes::Bytes;
use laiqu_proof::PrivateJwk;
use laiqu_service::{
    CaptureMode, CaptureRequest, Captured, Credentials, Error, Overview, Principal, Service,
    ServiceOptions, StoredEvent, TraceQuestion, TraceView, init,
};
use laiqu_trace::Direction;
use serde_json::json;
use std::path::PathBuf;
use tokio::runtime::{Builder, Runtime};

const ORIGIN: &str = "ledger.example/model";
const JSON_LD: &str = "application/ld+json";

pub(crate) struct World {
    _root: tempfile::TempDir,
    data: PathBuf,
    service: Service,
    runtime: Runtime,
    parties: Vec<(String, PrivateJwk)>,
}

impl World {
    /// A new ledger with this many parties.
    pub(crate) fn new(parties: u8) -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let made = init(&data, ORIGIN).unwrap();
        let runtime = Builder::new_current_thread().build().unwrap();
        let service = Service::open(&data, ServiceOptions::default()).unwrap();
        let mut world = Self { _root: root, data, service, runtime, parties: Vec::new() };
        for number in 0..parties {
            world.register(&made.operator_token, number);
        }
        world
    }

    fn register(&mut self, operator: &str, number: u8) {
        let id = format!("urn:uscc:model-{number}");
        let key = PrivateJwk::from_seed(&[number + 1; 32]);
        let jwk: serde_json::Value = serde_json::from_str(&key.public().to_json()).unwrap();
        let body = json!({
            "id": id, "name": format!("模型单位{number}"), "kinds": ["producer"],
            "keys": [jwk], "signing": "required",
        });
        let body = body.to_string();
        let cty = "application/json";
        let signature = laiqu_tests::jws(&key, &id, ORIGIN, cty, body.as_bytes());
        let bearer = Some(operator.to_owned());
        let credentials = Credentials { bearer, signatures: vec![signature] };
        let registered = self.service.register_party(body.as_bytes(), &credentials);
        self.runtime.block_on(registered).unwrap();
        self.parties.push((id, key));
    }

    /// Signs and posts a document.
    pub(crate) fn post(&self, party: usize, body: &str) -> Result<Captured, Error> {
        let (id, key) = &self.parties[party];
        let signature = laiqu_tests::jws(key, id, ORIGIN, JSON_LD, body.as_bytes());
        let credentials = Credentials { bearer: None, signatures: vec![signature] };
        let body = Bytes::copy_from_slice(body.as_bytes());
        let request = CaptureRequest {
            body,
            media_type: JSON_LD.to_owned(),
            credentials,
            mode: CaptureMode::Rollback,
        };
        self.runtime.block_on(self.service.capture(request))
    }

    pub(crate) fn party(&self, party: usize) -> &str {
        &self.parties[party].0
    }

    pub(crate) fn overview(&self) -> Overview {
        self.service.overview(1_000, Some(&Principal::Operator)).unwrap()
    }

    pub(crate) fn size(&self) -> u64 {
        self.service.overview(0, None).unwrap().ledger.size
    }

    pub(crate) fn events_by_id(&self, id: &str) -> Vec<StoredEvent> {
        self.service.events_by_id(id, &Principal::Operator).unwrap_or_default()
    }

    /// A trace; its text, which is told piece by piece, is its JSON.
    pub(crate) fn trace(&self, id: &str, direction: Direction) -> TraceView {
        let question = TraceQuestion::new(id, direction);
        let view = self.service.trace(&question, &Principal::Operator).unwrap();
        let mut text = self.service.trace_text(&question, &Principal::Operator).unwrap();
        let mut told = Vec::new();
        while let Some(piece) = text.next_piece().unwrap() {
            told.extend(piece);
        }
        assert_eq!(String::from_utf8(told).unwrap(), serde_json::to_string(&view).unwrap());
        view
    }

    /// Stops and opens it again; `bare` removes everything that can be rebuilt.
    pub(crate) fn restart(&mut self, bare: bool) {
        self.service.stop().unwrap();
        if bare {
            std::fs::remove_dir_all(self.data.join("index")).unwrap();
        }
        self.service = Service::open(&self.data, ServiceOptions::default()).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A failed stop matters only where the test looks at the ledger again.
        drop(self.service.stop());
    }
}

/// A document around these events.
pub(crate) fn document(events: &[String]) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-01T09:00:00Z",
        "epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",")
    )
}
