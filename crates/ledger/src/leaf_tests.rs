use proptest::prelude::*;

use super::*;

fn example() -> Leaf {
    Leaf {
        index: 17,
        time_micros: 1_795_413_600_123_456,
        prev: Hash([0xab; 32]),
        kind: Kind::EpcisCapture,
        issuer: 3,
        issuer_seq: 5,
        issuer_prev: Hash([0x01; 32]),
        keys: vec![4],
        events_root: Hash([0xff; 32]),
        commitment: Hash([0x10; 32]),
    }
}

/// The line of the design, with the hashes written out.
fn example_line() -> String {
    format!(
        "{{\"entry\":\"laiqu/1\",\"index\":17,\"time\":\"2026-11-23T06:00:00.123456Z\",\
         \"prev\":\"{}\",\"kind\":\"epcis.capture\",\"issuer\":3,\"issuer_seq\":5,\
         \"issuer_prev\":\"{}\",\"keys\":[4],\"events_root\":\"{}\",\"commitment\":\"{}\"}}",
        "ab".repeat(32),
        "01".repeat(32),
        "ff".repeat(32),
        "10".repeat(32),
    )
}

#[test]
fn the_line_is_fixed() {
    assert_eq!(String::from_utf8(example().encode().unwrap()).unwrap(), example_line());
    assert_eq!(Leaf::decode(example_line().as_bytes()).unwrap(), example());
}

#[test]
fn the_leaf_hash_is_fixed() {
    // sha256sum of a zero byte and the line above, made outside this program.
    let expected = "edd8a532c14fb4b80da865f11bd3e64b7fe91274d5a79b233475298b4785deff";
    assert_eq!(HEXLOWER.encode(&example().hash().unwrap().0), expected);
}

#[test]
fn any_number_of_keys() {
    for keys in [vec![], vec![1], vec![4, 9, u64::MAX]] {
        let leaf = Leaf { keys, ..example() };
        assert_eq!(Leaf::decode(&leaf.encode().unwrap()).unwrap(), leaf);
    }
}

#[test]
fn other_writings_of_the_same_leaf_are_refused() {
    let line = example_line();
    for (from, to) in [
        ("\"index\":17", "\"index\":017"),
        ("\"index\":17", "\"index\": 17"),
        ("\"index\":17", "\"index\":17.0"),
        ("\"index\":17", "\"index\":18446744073709551616"),
        ("abab", "ABAB"),
        ("[4]", "[4,]"),
        ("[4]", "[,4]"),
        ("[4]", "[04]"),
        ("epcis.capture", "epcis.captures"),
        ("laiqu/1", "laiqu/2"),
        (".123456Z", ".123Z"),
        ("}", "}\n"),
        ("}", "} "),
        ("\"issuer\":3,", ""),
    ] {
        let other = line.replacen(from, to, 1);
        assert_ne!(other, line, "{from} does not occur");
        assert!(Leaf::decode(other.as_bytes()).is_err(), "{other}");
    }
    assert!(Leaf::decode(b"").is_err());
    assert_eq!(
        Leaf::decode(&vec![b' '; LEAF_BYTES_MAX + 1]),
        Err(LeafError::TooLong { bytes: LEAF_BYTES_MAX + 1 })
    );
}

#[test]
fn every_flipped_byte_is_refused_or_another_leaf() {
    let line = example_line().into_bytes();
    for at in 0..line.len() {
        for flip in 1..=255 {
            let mut other = line.clone();
            other[at] ^= flip;
            if let Ok(leaf) = Leaf::decode(&other) {
                assert_ne!(leaf, example(), "byte {at} flipped by {flip}");
            }
        }
    }
}

#[test]
fn too_many_keys_and_too_late_a_time_are_refused() {
    let many = Leaf { keys: vec![u64::MAX; 4_000], ..example() };
    assert!(matches!(many.encode(), Err(LeafError::TooLong { .. })));
    let late = Leaf { time_micros: crate::TIME_MICROS_MAX + 1, ..example() };
    assert!(matches!(late.encode(), Err(LeafError::Time { .. })));
}

#[test]
fn kinds_have_distinct_names() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(Kind::parse("EPCIS.capture"), None);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        numbers: [u64; 3],
        time in 0..=crate::TIME_MICROS_MAX,
        hashes: [[u8; 32]; 4],
        kind in 0..Kind::ALL.len(),
        keys in proptest::collection::vec(any::<u64>(), 0..5),
    ) {
        let leaf = Leaf {
            index: numbers[0],
            time_micros: time,
            prev: Hash(hashes[0]),
            kind: Kind::ALL[kind],
            issuer: numbers[1],
            issuer_seq: numbers[2],
            issuer_prev: Hash(hashes[1]),
            keys,
            events_root: Hash(hashes[2]),
            commitment: Hash(hashes[3]),
        };
        prop_assert_eq!(Leaf::decode(&leaf.encode().unwrap()).unwrap(), leaf);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Leaf::decode(&bytes).is_err());
    }
}
