//! The routes over a real ledger in a temporary directory.

mod description;
mod flow;
mod pages;
mod refusals;
mod schema;
mod server;

use crate::routes::{Served, app};
use crate::state::State;
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web;
use laiqu_proof::{Hash, PrivateJwk, SubmissionClaims, sign_submission};
use laiqu_service::{Service, ServiceOptions, init};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

const ORIGIN: &str = "ledger.example/http";
const PARTY: &str = "urn:uscc:91510500MA00000000";
const EPCIS: &str = "application/ld+json";

/// Sends a request to the routes.
type Send = dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Answer>>>;

/// The ledger, and the routes of one worker.
struct Api {
    service: Service,
    operator: String,
    key: PrivateJwk,
    routes: Box<Send>,
    _directory: tempfile::TempDir,
}

/// An answer, read whole.
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a problem as the description has it, and gives its code.
    fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let json = self.json();
        schema::check("ProblemDocument", &json);
        assert_eq!(json["status"], self.status);
        json["code"].as_str().unwrap().to_owned()
    }
}

async fn api(public_read: bool) -> Api {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let made = init(&data, ORIGIN).unwrap();
    let options = ServiceOptions { public_read, ..ServiceOptions::default() };
    let service = Service::open(&data, options).unwrap();
    let routes = Rc::new(
        init_service(app(Served::Ledger(web::Data::new(State::new(service.clone()))))).await,
    );
    let send = move |request: TestRequest| -> Pin<Box<dyn Future<Output = Answer>>> {
        let routes = Rc::clone(&routes);
        Box::pin(async move {
            let response = match routes.call(request.to_request()).await {
                Ok(response) => response,
                Err(error) => {
                    let request = TestRequest::default().to_http_request();
                    ServiceResponse::new(request, error.error_response())
                }
            };
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = read_body(response).await;
            Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() }
        })
    };
    let key = PrivateJwk::from_seed(&[9; 32]);
    let operator = made.operator_token;
    Api { service, operator, key, routes: Box::new(send), _directory: directory }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.service.stop().unwrap();
    }
}

impl Api {
    async fn send(&self, request: TestRequest) -> Answer {
        (self.routes)(request).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path).insert_header(bearer(token))).await
    }

    fn signature(&self, media_type: &str, body: &str) -> (&'static str, String) {
        let claims = SubmissionClaims {
            iss: PARTY.to_owned(),
            aud: ORIGIN.to_owned(),
            sha256: Hash::digest(body.as_bytes()),
            cty: media_type.to_owned(),
            exp: None,
            seq: None,
            prev: None,
        };
        ("Submission-Signature", sign_submission(&self.key, &claims))
    }

    async fn register(&self) -> Answer {
        let body = format!(
            r#"{{"id":"{PARTY}","name":"示例农场","kinds":["producer"],"keys":[{}],"signing":"gateway"}}"#,
            self.key.public().to_json()
        );
        let request = TestRequest::post()
            .uri("/v1/parties")
            .insert_header(bearer(&self.operator))
            .insert_header(self.signature("application/json", &body))
            .insert_header(("Content-Type", "application/json"))
            .set_payload(body);
        self.send(request).await
    }

    async fn capture(&self, body: &str) -> Answer {
        let request = TestRequest::post()
            .uri("/epcis/capture")
            .insert_header(("Content-Type", format!("{EPCIS}; charset=utf-8")))
            .insert_header(self.signature(EPCIS, body))
            .set_payload(body.to_owned());
        self.send(request).await
    }
}

fn bearer(token: &str) -> (&'static str, String) {
    ("Authorization", format!("Bearer {token}"))
}

/// A document that makes two lots of one, the first of them without an eventID.
fn document() -> String {
    r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
          {"example":"https://ns.example/epcis/"}],
        "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-01T09:00:00Z",
        "epcisBody":{"eventList":[
        {"type":"ObjectEvent","eventTime":"2026-11-01T08:00:00+08:00","example:grade":"A",
         "eventTimeZoneOffset":"+08:00","action":"ADD","bizStep":"commissioning",
         "bizLocation":{"id":"https://id.gs1.org/414/4012345000115"},
         "quantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.011111.A1","quantity":50,"uom":"KGM"}]},
        {"type":"TransformationEvent","eventID":"urn:uuid:b1080b06-e9cc-11e6-bf0e-fe55135034f3",
         "eventTime":"2026-11-01T10:00:00+08:00","eventTimeZoneOffset":"+08:00",
         "bizStep":"creating_class_instance",
         "bizLocation":{"id":"https://id.gs1.org/414/4012345000115"},
         "inputQuantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.011111.A1","quantity":50,"uom":"KGM"}],
         "outputQuantityList":[{"epcClass":"https://id.gs1.org/01/04012345222225/10/B7","quantity":40,"uom":"KGM"}]}
        ]}}"#
        .to_owned()
}
