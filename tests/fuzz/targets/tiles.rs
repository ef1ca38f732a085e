//! Paths of tiles and the content of tiles and entry bundles.

#![no_main]

use laiqu_fuzz::Input;
use laiqu_proof::{TileLevel, TilePath, decode_bundle, decode_hashes, push_entry};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(tile) = text.parse::<TilePath>()
    {
        assert_eq!(tile.to_string(), text, "a path has one spelling");
        assert!(!text.contains("..") && !text.starts_with('/'));
        assert!(TilePath::new(tile.level(), tile.index(), tile.width()) == Ok(tile));
    }
    let mut input = Input::new(data);
    let width = input.short() as u16;
    let level = match input.byte() {
        level @ 0..=63 => TileLevel::Hashes(level),
        _ => TileLevel::Entries,
    };
    let (index, size) = (input.long(), input.long());
    if let Some(tile) = TilePath::widest(level, index, size) {
        assert_eq!(tile.to_string().parse(), Ok(tile));
    }
    if let Ok(entries) = decode_bundle(input.rest(), width) {
        let mut bundle = Vec::new();
        entries.iter().for_each(|entry| push_entry(&mut bundle, entry).expect("entry"));
        assert_eq!(bundle, input.rest());
    }
    if let Ok(hashes) = decode_hashes(input.rest(), width) {
        assert_eq!(hashes.iter().flat_map(|hash| hash.0).collect::<Vec<_>>(), input.rest());
    }
});
