//! Query strings and forms: every name known, none twice but those that make a list.

use crate::catalogue::{INVALID_PARAMETER, URI_TOO_LONG};
use crate::limits::QUERY_BYTES_MAX;
use crate::path::decode;
use crate::problem::Problem;
use actix_web::HttpRequest;

/// The parameters of a request, decoded.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters of a request that takes only these.
    pub(crate) fn of(request: &HttpRequest, known: &[&str]) -> Result<Self, Problem> {
        Self::with_lists(request, known, &[])
    }

    /// Likewise; some of them may stand more than once and make a list.
    pub(crate) fn with_lists(
        request: &HttpRequest,
        known: &[&str],
        lists: &[&str],
    ) -> Result<Self, Problem> {
        let query = Self::parse_lists(request.query_string(), lists)?;
        for (name, _) in &query.0 {
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(refused(name, &format!("is not known here; known are: {known}")));
            }
        }
        Ok(query)
    }

    /// Parses `application/x-www-form-urlencoded` text (WHATWG URL, section 5.1).
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        Self::parse_lists(text, &[])
    }

    /// Likewise; some of the names may stand more than once and make a list.
    pub(crate) fn parse_lists(text: &str, lists: &[&str]) -> Result<Self, Problem> {
        if text.len() > QUERY_BYTES_MAX {
            let detail = format!("a query string may have at most {QUERY_BYTES_MAX} bytes");
            return Err(Problem::new(&URI_TOO_LONG, detail));
        }
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(&name.replace('+', " "))?;
            let value = decode(&value.replace('+', " "))?;
            if query.get(&name).is_some() && !lists.contains(&name.as_str()) {
                return Err(refused(&name, "stands twice"));
            }
            query.0.push((name, value));
        }
        Ok(query)
    }

    /// Without what is empty, as forms send what was left open.
    pub(crate) fn given(self) -> Self {
        Self(self.0.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect())
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of a parameter that makes a list, in order.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The value of a parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Problem> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| refused(name, "is missing"))
    }

    /// Names and values, in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(refused(name, "must be true or false")),
        }
    }

    /// Reads a position or size in the ledger.
    pub(crate) fn position(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|_| plain);
        number.map(Some).ok_or_else(|| refused(name, "must be a whole number"))
    }

    /// Reads a decimal number.
    pub(crate) fn decimal(&self, name: &str) -> Result<Option<f64>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Some).ok_or_else(|| refused(name, "must be a decimal number like -18.5"))
    }

    /// Reads a whole number up to a limit.
    pub(crate) fn number(&self, name: &str, max: u32) -> Result<Option<u32>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let plain = text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|number| plain && *number <= max);
        let why = || refused(name, &format!("must be a whole number from 0 to {max}"));
        number.map(Some).ok_or_else(why)
    }
}

pub(crate) fn refused(name: &str, why: &str) -> Problem {
    let shown: String = name.chars().take(100).collect();
    Problem::new(&INVALID_PARAMETER, format!("parameter {shown:?} {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let query = Query::parse("id=urn%3Ax%3A%E6%89%B9+1&containers=true&&empty").unwrap();
        assert_eq!(query.required("id").unwrap(), "urn:x:批 1");
        assert!(query.flag("containers").unwrap() && !query.flag("other").unwrap());
        assert_eq!(query.get("empty"), Some(""));
        assert!(query.required("empty").is_err());
        let list = Query::parse_lists("id=a%2Cb&to=c&id=d", &["id"]).unwrap();
        assert_eq!(list.all("id").collect::<Vec<_>>(), ["a,b", "d"]);
        assert!(Query::parse_lists("to=c&id=d&to=c", &["id"]).is_err());
    }

    #[test]
    fn bad_queries_are_refused() {
        assert!(Query::parse("id=a&id=b").unwrap_err().detail.contains("twice"));
        assert!(Query::parse("id=%GG").is_err());
        assert!(Query::parse(&"a".repeat(QUERY_BYTES_MAX + 1)).is_err());
        let query = Query::parse("depth=-1&deep=7&huge=99999999999&flag=yes").unwrap();
        assert!(query.number("depth", 10).is_err() && query.number("huge", 10).is_err());
        assert_eq!(query.number("deep", 10).unwrap(), Some(7));
        assert!(query.number("deep", 6).is_err());
        assert!(query.flag("flag").is_err());
        let query = Query::parse("max=-18.5&bad=1e999&odd=nan&none=").unwrap();
        assert_eq!(query.decimal("max").unwrap(), Some(-18.5));
        for bad in ["bad", "odd", "none"] {
            assert!(query.decimal(bad).is_err(), "{bad}");
        }
    }
}
