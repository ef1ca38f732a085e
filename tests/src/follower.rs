//! A follower of a log as a third party writes it from the specifications alone: tlog-tiles,
//! tlog-checkpoint and signed-note of C2SP, RFC 6962 section 2.1. It uses nothing of ours.

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

type Node = [u8; 32];

/// Hashes of a full tile, and entries of a full bundle.
const WIDTH: usize = 256;

/// What a log states: so many entries with this root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Entries.
    pub size: usize,
    /// Root over them.
    pub root: Node,
}

/// The key of a log, from its verifier key text.
#[derive(Clone, Debug)]
pub struct Follower {
    name: String,
    id: Vec<u8>,
    key: VerifyingKey,
}

/// Gives the bytes at a path below the log's prefix, `None` where there are none.
pub type Fetch<'a> = dyn Fn(&str) -> Option<Vec<u8>> + 'a;

impl Follower {
    /// A follower of the log with this verifier key (`name+hash+base64(0x01 ‖ key)`).
    ///
    /// # Panics
    /// Where it is none.
    #[must_use]
    pub fn new(vkey: &str) -> Self {
        let mut parts = vkey.splitn(3, '+');
        let mut part = || parts.next().expect("three parts").to_owned();
        let (name, id, key) = (part(), part(), part());
        let typed = BASE64.decode(key.as_bytes()).expect("base64");
        let expected = Sha256::new().chain_update(&name).chain_update([b'\n']);
        let expected = expected.chain_update(&typed).finalize();
        let id = HEXLOWER.decode(id.as_bytes()).expect("hex");
        assert_eq!(id, expected[..4], "key id");
        assert_eq!(typed[0], 1, "Ed25519");
        let key = VerifyingKey::from_bytes(typed[1..].try_into().expect("32 bytes"));
        Self { name, id, key: key.expect("point") }
    }

    /// The checkpoint that the log shows.
    ///
    /// # Panics
    /// Where it is not one that this log's key signed.
    #[must_use]
    pub fn checkpoint(&self, fetch: &Fetch<'_>) -> Seen {
        let text = String::from_utf8(fetch("checkpoint").expect("checkpoint")).expect("UTF-8");
        let (body, signatures) = text.rsplit_once("\n\n").expect("blank line");
        let body = format!("{body}\n");
        let mut verified = 0;
        for line in signatures.lines() {
            let rest = line.strip_prefix("— ").expect("signature line");
            let (name, blob) = rest.split_once(' ').expect("name and signature");
            let blob = BASE64.decode(blob.as_bytes()).expect("base64");
            if name == self.name && blob[..4] == self.id {
                let signature = Signature::from_slice(&blob[4..]).expect("64 bytes");
                self.key.verify_strict(body.as_bytes(), &signature).expect("known but wrong");
                verified += 1;
            }
        }
        assert!(verified > 0, "no signature of this key: {text}");
        let mut lines = body.lines();
        let mut line = || lines.next().expect("three lines");
        let (origin, size, root) = (line(), line(), line());
        assert_eq!(origin, self.name);
        let root = BASE64.decode(root.as_bytes()).expect("base64");
        Seen { size: size.parse().expect("decimal"), root: root.try_into().expect("32 bytes") }
    }
}

/// All that a log of this size must serve: every full tile, the partial one at each level's edge,
/// and the entry bundles. Answers the leaf hashes.
///
/// # Panics
/// Where a tile is missing, holds something else than the specification says, or disagrees with
/// another one.
#[must_use]
pub fn read_all(size: usize, fetch: &Fetch<'_>) -> Vec<Node> {
    let entries: Vec<Vec<u8>> = tiles("entries", size, fetch)
        .into_iter()
        .flat_map(|(path, width, bytes)| bundle(&path, width, &bytes))
        .collect();
    let leaves: Vec<Node> = entries.iter().map(|entry| leaf(entry)).collect();
    let mut below = leaves.clone();
    for level in 0..=63 {
        if level > 0 {
            // Only complete subtrees of 256 appear one level higher.
            below = below.chunks_exact(WIDTH).map(mth).collect();
        }
        if below.is_empty() {
            break;
        }
        let all = tiles(&level.to_string(), below.len(), fetch);
        for ((path, width, bytes), hashes) in all.iter().zip(below.chunks(WIDTH)) {
            assert_eq!(bytes.len(), width * 32, "{path}");
            assert_eq!(bytes, &hashes.concat(), "{path}");
        }
    }
    leaves
}

/// Each tile of a level with `count` items: path, width, bytes.
fn tiles(level: &str, count: usize, fetch: &Fetch<'_>) -> Vec<(String, usize, Vec<u8>)> {
    let tile = |index: usize| {
        let width = (count - index * WIDTH).min(WIDTH);
        let path = path(level, index, width);
        let bytes = fetch(&path).unwrap_or_else(|| panic!("{path} is missing"));
        (path, width, bytes)
    };
    (0..count.div_ceil(WIDTH)).map(tile).collect()
}

/// `tile/<L>/<N>[.p/<W>]`, N in groups of three digits.
fn path(level: &str, index: usize, width: usize) -> String {
    let mut number = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    while rest > 0 {
        number = format!("x{:03}/{number}", rest % 1_000);
        rest /= 1_000;
    }
    let partial = if width < WIDTH { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{number}{partial}")
}

fn bundle(path: &str, width: usize, bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut entries, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let length = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
        entries.push(rest[2..2 + length].to_vec());
        rest = &rest[2 + length..];
    }
    assert_eq!(entries.len(), width, "{path}");
    entries
}

fn leaf(entry: &[u8]) -> Node {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// MTH of RFC 6962 section 2.1, over leaf hashes.
#[must_use]
pub fn mth(leaves: &[Node]) -> Node {
    match leaves {
        [] => Sha256::digest(b"").into(),
        [one] => *one,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            let (left, right) = (mth(&leaves[..split]), mth(&leaves[split..]));
            Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
        }
    }
}
