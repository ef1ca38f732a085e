//! The description: complete, committed, and true.

use super::api;
use crate::{PROBLEMS, openapi_json};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::Value;
use std::collections::HashSet;
use std::path::PathBuf;

fn committed(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../api-spec").join(name)
}

#[test]
fn the_committed_description_is_this_one() {
    let file = committed("openapi.json");
    if std::env::var_os("LAIQU_WRITE_API_SPEC").is_some() {
        std::fs::write(&file, openapi_json()).unwrap();
    }
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let hint = "LAIQU_WRITE_API_SPEC=1 cargo test -p laiqu-http description";
    assert!(text == openapi_json(), "api-spec/openapi.json is outdated; write it with: {hint}");
}

#[test]
fn the_status_policy_names_every_problem() {
    let text = std::fs::read_to_string(committed("README.md")).unwrap();
    for kind in PROBLEMS {
        let line = format!("| {} | `{}` | {} |", kind.status, kind.code, kind.title_zh);
        assert!(text.contains(&line), "api-spec/README.md lacks: {line}");
    }
}

#[test]
fn operations_have_unique_names_of_a_verb_and_a_noun() {
    let description: Value = serde_json::from_str(&openapi_json()).unwrap();
    assert_eq!(description["openapi"], "3.1.0");
    let mut names = HashSet::new();
    for item in description["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
            assert!(names.insert(name.to_owned()), "{name} twice");
            assert!(operation["responses"]["500"].is_object(), "{name}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let description: Value = serde_json::from_str(&openapi_json()).unwrap();
    let text = openapi_json();
    let references =
        text.split("\"$ref\": \"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut count = 0;
    for reference in references {
        assert!(description.pointer(reference).is_some(), "{reference}");
        count += 1;
    }
    assert!(count > 50, "{count}");
}

#[actix_web::test]
async fn described_methods_work_and_others_are_told_which_do() {
    let api = api(true).await;
    let description: Value = serde_json::from_str(&openapi_json()).unwrap();
    for (path, item) in description["paths"].as_object().unwrap() {
        let path = path.replace("{path}", "0/000").replace(['{', '}'], "");
        let mut described: HashSet<&str> =
            item.as_object().unwrap().keys().map(String::as_str).collect();
        if described.contains("get") {
            // HEAD works wherever GET does, and the description does not repeat it.
            let head = TestRequest::default().method(Method::HEAD).uri(&path);
            let get = TestRequest::default().method(Method::GET).uri(&path);
            assert_eq!(api.send(head).await.status, api.send(get).await.status, "HEAD {path}");
            described.insert("head");
        }
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let request = TestRequest::default().method(method.clone()).uri(&path);
            let answer = api.send(request).await;
            let is_described = described.contains(method.as_str().to_lowercase().as_str());
            if is_described {
                assert_ne!(answer.status, 405, "{method} {path}");
                assert!(!answer.text.contains("nothing is at"), "{method} {path}");
                let allowed = &item[method.as_str().to_lowercase()]["responses"];
                let status = answer.status.to_string();
                assert!(allowed[&status].is_object(), "{method} {path} answers {status}");
            } else {
                assert_eq!(answer.code(), "method-not-allowed", "{method} {path}");
                let allow: HashSet<String> =
                    answer.header("allow").split(", ").map(str::to_lowercase).collect();
                assert_eq!(allow.iter().map(String::as_str).collect::<HashSet<_>>(), described);
            }
        }
    }
}
