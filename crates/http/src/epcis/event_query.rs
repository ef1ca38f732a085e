//! Event queries as addresses state them, and the links between the pages of their answers.

use crate::catalogue::INVALID_PARAMETER;
use crate::problem::Problem;
use crate::query::{Query, refused};
use actix_web::HttpRequest;
use laiqu_epcis::Prefixes;
use laiqu_epcis::query::{CollectionKind, EventQuery, QueryFault};
use laiqu_service::limits::QUERY_EVENTS_MAX;
use laiqu_service::{Code, Detail, Error, EventAsk, NextPage};

/// Events on a page where the request does not say (EPCIS 2.0, section 12.4).
pub(crate) const PER_PAGE_DEFAULT: usize = 30;
/// Largest `perPage` that is taken; no page holds so many.
const PER_PAGE_MAX: u32 = 1_000_000;

const PER_PAGE: &str = "perPage";
const TOKEN: &str = "nextPageToken";

/// Which page is wanted, and of how many items.
pub(crate) struct Paging {
    pub(crate) per_page: usize,
    pub(crate) token: Option<String>,
}

impl Paging {
    /// The parameters of a page.
    pub(crate) const NAMES: [&str; 2] = [PER_PAGE, TOKEN];

    pub(crate) fn of(query: &Query) -> Result<Self, Problem> {
        let per_page = match query.number(PER_PAGE, PER_PAGE_MAX)? {
            None if query.get(PER_PAGE).is_some() => None,
            None => Some(PER_PAGE_DEFAULT),
            Some(number) => usize::try_from(number).ok().filter(|number| *number > 0),
        };
        let per_page = per_page.ok_or_else(|| refused(PER_PAGE, "must be above 0"))?;
        let token = query.get(TOKEN).map(str::to_owned);
        Ok(Self { per_page: per_page.min(QUERY_EVENTS_MAX), token })
    }
}

/// The query that a request states, for the events of one member of a collection where that is
/// given.
pub(crate) fn event_ask(
    request: &HttpRequest,
    within: Option<(CollectionKind, &str)>,
) -> Result<EventAsk, Problem> {
    let query = Query::parse(request.query_string())?;
    let Paging { per_page, token } = Paging::of(&query)?;
    let extensions = extensions(request)?;
    let stated = query.pairs().filter(|(name, _)| !Paging::NAMES.contains(name));
    let parameters: Vec<(String, Vec<String>)> = stated
        .map(|(name, value)| (name.to_owned(), value.split('|').map(str::to_owned).collect()))
        .collect();
    let prefixes =
        Prefixes::declaring(extensions.iter().map(|(name, uri)| (name.as_str(), uri.as_str())));
    let mut asked = EventQuery::of_parameters(&parameters, &prefixes).map_err(wrong)?;
    if let Some((kind, member)) = within {
        asked = asked.within_collection(kind, member).map_err(wrong)?;
    }
    let mut parts: Vec<String> =
        parameters.iter().map(|(name, values)| format!("{name:?}={values:?}")).collect();
    parts.sort_unstable();
    let within = within.map(|(kind, member)| (kind.name(), member));
    let text = format!("{within:?} {extensions:?} {}", parts.join("&"));
    Ok(EventAsk { query: asked, text, per_page, token })
}

/// The prefixes that `GS1-Extensions` declares: `prefix=uri`, separated by commas (EPCIS 2.0,
/// section 12.3).
fn extensions(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let mut declared = Vec::new();
    for header in request.headers().get_all("GS1-Extensions") {
        for pair in header.to_str().unwrap_or("?").split(',').map(str::trim) {
            if pair.is_empty() {
                continue;
            }
            let (prefix, uri) = pair.split_once('=').unwrap_or_default();
            if prefix.is_empty() || uri.is_empty() {
                let detail = "GS1-Extensions is a list of prefix=uri, separated by commas";
                return Err(Problem::new(&INVALID_PARAMETER, detail));
            }
            declared.push((prefix.trim().to_owned(), uri.trim().to_owned()));
        }
    }
    Ok(declared)
}

fn wrong(fault: QueryFault) -> Problem {
    let detail = fault.to_string();
    let errors = vec![Detail {
        pointer: fault.parameter,
        code: "parameter".to_owned(),
        detail: fault.detail,
    }];
    Error::new(Code::InvalidParameter, detail).with(errors).into()
}

/// The `Link` to the next page (RFC 8288): the same address with the page's token.
pub(crate) fn next_link(request: &HttpRequest, next: &NextPage) -> String {
    let is_token = |pair: &&str| pair.split('=').next() == Some(TOKEN);
    let stated = request.query_string().split('&');
    let stated: Vec<&str> =
        stated.filter(|pair| !pair.is_empty()).filter(|pair| !is_token(pair)).collect();
    let token = format!("{TOKEN}={}", next.token);
    let pairs: Vec<&str> = stated.into_iter().chain([token.as_str()]).collect();
    // What an address may not hold as it is would end the link early.
    let query = pairs.join("&").replace('>', "%3E").replace('<', "%3C").replace('"', "%22");
    format!("<{}?{query}>; rel=\"next\"", request.uri().path())
}
