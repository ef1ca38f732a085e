//! What the routes answered, counted. Labels are route patterns, classes of statuses and problem
//! types; nothing of what a request says comes near them.

use crate::catalogue::{PROBLEMS, ProblemKind};
use crate::openapi::documented_paths;
use actix_web::http::StatusCode;
use laiqu_service::metrics::{Counter, Histogram, MICROS};
use std::collections::HashMap;
use std::time::Duration;

/// Where nothing is.
pub(crate) const NOWHERE: &str = "none";

/// Classes of statuses (RFC 9110, section 15).
pub(crate) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Routes that take submissions.
const SUBMITTING: [&str; 2] = ["/epcis/capture", "/epcis/events"];

/// The pattern of the route that a request came to, as data of the route.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(String);

impl Pattern {
    /// Of a path as routes are written, where a parameter may say what it matches: `{key:.+}`.
    pub(crate) fn new(path: &str) -> Self {
        let mut pieces = path.split('{');
        let first = pieces.next().unwrap_or_default().to_owned();
        let rest = pieces.map(|piece| {
            let (inside, behind) = piece.split_once('}').unwrap_or((piece, ""));
            let name = inside.split(':').next().unwrap_or_default();
            format!("{{{name}}}{behind}")
        });
        Self(rest.fold(first, |path, piece| path + &piece))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What one route answered.
#[derive(Debug)]
pub(crate) struct Route {
    answers: [Counter; CLASSES.len()],
    /// From the whole head of a request to the head of its answer.
    pub(crate) time: Histogram,
}

impl Route {
    fn new() -> Self {
        Self { answers: Default::default(), time: Histogram::new(MICROS) }
    }

    /// How many answers of each class.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        CLASSES.into_iter().zip(self.answers.iter().map(Counter::get))
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.answers.iter().any(|answers| answers.get() > 0)
    }
}

/// How a request was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered<'a> {
    pub(crate) pattern: Option<&'a Pattern>,
    pub(crate) writes: bool,
    pub(crate) status: StatusCode,
    pub(crate) problem: Option<&'static ProblemKind>,
    pub(crate) time: Duration,
}

/// The counts of a server, from its start.
#[derive(Debug)]
pub(crate) struct Traffic {
    /// Every documented path. The set never changes, so that nobody waits to look one up.
    routes: HashMap<&'static str, Route>,
    nowhere: Route,
    /// Refusals by the place of their type in [`PROBLEMS`]: all, and those of submissions.
    refusals: Vec<(Counter, Counter)>,
}

impl Traffic {
    pub(crate) fn new() -> Self {
        Self {
            routes: documented_paths().into_iter().map(|path| (path, Route::new())).collect(),
            nowhere: Route::new(),
            refusals: PROBLEMS.iter().map(|_| Default::default()).collect(),
        }
    }

    pub(crate) fn count(&self, answered: Answered<'_>) {
        let pattern = answered.pattern.map_or(NOWHERE, Pattern::as_str);
        let route = self.routes.get(pattern).unwrap_or(&self.nowhere);
        let class = usize::from(answered.status.as_u16() / 100).wrapping_sub(1);
        if let Some(answers) = route.answers.get(class) {
            answers.add_one();
        }
        route.time.observe_time(answered.time);
        let Some(problem) = answered.problem else { return };
        let place = PROBLEMS.iter().position(|kind| std::ptr::eq(*kind, problem));
        if let Some((all, submissions)) = place.and_then(|place| self.refusals.get(place)) {
            all.add_one();
            if answered.writes && SUBMITTING.contains(&pattern) {
                submissions.add_one();
            }
        }
    }

    /// Every route that was asked, by its pattern.
    pub(crate) fn routes(&self) -> Vec<(&'static str, &Route)> {
        let routes = self.routes.iter().map(|(pattern, route)| (*pattern, route));
        let mut asked: Vec<_> = routes
            .chain([(NOWHERE, &self.nowhere)])
            .filter(|(_, route)| route.is_asked())
            .collect();
        asked.sort_unstable_by_key(|(pattern, _)| *pattern);
        asked
    }

    /// Refusals by problem type: all of them, and those of submissions.
    pub(crate) fn refusals(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        let counts = self.refusals.iter().map(|(all, submissions)| (all.get(), submissions.get()));
        PROBLEMS.iter().zip(counts).map(|(kind, (all, submissions))| (kind.code, all, submissions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{NOT_FOUND, OVERLOADED};

    #[test]
    fn patterns_are_paths_as_the_description_has_them() {
        for (path, pattern) in [
            ("/", "/"),
            ("/log/tile/{path:.+}", "/log/tile/{path}"),
            ("/v1/parties/{id}/chain", "/v1/parties/{id}/chain"),
            ("/a/{b:x}/{c}", "/a/{b}/{c}"),
        ] {
            assert_eq!(Pattern::new(path).as_str(), pattern);
        }
    }

    #[test]
    fn answers_are_counted_by_route_class_and_problem() {
        let traffic = Traffic::new();
        let capture = Pattern::new("/epcis/capture");
        let count = |pattern, status, problem, writes| {
            let status = StatusCode::from_u16(status).unwrap();
            traffic.count(Answered { pattern, writes, status, problem, time: Duration::ZERO });
        };
        count(Some(&capture), 202, None, true);
        count(Some(&capture), 503, Some(&OVERLOADED), true);
        count(Some(&capture), 503, Some(&OVERLOADED), false);
        count(None, 404, Some(&NOT_FOUND), true);
        let routes = traffic.routes();
        assert_eq!(routes.iter().map(|(p, _)| *p).collect::<Vec<_>>(), ["/epcis/capture", NOWHERE]);
        let answers: Vec<u64> = routes[0].1.answers().map(|(_, count)| count).collect();
        assert_eq!(answers, [0, 1, 0, 0, 2]);
        assert_eq!(routes[0].1.time.buckets().map(|(_, count)| count).sum::<u64>(), 3);
        let refused: Vec<_> = traffic.refusals().filter(|(_, all, _)| *all > 0).collect();
        assert_eq!(refused, [("not-found", 1, 0), ("overloaded", 2, 1)]);
    }
}
