//! Sample data: a city as it might be, and one that means harm.

use laiqu_console::{
    Cut, Direction, Drawing, Edge, EntryRow, EventRow, Example, FindPage, FindQuestion, FindView,
    FoundBy, FoundKind, FoundLotRow, FoundRow, Grade, Group, GroupKind, HomePage, IssueAmounts,
    IssueDetail, IssueRow, ItemRef, ItemRole, Kilograms, LedgerLine, LedgerState, Limit, LotRow,
    Node, NodeKind, Outcome, Question, Summary, TracePage, TraceView, Viewer, Witnesses,
};

pub(crate) const START: &str = "https://id.gs1.org/01/06901234567892/10/PK20261118A/21/000417";
const ROOT: &str = "5f1c8e0b7a94d2f36a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f";

pub(crate) fn examples() -> Vec<Example> {
    let example = |label: &str, direction| Example {
        label: label.to_owned(),
        href: laiqu_console::trace_path(&Question {
            id: START.to_owned(),
            direction,
            ..Question::default()
        }),
    };
    vec![
        example("一盒鸡胸肉 → 养殖场", Direction::Back),
        example("问题批次 → 门店", Direction::Forward),
    ]
}

pub(crate) fn home() -> HomePage {
    let kinds = ["epcis.capture", "epcis.capture", "party.register", "x.unknown", "ledger.init"];
    let names =
        [Some("清远市凤中皇养殖合作社"), Some("粤北冷链物流有限公司"), None, Some("A"), None];
    let rows = kinds.iter().zip(names).zip((0..5).rev());
    HomePage {
        ledger: LedgerState {
            origin: "laiqu.example.gov.cn/清远".to_owned(),
            entries: 20_417,
            events: 1_203_556,
            parties: 153,
            items: 88_021,
            root: ROOT.to_owned(),
            checkpoint_time: "2026-11-23T06:00:00.123456Z".to_owned(),
            public_read: true,
            witnesses: Some(Witnesses {
                cosigned: Some(20_401),
                halted: true,
                each: vec![("市场监管局".to_owned(), false), ("consumers".to_owned(), true)],
            }),
        },
        viewer: None,
        sign_in_failed: false,
        recent: rows
            .map(|((kind, name), index)| EntryRow {
                index: index * 5104,
                time: "2026-11-23T05:59:58.000001Z".to_owned(),
                kind: (*kind).to_owned(),
                issuer: (index > 0).then_some(index + 7),
                issuer_name: name.map(str::to_owned),
                events: index * 17,
            })
            .collect(),
        examples: examples(),
    }
}

pub(crate) fn viewer() -> Viewer {
    Viewer {
        name: "清远市市场监督管理局".to_owned(),
        sign_out: Some("/logout".to_owned()),
        may_find: true,
    }
}

fn node(at: (f64, f64), label: &str, sublabel: &str, kind: NodeKind, grade: Grade) -> Node {
    Node {
        id: format!("https://id.gs1.org/01/06901234567892/10/{label}"),
        label: label.to_owned(),
        sublabel: sublabel.to_owned(),
        x: at.0,
        y: at.1,
        grade,
        kind,
        start: false,
        href: Some(format!("/trace?id={}", at.0)),
        group: None,
    }
}

