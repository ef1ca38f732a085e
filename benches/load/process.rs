//! What a process used, as Linux tells it (proc(5)). Elsewhere nothing is known.

/// Clock ticks in a second of `/proc/…/stat`: the same on every architecture of Linux.
const TICKS_PER_S: f64 = 100.0;

/// What a process used since it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Used {
    /// Seconds on a core, in user and kernel mode.
    pub(crate) cpu_s: f64,
    /// Largest resident memory so far, in MB (10⁶ bytes).
    pub(crate) memory_max_mb: f64,
}

impl Used {
    /// What this process used so far.
    pub(crate) fn of(process: u32) -> Option<Self> {
        let read = |file| std::fs::read_to_string(format!("/proc/{process}/{file}")).ok();
        Self::parse(&read("stat")?, &read("status")?)
    }

    fn parse(stat: &str, status: &str) -> Option<Self> {
        // The name in parentheses may hold spaces. `utime` and `stime` are fields 14 and 15.
        let (_, fields) = stat.rsplit_once(") ")?;
        let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>);
        let ticks: f64 = ticks.collect::<Result<Vec<_>, _>>().ok()?.iter().sum();
        let memory_max_mb = (status_bytes(status, "VmHWM:")? as f64 / 1e6).round();
        Some(Self { cpu_s: ticks / TICKS_PER_S, memory_max_mb })
    }

    /// What was used later, without the time that was used before.
    pub(crate) fn since(before: Option<Self>, later: Option<Self>) -> Option<Self> {
        let (before, later) = before.zip(later)?;
        Some(Self { cpu_s: later.cpu_s - before.cpu_s, ..later })
    }
}

/// Resident memory of a process now.
pub(crate) fn resident_bytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status_bytes(&status, "VmRSS:")
}

/// The part of it that is no mapped file.
pub(crate) fn anonymous_bytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status_bytes(&status, "RssAnon:")
}

/// A line of `status`, which counts in KiB.
fn status_bytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_memory_are_found() {
        let stat = "77 (a b) c) S 1 77 77 0 -1 4194304 9 8 7 6 150 50 0 0 20 0 3 0 1 2 3";
        let status = "Name:\tload\nVmHWM:\t    2000 kB\nVmRSS:\t 1000 kB\n";
        let used = Used { cpu_s: 2.0, memory_max_mb: 2.0 };
        assert_eq!(Used::parse(stat, status), Some(used));
        assert_eq!(Used::parse(stat, "Name:\tload\n"), None);
        let later = Used { cpu_s: 3.5, memory_max_mb: 9.0 };
        let between = Used { cpu_s: 1.5, memory_max_mb: 9.0 };
        assert_eq!(Used::since(Some(used), Some(later)), Some(between));
        assert_eq!(Used::since(None, Some(later)), None);
    }
}
