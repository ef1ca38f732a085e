//! Evidence of a split: what is believed was signed by the log, twice and differently.

#![no_main]

use std::sync::LazyLock;

use laiqu_proof::{Evidence, NoteSigner, Policy};
use libfuzzer_sys::fuzz_target;

static LOG: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::from_seed("ledger.example/city", &[3; 32]).expect("signer"));

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(evidence) = text.parse::<Evidence>() else { return };
    assert_eq!(evidence.to_string().parse::<Evidence>().as_ref(), Ok(&evidence));
    let Ok(split) = evidence.check(&Policy::of_log_keys(&[LOG.verifier()])) else { return };
    assert_ne!(split.older.checkpoint.root, split.old_root);
    assert!(split.older.checkpoint.size <= split.newer.checkpoint.size);
    for opened in [&split.older, &split.newer] {
        let line = LOG.signature_line(&opened.checkpoint.to_string());
        assert!(text.contains(line.trim_end()), "a forged signature");
    }
});
