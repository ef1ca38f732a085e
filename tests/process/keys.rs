//! `laiqu keys`.

use crate::ran::{laiqu, mode};
use serde_json::Value;

#[test]
fn a_new_key_is_private_and_its_public_part_is_printed() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("farm.jwk");
    let path = file.to_str().unwrap();
    let made = laiqu(&["keys", "new", path]).exits(0);
    assert_eq!(mode(&file), 0o600);
    let public = made.json();
    assert_eq!((&public["kty"], &public["crv"]), (&Value::from("OKP"), &Value::from("Ed25519")));
    assert_eq!(public["x"].as_str().unwrap().len(), 43);
    let private: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let secret = private["d"].as_str().unwrap();
    assert_eq!(private["x"], public["x"]);
    assert!(public.get("d").is_none());
    assert!(!made.stdout.contains(secret) && !made.stderr.contains(secret), "{made:?}");
    let shown = laiqu(&["keys", "show", path]).exits(0);
    assert_eq!(shown.json(), public);
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("farm.jwk");
    let path = file.to_str().unwrap();
    laiqu(&["keys", "new", path]).exits(0);
    let before = std::fs::read(&file).unwrap();
    laiqu(&["keys", "new", path]).exits(2).explains("exists");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // A link that leads nowhere yet is a file too.
    let link = root.path().join("link.jwk");
    std::os::unix::fs::symlink(root.path().join("elsewhere"), &link).unwrap();
    let ran = laiqu(&["keys", "new", link.to_str().unwrap()]);
    assert_ne!(ran.code, 0);
    assert!(!root.path().join("elsewhere").exists());
}

#[test]
fn two_keys_differ_and_unusable_places_are_said() {
    let root = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let path = root.path().join(name);
        laiqu(&["keys", "new", path.to_str().unwrap()]).exits(0).json()
    };
    assert_ne!(make("a")["x"], make("b")["x"]);
    let nowhere = root.path().join("missing/a.jwk");
    let ran = laiqu(&["keys", "new", nowhere.to_str().unwrap()]).exits(2);
    assert!(ran.stderr.contains("missing/a.jwk"), "{ran:?}");
    let text = root.path().join("text");
    std::fs::write(&text, "no key").unwrap();
    laiqu(&["keys", "show", text.to_str().unwrap()]).exits(2).explains("text");
}
