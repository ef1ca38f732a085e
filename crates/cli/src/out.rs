//! The only place that writes to stdout (data) and stderr (everything else).

use crate::exit::{Exit, Failure};
use serde::Serialize;
use std::io::{self, Write as _};

/// Writes one line of data to stdout and flushes, so that a reader of a pipe sees it at once.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    if text.ends_with('\n') { exact(text) } else { exact(&format!("{text}\n")) }
}

/// Writes data to stdout to the last byte, without a newline of its own.
pub(crate) fn exact(text: &str) -> Result<(), Failure> {
    bytes(text.as_bytes())
}

/// Writes bytes to stdout.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let en = format!("stdout: {error}");
            Err(Failure::new(Exit::Unreachable, "无法写标准输出", en))
        }
        Ok(()) => Ok(()),
    }
}

/// Writes a value as one line of JSON to stdout.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::new(Exit::Damaged, "无法写成 JSON", error.to_string()))?;
    line(&text)
}

/// Writes a line for people to stderr.
pub(crate) fn note(text: &str) {
    // Where stderr is gone nobody is left to be told.
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Text from elsewhere without the control characters that could steer a terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn control_characters_are_shown_as_such() {
        assert_eq!(super::clean("酱\u{1b}[2J油\n"), "酱\u{FFFD}[2J油\u{FFFD}");
    }
}
