//! Receipts, and Merkle proofs with arbitrary numbers: a proof holds only for the leaf that stands
//! there, and only in the length that its sizes call for.

#![no_main]

use std::sync::LazyLock;

use laiqu_fuzz::Input;
use laiqu_proof::{
    Hash, NoteSigner, TlogProof, Tree, leaf_hash, verify_consistency, verify_inclusion,
};
use libfuzzer_sys::fuzz_target;

const LEAVES: u64 = 300;

static TREE: LazyLock<Tree> = LazyLock::new(|| {
    let mut tree = Tree::new();
    (0..LEAVES).for_each(|index| tree.push(leaf_hash(&index.to_be_bytes())));
    tree
});

static SIGNER: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::from_seed("ledger.example/city", &[3; 32]).expect("signer"));

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(proof) = text.parse::<TlogProof>()
    {
        assert_eq!(proof.to_string().parse::<TlogProof>().as_ref(), Ok(&proof));
        let verified = proof.verify(&Hash([0; 32]), &SIGNER.verifier(), SIGNER.name());
        assert!(verified.is_err(), "no leaf has this hash");
    }
    arbitrary(data);
    of_the_tree(data);
});

/// Any sizes, any hashes: answered, and never believed.
fn arbitrary(data: &[u8]) {
    let mut input = Input::new(data);
    let (index, size) = (input.long(), input.long());
    let (leaf, root) = (Hash(input.hash()), Hash(input.hash()));
    let (hashes, _) = input.rest().as_chunks::<32>();
    let path: Vec<Hash> = hashes.iter().take(70).copied().map(Hash).collect();
    if verify_inclusion(&leaf, index, size, &path, &root).is_ok() {
        assert!(path.is_empty() && size == 1 && leaf == root, "a proof was made up");
    }
    if verify_consistency(index, size, &path, &leaf, &root).is_ok() {
        assert!(path.is_empty() && index == size && leaf == root, "a proof was made up");
    }
}

/// Right proofs of a real tree hold; with anything changed they do not.
fn of_the_tree(data: &[u8]) {
    let mut input = Input::new(data);
    let size = input.short() as u64 % LEAVES + 1;
    let index = input.short() as u64 % size;
    let (at, flip) = (usize::from(input.byte()), input.byte() | 1);
    let root = TREE.root_at(size).expect("root");
    let leaf = leaf_hash(&index.to_be_bytes());
    let mut path = TREE.inclusion(index, size).expect("path");
    assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), Ok(()));
    let other = input.short() as u64;
    if other != index {
        assert!(verify_inclusion(&leaf, other, size, &path, &root).is_err());
    }
    let count = path.len();
    if let Some(hash) = path.get_mut(at % count.max(1)) {
        hash.0[at % 32] ^= flip;
        assert!(verify_inclusion(&leaf, index, size, &path, &root).is_err());
    }
    let from = index + 1;
    let from_root = TREE.root_at(from).expect("root");
    let mut path = TREE.consistency(from, size).expect("path");
    assert_eq!(verify_consistency(from, size, &path, &from_root, &root), Ok(()));
    path.push(Hash([flip; 32]));
    assert!(verify_consistency(from, size, &path, &from_root, &root).is_err());
}
