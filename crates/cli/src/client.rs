//! A small HTTP client: blocking, with connections kept alive, and refusals read as problems.

use crate::exit::{Exit, Failure};
use crate::out::clean;
use laiqu_http::ProblemKind;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::time::Duration;
use ureq::Agent;

/// The refusal that a token on the command line answers.
const CREDENTIALS_MISSING: &str = "credentials-missing";

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 512 << 20;
/// Longest time for a connection, in seconds.
const CONNECT_SECONDS_MAX: u64 = 10;
/// Longest time for one request and its answer, in seconds.
const REQUEST_SECONDS_MAX: u64 = 300;

/// Connections that are kept open for the next request.
const IDLE_CONNECTIONS_MAX: usize = 8;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as part of a path or query (RFC 3986, section 2.1).
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The bearer token that was given, or the one in `LAIQU_TOKEN`.
pub(crate) fn bearer(given: Option<&str>) -> Option<String> {
    let from_environment = || std::env::var("LAIQU_TOKEN").ok().filter(|token| !token.is_empty());
    given.map(str::to_owned).or_else(from_environment)
}

/// A client of one server. Clones share connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
    bearer: Option<String>,
    /// Largest answer that is read, in bytes.
    answer_bytes_max: u64,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where the next page is (RFC 8288, relation `next`), as the server wrote it.
    pub(crate) next: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// The members of a problem document (RFC 9457) that people need.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: String,
    code: String,
    errors: Vec<Fault>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fault {
    pointer: String,
    detail: String,
}

impl Client {
    /// A client of the server at this address, with a bearer token where one is given.
    pub(crate) fn new(url: &str, bearer: Option<&str>) -> Result<Self, Failure> {
        let url = url.trim_end_matches('/');
        let Some(host) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))
        else {
            let zh = format!("{url}：地址须以 http:// 或 https:// 开头");
            let en = format!("{url}: an address starts with http:// or https://");
            return Err(Failure::usage(zh, en).hint(
                "例如 --url http://127.0.0.1:7800",
                "for example --url http://127.0.0.1:7800",
            ));
        };
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections_per_host(IDLE_CONNECTIONS_MAX)
            .timeout_connect(Some(Duration::from_secs(CONNECT_SECONDS_MAX)))
            .timeout_global(Some(Duration::from_secs(REQUEST_SECONDS_MAX)));
        // A server on this very machine is never behind a proxy.
        if ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local)) {
            config = config.proxy(None);
        }
        let agent = config.build().into();
        let (url, bearer) = (url.to_owned(), bearer.map(str::to_owned));
        Ok(Self { agent, url, bearer, answer_bytes_max: ANSWER_BYTES_MAX })
    }

    /// The same connections with another bearer token.
    pub(crate) fn with_bearer(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.clone() }
    }

    /// The same connections for answers of at most so many bytes.
    pub(crate) fn limited(&self, answer_bytes_max: u64) -> Self {
        Self { answer_bytes_max, ..self.clone() }
    }

    /// GET; the answer may be a refusal.
    pub(crate) fn get(&self, path: &str) -> Result<Answer, Failure> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        request = request.header("Accept-Language", "zh-CN");
        if let Some(token) = &self.bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        self.answer(request.call())
    }

    /// POST with signatures; the answer may be a refusal.
    pub(crate) fn post(
        &self,
        path: &str,
        media_type: &str,
        signatures: &[String],
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        request = request.header("Accept-Language", "zh-CN").header("Content-Type", media_type);
        if let Some(token) = &self.bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for signature in signatures {
            request = request.header("Submission-Signature", signature);
        }
        self.answer(request.send(body))
    }

    fn answer(
        &self,
        response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, Failure> {
        let mut response = response.map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        let links = response.headers().get_all("Link").iter();
        let next = links.filter_map(|link| next_link(link.to_str().ok()?)).next();
        let body = response.body_mut().with_config().limit(self.answer_bytes_max).read_to_vec();
        Ok(Answer { status, next, body: body.map_err(|error| self.unreachable(&error))? })
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        if let ureq::Error::BadUri(_) | ureq::Error::Http(_) = error {
            return Failure::usage(format!("{}：地址或令牌不正确", self.url), error.to_string());
        }
        let en = format!("{}: cannot be reached: {error}", self.url);
        Failure::new(Exit::Unreachable, format!("{}：无法连接", self.url), en).hint(
            "检查地址，以及服务是否在运行（`laiqu serve`）",
            "check the address and whether the server runs (`laiqu serve`)",
        )
    }
}

impl Answer {
    /// The body of a success.
    pub(crate) fn success(self) -> Result<Vec<u8>, Failure> {
        if (200..300).contains(&self.status) { Ok(self.body) } else { Err(self.refusal()) }
    }

    /// The body of a success as text.
    pub(crate) fn text(self) -> Result<String, Failure> {
        String::from_utf8(self.success()?).map_err(|error| not_ours(&error.to_string()))
    }

