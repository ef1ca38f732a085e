//! A WebSocket client that listens to a named query.

use crate::server::TestServer;
use serde_json::Value;
use std::net::TcpStream;
use std::time::Duration;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Message, WebSocket};

/// Longest time that a server may say nothing at all.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// An open WebSocket.
#[derive(Debug)]
pub struct Listener {
    /// The connection; reading from it answers pings.
    pub socket: WebSocket<TcpStream>,
}

impl Listener {
    /// Opens one at this path with its query string.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn open(server: &TestServer, token: &str, target: &str) -> Self {
        let refused = |status| panic!("{target}: status {status}");
        Self::try_open(server, token, target).unwrap_or_else(refused)
    }

    /// Opens one, or says with which status the server refused.
    ///
    /// # Errors
    /// The status.
    ///
    /// # Panics
    /// Where there is no HTTP answer.
    pub fn try_open(server: &TestServer, token: &str, target: &str) -> Result<Self, u16> {
        let address = server.url.strip_prefix("http://").expect("http address");
        let stream = TcpStream::connect(address).expect("server listens");
        stream.set_read_timeout(Some(SILENCE_MAX)).expect("timeout");
        let mut request = format!("ws://{address}{target}").into_client_request().expect("address");
        let bearer = format!("Bearer {token}").parse().expect("token");
        request.headers_mut().insert("Authorization", bearer);
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(error) => panic!("{target}: {error}"),
        }
    }

    /// The next message.
    ///
    /// # Panics
    /// Where none comes.
    #[must_use]
    pub fn message(&mut self) -> Value {
        loop {
            match self.socket.read().expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no message with results: {other:?}"),
            }
        }
    }

    /// The next so many events, over as many messages as they come in.
    #[must_use]
    pub fn events(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::new();
        while events.len() < count {
            let message = self.message();
            let results = &message["epcisBody"]["queryResults"]["resultsBody"];
            events.extend(results["eventList"].as_array().expect("events").iter().cloned());
        }
        events
    }

    /// Identifiers of the next so many events.
    #[must_use]
    pub fn event_ids(&mut self, count: usize) -> Vec<String> {
        let id = |event: &Value| event["eventID"].as_str().expect("eventID").to_owned();
        self.events(count).iter().map(id).collect()
    }

    /// How the server ends the connection, once nothing else comes.
    ///
    /// # Panics
    /// Where it sends a message, or no close frame.
    #[must_use]
    pub fn closed(&mut self) -> CloseFrame {
        loop {
            match self.socket.read().expect("a close frame") {
                Message::Close(frame) => return frame.expect("a code"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }
}
