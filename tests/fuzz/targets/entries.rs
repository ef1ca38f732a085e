//! Leaves, frames and times: the stored bytes have one reading, which writes them again.

#![no_main]

use laiqu_ledger::{Frame, FrameView, Leaf, format_time, parse_time};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(leaf) = Leaf::decode(data) {
        assert_eq!(leaf.encode().expect("leaf"), data);
        assert_eq!(leaf.hash().expect("leaf"), laiqu_proof::leaf_hash(data));
    }
    if let Ok(frame) = Frame::decode(data) {
        let written = frame.encode().expect("frame");
        assert_eq!(Frame::decode(&written).as_ref(), Ok(&frame));
        // Version 1 is read and no longer written.
        assert!(data.first() == Some(&1) || written == data);
        let view = FrameView::decode(data).expect("the same reading");
        assert_eq!((view.payload, view.outcome), (&*frame.payload, &*frame.outcome));
        let mut other = frame.clone();
        other.salt[0] ^= 1;
        assert_ne!(frame.commitment(), other.commitment());
    }
    assert_eq!(FrameView::decode(data).is_ok(), Frame::decode(data).is_ok());
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(micros) = parse_time(text)
    {
        assert_eq!(format_time(micros).as_deref(), Some(text));
    }
});
