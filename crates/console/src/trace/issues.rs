//! Shortcomings of the records, with what exactly is wrong in the reader's language.

use super::{ItemRef, ROWS_MAX};
use crate::format::decimal;
use crate::frame::Frame;
use crate::text::fill;

/// One shortcoming of the records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IssueRow {
    /// Code such as `gap`.
    pub kind: String,
    /// The item that it concerns.
    pub item: Option<ItemRef>,
    /// Display name of the party to ask; empty where unknown.
    pub party: String,
    /// Display name of the place; empty where unknown.
    pub place: String,
    /// Time that it concerns, RFC 3339; empty where unknown.
    pub time: String,
    /// What exactly.
    pub detail: IssueDetail,
    /// Path on this origin of the event; empty where there is none.
    pub href: String,
}

/// What exactly is wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum IssueDetail {
    /// Nothing more than its kind says.
    #[default]
    None,
    /// Numbers and marks that mean the same in any language.
    Plain(String),
    /// One of the ways in which records are wrong.
    Coded {
        /// Code such as `more_left`.
        code: String,
        /// The amounts that do not agree, where it is about amounts.
        amounts: Option<IssueAmounts>,
    },
}

/// Two amounts that do not agree.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueAmounts {
    /// What was sent, or left.
    pub out: f64,
    /// What was received, or had come.
    pub come: f64,
    /// Of both, UN/CEFACT Recommendation 20; empty for pieces.
    pub unit: String,
    /// One is about a thousand times the other.
    pub is_thousandfold: bool,
}

impl IssueDetail {
    /// A code that has no words is shown as it came.
    fn words(&self, f: &Frame<'_>) -> String {
        let (code, amounts) = match self {
            IssueDetail::None => return String::new(),
            IssueDetail::Plain(text) => return text.clone(),
            IssueDetail::Coded { code, amounts } => (code, amounts),
        };
        let phrase = f.t.words.details.get(code).unwrap_or(code);
        let Some(amounts) = amounts else { return phrase.clone() };
        let unit = match amounts.unit.as_str() {
            "KGM" => "kg",
            "" => &f.t.pieces,
            other => other,
        };
        let shown = |amount: f64| format!("{} {unit}", decimal(amount));
        let (out, come) = (shown(amounts.out), shown(amounts.come));
        let detail = fill(phrase, &[("out", &out), ("come", &come)]);
        if !amounts.is_thousandfold {
            return detail;
        }
        fill(&f.t.issue_thousandfold, &[("detail", &detail)])
    }
}

/// Shortcomings of one kind.
pub(super) struct IssueGroup<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) ask: &'a str,
    pub(super) rows: Vec<(&'a IssueRow, String)>,
}

/// Groups by kind, in the order in which the kinds first occur.
pub(super) fn group<'a>(f: &Frame<'_>, issues: &'a [IssueRow]) -> Vec<IssueGroup<'a>> {
    let mut groups: Vec<IssueGroup<'a>> = Vec::new();
    for row in issues.iter().take(ROWS_MAX) {
        let detail = row.detail.words(f);
        if let Some(known) = groups.iter_mut().find(|group| group.kind == row.kind) {
            known.rows.push((row, detail));
            continue;
        }
        let words = f.t.issue_words(&row.kind);
        groups.push(IssueGroup {
            kind: &row.kind,
            name: words.map_or(&row.kind, |words| &words.name),
            ask: words.map_or("", |words| &words.ask),
            rows: vec![(row, detail)],
        });
    }
    groups
}
