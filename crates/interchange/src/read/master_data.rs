//! Vocabulary lists (EPCIS 2.0, section 9.5).

use super::{Reader, child, is_epcis, unknown};
use crate::fault::Found;
use crate::tree::Element;
use crate::value::{Members, Node, Value};

/// A header that holds a `vocabularyList`.
pub(super) fn header(list: Node) -> Node {
    let at = list.at;
    let mut data = Members::default();
    data.push("vocabularyList".to_owned(), list);
    let mut header = Members::default();
    header.push("epcisMasterData".to_owned(), data.into_node(at));
    header.into_node(at)
}

impl<'a> Reader<'a> {
    /// Adds the vocabularies of a list.
    pub(super) fn vocabulary_list(
        &mut self,
        list: &'a Element<'a>,
        vocabularies: &mut Vec<Node>,
    ) -> Result<(), Found> {
        let outside = self.names.start_event(list)?;
        for vocabulary in &list.children {
            if !is_epcis(vocabulary) || vocabulary.local != "Vocabulary" {
                self.wrong(unknown(vocabulary, "a VocabularyList"))?;
                continue;
            }
            let at = vocabulary.range.start;
            let mut elements = Vec::new();
            if let Some(list) = child(vocabulary, "VocabularyElementList") {
                for element in &list.children {
                    if is_epcis(element) && element.local == "VocabularyElement" {
                        elements.push(self.vocabulary_element(element)?);
                    } else {
                        self.wrong(unknown(element, "a VocabularyElementList"))?;
                    }
                }
            }
            let mut members = Members::default();
            let kind = vocabulary.attribute(None, "type").unwrap_or_default();
            members.push("type".to_owned(), Node::text(at, kind.trim()));
            let elements = Node::new(at, Value::List(elements));
            members.push("vocabularyElementList".to_owned(), elements);
            vocabularies.push(members.into_node(at));
        }
        self.names.leave(outside);
        self.names.keep();
        Ok(())
    }

    fn vocabulary_element(&mut self, element: &'a Element<'a>) -> Result<Node, Found> {
        let at = element.range.start;
        let mut members = Members::default();
        if let Some(id) = element.attribute(None, "id") {
            members.push("id".to_owned(), Node::text(at, id.trim()));
        }
        for part in element.children.iter().filter(|part| is_epcis(part)) {
            match part.local {
                "attribute" => {
                    let mut attribute = Members::default();
                    let id = part.attribute(None, "id").unwrap_or_default();
                    attribute.push("id".to_owned(), Node::text(part.range.start, id.trim()));
                    attribute.push("attribute".to_owned(), self.extension_value(part, &["id"])?);
                    members.push_to_list("attributes", attribute.into_node(part.range.start));
                }
                "children" if part.children.is_empty() => {
                    let none = Node::new(part.range.start, Value::List(Vec::new()));
                    members.push("children".to_owned(), none);
                }
                "children" => {
                    for id in &part.children {
                        let id = self.leaf(id, &[])?;
                        members.push_to_list("children", id);
                    }
                }
                "extension" => {}
                _ => self.wrong(unknown(part, "a VocabularyElement"))?,
            }
        }
        Ok(members.into_node(at))
    }
}
