//! The catalogue: every sentence that the pages say, in both languages, with typed keys.
//!
//! A key that no page reads is a dead field, a key that a page reads and a file lacks fails to
//! parse: both are found when the crate is built and tested.
#![deny(dead_code)]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::Lang;

const ZH: &str = include_str!("../locales/zh-CN.json");
const EN: &str = include_str!("../locales/en.json");

/// Every sentence. Values in braces are filled in by [`fill`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    pub(crate) tagline: String,
    pub(crate) skip: String,
    pub(crate) home: String,
    pub(crate) signed_in_as: String,
    pub(crate) sign_out: String,
    pub(crate) footer: String,
    pub(crate) footer_checkpoint: String,
    pub(crate) home_title: String,
    pub(crate) home_lead: String,
    pub(crate) sign_in_title: String,
    pub(crate) sign_in_lead: String,
    pub(crate) sign_in_token: String,
    pub(crate) sign_in: String,
    pub(crate) sign_in_failed: String,
    pub(crate) state_title: String,
    pub(crate) entries: String,
    pub(crate) events: String,
    pub(crate) parties: String,
    pub(crate) items: String,
    pub(crate) origin: String,
    pub(crate) root: String,
    pub(crate) checkpoint_time: String,
    pub(crate) no_checkpoint: String,
    pub(crate) witnesses: String,
    pub(crate) cosigned_to: String,
    pub(crate) cosigned_none: String,
    pub(crate) witness_answers: String,
    pub(crate) witness_failing: String,
    pub(crate) halted: String,
    pub(crate) access: String,
    pub(crate) access_public: String,
    pub(crate) access_signed_in: String,
    pub(crate) recent_title: String,
    pub(crate) recent_none: String,
    pub(crate) index: String,
    pub(crate) time: String,
    pub(crate) kind: String,
    pub(crate) issuer: String,
    pub(crate) issuer_number: String,
    pub(crate) issuer_ledger: String,
    pub(crate) event_count: String,
    pub(crate) open_entry: String,
    pub(crate) search_id: String,
    pub(crate) search_hint: String,
    pub(crate) search_direction: String,
    pub(crate) search_containers: String,
    pub(crate) search_bounds: String,
    pub(crate) search_another: String,
    pub(crate) search_to: String,
    pub(crate) search_walk_from: String,
    pub(crate) search_walk_until: String,
    pub(crate) search_day: String,
    pub(crate) search_depth: String,
    pub(crate) search_lots: String,
    pub(crate) as_of: String,
    pub(crate) as_of_now: String,
    pub(crate) lasting_link: String,
    pub(crate) search: String,
    pub(crate) examples: String,
    pub(crate) back: String,
    pub(crate) forward: String,
    pub(crate) both: String,
    pub(crate) find_link: String,
    pub(crate) find_title: String,
    pub(crate) find_of: String,
    pub(crate) find_lead: String,
    pub(crate) find_text: String,
    pub(crate) find_hint: String,
    pub(crate) find_submit: String,
    pub(crate) find_at: String,
    pub(crate) find_made_from: String,
    pub(crate) find_made_until: String,
    pub(crate) find_expires_from: String,
    pub(crate) find_expires_until: String,
    pub(crate) find_none_title: String,
    pub(crate) find_none_text: String,
    pub(crate) find_nowhere: String,
    pub(crate) find_there: String,
    pub(crate) find_cut: String,
    pub(crate) find_made: String,
    pub(crate) find_expires: String,
    pub(crate) find_first_seen: String,
    pub(crate) find_unstated: String,
    pub(crate) find_more_lots: String,
    pub(crate) find_supplied: String,
    pub(crate) find_was_there: String,
    pub(crate) find_from: String,
    pub(crate) find_until: String,
    pub(crate) found_product: String,
    pub(crate) found_document: String,
    pub(crate) found_other: String,
    pub(crate) found_by_name: String,
    pub(crate) found_by_label: String,
    pub(crate) found_by_lot: String,
    pub(crate) trace_supplied: String,
    pub(crate) trace_was_there: String,
    pub(crate) nothing_title: String,
    pub(crate) nothing_text: String,
    pub(crate) trace_title: String,
    pub(crate) trace_of: String,
    pub(crate) trace_code: String,
    pub(crate) trace_and_more: String,
    pub(crate) trace_to: String,
    pub(crate) trace_walk_from: String,
    pub(crate) trace_walk_until: String,
    pub(crate) no_way_title: String,
    pub(crate) no_way_text: String,
    pub(crate) empty_title: String,
    pub(crate) empty_text: String,
    pub(crate) unknown_title: String,
    pub(crate) unknown_text: String,
    pub(crate) unknown_tip_spelling: String,
    pub(crate) unknown_tip_lot: String,
    pub(crate) unknown_tip_party: String,
    pub(crate) alone: String,
    pub(crate) summary_lots: String,
    pub(crate) summary_sources: String,
    pub(crate) summary_grades: String,
    pub(crate) summary_gaps: String,
    pub(crate) summary_whole: String,
    pub(crate) truncated: String,
    pub(crate) cut_steps: String,
    pub(crate) cut_lots: String,
    pub(crate) cut_links: String,
    pub(crate) cut_time: String,
    pub(crate) json: String,
    pub(crate) print_hint: String,
    pub(crate) drawing_title: String,
    pub(crate) drawing_name: String,
    pub(crate) drawing_description: String,
    pub(crate) drawing_from: String,
    pub(crate) drawing_to: String,
    pub(crate) drawing_groups: String,
    pub(crate) drawing_merged: String,
    pub(crate) drawing_lines_left_out: String,
    pub(crate) drawing_left_closed: String,
    pub(crate) drawing_close: String,
    pub(crate) group_chain: String,
    pub(crate) group_alike: String,
    pub(crate) group_merged: String,
    pub(crate) group_more: String,
    pub(crate) legend: String,
    pub(crate) start: String,
    pub(crate) definite: String,
    pub(crate) suspected: String,
    pub(crate) definite_means: String,
    pub(crate) suspected_means: String,
    pub(crate) shape_source: String,
    pub(crate) shape_lot: String,
    pub(crate) shape_pack: String,
    pub(crate) shape_container: String,
    pub(crate) shape_step: String,
    pub(crate) shape_sale: String,
    pub(crate) shape_missing: String,
    pub(crate) issues_title: String,
    pub(crate) issues_lead: String,
    pub(crate) issue_party: String,
    pub(crate) issue_place: String,
    pub(crate) issue_event: String,
    pub(crate) issue_thousandfold: String,
    pub(crate) pieces: String,
    pub(crate) lots_title: String,
    pub(crate) lot: String,
    pub(crate) grade: String,
    pub(crate) places: String,
    pub(crate) kilograms: String,
    pub(crate) unknown: String,
    pub(crate) comma: String,
    pub(crate) semicolon: String,
    pub(crate) more: String,
    pub(crate) rows_cut: String,
    pub(crate) events_title: String,
    pub(crate) step: String,
    pub(crate) place: String,
    pub(crate) party: String,
    pub(crate) contents: String,
    pub(crate) event_link: String,
    pub(crate) role_parent: String,
    pub(crate) role_child: String,
    pub(crate) role_input: String,
    pub(crate) role_output: String,
    pub(crate) computed_on: String,
    pub(crate) words: Words,
}

