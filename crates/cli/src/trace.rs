//! `laiqu trace`: asks a server or reads a ledger directory, and shows the answer.

mod text;
mod view;

use crate::asking::{Asking, parsed, with_query};
use crate::client::encode;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::proving::Proving;
use clap::{Args, ValueEnum};
use laiqu_interchange::foodchain_lab::{read_model, write_workbook};
use laiqu_service::{AskedStart, TraceQuestion};
use serde_json::Value;
use std::io::IsTerminal as _;

use view::Drawing;
pub(crate) use view::View;

/// Traces items.
#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// 方向：来源、去向、两者 / Which way
    #[arg(value_enum)]
    direction: Way,
    /// 批次、单品、产品或容器的标识，可多个（URN 或 GS1 Digital Link）/ Identifiers, URN or Digital Link
    #[arg(group = "start", required_unless_present_any = ["supplier", "place"])]
    id: Vec<String>,
    /// 或：某单位在此期间生产或发出的全部 / Or all that a party made or shipped meanwhile
    #[arg(long, group = "start", requires = "period")]
    supplier: Option<String>,
    /// 或：此期间在（或可能在）某地点、库房、产线的全部 / Or all that was or may have been at a place
    #[arg(long, group = "start", requires = "period")]
    place: Option<String>,
    /// 起始时间（RFC 3339）/ First moment
    #[arg(long, group = "period", requires = "until", conflicts_with = "id")]
    from: Option<String>,
    /// 结束时间 / Last moment
    #[arg(long, requires = "from")]
    until: Option<String>,
    #[command(flatten)]
    asking: Asking,
    /// 只看起点与此物品之间的路径 / Only what lies on a path between the start and this item
    #[arg(long)]
    to: Option<String>,
    /// 最多步数 / Most steps from the start
    #[arg(long)]
    depth: Option<u32>,
    /// 最多批次数；无批次食品的每条记录算一个 / Most lots in the answer; each record of food without one counts
    #[arg(long)]
    lots_max: Option<u32>,
    /// 只跟随可能在此后发生的事件（RFC 3339）/ Follow only events that may have happened since
    #[arg(long, value_name = "TIME")]
    walk_from: Option<String>,
    /// 只跟随可能在此前发生的事件 / Follow only events that may have happened until then
    #[arg(long, value_name = "TIME")]
    walk_until: Option<String>,
    /// 也追溯装载过它的容器 / Also climb from contents to their containers
    #[arg(long)]
    containers: bool,
    /// 其他输出：FoodChain-Lab 的 JSON 或工作簿、图的坐标 / FoodChain-Lab's files, or a drawing, instead
    #[arg(long, value_enum, conflicts_with_all = ["json", "proofs"])]
    format: Option<Format>,
    /// 画图时展开含有此批次的方框，可多次给出 / Open the box of this lot in the drawing, several times
    #[arg(long, value_name = "ID", requires = "format")]
    expand: Vec<String>,
    #[command(flatten)]
    proving: Proving,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

/// Formats beside our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// FoodChain-Lab 的 JSON，`laiqu score` 可读 / FoodChain-Lab's JSON, which `laiqu score` reads
    Fcl,
    /// FoodChain-Lab 的工作簿（XLSX），用 `>` 写入文件 / FoodChain-Lab's workbook (XLSX), for `> FILE`
    Xlsx,
    /// 分层的方框与连线的坐标（JSON），左为来源、右为销售 / Boxes and edges with coordinates (JSON), sources left
    Layout,
}

/// Which way to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// 来源 / To the sources
    Back,
    /// 去向 / To the sales
    Forward,
    /// 来源与去向 / Both
    Both,
}

impl Way {
    /// The word in URLs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Back => "back",
            Self::Forward => "forward",
            Self::Both => "both",
        }
    }
}

/// A question without limits as the HTTP interface takes it.
pub(crate) fn trace_path(way: Way, id: &str) -> String {
    format!("/v1/trace?id={}&direction={}", encode(id), way.as_str())
}

