//! Looking at candidates, so many at most.

/// What a search found among the candidates that it looked at.
#[derive(Debug)]
pub(crate) struct Scan<T> {
    pub(crate) found: Vec<T>,
    /// There were more candidates.
    pub(crate) is_cut: bool,
}

/// Looks at the first `most` candidates.
pub(crate) fn scan<T>(
    candidates: impl Iterator<Item = u32>,
    most: usize,
    look: impl FnMut(u32) -> Option<T>,
) -> Scan<T> {
    let mut candidates = candidates;
    let found = candidates.by_ref().take(most).filter_map(look).collect();
    Scan { found, is_cut: candidates.next().is_some() }
}
