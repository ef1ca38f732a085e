//! Extensions in the event hash: `{namespace}name=value` and children, sorted.

use super::value::Values;
use crate::json::{Json, Node};

/// Comments and syntax, left out wherever they stand.
static SILENT: [&str; 4] = ["@context", "rdfs:comment", "comment", "#text"];

impl Values<'_, '_> {
    /// All members but the skipped ones, each as one text, sorted by bytes.
    pub(super) fn extensions(
        &self,
        out: &mut String,
        node: &Node<'_>,
        skip: impl Fn(&str) -> bool,
    ) {
        let mut texts = Vec::new();
        for (name, value) in node.members() {
            if !skip(name) && !SILENT.contains(&name.as_ref()) && !self.is_ignored(name) {
                self.extension(&mut texts, name, value);
            }
        }
        texts.sort_unstable();
        texts.iter().for_each(|text| out.push_str(text));
    }

    /// One member; a list gives one text for each element. Depth is bounded by the reader.
    fn extension(&self, texts: &mut Vec<String>, name: &str, node: &Node<'_>) {
        match &node.value {
            Json::Null => {}
            Json::Array(list) => list.iter().for_each(|item| self.extension(texts, name, item)),
            Json::Object(members) if members.is_empty() => {}
            Json::Object(_) => {
                let mut text = self.name(name);
                self.extensions(&mut text, node, |_| false);
                texts.push(text);
            }
            Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                let Some(value) = self.text(node) else { return };
                let mut text = self.name(name);
                text.push('=');
                text.push_str(&value);
                texts.push(text);
            }
        }
    }

    fn is_ignored(&self, name: &str) -> bool {
        let Some(xml) = self.xml.filter(|xml| !xml.ignored.is_empty()) else { return false };
        let expanded = self.prefixes.split_declared(name);
        expanded.is_some_and(|(namespace, local)| {
            xml.ignored.iter().any(|(one, other)| one == namespace && other == local)
        })
    }

    fn name(&self, name: &str) -> String {
        match self.prefixes.split_declared(name) {
            Some((namespace, local)) => format!("{{{namespace}}}{local}"),
            None => name.to_owned(),
        }
    }
}
