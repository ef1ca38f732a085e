//! Signed notes, checkpoints and verifier keys: what is read is written again, and no signature
//! holds that the key did not make.

#![no_main]

use std::sync::LazyLock;

use laiqu_proof::{Checkpoint, Note, NoteSigner, NoteVerifier};
use libfuzzer_sys::fuzz_target;

static SIGNER: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::from_seed("ledger.example/city", &[3; 32]).expect("signer"));

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(verifier) = NoteVerifier::parse(text) {
        assert_eq!(NoteVerifier::parse(&verifier.vkey()).as_ref(), Ok(&verifier));
    }
    let verifier = SIGNER.verifier();
    if let Ok(note) = Note::parse(text) {
        assert_eq!(Note::parse(&note.to_string()).as_ref(), Ok(&note));
        if let Ok(signed) = note.verify(&[&verifier]) {
            assert!(signed.iter().all(|signed| *signed.key == verifier) && signed.len() == 1);
            assert!(text.contains(&SIGNER.signature_line(note.text())), "a forged signature");
        }
        drop(Checkpoint::open(text, &verifier));
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string().parse::<Checkpoint>().as_ref(), Ok(&checkpoint));
        if checkpoint.origin == SIGNER.name() {
            let signed = checkpoint.sign(&SIGNER);
            assert_eq!(Checkpoint::open(&signed, &verifier).as_ref(), Ok(&checkpoint));
        }
    }
});
