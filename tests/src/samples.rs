//! What `/metrics` says, read as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};

/// The samples of one answer.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Values by name and labels, as written: `name{a="b"}`.
    values: BTreeMap<String, f64>,
    /// Names of the samples, without labels.
    pub names: BTreeSet<String>,
}

impl Samples {
    /// Reads text of version 0.0.4.
    ///
    /// # Panics
    /// Where a line is not as the format has it, a sample stands outside of its family, or a
    /// histogram does not add up.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (mut values, mut names) = (BTreeMap::new(), BTreeSet::new());
        let (mut helped, mut family, mut kind) = ("", "", "");
        assert!(text.ends_with('\n'));
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                helped = help.split_once(' ').expect("a help text").0;
                continue;
            }
            if let Some(types) = line.strip_prefix("# TYPE ") {
                (family, kind) = types.split_once(' ').expect("a type");
                assert_eq!(family, helped, "a type follows its help");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                continue;
            }
            let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
            let name = sample.split('{').next().expect("name");
            let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{line} in {family}"));
            let in_histogram = ["_bucket", "_sum", "_count"].contains(&suffix);
            assert!(if kind == "histogram" { in_histogram } else { suffix.is_empty() }, "{line}");
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(value >= 0.0, "{line}");
            assert!(values.insert(sample.to_owned(), value).is_none(), "{line} twice");
            names.insert(name.to_owned());
        }
        let samples = Self { values, names };
        samples.check_histograms();
        samples
    }

    /// The value of a sample; 0 where there is none.
    #[must_use]
    pub fn of(&self, sample: &str) -> f64 {
        self.values.get(sample).copied().unwrap_or_default()
    }

    /// Names and labels of all samples.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The last bucket of a histogram holds all that it counted.
    fn check_histograms(&self) {
        for (sample, count) in &self.values {
            let Some((name, labels)) = sample.split_once("_count") else { continue };
            let labels = labels.trim_start_matches('{').trim_end_matches('}');
            let comma = if labels.is_empty() { "" } else { "," };
            let all = |sample: &str| self.values.get(sample).copied();
            let last = all(&format!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}}"))
                .or_else(|| all(&format!("{name}_bucket{{le=\"+Inf\"{comma}{labels}}}")));
            assert_eq!(last, Some(*count), "{sample}");
        }
    }
}
