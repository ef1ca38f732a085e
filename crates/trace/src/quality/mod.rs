//! What the records lack or contradict, each with the events concerned and the parties to ask.

mod asked;
mod checks;
mod flaw;
mod scale;

pub use flaw::{FLAWS_MAX, Flaw, FlawKind, Quality, QualityQuestion};

use std::collections::BTreeSet;

use crate::balance::runs;
use crate::graph::Graph;
use crate::question::{Direction, Question};
use crate::scope::MasterFacts;
use crate::selection::{Units, selected};
use crate::view::View;
use flaw::Found;

impl Graph {
    /// The flaws of what the question selects; `facts` weigh cases and pieces. The same events give
    /// the same answer in whatever order they came.
    #[must_use]
    pub fn quality(&self, question: &QualityQuestion, facts: &dyn MasterFacts) -> Quality {
        let visible = Question {
            visible_to: question.visible_to.clone(),
            as_of: question.as_of,
            ..Question::new("", Direction::Both)
        };
        let view = View::new(self, &visible);
        let mut found = Found::new(&view, question);
        let mut events = BTreeSet::new();
        for (item, sites) in selected(&view, &question.of, Units::AlsoThemselves) {
            checks::item(&view, item, sites.as_ref(), &mut found);
            let at = |event: u32| {
                let record = self.event(event)?;
                let site = view.site(view.place(event, record));
                let here = sites.as_ref().is_none_or(|sites| sites.contains(&site));
                (here && question.covers(record.time().earliest())).then_some(event)
            };
            events.extend(view.all_events(item).filter_map(|(event, _)| at(event)));
        }
        checks::records(&view, &events, &mut found);
        scale::amounts(&view, &events, &mut found);
        let first = |event: &u32| runs::first_of_run(&view, *event);
        let runs: BTreeSet<u32> = events.iter().filter_map(first).collect();
        for run in runs {
            checks::run(&view, run, facts, &mut found);
        }
        view.rest_on(events.iter().copied());
        found.finish(events.len())
    }
}

#[cfg(test)]
mod tests;
