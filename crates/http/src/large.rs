//! Large answers. They go out piece by piece, and count until whoever asked has taken them: who
//! reads slowly, or nothing at all, holds a bounded part of the memory.

use crate::connections::Pace;
use crate::limits::{ANSWERS_BYTES_MAX, LARGE_ANSWER_BYTES};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use bytes::Bytes;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// Bytes of large answers that are not taken yet.
#[derive(Debug, Default)]
pub(crate) struct Untaken(AtomicUsize);

/// One of them, until it is dropped.
#[derive(Debug)]
struct Counted {
    all: Arc<Untaken>,
    bytes: usize,
}

/// Its body.
#[derive(Debug)]
struct Large {
    rest: Bytes,
    pace: Option<Pace>,
    _counted: Counted,
}

impl Untaken {
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed) as u64
    }

    /// Counts the body of an answer with this status if it is large; nothing where too much of
    /// others waits. What is there already counts, so that an answer of any size has its turn. One
    /// that says what was written (201, 202) has it in any case.
    pub(crate) fn admit(
        self: &Arc<Self>,
        body: BoxBody,
        status: StatusCode,
        pace: impl FnOnce() -> Option<Pace>,
    ) -> Option<BoxBody> {
        if !is_large(&body) {
            return Some(body);
        }
        let bytes = match body.try_into_bytes() {
            Ok(bytes) => bytes,
            // It is made piece by piece already.
            Err(body) => return Some(body),
        };
        let is_of_write = matches!(status, StatusCode::CREATED | StatusCode::ACCEPTED);
        let may = |now: usize| now < ANSWERS_BYTES_MAX || is_of_write;
        let next = |now: usize| may(now).then(|| now.saturating_add(bytes.len()));
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).ok()?;
        let counted = Counted { all: Arc::clone(self), bytes: bytes.len() };
        Some(BoxBody::new(Large { rest: bytes, pace: pace(), _counted: counted }))
    }
}

/// Whether a body is one of those that count.
pub(crate) fn is_large(body: &BoxBody) -> bool {
    matches!(body.size(), BodySize::Sized(bytes) if bytes > LARGE_ANSWER_BYTES as u64)
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl MessageBody for Large {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.rest.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let bytes = self.rest.len().min(LARGE_ANSWER_BYTES);
        if let Some(pace) = &self.pace {
            pace.handed();
        }
        Poll::Ready(Some(Ok(self.rest.split_to(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    fn body(bytes: usize) -> BoxBody {
        BoxBody::new(vec![7_u8; bytes])
    }

    #[actix_web::test]
    async fn a_large_body_comes_whole_and_counts_until_it_is_taken() {
        let untaken = Arc::new(Untaken::default());
        let unpaced = || unreachable!("not paced");
        let small = untaken.admit(body(LARGE_ANSWER_BYTES), StatusCode::OK, unpaced).unwrap();
        assert_eq!((is_large(&small), untaken.bytes()), (false, 0));
        let bytes = 3 * LARGE_ANSWER_BYTES + 1;
        let large = untaken.admit(body(bytes), StatusCode::OK, || None).unwrap();
        assert!(is_large(&large));
        assert_eq!(untaken.bytes(), bytes as u64);
        assert_eq!(to_bytes(large).await.unwrap(), vec![7_u8; bytes]);
        assert_eq!(untaken.bytes(), 0);
    }

    #[test]
    fn what_waits_is_bounded_and_an_answer_of_any_size_has_its_turn() {
        let untaken = Arc::new(Untaken::default());
        let admit = |bytes, status| untaken.admit(body(bytes), status, || None);
        let huge = admit(ANSWERS_BYTES_MAX + 1, StatusCode::OK).unwrap();
        let large = LARGE_ANSWER_BYTES + 1;
        for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
            assert!(admit(large, status).is_none(), "{status}");
        }
        for status in [StatusCode::CREATED, StatusCode::ACCEPTED] {
            assert!(admit(large, status).is_some(), "what was written is told: {status}");
        }
        assert!(admit(1, StatusCode::OK).is_some(), "small ones do not count");
        drop(huge);
        assert!(admit(large, StatusCode::OK).is_some());
    }
}
