//! Master data that travels in a document's header (EPCIS 2.0, section 9.5).

use std::borrow::Cow;

use crate::fault::{FaultCode, Faults, Pointer};
use crate::json::{Json, Node};

/// One vocabulary element: what somebody says about an identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct MasterData<'a> {
    /// The vocabulary, for example `urn:epcglobal:epcis:vtype:Location`.
    pub vocabulary: Cow<'a, str>,
    /// The identifier, as sent.
    pub id: Cow<'a, str>,
    /// Attributes: id and value, in document order; an id may come more than once.
    pub attributes: Vec<(Cow<'a, str>, Node<'a>)>,
    /// Identifiers that are part of this one.
    pub children: Vec<Cow<'a, str>>,
}

impl MasterData<'_> {
    /// The texts of all attributes with this local name (what stands behind the last `#`, `:` or
    /// `/` of the attribute's id).
    pub fn texts<'s>(&'s self, local: &'s str) -> impl Iterator<Item = &'s str> {
        self.attributes
            .iter()
            .filter(move |(id, _)| id.rsplit(['#', ':', '/']).next() == Some(local))
            .flat_map(|(_, value)| texts_of(value))
    }

    /// A name for people: `name` before `descriptionShort` before other names; among several the
    /// first that is written in Chinese.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        let ranked = ["name", "descriptionShort", "organizationName", "productName"];
        let names = || ranked.iter().flat_map(|local| self.texts(local));
        names().find(|name| name.chars().any(is_han)).or_else(|| names().next())
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Texts of an attribute: a string, a language-tagged value, or a list of either.
fn texts_of<'n>(value: &'n Node<'_>) -> Vec<&'n str> {
    let one = |node: &'n Node<'_>| {
        let text = node.as_str().or_else(|| node.get("@value").and_then(Node::as_str));
        text.map(str::trim).filter(|text| !text.is_empty())
    };
    one(value).into_iter().chain(value.elements().iter().filter_map(one)).collect()
}

/// Reads a `vocabularyList`.
pub(crate) fn read_vocabulary_list<'a>(
    list: Node<'a>,
    at: &Pointer<'_>,
    out: &mut Vec<MasterData<'a>>,
    faults: &mut Faults,
) {
    let Some(list) = into_list(list) else {
        faults.push(FaultCode::Shape, at, "vocabularyList must be an array");
        return;
    };
    for (index, mut vocabulary) in list.into_iter().enumerate() {
        let at = at.element(index);
        let name = vocabulary.get("type").and_then(Node::as_cow).unwrap_or_default();
        let elements = vocabulary.take("vocabularyElementList").unwrap_or_default();
        let at = at.member("vocabularyElementList");
        for (index, element) in into_list(elements).unwrap_or_default().into_iter().enumerate() {
            match read_element(element, name.clone()) {
                Some(element) => out.push(element),
                None => {
                    let detail = "a vocabulary element must be an object with an id";
                    faults.push(FaultCode::Shape, &at.element(index), detail);
                }
            }
        }
    }
}

fn read_element<'a>(mut element: Node<'a>, vocabulary: Cow<'a, str>) -> Option<MasterData<'a>> {
    let id = element.get("id").and_then(Node::as_cow).filter(|id| !id.trim().is_empty())?;
    let attributes = element.take("attributes").and_then(into_list).unwrap_or_default();
    let attribute = |mut node: Node<'a>| {
        let id = node.get("id").and_then(Node::as_cow)?;
        Some((id, node.take("attribute").unwrap_or_default()))
    };
    let children = element.take("children").and_then(into_list).unwrap_or_default();
    Some(MasterData {
        vocabulary,
        id,
        attributes: attributes.into_iter().filter_map(attribute).collect(),
        children: children.iter().filter_map(Node::as_cow).collect(),
    })
}

fn into_list(node: Node<'_>) -> Option<Vec<Node<'_>>> {
    match node.value {
        Json::Array(list) => Some(list),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn read(text: &str) -> (Vec<MasterData<'_>>, Faults) {
        let (mut out, mut faults) = (Vec::new(), Faults::default());
        read_vocabulary_list(parse(text).unwrap(), &Pointer::Root, &mut out, &mut faults);
        (out, faults)
    }

    #[test]
    fn the_name_is_picked_chinese_first() {
        let (list, faults) = read(
            r##"[{"type":"urn:epcglobal:epcis:vtype:Location","vocabularyElementList":[
              {"id":"urn:x:1","attributes":[
                {"id":"urn:epcglobal:cbv:mda#name","attribute":"Cold store 1"},
                {"id":"urn:epcglobal:cbv:mda#name","attribute":"一号冷库"},
                {"id":"urn:epcglobal:cbv:mda#city","attribute":"福州"}],
               "children":["urn:x:2"]},
              {"id":"urn:x:2","attributes":[
                {"id":"cbvmda:descriptionShort","attribute":"Fish"},
                {"id":"https://a.example/name","attribute":{"@value":"Tuna","@language":"en"}}]},
              {"id":"urn:x:3"}]}]"##,
        );
        assert!(faults.is_empty());
        let names: Vec<_> = list.iter().map(MasterData::display_name).collect();
        assert_eq!(names, [Some("一号冷库"), Some("Tuna"), None]);
        assert_eq!(list[0].vocabulary, "urn:epcglobal:epcis:vtype:Location");
        assert_eq!(list[0].children, ["urn:x:2"]);
        assert_eq!(list[0].texts("city").collect::<Vec<_>>(), ["福州"]);
    }

    #[test]
    fn an_element_without_id_is_a_fault() {
        let (list, faults) =
            read(r#"[{"vocabularyElementList":[{"attributes":[]},{"id":"a:1"}]}]"#);
        assert_eq!(list.len(), 1);
        assert_eq!(faults.into_vec()[0].pointer, "/0/vocabularyElementList/0");
    }
}
