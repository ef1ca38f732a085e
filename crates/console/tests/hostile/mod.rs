//! The samples again with every text an attack and every number at its edge.

use laiqu_console::{
    Drawing, Edge, FindPage, Grade, Group, GroupKind, HomePage, IssueAmounts, IssueDetail,
    IssueRow, ItemRef, ItemRole, Kilograms, MessagePage, Node, NodeKind, Outcome, TracePage,
    TraceView, Viewer,
};

use crate::samples;

const TEXT: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)></main>\u{202E}{lots}";
const HREFS: [&str; 4] = ["javascript:alert(1)", "//evil.example", "https://evil.example", "/\\e"];

fn text() -> String {
    TEXT.to_owned()
}

fn viewer() -> Option<Viewer> {
    Some(Viewer { name: text(), sign_out: Some(HREFS[0].to_owned()), may_find: true })
}

pub(crate) fn home() -> HomePage {
    let mut page = samples::home();
    page.viewer = viewer();
    page.ledger.origin = text();
    page.ledger.root = text();
    page.ledger.checkpoint_time = text();
    page.ledger.events = u64::MAX;
    if let Some(witnesses) = &mut page.ledger.witnesses {
        witnesses.cosigned = Some(u64::MAX);
        witnesses.each.push((text(), true));
    }
    for row in &mut page.recent {
        (row.time, row.kind, row.issuer_name) = (text(), text(), Some(text()));
        (row.index, row.events) = (u64::MAX, u64::MAX);
    }
    let mut example = page.examples.first().cloned().unwrap();
    example.label = text();
    page.examples.push(example.clone());
    page.examples.extend(HREFS.map(|href| {
        example.href = href.to_owned();
        example.clone()
    }));
    page
}

pub(crate) fn message() -> MessagePage {
    MessagePage {
        status: u16::MAX,
        title: Some(text()),
        text: Some(text()),
        here: HREFS[1].to_owned(),
        sign_in: true,
        sign_in_failed: true,
        viewer: viewer(),
    }
}

fn drawing() -> Drawing {
    let odd = [f64::NAN, f64::NEG_INFINITY, f64::MAX, -0.5];
    let node = |(at, x): (usize, &f64)| Node {
        id: text(),
        label: text(),
        sublabel: text(),
        x: *x,
        y: -*x,
        grade: Grade::Suspected,
        kind: NodeKind::Container,
        start: true,
        href: Some(HREFS[at].to_owned()),
        group: (at % 2 == 0).then(|| Group {
            kind: GroupKind::Merged,
            lots: u64::MAX,
            members: vec![text(); 10],
            opens: true,
        }),
    };
    let points = odd.iter().map(|x| (*x, *x)).collect();
    Drawing {
        nodes: odd.iter().enumerate().map(node).collect(),
        edges: vec![Edge { points, grade: Grade::Suspected, label: text() }],
        width: f64::INFINITY,
        height: f64::NAN,
        merged: u64::MAX,
        edges_left_out: u64::MAX,
        left_closed: u64::MAX,
        opened: vec![text()],
    }
}

pub(crate) fn trace() -> TracePage {
    let mut found: TraceView = samples::found();
    found.name = text();
    found.drawing = drawing();
    let item = ItemRef { name: text(), id: text(), role: ItemRole::Child };
    for lot in &mut found.lots {
        (lot.name, lot.id) = (text(), text());
        (lot.reasons, lot.places) = (vec![text(); 2], vec![text(); 9]);
        lot.kilograms = Some(Kilograms { min: f64::NAN, max: Some(f64::INFINITY) });
    }
    for (event, href) in found.events.iter_mut().zip(HREFS) {
        (event.time, event.step, event.event_type) = (text(), text(), text());
        (event.place, event.party, event.reasons) = (text(), text(), vec![text()]);
        (event.items, event.href) = (vec![item.clone(); 9], href.to_owned());
    }
    found.issues = HREFS
        .map(|href| IssueRow {
            kind: text(),
            item: Some(item.clone()),
            party: text(),
            place: text(),
            time: text(),
            detail: IssueDetail::Coded {
                code: text(),
                amounts: Some(IssueAmounts {
                    out: f64::NAN,
                    come: f64::INFINITY,
                    unit: text(),
                    is_thousandfold: true,
                }),
            },
            href: href.to_owned(),
        })
        .to_vec();
    let mut page = samples::trace(Outcome::Found(Box::new(found)));
    page.question.id = text();
    (page.ledger.origin, page.ledger.root) = (text(), text());
    page.viewer = viewer();
    page
}

pub(crate) fn find() -> FindPage {
    let mut page = samples::find();
    (page.viewer, page.ledger.origin) = (viewer(), text());
    page.question.text = text();
    page.question.at = text();
    page.question.made = [text(), text()];
    page.question.as_of = Some(u64::MAX);
    let view = page.view.as_mut().unwrap();
    view.places = Some(vec![text()]);
    for row in &mut view.found {
        (row.name, row.id) = (text(), text());
        if let Some((_, matched)) = &mut row.matched {
            *matched = text();
        }
        for lot in &mut row.lots {
            (lot.number, lot.id, lot.first_seen) = (text(), text(), text());
            (lot.made, lot.expires) = (vec![text()], vec![text()]);
        }
    }
    page
}
