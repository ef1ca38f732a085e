//! The bare closure of a question: what a trace reaches, before anything is told about it.

use crate::closure::Closure;
use crate::grade::Grade;
use crate::graph::Graph;
use crate::intern::IdSet;
use crate::moves::Moves;
use crate::question::{Direction, Question};
use crate::view::View;
use crate::walk::{starts, walk};

/// What a question reaches, in numbers.
#[derive(Debug)]
pub struct Reached<'g> {
    closures: Vec<Closure<'g>>,
}

impl Graph {
    /// Works out the moves of items that wait for it, at most so many, and keeps what they leave in
    /// doubt: a walk over settled items reads it. Says how many it looked at.
    ///
    /// A walk does the same for what it meets, so that this changes no answer.
    pub fn settle(&self, most: usize) -> usize {
        let view = View::new(self, &Question::new("", Direction::Both));
        let waiting = std::iter::from_fn(|| self.links.take_unsettled()).take(most);
        waiting.map(|item| self.links.settle(item, &Moves::of(&view, item).doubts)).count()
    }

    /// Walks a question as [`Graph::trace`] does, with every rule of time, containment and
    /// amounts, and puts nothing into words.
    #[must_use]
    pub fn reach(&self, question: &Question) -> Reached<'_> {
        let view = View::new(self, question);
        let starts = starts(&view, &question.start);
        let walks = question.direction.walks().iter();
        Reached { closures: walks.map(|way| walk(&view, question, &starts, *way)).collect() }
    }
}

impl Reached<'_> {
    /// How many items were reached, the start included.
    #[must_use]
    pub fn lots(&self) -> usize {
        let nodes = self.closures.iter().flat_map(|closure| &closure.nodes);
        nodes.map(|node| node.vertex.item).collect::<IdSet<u32>>().len()
    }

    /// How many of the vertices are beyond doubt.
    #[must_use]
    pub fn definite(&self) -> usize {
        let nodes = self.closures.iter().flat_map(|closure| &closure.nodes);
        nodes.filter(|node| node.reasons.grade() == Grade::Definite).count()
    }

    /// How many links were followed.
    #[must_use]
    pub fn links(&self) -> usize {
        self.closures.iter().map(|closure| closure.flows.len()).sum()
    }
}
