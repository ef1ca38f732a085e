//! Master data that travels in a document's header (EPCIS 2.0, section 9.5).

use std::borrow::Cow;

use crate::fault::{FaultCode, Faults, Pointer};
use crate::json::{Json, Node, parse};
use crate::label::labels;
use crate::lot_dates::LotDates;

/// One vocabulary element: what somebody says about an identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct MasterData<'a> {
    /// The vocabulary, for example `urn:epcglobal:epcis:vtype:Location`.
    pub vocabulary: Cow<'a, str>,
    /// The identifier, as sent.
    pub id: Cow<'a, str>,
    /// Attributes: id and value, in document order; an id may come more than once.
    pub attributes: Vec<(Cow<'a, str>, Node<'a>)>,
    /// Identifiers that are part of this one; `None` where nothing is said about it.
    pub children: Option<Vec<Cow<'a, str>>>,
}

/// Local names of the attributes that hold a name for people, best first.
pub const NAMES: [&str; 4] = ["name", "descriptionShort", "organizationName", "productName"];

/// The namespace of the master data attributes of CBV.
const CBV_ATTRIBUTES: &str = "urn:epcglobal:cbv:mda#";

/// The namespace of the vocabularies of EPCIS.
const VOCABULARIES: &str = "urn:epcglobal:epcis:vtype:";

/// The full name of a vocabulary: a bare word is one of EPCIS (EPCIS 2.0, section 9.5).
#[must_use]
pub fn vocabulary_uri(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    if name.contains(':') { name.into() } else { [VOCABULARIES, name].concat().into() }
}

/// The name of an attribute for matching: those of CBV in one spelling (CBV 2.0, section 9).
#[must_use]
pub fn attribute_uri(id: &str) -> Cow<'_, str> {
    let id = id.trim();
    let local = match id.split_once(':') {
        None => Some(id),
        Some(("cbvmda", local)) => Some(local),
        Some(_) => id.strip_prefix("urn:epcglobal:cbv:mda:"),
    };
    local.map_or(Cow::Borrowed(id), |local| [CBV_ATTRIBUTES, local].concat().into())
}

/// The texts that an attribute's value, a JSON text, can be compared with: its strings, numbers and
/// truth values, also inside a list or behind `@value`.
#[must_use]
pub fn attribute_texts(raw: &str) -> Vec<String> {
    let Ok(node) = parse(raw) else { return Vec::new() };
    let one = |node: &Node<'_>| match (&node.value, node.get("@value")) {
        (Json::Object(_), Some(value)) => Some(value.as_str().unwrap_or(value.raw).to_owned()),
        (Json::Number(_) | Json::Bool(_), _) => Some(node.raw.to_owned()),
        _ => node.as_str().map(str::to_owned),
    };
    one(&node).into_iter().chain(node.elements().iter().filter_map(one)).collect()
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
        pick_name(NAMES.iter().flat_map(|local| self.texts(local)))
    }

    /// All texts by which people may look for it: its names, its brand and what stands on a label;
    /// the first [`crate::LABELS_MAX`].
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        labels(self.attributes.iter().map(|(id, value)| (&**id, value)))
    }

    /// When it says that a lot was made, and up to when that may be sold or eaten.
    #[must_use]
    pub fn lot_dates(&self) -> LotDates {
        LotDates::of(self.attributes.iter().map(|(id, value)| (&**id, value)))
    }
}

/// The name to show of several, best first: the first that is written in Chinese, else the first.
pub fn pick_name<T: AsRef<str>>(names: impl Iterator<Item = T>) -> Option<T> {
    let mut first = None;
    for name in names {
        if name.as_ref().chars().any(is_han) {
            return Some(name);
        }
        first.get_or_insert(name);
    }
    first
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Texts of an attribute: a string, a language-tagged value, or a list of either.
pub(crate) fn texts_of<'n>(value: &'n Node<'_>) -> Vec<&'n str> {
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
    let children = element.take("children").and_then(into_list);
    Some(MasterData {
        vocabulary,
        id,
        attributes: attributes.into_iter().filter_map(attribute).collect(),
        children: children.map(|list| list.iter().filter_map(Node::as_cow).collect()),
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
        assert_eq!(list[0].children.as_deref(), Some(&["urn:x:2".into()][..]));
        assert_eq!(list[2].children, None);
        assert_eq!(list[0].texts("city").collect::<Vec<_>>(), ["福州"]);
    }

    #[test]
    fn names_have_one_spelling_and_values_are_texts() {
        for id in
            ["name", "cbvmda:name", "urn:epcglobal:cbv:mda:name", "urn:epcglobal:cbv:mda#name"]
        {
            assert_eq!(attribute_uri(id), "urn:epcglobal:cbv:mda#name");
        }
        assert_eq!(attribute_uri("https://a.example/name"), "https://a.example/name");
        assert_eq!(vocabulary_uri("Location"), "urn:epcglobal:epcis:vtype:Location");
        assert_eq!(vocabulary_uri("urn:x:v"), "urn:x:v");
        let raw = r#"["a", 1.50, true, {"@value": "b", "@language": "en"}, {"c": 1}]"#;
        assert_eq!(attribute_texts(raw), ["a", "1.50", "true", "b"]);
        assert_eq!(attribute_texts("\"福州\""), ["福州"]);
    }

    #[test]
    fn an_element_without_id_is_a_fault() {
        let (list, faults) =
            read(r#"[{"vocabularyElementList":[{"attributes":[]},{"id":"a:1"}]}]"#);
        assert_eq!(list.len(), 1);
        assert_eq!(faults.into_vec()[0].pointer, "/0/vocabularyElementList/0");
    }
}