impl Trace {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let question = self.question()?;
        match self.format {
            Some(Format::Layout) => return self.layout(&question),
            Some(_) if !self.expand.is_empty() => {
                return Err(Failure::usage(
                    "--expand 只用于 --format layout",
                    "--expand goes with --format layout",
                ));
            }
            Some(Format::Fcl) => return self.model(&question, out::line),
            Some(Format::Xlsx) => {
                return self.model(&question, |model| out::bytes(&workbook(model)?));
            }
            None => {}
        }
        let answer = self.asking.ask(&self.path("/v1/trace"), |data| data.trace(&question))?;
        self.proving.keep(&self.asking, &answer)?;
        let view = View::parse(&answer)?;
        if self.json {
            out::line(&answer)?;
        } else if !view.events.is_empty() {
            out::line(&text::shown(&view, self.direction))?;
        }
        if let Some(to) = self.to.as_ref().filter(|_| view.events.is_empty()) {
            out::note(&self.no_path(to, &view));
            return Ok(Exit::CheckFailed);
        }
        if view.events.is_empty() { Ok(self.nothing(&view)) } else { Ok(known(&view.unknown)) }
    }

    /// Says that there is nothing to start from.
    fn nothing(&self, view: &View) -> Exit {
        let is_named = self.id.is_empty() || view.unknown.is_empty();
        let (none, in_english) = match is_named {
            false => ("账本中没有关于它的事件", "no event in the ledger names it"),
            true => ("此期间没有可以作为起点的货", "nothing to start from in that time"),
        };
        out::note(&format!(
            "{none}：{0}\n{in_english}: {0}\n\
             hint: 核对标识与期间；批次须连同产品一起给出 / check the identifier and the period; a lot needs its product",
            out::clean(&self.asked())
        ));
        Exit::CheckFailed
    }

    /// The answer as a drawing.
    fn layout(&self, question: &TraceQuestion) -> Result<Exit, Failure> {
        let path = self.path("/v1/trace/layout");
        let drawing = self.asking.ask(&path, |data| data.trace_layout(question, &self.expand))?;
        out::line(&drawing)?;
        let Drawing { unknown, truncated, cut, nodes } = parsed(&drawing)?;
        if !nodes.is_empty() {
            return Ok(known(&unknown));
        }
        let (walk_from, walk_until) = (self.walk_from.clone(), self.walk_until.clone());
        let view = View { unknown, truncated, cut, walk_from, walk_until, ..View::default() };
        if let Some(to) = &self.to {
            out::note(&self.no_path(to, &view));
            return Ok(Exit::CheckFailed);
        }
        Ok(self.nothing(&view))
    }

    /// The movements of the answer, as a case of FoodChain-Lab.
    fn model(
        &self,
        question: &TraceQuestion,
        print: impl FnOnce(&str) -> Result<(), Failure>,
    ) -> Result<Exit, Failure> {
        let path = self.path("/v1/trace/fcl");
        let model = self.asking.ask(&path, |data| data.trace_model(question))?;
        print(&model)?;
        let parsed: Value = parsed(&model)?;
        let rows = parsed.pointer("/data/deliveries/data").and_then(Value::as_array);
        if rows.is_some_and(|rows| !rows.is_empty()) {
            return Ok(known(&View::parse(&model)?.unknown));
        }
        out::note(
            "没有可导出的流转\nno movement to export\n\
             hint: 核对标识与方向 / check the identifier and the direction",
        );
        Ok(Exit::CheckFailed)
    }

    fn no_path(&self, to: &str, view: &View) -> String {
        let ends = format!("{} – {}", out::clean(&self.asked()), out::clean(to));
        let (zh, en) = text::limits(view);
        let (proven, in_english) = match view.truncated {
            true => (
                format!("在限度内（{zh}）未找到路径，不能说明没有"),
                format!("no path within the limits ({en}); there may be one"),
            ),
            false => ("记录中没有路径".to_owned(), "no recorded path".to_owned()),
        };
        format!(
            "{proven}：{ends}\n{in_english}: {ends}\n\
             hint: 核对两个标识和方向 / check both identifiers and the direction (`both` looks either way)"
        )
    }

    /// What was asked about, as it was given.
    fn asked(&self) -> String {
        let given = self.id.iter().chain(&self.supplier).chain(&self.place);
        given.map(String::as_str).collect::<Vec<_>>().join("  ")
    }

    /// The question as the HTTP interface takes it.
    fn path(&self, path: &str) -> String {
        let text = |value: &Option<String>| value.clone();
        let depth = self.depth.map(|depth| depth.to_string());
        let containers = self.containers.then(|| "true".to_owned());
        let ids = self.id.iter().map(|id| ("id", Some(id.clone())));
        let others = [
            ("supplier", text(&self.supplier)),
            ("place", text(&self.place)),
            ("from", text(&self.from)),
            ("until", text(&self.until)),
            ("to", text(&self.to)),
            ("direction", Some(self.direction.as_str().to_owned())),
            ("depth", depth),
            ("lots_max", self.lots_max.map(|most| most.to_string())),
            ("walk_from", text(&self.walk_from)),
            ("walk_until", text(&self.walk_until)),
            ("containers", containers),
            self.asking.as_of(),
        ];
        let opened = self.expand.iter().map(|id| ("expand", Some(id.clone())));
        with_query(path, &ids.chain(others).chain(opened).collect::<Vec<_>>())
    }

    fn question(&self) -> Result<TraceQuestion, Failure> {
        Ok(TraceQuestion {
            of: AskedStart {
                ids: self.id.clone(),
                supplier: self.supplier.clone(),
                place: self.place.clone(),
                from: self.from.clone(),
                until: self.until.clone(),
            },
            direction: laiqu_service::parse_direction(self.direction.as_str())?,
            to: self.to.clone(),
            depth: self.depth,
            lots_max: self.lots_max,
            walk_from: self.walk_from.clone(),
            walk_until: self.walk_until.clone(),
            containers: self.containers,
            as_of: self.asking.as_of,
        })
    }
}

/// The model as a workbook.
fn workbook(model: &str) -> Result<Vec<u8>, Failure> {
    if std::io::stdout().is_terminal() {
        return Err(Failure::usage("工作簿不能显示在终端", "a terminal cannot show a workbook")
            .hint("用 `> case.xlsx` 写入文件", "write it to a file with `> case.xlsx`"));
    }
    let written = read_model("/v1/trace/fcl", model.as_bytes())
        .and_then(|(tables, _)| write_workbook(&tables));
    written.map_err(|finding| Failure::usage(finding.zh(), finding.to_string()))
}

/// Names what of the question nothing is recorded of, beside an answer about the rest.
fn known(unknown: &[String]) -> Exit {
    if unknown.is_empty() {
        return Exit::Done;
    }
    let unknown = out::clean(&unknown.join("  "));
    out::note(&format!(
        "账本中没有关于这些标识的事件，结果不含它们：{unknown}\n\
         no event in the ledger names these, the answer is without them: {unknown}\n\
         hint: 核对标识 / check the identifiers"
    ));
    Exit::CheckFailed
}
