//! `laiqu query`: the events that match the parameters of an EPCIS query, page after page.

use crate::client::{Client, bearer, encode, not_ours};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::table::{table, time};
use crate::words;
use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

const EVENTS: &str = "/epcis/events";
/// The parameter for the events of one page (EPCIS 2.0, section 12.4).
const PER_PAGE: &str = "perPage";
/// Most events that are asked for at once; servers give fewer where they like.
const PER_PAGE_MAX: u64 = 1_000;
/// Most items named in one cell.
const ITEMS_SHOWN_MAX: usize = 3;

/// Members with identifiers, and with elements that have an `epcClass` (EPCIS 2.0, section 7.4).
const ITEM_LISTS: [&str; 8] = [
    "epcList",
    "quantityList",
    "childEPCs",
    "childQuantityList",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
];

/// Finds events.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// 查询参数，如 EQ_bizStep=shipping；多个值用 | 分开 / Parameters of EPCIS queries; | between values
    #[arg(value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    /// 令牌（或 LAIQU_TOKEN）/ Token (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
    /// 最多多少个事件 / Most events
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// 每行一个 JSON 事件 / One event a line, as JSON
    #[arg(long)]
    json: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("写成 NAME=VALUE，如 EQ_bizStep=shipping / write NAME=VALUE".to_owned()),
    }
}

/// What is read of an `EPCISQueryDocument` (EPCIS 2.0, section 8.2.5): its events as they stand.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "epcisBody")]
    body: Body,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "queryResults")]
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    #[serde(rename = "resultsBody")]
    body: ResultsBody,
}

#[derive(Deserialize)]
struct ResultsBody {
    #[serde(rename = "eventList")]
    events: Vec<Box<RawValue>>,
}

impl Query {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let client = Client::new(&self.url, bearer(self.token.as_deref()).as_deref())?;
        let (mut rows, mut told) = (Vec::new(), 0);
        let mut next = Some(self.asked());
        while let Some(asked) = next.take().filter(|_| told < self.limit) {
            let mut answer = client.get(&format!("{EVENTS}?{asked}"))?;
            let link = answer.next.take();
            let page: Document = answer.json()?;
            let mut events = page.body.results.body.events.into_iter();
            for event in
                events.by_ref().take(usize::try_from(self.limit - told).unwrap_or(usize::MAX))
            {
                told += 1;
                if self.json {
                    // Only white space between values can hold a line's end (RFC 8259, section 7).
                    out::line(&event.get().replace(['\n', '\r'], " "))?;
                } else {
                    rows.push(row(event.get())?);
                }
            }
            next = link.map(|link| query_of(&link, &asked)).transpose()?;
            if told == self.limit && (events.next().is_some() || next.is_some()) {
                self.say_more();
            }
        }
        if told == 0 {
            out::note("没有符合条件的事件 / no event matches");
            return Ok(Exit::CheckFailed);
        }
        if !self.json {
            let head = [
                "记录时间 recorded",
                "事件时间 time",
                "类型 type",
                "步骤 step",
                "地点 place",
                "物品 items",
            ];
            out::exact(&table(&head, &rows))?;
        }
        Ok(Exit::Done)
    }

    /// The query of the first page's address.
    fn asked(&self) -> String {
        let pair = |(name, value): (&str, &str)| format!("{}={}", encode(name), encode(value));
        let given = self.parameters.iter().map(|(name, value)| pair((name, value)));
        let mut pairs: Vec<String> = given.collect();
        if !self.parameters.iter().any(|(name, _)| name == PER_PAGE) {
            pairs.push(pair((PER_PAGE, &self.limit.min(PER_PAGE_MAX).to_string())));
        }
        pairs.join("&")
    }

    fn say_more(&self) {
        out::note(&format!(
            "只取前 {0} 个，还有更多：用 --limit / the first {0} only, there are more: use --limit",
            self.limit
        ));
    }
}

/// The query of a link to a next page. Only that is followed, at the address that was given: the
/// token must reach no other server.
fn query_of(link: &str, asked: &str) -> Result<String, Failure> {
    match link.split_once('?') {
        Some((path, query)) if path.ends_with(EVENTS) && query != asked => Ok(query.to_owned()),
        _ => Err(not_ours(&format!("Link: {}", out::clean(link)))),
    }
}

/// What the table shows of an event.
fn row(event: &str) -> Result<Vec<String>, Failure> {
    let event: Value = serde_json::from_str(event).map_err(|error| not_ours(&error.to_string()))?;
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let place = |name: &str| event.get(name).and_then(|place| place.get("id")?.as_str());
    let step = text("bizStep");
    Ok(vec![
        time(text("recordTime")),
        time(text("eventTime")),
        words::event_type(text("type")),
        if step.is_empty() { String::new() } else { words::step(step) },
        place("bizLocation").or_else(|| place("readPoint")).unwrap_or_default().to_owned(),
        items(&event),
    ])
}

/// The identifiers of what the event is about, the first few of them.
fn items(event: &Value) -> String {
    let parent = event.get("parentID").and_then(Value::as_str);
    let lists = ITEM_LISTS.iter().filter_map(|name| event.get(name)?.as_array()).flatten();
    let id = |item: &'_ Value| {
        let id = item.as_str().or_else(|| item.get("epcClass")?.as_str());
        id.map(str::to_owned)
    };
    let all: Vec<String> =
        parent.map(str::to_owned).into_iter().chain(lists.filter_map(id)).collect();
    let mut shown: Vec<String> = all.iter().take(ITEMS_SHOWN_MAX).cloned().collect();
    if all.len() > ITEMS_SHOWN_MAX {
        shown.push(format!("+{}", all.len() - ITEMS_SHOWN_MAX));
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_is_of_the_same_server_and_another_page() {
        let next = |link| query_of(link, "a=b");
        assert_eq!(next("/epcis/events?a=b&nextPageToken=t").unwrap(), "a=b&nextPageToken=t");
        assert_eq!(next("http://evil.example/epcis/events?c=d").unwrap(), "c=d");
        for wrong in ["/epcis/events", "/epcis/events?a=b", "/v1/parties?a=c", ""] {
            assert_eq!(next(wrong).unwrap_err().exit, Exit::Unreachable, "{wrong}");
        }
    }

    #[test]
    fn every_kind_of_event_shows_its_items_and_says_how_many_are_left_out() {
        let row = |event: &str| row(event).unwrap().pop().unwrap();
        assert_eq!(row(r#"{"parentID":"p","childEPCs":["a"]}"#), "p a");
        let made = r#"{"inputQuantityList":[{"epcClass":"a"},{"epcClass":"b"}],
            "outputEPCList":["c","d","e"]}"#;
        assert_eq!(row(made), "a b c +2");
        assert_eq!(row(r#"{"epcList":[7,null],"parentID":{}}"#), "");
    }
}
