//! Short words for building the facts of test events.

use laiqu_epcis::facts::{
    Action, DAY_MICROS, ErrorFact, EventTime, EventType, Facts, ItemFact, ItemRole, Position,
    Quantity, TypedId,
};

use crate::{Answer, Direction, Grade, Graph, IssueKind, LinkKind, Question, Reason};

pub(crate) const HOUR: i64 = 3_600_000_000;
pub(crate) const DAY: i64 = DAY_MICROS;

/// A moment: day and hour, never exactly midnight.
pub(crate) fn at(day: i64, hour: i64) -> EventTime {
    EventTime { micros: day * DAY + hour * HOUR + 1, offset_minutes: 0 }
}

/// A whole day.
pub(crate) fn on(day: i64) -> EventTime {
    EventTime { micros: day * DAY, offset_minutes: 0 }
}

pub(crate) fn event(id: &str, event_type: EventType, time: EventTime, place: &str) -> Facts {
    Facts {
        event_type,
        event_id: id.into(),
        time,
        start: None,
        action: None,
        biz_step: None,
        disposition: None,
        read_point: None,
        biz_location: (!place.is_empty()).then(|| place.into()),
        items: Vec::new(),
        sources: Vec::new(),
        destinations: Vec::new(),
        transactions: Vec::new(),
        transformation_id: None,
        error: None,
        hazards: Vec::new(),
        temperatures: Vec::new(),
        analytes: Vec::new(),
    }
}

fn stepped(facts: Facts, action: Action, step: &str) -> Facts {
    let step = format!("https://ref.gs1.org/cbv/BizStep-{step}");
    Facts { action: Some(action), biz_step: Some(step.into()), ..facts }
}

pub(crate) fn object(id: &str, action: Action, step: &str, time: EventTime, place: &str) -> Facts {
    stepped(event(id, EventType::Object, time, place), action, step)
}

pub(crate) fn make(id: &str, time: EventTime, place: &str, lot: &str, kg: f64) -> Facts {
    object(id, Action::Add, "commissioning", time, place).class(ItemRole::Subject, lot, kg)
}

pub(crate) fn ship(id: &str, time: EventTime, place: &str, lot: &str, kg: f64) -> Facts {
    object(id, Action::Observe, "shipping", time, place).class(ItemRole::Subject, lot, kg)
}

pub(crate) fn receive(id: &str, time: EventTime, place: &str, lot: &str, kg: f64) -> Facts {
    object(id, Action::Observe, "receiving", time, place).class(ItemRole::Subject, lot, kg)
}

pub(crate) fn sell(id: &str, time: EventTime, place: &str, lot: &str, kg: f64) -> Facts {
    object(id, Action::Delete, "retail_selling", time, place).class(ItemRole::Subject, lot, kg)
}

pub(crate) fn transform(id: &str, time: EventTime, place: &str) -> Facts {
    event(id, EventType::Transformation, time, place)
}

pub(crate) fn pack(id: &str, time: EventTime, place: &str, parent: &str) -> Facts {
    let facts = event(id, EventType::Aggregation, time, place);
    stepped(facts, Action::Add, "packing").unit(ItemRole::Parent, parent)
}

pub(crate) fn unpack(id: &str, time: EventTime, place: &str, parent: &str) -> Facts {
    let facts = event(id, EventType::Aggregation, time, place);
    stepped(facts, Action::Delete, "unpacking").unit(ItemRole::Parent, parent)
}

pub(crate) fn look(id: &str, step: &str, time: EventTime, place: &str, parent: &str) -> Facts {
    let facts = event(id, EventType::Aggregation, time, place);
    stepped(facts, Action::Observe, step).unit(ItemRole::Parent, parent)
}

/// A unit that is sent or received as such.
pub(crate) fn haul(id: &str, step: &str, time: EventTime, place: &str, unit: &str) -> Facts {
    object(id, Action::Observe, step, time, place).unit(ItemRole::Subject, unit)
}

/// What a builder adds to facts.
pub(crate) trait Build {
    fn item(self, role: ItemRole, id: &str, is_class: bool, kg: Option<f64>) -> Facts;
    fn class(self, role: ItemRole, id: &str, kg: f64) -> Facts;
    fn unit(self, role: ItemRole, id: &str) -> Facts;
    fn takes(self, id: &str, kg: f64) -> Facts;
    fn gives(self, id: &str, kg: f64) -> Facts;
    fn holds(self, id: &str, kg: f64) -> Facts;
    fn to(self, place: &str) -> Facts;
    fn from(self, place: &str) -> Facts;
    fn owner_to(self, party: &str) -> Facts;
    fn document(self, id: &str) -> Facts;
    fn run(self, id: &str) -> Facts;
    fn lot(self, lot: &str) -> Facts;
    fn error(self, reason: &str, corrective: &[&str]) -> Facts;
}

