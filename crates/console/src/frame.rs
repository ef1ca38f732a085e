//! What all pages share: language, header, footer, and how values are written.

use crate::text::{Text, fill};
use crate::{Kilograms, Lang, format, link};

/// Who looks at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Display name.
    pub name: String,
    /// Path that ends the session by POST, where there is one.
    pub sign_out: Option<String>,
    /// May look for things by their names, which are those of everyone.
    pub may_find: bool,
}

/// A link that shows a newcomer what can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What it shows, in the reader's language.
    pub label: String,
    /// Path on this origin.
    pub href: String,
}

/// The surroundings of one page while it is rendered.
pub(crate) struct Frame<'a> {
    pub(crate) t: &'static Text,
    pub(crate) lang: Lang,
    pub(crate) title: String,
    pub(crate) viewer: Option<&'a Viewer>,
    /// Path and query of this very page, without a language.
    here: String,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(lang: Lang, title: String, here: String, viewer: Option<&'a Viewer>) -> Self {
        Self { t: Text::of(lang), lang, title, viewer, here }
    }

    pub(crate) fn may_find(&self) -> bool {
        self.viewer.is_some_and(|viewer| viewer.may_find)
    }

    pub(crate) fn switch(&self) -> String {
        link::with_lang(&self.here, self.lang.other())
    }

    /// A link that keeps the language, or none where the text leads elsewhere.
    pub(crate) fn link(&self, href: &str) -> Option<String> {
        link::local(href).map(|href| link::with_lang(href, self.lang))
    }

    /// A link to a path that we know.
    pub(crate) fn page(&self, path: &str) -> String {
        link::with_lang(path, self.lang)
    }

    pub(crate) fn count(&self, number: &u64) -> String {
        format::count(*number)
    }

    pub(crate) fn time(&self, text: &str) -> String {
        format::time(text)
    }

    pub(crate) fn weight(&self, kilograms: &Option<Kilograms>) -> String {
        kilograms.and_then(Kilograms::show).unwrap_or_else(|| self.t.unknown.clone())
    }

    /// A phrase with one number in it.
    pub(crate) fn say(&self, phrase: &str, name: &str, number: &u64) -> String {
        fill(phrase, &[(name, &format::count(*number))])
    }
}
