//! Codes of the data in words. An unknown code is shown as it came, never hidden.

use crate::text::{IssueWords, Text};

impl Text {
    /// Kind of a ledger entry, such as `epcis.capture`.
    pub(crate) fn kind_word<'a>(&'a self, code: &'a str) -> &'a str {
        self.words.kinds.get(code).map_or(code, String::as_str)
    }

    /// Business step as a bare word or in any of its URI spellings (CBV 2.0, section 7.1).
    pub(crate) fn step_word<'a>(&'a self, code: &'a str) -> &'a str {
        self.words.steps.get(bare(code)).map_or(code, String::as_str)
    }

    /// Event type (EPCIS 2.0, section 7.4).
    pub(crate) fn event_type_word<'a>(&'a self, code: &'a str) -> &'a str {
        self.words.event_types.get(code).map_or(code, String::as_str)
    }

    /// Reason why something is only suspected.
    pub(crate) fn reason_word<'a>(&'a self, code: &'a str) -> &'a str {
        self.words.reasons.get(code).map_or(code, String::as_str)
    }

    /// Kind of a shortcoming in the records.
    pub(crate) fn issue_words(&self, code: &str) -> Option<&IssueWords> {
        self.words.issues.get(code)
    }
}

/// The word at the end of `https://ref.gs1.org/cbv/BizStep-shipping`,
/// `urn:epcglobal:cbv:bizstep:shipping`, `urn:gdst:bizstep:landing` or `laiqu:BizStep-cleaning`.
fn bare(code: &str) -> &str {
    let tail = code.rsplit(['/', ':', '#']).next().unwrap_or(code);
    tail.strip_prefix("BizStep-").unwrap_or(tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn every_spelling_of_a_step_has_the_same_word() {
        let zh = Text::of(Lang::Zh);
        for code in [
            "shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "urn:epcglobal:cbv:bizstep:shipping",
            "BizStep-shipping",
        ] {
            assert_eq!(zh.step_word(code), "发货", "{code}");
        }
        assert_eq!(zh.step_word("laiqu:BizStep-kill_step"), "杀菌");
    }

    #[test]
    fn unknown_codes_show_as_they_are() {
        let en = Text::of(Lang::En);
        for code in ["", "urn:x:y", "https://example.org/BizStep-juggling", "<b>"] {
            assert_eq!(en.step_word(code), code);
            assert_eq!(en.kind_word(code), code);
            assert_eq!(en.reason_word(code), code);
            assert_eq!(en.event_type_word(code), code);
            assert!(en.issue_words(code).is_none());
        }
    }

    #[test]
    fn known_codes_have_words() {
        let reasons = [
            "out_of_order",
            "unrecorded_move",
            "inferred_containment",
            "unlotted",
            "error_declared",
            "disputed",
            "quantity_exceeds",
            "one_sided",
        ];
        let issues = [
            "gap",
            "not_received",
            "no_origin",
            "quantity_mismatch",
            "out_of_order",
            "cycle",
            "error_declared",
            "disputed",
            "conflicting_witness",
            "erased",
        ];
        let details = [
            "no_origin",
            "one_sided",
            "seen_elsewhere",
            "not_sent",
            "not_received",
            "received_before_sent",
            "used_before_there",
            "witnesses_differ",
            "sent_and_received_differ",
            "more_left",
            "made_from_each_other",
            "declared_in_error",
            "disputed",
        ];
        for lang in [Lang::Zh, Lang::En] {
            let text = Text::of(lang);
            details
                .iter()
                .for_each(|code| assert!(text.words.details.contains_key(*code), "{code}"));
            reasons
                .iter()
                .for_each(|code| assert!(text.words.reasons.contains_key(*code), "{code}"));
            issues.iter().for_each(|code| assert!(text.issue_words(code).is_some(), "{code}"));
        }
    }
}
