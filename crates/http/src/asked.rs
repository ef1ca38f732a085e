//! How an answer is wanted: language and kind of text.

use crate::epcis::is_epcis;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderName};
use laiqu_console::Lang;

/// What the outermost layer must know of a request to answer for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Language of titles and pages.
    pub(crate) lang: Lang,
    /// Path as it came.
    pub(crate) path: String,
    /// Path and query without the language, for links on a page.
    pub(crate) here: String,
    /// A person is looking: a page serves better than JSON.
    pub(crate) wants_page: bool,
    /// The interfaces of EPCIS are asked.
    pub(crate) is_epcis: bool,
    /// The method is one that changes something.
    pub(crate) writes: bool,
    /// XML is wanted more than JSON.
    pub(crate) wants_xml: bool,
    /// Name of the request, once it has one.
    pub(crate) request_id: Option<String>,
}

/// Prefixes of what programs use.
const API: [&str; 4] = ["/v1/", "/epcis/", "/log/", "/openapi.json"];

/// Media types that say how a refusal is wanted, JSON first.
const PROBLEM_FORMS: [&str; 6] = [
    "application/problem+json",
    "application/json",
    "application/ld+json",
    "application/problem+xml",
    "application/xml",
    "text/xml",
];

fn is_xml(media_type: Option<&str>) -> bool {
    media_type.is_some_and(|media_type| media_type.ends_with("xml"))
}

impl Asked {
    pub(crate) fn of(method: &Method, uri: &actix_web::http::Uri, headers: &HeaderMap) -> Self {
        let (path, query) = (uri.path(), uri.query().unwrap_or_default());
        let pairs = || query.split('&').filter(|pair| !pair.is_empty());
        let given = pairs().find_map(|pair| pair.strip_prefix("lang="));
        let is_api = path == "/epcis" || API.iter().any(|prefix| path.starts_with(prefix));
        let accept = joined(headers, &ACCEPT);
        let browser = accept.contains("text/html");
        let reads =
            [Method::GET, Method::HEAD].contains(method) || path == "/login" || path == "/logout";
        let wants_page = browser && reads && !is_api;
        let lang = match given {
            Some(tag) => Lang::from_query(Some(tag)),
            // Pages are Chinese unless the address says otherwise; refusals go to programs and
            // follow what their callers prefer.
            None if wants_page => Lang::Zh,
            None => preferred(&joined(headers, &ACCEPT_LANGUAGE)),
        };
        let rest: Vec<&str> = pairs().filter(|pair| !pair.starts_with("lang=")).collect();
        let here = match rest.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", rest.join("&")),
        };
        let is_epcis = is_epcis(path);
        let writes = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
        let wants_xml =
            is_epcis && accept.contains("xml") && is_xml(chosen(&accept, &PROBLEM_FORMS));
        let (path, request_id) = (path.to_owned(), None);
        Self { lang, path, here, wants_page, is_epcis, writes, wants_xml, request_id }
    }

    /// The same of the request with this name.
    pub(crate) fn named(self, request_id: String) -> Self {
        Self { request_id: Some(request_id), ..self }
    }
}

/// The values of a header that may be repeated, as one list.
pub(crate) fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values: Vec<&str> = headers.get_all(name).filter_map(|value| value.to_str().ok()).collect();
    values.join(",")
}

/// Chinese, unless English is wanted more (RFC 9110, section 12.5.4).
fn preferred(accept_language: &str) -> Lang {
    let mut best = (Lang::Zh, 0.0);
    for (range, quality) in ranges(accept_language) {
        let primary = range.split('-').next().unwrap_or_default();
        let lang = match primary {
            "en" => Lang::En,
            "zh" | "*" => Lang::Zh,
            _ => continue,
        };
        if quality > best.1 {
            best = (lang, quality);
        }
    }
    best.0
}

