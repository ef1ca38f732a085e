//! A graph that is larger than what memory should hold of it: filled in parts, each of which goes
//! into a file that the next one is laid over.

use super::network::{EVENTS_PER_LOT, Network};
use super::{resident_bytes, settle};
use anyhow::Result;
use laiqu_columns::{Opened, Saving};
use laiqu_trace::{Direction, Graph, Question};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Lots after which the graph is kept for the first time; then whenever it has doubled.
const FIRST_LOTS: usize = 500_000;

/// A graph of all events, mapped from a file that this directory holds only as long as it is open.
pub(crate) fn filled(network: &Network, directory: &Path) -> Result<Graph> {
    let (lots, mut from, mut part) = (network.lots(), 0, FIRST_LOTS);
    let mut graph = Graph::new();
    while from < lots {
        let until = lots.min(part);
        let started = Instant::now();
        network.fill(&mut graph, from..until);
        let filled_s = started.elapsed().as_secs_f64();
        println!("{until} lots: the last {} filled in {filled_s:.1} s", until - from);
        settle(&graph);
        graph = kept(graph, directory, until)?;
        (from, part) = (until, part * 2);
    }
    Ok(graph)
}

/// The same graph, out of a file.
fn kept(graph: Graph, directory: &Path, lots: usize) -> Result<Graph> {
    let events = (lots * EVENTS_PER_LOT) as u64;
    let path = directory.join(format!("{lots}.columns"));
    let started = Instant::now();
    let mut saving = Saving::create(&path)?;
    graph.save(&mut saving)?;
    saving.finish()?;
    let (saved_s, bytes) = (started.elapsed().as_secs_f64(), fs::metadata(&path)?.len());
    drop(graph);
    let before = resident_bytes();
    let started = Instant::now();
    let graph = Graph::open(&Opened::open(&path)?)?;
    let found = graph.reach(&Question::new(super::lot_id(0), Direction::Forward)).lots();
    println!(
        "kept in {saved_s:.1} s, {} bytes an event; opened, and a first trace ({found} lots) \
         answered, in {:.3} s; {} bytes an event in memory",
        bytes / events,
        started.elapsed().as_secs_f64(),
        resident_bytes().saturating_sub(before) / events,
    );
    // It stays mapped, and gives its space back when that ends.
    fs::remove_file(&path)?;
    Ok(graph)
}
