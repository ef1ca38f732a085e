//! `laiqu scope`: which food a hazard can have reached, how much, who holds it, and which records
//! to demand.

mod text;
mod view;

use crate::asking::{Asking, unwritten, wrong};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::proving::Proving;
use clap::{ArgGroup, Args, ValueEnum};
use laiqu_service::{AskedResource, AskedScope};
use view::View;

/// Finds the scope of a recall.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("start").required(true).args(["lot", "supplier", "place"]))]
pub(crate) struct Scope {
    /// 批次或单品，可重复 / A lot or unit, may be repeated
    #[arg(long, conflicts_with_all = ["from", "until"])]
    lot: Vec<String>,
    /// 供货单位：该时段内生产或发出的全部批次 / A party: all lots that it made or shipped then
    #[arg(long, requires_all = ["from", "until"])]
    supplier: Option<String>,
    /// 场所、库房、生产线：该时段内在场的货 / A site, room or line: what was there then
    #[arg(long, requires_all = ["from", "until"])]
    place: Option<String>,
    /// 起始时间（RFC 3339）/ First moment
    #[arg(long)]
    from: Option<String>,
    /// 结束时间 / Last moment
    #[arg(long)]
    until: Option<String>,
    /// 危害种类 / What is feared
    #[arg(long, value_enum)]
    hazard: Fear,
    /// 具体危害，如“李斯特菌” / Its name, as kill steps and laboratories write it
    #[arg(long)]
    agent: Option<String>,
    /// 召回通知发出的时间：之后提交的记录会列出 / When the notice went out: later records are listed
    #[arg(long)]
    notice: Option<String>,
    /// 设备种类，如 ID=tank，可重复 / Kind of a resource as ID=line|tank|room|vehicle
    #[arg(long, value_parser = resource)]
    resource: Vec<(String, String)>,
    /// 行政区划代码（省 2 位、市 4 位、区县 6 位），列出越过其边界的流转；默认取起点所在区划
    /// / Area (GB/T 2260) whose borders matter; where the start lies unless given
    #[arg(long)]
    area: Option<String>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    proving: Proving,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

/// Kinds of hazards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fear {
    /// 微生物 / Germs
    Microbial,
    /// 化学残留 / Residues
    Chemical,
    /// 过敏原 / Allergens
    Allergen,
    /// 温度失控 / Too warm
    Temperature,
    /// 标签错误 / A wrong label
    Label,
}

impl Fear {
    fn word(self) -> &'static str {
        match self {
            Self::Microbial => "microbial",
            Self::Chemical => "chemical",
            Self::Allergen => "allergen",
            Self::Temperature => "temperature",
            Self::Label => "label",
        }
    }
}

fn resource(text: &str) -> Result<(String, String), String> {
    let (id, kind) = text.rsplit_once('=').ok_or("write ID=line, tank, room or vehicle")?;
    Ok((id.to_owned(), kind.to_owned()))
}

impl Scope {
    fn asked(&self) -> AskedScope {
        let resources = self.resource.iter().cloned();
        AskedScope {
            lots: self.lot.clone(),
            supplier: self.supplier.clone(),
            place: self.place.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
            hazard: self.hazard.word().to_owned(),
            agent: self.agent.clone(),
            notice: self.notice.clone(),
            resources: resources.map(|(id, kind)| AskedResource { id, kind }).collect(),
            area: self.area.clone(),
            as_of: self.asking.as_of,
            rests_on: self.proving.rests_on(),
        }
    }

    /// Exit 1 where nothing in the ledger is what the question starts from.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let asked = self.asked();
        let answer = self.asking.ask_with(
            |client| {
                let body = serde_json::to_vec(&asked).map_err(unwritten)?;
                client.post("/v1/recall-scope", "application/json", &[], &body)?.text()
            },
            |data| data.recall_scope(&asked).map_err(|error| wrong(error, "scope")),
        )?;
        self.proving.keep(&self.asking, &answer)?;
        let view = View::parse(&answer)?;
        if self.json {
            out::line(&answer)?;
        } else if !view.holdings.is_empty() {
            out::line(&text::shown(&view))?;
        }
        if view.holdings.is_empty() {
            out::note(
                "账本中没有可以作为起点的货\nnothing in the ledger is what the question starts from\n\
                 hint: 核对标识和时段；批次须连同产品一起给出 / check identifiers and times; a lot needs its product",
            );
            return Ok(Exit::CheckFailed);
        }
        Ok(Exit::Done)
    }
}
