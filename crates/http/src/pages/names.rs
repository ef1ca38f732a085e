//! Names for people: from master data where there are any, else the telling part of an identifier.

use laiqu_service::{Named, TraceView};
use laiqu_trace::Lot;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;

/// Everything that has a name in one answer.
pub(crate) struct Names {
    known: HashMap<String, String>,
    products: HashMap<String, String>,
}

impl Names {
    pub(crate) fn of(answer: &TraceView) -> Self {
        let named = |list: &[Named]| -> Vec<(String, String)> {
            list.iter().filter_map(|one| Some((one.id.clone(), one.name.clone()?))).collect()
        };
        let mut known: HashMap<String, String> = HashMap::new();
        known.extend(named(&answer.parties));
        known.extend(named(&answer.places));
        known.extend(answer.names.iter().map(|(id, name)| (id.clone(), name.clone())));
        let product = |lot: &Lot| Some((lot.id.clone(), lot.product.clone()?));
        Self { known, products: answer.lots.iter().filter_map(product).collect() }
    }

    /// The name of a place or party.
    pub(crate) fn place(&self, id: &str) -> String {
        self.known.get(id).cloned().unwrap_or_else(|| short(id))
    }

    /// What an item is: its own name or that of its product, where there is one.
    pub(crate) fn title(&self, id: &str) -> Option<&str> {
        let product = || self.known.get(self.products.get(id)?);
        self.known.get(id).or_else(product).map(String::as_str)
    }

    /// What several items are: their product, else the first of them stands for all.
    pub(crate) fn group(&self, first: &str, product: Option<&str>) -> String {
        let title = product.and_then(|product| self.known.get(product));
        title.cloned().unwrap_or_else(|| self.item(first))
    }

    /// An item in a cell: its name and its number.
    pub(crate) fn item(&self, id: &str) -> String {
        match self.title(id) {
            Some(title) if number(id).is_some() => format!("{title} {}", short(id)),
            Some(title) => title.to_owned(),
            None => short(id),
        }
    }
}

/// The lot or serial number in a Digital Link (GS1 AI 10, 21 and 235).
pub(crate) fn number(id: &str) -> Option<String> {
    let tail = |key: &str| id.rsplit_once(key).map(|(_, rest)| rest);
    let rest = tail("/21/").or_else(|| tail("/235/")).or_else(|| tail("/10/"))?;
    let raw = rest.split(['/', '?', '#']).next().filter(|raw| !raw.is_empty())?;
    Some(percent_decode_str(raw).decode_utf8_lossy().into_owned())
}

/// The telling part of an identifier.
pub(crate) fn short(id: &str) -> String {
    if let Some(number) = number(id) {
        return number;
    }
    let digital_link = id.strip_prefix("https://id.gs1.org/");
    let tail = match digital_link.and_then(|rest| rest.split_once('/')) {
        // A place inside a place: number and extension (AI 414 with 254).
        Some((_, rest)) => rest.replace("/254/", "."),
        None => id.rsplit(['/', ':']).find(|part| !part.is_empty()).unwrap_or(id).to_owned(),
    };
    percent_decode_str(&tail).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telling_part_of_an_identifier() {
        for (id, shown) in [
            ("https://id.gs1.org/01/06901234567892/10/PK20261118A", "PK20261118A"),
            ("https://id.gs1.org/01/06901234567892/21/000417", "000417"),
            ("https://id.gs1.org/01/06901234567892/10/%E5%87%A41115", "凤1115"),
            ("https://id.gs1.org/01/06901234567892", "06901234567892"),
            ("https://id.gs1.org/00/106141412345678908", "106141412345678908"),
            ("https://id.gs1.org/414/4012345000115/254/987", "4012345000115.987"),
            ("urn:uscc:91510500MA6XXXXXXX", "91510500MA6XXXXXXX"),
            (
                "urn:gdst:example.org:product:lot:class:processor.2u.v1-0122-2022",
                "processor.2u.v1-0122-2022",
            ),
            ("https://farm.example/id/1/p/L-7/", "L-7"),
            ("", ""),
            ("/10/", "10"),
        ] {
            assert_eq!(short(id), shown, "{id}");
        }
        assert_eq!(number("https://id.gs1.org/01/06901234567892"), None);
    }
}
