//! Renders what was found.

use askama::Template;

use super::{FindPage, FindQuestion, FoundKind};
use crate::Lang;
use crate::format::{self, count};
use crate::frame::Frame;
use crate::link::{find_json_path, find_path, trace_path};
use crate::text::fill;
use crate::trace::Question;

/// Columns of what was asked for in the title of the window.
const TITLE_COLUMNS_MAX: usize = 60;

#[derive(Template)]
#[template(path = "find.html")]
struct View<'a> {
    f: Frame<'a>,
    page: &'a FindPage,
}

impl FindPage {
    /// The whole page.
    ///
    /// # Errors
    /// Only what the template engine reports.
    pub fn render(&self, lang: Lang) -> Result<String, askama::Error> {
        let here = match self.view {
            None => "/find".to_owned(),
            Some(_) => find_path(&self.question),
        };
        let mut f = Frame::new(lang, String::new(), here, self.viewer.as_ref());
        let text = format::cut(&self.question.text, TITLE_COLUMNS_MAX);
        f.title = match self.view {
            None => f.t.find_title.clone(),
            Some(_) => fill(&f.t.find_of, &[("text", &text)]),
        };
        View { f, page: self }.render()
    }
}

impl View<'_> {
    fn computed_on(&self) -> String {
        let size = count(self.page.ledger.size);
        let values = [("origin", self.page.ledger.origin.as_str()), ("size", &size)];
        fill(&self.f.t.computed_on, &values)
    }

    fn trace_href(&self, id: &str) -> String {
        let as_of = self.page.question.as_of;
        self.f.page(&trace_path(&Question { id: id.to_owned(), as_of, ..Question::default() }))
    }

    /// The page that will always show this answer.
    fn lasting_href(&self) -> String {
        let as_of = Some(self.page.ledger.size);
        self.f.page(&find_path(&FindQuestion { as_of, ..self.page.question.clone() }))
    }

    fn newest_href(&self) -> String {
        self.f.page(&find_path(&FindQuestion { as_of: None, ..self.page.question.clone() }))
    }

    fn json_href(&self) -> String {
        find_json_path(&self.page.question)
    }

    /// The inputs for days: name, label, value.
    fn days(&self) -> [(&'static str, &str, &str); 4] {
        let (t, [from, until]) = (self.f.t, &self.page.question.made);
        let [good_from, good_until] = &self.page.question.expires;
        [
            ("made_from", &t.find_made_from, from),
            ("made_until", &t.find_made_until, until),
            ("expires_from", &t.find_expires_from, good_from),
            ("expires_until", &t.find_expires_until, good_until),
        ]
    }

    /// What starts a trace from what is no item: the parameter, and what it will look for.
    fn start(&self, kind: &FoundKind) -> Option<(&'static str, &str)> {
        match kind {
            FoundKind::Party => Some(("supplier", &self.f.t.find_supplied)),
            FoundKind::Place => Some(("place", &self.f.t.find_was_there)),
            _ => None,
        }
    }

    /// The inputs for its period.
    fn period(&self) -> [(&'static str, &str, &str); 2] {
        let (t, [from, until]) = (self.f.t, &self.page.question.made);
        [("from", &t.find_from, from), ("until", &t.find_until, until)]
    }

    fn places(&self, names: &[String]) -> String {
        names.join(&self.f.t.comma)
    }
}
