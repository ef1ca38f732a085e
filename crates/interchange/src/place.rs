//! Places in an XML text, as people and programs find them.

use std::collections::HashMap;
use std::fmt;

use crate::tree::Element;

/// A place in an XML text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// The places of bytes; `root` gives the paths where the document could be read that far. The text
/// is walked once, however many places are asked for.
pub(crate) fn places_of(text: &str, bytes: &[usize], root: Option<&Element<'_>>) -> Vec<Place> {
    let mut places = vec![Place { line: 1, column: 1, path: String::new() }; bytes.len()];
    let mut order: Vec<(usize, &mut Place)> = bytes.iter().copied().zip(&mut places).collect();
    order.sort_by_key(|(at, _)| *at);
    let (mut from, mut line, mut column) = (0, 1, 1);
    let mut paths = Paths::default();
    for (at, place) in order {
        let passed = text.get(from..at).unwrap_or_default();
        from += passed.len();
        match passed.rsplit_once('\n') {
            Some((before, last)) => {
                line += before.bytes().filter(|byte| *byte == b'\n').count() + 1;
                column = last.chars().count() + 1;
            }
            None => column += passed.chars().count(),
        }
        (place.line, place.column) = (line, column);
        place.path = root.map_or_else(String::new, |root| paths.of(root, at));
    }
    places
}

/// Paths of elements, with what was found out for earlier ones.
#[derive(Default)]
struct Paths {
    /// By the byte where an element starts: the number of each child among those of its name;
    /// `None` for the only one.
    numbers: HashMap<usize, Vec<Option<usize>>>,
}

impl Paths {
    /// The path of the innermost element around a byte.
    fn of(&mut self, root: &Element<'_>, at: usize) -> String {
        let mut path = format!("/{}", root.name);
        let mut element = root;
        loop {
            // Children stand in the order of their bytes.
            let begun = element.children.partition_point(|child| child.range.start <= at);
            let Some(index) = begun.checked_sub(1) else { return path };
            let child = element.children.get(index).filter(|child| child.range.contains(&at));
            let Some(child) = child else { return path };
            path.push('/');
            path.push_str(child.name);
            let numbers =
                self.numbers.entry(element.range.start).or_insert_with(|| numbers_in(element));
            if let Some(Some(number)) = numbers.get(index) {
                path.push_str(&format!("[{number}]"));
            }
            element = child;
        }
    }
}

fn numbers_in(element: &Element<'_>) -> Vec<Option<usize>> {
    let mut all: HashMap<&str, usize> = HashMap::new();
    let numbers = element.children.iter().map(|child| {
        let number = all.entry(child.name).or_insert(0);
        *number += 1;
        *number
    });
    let numbers: Vec<usize> = numbers.collect();
    let is_only = |child: &Element<'_>| all.get(child.name) == Some(&1);
    let numbered = element.children.iter().zip(numbers);
    numbered.map(|(child, number)| (!is_only(child)).then_some(number)).collect()
}
