//! Public test vectors of transparency logs: Merkle proofs, signed notes, tile paths, requests to a
//! witness and the edge cases of Ed25519. The data is not part of the repository; without it each
//! test says so.
//!
//! All 518 Merkle cases run and the verdict is the vectors' own in each. In four of the 196 that
//! are RFC 6962 proper that is a choice, not arithmetic: they refuse a consistency proof from size
//! 0 and a leaf hash of no bytes. Both are refused here too; only a witness, whose protocol says
//! so, takes old size 0 with an empty proof, and it does not ask the proof verifier then.

// Test helpers: a broken vector file must stop the test, and a skipped test says so.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use laiqu_proof::{
    AddCheckpoint, AddCheckpointError, CosignatureSigner, Hash, Note, NoteError, NoteVerifier,
    Policy, PublicJwk, Subtree, TileLevel, TilePath, Tree, WitnessReply, leaf_hash, tiles_of,
    verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};
use serde_json::Value;

/// The folder of the ledger's vectors, if there is one on this machine.
fn ledger_data() -> Option<PathBuf> {
    let folder = laiqu_tests::data_dir().map(|data| data.join("ledger"));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: no test data");
    }
    folder
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All JSON files below `folder`, in a fixed order.
fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// `None` where the text is no hash at all: that refuses a proof as well as a failed check does.
fn base64_hash(value: &Value) -> Option<Hash> {
    let bytes = BASE64.decode(value.as_str()?.as_bytes()).ok()?;
    Some(Hash(bytes.try_into().ok()?))
}

fn base64_hashes(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map_or(Some(Vec::new()), |hashes| hashes.iter().map(base64_hash).collect())
}

/// Some consistency cases carry words such as "don't care" as roots; equal ones must stay equal.
fn root_or_placeholder(value: &Value) -> Option<Hash> {
    let bytes = BASE64.decode(value.as_str()?.as_bytes()).ok()?;
    Some(bytes.as_slice().try_into().map_or_else(|_| Hash::digest(&bytes), Hash))
}

fn hex_hash(value: &Value) -> Hash {
    value.as_str().unwrap().parse().unwrap()
}

fn hex_hashes(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(hex_hash).collect()
}

fn hex<const N: usize>(value: &Value) -> [u8; N] {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap().try_into().unwrap()
}

/// Subtree inclusion cases; the other subtree cases are of consistency.
const SUBTREE_INCLUSION_CASES: usize = 204;

/// Runs `accepted` on every case of a folder and compares with what the case wants.
fn check_merkle_cases(folder: &str, cases: usize, accepted: impl Fn(&Value) -> Option<bool>) {
    let Some(data) = ledger_data() else { return };
    let files = json_files(&data.join("transparency-dev-merkle/testdata").join(folder));
    assert_eq!(files.len(), cases);
    for file in files {
        let case = read(&file);
        let wanted = !case["wantErr"].as_bool().unwrap();
        assert_eq!(accepted(&case).unwrap_or(false), wanted, "{}", file.display());
    }
}

#[test]
fn inclusion_proofs() {
    check_merkle_cases("inclusion", 98, |case| {
        let (index, size) = (case["leafIdx"].as_u64()?, case["treeSize"].as_u64()?);
        let (leaf, root) = (base64_hash(&case["leafHash"])?, base64_hash(&case["root"])?);
        Some(verify_inclusion(&leaf, index, size, &base64_hashes(&case["proof"])?, &root).is_ok())
    });
}

#[test]
fn consistency_proofs() {
    check_merkle_cases("consistency", 98, |case| {
        let (from, to) = (case["size1"].as_u64()?, case["size2"].as_u64()?);
        let (old, new) =
            (root_or_placeholder(&case["root1"])?, root_or_placeholder(&case["root2"])?);
        Some(verify_consistency(from, to, &base64_hashes(&case["proof"])?, &old, &new).is_ok())
    });
}

/// `None` for leaves that are no subtree.
fn subtree(case: &Value) -> Option<Subtree> {
    Subtree::new(case["start"].as_u64()?, case["end"].as_u64()?)
}

