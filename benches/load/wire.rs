//! As much HTTP/1.1 as a load generator needs: requests are bytes made beforehand, answers are read
//! by their `Content-Length` or in chunks.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Most header lines of an answer.
const HEADERS_MAX: usize = 64;
/// Free space that a read is given, in bytes.
const READ_BYTES: usize = 16 << 10;

/// One connection that is kept open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// What was read and not yet taken.
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// When to come back, in seconds (RFC 9110, section 10.2.3).
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Vec<u8>,
}

/// What the head of an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    retry_after: Option<u64>,
    /// Its own length in bytes.
    length: usize,
    body: Body,
}

/// How long a body is (RFC 9112, section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Bytes(usize),
    Chunked,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("no connection")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(READ_BYTES) })
    }

    /// Sends a whole request and reads its whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await.context("sending")?;
        loop {
            if let Some(Head { status, retry_after, length, body }) = head_of(&self.buffer)? {
                self.buffer.drain(..length);
                let body = match body {
                    Body::Bytes(bytes) => self.take(bytes).await?,
                    Body::Chunked => self.chunks().await?,
                };
                return Ok(Answer { status, retry_after, body });
            }
            self.read(READ_BYTES).await?;
        }
    }

    /// The chunks of a body, up to the empty one (RFC 9112, section 7.1); there are no trailers.
    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = httparse::parse_chunk_size(&self.buffer);
            let Ok(httparse::Status::Complete((line, size))) = size else {
                anyhow::ensure!(size.is_ok(), "a chunk without a size");
                self.read(READ_BYTES).await?;
                continue;
            };
            self.buffer.drain(..line);
            let size = usize::try_from(size)?;
            let chunk = self.take(size + 2).await?;
            body.extend_from_slice(chunk.get(..size).unwrap_or_default());
            if size == 0 {
                return Ok(body);
            }
        }
    }

    /// So many bytes.
    async fn take(&mut self, bytes: usize) -> Result<Vec<u8>> {
        while self.buffer.len() < bytes {
            self.read(bytes - self.buffer.len()).await?;
        }
        Ok(self.buffer.drain(..bytes).collect())
    }

    async fn read(&mut self, bytes: usize) -> Result<()> {
        self.buffer.reserve(bytes);
        if self.stream.read_buf(&mut self.buffer).await.context("reading")? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// The head, once it is whole.
fn head_of(bytes: &[u8]) -> Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.context("no status")?;
    let named = |name: &str| {
        let mut lines = response.headers.iter().filter(|line| line.name.eq_ignore_ascii_case(name));
        lines.next().and_then(|line| std::str::from_utf8(line.value).ok())
    };
    let body = match (named("content-length"), named("transfer-encoding")) {
        (Some(length), _) => Body::Bytes(length.trim().parse().context("Content-Length")?),
        (None, Some("chunked")) => Body::Chunked,
        (None, _) => bail!("an answer that does not say where it ends"),
    };
    let retry_after = named("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    Ok(Some(Head { status, retry_after, length, body }))
}

/// The bytes of a POST, its body excepted; `lines` end in CR LF.
pub(crate) fn post_head(path: &str, media_type: &str, lines: &str, body_bytes: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media_type}\r\n\
         {lines}Content-Length: {body_bytes}\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 12\r\nx: y\r\n\r\n{";
        for cut in 0..answer.len() - 1 {
            assert_eq!(head_of(&answer[..cut]).unwrap(), None, "{cut}");
        }
        let length = answer.len() - 1;
        let head = Head { status: 202, retry_after: None, length, body: Body::Bytes(12) };
        assert_eq!(head_of(answer).unwrap(), Some(head));
        let refusal = b"HTTP/1.1 503 X\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n";
        let head =
            Head { status: 503, retry_after: Some(2), length: refusal.len(), body: Body::Bytes(0) };
        assert_eq!(head_of(refusal).unwrap(), Some(head));
        assert!(head_of(b"HTTP/1.1 202 Accepted\r\n\r\n").is_err());
        assert!(head_of(b"not http\r\n\r\n").is_err());
    }

    #[tokio::test]
    async fn answers_come_in_pieces_and_several_on_one_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4];
            for body in [
                "Content-Length: 5\r\n\r\nfirst",
                "Transfer-Encoding: chunked\r\n\r\n4\r\nseco\r\n2\r\nnd\r\n0\r\n\r\n",
                "Content-Length: 5\r\n\r\nthird",
            ] {
                stream.read_exact(&mut request).await.unwrap();
                let answer = format!("HTTP/1.1 200 OK\r\n{body}");
                for byte in answer.as_bytes() {
                    stream.write_all(&[*byte]).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        };
        let ask = async {
            let mut connection = Connection::open(&address).await.unwrap();
            for body in ["first", "second", "third"] {
                let answer = connection.exchange(b"ask!").await.unwrap();
                assert_eq!((answer.status, answer.body.as_slice()), (200, body.as_bytes()));
            }
            assert!(connection.exchange(b"ask!").await.is_err());
        };
        tokio::join!(serve, ask);
    }
}
