//! The question for a source, and the answer in the shape in which it is computed.

use super::{LedgerStateLine, PositionLine};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Cases, and what is assumed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceQuestion {
    /// Complaints, patients, samples.
    #[schema(min_items = 1, max_items = 1000)]
    pub cases: Vec<SourceCase>,
    /// What is assumed of sites.
    #[schema(required = false, max_items = 1000)]
    pub stations: Vec<SourceSetting>,
    /// What is assumed of all deliveries of a lot.
    #[schema(required = false, max_items = 1000)]
    pub lots: Vec<SourceSetting>,
    /// Lists of two or more sites that count as the first of them.
    #[schema(required = false, max_items = 1000)]
    pub merge: Vec<Vec<String>>,
    /// How dates limit cross-contamination; explicit unless given. What is recorded to have gone
    /// into something follows time in any case.
    #[schema(value_type = SourceDates, required = false)]
    pub dates: Option<SourceDates>,
    /// Most candidates in the answer; 20 unless given.
    #[schema(value_type = u64, required = false, maximum = 1000)]
    pub limit: Option<u64>,
    /// Answer as of this size of the ledger; now unless given.
    #[schema(value_type = u64, required = false)]
    pub as_of: Option<u64>,
    /// Also say where the events stand that the answer rests on, for `/v1/proofs`.
    #[schema(required = false)]
    pub rests_on: bool,
}

/// A lot, bought or sampled at a place where that is known; or a place with `from` and `until`, and
/// a product where that is known.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceCase {
    /// The asker's own name of it.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2048)]
    pub id: Option<String>,
    /// A lot or unit, in any spelling.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2048, example = "https://id.gs1.org/01/09521234543213/10/P1")]
    pub lot: Option<String>,
    /// A shop, canteen or any other site.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2048)]
    pub place: Option<String>,
    /// First moment, for a place without a lot.
    #[schema(value_type = String, required = false, format = DateTime)]
    pub from: Option<String>,
    /// Last moment, for a place without a lot.
    #[schema(value_type = String, required = false, format = DateTime)]
    pub until: Option<String>,
    /// What was bought, for a place without a lot.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2048)]
    pub product: Option<String>,
    /// 1 unless given, never 0; negative where it speaks against, like a sample without finding.
    #[schema(value_type = f64, required = false, minimum = -1_000_000.0, maximum = 1_000_000.0)]
    pub weight: Option<f64>,
}

/// What is assumed of a site or a lot.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSetting {
    /// The site or lot.
    #[schema(min_length = 1, max_length = 2048)]
    pub id: String,
    /// Whatever came may be in all that left later; of a lot: it mixed with other such lots.
    #[schema(required = false)]
    pub cross_contamination: bool,
    /// Contamination ends there.
    #[schema(required = false)]
    pub kill_contamination: bool,
    /// Which trace of it is marked.
    #[schema(value_type = SourceObserved, required = false)]
    pub observed: Option<SourceObserved>,
}

/// How dates are used.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceDates {
    /// Not at all.
    Ignore,
    /// As recorded.
    Explicit,
    /// With limits that relations imply.
    Inferred,
}

/// A direction of a trace.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceObserved {
    /// Both.
    Full,
    /// Where it went.
    Forward,
    /// Where it came from.
    Backward,
}

/// Where the food of some cases may have come from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// The question, as asked.
    pub question: SourceQuestion,
    /// What each case may have been, by position in the question.
    pub cases: Vec<SourceCaseLine>,
    /// The best candidates by the sum of their ranks.
    pub candidates: Vec<SourceCandidateLine>,
    /// How many candidates there are.
    pub candidates_found: u64,
    /// Sites of the graph that was built for the question.
    pub sites: u64,
    /// Its deliveries between sites.
    pub deliveries: u64,
    /// Its relations: which delivery went into which, those to cases included.
    pub relations: u64,
    /// Deliveries of unknown weight; they count as the mean of the others.
    pub kilograms_assumed: u32,
    /// Sites and lots of the question's assumptions that the graph does not have, sorted.
    pub unused: Vec<String>,
    /// A limit cut the graph: ranks may be wrong.
    pub truncated: bool,
    /// Where the events stand that the graph was built from, those of the cases included; only
    /// where it was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub rests_on: Vec<PositionLine>,
    /// Names of sites, parties, lots and products, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

/// What a case may have been; nothing where no record fits.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceCaseLine {
    /// Lots and units that it may have been, sorted.
    pub lots: Vec<String>,
    /// Sites where they were, sorted.
    pub sites: Vec<String>,
}

/// A site that may be the source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceCandidateLine {
    /// The site.
    pub site: String,
    /// Who keeps food there, by the records of most holdings.
    pub party: Option<String>,
    /// Sites that count as it.
    pub merged: Vec<String>,
    /// FoodChain-Lab's score: of the cases' weight, what it reaches less what speaks against it.
    pub score: f64,
    /// Of the positive weight, the share that it reaches.
    pub positive_score: f64,
    /// Of the negative weight, the share that it reaches.
    pub negative_score: f64,
    /// Highest score of a lot that it sent.
    pub max_lot_score: Option<f64>,
    /// It lies before something that is observed.
    pub backward: bool,
    /// It lies behind something that is observed.
    pub forward: bool,
    /// Ranks by each method.
    pub methods: SourceMethods,
    /// Cases that it explains, by position in the question.
    pub explains: Vec<u32>,
    /// Lots by which it does, as it sent them, sorted.
    pub lots: Vec<String>,
    /// Deliveries on the ways to them.
    pub deliveries: u64,
    /// Sites on these ways.
    pub sites: u64,
}

/// Ranks by each method; `null` where it sees no way from the candidate to a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceMethods {
    /// FoodChain-Lab's score.
    pub fcl: Option<SourceRank>,
    /// The absorbing random walk (Horn and Friedrich 2019); the value is a log likelihood.
    pub horn: Option<SourceRank>,
    /// The likelihood from sales (Kaufman et al. 2014); the value is a log likelihood.
    pub sales: Option<SourceRank>,
    /// The effective distance (Manitz et al. 2014); the value is a mean distance.
    pub distance: Option<SourceRank>,
}

/// What one method says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceRank {
    /// From 1; candidates that cannot be told apart share the best of theirs.
    #[schema(minimum = 1)]
    pub rank: u32,
    /// The score, the logarithm of the likelihood, or the mean distance.
    pub value: f64,
    /// Share of the likelihood of all candidates that reach as much; of the score, relative to the
    /// highest; `null` for a distance.
    pub share: Option<f64>,
    /// How many cases it reaches.
    pub cases: u32,
    /// Their weight.
    pub weight: f64,
}