fn drawing() -> Drawing {
    use Grade::{Definite, Suspected};
    use NodeKind::{Container, Lot, Missing, Pack, Sale, Source, Step};
    let mut nodes = vec![
        node((0.0, 0.0), "活鸡 凤-1115", "凤中皇养殖合作社 3 号棚", Source, Definite),
        node((0.0, 1.0), "活鸡 凤-1115", "石潭镇黄屋村养殖场", Source, Definite),
        node((0.0, 2.0), "配合饲料 510 肉小鸡 F-09", "清新饲料厂", Source, Suspected),
        node((1.0, 0.5), "鸡胴体 T20261116", "粤北禽类屠宰 · 1 线", Lot, Definite),
        node((1.0, 2.0), "没有收货记录", "", Missing, Suspected),
        node((2.0, 0.5), "分割线 2", "粤北禽类屠宰", Step, Definite),
        node((2.0, 1.5), "冷库托盘 00690123", "粤北冷链 −18 ℃ 库", Container, Suspected),
        node((3.0, 0.5), "冷鲜鸡胸肉 PK20261118A", START, Pack, Definite),
        node((4.0, 0.0), "WWWWW Supermarket Qingyuan", "百家惠超市北江店", Sale, Definite),
        node((4.0, 1.0), "第三小学食堂", "清城区", Sale, Suspected),
    ];
    nodes[7].start = true;
    nodes[9].group = Some(Group {
        kind: GroupKind::Merged,
        lots: 5_400,
        members: vec!["第三小学食堂".to_owned(), "第四小学食堂".to_owned()],
        opens: true,
    });
    let edge = |points: &[(f64, f64)], grade, label: &str| Edge {
        points: points.to_vec(),
        grade,
        label: label.to_owned(),
    };
    let edges = vec![
        edge(&[(0.0, 0.0), (1.0, 0.5)], Definite, "1,200 kg"),
        edge(&[(0.0, 1.0), (1.0, 0.5)], Definite, "860 kg"),
        edge(&[(0.0, 2.0), (1.0, 2.0)], Suspected, ""),
        edge(&[(1.0, 2.0), (2.0, 1.5)], Suspected, "≥ 40 kg"),
        edge(&[(1.0, 0.5), (2.0, 0.5)], Definite, "2,010.5 kg"),
        edge(&[(1.0, 0.5), (2.0, 1.5)], Suspected, "300 kg"),
        edge(&[(2.0, 0.5), (3.0, 0.5)], Definite, "0.417 kg"),
        edge(&[(2.0, 1.5), (3.0, 0.5)], Suspected, ""),
        edge(&[(3.0, 0.5), (4.0, 0.0)], Definite, "12 kg"),
        edge(&[(3.0, 0.5), (4.0, 1.0)], Suspected, ""),
        edge(&[(0.0, 2.0), (1.0, 2.8), (2.0, 2.4), (3.0, 2.4), (4.0, 1.0)], Suspected, "7 kg"),
    ];
    Drawing {
        nodes,
        edges,
        width: 5.0,
        height: 3.0,
        merged: 5_400,
        edges_left_out: 7,
        left_closed: 1,
        opened: vec!["urn:epc:class:lgtin:4012345.022222.B&7".to_owned()],
    }
}

pub(crate) fn item(name: &str, role: ItemRole) -> ItemRef {
    let id = format!("https://id.gs1.org/01/06901234567892/10/{}", name.len());
    ItemRef { name: name.to_owned(), id, role }
}

pub(crate) fn lot(
    name: &str,
    reasons: &[&str],
    places: usize,
    kilograms: Option<Kilograms>,
) -> LotRow {
    let all = ["凤中皇养殖合作社 3 号棚", "粤北禽类屠宰", "粤北冷链", "百家惠", "E", "F", "G", "H"];
    LotRow {
        name: name.to_owned(),
        id: format!("https://id.gs1.org/01/06901234567892/10/T{}", name.len()),
        grade: if reasons.is_empty() { Grade::Definite } else { Grade::Suspected },
        reasons: reasons.iter().map(|code| (*code).to_owned()).collect(),
        places: all.iter().take(places).map(|place| (*place).to_owned()).collect(),
        kilograms,
    }
}

fn event(step: &str, time: &str, items: Vec<ItemRef>, reasons: &[&str]) -> EventRow {
    EventRow {
        time: time.to_owned(),
        step: step.to_owned(),
        event_type: "TransformationEvent".to_owned(),
        place: "粤北禽类屠宰 · 1 线".to_owned(),
        party: "广东粤北禽类屠宰加工有限公司".to_owned(),
        items,
        grade: if reasons.is_empty() { Grade::Definite } else { Grade::Suspected },
        reasons: reasons.iter().map(|code| (*code).to_owned()).collect(),
        href: "/v1/entries/20403".to_owned(),
    }
}

fn events() -> Vec<EventRow> {
    let many =
        (1..10).map(|n| item(&format!("包装盒 {n:04}"), ItemRole::Child)).collect::<Vec<_>>();
    let mut packing = vec![item("冷库托盘 00690123", ItemRole::Parent)];
    packing.extend(many);
    let cutting = vec![
        item("鸡胴体 T20261116", ItemRole::Input),
        item("冰", ItemRole::Input),
        item("冷鲜鸡胸肉 PK20261118A", ItemRole::Output),
    ];
    let shipped = || vec![item("活鸡 凤-1115", ItemRole::Subject)];
    vec![
        event(
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "2026-11-15T21:40:00+08:00",
            shipped(),
            &[],
        ),
        event("receiving", "2026-11-16T00:00:00+08:00", shipped(), &["out_of_order", "one_sided"]),
        event("", "2026-11-16T05:12:00+08:00", cutting, &[]),
        event(
            "urn:epcglobal:cbv:bizstep:packing",
            "2026-11-16T09:00:00+08:00",
            packing,
            &["custom"],
        ),
    ]
}

