//! A plain web server for the files of a directory: it knows nothing of logs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A running server; it ends when dropped.
#[derive(Debug)]
pub struct StaticFiles {
    /// Where it listens.
    pub url: String,
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
}

impl StaticFiles {
    /// Serves what lies below this directory.
    ///
    /// # Panics
    /// Where no port is free.
    #[must_use]
    pub fn start(directory: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let stopping = Arc::new(AtomicBool::new(false));
        let (root, stop) = (directory.to_owned(), Arc::clone(&stopping));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let root = root.clone();
                // A client that hangs up early is none of its business.
                std::thread::spawn(move || drop(serve(stream, &root)));
            }
        });
        Self { url: format!("http://{address}"), address, stopping }
    }
}

impl Drop for StaticFiles {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

fn serve(stream: TcpStream, root: &Path) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or("/");
    // Files are not asked questions.
    let path = target.split('?').next().unwrap_or("/").trim_start_matches('/').to_owned();
    while line.trim_end() != "" {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let path = PathBuf::from(path);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let found = if inside { std::fs::read(root.join(path)).ok() } else { None };
    let (status, body) = found.map_or((404, b"nothing here".to_vec()), |body| (200, body));
    let mut stream = reader.into_inner();
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}
