//! Sending results to who subscribed: requests of the server itself, only to where they may go.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use laiqu_http::notification_document;
use laiqu_service::{Notification, Subscriber};
use sha2::Sha256;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Longest time for a connection to a subscriber, in seconds.
const CONNECT_SECONDS_MAX: u64 = 5;
/// Longest time for a message to a subscriber and its answer, in seconds.
const MESSAGE_SECONDS_MAX: u64 = 30;

/// Sends messages by HTTP.
#[derive(Debug)]
pub(crate) struct HttpSubscriber {
    agent: Agent,
    allowed: Vec<String>,
}

impl HttpSubscriber {
    /// One that reaches public addresses, and these hosts (`HOST`, `HOST:PORT`) wherever they are.
    pub(crate) fn new(allowed: &[String]) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // Through a proxy nobody would see where a message goes.
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(CONNECT_SECONDS_MAX)))
            .timeout_global(Some(Duration::from_secs(MESSAGE_SECONDS_MAX)))
            .build();
        let resolver = Guarded { allowed: allowed.to_vec(), inner: DefaultResolver::default() };
        let agent = Agent::with_parts(config, DefaultConnector::new(), resolver);
        Self { agent, allowed: allowed.to_vec() }
    }
}

impl Subscriber for HttpSubscriber {
    fn check(&self, dest: &str) -> Result<(), String> {
        let uri: Uri = dest.parse().map_err(|_| "is no address".to_owned())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("must begin with https:// or http://".to_owned());
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or("names no host")?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err("must not hold a user name".to_owned());
        }
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let is_local = host.eq_ignore_ascii_case("localhost") || literal.is_some_and(is_inside);
        if is_local && !is_allowed(&self.allowed, &uri) {
            return Err(INSIDE.to_owned());
        }
        Ok(())
    }

    fn notify(&self, notification: &Notification) -> Result<u16, String> {
        let body = notification_document(notification).map_err(|error| error.to_string())?;
        let mut request = self
            .agent
            .post(&notification.dest)
            .header("Content-Type", "application/ld+json")
            .header("GS1-EPCIS-Version", "2.0.0")
            .header("GS1-CBV-Version", "2.0.0");
        if let Some(secret) = &notification.secret {
            request = request.header("GS1-Signature", signature(secret, &body)?);
        }
        let answer = request.send(&body).map_err(|error| error.to_string())?;
        Ok(answer.status().as_u16())
    }
}

/// `sha256=` and the HMAC-SHA-256 of the body under the secret, in hexadecimal.
fn signature(secret: &str, body: &str) -> Result<String, String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mut mac = mac.map_err(|error| error.to_string())?;
    mac.update(body.as_bytes());
    Ok(format!("sha256={}", HEXLOWER.encode(&mac.finalize().into_bytes())))
}

const INSIDE: &str = "is an address inside this network; the operator names hosts that are allowed \
                      with serve --subscription-destination";

/// Looks at every address that a name leads to, at the time it is used.
#[derive(Debug)]
struct Guarded {
    allowed: Vec<String>,
    inner: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if !is_allowed(&self.allowed, uri) && found.iter().any(|at| is_inside(at.ip())) {
            return Err(ureq::Error::Io(std::io::Error::other(INSIDE)));
        }
        Ok(found)
    }
}

fn is_allowed(allowed: &[String], uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    let with_port = format!("{host}:{port}");
    allowed.iter().any(|one| one.eq_ignore_ascii_case(host) || one.eq_ignore_ascii_case(&with_port))
}

/// Whether an address is none of the public internet's (RFC 6890).
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || first == 0
                || first >= 240
                // Shared address space, benchmarks, protocol assignments.
                || first == 100 && (64..128).contains(&second)
                || first == 198 && matches!(second, 18 | 19)
                || first == 192 && second == 0
        }
        IpAddr::V6(v6) => match v6.to_ipv4() {
            Some(v4) if v6 != Ipv6Addr::LOCALHOST && v6 != Ipv6Addr::UNSPECIFIED => {
                is_inside(IpAddr::V4(v4))
            }
            _ => {
                let first = v6.segments().first().copied().unwrap_or(0);
                v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || first & 0xfe00 == 0xfc00
                    || first & 0xffc0 == 0xfe80
                    // NAT64 and 6to4 lead to IPv4 addresses that are not looked at here.
                    || first == 0x64
                    || first == 0x2002
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_and_named_hosts_are_reached() {
        let public = HttpSubscriber::new(&[]);
        for refused in [
            "ftp://example.com/x",
            "/x",
            "http://",
            "http://localhost:80/x",
            "http://127.0.0.1/x",
            "http://10.0.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[fd00::1]/",
            "http://0.0.0.0/",
            "https://user:pass@example.com/",
        ] {
            assert!(public.check(refused).is_err(), "{refused}");
        }
        assert_eq!(public.check("https://example.com/hook?x=1"), Ok(()));
        assert_eq!(public.check("http://93.184.215.14/"), Ok(()));
        let named = HttpSubscriber::new(&["127.0.0.1:8080".to_owned()]);
        assert_eq!(named.check("http://127.0.0.1:8080/hook"), Ok(()));
        assert!(named.check("http://127.0.0.1:8081/hook").is_err());
    }

    #[test]
    fn the_signature_is_an_hmac_of_the_body() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", "what do ya want for nothing?").unwrap(), expected);
    }
}
