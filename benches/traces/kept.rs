//! A graph that is larger than what memory should hold of it: filled in parts, each of which goes
//! into a file that the next one is laid over.

use super::network::{EVENTS_PER_LOT, Network};
use super::{core_ms, resident_bytes, settle};
use anyhow::Result;
use laiqu_columns::{Opened, Saving};
use laiqu_trace::{Direction, Graph, Question};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Lots after which the graph is kept for the first time; then whenever it has doubled.
const FIRST_LOTS: usize = 500_000;

/// A graph of all events, mapped from a file that this directory holds only as long as it is open;
/// `stays` leaves it there, and where it is there already nothing is filled.
pub(crate) fn filled(network: &Network, directory: &Path, stays: bool) -> Result<Graph> {
    let lots = network.lots();
    let finished = directory.join(format!("traces-{lots}.columns"));
    if finished.exists() {
        return opened(&finished, lots);
    }
    let (mut graph, mut from, mut part) = (Graph::new(), 0, FIRST_LOTS);
    while from < lots {
        let until = lots.min(part);
        let (started, core) = (Instant::now(), core_ms());
        network.fill(&mut graph, from..until);
        println!(
            "{until} lots: the last {} filled in {:.1} s, {:.1} s on the core",
            until - from,
            started.elapsed().as_secs_f64(),
            (core_ms() - core) / 1e3,
        );
        settle(&graph);
        let path = if until < lots { directory.join("part.columns") } else { finished.clone() };
        graph = kept(graph, &path, until)?;
        if until < lots || !stays {
            // It stays mapped, and gives its space back when that ends.
            fs::remove_file(&path)?;
        }
        (from, part) = (until, part * 2);
    }
    Ok(graph)
}

/// The same graph, out of a file.
fn kept(graph: Graph, path: &Path, lots: usize) -> Result<Graph> {
    let started = Instant::now();
    let mut saving = Saving::create(path)?;
    graph.save(&mut saving)?;
    saving.finish()?;
    println!("kept in {:.1} s", started.elapsed().as_secs_f64());
    drop(graph);
    opened(path, lots)
}

fn opened(path: &Path, lots: usize) -> Result<Graph> {
    let events = (lots * EVENTS_PER_LOT) as u64;
    let (before, started) = (resident_bytes(), Instant::now());
    let graph = Graph::open(&Opened::open(path)?)?;
    let open_s = started.elapsed().as_secs_f64();
    let found = graph.reach(&Question::new(super::lot_id(0), Direction::Forward)).lots();
    println!(
        "{} bytes an event; opened in {open_s:.3} s, and a first trace ({found} lots) answered, in \
         {:.3} s; {} bytes an event in memory",
        fs::metadata(path)?.len() / events,
        started.elapsed().as_secs_f64(),
        resident_bytes().saturating_sub(before) / events,
    );
    Ok(graph)
}
