//! Places in an XML text, as people and programs find them.

use std::fmt;

use crate::tree::Element;

/// A place in an XML text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// XPath of the element, prefixes as in the document; empty where no element was read.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, ", {}", self.path) }
    }
}

/// The place of a byte; `root` gives the path where the document could be read that far.
pub(crate) fn place_of(text: &str, at: usize, root: Option<&Element<'_>>) -> Place {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.get(line_start..).map_or(0, |line| line.chars().count()) + 1;
    let mut path = String::new();
    if let Some(root) = root {
        path.push('/');
        path.push_str(root.name);
        follow(root, at, &mut path);
    }
    Place { line, column, path }
}

/// Writes the steps from an element down to the innermost one around a byte.
fn follow(mut element: &Element<'_>, at: usize, path: &mut String) {
    while let Some(child) = element.children.iter().find(|child| child.range.contains(&at)) {
        path.push('/');
        path.push_str(child.name);
        let mut same = element.children.iter().filter(|other| other.name == child.name);
        if same.clone().count() > 1 {
            let before = same.position(|other| other.range == child.range).unwrap_or(0);
            path.push_str(&format!("[{}]", before + 1));
        }
        element = child;
    }
}
