//! A plain HTTP client.

use serde_json::Value;
use ureq::Agent;

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    url: String,
    bearer: Option<String>,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header field of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {error}: {}", self.status, self.text()))
    }

    /// The body as JSON where the status is the expected one.
    ///
    /// # Panics
    /// Where it is another status.
    #[must_use]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The stable code of a problem, where this is one with the expected status.
    ///
    /// # Panics
    /// Where it is no problem document (RFC 9457) or has another status.
    #[must_use]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        problem["code"].as_str().expect("code").to_owned()
    }
}

impl Client {
    /// A client of the server at this address.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { agent: config.into(), url: url.to_owned(), bearer: None }
    }

    /// The same with a bearer token.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    /// GET.
    ///
    /// # Panics
    /// Where the server cannot be reached.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// GET with header fields.
    ///
    /// # Panics
    /// Where the server cannot be reached.
    #[must_use]
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(token) = &self.bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.call().expect("server answers"))
    }

    /// GET, or nothing where the connection breaks before a whole answer.
    #[must_use]
    pub fn try_get(&self, path: &str) -> Option<Answer> {
        try_answer(self.agent.get(format!("{}{path}", self.url)).call().ok()?)
    }

    /// POST with header fields.
    ///
    /// # Panics
    /// Where the server cannot be reached.
    #[must_use]
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_post(path, headers, body).expect("server answers")
    }

    /// POST, or nothing where the connection breaks before a whole answer.
    #[must_use]
    pub fn try_post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        if let Some(token) = &self.bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        try_answer(request.send(body).ok()?)
    }
}

fn answer(response: ureq::http::Response<ureq::Body>) -> Answer {
    try_answer(response).expect("whole body")
}

fn try_answer(response: ureq::http::Response<ureq::Body>) -> Option<Answer> {
    const BODY_BYTES_MAX: u64 = 256 << 20;
    let (parts, mut body) = response.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let headers = headers.collect();
    let body = body.with_config().limit(BODY_BYTES_MAX).read_to_vec().ok()?;
    Some(Answer { status: parts.status.as_u16(), headers, body })
}
