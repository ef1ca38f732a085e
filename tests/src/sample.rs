//! Documents to post, and repeatable dice.

use std::hash::{BuildHasher as _, RandomState};

/// An EPCIS 2.0 document with these events.
#[must_use]
pub fn document(events: &[String]) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-01T09:00:00Z",
"epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",\n")
    )
}

/// The event that creates a lot.
#[must_use]
pub fn commissioned(event_id: &str, lot: &str, kilograms: u64) -> String {
    format!(
        r#"{{"type":"ObjectEvent","eventID":"{event_id}","eventTime":"2026-11-01T08:00:00+08:00",
"eventTimeZoneOffset":"+08:00","action":"ADD","bizStep":"commissioning",
"bizLocation":{{"id":"https://id.gs1.org/414/4012345000115"}},
"quantityList":[{{"epcClass":"{lot}","quantity":{kilograms},"uom":"KGM"}}]}}"#
    )
}

/// The event that makes one lot from others.
#[must_use]
pub fn transformed(event_id: &str, inputs: &[&str], output: &str) -> String {
    let amount = |lot: &&str| format!(r#"{{"epcClass":"{lot}","quantity":5,"uom":"KGM"}}"#);
    let inputs: Vec<String> = inputs.iter().map(amount).collect();
    format!(
        r#"{{"type":"TransformationEvent","eventID":"{event_id}",
"eventTime":"2026-11-02T08:00:00+08:00","eventTimeZoneOffset":"+08:00",
"bizStep":"commissioning","bizLocation":{{"id":"https://id.gs1.org/414/4012345000122"}},
"inputQuantityList":[{}],"outputQuantityList":[{}]}}"#,
        inputs.join(","),
        amount(&output)
    )
}

/// Random numbers that come again with the same seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice from `$LAIQU_TEST_SEED`, or from a new seed; the seed is printed.
    ///
    /// # Panics
    /// Where the variable holds no number.
    #[must_use]
    pub fn printed() -> Self {
        let given = std::env::var("LAIQU_TEST_SEED").ok();
        let given = given.map(|text| text.parse().expect("LAIQU_TEST_SEED is a number"));
        let seed: u64 = given.unwrap_or_else(|| RandomState::new().hash_one("seed") >> 32);
        println!("LAIQU_TEST_SEED={seed}");
        Self::seeded(seed)
    }

    /// The same numbers each time.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Dice of their own, for another thread.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.below(u64::MAX))
    }

    /// One of these, `None` where there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(from.len()).unwrap_or(u64::MAX);
        let at = if count == 0 { return None } else { self.below(count) };
        from.get(usize::try_from(at).unwrap_or(0))
    }
}
