//! The files of a log, segments and summaries: a good one that was changed anywhere, or any bytes
//! at all. Verification and recovery answer, and neither shows an entry that was not written.

#![no_main]

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use laiqu_fuzz::{FILES, Input, Memory, base};
use laiqu_ledger::{
    Entry, FrameView, Leaf, Log, LogOptions, Reader, Report, VerifyOptions, verify,
};
use libfuzzer_sys::fuzz_target;

static CLEAN: LazyLock<(Memory, Vec<Entry>)> = LazyLock::new(|| base(true));
static OPEN: LazyLock<(Memory, Vec<Entry>)> = LazyLock::new(|| base(false));
/// Entries that the head file of either log names.
const DURABLE: usize = 7;

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let mode = input.byte();
    let (good, entries) = if mode & 1 == 0 { &*CLEAN } else { &*OPEN };
    let memory = good.copy();
    if input.is_empty() {
        assert!(verified(&memory).findings.is_empty());
        assert!(opened(&memory).is_some_and(|leaves| leaves.len() == entries.len()));
    }
    let name = FILES[usize::from(mode >> 2) % FILES.len()];
    if mode & 2 == 0 {
        memory.edit(name, |file| change(file, input));
    } else {
        // The header of a segment stays, so that the units behind it are looked at.
        memory.edit(name, |file| {
            file.truncate(512);
            file.extend_from_slice(input.rest());
        });
    }
    // Verification starts threads, which costs most of the time.
    check(&memory, entries, mode & 128 == 0);
});

/// Applies the edits that the input names.
fn change(file: &mut Vec<u8>, mut input: Input<'_>) {
    while !input.is_empty() && !file.is_empty() {
        let kind = input.byte();
        let at = input.short() % file.len();
        let end = (at + input.short() % 2_048).min(file.len());
        match kind % 6 {
            0 => file[at] = input.byte(),
            1 => file[at] ^= 1 << (input.byte() % 8),
            2 => file[at..end].fill(0),
            3 => file[at..end].fill(0xE5),
            4 => file.truncate(at),
            _ => {
                let to = input.short() % (file.len() - (end - at) + 1);
                file.copy_within(at..end, to);
            }
        }
    }
}

fn check(memory: &Memory, entries: &[Entry], verify: bool) {
    let whole = verify && verified(memory).is_whole();
    if let Ok(reader) = Reader::open_on(memory) {
        for index in 0..reader.size() {
            let Ok(entry) = reader.entry(index) else { continue };
            let good = &entries[usize::try_from(index).expect("index")];
            assert!(entry.leaf_bytes == good.leaf_bytes, "another leaf {index} is read");
            assert!(!whole || entry.frame == good.frame, "another frame {index} passes");
        }
        assert!(reader.scan(0).count() as u64 <= reader.size().max(1), "a scan goes on for ever");
    }
    let Some(leaves) = opened(memory) else { return };
    assert!(leaves.len() >= DURABLE && leaves.len() <= entries.len(), "{}", leaves.len());
    let same = leaves.iter().zip(entries).all(|(leaf, entry)| *leaf == entry.leaf_bytes);
    assert!(same, "recovery shows entries that were not written");
    assert_eq!(opened(memory).as_ref(), Some(&leaves), "the next start finds the same");
}

fn opened(memory: &Memory) -> Option<Vec<Vec<u8>>> {
    let mut leaves = Vec::new();
    let mut visit = |entry: Entry| leaves.push(entry.leaf_bytes);
    Log::open_on(Arc::new(memory.clone()), LogOptions::default(), &mut visit).ok()?;
    Some(leaves)
}

fn verified(memory: &Memory) -> Report {
    let split =
        |frame: &FrameView<'_>, _: &Leaf| Some(std::iter::once(0..frame.payload.len()).collect());
    let mut options = VerifyOptions::new(&split);
    (options.check_signatures, options.threads) = (false, NonZeroUsize::new(1));
    verify(memory, &options, &mut |_| {}).expect("the log is there")
}
