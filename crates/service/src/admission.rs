//! How much may be in work at once. What is over is refused while it costs little, so that what was
//! taken is answered as fast as ever.

use crate::demand::{Demand, Fill};
use crate::error::{Code, Error};
use crate::limits::{
    BODIES_BYTES_MAX, BODIES_OF_ANYONE_BYTES_MAX, SUBMISSION_BYTES_USUAL, SUBMISSIONS_PAUSED_MAX,
};
use crate::pace::Pace;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

/// What is being received and worked on.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// Bytes of bodies that are in memory.
    received: AtomicUsize,
    /// Whole submissions that are not answered yet, and their bytes.
    submissions: AtomicUsize,
    bytes: AtomicUsize,
    /// How many may be in work.
    pace: Pace,
    /// Whether it is a pause in which more may be.
    demand: Demand,
    /// None may, for now.
    is_closed: AtomicBool,
    /// Events that are shown, and those of them that came since projections were kept, and lie in
    /// memory.
    shown: AtomicU64,
    unkept: AtomicU64,
}

/// Submissions in work and bytes in memory, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct InWork {
    /// Submissions that were received whole and are not answered yet.
    pub submissions: u64,
    /// How many of them there may be.
    pub submissions_max: u64,
    /// Bytes of bodies in memory, those that still arrive included.
    pub bytes: u64,
}

/// A body in memory; it counts until this is dropped.
#[derive(Debug)]
pub struct Receiving {
    admission: Arc<Admission>,
    bytes: usize,
    /// Who sends it is known.
    is_of_known: bool,
    /// Since when it is a submission in work.
    admitted: Option<Instant>,
    /// It was written.
    acknowledged: bool,
}

impl Admission {
    pub(crate) fn in_work(&self) -> InWork {
        let load = |count: &AtomicUsize| count.load(Ordering::Relaxed) as u64;
        InWork {
            submissions: load(&self.submissions),
            submissions_max: self.most() as u64,
            bytes: load(&self.received),
        }
    }

    /// How many may be in work now.
    fn most(&self) -> usize {
        if self.is_closed.load(Ordering::Relaxed) { 0 } else { self.pace.most() }
    }

    /// Refuses what comes, or no longer.
    pub(crate) fn close(&self, is_closed: bool) {
        self.is_closed.store(is_closed, Ordering::Relaxed);
    }

    /// So many events are shown, of which so many lie in memory until projections are kept.
    pub(crate) fn note_events(&self, shown: u64, unkept: u64) {
        self.shown.store(shown, Ordering::Relaxed);
        self.unkept.store(unkept, Ordering::Relaxed);
    }

    pub(crate) fn shown(&self) -> u64 {
        self.shown.load(Ordering::Relaxed)
    }

    pub(crate) fn unkept(&self) -> u64 {
        self.unkept.load(Ordering::Relaxed)
    }

    /// May another be taken where so many are in work, of `most` that may be: more while what comes
    /// is the usual.
    fn may(&self, in_work: usize, most: usize, now: Instant) -> bool {
        let pauses = || most > 0 && in_work < SUBMISSIONS_PAUSED_MAX && self.demand.is_usual(now);
        in_work < most || pauses()
    }

    fn refuse(&self, now: Instant) -> Error {
        self.demand.refused(now);
        overloaded()
    }

    /// Begins to receive a body: refused at once where none could be taken now.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<Receiving, Error> {
        let (most, now) = (self.most(), Instant::now());
        let submissions = self.submissions.load(Ordering::Relaxed);
        let in_work = submissions.max(of_usual(self.bytes.load(Ordering::Relaxed)));
        self.demand.came(now, Fill::of(in_work, most));
        if !self.may(in_work, most, now) {
            return Err(self.refuse(now));
        }
        Ok(Receiving {
            admission: Arc::clone(self),
            bytes: 0,
            is_of_known: false,
            admitted: None,
            acknowledged: false,
        })
    }
}

