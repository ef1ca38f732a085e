//! Trust policies: read or refused, and met by all witnesses where they are met by some.

#![no_main]

use std::sync::LazyLock;

use laiqu_proof::{NoteSigner, Policy};
use libfuzzer_sys::fuzz_target;

static SIGNER: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::from_seed("ledger.example/city", &[3; 32]).expect("signer"));

fuzz_target!(|data: &[u8]| {
    let Ok(policy) = Policy::parse(data) else { return };
    let none = policy.is_met_by(|_| false);
    let all = policy.is_met_by(|_| true);
    assert!(all || !none, "more witnesses never break a quorum");
    for left_out in policy.witnesses() {
        let most = policy.is_met_by(|witness| witness.name != left_out.name);
        let one = policy.is_met_by(|witness| witness.name == left_out.name);
        assert!((all || !most) && (one || !none), "more witnesses never break a quorum");
    }
    for log in policy.logs() {
        if let Some(key) = log.key.verifier() {
            assert!(policy.log_keys(key.name()).contains(&key));
        }
    }
    let swapped = policy.for_logs(&[SIGNER.verifier()]);
    assert_eq!(swapped.log_keys(SIGNER.name()).len(), 1);
});
