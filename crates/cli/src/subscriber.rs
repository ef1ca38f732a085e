//! Sending results to who subscribed: requests of the server itself, only to where they may go.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use laiqu_http::notification_document;
use laiqu_service::{Notification, Subscriber};
use sha2::Sha256;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
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

/// Whether an address is none of the public internet's (IANA's registries of special-purpose
/// addresses, RFC 6890).
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_inside_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_inside_v4(v4),
            None => is_inside_v6(v6),
        },
    }
}

fn is_inside_v4(v4: Ipv4Addr) -> bool {
    let [first, second, third, _] = v4.octets();
    v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        // This network, and what is reserved.
        || first == 0
        || first >= 240
        // Shared address space, benchmarks, protocol assignments, relays of 6to4.
        || first == 100 && (64..128).contains(&second)
        || first == 198 && matches!(second, 18 | 19)
        || (first, second, third) == (192, 0, 0)
        || (first, second, third) == (192, 88, 99)
}

/// Only 2000::/3 is global unicast; parts of it lead elsewhere.
fn is_inside_v6(v6: Ipv6Addr) -> bool {
    match v6.segments() {
        // Protocol assignments with Teredo, documentation, 6to4.
        [0x2001, second, ..] => second < 0x200 || second == 0xdb8,
        [0x2002, ..] => true,
        [0x3fff, second, ..] => second < 0x1000,
        [first, ..] => first & 0xe000 != 0x2000,
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
            "http://100.64.0.1/",
            "http://192.0.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::]/",
            "http://[::10.0.0.1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[64:ff9b::a00:1]/",
            "http://[fe80::1]/",
            "http://[fec0::1]/",
            "http://[ff02::1]/",
            "http://[2001::1]/",
            "http://[2001:db8::1]/",
            "http://[2002:a00:1::]/",
            "https://user:pass@example.com/",
        ] {
            assert!(public.check(refused).is_err(), "{refused}");
        }
        assert_eq!(public.check("https://example.com/hook?x=1"), Ok(()));
        assert_eq!(public.check("http://93.184.215.14/"), Ok(()));
        assert_eq!(public.check("http://192.0.66.2/"), Ok(()));
        assert_eq!(public.check("http://[2606:4700::1111]/"), Ok(()));
        assert_eq!(public.check("http://[::ffff:93.184.215.14]/"), Ok(()));
        let named = HttpSubscriber::new(&["127.0.0.1:8080".to_owned()]);
        assert_eq!(named.check("http://127.0.0.1:8080/hook"), Ok(()));
        assert!(named.check("http://127.0.0.1:8081/hook").is_err());
    }

    #[test]
    fn what_an_address_leads_to_is_looked_at_when_it_is_used() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // Names of the loopback address that only the system's resolver knows as such.
        for host in ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"] {
            let dest = format!("http://{host}:{port}/hook");
            let public = HttpSubscriber::new(&[]);
            assert_eq!(public.check(&dest), Ok(()), "{dest}");
            let (subscription_id, query_name, events) = Default::default();
            let message = Notification { dest, subscription_id, query_name, events, secret: None };
            let refused = public.notify(&message).unwrap_err();
            assert!(refused.contains("inside this network"), "{host}: {refused}");
        }
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "nobody connected");
    }

    #[test]
    fn the_signature_is_an_hmac_of_the_body() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", "what do ya want for nothing?").unwrap(), expected);
    }
}
