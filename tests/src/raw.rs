//! Requests that no proper client sends: bytes to a socket, and what comes back.

use crate::client::Answer;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Longest time that a server may take for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);

/// A request that is being sent.
#[derive(Debug)]
pub struct RawRequest {
    stream: TcpStream,
    broken: bool,
}

/// Sends a request head with `Connection: close` and then these pieces, and reads the answer. The
/// server may answer before it has read everything.
///
/// # Panics
/// Where there is no HTTP answer.
#[must_use]
pub fn raw(url: &str, request_line: &str, headers: &[(&str, &str)], pieces: &[&[u8]]) -> Answer {
    let mut request = RawRequest::begin(url, request_line, headers);
    pieces.iter().for_each(|piece| request.send(piece));
    request.answer()
}

impl RawRequest {
    /// Sends the head, with `Connection: close`.
    ///
    /// # Panics
    /// Where the server does not listen.
    #[must_use]
    pub fn begin(url: &str, request_line: &str, headers: &[(&str, &str)]) -> Self {
        let address = url.strip_prefix("http://").expect("http address");
        let mut stream = TcpStream::connect(address).expect("server listens");
        stream.set_read_timeout(Some(ANSWER_TIME_MAX)).expect("timeout");
        let mut head =
            format!("{request_line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let broken = stream.write_all(head.as_bytes()).is_err();
        Self { stream, broken }
    }

    /// Sends more of the body, unless the server has stopped to read.
    pub fn send(&mut self, piece: &[u8]) {
        self.broken = self.broken || self.stream.write_all(piece).is_err();
    }

    /// Reads the answer.
    ///
    /// # Panics
    /// Where there is no HTTP answer.
    #[must_use]
    pub fn answer(mut self) -> Answer {
        let mut bytes = Vec::new();
        // A connection that is reset behind the answer still has the answer.
        drop(self.stream.read_to_end(&mut bytes));
        parse(&bytes).expect("an answer")
    }
}

/// One piece of a chunked body; the empty one ends it (RFC 9112, section 7.1).
#[must_use]
pub fn chunk(data: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{:x}\r\n", data.len()).into_bytes();
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b"\r\n");
    bytes
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = bytes.get(end + 4..)?.to_vec();
    let answer = Answer { status, headers, body };
    assert_eq!(answer.header("transfer-encoding"), None, "only whole bodies are read here");
    Some(answer)
}
