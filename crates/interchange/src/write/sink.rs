//! XML text as it grows.

use crate::schema::is_xml_char;

/// Writes tags and escaped texts.
pub(crate) struct Sink {
    out: String,
}

impl Sink {
    pub(crate) fn new(capacity: usize) -> Self {
        let mut out = String::with_capacity(capacity);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        Self { out }
    }

    pub(crate) fn into_text(self) -> String {
        self.out
    }

    /// `<name`, for attributes to follow.
    pub(crate) fn start(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
    }

    /// The end of a start tag.
    pub(crate) fn inside(&mut self) {
        self.out.push('>');
    }

    /// The end of a tag without content.
    pub(crate) fn empty(&mut self) {
        self.out.push_str("/>");
    }

    /// `<name>`
    pub(crate) fn open(&mut self, name: &str) {
        self.start(name);
        self.inside();
    }

    /// `</name>`
    pub(crate) fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    pub(crate) fn attribute(&mut self, name: &str, value: &str) -> Result<(), String> {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        for c in value.chars() {
            match c {
                '\n' => self.out.push_str("&#10;"),
                '\t' => self.out.push_str("&#9;"),
                '"' => self.out.push_str("&quot;"),
                c => self.escaped(c)?,
            }
        }
        self.out.push('"');
        Ok(())
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<(), String> {
        text.chars().try_for_each(|c| self.escaped(c))
    }

    /// `<name>text</name>`
    pub(crate) fn leaf(&mut self, name: &str, text: &str) -> Result<(), String> {
        self.open(name);
        self.text(text)?;
        self.close(name);
        Ok(())
    }

    fn escaped(&mut self, c: char) -> Result<(), String> {
        match c {
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '&' => self.out.push_str("&amp;"),
            '\r' => self.out.push_str("&#13;"),
            c if is_xml_char(c) => self.out.push(c),
            c => return Err(format!("the character U+{:04X} cannot stand in XML", u32::from(c))),
        }
        Ok(())
    }
}
