//! Connections that are open, and the end of those that only take a place.
//!
//! The framework times the head of a connection's first request and the pause behind an answer. The
//! head of any later request it would wait for without end.

use crate::holding::Holding;
use crate::large::is_large;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use socket2::Socket;
use std::collections::HashMap;
use std::net::Shutdown;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The connections of a server, at any moment.
#[derive(Debug)]
pub(crate) struct Connections {
    began: Instant,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
}

#[derive(Debug)]
struct Connection {
    /// Another handle of it.
    socket: Option<Socket>,
    /// Requests whose heads are whole and whose answers are not made yet.
    in_hand: AtomicU32,
    /// When it was opened or the last answer was made, in milliseconds since the server began.
    rested: AtomicU64,
    /// When the last piece of an answer that is made piece by piece was handed to it, likewise;
    /// [`NOT_PACED`] where there is no such answer.
    handed: AtomicU64,
}

/// No answer is made piece by piece.
const NOT_PACED: u64 = u64::MAX;

/// One of them. It lives in the data of its connection, and counts until it is dropped with it.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    all: Arc<Connections>,
    number: u64,
    this: Arc<Connection>,
}

/// An answer that is made piece by piece, until it is dropped.
#[derive(Debug)]
pub(crate) struct Pace {
    all: Arc<Connections>,
    connection: Arc<Connection>,
}

/// A request in hand, until it is dropped.
#[derive(Debug)]
pub(crate) struct InHand {
    all: Arc<Connections>,
    connection: Arc<Connection>,
}

impl Default for Connections {
    fn default() -> Self {
        Self { began: Instant::now(), next: AtomicU64::new(0), open: Mutex::default() }
    }
}

impl Connections {
    /// A connection was accepted; through this other handle of its socket it can be ended.
    pub(crate) fn open(self: &Arc<Self>, socket: Option<Socket>) -> OpenConnection {
        let rested = AtomicU64::new(self.now());
        let (in_hand, handed) = (AtomicU32::new(0), AtomicU64::new(NOT_PACED));
        let this = Arc::new(Connection { socket, in_hand, rested, handed });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(number, Arc::clone(&this));
        OpenConnection { all: Arc::clone(self), number, this }
    }

    pub(crate) fn count(&self) -> u64 {
        self.lock().len() as u64
    }

    /// Reads nothing more from connections that had no request in hand for so long. What is being
    /// sent on one still arrives before it is closed.
    pub(crate) fn end_unused(&self, longest: Duration) {
        let now = self.now();
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        for connection in self.lock().values() {
            let rests = connection.in_hand.load(Ordering::Relaxed) == 0;
            let since = now.saturating_sub(connection.rested.load(Ordering::Relaxed));
            if let (true, Some(socket)) = (rests && since > longest, &connection.socket) {
                // It may have ended by itself.
                socket.shutdown(Shutdown::Read).ok();
            }
        }
    }

    /// Ends connections whose client took longer for a piece of an answer.
    pub(crate) fn end_slow(&self, longest: Duration) {
        let now = self.now();
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        for connection in self.lock().values() {
            let handed = connection.handed.load(Ordering::Relaxed);
            let is_slow = handed != NOT_PACED && now.saturating_sub(handed) > longest;
            if let (true, Some(socket)) = (is_slow, &connection.socket) {
                // It may have ended by itself.
                socket.shutdown(Shutdown::Both).ok();
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl OpenConnection {
    /// A request came whole, as far as its head goes.
    pub(crate) fn take_in_hand(&self) -> InHand {
        self.this.in_hand.fetch_add(1, Ordering::Relaxed);
        InHand { all: Arc::clone(&self.all), connection: Arc::clone(&self.this) }
    }
}

impl OpenConnection {
    /// An answer is made piece by piece; the first comes now.
    pub(crate) fn pace(&self) -> Pace {
        let pace = Pace { all: Arc::clone(&self.all), connection: Arc::clone(&self.this) };
        pace.handed();
        pace
    }
}

impl Pace {
    /// The client took what was there: here is the next piece.
    pub(crate) fn handed(&self) {
        self.connection.handed.store(self.all.now(), Ordering::Relaxed);
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.connection.handed.store(NOT_PACED, Ordering::Relaxed);
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.all.lock().remove(&self.number);
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.connection.rested.store(self.all.now(), Ordering::Relaxed);
        self.connection.in_hand.fetch_sub(1, Ordering::Relaxed);
    }
}

impl InHand {
    /// The body of the answer. One that is made piece by piece, as a WebSocket is, or is sent so,
    /// stays in hand until its end.
    pub(crate) fn until_made(self, body: BoxBody) -> BoxBody {
        match body.size() {
            BodySize::Stream => BoxBody::new(Holding::new(body, self)),
            BodySize::Sized(_) if is_large(&body) => BoxBody::new(Holding::new(body, self)),
            BodySize::None | BodySize::Sized(_) => body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Type};
    use std::io::Read as _;

    /// Whether the other end of a connection is asked to end.
    fn is_ended(connections: &Connections, socket: &Socket, longest: Duration) -> bool {
        connections.end_unused(longest);
        socket.set_nonblocking(true).unwrap();
        matches!((&*socket).read(&mut [0]), Ok(0))
    }

    #[test]
    fn who_takes_no_piece_for_too_long_is_cut_off() {
        let connections = Arc::new(Connections::default());
        let (mine, theirs) = Socket::pair(Domain::UNIX, Type::STREAM, None).unwrap();
        let open = connections.open(Some(mine.try_clone().unwrap()));
        let ends = |longest| {
            connections.end_slow(longest);
            theirs.set_nonblocking(true).unwrap();
            matches!((&theirs).read(&mut [0]), Ok(0))
        };
        let pace = open.pace();
        std::thread::sleep(Duration::from_millis(5));
        assert!(!ends(Duration::from_secs(3_600)), "it has time");
        drop(pace);
        assert!(!ends(Duration::ZERO), "the answer is made");
        let pace = open.pace();
        std::thread::sleep(Duration::from_millis(5));
        assert!(ends(Duration::ZERO));
        drop(pace);
    }

    #[test]
    fn a_connection_counts_and_ends_unless_a_request_is_in_hand() {
        let connections = Arc::new(Connections::default());
        let (mine, _theirs) = Socket::pair(Domain::UNIX, Type::STREAM, None).unwrap();
        let open = connections.open(Some(mine.try_clone().unwrap()));
        let nameless = connections.open(None);
        assert_eq!(connections.count(), 2);
        let hour = Duration::from_secs(3_600);
        assert!(!is_ended(&connections, &mine, hour), "it was opened just now");
        let (first, second) = (open.take_in_hand(), open.take_in_hand());
        drop(first);
        std::thread::sleep(Duration::from_millis(5));
        assert!(!is_ended(&connections, &mine, Duration::ZERO), "one is in hand");
        drop(second);
        assert!(!is_ended(&connections, &mine, hour), "it was answered just now");
        std::thread::sleep(Duration::from_millis(5));
        assert!(is_ended(&connections, &mine, Duration::ZERO));
        drop((open, nameless));
        assert_eq!(connections.count(), 0);
    }
}