fn issues() -> Vec<IssueRow> {
    let coded = |code: &str, amounts| IssueDetail::Coded { code: code.to_owned(), amounts };
    let (out, come, unit) = (1_200.0, 1_150.0, "KGM".to_owned());
    let amounts = IssueAmounts { out, come, unit, is_thousandfold: false };
    let issue = |kind: &str, detail: IssueDetail| IssueRow {
        kind: kind.to_owned(),
        item: Some(item("活鸡 凤-1115", ItemRole::Subject)),
        party: "清远市凤中皇养殖合作社".to_owned(),
        place: "3 号棚".to_owned(),
        time: "2026-11-15T21:40:00+08:00".to_owned(),
        detail,
        href: "/v1/entries/20403".to_owned(),
    };
    vec![
        issue("gap", coded("not_sent", None)),
        issue("quantity_mismatch", coded("sent_and_received_differ", Some(amounts))),
        IssueRow { kind: "gap".to_owned(), ..IssueRow::default() },
        issue("odd_code", IssueDetail::None),
    ]
}

pub(crate) fn found() -> TraceView {
    TraceView {
        name: "冷鲜鸡胸肉 400 g · PK20261118A".to_owned(),
        summary: Summary {
            lots: 12,
            sources: 3,
            places: 9,
            parties: 7,
            definite: 8,
            suspected: 4,
            gaps: 1,
        },
        drawing: drawing(),
        issues: issues(),
        lots: vec![
            lot("鸡胴体 T20261116", &[], 2, Some(Kilograms::exactly(2060.0))),
            lot("", &["unlotted", "inferred_containment"], 8, None),
            lot("配合饲料 510", &["quantity_exceeds"], 1, Some(Kilograms { min: 40.0, max: None })),
            lot("冰", &["new_reason"], 0, Some(Kilograms { min: 0.5, max: Some(1.25) })),
        ],
        events: events(),
        cut: vec![Cut { limit: Limit::Steps, most: 3 }, Cut { limit: Limit::Lots, most: 100_000 }],
    }
}

pub(crate) fn trace(outcome: Outcome) -> TracePage {
    TracePage {
        question: Question {
            id: START.to_owned(),
            direction: Direction::Back,
            containers: true,
            ..Question::default()
        },
        outcome,
        ledger: LedgerLine {
            origin: "laiqu.example.gov.cn/清远".to_owned(),
            size: 20_417,
            root: ROOT.to_owned(),
        },
        viewer: Some(viewer()),
        examples: examples(),
    }
}

fn found_row(kind: FoundKind, name: &str, id: &str) -> FoundRow {
    let (name, id) = (name.to_owned(), id.to_owned());
    FoundRow { kind, name, id, matched: None, lots: Vec::new(), more_lots: false }
}

pub(crate) fn find() -> FindPage {
    let lot = |number: &str, made: &[&str], expires: &[&str]| FoundLotRow {
        number: number.to_owned(),
        id: format!("https://id.gs1.org/01/06901234567892/10/{number}"),
        made: made.iter().map(|day| (*day).to_owned()).collect(),
        expires: expires.iter().map(|day| (*day).to_owned()).collect(),
        first_seen: "2026-11-18T05:12:00+08:00".to_owned(),
    };
    let product = "https://id.gs1.org/01/06901234567892";
    let products = FoundRow {
        matched: Some((FoundBy::Label, "清江牌冷鲜鸡胸肉 500 g".to_owned())),
        lots: vec![lot("PK20261118A", &["2026-11-17"], &["2026-11-24"]), lot("T1", &[], &[])],
        more_lots: true,
        ..found_row(FoundKind::Product, "冷鲜鸡胸肉", product)
    };
    FindPage {
        question: FindQuestion {
            text: "鸡".to_owned(),
            at: "百家惠".to_owned(),
            made: ["2026-11-10".to_owned(), "2026-11-20".to_owned()],
            ..FindQuestion::default()
        },
        view: Some(FindView {
            places: Some(vec!["百家惠超市北江店".to_owned(), "百家惠超市清城店".to_owned()]),
            found: vec![
                products,
                found_row(
                    FoundKind::Party,
                    "清远市凤中皇养殖合作社",
                    "urn:uscc:91510500MA6XXXXXXX",
                ),
                found_row(FoundKind::Place, "活鸡市场", "https://id.gs1.org/414/4012345000115"),
                found_row(FoundKind::Document, "检疫证明", "urn:epcglobal:cbv:bt:1:2"),
            ],
            truncated: true,
        }),
        ledger: trace(Outcome::Empty).ledger,
        viewer: Some(viewer()),
    }
}
