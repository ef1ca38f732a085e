//! What was planted, with the identifiers needed to check an answer.

use serde::Serialize;

/// A farm lot that should not have been sold.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Contaminated {
    /// Canonical identifier of the lot.
    pub lot: String,
    /// What it holds.
    pub analyte: String,
    /// Harvest, in microseconds.
    pub micros: i64,
    /// The item whose sample was found bad.
    pub sampled: String,
    /// Where that sample was taken.
    pub sampled_at: String,
}

/// One cleaning of a line.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cleaning {
    /// When, in microseconds.
    pub micros: i64,
    /// Some record says so.
    pub recorded: bool,
}

/// A line that was dirty between two cleanings.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DirtyLine {
    /// Canonical identifier of the line (SGLN with extension).
    pub line: String,
    /// The cleaning before, the one that ended it, and the one after.
    pub cleanings: Vec<Cleaning>,
    /// Lots that were made on it while it was dirty.
    pub exposed: Vec<String>,
    /// Lots that must be suspected as well where the ending cleaning is not recorded.
    pub suspected: Vec<String>,
}

/// A room that was too warm.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Excursion {
    /// Canonical identifier of the room (SGLN with extension).
    pub room: String,
    /// Canonical identifier of the probe (GIAI).
    pub probe: String,
    /// From and until when it was too warm, in microseconds.
    pub warm: (i64, i64),
    /// From and until when no reading was recorded, in microseconds; equal where none is missing.
    pub gap: (i64, i64),
    /// The limit, in thousandths of a degree Celsius.
    pub limit_millicelsius: i64,
    /// Items that lay there.
    pub exposed: Vec<String>,
}

/// An import lot that was sold under a new label.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Relabelled {
    /// The lot as imported.
    pub old: String,
    /// The lot on the new label.
    pub new: String,
    /// Where it was done.
    pub site: String,
    /// How much, in grams.
    pub grams: i64,
    /// When, in microseconds.
    pub micros: i64,
}

/// A certificate that went with more than it was issued for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overused {
    /// The certificate, as a business transaction.
    pub certificate: String,
    /// The lot it was issued for.
    pub lot: String,
    /// Grams it was issued for.
    pub issued_grams: i64,
    /// Grams that it went with.
    pub used_grams: i64,
    /// All lots that it went with.
    pub lots: Vec<String>,
}

/// Everything planted.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Incidents {
    /// A contaminated farm lot.
    pub contaminated: Contaminated,
    /// A dirty line between two cleanings.
    pub dirty_line: DirtyLine,
    /// A cold-store excursion with a sensor gap.
    pub excursion: Excursion,
    /// A relabelled import.
    pub relabelled: Relabelled,
    /// A certificate used beyond its kilograms; in a clean city `used_grams` is `issued_grams`.
    pub certificate: Overused,
}
