//! What is said on a WebSocket: messages with results, each followed by a ping. The next one goes
//! out once the client has answered that ping, so that it has read the message; whatever a client
//! does, there is never more than one message in memory for it, and nobody else waits.

use crate::epcis::event_form::Form;
use crate::epcis::subscriptions::results_document;
use crate::limits::{SOCKET_ANSWER_SECONDS_MAX, SOCKET_PING_SECONDS};
use actix_web::web;
use actix_ws::{CloseCode, CloseReason, Message, MessageStream, ProtocolError, Session};
use bytes::Bytes;
use laiqu_service::{Feed, FeedEnd};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

/// Longest time for the client's answer.
const ANSWER: Duration = Duration::from_secs(SOCKET_ANSWER_SECONDS_MAX);
/// Time without a word after which a ping is due.
const QUIET: Duration = Duration::from_secs(SOCKET_PING_SECONDS);

/// One WebSocket.
pub(super) struct Talk {
    session: Session,
    messages: MessageStream,
    form: Form,
    stopping: watch::Receiver<bool>,
    /// What the client has to answer before anything else is sent.
    awaited: Option<Bytes>,
    /// Pings that were sent.
    pings: u64,
    /// When the answer must be there or, where none is due, when a ping is.
    deadline: Instant,
}

/// Why it ends: with a close frame, or because the client is gone.
type End = Option<CloseReason>;

impl Talk {
    pub(super) fn new(
        session: Session,
        messages: MessageStream,
        form: Form,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let (awaited, pings, deadline) = (None, 0, Instant::now() + QUIET);
        Self { session, messages, form, stopping, awaited, pings, deadline }
    }

    /// Says what the feed gives until one side ends.
    pub(super) async fn run(mut self, feed: Feed) {
        let Err(end) = self.talk(feed).await;
        if let Some(reason) = end {
            // A client that reads no more gets no close frame either; its connection is cut.
            drop(timeout(ANSWER, self.session.close(Some(reason))).await);
        }
    }

    async fn talk(&mut self, feed: Feed) -> Result<std::convert::Infallible, End> {
        let mut stopping = self.stopping.clone();
        let mut next = Box::pin(look(feed, self.form));
        loop {
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => {
                    return Err(ended(FeedEnd::Stopping));
                }
                message = self.messages.recv() => self.hear(message).await?,
                () = sleep_until(self.deadline) => {
                    if self.awaited.is_some() {
                        return Err(closing(CloseCode::Policy, "messages are not read in time"));
                    }
                    self.ping().await?;
                }
                looked = &mut next, if self.awaited.is_none() => {
                    let (feed, found) = looked?;
                    if let Some(text) = found {
                        self.send(Message::Text(text.into())).await?;
                        self.ping().await?;
                    }
                    next = Box::pin(look(feed, self.form));
                }
            }
        }
    }

    /// Takes what the client said: it may ping, answer pings and close.
    async fn hear(&mut self, said: Option<Result<Message, ProtocolError>>) -> Result<(), End> {
        match said {
            Some(Ok(Message::Ping(text))) => self.send(Message::Pong(text)).await,
            Some(Ok(Message::Pong(text))) => {
                if self.awaited.as_ref() == Some(&text) {
                    (self.awaited, self.deadline) = (None, Instant::now() + QUIET);
                }
                Ok(())
            }
            Some(Ok(Message::Nop)) => Ok(()),
            Some(Ok(Message::Close(_))) => Err(closing(CloseCode::Normal, "")),
            Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Continuation(_))) => Err(
                closing(CloseCode::Unsupported, "nothing is read here but ping, pong and close"),
            ),
            Some(Err(ProtocolError::Overflow)) => {
                Err(closing(CloseCode::Size, "a frame is larger than any that is read here"))
            }
            Some(Err(ProtocolError::Io(_))) | None => Err(None),
            Some(Err(error)) => Err(closing(CloseCode::Protocol, &error.to_string())),
        }
    }

    /// Asks the client for a sign of life, behind what it was sent.
    async fn ping(&mut self) -> Result<(), End> {
        self.pings += 1;
        let text = Bytes::copy_from_slice(&self.pings.to_be_bytes());
        (self.awaited, self.deadline) = (Some(text.clone()), Instant::now() + ANSWER);
        self.send(Message::Ping(text)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let session = &mut self.session;
        let sent = async {
            match message {
                Message::Text(text) => session.text(text).await,
                Message::Ping(text) => session.ping(&text).await,
                Message::Pong(text) => session.pong(&text).await,
                _ => Ok(()),
            }
        };
        // What was sent before is not read where there is no room for this.
        timeout(ANSWER, sent).await.ok().and_then(Result::ok).ok_or(None)
    }
}

/// Waits for what a feed gives next, if it gives anything; the feed goes on behind it.
async fn look(mut feed: Feed, form: Form) -> Result<(Feed, Option<String>), End> {
    feed.wait().await;
    let looked = web::block(move || {
        let found = feed.take();
        (feed, found)
    });
    let (feed, found) = looked.await.map_err(|error| failed(&error))?;
    let Some(mut events) = found.map_err(ended)? else { return Ok((feed, None)) };
    events.iter_mut().for_each(|event| form.translate(event));
    let text = results_document(&events, feed.query_name(), None).map_err(|e| failed(&e))?;
    Ok((feed, Some(text)))
}

fn ended(end: FeedEnd) -> End {
    match end {
        FeedEnd::QueryGone => closing(CloseCode::Normal, "the query was deleted"),
        FeedEnd::NotAllowed => closing(CloseCode::Policy, "the token counts no more"),
        FeedEnd::Stopping => closing(CloseCode::Away, "the server stops"),
        FeedEnd::Failed => closing(CloseCode::Error, "the server failed; its log has the cause"),
    }
}

fn failed(cause: &dyn std::fmt::Display) -> End {
    tracing::error!(%cause, "the results of a query cannot be sent");
    ended(FeedEnd::Failed)
}

fn closing(code: CloseCode, why: &str) -> End {
    let description = Some(why.to_owned()).filter(|why| !why.is_empty());
    Some(CloseReason { code, description })
}
