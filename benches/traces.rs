//! What a trace costs in the engine by the size of its answer, beside PostgreSQL's recursive query
//! over the same links. `README.md` says how each figure is made.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a benchmark"
)]

mod kept;
pub(crate) mod network;
mod postgres;

use crate::load::process;
use anyhow::Result;
use clap::Parser;
use laiqu_trace::{Direction, Graph, Question};
use network::{EVENTS_PER_LOT, GROUP_SIZES, Network, Random, lot_id};
use postgres::Postgres;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Debug, Parser)]
#[command(name = "traces")]
struct Args {
    /// Lots; six events each
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    lots: u64,
    /// Most questions for each size of answer
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// Ask PostgreSQL the same questions, up to so many for each size
    #[arg(long, default_value_t = 0)]
    postgres: usize,
    /// Only answers of this size
    #[arg(long)]
    size: Option<usize>,
    /// Times that each question is asked
    #[arg(long, default_value_t = 1)]
    repeat: usize,
    /// Also time whole answers, as the API gives them
    #[arg(long)]
    answers: bool,
    /// Keep the graph in a file in this directory, and ask what is mapped from it
    #[arg(long)]
    kept: Option<PathBuf>,
    /// Leave that file, and use it the next time
    #[arg(long, requires = "kept")]
    keep: bool,
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    crate::program(run)
}

fn run(args: &Args) -> Result<bool> {
    let network = Network::new(args.lots as usize, 7);
    let events = network.lots() * EVENTS_PER_LOT;
    println!("{} lots, {events} events, {} links", network.lots(), network.links().count());
    let graph = match &args.kept {
        Some(directory) => kept::filled(&network, directory, args.keep)?,
        None => filled(&network),
    };
    let postgres = if args.postgres > 0 { Some(Postgres::start(&network)?) } else { None };
    if let Some(postgres) = &postgres {
        println!("PostgreSQL: {} bytes a link", postgres.bytes()? / network.links().count() as u64);
    }
    for size in GROUP_SIZES.into_iter().filter(|size| args.size.is_none_or(|only| only == *size)) {
        let starts = starts(&network, size, args.rounds);
        if !starts.is_empty() {
            ask(args, &graph, size, &starts, postgres.as_ref())?;
        }
    }
    Ok(true)
}

/// A graph of all events in memory.
fn filled(network: &Network) -> Graph {
    let before = resident_bytes();
    let (started, core) = (Instant::now(), core_ms());
    let mut graph = Graph::new();
    network.fill(&mut graph, 0..network.lots());
    let events = network.lots() * EVENTS_PER_LOT;
    println!(
        "filled in {:.1} s, {:.1} s on the core; {} bytes an event",
        started.elapsed().as_secs_f64(),
        (core_ms() - core) / 1e3,
        resident_bytes().saturating_sub(before) / events as u64,
    );
    settle(&graph);
    graph
}

/// Works out what walks read, as the server does while no capture comes.
fn settle(graph: &Graph) {
    let started = Instant::now();
    let settled: usize =
        std::iter::repeat_with(|| graph.settle(1_000)).take_while(|n| *n > 0).sum();
    println!("{settled} items settled in {:.1} s", started.elapsed().as_secs_f64());
}

/// First lots of groups of one size, each once, in no order.
fn starts(network: &Network, size: usize, most: usize) -> Vec<u32> {
    let groups = network.groups.iter().filter(|(_, group)| *group == size);
    let mut starts: Vec<u32> = groups.map(|(first, _)| *first).collect();
    let mut random = Random(11);
    for last in (1..starts.len()).rev() {
        starts.swap(last, random.below(last + 1));
    }
    starts.truncate(most);
    starts
}

fn ask(
    args: &Args,
    graph: &Graph,
    size: usize,
    starts: &[u32],
    postgres: Option<&Postgres>,
) -> Result<()> {
    let question = |lot: u32| Question {
        lots_max: usize::MAX,
        links_max: usize::MAX,
        ..Question::new(lot_id(lot as usize), Direction::Forward)
    };
    let (mut reached, mut on_core) = walked(args, graph, size..=size, starts, &question)?;
    println!("{size:7} lots: engine {} over {} starts", told(&mut reached), starts.len());
    println!("               on its core {}", told(&mut on_core));
    // The last entry made one lot.
    let before = graph.lots_count() as u64 - 1;
    let earlier = |lot: u32| Question { as_of: Some(before), ..question(lot) };
    let (mut reached_then, _) = walked(args, graph, size - 1..=size, starts, &earlier)?;
    println!("               as of the entry before {}", told(&mut reached_then));
    if args.answers {
        let mut whole: Vec<f64> = Vec::new();
        for lot in starts.iter().flat_map(|lot| std::iter::repeat_n(lot, args.repeat)).take(200) {
            let begun = Instant::now();
            let answer = graph.trace(&question(*lot));
            whole.push(begun.elapsed().as_secs_f64() * 1e3);
            anyhow::ensure!(answer.lots.len() == size);
        }
        println!("               whole answer {}", told(&mut whole));
    }
    if let Some(postgres) = postgres {
        for with_links in [false, true] {
            let (mut server, mut core, mut client) = (Vec::new(), Vec::new(), Vec::new());
            for lot in starts.iter().take(args.postgres) {
                let took = postgres.forward(*lot, with_links)?;
                anyhow::ensure!(took.rows == size, "PostgreSQL: {} rows, not {size}", took.rows);
                server.push(took.server_ms);
                core.push(took.core_ms);
                client.push(took.client_ms);
            }
            let factors = [
                median(&mut server) / median(&mut reached),
                median(&mut core) / median(&mut on_core),
            ];
            println!(
                "               PostgreSQL, {}: {} ({:.0} times the engine's median), on its core \
                 {} ({:.0} times); all rows read: {}",
                if with_links { "lots and links" } else { "lots alone" },
                told(&mut server),
                factors[0],
                told(&mut core),
                factors[1],
                told(&mut client)
            );
        }
    }
    Ok(())
}

/// Times of walks by the clock and on the core, in milliseconds.
fn walked(
    args: &Args,
    graph: &Graph,
    lots: RangeInclusive<usize>,
    starts: &[u32],
    question: &dyn Fn(u32) -> Question,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let clock_ms = clock_ms();
    // Each group is asked about once before it counts: PostgreSQL's pages are warm too.
    let (mut reached, mut on_core) = (Vec::new(), Vec::new());
    for lot in starts.iter().flat_map(|lot| std::iter::repeat_n(lot, args.repeat)) {
        drop(graph.reach(&question(*lot)));
        let (core, begun) = (core_ms(), Instant::now());
        let found = graph.reach(&question(*lot));
        reached.push(begun.elapsed().as_secs_f64() * 1e3);
        on_core.push(core_ms() - core - clock_ms);
        anyhow::ensure!(lots.contains(&found.lots()), "{} lots, not {lots:?}", found.lots());
    }
    Ok((reached, on_core))
}

fn told(times: &mut [f64]) -> String {
    let p50 = median(times);
    let p99 = times[(times.len() * 99).div_ceil(100) - 1];
    format!("p50 {p50:.4} ms, p99 {p99:.4} ms")
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Milliseconds that this thread was on a core.
fn core_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// What it takes to ask for that, which a small walk would hardly be more than.
fn clock_ms() -> f64 {
    median(&mut (0..1_000).map(|_| -(core_ms() - core_ms())).collect::<Vec<_>>())
}

/// Resident memory of this process; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    process::resident_bytes(std::process::id()).unwrap_or_default()
}
