//! Texts by which people look for goods: names, brands and what stands on a label.

use crate::json::Node;
use crate::master_data::{NAMES, texts_of};

/// Most of these texts that are read of one element of master data or one event.
pub const LABELS_MAX: usize = 32;

/// So many characters of each are read.
pub const LABEL_CHARS_MAX: usize = 256;

/// Local names of their attributes beside [`NAMES`]: of trade items in CBV 2.0, section 9, and the
/// words of the GS1 Web Vocabulary for the same.
const LABELS: [&str; 14] = [
    "additionalTradeItemDescription",
    "brand",
    "brandName",
    "brandOwner",
    "functionalName",
    "labelDescription",
    "manufacturerOfTradeItemPartyName",
    "netContentDescription",
    "productDescription",
    "regulatedProductName",
    "subBrand",
    "subBrandName",
    "tradeItemDescription",
    "variantDescription",
];

/// The texts of the attributes with such names, in their order, each once.
pub(crate) fn labels<'n, 'a: 'n>(
    stated: impl Iterator<Item = (&'n str, &'n Node<'a>)>,
) -> Vec<&'n str> {
    let mut found = Vec::new();
    for (name, value) in stated {
        gather(name, value, &mut found);
    }
    found
}

/// Also of a brand that is an object with a name.
fn gather<'n>(name: &str, value: &'n Node<'_>, found: &mut Vec<&'n str>) {
    let local = name.rsplit(['#', ':', '/']).next().unwrap_or_default();
    if !NAMES.contains(&local) && !LABELS.contains(&local) {
        return;
    }
    for text in texts_of(value) {
        let text = beginning(text);
        if found.len() < LABELS_MAX && !found.contains(&text) {
            found.push(text);
        }
    }
    for object in std::iter::once(value).chain(value.elements()) {
        for (name, value) in object.members() {
            gather(name, value, found);
        }
    }
}

fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(LABEL_CHARS_MAX).map(|(at, _)| at);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn of(text: &str) -> Vec<String> {
        let node = parse(text).unwrap();
        let stated = node.members().iter().map(|(name, value)| (&**name, value));
        labels(stated).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn names_brands_and_label_texts_are_read_in_all_their_spellings() {
        let texts = of(r##"{"cbvmda:descriptionShort": ["鲜牛奶", "Milk", "Milk"],
            "urn:epcglobal:cbv:mda#brandName": {"@value": "川禾", "@language": "zh"},
            "gs1:brand": {"gs1:brandName": [{"@value": "Chuanhe"}], "gs1:image": "x.png"},
            "https://a.example/labelDescription": " 冷藏 ", "cbvmda:lotNumber": "L7",
            "cbvmda:brand": 7, "cbvmda:subBrand": null}"##);
        assert_eq!(texts, ["鲜牛奶", "Milk", "川禾", "Chuanhe", "冷藏"]);
    }

    #[test]
    fn so_many_of_them_and_so_many_characters_are_read() {
        let list: Vec<String> = (0..99).map(|n| format!("\"{n}\"")).collect();
        assert_eq!(of(&format!(r#"{{"brandName":[{}]}}"#, list.join(","))).len(), LABELS_MAX);
        let long = "长".repeat(LABEL_CHARS_MAX + 1);
        let read = of(&format!(r#"{{"brandName":"{long}"}}"#));
        assert_eq!(read[0].chars().count(), LABEL_CHARS_MAX);
    }
}
