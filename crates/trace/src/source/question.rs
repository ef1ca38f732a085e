//! Where did it come from? The question to the ledger, and its answer.

use crate::answer::PositionLine;
use crate::flow::{DateMode, Setting};
use crate::question::{Interval, LOTS_MAX, Visibility};
use serde::Serialize;

/// Where somebody who fell ill, or a sample, had the food from. Identifiers are canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseAt {
    /// A lot, unit or product.
    Lot {
        /// Its identifier.
        id: String,
        /// Where it was bought or sampled. Unless given: where some of it was sold or served; if
        /// that is recorded nowhere, where it was last.
        place: Option<String>,
    },
    /// Whatever was at a place meanwhile.
    Place {
        /// A site, or a part of it.
        place: String,
        /// When.
        during: Interval,
        /// Only what is of this product.
        product: Option<String>,
    },
}

/// A complaint, a patient or a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceCase {
    /// Where.
    pub at: CaseAt,
    /// How much it counts; negative where it speaks against.
    pub weight: f64,
}

/// The question.
#[derive(Clone, Debug, Default)]
pub struct SourceQuestion {
    /// The cases.
    pub cases: Vec<SourceCase>,
    /// What is assumed of sites; weights are those of cases alone.
    pub stations: Vec<(String, Setting)>,
    /// What is assumed of all deliveries of a lot.
    pub lots: Vec<(String, Setting)>,
    /// Sites that count as one, the first of each list.
    pub merged: Vec<Vec<String>>,
    /// Whether and how dates limit cross-contamination. What is recorded to have gone into
    /// something else follows time in any case.
    pub dates: DateMode,
    /// Most candidates in the answer.
    pub limit: usize,
    /// Most lots that are traced back.
    pub lots_max: Option<usize>,
    /// Limit to the records that one party may see.
    pub visible_to: Option<Visibility>,
    /// Only the entries below this index: the ledger as it was at that size.
    pub as_of: Option<u64>,
}

impl SourceQuestion {
    pub(super) fn lots_max(&self) -> usize {
        self.lots_max.unwrap_or(LOTS_MAX)
    }
}

/// What a case may have been.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaseBasis {
    /// Lots and units that it may have been, sorted.
    pub lots: Vec<String>,
    /// Sites where they were, sorted.
    pub sites: Vec<String>,
}

/// What one method says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RankLine {
    /// From 1; candidates that cannot be told apart share the best of theirs.
    pub rank: u32,
    /// The score; the logarithm of the likelihood; or the mean distance.
    pub value: f64,
    /// Share of the likelihood of all candidates that reach as much; of the score, relative to the
    /// highest; `null` for a distance.
    pub share: Option<f64>,
    /// How many cases it reaches by this method's ways.
    pub cases: u32,
    /// Their weight.
    pub weight: f64,
}

/// Ranks by each method; `null` where it sees no way from the candidate to a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct MethodRanks {
    /// FoodChain-Lab's score.
    pub fcl: Option<RankLine>,
    /// The absorbing walk of Horn and Friedrich.
    pub horn: Option<RankLine>,
    /// The likelihood from sales.
    pub sales: Option<RankLine>,
    /// The effective distance.
    pub distance: Option<RankLine>,
}

/// A site that may be the source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceCandidate {
    /// The site.
    pub site: String,
    /// Who keeps food there.
    pub party: Option<String>,
    /// Sites that count as it.
    pub merged: Vec<String>,
    /// FoodChain-Lab's score: of the cases' weight, what speaks for it less what speaks against.
    pub score: f64,
    /// Share of what speaks for it.
    pub positive_score: f64,
    /// Share of what speaks against it.
    pub negative_score: f64,
    /// Highest score of a lot that it sent.
    pub max_lot_score: Option<f64>,
    /// It lies behind something that is observed.
    pub backward: bool,
    /// It lies after something that is observed.
    pub forward: bool,
    /// Ranks by each method.
    pub methods: MethodRanks,
    /// Cases that it explains, by position in the question.
    pub explains: Vec<u32>,
    /// Lots by which it does, as it sent them, sorted.
    pub lots: Vec<String>,
    /// Deliveries on the ways to them.
    pub deliveries: usize,
    /// Sites on these ways.
    pub sites: usize,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceAnswer {
    /// By position in the question.
    pub cases: Vec<CaseBasis>,
    /// The best candidates by the sum of their ranks.
    pub candidates: Vec<SourceCandidate>,
    /// How many there are.
    pub candidates_found: usize,
    /// Sites of the graph that was built.
    pub sites: usize,
    /// Its deliveries between sites.
    pub deliveries: usize,
    /// Its relations: which delivery went into which, those to cases included.
    pub relations: usize,
    /// Deliveries whose kilograms are unknown and count as the mean of the others, those to cases
    /// included.
    pub kilograms_assumed: u32,
    /// Sites and lots of the question's assumptions that the graph does not have, sorted.
    pub unused: Vec<String>,
    /// A limit cut the graph.
    pub truncated: bool,
    /// Where the events stand that the graph was built from, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<PositionLine>,
}
