//! The tree in files: the same answers as one in memory, whatever became of its files.

use std::sync::Arc;

use laiqu_proof::{Hash, TilePath, Tree, tiles_of, verify_consistency, verify_inclusion};

use crate::testing::{Maker, Memory};
use crate::{Error, Log, LogOptions, LogTree, PreparedEntry, Storage as _};

const OPTIONS: LogOptions =
    LogOptions { segment_bytes_max: 512 * 1_024, zero_piece_bytes: 64 * 1_024 };

/// A log with its tree, and the same tree in memory.
struct Grown {
    memory: Memory,
    log: Log,
    tree: LogTree,
    model: Tree,
    maker: Maker,
}

impl Grown {
    fn new() -> Self {
        let memory = Memory::default();
        let log = Log::create_on(Arc::new(memory.clone()), OPTIONS).unwrap();
        let tree = log.tree().unwrap();
        Grown { memory, log, tree, model: Tree::new(), maker: Maker::new() }
    }

    fn grow_to(&mut self, size: u64) {
        while self.model.size() < size {
            let count = (size - self.model.size()).min(300);
            let unit: Vec<PreparedEntry> =
                (0..count).map(|_| self.maker.entry(0, b"leaf")).collect();
            self.log.append(&unit).unwrap();
            for entry in &unit {
                self.tree.push(entry.leaf_hash());
                self.model.push(entry.leaf_hash());
            }
        }
    }

    fn reopen(&mut self) {
        self.tree = self.log.tree().unwrap();
    }

    /// Roots, proofs and tiles at a spread of sizes, and every tile of the current one.
    fn check(&self, context: &str) {
        let size = self.model.size();
        assert_eq!((self.tree.size(), Some(self.tree.root())), (size, self.model.root_at(size)));
        let sizes: Vec<u64> = [1, 2, 255, 256, 257, 300, 511, 512, 1_000, 65_535, 65_536, size]
            .into_iter()
            .filter(|at| (1..=size).contains(at))
            .collect();
        for at in sizes {
            let root = self.tree.root_at(at).unwrap();
            assert_eq!(root, self.model.root_at(at), "{context}: root at {at}");
            for index in [0, at / 3, at / 2, at - 1] {
                let path = self.tree.inclusion(index, at).unwrap().unwrap();
                assert_eq!(Some(&path), self.model.inclusion(index, at).as_ref(), "{context}");
                let leaf = self.model.leaf(index).unwrap();
                verify_inclusion(&leaf, index, at, &path, &root.unwrap()).unwrap();
            }
            let path = self.tree.consistency(at, size).unwrap().unwrap();
            let newest = self.model.root_at(size).unwrap();
            verify_consistency(at, size, &path, &root.unwrap(), &newest).unwrap();
            assert_eq!(self.tree.frontier_at(at).unwrap(), self.model.frontier_at(at));
        }
        for path in tiles_of(size) {
            assert_eq!(self.tree.tile(&path).unwrap(), self.model.tile(&path), "{context} {path}");
        }
        for absent in ["tile/0/900", "tile/3/000.p/200", "tile/63/000", "tile/entries/000"] {
            let path: TilePath = absent.parse().unwrap();
            assert_eq!(self.tree.tile(&path).unwrap(), self.model.tile(&path), "{absent}");
        }
    }
}

#[test]
fn it_answers_as_a_tree_in_memory_at_every_size() {
    let mut grown = Grown::new();
    for size in [0, 1, 2, 100, 255, 256, 257, 511, 512, 513, 700, 1_024, 1_025] {
        grown.grow_to(size);
        grown.check("before it is written");
        grown.tree.flush();
        grown.check("written");
        grown.reopen();
        grown.check("opened again");
    }
    assert_eq!(grown.tree.root_at(1_026).unwrap(), None);
    assert_eq!(grown.tree.inclusion(5, 5).unwrap(), None);
    assert_eq!(grown.tree.inclusion(0, 1_026).unwrap(), None);
    assert_eq!(grown.tree.consistency(0, 5).unwrap(), None);
    assert_eq!(grown.tree.consistency(5, 4).unwrap(), None);
    assert_eq!(grown.memory.bytes("tree-0").len(), 4 * 8_192);
}