impl Receiving {
    /// So many more bytes of the body came. Whether it is known who sends them is asked where
    /// there is no room for anyone.
    ///
    /// # Errors
    /// Where all bodies together would hold more than [`BODIES_BYTES_MAX`], or than
    /// [`BODIES_OF_ANYONE_BYTES_MAX`] and it is not known who sends this one.
    pub fn grow(&mut self, bytes: usize, is_known: impl FnOnce() -> bool) -> Result<(), Error> {
        let up_to = |most| take(&self.admission.received, bytes, |_, sum| sum <= most);
        if self.is_of_known || up_to(BODIES_OF_ANYONE_BYTES_MAX).is_err() {
            self.is_of_known = self.is_of_known || is_known();
            up_to(if self.is_of_known { BODIES_BYTES_MAX } else { BODIES_OF_ANYONE_BYTES_MAX })?;
        }
        self.bytes += bytes;
        Ok(())
    }

    /// The body is whole: work on it may begin.
    ///
    /// # Errors
    /// Where as many submissions are in work as their pace allows, or
    /// [`SUBMISSION_BYTES_USUAL`] bytes for each of so many, or none may be. More may be for a
    /// moment, up to [`SUBMISSIONS_PAUSED_MAX`], where no more comes than usually.
    pub fn admit(&mut self) -> Result<(), Error> {
        if self.admitted.is_some() {
            return Ok(());
        }
        let (all, now) = (&self.admission, Instant::now());
        let most = all.most();
        let may = |in_work| all.may(in_work, most, now);
        take(&all.submissions, 1, |there, _| may(there)).map_err(|_| all.refuse(now))?;
        // What is there already counts, so that a body of any size has its turn.
        if take(&all.bytes, self.bytes, |there, _| may(of_usual(there))).is_err() {
            all.submissions.fetch_sub(1, Ordering::Relaxed);
            return Err(all.refuse(now));
        }
        self.admitted = Some(now);
        Ok(())
    }

