//! The home-made answer: links in a table of PostgreSQL, and a recursive query over them.

use crate::postgres_server::{self, PostgresServer};
use crate::traces::network::{EVENTS_PER_LOT, Network};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

/// Everything is in memory, and nothing that must outlive the run is written.
const SETTINGS: [&str; 5] = [
    "shared_buffers=2GB",
    "work_mem=512MB",
    "fsync=off",
    "jit=off",
    // Its log says what each statement took of a core.
    "log_executor_stats=on",
];

pub(crate) struct Postgres {
    server: PostgresServer,
}

/// How long one question took.
pub(crate) struct Took {
    /// Milliseconds by the server's own `EXPLAIN ANALYZE`.
    pub(crate) server_ms: f64,
    /// Milliseconds for that on a core.
    pub(crate) core_ms: f64,
    /// Milliseconds until a client had every row.
    pub(crate) client_ms: f64,
    pub(crate) rows: usize,
}

impl Postgres {
    /// Starts a server with the links of a network, an index on each direction.
    pub(crate) fn start(network: &Network) -> Result<Postgres> {
        let programs =
            postgres_server::programs().context("no PostgreSQL under /usr/lib/postgresql")?;
        let server = PostgresServer::start(&programs, &std::env::temp_dir(), &SETTINGS)?;
        let server = Postgres { server };
        server.load(network)?;
        Ok(server)
    }

    fn load(&self, network: &Network) -> Result<()> {
        self.server.ask(
            "CREATE TABLE link (source int NOT NULL, target int NOT NULL, event int NOT NULL, \
             kilograms real)",
        )?;
        let mut psql = self.server.psql();
        psql.args(["-c", "COPY link FROM STDIN"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut copy = psql.spawn()?;
        let mut rows = std::io::BufWriter::new(copy.stdin.take().context("no pipe")?);
        for (source, target) in network.links() {
            let event = target as usize * EVENTS_PER_LOT;
            writeln!(rows, "{source}\t{target}\t{event}\t1")?;
        }
        drop(rows);
        anyhow::ensure!(copy.wait()?.success(), "COPY failed");
        let ask = |statement| self.server.ask(statement);
        ask("CREATE UNIQUE INDEX ON link (source, target) INCLUDE (event, kilograms)")?;
        ask("CREATE INDEX ON link (target, source)")?;
        ask("VACUUM ANALYZE link")?;
        Ok(())
    }

    /// Everything that a lot went into: the lots alone, or every link between them with its event
    /// and kilograms, which is what the engine's closure holds.
    pub(crate) fn forward(&self, lot: u32, with_links: bool) -> Result<Took> {
        let wanted = match with_links {
            false => "SELECT lot FROM reached",
            true => {
                "SELECT link.* FROM reached JOIN link ON link.source = reached.lot \
                 UNION ALL SELECT NULL, lot, NULL, NULL FROM reached"
            }
        };
        let query = format!(
            "WITH RECURSIVE reached(lot) AS (VALUES ({lot}) UNION \
             SELECT link.target FROM reached JOIN link ON link.source = reached.lot) {wanted}"
        );
        let mut script = String::new();
        // The first run warms the cache, as the engine's was.
        writeln!(script, "\\o /dev/null\n{query};\n\\o")?;
        writeln!(script, "EXPLAIN (ANALYZE, TIMING OFF) {query};")?;
        let rows = self.server.directory().join("rows");
        writeln!(script, "\\timing on\n\\o {}\n{query};\n\\o", rows.display())?;
        let told = self.server.script(&script)?;
        let number = |line: &str| line.split_whitespace().find_map(|word| word.parse::<f64>().ok());
        let find = |mark: &str| told.lines().rfind(|line| line.contains(mark)).and_then(number);
        let rows = std::fs::read_to_string(rows)?;
        Ok(Took {
            server_ms: find("Execution Time").context("no execution time")?,
            core_ms: self.core_ms()?,
            client_ms: find("Time:").context("no client time")?,
            rows: rows.lines().filter(|row| !with_links || row.starts_with('|')).count(),
        })
    }

    /// What the last statement but one took of a core, in user and kernel mode.
    fn core_ms(&self) -> Result<f64> {
        let log = std::fs::read_to_string(self.server.directory().join("log"))?;
        let used = log.lines().filter(|line| line.ends_with(" s elapsed")).rev().nth(1);
        let words = used.context("no statistics in the log")?.split_whitespace();
        // "! 0.250000 s user, 0.010000 s system, 0.261000 s elapsed"
        let seconds = words.filter_map(|word| word.parse::<f64>().ok());
        Ok(seconds.take(2).sum::<f64>() * 1e3)
    }

    /// Bytes of the table and its indexes.
    pub(crate) fn bytes(&self) -> Result<u64> {
        Ok(self.server.ask("SELECT pg_total_relation_size('link')")?.trim().parse()?)
    }
}
