//! The problem types of EPCIS 2.0 (`epcisException:…`), in the place of our own where the standard
//! has one. Our code stays in the member `code`, and its page is named by `help`.

use crate::catalogue::ProblemKind;

/// The standard's problem type for a refusal under `/epcis` (EPCIS 2.0, section 12.5); nothing
/// where it has none. A wrong parameter is one of a query where nothing was to be written.
pub(crate) fn exception(kind: &ProblemKind, path: &str, writes: bool) -> Option<&'static str> {
    Some(match (kind.status, kind.code) {
        (400, "invalid-parameter") if !writes => "epcisException:QueryParameterException",
        (_, "subscription-controls") => "epcisException:SubscriptionControlsException",
        (400, _) if path == "/epcis/queries" => "epcisException:QueryValidationException",
        (400, _) => "epcisException:ValidationException",
        (401 | 403, _) | (409, "key-chain-conflict") => "epcisException:SecurityException",
        (404, _) if path.starts_with("/epcis/queries/") => "epcisException:NoSuchNameException",
        (404 | 410, _) => "epcisException:NoSuchResourceException",
        (406, _) => "epcisException:NotAcceptableException",
        (409, _) => "epcisException:ResourceAlreadyExistsException",
        (413, _) if writes && !path.starts_with("/epcis/queries") => {
            "epcisException:CaptureLimitExceededException"
        }
        (413, _) => "epcisException:QueryTooLargeException",
        (414, _) => "epcisException:URITooLongException",
        (415, _) => "epcisException:UnsupportedMediaTypeException",
        (500.., _) => "epcisException:ImplementationException",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PROBLEMS;

    #[test]
    fn problems_that_the_standard_knows_have_its_type() {
        let of = |code: &str, path: &str, writes| {
            exception(ProblemKind::of(code).unwrap(), path, writes).unwrap_or("none")
        };
        let capture = |code| of(code, "/epcis/capture", true);
        assert_eq!(capture("invalid-document"), "epcisException:ValidationException");
        assert_eq!(capture("invalid-parameter"), "epcisException:ValidationException");
        assert_eq!(capture("body-too-large"), "epcisException:CaptureLimitExceededException");
        assert_eq!(capture("key-chain-conflict"), "epcisException:SecurityException");
        assert_eq!(capture("event-id-conflict"), "epcisException:ResourceAlreadyExistsException");
        assert_eq!(capture("disk-full"), "epcisException:ImplementationException");
        let ask = |code| of(code, "/epcis/events", false);
        assert_eq!(ask("invalid-parameter"), "epcisException:QueryParameterException");
        assert_eq!(ask("not-found"), "epcisException:NoSuchResourceException");
        let subscribe = of("subscription-controls", "/epcis/queries/q/subscriptions", true);
        assert_eq!(subscribe, "epcisException:SubscriptionControlsException");
        assert_eq!(
            of("not-found", "/epcis/queries/q", false),
            "epcisException:NoSuchNameException"
        );
        // Of all statuses, the standard has no type for these two.
        for kind in PROBLEMS {
            let known = exception(kind, "/epcis/events", false).is_some();
            assert_eq!(known, ![405, 408].contains(&kind.status), "{}", kind.code);
        }
    }
}
