//! Links inside the house: encoding, the language kept, nothing that leads elsewhere.

use std::fmt::Write;

use crate::find::FindQuestion;
use crate::trace::{Bounds, Period, Question, Start};
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

/// The same page with boxes of its drawing opened.
pub(crate) fn opened_path<'a>(
    question: &Question,
    opened: impl IntoIterator<Item = &'a String>,
) -> String {
    let opened = opened.into_iter().map(|id| format!("&expand={}", encode(id)));
    format!("{}{}", trace_path(question), opened.collect::<String>())
}

/// Path and query of the same answer as JSON.
pub(crate) fn trace_json_path(question: &Question) -> String {
    format!("/v1/trace?{}", query(question))
}

fn query(question: &Question) -> String {
    let containers = if question.containers { "&containers=true" } else { "" };
    let as_of = as_of(question.as_of);
    let direction = question.direction.code();
    let id = encode(&question.id);
    let start = match &question.start {
        Start::Item => format!("id={id}{}", given(question.more.iter().map(|id| ("id", id)))),
        Start::Supplier(period) => format!("supplier={id}{}", during(period)),
        Start::Place(period) => format!("place={id}{}", during(period)),
    };
    let bounds = bounds(&question.bounds);
    format!("{start}&direction={direction}{containers}{bounds}{as_of}")
}

fn bounds(bounds: &Bounds) -> String {
    let Bounds { to, walk, .. } = bounds;
    let (depth, lots) = (bounds.depth_text(), bounds.lots_text());
    let walk = [("walk_from", &walk.from), ("walk_until", &walk.until)];
    let most = [("depth", &depth), ("lots_max", &lots)];
    given([("to", to)].into_iter().chain(walk).chain(most))
}

/// More parameters, those that have a value.
fn given<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a String)>) -> String {
    let given = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(name, text)| format!("&{name}={}", encode(text))).collect()
}

fn during(period: &Period) -> String {
    format!("&from={}&until={}", encode(&period.from), encode(&period.until))
}

fn as_of(size: Option<u64>) -> String {
    size.map_or_else(String::new, |size| format!("&as_of={size}"))
}

/// Path and query of the page that finds things, without a language.
pub(crate) fn find_path(question: &FindQuestion) -> String {
    format!("/find?{}", find_query(question))
}

/// Path and query of the same answer as JSON.
pub(crate) fn find_json_path(question: &FindQuestion) -> String {
    format!("/v1/find?{}", find_query(question))
}

fn find_query(question: &FindQuestion) -> String {
    let [made_from, made_until] = &question.made;
    let [expires_from, expires_until] = &question.expires;
    let narrowed = [
        ("at", &question.at),
        ("made_from", made_from),
        ("made_until", made_until),
        ("expires_from", expires_from),
        ("expires_until", expires_until),
    ];
    format!("q={}{}{}", encode(&question.text), given(narrowed), as_of(question.as_of))
}

/// The same question about another item alone.
pub(crate) fn about(question: &Question, id: &str) -> Question {
    let bounds = Bounds { to: String::new(), ..question.bounds.clone() };
    Question { id: id.to_owned(), start: Start::Item, more: Vec::new(), bounds, ..question.clone() }
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
        let start = Start::Item;
        let question = Question { id, start, direction, containers, as_of, ..Question::default() };
        assert_eq!(
            trace_path(&question),
            "/trace?id=https%3A%2F%2Fid.gs1.org%2F01%2F1%2F10%2F%E6%89%B9%26%3C\
             &direction=forward&containers=true&as_of=7"
        );
        let period = Period { from: "2026-11-01T00:00:00+08:00".to_owned(), until: "b".to_owned() };
        let supplier = Question {
            id: "urn:a".to_owned(),
            start: Start::Supplier(period),
            ..Question::default()
        };
        assert_eq!(
            trace_path(&supplier),
            "/trace?supplier=urn%3Aa&from=2026-11-01T00%3A00%3A00%2B08%3A00&until=b&direction=both"
        );
        assert_eq!(trace_path(&about(&supplier, "b")), "/trace?id=b&direction=both");
        let between = Question {
            id: "a".to_owned(),
            more: vec!["b".to_owned(), "c&".to_owned()],
            bounds: Bounds {
                to: "d".to_owned(),
                walk: Period { from: "e".to_owned(), until: String::new() },
                depth: Some(0),
                lots_max: Some(9),
            },
            ..Question::default()
        };
        assert_eq!(
            trace_path(&between),
            "/trace?id=a&id=b&id=c%26&direction=both&to=d&walk_from=e&depth=0&lots_max=9"
        );
        assert_eq!(
            trace_path(&about(&between, "b")),
            "/trace?id=b&direction=both&walk_from=e&depth=0&lots_max=9",
            "another item is asked about by itself"
        );
        let find = FindQuestion {
            text: "奶".to_owned(),
            made: ["2026-11-01".to_owned(), String::new()],
            as_of: Some(7),
            ..FindQuestion::default()
        };
        assert_eq!(find_path(&find), "/find?q=%E5%A5%B6&made_from=2026-11-01&as_of=7");
    }
}
