//! A trace as a case of FoodChain-Lab: the movements of what it reaches.

use crate::ask::{LedgerState, Snapshot, TraceQuestion};
use crate::error::Error;
use crate::principal::Principal;
use crate::said::Said;
use crate::service::Service;
use crate::views::Views;
use laiqu_interchange::foodchain_lab::{Model, write_model};
use laiqu_trace::Question;
use serde::Serialize;

/// The movements of a trace as FoodChain-Lab's JSON, with the state they were found in.
#[derive(Clone, Debug, Serialize)]
pub struct TraceModel {
    /// The ledger state; FoodChain-Lab passes over it.
    pub ledger: LedgerState,
    /// Of the items asked about, `to` included, those that no event names.
    pub unknown: Vec<String>,
    /// A limit cut the walk.
    pub truncated: bool,
    /// Stations, deliveries and relations.
    #[serde(flatten)]
    pub model: Model,
}

impl Service {
    /// The movements behind a trace, as FoodChain-Lab reads them.
    ///
    /// # Errors
    /// As [`Self::trace`].
    pub fn trace_model(
        &self,
        question: &TraceQuestion,
        who: &Principal,
    ) -> Result<TraceModel, Error> {
        let (_, walk) = question.read()?;
        let visible_to = who.visibility(&self.registry());
        let views = self.shared().views.read();
        let ledger = self.state_asked(&views, question.as_of)?;
        Ok(model(&views, ledger, Question { visible_to, ..walk }))
    }
}

impl Snapshot {
    /// The movements behind a trace with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::trace`].
    pub fn trace_model(&self, question: &TraceQuestion) -> Result<TraceModel, Error> {
        let (_, walk) = question.read()?;
        let ledger = self.state_asked(question.as_of)?;
        Ok(model(self.views(), ledger, walk))
    }
}

fn model(views: &Views, ledger: LedgerState, walk: Question) -> TraceModel {
    let size = ledger.size;
    let question = Question { as_of: Some(size), ..walk };
    let flow = views.graph.flow_of_trace(&question, &Said::of(views, size));
    let model = write_model(&flow, |id| views.names.at(id, size));
    let unknown = views.graph.unknown(&question);
    TraceModel { ledger, unknown, truncated: flow.truncated, model }
}