    /// The body of a success as JSON.
    pub(crate) fn json<T: for<'a> Deserialize<'a>>(self) -> Result<T, Failure> {
        serde_json::from_slice(&self.success()?).map_err(|error| not_ours(&error.to_string()))
    }

    /// Whether this is a refusal with this code.
    pub(crate) fn is_problem(&self, code: &str) -> bool {
        let problem: Problem = serde_json::from_slice(&self.body).unwrap_or_default();
        self.status >= 400 && problem.code == code
    }

    /// What a refusal says, with the advice of its kind.
    pub(crate) fn refusal(&self) -> Failure {
        let problem: Problem = serde_json::from_slice(&self.body).unwrap_or_default();
        let exit = match self.status {
            404 => Exit::CheckFailed,
            400..=499 => Exit::Refused,
            _ => Exit::Unreachable,
        };
        let title = if problem.title.is_empty() { "服务器拒绝" } else { &problem.title };
        let zh = format!("{}（HTTP {}）", clean(title), self.status);
        let code =
            if problem.code.is_empty() { String::new() } else { format!("{}: ", problem.code) };
        let en = format!("HTTP {} {code}{}", self.status, problem.detail);
        let faults = problem
            .errors
            .iter()
            .map(|fault| clean(&format!("{} {}", fault.pointer, fault.detail)));
        let failure = Failure::new(exit, zh, clean(en.trim_end())).details(faults.collect());
        match ProblemKind::of(&problem.code) {
            Some(kind) if kind.code == CREDENTIALS_MISSING => failure.hint(
                "用 --token 或环境变量 LAIQU_TOKEN 给出令牌",
                "give a token with --token or in LAIQU_TOKEN",
            ),
            Some(kind) => failure.hint(kind.advice_zh, kind.advice_en),
            None => failure
                .hint("检查 --url 是否指向账本服务", "check that --url is the address of a ledger"),
        }
    }
}

/// The target of a `Link` with the relation `next` (RFC 8288, section 3).
fn next_link(header: &str) -> Option<String> {
    header.split('<').find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let is_next = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && relations.any(|one| one == "next")
        };
        parameters.split([';', ',']).any(is_next).then(|| target.to_owned())
    })
}

pub(crate) fn not_ours(what: &str) -> Failure {
    let en = format!("the answer is not what a Laiqu server gives: {what}");
    Failure::new(Exit::Unreachable, "应答不是来去账本的格式", en)
        .hint("检查 --url 是否指向账本服务", "check that --url is the address of a ledger")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_travel_whole_in_paths() {
        assert_eq!(encode("urn:uscc:9A/b c"), "urn%3Auscc%3A9A%2Fb%20c");
        assert_eq!(encode("a-b.c_d~"), "a-b.c_d~");
    }

    #[test]
    fn a_problem_is_shown_with_each_fault() {
        let body = r#"{"title":"签名无效","status":422,"code":"signature-invalid","detail":"no",
            "errors":[{"pointer":"/keys/0","code":"key","detail":"weak"}]}"#;
        let failure = Answer { status: 422, next: None, body: body.into() }.refusal();
        assert_eq!(failure.exit, Exit::Refused);
        let text = failure.text();
        for part in ["签名无效（HTTP 422）", "signature-invalid: no", "- /keys/0 weak"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        let next = |header| next_link(header);
        let both = r#"</a?x=1,2;3>; rel="prev", </b>; title="x"; REL="last next""#;
        assert_eq!(next(both).as_deref(), Some("/b"));
        assert_eq!(next("</a?q=%3C>;rel=next, </b>; rel=prev").as_deref(), Some("/a?q=%3C"));
        for none in ["", "<", "</a>", "</a>; rel=nextish", "</a>; rel=\"prev\"", "rel=next", ">;<"]
        {
            assert_eq!(next(none), None, "{none}");
        }
    }

    #[test]
    fn other_answers_have_their_exit_codes() {
        let exit = |status| Answer { status, next: None, body: b"<html>".into() }.refusal().exit;
        assert_eq!((exit(404), exit(403)), (Exit::CheckFailed, Exit::Refused));
        assert_eq!((exit(503), exit(302)), (Exit::Unreachable, Exit::Unreachable));
    }

    #[test]
    fn only_web_addresses_are_taken_and_nobody_at_home_is_said() {
        assert_eq!(Client::new("ftp://h", None).unwrap_err().exit, Exit::Usage);
        // Port 9 (discard) of the loopback: nobody listens there.
        let client = Client::new("http://127.0.0.1:9/", None).unwrap();
        assert_eq!(client.url, "http://127.0.0.1:9");
        let failure = client.get("/").unwrap_err();
        assert_eq!(failure.exit, Exit::Unreachable);
        assert!(failure.text().contains("hint: "));
    }
}
