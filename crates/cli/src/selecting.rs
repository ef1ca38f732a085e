//! What a question looks at.

use clap::Args;
use laiqu_service::AskedSelection;

/// Just one of the four, and a period.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct Selecting {
    /// 批次，查所有地点 / A lot, at every place
    #[arg(long, group = "of")]
    lot: Option<String>,
    /// 地点，查在那里的所有批次 / A place: every lot that was there
    #[arg(long, group = "of")]
    place: Option<String>,
    /// 产品，查其所有批次 / A product: every lot of it
    #[arg(long, group = "of")]
    product: Option<String>,
    /// 单位，查其自己记录的地点 / A party, at the places that its own records name
    #[arg(long, group = "of")]
    party: Option<String>,
    /// 起始时间（RFC 3339）/ First moment
    #[arg(long)]
    from: Option<String>,
    /// 结束时间 / Last moment
    #[arg(long)]
    until: Option<String>,
}

impl Selecting {
    pub(crate) fn asked(&self) -> AskedSelection {
        AskedSelection {
            lot: self.lot.clone(),
            place: self.place.clone(),
            product: self.product.clone(),
            party: self.party.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
        }
    }

    /// The same as parameters of a request.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let AskedSelection { lot, place, product, party, from, until } = self.asked();
        vec![
            ("lot", lot),
            ("place", place),
            ("product", product),
            ("party", party),
            ("from", from),
            ("until", until),
        ]
    }
}
