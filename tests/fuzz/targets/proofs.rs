//! Receipts, and Merkle proofs with arbitrary numbers: a proof holds only for the leaf that stands
//! there, and only in the length that its sizes call for.

#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use laiqu_fuzz::Input;
use laiqu_proof::{
    EMPTY_ROOT, Hash, NoteSigner, Subtree, TlogProof, Tree, leaf_hash, multi_inclusion_path,
    verify_consistency, verify_inclusion, verify_multi_inclusion, verify_subtree_consistency,
    verify_subtree_inclusion,
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
    arbitrary_part(data);
    arbitrary_leaves(data);
    leaves_of_the_tree(data);
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

/// Any part of any tree: what holds is what every tree has.
fn arbitrary_part(data: &[u8]) {
    let mut input = Input::new(data);
    let (start, end, size) = (input.long(), input.long(), input.long());
    let Some(part) = Subtree::new(start, end) else { return };
    let (part_root, root) = (Hash(input.hash()), Hash(input.hash()));
    let (hashes, _) = input.rest().as_chunks::<32>();
    let path: Vec<Hash> = hashes.iter().take(70).copied().map(Hash).collect();
    if verify_subtree_consistency(part, size, &path, &part_root, &root).is_ok() {
        let whole = start == 0 && end == size && part_root == root;
        let nothing = start == end && part_root == EMPTY_ROOT;
        assert!(path.is_empty() && (whole || nothing), "a proof was made up");
    }
    if verify_subtree_inclusion(&part_root, size, part, &path, &root).is_ok() {
        assert!(path.is_empty() && end - start == 1 && size == start && part_root == root);
    }
}

/// Any leaves of any tree: answered, and never believed unless they are the whole of it.
fn arbitrary_leaves(data: &[u8]) {
    let mut input = Input::new(data);
    let (size, count, root) = (input.long(), input.byte() % 8, Hash(input.hash()));
    let leaves: Vec<(u64, Hash)> = (0..count).map(|_| (input.long(), Hash(input.hash()))).collect();
    let (hashes, _) = input.rest().as_chunks::<32>();
    let path: Vec<Hash> = hashes.iter().take(600).copied().map(Hash).collect();
    if verify_multi_inclusion(&leaves, size, &path, &root).is_ok() {
        let only = leaves.first().is_some_and(|(_, leaf)| *leaf == root);
        assert!(path.is_empty() && size == 1 && only, "a proof was made up");
    }
}

/// One proof for some leaves of a real tree holds; with a hash or a leaf changed it does not.
fn leaves_of_the_tree(data: &[u8]) {
    let mut input = Input::new(data);
    let size = input.short() as u64 % LEAVES + 1;
    let (at, flip) = (input.short(), input.byte() | 1);
    let picked: BTreeSet<u64> =
        input.rest().iter().take(64).map(|pick| u64::from(*pick) * 5 % size).collect();
    let indexes: Vec<u64> = picked.into_iter().collect();
    let root = TREE.root_at(size).expect("root");
    let mut path = multi_inclusion_path(&*TREE, &indexes, size).expect("path");
    let mut leaves: Vec<(u64, Hash)> =
        indexes.iter().map(|index| (*index, leaf_hash(&index.to_be_bytes()))).collect();
    let verified = verify_multi_inclusion(&leaves, size, &path, &root);
    assert_eq!(verified.is_ok(), !leaves.is_empty());
    let all = leaves.len() + path.len();
    let changed = match at % all.max(1) {
        at if at < leaves.len() => leaves.get_mut(at).map(|(_, leaf)| leaf),
        at => path.get_mut(at - leaves.len()),
    };
    if let Some(hash) = changed {
        hash.0[at % 32] ^= flip;
        assert!(verify_multi_inclusion(&leaves, size, &path, &root).is_err());
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
