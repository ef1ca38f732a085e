//! A body that holds something until it is gone.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What is sent, and what the connection holds for as long as it has that.
pub(crate) struct Holding<T> {
    body: BoxBody,
    _held: T,
}

impl<T: Unpin + 'static> Holding<T> {
    pub(crate) fn new(body: BoxBody, held: T) -> Self {
        Self { body, _held: held }
    }
}

impl<T: Unpin> MessageBody for Holding<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
