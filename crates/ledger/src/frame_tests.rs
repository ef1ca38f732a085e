use laiqu_proof::EMPTY_ROOT;
use proptest::prelude::*;

use super::*;

fn salt() -> [u8; SALT_BYTES] {
    std::array::from_fn(|at| u8::try_from(at).unwrap())
}

fn example() -> Frame {
    Frame {
        salt: salt(),
        signatures: vec!["a.b.c".into(), "d.e.f".into()],
        media_type: "application/json".into(),
        outcome: b"{}".to_vec(),
        payload: b"{\"a\":1}".to_vec(),
    }
}

// The three values below were made by a Python script from the text of the definition.

#[test]
fn the_commitment_is_fixed() {
    assert_eq!(
        example().commitment().to_hex(),
        "ec4d05d4d6130efeb473a9c688911f66b7ba11ac0bb2c17510de5dc5d9969c3a"
    );
}

#[test]
fn the_events_root_is_fixed() {
    assert_eq!(events_root(&salt(), &[]), EMPTY_ROOT);
    assert_eq!(
        events_root(&salt(), &[b"one"]).to_hex(),
        "0b7f4d3d2a13eb41fa459c7b710f6c60048543a2a89f26f8205ae5e8a0ba2157"
    );
    assert_eq!(
        events_root(&salt(), &[b"one", b"two", b"three"]).to_hex(),
        "80b4b510339efb677330e626da01812ae31c4d47dbbee0fe2fc309b9c22a295d"
    );
}

#[test]
fn the_bytes_are_fixed() {
    let mut expected = vec![2];
    expected.extend_from_slice(&salt());
    expected.extend_from_slice(b"\x02\0\x05a.b.c\0\x05d.e.f\x01\x02{}{\"a\":1}");
    assert_eq!(example().encode().unwrap(), expected);
    let other = Frame { media_type: "text/x".into(), outcome: vec![b' '; 300], ..example() };
    let bytes = other.encode().unwrap();
    assert_eq!(bytes[33..48], *b"\x02\0\x05a.b.c\0\x05d.e.f");
    assert_eq!(bytes[48..58], *b"\0\x06text/x\xAC\x02");
    assert_eq!(bytes.len(), 58 + 300 + 7);
}

#[test]
fn version_1_is_read_as_it_was_written() {
    let mut bytes = vec![1];
    bytes.extend_from_slice(&salt());
    bytes.extend_from_slice(b"\0\0\0\x02\0\0\0\x05a.b.c\0\0\0\x05d.e.f");
    bytes.extend_from_slice(b"\0\0\0\x10application/json\0\0\0\x02{}\0\0\0\x07{\"a\":1}");
    assert_eq!(Frame::decode(&bytes).unwrap(), example());
    for end in 0..bytes.len() {
        assert!(Frame::decode(&bytes[..end]).is_err());
    }
    bytes.push(0);
    assert!(Frame::decode(&bytes).is_err());
}

#[test]
fn each_frame_has_one_form() {
    let head = |rest: &[u8]| [&[2], salt().as_slice(), rest].concat();
    assert!(Frame::decode(&head(b"\0\x01\0")).is_ok());
    for other in [
        &b"\0\0\x10application/json\0"[..],
        b"\0\x05\0",
        b"\0\x01\x80\0",
        b"\0\x01\x80\x80\x80\x80\x01",
    ] {
        assert!(Frame::decode(&head(other)).is_err(), "{other:?}");
    }
}

#[test]
fn every_part_moves_the_commitment() {
    let base = example().commitment();
    let moved = [
        Frame { salt: [9; 32], ..example() },
        Frame { signatures: vec!["a.b.cd.e.f".into()], ..example() },
        Frame { signatures: vec!["a.b.c".into(), "d.e.g".into()], ..example() },
        Frame { media_type: "application/xml".into(), ..example() },
        Frame { outcome: b"{} ".to_vec(), ..example() },
        Frame { payload: b"{\"a\":2}".to_vec(), ..example() },
    ];
    for frame in moved {
        assert_ne!(frame.commitment(), base, "{frame:?}");
    }
}

#[test]
fn limits_hold_both_ways() {
    let over = [
        Frame { signatures: vec![String::new(); SIGNATURES_MAX + 1], ..example() },
        Frame { signatures: vec!["x".repeat(SIGNATURE_BYTES_MAX + 1)], ..example() },
        Frame { media_type: "x".repeat(MEDIA_TYPE_BYTES_MAX + 1), ..example() },
        Frame { outcome: vec![0; OUTCOME_BYTES_MAX + 1], ..example() },
        Frame { payload: vec![0; PAYLOAD_BYTES_MAX + 1], ..example() },
    ];
    for frame in over {
        assert!(matches!(frame.encode(), Err(FrameError::TooLarge { .. })));
    }
    let mut bytes = example().encode().unwrap();
    bytes[33] = u8::MAX;
    assert!(matches!(Frame::decode(&bytes), Err(FrameError::TooLarge { part: "signatures", .. })));
}

proptest! {
    #[test]
    fn what_is_written_is_read_and_nothing_shorter_or_longer(
        signatures in proptest::collection::vec("[a-z.]{0,20}", 0..4),
        media_type in "\\PC{0,20}",
        outcome in proptest::collection::vec(any::<u8>(), 0..30),
        payload in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let frame = Frame { signatures, media_type, outcome, payload, ..example() };
        let mut bytes = frame.encode().unwrap();
        prop_assert_eq!(&Frame::decode(&bytes).unwrap(), &frame);
        // The payload ends where the frame does; everything before it must be there.
        for end in 0..bytes.len() - frame.payload.len() {
            prop_assert!(Frame::decode(&bytes[..end]).is_err());
        }
        bytes.push(0);
        prop_assert_ne!(&Frame::decode(&bytes).unwrap(), &frame);
    }
}
