//! JSON that remembers where in the XML each value stood.

use std::collections::HashMap;

/// Members from here on are found by a table and not one after the other.
const TABLE_FROM: usize = 16;

/// A JSON value.
#[derive(Debug, Default)]
pub(crate) enum Value {
    #[default]
    Null,
    Bool(bool),
    /// As JSON writes it.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// A value and the byte of the XML where it starts.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) at: usize,
    pub(crate) value: Value,
}

impl Node {
    pub(crate) fn new(at: usize, value: Value) -> Self {
        Self { at, value }
    }

    pub(crate) fn text(at: usize, text: &str) -> Self {
        Self::new(at, Value::Text(text.to_owned()))
    }

    /// Where the value at a JSON pointer stood, or the innermost one on the way to it.
    pub(crate) fn place(&self, pointer: &str) -> usize {
        let mut node = self;
        for token in pointer.split('/').skip(1) {
            let name = token.replace("~1", "/").replace("~0", "~");
            let next = match &node.value {
                Value::List(list) => name.parse().ok().and_then(|at: usize| list.get(at)),
                Value::Object(members) => {
                    members.iter().find(|(key, _)| *key == name).map(|(_, node)| node)
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node.at
    }

    /// Writes the value as JSON.
    pub(crate) fn write(&self, out: &mut String) {
        match &self.value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(text) => out.push_str(text),
            Value::Text(text) => write_text(text, out),
            Value::List(list) => {
                out.push('[');
                for (at, item) in list.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// A JSON string (RFC 8259, section 7).
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The members of an object as they are found; a name that comes again makes a list.
#[derive(Default)]
pub(crate) struct Members {
    list: Vec<(String, Node)>,
    table: HashMap<String, usize>,
    /// Lists that were made here, in contrast to values that are lists.
    grown: Vec<bool>,
}

impl Members {
    /// Whether there is a member of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether there is none at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a value; beside an earlier one of the name it makes a list.
    pub(crate) fn push(&mut self, name: String, node: Node) {
        let Some(at) = self.find(&name) else {
            if self.list.len() >= TABLE_FROM {
                if self.table.is_empty() {
                    let all = self.list.iter().enumerate();
                    self.table = all.map(|(at, (name, _))| (name.clone(), at)).collect();
                }
                self.table.insert(name.clone(), self.list.len());
            }
            self.list.push((name, node));
            self.grown.push(false);
            return;
        };
        let (Some((_, first)), Some(grown)) = (self.list.get_mut(at), self.grown.get_mut(at))
        else {
            return;
        };
        if !*grown {
            let one = std::mem::take(first);
            *first = Node::new(one.at, Value::List(vec![one]));
            *grown = true;
        }
        if let Value::List(list) = &mut first.value {
            list.push(node);
        }
    }

    /// Adds a value to a list that stands even for one value.
    pub(crate) fn push_to_list(&mut self, name: &str, node: Node) {
        if self.has(name) {
            return self.push(name.to_owned(), node);
        }
        self.push(name.to_owned(), Node::new(node.at, Value::List(vec![node])));
        if let Some(grown) = self.grown.last_mut() {
            *grown = true;
        }
    }

    /// The object.
    pub(crate) fn into_node(self, at: usize) -> Node {
        Node::new(at, Value::Object(self.list))
    }

    fn find(&self, name: &str) -> Option<usize> {
        if self.table.is_empty() {
            return self.list.iter().position(|(key, _)| key == name);
        }
        self.table.get(name).copied()
    }
}
