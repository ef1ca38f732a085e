//! Renders a trace.

use askama::Template;

use super::issues::{IssueGroup, group};
use super::{Bounds, Cut, Direction, ItemRef, ItemRole, Limit, ROWS_MAX};
use super::{EventRow, LotRow, Outcome, Period, Start, TracePage, TraceView};
use crate::Lang;
use crate::drawing::{Drawing, NodeKind};
use crate::format::{self, count};
use crate::frame::{Example, Frame};
use crate::link::{about, at, opened_path, towards, trace_json_path, trace_path};
use crate::svg::{self, Scene};
use crate::text::fill;

/// Items and places that one cell names.
const CELL_MAX: usize = 6;
/// Pixels up to which a picture shrinks to a wide window instead of being scrolled.
const FITS_MAX: f64 = 1500.0;
/// Columns of a name that has no name but its identifier in the title of the window.
const TITLE_COLUMNS_MAX: usize = 60;

#[derive(Template)]
#[template(path = "trace.html")]
struct View<'a> {
    f: Frame<'a>,
    page: &'a TracePage,
    scene: Scene,
    issues: Vec<IssueGroup<'a>>,
    id: &'a str,
    direction: Direction,
    containers: bool,
    more: &'a [String],
    bounds: &'a Bounds,
    examples: &'a [Example],
}

impl TracePage {
    /// The whole page.
    ///
    /// # Errors
    /// Only what the template engine reports.
    pub fn render(&self, lang: Lang) -> Result<String, askama::Error> {
        let here = match self.outcome {
            Outcome::Empty => "/trace".to_owned(),
            Outcome::Unknown => trace_path(&self.question),
            Outcome::Found(ref found) => opened_path(&self.question, &found.drawing.opened),
        };
        let mut f = Frame::new(lang, String::new(), here, self.viewer.as_ref());
        f.title = match self.outcome {
            Outcome::Empty => f.t.trace_title.clone(),
            Outcome::Unknown | Outcome::Found(_) => {
                let name = format::cut(self.name(), TITLE_COLUMNS_MAX);
                fill(&f.t.trace_of, &[("name", &self.with_more(&f, &name))])
            }
        };
        let found = self.found();
        let no_drawing = Drawing::default();
        let drawing = found.map_or(&no_drawing, |found| &found.drawing);
        let open = |id: &str| self.opening(&drawing.opened, id);
        let view = View {
            scene: svg::scene(drawing, &open, lang),
            issues: found.map_or_else(Vec::new, |found| group(&f, &found.issues)),
            f,
            page: self,
            // The box is for the code of an item.
            id: if self.question.start == Start::Item { &self.question.id } else { "" },
            direction: self.question.direction,
            containers: self.question.containers,
            more: &self.question.more,
            bounds: &self.question.bounds,
            examples: &self.examples,
        };
        view.render()
    }

    /// The page with one more box opened, at its drawing.
    fn opening(&self, opened: &[String], id: &str) -> String {
        let id = id.to_owned();
        format!("{}#drawing", opened_path(&self.question, opened.iter().chain([&id])))
    }

    fn found(&self) -> Option<&TraceView> {
        match &self.outcome {
            Outcome::Found(found) => Some(found),
            Outcome::Empty | Outcome::Unknown => None,
        }
    }

    /// A name, and how many more items were asked about.
    fn with_more(&self, f: &Frame<'_>, name: &str) -> String {
        let more = self.question.more.len();
        if more == 0 {
            return name.to_owned();
        }
        let more = count(more as u64);
        fill(&f.t.trace_and_more, &[("name", name), ("more", &more)])
    }

    fn name(&self) -> &str {
        let name = self.found().map_or("", |found| found.name.as_str());
        if name.is_empty() { &self.question.id } else { name }
    }
}

