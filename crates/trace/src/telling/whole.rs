//! The answer as a whole.

use crate::answer::{Answer, EventLine, Issue, Link, Lot};
use crate::graph::Graph;
use crate::question::Question;
use crate::telling::Lines;

impl Graph {
    /// Answers a question. The same events give the same answer in whatever order they came.
    #[must_use]
    pub fn trace(&self, question: &Question) -> Answer {
        let mut telling = self.tell(question);
        let mut answer = Answer::default();
        while telling.turn() {
            telling.go_on(self, &mut answer);
        }
        let (unknown, cut) = (telling.unknown.clone(), telling.cut());
        Answer { unknown, truncated: !cut.is_empty(), cut, ..answer }
    }
}

impl Lines for Answer {
    fn lot(&mut self, lot: &Lot<&str>) {
        self.lots.push(lot.owned());
    }

    fn event(&mut self, event: &EventLine<&str>) {
        self.events.push(event.owned());
    }

    fn link(&mut self, link: &Link<&str>) {
        self.links.push(link.owned());
    }

    fn party(&mut self, id: &str) {
        self.parties.push(id.to_owned());
    }

    fn place(&mut self, id: &str) {
        self.places.push(id.to_owned());
    }

    fn issue(&mut self, issue: &Issue<&str>) {
        self.issues.push(issue.owned());
    }
}
