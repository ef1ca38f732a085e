//! Capture jobs: finished ones, because an entry is written whole or not at all.

use crate::captured::{CaptureJobView, CapturedEvent};
use crate::cursor::Cursor;
use crate::entries::{log_access, may_read, time_of};
use crate::error::{Code, Error};
use crate::limits::{JOBS_PAGE_BYTES_MAX, JOBS_SCANNED_MAX};
use crate::outcome::Outcome;
use crate::principal::Principal;
use crate::publisher::read;
use crate::query::{NextPage, query_digest};
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_ledger::{Entry, Kind};

impl Service {
    /// The capture job of an entry, with each event of its document.
    ///
    /// # Errors
    /// Where the entry is no capture, or the caller is neither its issuer nor an operator.
    pub fn capture_job(
        &self,
        index: u64,
        principal: &Principal,
    ) -> Result<(CaptureJobView, Vec<CapturedEvent>), Error> {
        let missing = || Error::new(Code::NotFound, format!("there is no capture job {index}"));
        let entry = self.entry(index).map_err(|_| missing())?;
        if entry.leaf.kind != Kind::EpcisCapture || !may_read(principal, &entry) {
            return Err(missing());
        }
        log_access(principal, &entry);
        self.frame_of(&entry)?;
        let job = job_of(&entry)?.ok_or_else(missing)?;
        Ok((job, self.events_of_entry(index)?.0))
    }

    /// Capture jobs that the caller may read, newest first, and what leads to the next page. A page
    /// may hold fewer than `most`, for one look reads only so many entries and bytes.
    ///
    /// # Errors
    /// Where the token does not lead on here, or an entry cannot be read.
    pub fn capture_jobs(
        &self,
        token: Option<&str>,
        most: usize,
        principal: &Principal,
    ) -> Result<(Vec<CaptureJobView>, Option<NextPage>), Error> {
        let digest = query_digest("capture jobs", principal);
        let size = match token {
            Some(token) => self.page_of(token, digest)?.position.index,
            None => self.newest().size,
        };
        let (jobs, next) = self.jobs_before(size, most, principal)?;
        let next = next.map(|before| {
            let position = Position { index: before, ordinal: 0 };
            self.next_page(Cursor { query: digest, size, told: 0, key: None, position, expires: 0 })
        });
        Ok((jobs, next))
    }

    /// Jobs of entries before this one, and before which the next page begins.
    fn jobs_before(
        &self,
        mut before: u64,
        most: usize,
        principal: &Principal,
    ) -> Result<(Vec<CaptureJobView>, Option<u64>), Error> {
        let (mut jobs, mut bytes) = (Vec::new(), 0);
        for _ in 0..JOBS_SCANNED_MAX {
            let Some(index) = self.issued_before(before, principal) else {
                return Ok((jobs, None));
            };
            let entry = self.entry(index)?;
            if entry.leaf.kind == Kind::EpcisCapture
                && may_read(principal, &entry)
                && let Some(job) = job_of(&entry)?
            {
                if jobs.len() >= most {
                    return Ok((jobs, Some(before)));
                }
                jobs.push(job);
            }
            before = index;
            bytes += entry.frame.map_or(0, |frame| frame.payload.len() + frame.outcome.len());
            if bytes >= JOBS_PAGE_BYTES_MAX {
                break;
            }
        }
        Ok((jobs, Some(before)))
    }

    /// The newest entry before this one that may be a capture which the caller may read.
    fn issued_before(&self, before: u64, principal: &Principal) -> Option<u64> {
        match principal {
            Principal::Business { party } => {
                read(&self.shared().look_ups).issued.newest_before(*party, before)
            }
            Principal::Operator | Principal::Public => before.checked_sub(1),
        }
    }
}

/// What the outcome of a captured entry tells of its job; nothing where it was erased.
fn job_of(entry: &Entry) -> Result<Option<CaptureJobView>, Error> {
    let Some(frame) = &entry.frame else { return Ok(None) };
    let broken = |cause: String| Error::internal("stored outcome", cause);
    let text = str::from_utf8(&frame.outcome).map_err(|e| broken(e.to_string()))?;
    let outcome = Outcome::decode(text).map_err(|e| broken(e.to_string()))?;
    let refused = outcome.refused.into_iter().map(|event| (event.ordinal, event.reasons));
    Ok(Some(CaptureJobView {
        index: entry.leaf.index,
        time: time_of(entry),
        proceed: outcome.proceed,
        refused: refused.collect(),
    }))
}