    /// It was written and is answered now. How long others take, that were refused or stood there
    /// already, says nothing about how many of these can be in work.
    pub fn acknowledged(&mut self) {
        self.acknowledged = true;
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let all = &self.admission;
        all.received.fetch_sub(self.bytes, Ordering::Relaxed);
        if let Some(since) = self.admitted {
            if self.acknowledged {
                let now = Instant::now();
                all.pace.answered(now.saturating_duration_since(since), now);
                all.demand.done(now);
            }
            all.submissions.fetch_sub(1, Ordering::Relaxed);
            all.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

/// Adds to a count where that may go from what it is to the sum.
fn take(count: &AtomicUsize, more: usize, may: impl Fn(usize, usize) -> bool) -> Result<(), Error> {
    let next = |now: usize| now.checked_add(more).filter(|sum| may(now, *sum));
    let taken = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    taken.map(|_| ()).map_err(|_| overloaded())
}

/// Submissions of the usual size that have so many bytes.
fn of_usual(bytes: usize) -> usize {
    bytes / SUBMISSION_BYTES_USUAL
}

fn overloaded() -> Error {
    let detail = "more is being written than can be taken now, and nothing of this was; try again";
    Error::new(Code::Overloaded, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::SUBMISSIONS_MAX;
    use std::time::Duration;

    fn whole(admission: &Arc<Admission>, bytes: usize) -> Result<Receiving, Error> {
        let mut body = admission.begin()?;
        body.grow(bytes, || false)?;
        body.admit()?;
        Ok(body)
    }

    #[test]
    fn what_is_closed_takes_nothing_until_it_is_open() {
        let admission = Arc::new(Admission::default());
        let mut begun = admission.begin().unwrap();
        admission.close(true);
        assert_eq!(begun.admit().unwrap_err().code, Code::Overloaded);
        assert_eq!(admission.begin().unwrap_err().code, Code::Overloaded);
        assert_eq!(admission.in_work().submissions_max, 0);
        admission.close(false);
        whole(&admission, 1).unwrap();
    }

    #[test]
    fn a_count_and_a_size_bound_what_is_in_work_and_all_of_it_comes_back() {
        let admission = Arc::new(Admission::default());
        let enough = SUBMISSIONS_MAX * SUBMISSION_BYTES_USUAL;
        // One that is larger than all that may be in work is taken where there is any room.
        let large = 1 << 20;
        for (bytes, most) in [(1, SUBMISSIONS_MAX), (large, enough.div_ceil(large)), (enough, 1)] {
            let mut bodies: Vec<_> = (0..most).map(|_| whole(&admission, bytes).unwrap()).collect();
            let refused = whole(&admission, bytes).unwrap_err();
            assert_eq!(refused.code, Code::Overloaded);
            assert_eq!(admission.in_work().submissions, most as u64);
            bodies.pop();
            bodies.push(whole(&admission, bytes).unwrap());
            drop(bodies);
            let left = admission.in_work();
            assert_eq!((left.submissions, left.bytes), (0, 0));
        }
    }

    #[test]
    fn where_no_more_comes_than_usually_more_is_in_work_until_one_is_refused() {
        for (bytes, most) in [(1, SUBMISSIONS_PAUSED_MAX), (16 * SUBMISSION_BYTES_USUAL, 64)] {
            let admission = Arc::new(Admission::default());
            admission.demand.set_able(u64::from(u32::MAX));
            let mut bodies: Vec<_> = (0..most).map(|_| whole(&admission, bytes).unwrap()).collect();
            assert_eq!(admission.in_work().submissions_max, SUBMISSIONS_MAX as u64);
            for _ in 0..2 {
                assert_eq!(whole(&admission, bytes).unwrap_err().code, Code::Overloaded);
                bodies.pop();
            }
            bodies.truncate(most / 4 - 1);
            whole(&admission, bytes).unwrap();
        }
    }

    #[test]
    fn only_what_was_written_says_how_many_may_be_in_work() {
        let admission = Arc::new(Admission::default());
        let long_ago = Instant::now().checked_sub(Duration::from_secs(5)).unwrap();
        for acknowledged in [false, true] {
            for _ in 0..3 * SUBMISSIONS_MAX {
                let mut body = whole(&admission, 1).unwrap();
                body.admitted = Some(long_ago);
                if acknowledged {
                    body.acknowledged();
                }
            }
            let most = admission.in_work().submissions_max;
            assert_eq!(most < SUBMISSIONS_MAX as u64, acknowledged, "{most}");
        }
    }

    #[test]
    fn who_is_not_known_leaves_half_of_the_memory_to_the_others() {
        let admission = Arc::new(Admission::default());
        let piece = 1 << 20;
        let mut slow = Vec::new();
        for _ in 0..BODIES_OF_ANYONE_BYTES_MAX / piece {
            let mut body = admission.begin().unwrap();
            body.grow(piece, || unreachable!("there is room for anyone")).unwrap();
            slow.push(body);
        }
        let mut next = admission.begin().unwrap();
        assert_eq!(next.grow(1, || false).unwrap_err().code, Code::Overloaded);
        next.grow(piece, || true).unwrap();
        next.admit().unwrap();
        slow.pop();
        drop((next, slow));
        assert_eq!(admission.in_work().bytes, 0);
    }

    #[test]
    fn bodies_that_still_arrive_hold_memory_and_no_place() {
        let admission = Arc::new(Admission::default());
        let piece = 1 << 20;
        let mut slow = Vec::new();
        for _ in 0..BODIES_BYTES_MAX / piece - 1 {
            let mut body = admission.begin().unwrap();
            body.grow(piece, || true).unwrap();
            slow.push(body);
        }
        let mut one = admission.begin().unwrap();
        one.grow(piece, || true).unwrap();
        let mut next = admission.begin().unwrap();
        assert_eq!(next.grow(1, || true).unwrap_err().code, Code::Overloaded);
        drop(one);
        next.grow(1, || unreachable!("it is known already")).unwrap();
        next.admit().unwrap();
        next.admit().unwrap();
        assert_eq!(admission.in_work().submissions, 1);
        drop((next, slow));
        assert_eq!(admission.in_work().bytes, 0);
    }
}
