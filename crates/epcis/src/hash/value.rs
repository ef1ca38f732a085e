//! How the event hash writes values.

use std::borrow::Cow;

use super::{HashMode, XmlForm};
use crate::context::Prefixes;
use crate::identifier::canonical_for_hash;
use crate::json::{self, Json, Node};
use crate::time::{DateTime, utc_millis};
use crate::vocabulary;

/// Longest number that is written out without exponent, in digits; others stay as they are.
const PLAIN_DIGITS_MAX: usize = 400;

/// Writes values with the prefixes of one event.
#[derive(Clone, Copy)]
pub(super) struct Values<'p, 'a> {
    pub(super) prefixes: &'p Prefixes<'a>,
    pub(super) mode: HashMode,
    /// Of an event that came from XML, where that counts.
    pub(super) xml: Option<&'p XmlForm>,
}

impl Values<'_, '_> {
    pub(super) fn pair(&self, out: &mut String, name: &str, value: &str) {
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }

    /// A time in UTC with milliseconds; what is no time stays as it is.
    pub(super) fn time(&self, out: &mut String, name: &str, node: &Node<'_>) {
        let Some(text) = node.as_str().map(str::trim) else { return };
        match DateTime::parse(text) {
            Some(time) => self.pair(out, name, &utc_millis(time.millis_rounded())),
            None => self.pair(out, name, text),
        }
    }

    /// The text of a scalar; `None` for null, lists and objects.
    pub(super) fn text<'n>(&self, node: &'n Node<'_>) -> Option<Cow<'n, str>> {
        match &node.value {
            Json::Bool(value) => Some(Cow::Borrowed(
                match (*value, self.mode.has_reference_values() && self.xml.is_none()) {
                    (true, false) => "true",
                    (false, false) => "false",
                    (true, true) => "True",
                    (false, true) => "False",
                },
            )),
            Json::Number(text) => Some(self.number(text)),
            Json::String(text) => Some(self.string(text.trim())),
            Json::Null | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// XML has no numbers, so a text that reads as one is written as one, that both forms of an
    /// event agree.
    fn string<'n>(&self, text: &'n str) -> Cow<'n, str> {
        if is_number(text) {
            return self.number(text);
        }
        if let Some(uri) = vocabulary::uri_of_urn(text) {
            return Cow::Owned(uri);
        }
        match self.prefixes.split_declared(text) {
            Some((namespace, local)) => Cow::Owned([namespace, local].concat()),
            None => canonical_for_hash(text),
        }
    }
}

impl Values<'_, '_> {
    fn number<'n>(&self, text: &'n str) -> Cow<'n, str> {
        let written = if self.mode.has_reference_values() {
            text.parse::<f64>().ok().and_then(as_python_prints)
        } else {
            json::plain(text.strip_prefix('+').unwrap_or(text), PLAIN_DIGITS_MAX)
        };
        written.map_or(Cow::Borrowed(text), Cow::Owned)
    }
}

/// A number as Python prints it, whole ones without a point.
fn as_python_prints(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    if number.fract() == 0.0 {
        return Some(format!("{:.0}", number + 0.0));
    }
    let size = number.abs();
    if (1e-4..1e16).contains(&size) {
        return Some(number.to_string());
    }
    // `1e-5` there has an exponent of two digits at least.
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e')?;
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    Some(format!("{digits}e{sign}{exponent:0>2}"))
}

/// Digits with at most one point, a sign and an exponent.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && !exponent.is_empty()
        && digits(exponent)
}