/// Three levels, and every way in which their files can be wrong.
#[test]
fn whatever_became_of_its_files_the_answers_are_right_and_the_files_mended() {
    let mut grown = Grown::new();
    grown.grow_to(65_536 + 256 * 2 + 7);
    grown.tree.flush();
    grown.check("in memory");
    let files = ["tree-0", "tree-1"];
    let whole: Vec<Vec<u8>> = files.iter().map(|name| grown.memory.bytes(name)).collect();
    assert_eq!([whole[0].len(), whole[1].len()], [258 * 8_192, 8_192]);
    let mended = |grown: &mut Grown, context: &str| {
        grown.reopen();
        grown.check(context);
        grown.tree.flush();
        for (name, bytes) in files.iter().zip(&whole) {
            assert!(grown.memory.bytes(name) == *bytes, "{context}: {name} is not as it was");
        }
    };
    mended(&mut grown, "untouched");
    for (name, at) in [("tree-0", 100), ("tree-0", 8_192 * 257 + 5), ("tree-1", 77)] {
        grown.memory.edit(name, |file| file[at] ^= 16);
        mended(&mut grown, &format!("{name} byte {at} flipped"));
    }
    grown.memory.edit("tree-1", |file| file[3] ^= 1);
    grown.memory.edit("tree-0", |file| file[3] ^= 1);
    mended(&mut grown, "both levels flipped");
    grown.memory.edit("tree-0", |file| file[8_192 * 200..].fill(0));
    mended(&mut grown, "zeros that were never written");
    grown.memory.edit("tree-0", |file| file.truncate(8_192 * 3 + 11));
    mended(&mut grown, "cut short");
    grown.memory.edit("tree-1", Vec::clear);
    mended(&mut grown, "an upper level lost");
    files.iter().for_each(|name| grown.memory.remove(name).unwrap());
    mended(&mut grown, "all lost");
}

#[test]
fn leaves_that_are_not_those_of_the_tree_are_never_proved() {
    let mut grown = Grown::new();
    grown.grow_to(600);
    grown.tree.flush();
    let mut other = Grown::new();
    other.maker = Maker::with_origin("other.example/log");
    other.grow_to(600);
    grown.reopen();
    let changed = other.memory.bytes("000000000000.seg");
    grown.memory.edit("000000000000.seg", |file| *file = changed);
    grown.check("the tiles still say what was");
    grown.memory.edit("tree-0", |file| file.fill(0));
    let remembered = grown.tree.inclusion(9, 600).unwrap().unwrap();
    assert_eq!(Some(remembered), grown.model.inclusion(9, 600));
    let opened = grown.log.tree();
    assert!(matches!(opened, Err(Error::Damaged(_))), "{opened:?}");
}

#[test]
fn a_tile_that_neither_file_nor_leaves_give_is_damage() {
    let mut grown = Grown::new();
    grown.grow_to(65_536 + 300);
    grown.tree.flush();
    grown.reopen();
    let mut other = Grown::new();
    other.maker = Maker::with_origin("other.example/log");
    other.grow_to(65_536 + 300);
    let changed = other.memory.bytes("000000000000.seg");
    grown.memory.edit("000000000000.seg", |file| *file = changed);
    grown.memory.edit("tree-0", |file| file[..8_192].fill(7));
    let refused = grown.tree.inclusion(9, 65_536);
    assert!(matches!(&refused, Err(Error::Damaged(damage)) if damage.entry == Some(0)));
    let path: TilePath = "tile/0/000".parse().unwrap();
    assert!(grown.tree.tile(&path).is_err());
    let far = grown.tree.inclusion(65_000, 65_536).unwrap();
    assert_eq!(far, grown.model.inclusion(65_000, 65_536), "the rest is served");
    assert_ne!(grown.tree.root(), Hash::ZERO);
}

#[test]
fn a_reader_writes_no_tiles_and_answers_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::create(directory.path(), OPTIONS).unwrap();
    let (mut maker, mut model) = (Maker::new(), Tree::new());
    let unit: Vec<PreparedEntry> = (0..600).map(|_| maker.entry(0, b"leaf")).collect();
    unit.iter().for_each(|entry| model.push(entry.leaf_hash()));
    log.append(&unit).unwrap();
    let (tree, reader) = LogTree::open(directory.path()).unwrap();
    assert_eq!((tree.size(), reader.size()), (600, 600));
    assert_eq!(tree.inclusion(5, 600).unwrap(), model.inclusion(5, 600));
    assert_eq!(Some(tree.root()), model.root_at(600));
    assert!(!directory.path().join("tree-0").exists());
    log.tree().unwrap();
    assert_eq!(std::fs::metadata(directory.path().join("tree-0")).unwrap().len(), 2 * 8_192);
    let (tree, _) = LogTree::open(directory.path()).unwrap();
    assert_eq!(tree.consistency(7, 600).unwrap(), model.consistency(7, 600));
}
