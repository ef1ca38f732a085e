//! Asking a witness over HTTP (c2sp.org/tlog-witness).

use laiqu_proof::NOTE_BYTES_MAX;
use laiqu_service::{WitnessAnswer, WitnessClient};
use std::time::Duration;
use ureq::Agent;

/// Longest time for a connection to a witness, in seconds.
const CONNECT_SECONDS_MAX: u64 = 5;
/// Longest time for a request to a witness and its answer, in seconds.
const REQUEST_SECONDS_MAX: u64 = 10;

/// One witness at its URL. Connections are kept alive between requests.
#[derive(Debug)]
pub(crate) struct HttpWitness {
    agent: Agent,
    url: String,
}

impl HttpWitness {
    /// The witness with this prefix, for writes and reads alike.
    pub(crate) fn new(url: &str) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(CONNECT_SECONDS_MAX)))
            .timeout_global(Some(Duration::from_secs(REQUEST_SECONDS_MAX)));
        // A server on this very machine is never behind a proxy.
        let host = url.split("//").nth(1).unwrap_or_default();
        if ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local)) {
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), url: url.trim_end_matches('/').to_owned() }
    }
}

fn read(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<WitnessAnswer, String> {
    let mut answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(NOTE_BYTES_MAX as u64).read_to_vec();
    let body = body.map_err(|error| error.to_string())?;
    Ok(WitnessAnswer { status, body: String::from_utf8_lossy(&body).into_owned() })
}

impl WitnessClient for HttpWitness {
    fn add_checkpoint(&self, body: &str) -> Result<WitnessAnswer, String> {
        let request = self.agent.post(format!("{}/add-checkpoint", self.url));
        read(request.header("Content-Type", "text/plain; charset=utf-8").send(body))
    }

    fn checkpoint(&self, origin_hash: &str) -> Result<WitnessAnswer, String> {
        read(self.agent.get(format!("{}/{origin_hash}/checkpoint", self.url)).call())
    }
}
