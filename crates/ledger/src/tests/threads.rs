//! However many threads verify a damaged log, they say the same.

use std::num::NonZeroUsize;
use std::sync::Arc;

use laiqu_proof::Hash;
use proptest::prelude::*;

use crate::testing::{Maker, Memory, SMALL, one_event};
use crate::{Kind, Log, Report, VerifyOptions, verify};

/// Three segments, among whose entries some carry signatures that nobody can read.
fn log(clean: bool) -> Memory {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    for count in [1, 3, 1, 2, 1, 1, 4, 1, 2] {
        let unit: Vec<_> = (0..count).map(|at| maker.entry(at, &[b'p'; 500])).collect();
        log.append(&unit).unwrap();
        let signatures = vec!["no JWS".to_owned()];
        log.append(&[maker.signed(2, Kind::EpcisCapture, b"{}", vec![3], signatures)]).unwrap();
        log.write_head().unwrap();
    }
    if clean {
        log.close().unwrap()
    } else {
        drop(log)
    }
    memory
}

fn report(memory: &Memory, threads: usize) -> Report {
    let roots = vec![(5, Hash::ZERO), (900, Hash::ZERO), (0, laiqu_proof::EMPTY_ROOT)];
    let threads = NonZeroUsize::new(threads);
    let options = VerifyOptions { roots, threads, ..VerifyOptions::new(&one_event) };
    verify(memory, &options, &mut |_| {}).unwrap()
}

/// Something that goes wrong in a segment file, at a share of its length.
#[derive(Debug, Clone)]
enum Harm {
    Flip(u8),
    Zeros(usize),
    Cut,
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        (1_u8..=255).prop_map(Harm::Flip),
        (1_usize..3_000).prop_map(Harm::Zeros),
        Just(Harm::Cut),
    ]
}

fn apply(memory: &Memory, segment: u8, share: u16, harm: &Harm) {
    memory.edit(&format!("{segment:012}.seg"), |file| {
        let at = file.len() * usize::from(share) / (usize::from(u16::MAX) + 1);
        let length = file.len();
        match harm {
            Harm::Flip(bits) => file.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bits),
            Harm::Zeros(count) => file[at..(at + count).min(length)].fill(0),
            Harm::Cut => file.truncate(at),
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn one_and_many_threads_give_the_same_report(
        clean: bool,
        harms in prop::collection::vec((0_u8..3, any::<u16>(), harm()), 0..5),
    ) {
        let memory = log(clean);
        for (segment, share, harm) in &harms {
            apply(&memory, *segment, *share, harm);
        }
        let one = report(&memory, 1);
        prop_assert_eq!(&one, &report(&memory, 2));
        prop_assert_eq!(&one, &report(&memory, 5));
        prop_assert!(!one.is_whole(), "unreadable signatures are damage");
    }
}