impl View<'_> {
    /// Which limits left something out.
    fn limits(&self, found: &TraceView) -> String {
        let t = self.f.t;
        let limit = |cut: &Cut| {
            let phrase = match cut.limit {
                Limit::Steps => &t.cut_steps,
                Limit::Lots => &t.cut_lots,
                Limit::Links => &t.cut_links,
                Limit::Time => &t.cut_time,
            };
            self.f.say(phrase, "most", &cut.most)
        };
        let limits: Vec<String> = found.cut.iter().map(limit).collect();
        let between = if self.f.lang == Lang::Zh { "，" } else { ", " };
        fill(&t.truncated, &[("limits", &limits.join(between))])
    }

    /// What was asked of whom and when, where that is no item.
    fn period(&self) -> Option<String> {
        let t = self.f.t;
        let (phrase, Period { from, until }) = match &self.page.question.start {
            Start::Item => return None,
            Start::Supplier(period) => (&t.trace_supplied, period),
            Start::Place(period) => (&t.trace_was_there, period),
        };
        let (from, until) = (format::time(from), format::time(until));
        Some(fill(phrase, &[("from", &from), ("until", &until)]))
    }

    fn heading(&self) -> String {
        self.page.with_more(&self.f, self.page.name())
    }

    /// How far it was asked to go, where a number does not say it.
    fn bounded(&self) -> Vec<String> {
        let (t, Bounds { to, walk, .. }) = (self.f.t, self.bounds);
        let (from, until) = (format::time(&walk.from), format::time(&walk.until));
        let said = [
            (&t.trace_to, "to", to),
            (&t.trace_walk_from, "from", &from),
            (&t.trace_walk_until, "until", &until),
        ];
        let said = said.into_iter().filter(|(.., value)| !value.is_empty());
        said.map(|(phrase, name, value)| fill(phrase, &[(name, value)])).collect()
    }

    /// The answer in plain words.
    fn summary(&self, found: &TraceView) -> String {
        let (t, n) = (self.f.t, found.summary);
        if n.lots == 0 {
            return t.alone.clone();
        }
        let numbers = [
            ("lots", count(n.lots)),
            ("sources", count(n.sources)),
            ("places", count(n.places)),
            ("parties", count(n.parties)),
            ("definite", count(n.definite)),
            ("suspected", count(n.suspected)),
            ("gaps", count(n.gaps)),
        ];
        let values: Vec<(&str, &str)> = numbers.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let mut phrases = vec![&t.summary_lots];
        if n.sources > 0 {
            phrases.push(&t.summary_sources);
        }
        phrases.push(&t.summary_grades);
        phrases.push(if n.gaps > 0 { &t.summary_gaps } else { &t.summary_whole });
        let sentences: Vec<String> = phrases.iter().map(|phrase| fill(phrase, &values)).collect();
        sentences.join(if self.f.lang == Lang::Zh { "" } else { " " })
    }

    fn drawing_name(&self) -> String {
        fill(&self.f.t.drawing_name, &[("name", self.page.name())])
    }

    fn drawing_description(&self) -> String {
        let nodes = count(self.scene.boxes.len() as u64);
        let edges = count(self.scene.lines.len() as u64);
        fill(&self.f.t.drawing_description, &[("nodes", &nodes), ("edges", &edges)])
    }

    fn computed_on(&self) -> String {
        let size = count(self.page.ledger.size);
        let values = [("origin", self.page.ledger.origin.as_str()), ("size", &size)];
        fill(&self.f.t.computed_on, &values)
    }

    /// Says that a table was cut, where it was.
    fn cut(&self, total: usize) -> Option<String> {
        let values = [("shown", count(ROWS_MAX as u64)), ("total", count(total as u64))];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        (total > ROWS_MAX).then(|| fill(&self.f.t.rows_cut, &values))
    }

    fn lots<'b>(&self, found: &'b TraceView) -> impl Iterator<Item = &'b LotRow> + use<'b> {
        found.lots.iter().take(ROWS_MAX)
    }

    fn events<'b>(&self, found: &'b TraceView) -> impl Iterator<Item = &'b EventRow> + use<'b> {
        found.events.iter().take(ROWS_MAX)
    }

    fn item_href(&self, id: &str) -> String {
        self.f.page(&trace_path(&about(&self.page.question, id)))
    }

    /// The page with all boxes as they were.
    fn closed_href(&self) -> String {
        self.f.page(&format!("{}#drawing", trace_path(&self.page.question)))
    }

    fn direction_href(&self, direction: &Direction) -> String {
        self.f.page(&trace_path(&towards(&self.page.question, *direction)))
    }

    /// The page that will always show this answer.
    fn lasting_href(&self) -> String {
        self.f.page(&trace_path(&at(&self.page.question, Some(self.page.ledger.size))))
    }

    fn newest_href(&self) -> String {
        self.f.page(&trace_path(&at(&self.page.question, None)))
    }

    fn json_href(&self) -> String {
        trace_json_path(&self.page.question)
    }

    fn more(&self, total: usize) -> Option<String> {
        let more = (total as u64).checked_sub(CELL_MAX as u64).filter(|more| *more > 0)?;
        Some(self.f.say(&self.f.t.more, "more", &more))
    }

    fn step(&self, row: &EventRow) -> String {
        let t = self.f.t;
        if row.step.is_empty() {
            t.event_type_word(&row.event_type)
        } else {
            t.step_word(&row.step)
        }
        .to_owned()
    }

    /// Items of an event by the part that they play, with the word for it.
    fn roles<'b>(&self, items: &'b [ItemRef]) -> Vec<(&'static str, Vec<&'b ItemRef>, usize)> {
        let t = self.f.t;
        let words = [
            (ItemRole::Subject, ""),
            (ItemRole::Input, t.role_input.as_str()),
            (ItemRole::Output, t.role_output.as_str()),
            (ItemRole::Parent, t.role_parent.as_str()),
            (ItemRole::Child, t.role_child.as_str()),
        ];
        let in_role = |(role, word)| {
            let all: Vec<&ItemRef> = items.iter().filter(|item| item.role == role).collect();
            let total = all.len();
            (total > 0).then(|| (word, all.into_iter().take(CELL_MAX).collect(), total))
        };
        words.into_iter().filter_map(in_role).collect()
    }
}

impl ItemRef {
    fn shown(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}

impl LotRow {
    fn shown(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}