fn typed(kind: &str, id: &str) -> TypedId {
    TypedId { kind: format!("https://ref.gs1.org/cbv/{kind}").into(), id: id.into() }
}

impl Build for Facts {
    fn item(mut self, role: ItemRole, id: &str, is_class: bool, kg: Option<f64>) -> Facts {
        let quantity = kg.map(|amount| Quantity { amount, unit: Some("KGM".into()) });
        let (id, lot) = (id.into(), None);
        self.items.push(ItemFact { role, id, is_class, lot, quantity });
        self
    }

    fn class(self, role: ItemRole, id: &str, kg: f64) -> Facts {
        self.item(role, id, true, Some(kg))
    }

    fn unit(self, role: ItemRole, id: &str) -> Facts {
        self.item(role, id, false, None)
    }

    fn takes(self, id: &str, kg: f64) -> Facts {
        self.class(ItemRole::Input, id, kg)
    }

    fn gives(self, id: &str, kg: f64) -> Facts {
        self.class(ItemRole::Output, id, kg)
    }

    fn holds(self, id: &str, kg: f64) -> Facts {
        self.class(ItemRole::Child, id, kg)
    }

    fn to(mut self, place: &str) -> Facts {
        self.destinations.push(typed("SDT-location", place));
        self
    }

    fn from(mut self, place: &str) -> Facts {
        self.sources.push(typed("SDT-location", place));
        self
    }

    fn owner_to(mut self, party: &str) -> Facts {
        self.destinations.push(typed("SDT-owning_party", party));
        self
    }

    fn document(mut self, id: &str) -> Facts {
        self.transactions.push(typed("BTT-desadv", id));
        self
    }

    fn run(mut self, id: &str) -> Facts {
        self.transformation_id = Some(id.into());
        self
    }

    /// The lot of the item added last.
    fn lot(mut self, lot: &str) -> Facts {
        self.items.last_mut().unwrap().lot = Some(lot.into());
        self
    }

    fn error(mut self, reason: &str, corrective: &[&str]) -> Facts {
        self.error = Some(ErrorFact {
            reason: Some(format!("https://ref.gs1.org/cbv/ER-{reason}").into()),
            corrective_ids: corrective.iter().map(|id| (*id).into()).collect(),
        });
        self
    }
}

/// Events of one issuer, in positions from 0.
pub(crate) fn graph(events: &[Facts]) -> Graph {
    graph_by(&events.iter().map(|facts| ("urn:p:one", facts.clone())).collect::<Vec<_>>())
}

/// Events with their issuers, in positions from 0.
pub(crate) fn graph_by(events: &[(&str, Facts)]) -> Graph {
    let mut graph = Graph::new();
    for (index, (issuer, facts)) in events.iter().enumerate() {
        graph.add(position(index), *issuer, facts);
    }
    graph
}

/// The graph as a start finds it in a file.
pub(crate) fn reopened(graph: &Graph) -> Graph {
    laiqu_columns::testing::reopened(|saving| graph.save(saving), Graph::open)
}

pub(crate) fn position(index: usize) -> Position {
    Position { index: index as u64 / 3, ordinal: u32::try_from(index % 3).unwrap() }
}

pub(crate) fn back(graph: &Graph, id: &str) -> Answer {
    graph.trace(&Question::new(id, Direction::Back))
}

pub(crate) fn forward(graph: &Graph, id: &str) -> Answer {
    graph.trace(&Question::new(id, Direction::Forward))
}

pub(crate) fn with_containers(graph: &Graph, id: &str, direction: Direction) -> Answer {
    graph.trace(&Question { containers: true, ..Question::new(id, direction) })
}

/// What tests ask of an answer.
impl Answer {
    pub(crate) fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.lots.iter().map(|lot| lot.id.as_str()).collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) fn event_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.events.iter().map(|event| event.event_id.as_str()).collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) fn lot(&self, id: &str) -> (Grade, Vec<Reason>) {
        let lot = self.lots.iter().find(|lot| lot.id == id).unwrap();
        (lot.grade, lot.reasons.clone())
    }

    pub(crate) fn event(&self, id: &str) -> (Grade, Vec<Reason>) {
        let event = self.events.iter().find(|event| event.event_id == id).unwrap();
        (event.grade, event.reasons.clone())
    }

    pub(crate) fn issues_of(&self, kind: IssueKind) -> Vec<Vec<&str>> {
        let issues = self.issues.iter().filter(|issue| issue.kind == kind);
        issues.map(|issue| issue.events.iter().map(String::as_str).collect()).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<IssueKind> {
        self.issues.iter().map(|issue| issue.kind).collect()
    }

    pub(crate) fn moved(&self) -> Vec<(&str, &str, Grade)> {
        let moves = self.links.iter().filter(|link| link.kind == LinkKind::Moved);
        moves
            .map(|l| (l.from_place.as_deref().unwrap(), l.to_place.as_deref().unwrap(), l.grade))
            .collect()
    }
}
