//! Links inside the house: encoding, the language kept, nothing that leads elsewhere.

use std::fmt::Write;

use crate::trace::Question;
use crate::{Direction, Lang};

/// Percent-encodes everything but the unreserved characters (RFC 3986, section 2.3).
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    encoded
}

/// The path on this origin, or none where the text would lead elsewhere (`//host`, `javascript:`,
/// control characters, which browsers drop before they look).
pub(crate) fn local(href: &str) -> Option<&str> {
    let rest = href.strip_prefix('/')?;
    let leaves = rest.starts_with(['/', '\\']) || href.chars().any(char::is_control);
    (!leaves).then_some(href)
}

/// Adds the language to a link between pages. Links into the API (`/v1`, `/epcis`, `/log`) stay
/// as they are: what they return has no language.
pub(crate) fn with_lang(href: &str, lang: Lang) -> String {
    let is_page = !["/v1/", "/epcis/", "/log/"].iter().any(|api| href.starts_with(api));
    if lang == Lang::Zh || !is_page {
        return href.to_owned();
    }
    let (path, fragment) = href.split_at(href.find('#').unwrap_or(href.len()));
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}lang={}{fragment}", lang.tag())
}

/// Path and query of the page that answers a question, without a language.
#[must_use]
pub fn trace_path(question: &Question) -> String {
    format!("/trace?{}", query(question))
}

/// Path and query of the same answer as JSON.
pub(crate) fn trace_json_path(question: &Question) -> String {
    format!("/v1/trace?{}", query(question))
}

fn query(question: &Question) -> String {
    let containers = if question.containers { "&containers=true" } else { "" };
    let as_of = question.as_of.map_or_else(String::new, |size| format!("&as_of={size}"));
    let direction = question.direction.code();
    format!("id={}&direction={direction}{containers}{as_of}", encode(&question.id))
}

/// The same question about another item.
pub(crate) fn about(question: &Question, id: &str) -> Question {
    Question { id: id.to_owned(), ..question.clone() }
}

/// The same question at a size of the ledger, or now.
pub(crate) fn at(question: &Question, as_of: Option<u64>) -> Question {
    Question { as_of, ..question.clone() }
}

/// The same question in another direction.
pub(crate) fn towards(question: &Question, direction: Direction) -> Question {
    Question { direction, ..question.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_are_links() {
        for good in ["/", "/trace?id=a", "/v1/entries/3"] {
            assert_eq!(local(good), Some(good));
        }
        let elsewhere =
            ["//evil.example", "/\\evil", "https://e.example", "javascript:alert(1)", "", "/\t/e"];
        for bad in elsewhere {
            assert_eq!(local(bad), None, "{bad}");
        }
    }

    #[test]
    fn links_keep_the_language() {
        assert_eq!(with_lang("/", Lang::Zh), "/");
        assert_eq!(with_lang("/", Lang::En), "/?lang=en");
        assert_eq!(with_lang("/trace?id=a#lots", Lang::En), "/trace?id=a&lang=en#lots");
        assert_eq!(with_lang("/v1/entries/1", Lang::En), "/v1/entries/1");
    }

    #[test]
    fn a_question_survives_in_the_address() {
        let id = "https://id.gs1.org/01/1/10/批&<".to_owned();
        let (direction, containers, as_of) = (Direction::Forward, true, Some(7));
        let question = Question { id, direction, containers, as_of };
        assert_eq!(
            trace_path(&question),
            "/trace?id=https%3A%2F%2Fid.gs1.org%2F01%2F1%2F10%2F%E6%89%B9%26%3C\
             &direction=forward&containers=true&as_of=7"
        );
    }
}