#[test]
fn subtree_inclusion_proofs() {
    check_merkle_cases("subtreeinclusion", SUBTREE_INCLUSION_CASES, |case| {
        let (subtree, index) = (subtree(case)?, case["leafIdx"].as_u64()?);
        let (leaf, root) = (base64_hash(&case["leafHash"])?, base64_hash(&case["root"])?);
        let path = base64_hashes(&case["proof"])?;
        Some(verify_subtree_inclusion(&leaf, index, subtree, &path, &root).is_ok())
    });
}

#[test]
fn subtree_consistency_proofs() {
    let cases = 518 - 2 * 98 - SUBTREE_INCLUSION_CASES;
    check_merkle_cases("subtreeconsistency", cases, |case| {
        let (subtree, size) = (subtree(case)?, case["size"].as_u64()?);
        let (old, new) =
            (root_or_placeholder(&case["root1"])?, root_or_placeholder(&case["root2"])?);
        let path = base64_hashes(&case["proof"])?;
        Some(verify_subtree_consistency(subtree, size, &path, &old, &new).is_ok())
    });
}

/// One witness that trusts one log is asked eleven times; what it cosigned carries over. One case
/// differs: the wrong signature ends in base64 whose unused bits are set, which is no base64 here,
/// so the answer is 400 and not 403. With these bits cleared it is still wrong, and 403.
#[test]
fn requests_to_a_witness() {
    let Some(data) = ledger_data() else { return };
    let vectors = read(&data.join("torchwood-witness/add-checkpoint-cases.json"));
    let origin = vectors["log_origin"].as_str().unwrap();
    let public = hex::<32>(&vectors["log_ed25519_public_key_hex"]);
    let typed = [&[1], public.as_slice()].concat();
    let id = Hash::digest(&[origin.as_bytes(), b"\n", &typed].concat());
    let vkey = format!("{origin}+{}+{}", &id.to_hex()[..8], BASE64.encode(&typed));
    let trusted = Policy::of_log_keys(&[NoteVerifier::parse(&vkey).unwrap()]);
    let witness = CosignatureSigner::from_seed("example.com/witness", &[7; 32]).unwrap();
    let mut stored = None;
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 11);
    for case in cases {
        let mut body = case["request_body"].as_str().unwrap().to_owned();
        if case["name"] == "invalid signature" {
            assert_eq!(AddCheckpoint::parse(body.as_bytes()), Err(AddCheckpointError::Format));
            body = body.replace("6gx=\n", "6gw=\n");
        }
        let reply = match AddCheckpoint::parse(body.as_bytes()) {
            Ok(request) => {
                let decision = request.decide(&trusted, stored.as_ref(), &witness, 1_700_000_000);
                stored = decision.store.or(stored);
                decision.reply
            }
            Err(error) => WitnessReply::from(error),
        };
        assert_eq!(u64::from(reply.status), case["status"].as_u64().unwrap(), "{}", case["name"]);
        assert!(reply.body.contains(case["body_contains"].as_str().unwrap()), "{}", case["name"]);
    }
}

