//! Progress on stderr: a bar where a person watches, plain lines or nothing elsewhere.

use crate::out;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;

/// Without a terminal, a line is written each time another tenth is done.
const TENTHS: u64 = 10;

/// How far some work has come.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    label: &'static str,
    all: u64,
    tenths: u64,
}

impl Progress {
    /// Progress towards `all` steps; `lines` where plain lines replace the bar without a terminal.
    pub(crate) fn new(label: &'static str, all: u64, lines: bool) -> Self {
        let watched = std::io::stderr().is_terminal();
        let bar = watched.then(|| ProgressBar::new(all).with_message(label));
        if let Some(bar) = &bar {
            let template = "{msg} {wide_bar} {human_pos}/{human_len} {elapsed}";
            bar.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
        }
        Self { bar, lines: lines && !watched, label, all, tenths: 0 }
    }

    /// `done` steps are done, of `all`.
    pub(crate) fn set(&mut self, done: u64, all: u64) {
        self.all = all;
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
        }
        let tenths = done.saturating_mul(TENTHS).checked_div(all).unwrap_or(0);
        if self.lines && tenths > self.tenths {
            self.tenths = tenths;
            out::note(&format!("{} {done}/{all}", self.label));
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
