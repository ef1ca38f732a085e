//! Which versions of EPCIS and CBV a request can live with (EPCIS 2.0, section 12.3).

use crate::catalogue::{INVALID_PARAMETER, NOT_ACCEPTABLE};
use crate::problem::Problem;
use actix_web::http::header::HeaderMap;
use std::cmp::Ordering;

/// The version that answers are in, of EPCIS and of CBV alike.
pub(crate) const VERSION: &str = "2.0.0";

/// The oldest version that a captured document may have, as XML.
pub(crate) const CAPTURED_MIN: &str = "1.2.0";
const CAPTURED: (u32, u32) = (1, 2);

/// Refuses a request that no answer in this version can satisfy.
pub(crate) fn check_range(headers: &HeaderMap) -> Result<(), Problem> {
    check(headers, false)
}

/// Likewise for a document to capture, whose version the headers may state: 1.2 where it is XML of
/// that version, which is looked at in no other case.
pub(crate) fn check_captured(
    headers: &HeaderMap,
    is_epcis_1: impl FnOnce() -> bool,
) -> Result<(), Problem> {
    for name in ["GS1-EPCIS-Version", "GS1-CBV-Version"] {
        if version(headers, name)? == Some(CAPTURED) {
            return check(headers, is_epcis_1());
        }
    }
    check(headers, false)
}

fn check(headers: &HeaderMap, may_be_1_2: bool) -> Result<(), Problem> {
    for (name, refused) in [
        ("GS1-EPCIS-Version", Ordering::Less),
        ("GS1-EPCIS-Version", Ordering::Greater),
        ("GS1-EPCIS-Min", Ordering::Greater),
        ("GS1-EPCIS-Max", Ordering::Less),
        ("GS1-CBV-Version", Ordering::Less),
        ("GS1-CBV-Version", Ordering::Greater),
        ("GS1-CBV-Min", Ordering::Greater),
        ("GS1-CBV-Max", Ordering::Less),
    ] {
        if let Some(asked) = version(headers, name)?
            && asked.cmp(&(2, 0)) == refused
            && !(may_be_1_2 && asked == CAPTURED && name.ends_with("-Version"))
        {
            let detail = format!(
                "{name}: answers are in version {VERSION} and no other; a document to capture may \
                 also be XML of EPCIS 1.2"
            );
            return Err(Problem::new(&NOT_ACCEPTABLE, detail));
        }
    }
    Ok(())
}

/// The version that a header names: major and minor, for a patch changes nothing that is read.
fn version(headers: &HeaderMap, name: &str) -> Result<Option<(u32, u32)>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let parsed = value.to_str().ok().and_then(|text| {
        let numbers = text.trim().split('.').map(|part| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u32>().ok().filter(|_| digits)
        });
        let numbers = numbers.collect::<Option<Vec<u32>>>()?;
        Some((*numbers.first()?, numbers.get(1).copied().unwrap_or(0)))
    });
    let refused = || {
        let detail = format!("{name} is a version, like {VERSION}");
        Problem::new(&INVALID_PARAMETER, detail)
    };
    parsed.map(Some).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    fn code(pairs: &[(&'static str, &'static str)]) -> &'static str {
        check_range(&headers(pairs)).map_or_else(|problem| problem.kind.code, |()| "accepted")
    }

    #[test]
    fn a_range_must_contain_the_version_of_answers() {
        for fits in [
            &[][..],
            &[("gs1-epcis-version", "2")],
            &[("gs1-epcis-version", "2.0.1"), ("gs1-cbv-version", "2.0")],
            &[("gs1-epcis-min", "1.2"), ("gs1-epcis-max", "2.0.0")],
            &[("gs1-epcis-min", "2.0.1"), ("gs1-cbv-max", "3")],
        ] {
            assert_eq!(code(fits), "accepted", "{fits:?}");
        }
        for not in [
            &[("gs1-epcis-version", "1.2")][..],
            &[("gs1-epcis-min", "2.1")],
            &[("gs1-epcis-max", "1.2.0")],
            &[("gs1-cbv-min", "3.0.0")],
            &[("gs1-cbv-max", "1")],
        ] {
            assert_eq!(code(not), "not-acceptable", "{not:?}");
        }
        let captured = |pairs: &[(&'static str, &'static str)], old| {
            let headers = headers(pairs);
            check_captured(&headers, || old)
                .map_or_else(|problem| problem.kind.code, |()| "accepted")
        };
        let old = ("gs1-epcis-version", "1.2.0");
        assert_eq!(captured(&[old], true), "accepted");
        assert_eq!(captured(&[old, ("gs1-cbv-version", "1.2")], true), "accepted");
        assert_eq!(captured(&[], true), "accepted");
        assert_eq!(captured(&[("gs1-epcis-version", "2.0")], true), "accepted");
        for (pairs, is_old) in [
            (&[old][..], false),
            (&[("gs1-epcis-version", "1.1")], true),
            (&[old, ("gs1-cbv-version", "1.1")], true),
            (&[old, ("gs1-epcis-max", "1.2")], true),
        ] {
            assert_eq!(captured(pairs, is_old), "not-acceptable", "{pairs:?}");
        }
        for bad in ["", "two", "2.", ".2", "2.0-rc1", "99999999999", "+2"] {
            assert_eq!(code(&[("gs1-epcis-min", bad)]), "invalid-parameter", "{bad}");
        }
    }
}