/// Names of codes that come with the data. An unknown code is shown as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) kinds: BTreeMap<String, String>,
    pub(crate) event_types: BTreeMap<String, String>,
    pub(crate) steps: BTreeMap<String, String>,
    pub(crate) reasons: BTreeMap<String, String>,
    pub(crate) issues: BTreeMap<String, IssueWords>,
    pub(crate) details: BTreeMap<String, String>,
    pub(crate) statuses: BTreeMap<String, StatusWords>,
}

/// What is wrong, and what to demand from whom.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueWords {
    pub(crate) name: String,
    pub(crate) ask: String,
}

/// What an HTTP status means to a person.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusWords {
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Text {
    /// The catalogue of a language, parsed once. The files are part of the binary and a test
    /// parses them, so the empty catalogue that stands in for a broken file is never seen.
    pub(crate) fn of(lang: Lang) -> &'static Self {
        static PARSED: [OnceLock<Text>; 2] = [OnceLock::new(), OnceLock::new()];
        let [zh, en] = &PARSED;
        match lang {
            Lang::Zh => zh.get_or_init(|| serde_json::from_str(ZH).unwrap_or_default()),
            Lang::En => en.get_or_init(|| serde_json::from_str(EN).unwrap_or_default()),
        }
    }
}

/// Fills `{name}` with its value and `{name|one|other}` with the form that the value asks for.
/// Both languages get by with these two forms; Chinese needs only the first placeholder.
pub(crate) fn fill(phrase: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(phrase.len() + 16);
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((placeholder, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let mut parts = placeholder.split('|');
        let name = parts.next().unwrap_or_default();
        let value = values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        filled.push_str(match (parts.next(), parts.next()) {
            (Some(one), _) if value == "1" => one,
            (Some(_), Some(other)) => other,
            _ => value,
        });
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Paths of all leaves with the placeholders that each one names.
    fn leaves(value: &Value, path: &str, into: &mut BTreeMap<String, BTreeSet<String>>) {
        match value {
            Value::Object(members) => {
                members
                    .iter()
                    .for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), into));
            }
            other => {
                let text = other.as_str().unwrap();
                assert!(!text.trim().is_empty(), "{path} is empty");
                let names = text.split('{').skip(1);
                let names = names.map(|part| part.split(['|', '}']).next().unwrap().to_owned());
                into.insert(path.to_owned(), names.collect());
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_and_placeholders() {
        let (mut zh, mut en) = (BTreeMap::new(), BTreeMap::new());
        leaves(&serde_json::from_str(ZH).unwrap(), "", &mut zh);
        leaves(&serde_json::from_str(EN).unwrap(), "", &mut en);
        assert_eq!(zh, en);
    }

    #[test]
    fn both_files_hold_exactly_the_typed_keys() {
        serde_json::from_str::<Text>(ZH).unwrap();
        serde_json::from_str::<Text>(EN).unwrap();
        assert_eq!(Text::of(Lang::Zh).search, "追溯");
        assert_eq!(Text::of(Lang::En).search, "Trace");
    }

    #[test]
    fn fill_chooses_the_form_by_the_value() {
        let phrase = "{n} {n|lot|lots} of {who}";
        assert_eq!(fill(phrase, &[("n", "1"), ("who", "A")]), "1 lot of A");
        assert_eq!(fill(phrase, &[("n", "1,200"), ("who", "{n}")]), "1,200 lots of {n}");
        assert_eq!(fill("a { b", &[]), "a { b");
        assert_eq!(fill("{x}", &[]), "");
    }
}
