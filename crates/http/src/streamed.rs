//! Answers that are sent while they are made.
//!
//! A piece is made on the blocking threads while the one before it is being sent, and none is made
//! ahead of that: who reads slowly holds one piece and no thread. Who goes away ends the work. What
//! cannot be told to its end ends the connection without the end of the body, so that nobody takes
//! a part for the whole.

use crate::connections::{OpenConnection, Pace};
use crate::problem::Problem;
use crate::state::State;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::task::{JoinError, JoinHandle, spawn_blocking};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use laiqu_service::{Error, Service, TraceText};
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tracing::Span;

/// Sends the text of a trace. One that fits into the first piece has a length.
pub(crate) async fn streamed(
    state: &State,
    request: &HttpRequest,
    begin: impl FnOnce(&Service) -> Result<TraceText, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let first = move |service: &Service| {
        let mut text = begin(service)?;
        let piece = text.next_piece()?.unwrap_or_default();
        Ok((text, piece))
    };
    let (text, piece) = state.blocking(first).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, "application/json"));
    if text.is_over() {
        return Ok(answer.body(piece));
    }
    let pace = request.conn_data::<OpenConnection>().map(OpenConnection::pace);
    let span = Span::current();
    let making = make(text, &span);
    Ok(answer.body(Pieces { first: Some(piece), making, pace, span }))
}

/// A text, and what it said next.
type Made = (TraceText, Result<Option<Vec<u8>>, Error>);

fn make(mut text: TraceText, span: &Span) -> JoinHandle<Made> {
    let span = span.clone();
    spawn_blocking(move || {
        let piece = span.in_scope(|| text.next_piece());
        (text, piece)
    })
}

/// The body: a piece that was made, and the one that is being made.
struct Pieces {
    first: Option<Vec<u8>>,
    making: JoinHandle<Made>,
    pace: Option<Pace>,
    /// Of the request.
    span: Span,
}

impl Pieces {
    fn handed(&self, piece: Vec<u8>) -> Poll<Option<Result<Bytes, io::Error>>> {
        if let Some(pace) = &self.pace {
            pace.handed();
        }
        Poll::Ready(Some(Ok(piece.into())))
    }
}

impl MessageBody for Pieces {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        if let Some(piece) = self.first.take() {
            return self.handed(piece);
        }
        match Pin::new(&mut self.making).poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok((text, Ok(Some(piece))))) => {
                self.making = make(text, &self.span);
                self.handed(piece)
            }
            Poll::Ready(Ok((text, Ok(None)))) => {
                drop(text);
                Poll::Ready(None)
            }
            Poll::Ready(Ok((_, Err(error)))) => {
                self.span.in_scope(|| tracing::warn!(%error, "an answer is cut off"));
                Poll::Ready(Some(Err(io::Error::other(error))))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(failed(&error)))),
        }
    }
}

fn failed(error: &JoinError) -> io::Error {
    tracing::error!(%error, "an answer is cut off");
    io::Error::other("the server failed")
}
