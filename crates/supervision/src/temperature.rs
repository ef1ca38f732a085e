//! How cold food must be kept, as dated data.
//!
//! A rule never changes: a new one begins where the old one ends, so that a question about last
//! year is answered by last year's rule.

/// What a kind of cold room or vehicle must keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TemperatureRule {
    /// What questions call it.
    pub id: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// Not colder than this, in degrees Celsius.
    pub min: Option<f64>,
    /// Not warmer than this, in degrees Celsius.
    pub max: Option<f64>,
    /// Longest excursion that is tolerated, in minutes.
    pub tolerance_minutes: u32,
    /// A reading is due this often, in minutes.
    pub log_interval_minutes: u32,
    /// First day on which it is in force, in days since 1970-01-01.
    pub from_day: i64,
    /// First day on which it is in force no more.
    pub until_day: Option<i64>,
    /// Where it comes from.
    pub source: &'static str,
    /// Nobody compared it with the text of the standard yet.
    pub unconfirmed: bool,
}

/// 2021-03-11, when GB 31605-2020 came into force.
const GB_31605: i64 = 18_697;

const fn rule(
    id: &'static str,
    (zh, en): (&'static str, &'static str),
    (min, max): (Option<f64>, Option<f64>),
    log_interval_minutes: u32,
    source: &'static str,
) -> TemperatureRule {
    TemperatureRule {
        id,
        zh,
        en,
        min,
        max,
        tolerance_minutes: 0,
        log_interval_minutes,
        from_day: GB_31605,
        until_day: None,
        source,
        unconfirmed: true,
    }
}

/// Every rule; of one `id`, the times do not overlap.
pub static TEMPERATURE_RULES: &[TemperatureRule] = &[
    rule(
        "frozen-storage",
        ("冷冻贮存", "frozen storage"),
        (None, Some(-18.0)),
        30,
        "GB 31605-2020",
    ),
    rule(
        "frozen-transport",
        ("冷冻运输", "frozen transport"),
        (None, Some(-18.0)),
        10,
        "GB 31605-2020",
    ),
    rule(
        "chilled-storage",
        ("冷藏贮存", "chilled storage"),
        (Some(0.0), Some(10.0)),
        30,
        "GB 31605-2020",
    ),
    rule(
        "chilled-transport",
        ("冷藏运输", "chilled transport"),
        (Some(0.0), Some(10.0)),
        10,
        "GB 31605-2020",
    ),
    rule("chilled-meat", ("冷鲜肉", "chilled meat"), (Some(0.0), Some(4.0)), 30, "GB 20799"),
    rule("iced-fish", ("冰鲜水产", "fish on ice"), (Some(0.0), Some(4.0)), 30, "GB 20799"),
];

/// The rule of this name on a day (days since 1970-01-01).
#[must_use]
pub fn temperature_rule(id: &str, day: i64) -> Option<&'static TemperatureRule> {
    TEMPERATURE_RULES.iter().find(|rule| {
        rule.id == id && rule.from_day <= day && rule.until_day.is_none_or(|until| day < until)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_holds_from_its_first_day() {
        let frozen = temperature_rule("frozen-storage", 20_780).unwrap();
        assert_eq!((frozen.min, frozen.max), (None, Some(-18.0)));
        assert!(temperature_rule("frozen-storage", GB_31605).is_some());
        assert!(temperature_rule("frozen-storage", GB_31605 - 1).is_none());
        assert!(temperature_rule("warm", 20_780).is_none());
    }

    #[test]
    fn of_one_name_no_two_rules_hold_on_one_day() {
        for (at, rule) in TEMPERATURE_RULES.iter().enumerate() {
            let later = TEMPERATURE_RULES.iter().skip(at + 1).filter(|other| other.id == rule.id);
            for other in later {
                let ends = |a: &TemperatureRule, b: &TemperatureRule| {
                    a.until_day.is_some_and(|until| until <= b.from_day)
                };
                assert!(ends(rule, other) || ends(other, rule), "{}", rule.id);
            }
            assert!(rule.min.is_some() || rule.max.is_some());
            assert!(rule.log_interval_minutes > 0 && !rule.source.is_empty());
        }
    }
}
