//! Questions that come as JSON: reading them, and all that is wrong with one.

use crate::error::{Code, Detail, Error};
use crate::limits::{QUESTION_BODY_BYTES_MAX, QUESTION_ID_BYTES_MAX};
use laiqu_epcis::time::DateTime;
use serde::de::DeserializeOwned;

/// A question from its JSON.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    if body.len() > QUESTION_BODY_BYTES_MAX {
        let detail = format!("a question has at most {QUESTION_BODY_BYTES_MAX} bytes");
        return Err(Error::new(Code::BodyTooLarge, detail));
    }
    serde_json::from_slice(body).map_err(|error| {
        let code = if error.is_data() { Code::InvalidDocument } else { Code::InvalidJson };
        Error::new(code, error.to_string())
    })
}

pub(crate) fn known<T: Copy>(word: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// What is wrong with a question.
#[derive(Default)]
pub(crate) struct Faults(Vec<Detail>);

impl Faults {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, pointer: &str, detail: impl Into<String>) {
        let (pointer, code) = (pointer.to_owned(), "value".to_owned());
        self.0.push(Detail { pointer, code, detail: detail.into() });
    }

    pub(crate) fn text(&mut self, pointer: &str, text: &str) {
        if text.is_empty() || text.len() > QUESTION_ID_BYTES_MAX {
            self.add(pointer, format!("it has 1 to {QUESTION_ID_BYTES_MAX} bytes"));
        }
    }

    pub(crate) fn count(&mut self, pointer: &str, count: usize, most: usize) {
        if count > most {
            self.add(pointer, format!("at most {most} of them"));
        }
    }

    pub(crate) fn word<T: Copy>(
        &mut self,
        pointer: &str,
        word: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = known(word, words);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
            self.add(pointer, format!("it is one of {}", names.join(", ")));
        }
        found
    }

    pub(crate) fn moment(&mut self, pointer: &str, text: Option<&str>) -> Option<i64> {
        let text = text?;
        let time = DateTime::parse(text).map(|time| time.micros());
        if time.is_none() {
            self.add(pointer, "it is a time like 2026-11-23T06:00:00+08:00");
        }
        time
    }

    pub(crate) fn refuse(self) -> Error {
        let first = self.0.first().map(|fault| format!("{}: {}", fault.pointer, fault.detail));
        let detail = first.unwrap_or_else(|| "the question cannot be asked".to_owned());
        let mut error = Error::new(Code::InvalidDocument, detail.trim_start_matches(": "));
        error.details = self.0;
        error
    }
}