#[test]
fn the_small_tree() {
    let Some(data) = ledger_data() else { return };
    let vectors = read(&data.join("rfc6962-small-tree.json"));
    let mut tree = Tree::new();
    let leaves = vectors["leaves_hex"].as_array().unwrap();
    for (leaf, hash) in leaves.iter().zip(hex_hashes(&vectors["leaf_hashes_hex"])) {
        let entry = HEXLOWER.decode(leaf.as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(leaf_hash(&entry), hash);
        tree.push(hash);
    }
    for (size, root) in vectors["roots_hex"].as_object().unwrap() {
        assert_eq!(tree.root_at(size.parse().unwrap()), Some(hex_hash(root)), "size {size}");
    }
    let inclusion = vectors["inclusion"].as_array().unwrap();
    let consistency = vectors["consistency"].as_array().unwrap();
    assert_eq!((tree.size(), inclusion.len(), consistency.len()), (8, 36, 36));
    for case in inclusion {
        let (index, size) = (case["index"].as_u64().unwrap(), case["size"].as_u64().unwrap());
        assert_eq!(tree.inclusion(index, size), Some(hex_hashes(&case["proof"])), "{case}");
    }
    for case in consistency {
        let (from, to) = (case["old"].as_u64().unwrap(), case["new"].as_u64().unwrap());
        assert_eq!(tree.consistency(from, to), Some(hex_hashes(&case["proof"])), "{case}");
    }
}

#[test]
fn signed_notes() {
    let Some(data) = ledger_data() else { return };
    let notes = read(&data.join("signed-notes.json"));
    let notes = notes.as_array().unwrap();
    assert_eq!(notes.len(), 18);
    for case in notes {
        let field = |name: &str| case[name].as_str().unwrap();
        let (name, text) = (field("name"), field("text"));
        let verifier = NoteVerifier::parse(field("vkey")).unwrap();
        assert_eq!(verifier.vkey(), field("vkey"), "{name}");
        let note = format!("{text}\n{}\n", field("sig_line"));
        let parsed = Note::parse(&note).unwrap();
        assert_eq!((parsed.text(), parsed.to_string()), (text, note.clone()), "{name}");
        let verified = parsed.verify(&[&verifier]).is_ok();
        assert_eq!(verified, case["valid"].as_bool().unwrap(), "{name}");
        let changed = format!("!{note}");
        let refused = Note::parse(&changed).unwrap().verify(&[&verifier]);
        assert!(matches!(refused, Err(NoteError::BadSignature { .. })), "{name}");
    }
}

#[test]
fn tile_paths() {
    let Some(data) = ledger_data() else { return };
    let vectors = read(&data.join("tile-paths.json"));
    for (index, path) in vectors["index_paths"].as_object().unwrap() {
        let tile = TilePath::new(TileLevel::Hashes(0), index.parse().unwrap(), 256).unwrap();
        assert_eq!(tile.to_string(), format!("tile/0/{}", path.as_str().unwrap()));
        assert_eq!(tile.to_string().parse(), Ok(tile));
    }
    for path in vectors["reject"].as_array().unwrap() {
        let path = path.as_str().unwrap();
        assert!(path.parse::<TilePath>().is_err(), "{path}");
    }
    let wanted = &vectors["tiles_for_size_70000"];
    for level in 0..3_u8 {
        let tiles: Vec<TilePath> =
            tiles_of(70_000).filter(|tile| tile.level() == TileLevel::Hashes(level)).collect();
        let full = tiles.iter().filter(|tile| !tile.is_partial()).count() as u64;
        let partial = tiles.iter().find(|tile| tile.is_partial()).map(|tile| tile.width().into());
        assert_eq!(full, wanted[format!("level{level}_full")].as_u64().unwrap_or(0));
        assert_eq!(partial, wanted[format!("level{level}_partial")].as_u64());
    }
}

#[test]
fn ed25519_edge_cases() {
    let Some(data) = ledger_data() else { return };
    let vectors = read(&data.join("cctv-ed25519/ed25519vectors.json"));
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() > 900, "{}", vectors.len());
    for case in vectors {
        let flags: Vec<&str> = case["flags"]
            .as_array()
            .map(|flags| flags.iter().map(|flag| flag.as_str().unwrap()).collect())
            .unwrap_or_default();
        let key = PublicJwk::from_bytes(&hex(&case["key"]));
        let bad_key = ["low_order_A", "non_canonical_A"].iter().any(|bad| flags.contains(bad));
        assert_eq!(key.is_err(), bad_key, "{case}");
        let bad = ["low_order_R", "non_canonical_R", "low_order_residue"];
        let bad_signature = bad.iter().any(|bad| flags.contains(bad));
        if let Ok(key) = key {
            let message = case["msg"].as_str().unwrap().as_bytes();
            assert_eq!(key.verifies(message, &hex(&case["sig"])), !bad_signature, "{case}");
        }
    }
}