/// Which of the offered media types an `Accept` header wants most, the first of them where it says
/// nothing or takes any (RFC 9110, section 12.5.1); `None` where it takes none.
pub(crate) fn chosen(accept: &str, offered: &[&'static str]) -> Option<&'static str> {
    if accept.trim().is_empty() {
        return offered.first().copied();
    }
    let mut best: Option<(&'static str, f64)> = None;
    for (range, quality) in ranges(accept) {
        let whole = range.strip_suffix('*').filter(|whole| whole.ends_with('/'));
        let taken = offered.iter().find(|kind| match whole {
            Some("*/") => true,
            Some(whole) => kind.starts_with(whole),
            None => range == **kind,
        });
        let Some(taken) = taken else { continue };
        if quality > best.map_or(0.0, |(_, best)| best) {
            best = Some((*taken, quality));
        }
    }
    best.map(|(taken, _)| taken)
}

/// Whether an `Accept-Encoding` header takes gzip (RFC 9110, section 12.5.3).
pub(crate) fn takes_gzip(accept_encoding: &str) -> bool {
    let mut any = false;
    for (coding, quality) in ranges(accept_encoding) {
        match coding.as_str() {
            "gzip" | "x-gzip" => return quality > 0.0,
            "*" => any = quality > 0.0,
            _ => {}
        }
    }
    any
}

/// The ranges of an `Accept…` header in lower case, each with its quality.
fn ranges(header: &str) -> impl Iterator<Item = (String, f64)> {
    header.split(',').map(|part| {
        let mut parts = part.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
        (range, quality.map_or(1.0, |q| q.parse().unwrap_or(0.0)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_unless_english_is_wanted_more() {
        for zh in ["", "zh-CN", "zh-CN,zh;q=0.9,en;q=0.8", "fr", "*", "en;q=0", "en;q=x"] {
            assert_eq!(preferred(zh), Lang::Zh, "{zh}");
        }
        for en in ["en", "en-GB,en;q=0.9", "fr,en;q=0.2", "zh;q=0.1,EN-us;q=0.7"] {
            assert_eq!(preferred(en), Lang::En, "{en}");
        }
    }

    #[test]
    fn accept_chooses_between_the_two_forms_of_json() {
        let json_type = |accept| chosen(accept, &["application/json", "application/ld+json"]);
        assert_eq!(json_type(""), Some("application/json"));
        assert_eq!(json_type("text/html, */*;q=0.8"), Some("application/json"));
        assert_eq!(json_type("application/ld+json"), Some("application/ld+json"));
        let both = "application/json;q=0.5, application/ld+json";
        assert_eq!(json_type(both), Some("application/ld+json"));
        assert_eq!(json_type("application/xml"), None);
        assert_eq!(json_type("application/json;q=0"), None);
        let forms = |accept| chosen(accept, &["application/json", "text/plain"]);
        assert_eq!(forms("text/plain"), Some("text/plain"));
        assert_eq!(forms("text/*, application/json;q=0.9"), Some("text/plain"));
        assert_eq!(forms("text/html, */*;q=0.1"), Some("application/json"));
        assert_eq!(forms("text/html"), None);
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for yes in ["gzip", "br, GZIP;q=0.5", "*", "identity;q=0, x-gzip"] {
            assert!(takes_gzip(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0, *", "*;q=0", "identity"] {
            assert!(!takes_gzip(no), "{no}");
        }
    }

    #[test]
    fn pages_are_for_people_and_json_for_programs() {
        let asked = |path: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            Asked::of(&Method::GET, &path.parse().unwrap(), &headers)
        };
        assert!(asked("/nowhere", "text/html,*/*").wants_page);
        assert!(!asked("/v1/nowhere", "text/html,*/*").wants_page);
        assert!(!asked("/nowhere", "*/*").wants_page);
        let here = asked("/trace?id=a&lang=en&direction=back", "*/*");
        assert_eq!((here.here.as_str(), here.lang), ("/trace?id=a&direction=back", Lang::En));
    }
}
