//! A page that says one thing: an error, or that one must sign in.

use askama::Template;

use crate::Lang;
use crate::frame::{Frame, Viewer};
use crate::text::Text;

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessagePage {
    /// HTTP status of the answer.
    pub status: u16,
    /// Title in the reader's language; none takes the usual one of the status.
    pub title: Option<String>,
    /// Text in the reader's language; none takes the usual one of the status.
    pub text: Option<String>,
    /// Path and query of the page that was asked for, without a language; empty stands for `/`.
    pub here: String,
    /// Offer the form for signing in.
    pub sign_in: bool,
    /// The token of a sign-in just made was refused.
    pub sign_in_failed: bool,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct View<'a> {
    f: Frame<'a>,
    page: &'a MessagePage,
    text: &'a str,
    sign_in_failed: bool,
}

impl MessagePage {
    /// The whole page.
    ///
    /// # Errors
    /// Only what the template engine reports.
    pub fn render(&self, lang: Lang) -> Result<String, askama::Error> {
        let words = &Text::of(lang).words.statuses;
        let usual = words.get(&self.status.to_string()).or_else(|| {
            let class = if self.status >= 500 { "500" } else { "400" };
            words.get(class)
        });
        let usual_title = usual.map_or("", |words| &words.title);
        let usual_text = usual.map_or("", |words| &words.text);
        let title = self.title.as_deref().unwrap_or(usual_title).to_owned();
        let here = crate::link::local(&self.here).unwrap_or("/").to_owned();
        let view = View {
            f: Frame::new(lang, title, here, self.viewer.as_ref()),
            page: self,
            text: self.text.as_deref().unwrap_or(usual_text),
            sign_in_failed: self.sign_in_failed,
        };
        view.render()
    }
}
