//! One question to the server, what its answer must be like, and how long it took.

use crate::load::wire::Connection;
use crate::queries::events::{NAMESPACE, PREFIX};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Instant;

/// Events on a page where a request does not say.
const PER_PAGE: usize = 30;

/// How much there is to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Matching {
    /// A page full, and more.
    Many,
    /// At least one, and no second page of what the reader wants.
    Few,
    /// Nothing: an empty page, or the answer that there is no such thing.
    None,
    /// More than the query allows: a refusal.
    Refused,
}

impl Matching {
    /// Those of filters.
    pub(crate) const ALL: [Self; 3] = [Self::Many, Self::Few, Self::None];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Many => "many",
            Self::Few => "few",
            Self::None => "none",
            Self::Refused => "refused",
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Sees everything.
    Operator,
    /// Sees its own part of the events.
    Business,
    /// Sees nothing: it has no events, and none names it.
    Stranger,
}

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) matching: Matching,
    pub(crate) reader: Reader,
    /// Path and parameters, as they are sent.
    pub(crate) target: String,
}

/// Bearer tokens of the readers.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) operator: String,
    pub(crate) business: String,
    pub(crate) stranger: String,
}

impl Query {
    /// A query for events, by the operator.
    pub(crate) fn of(matching: Matching, parameters: &[(&str, &str)]) -> Self {
        Self::on("/epcis/events", matching, parameters)
    }

    /// A path with parameters, by the operator.
    pub(crate) fn on(path: &str, matching: Matching, parameters: &[(&str, &str)]) -> Self {
        let pairs =
            parameters.iter().map(|(n, value)| format!("{}={}", encoded(n), encoded(value)));
        let target = [path.to_owned(), pairs.collect::<Vec<_>>().join("&")].join("?");
        let shown = |(name, value): &(&str, &str)| match value.len() {
            0..=24 => format!("{name}={value}"),
            _ => (*name).to_owned(),
        };
        let shown: Vec<_> = parameters.iter().map(shown).collect();
        let name = match path {
            "/epcis/events" => shown.join(" & "),
            path => [&[path.to_owned()], shown.as_slice()].concat().join(" "),
        };
        Self { name, matching, reader: Reader::Operator, target }
    }

    /// The same, asked by someone else.
    pub(crate) fn by(self, reader: Reader) -> Self {
        let name = match reader {
            Reader::Operator => self.name,
            Reader::Business => format!("{} (a business)", self.name),
            Reader::Stranger => format!("{} (a stranger)", self.name),
        };
        Self { name, reader, ..self }
    }

    /// The bytes of its request.
    pub(crate) fn request(&self, tokens: &Tokens) -> String {
        let token = match self.reader {
            Reader::Operator => &tokens.operator,
            Reader::Business => &tokens.business,
            Reader::Stranger => &tokens.stranger,
        };
        format!(
            "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
             GS1-Extensions: {PREFIX}={NAMESPACE}\r\n\r\n",
            self.target
        )
    }

    /// What is wrong with an answer that finds something else than it should.
    pub(crate) fn fault(&self, status: u16, body: &[u8]) -> Result<Option<String>> {
        let shown = || format!("{}: {status} {}", self.name, String::from_utf8_lossy(body));
        let is_right = match (self.matching, status) {
            (Matching::Refused, 413) | (Matching::None, 404) => true,
            (Matching::Refused, _) => false,
            (matching, 200) => {
                let found = items(body).with_context(shown)?;
                match matching {
                    Matching::Many => found >= PER_PAGE,
                    Matching::Few => (1..=PER_PAGE).contains(&found),
                    _ => found == 0,
                }
            }
            _ => false,
        };
        Ok((!is_right).then(|| shown().chars().take(600).collect()))
    }
}

/// Things in an answer: events, members, or what master data says about.
fn items(body: &[u8]) -> Result<usize> {
    let answer: Value = serde_json::from_slice(body)?;
    let lists = ["/epcisBody/queryResults/resultsBody/eventList", "/member", "/elements"];
    let list = lists.into_iter().find_map(|list| answer.pointer(list)?.as_array().map(Vec::len));
    Ok(list.unwrap_or(1))
}

/// Answers to one query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// Milliseconds of each.
    times: Vec<f64>,
    /// Bytes of the last.
    bytes: usize,
    wrong: Option<String>,
}

/// What came of one query.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) query: String,
    pub(crate) matching: Matching,
    pub(crate) answers: usize,
    /// Why an answer is not what it should be: it measures something else.
    pub(crate) wrong: Option<String>,
    pub(crate) bytes: usize,
    pub(crate) min_ms: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Answers {
    /// Takes in what another reader got.
    pub(crate) fn extend(&mut self, other: Self) {
        self.times.extend(other.times);
        self.bytes = other.bytes;
        self.wrong = self.wrong.take().or(other.wrong);
    }

    /// What they come to: nearest rank, of every answer.
    pub(crate) fn measured(mut self, query: &Query) -> Measured {
        self.times.sort_by(f64::total_cmp);
        let rank = |part: usize| {
            let at = (self.times.len() * part).div_ceil(100).max(1) - 1;
            self.times.get(at).copied().unwrap_or_default()
        };
        Measured {
            query: query.name.clone(),
            matching: query.matching,
            answers: self.times.len(),
            bytes: self.bytes,
            min_ms: rank(0),
            p50_ms: rank(50),
            p99_ms: rank(99),
            max_ms: rank(100),
            wrong: self.wrong,
        }
    }
}

/// Asks `rounds` times on a connection that is kept.
pub(crate) async fn ask(
    connection: &mut Connection,
    query: &Query,
    tokens: &Tokens,
    rounds: u64,
) -> Result<Answers> {
    let request = query.request(tokens);
    let mut answers = Answers::default();
    for round in 0..rounds {
        let started = Instant::now();
        let answer = connection.exchange(request.as_bytes()).await?;
        answers.times.push(started.elapsed().as_secs_f64() * 1e3);
        // Reading all answers would keep other readers of this process waiting.
        if round == 0 {
            answers.wrong = query.fault(answer.status, &answer.body)?;
        }
        answers.bytes = answer.body.len();
    }
    Ok(answers)
}

/// The token that the operator issues to a party.
pub(crate) async fn token(
    connection: &mut Connection,
    operator: &str,
    party: &str,
) -> Result<String> {
    #[derive(Deserialize)]
    struct Issued {
        token: String,
    }
    let head = format!(
        "POST /v1/parties/{}/tokens HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {operator}\
         \r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
        encoded(party)
    );
    let answer = connection.exchange(head.as_bytes()).await?;
    let issued: Issued = serde_json::from_slice(&answer.body)
        .with_context(|| String::from_utf8_lossy(&answer.body).into_owned())?;
    Ok(issued.token)
}

/// A text as it stands in a query or in one segment of a path (RFC 3986, section 2.3).
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}
