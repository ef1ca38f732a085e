//! JSON Web Keys and the compact JWS of submissions.

#![no_main]

use std::sync::LazyLock;

use laiqu_fuzz::Input;
use laiqu_proof::{PrivateJwk, PublicJwk, SubmissionJws, sign_submission};
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<PrivateJwk> = LazyLock::new(|| PrivateJwk::from_seed(&[9; 32]));

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    if let Ok(key) = PublicJwk::from_bytes(&input.hash()) {
        assert_eq!(PublicJwk::parse(&key.to_json()).expect("key").as_bytes(), key.as_bytes());
        let mut signature = [0; 64];
        signature.iter_mut().for_each(|byte| *byte = input.byte());
        assert!(!key.verifies(input.rest(), &signature), "a signature was made up");
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = PublicJwk::parse(text) {
        let again = PublicJwk::parse(&key.to_json()).expect("key");
        assert_eq!(again.thumbprint(), key.thumbprint());
    }
    if let Ok(key) = PrivateJwk::parse(text) {
        let again = PrivateJwk::parse(&key.to_json()).expect("key");
        assert_eq!(again.public().thumbprint(), key.public().thumbprint());
    }
    if let Ok(jws) = SubmissionJws::parse(text) {
        assert_eq!(jws.as_str(), text);
        if jws.verify(KEY.public()).is_ok() {
            assert_eq!(sign_submission(&KEY, jws.claims()), text, "a forged signature");
        }
        let own = sign_submission(&KEY, jws.claims());
        // Claims may be longer in the spelling of this signer than in the one received.
        if let Ok(own) = SubmissionJws::parse(&own) {
            assert_eq!(own.claims(), jws.claims());
            assert_eq!(own.verify(KEY.public()), Ok(()));
        }
    }
});
