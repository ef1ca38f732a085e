//! What was saved at different times and lies in files in parts.

/// See [`lasting_runs`].
const GROWTH: u64 = 2;

/// How many of the runs of these lengths, the oldest first, stay as they are where so much is new.
/// The others are written anew together with it, those before it that have not more than twice as
/// much: so there are few runs (five, where a run of ten millions grows by 250,000 at a time), and
/// in the long run what is new is written about as often.
#[must_use]
pub fn lasting_runs(lengths: &[u64], new: u64) -> usize {
    let (mut lasting, mut written) = (lengths.len(), new);
    for length in lengths.iter().rev() {
        if written == 0 || *length > written.saturating_mul(GROWTH) {
            break;
        }
        written = written.saturating_add(*length);
        lasting -= 1;
    }
    lasting
}

/// The name of a run of what has this name.
#[must_use]
pub fn run_name(name: &str, at: usize) -> String {
    format!("{name}.{at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_runs_are_written_together_with_what_is_new() {
        assert_eq!(lasting_runs(&[], 9), 0);
        assert_eq!(lasting_runs(&[1_000, 90, 20], 0), 3);
        assert_eq!(lasting_runs(&[1_000, 90, 20], 9), 3);
        assert_eq!(lasting_runs(&[1_000, 61, 20], 10), 2);
        assert_eq!(lasting_runs(&[1_000, 60, 20], 10), 1);
        assert_eq!(lasting_runs(&[1_000, 60, 20], 420), 0);
        assert_eq!(lasting_runs(&[u64::MAX, 7], u64::MAX), 0);
    }

    /// However it grows, there are few runs, and each number was written few times.
    #[test]
    fn many_savings_leave_few_runs_and_write_little() {
        let (mut runs, mut written) = (vec![1_000_000_u64], 0);
        for _ in 0..1_000 {
            let lasting = lasting_runs(&runs, 1_000);
            let run = runs.drain(lasting..).sum::<u64>() + 1_000;
            written += run;
            runs.push(run);
            assert!(runs.len() <= 8, "{runs:?}");
        }
        assert_eq!(runs.iter().sum::<u64>(), 2_000_000);
        assert!(written < 8 * 1_000_000, "{written}");
    }
}
