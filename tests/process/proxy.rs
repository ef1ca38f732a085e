//! A proxy that changes what a ledger answers, to see who notices.

use laiqu_tests::Client;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Gets the path and the body of each answer; what it returns is sent instead.
type Alter = dyn Fn(&str, Vec<u8>) -> Vec<u8> + Send + Sync;

/// A running proxy; it ends when dropped.
pub(crate) struct Proxy {
    pub(crate) url: String,
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) fn start(
        upstream: &str,
        alter: impl Fn(&str, Vec<u8>) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopping = Arc::new(AtomicBool::new(false));
        let (client, alter, stop) =
            (Client::new(upstream), Arc::new(alter) as Arc<Alter>, Arc::clone(&stopping));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (client, alter) = (client.clone(), Arc::clone(&alter));
                std::thread::spawn(move || {
                    let served = stream.and_then(|stream| serve(stream, &client, alter.as_ref()));
                    // A client that hangs up early is its own test.
                    drop(served);
                });
            }
        });
        Self { url: format!("http://{address}"), address, stopping }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

/// Answers one request and closes the connection.
fn serve(stream: TcpStream, client: &Client, alter: &Alter) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("/"));
    let path = path.to_owned();
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "content-length" => length = value.parse().unwrap(),
            "content-type" | "submission-signature" | "authorization" => {
                headers.push((name, value.to_owned()));
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = if method == "POST" {
        client.post(&path, &headers, &body)
    } else {
        client.get_with(&path, &headers)
    };
    let kind = answer.header("content-type").unwrap_or("text/plain").to_owned();
    let body = if answer.status < 300 { alter(&path, answer.body) } else { answer.body };
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 {} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.status,
        body.len()
    )?;
    stream.write_all(&body)
}
