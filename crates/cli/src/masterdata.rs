//! `laiqu masterdata`: what is said about a place, a product or a party, and by whom.

use crate::asking::{parsed, with_query};
use crate::client::{Client, bearer, encode};
use crate::exit::{Exit, Failure};
use crate::out::{self, clean};
use crate::table::table;
use clap::Args;
use serde::Deserialize;
use serde_json::Value;

/// Shows master data.
#[derive(Debug, Args)]
pub(crate) struct MasterData {
    /// 词表：Location、Party、EPCClass 等，或完整 URI / Vocabulary: a word of EPCIS or a full URI
    #[arg(value_name = "TYPE")]
    vocabulary: String,
    /// 标识；不给则列出全部 / Identifier in any spelling; without it all are listed
    id: Option<String>,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    /// 令牌（或 LAIQU_TOKEN）/ Token (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
    /// 只看账本的前若干条目 / As known when the ledger had so many entries
    #[arg(long)]
    as_of: Option<u64>,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Deserialize)]
struct Element {
    id: String,
    name: Option<String>,
    descendants: Vec<String>,
    statements: Vec<Says>,
    erased: u64,
}

#[derive(Debug, Deserialize)]
struct Says {
    party: String,
    party_name: String,
    attributes: Vec<Attribute>,
    children: Vec<String>,
    children_entry: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    id: String,
    attribute: Value,
    entry: u64,
}

#[derive(Debug, Deserialize)]
struct Page {
    elements: Vec<Listed>,
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    name: Option<String>,
}

impl MasterData {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let client = Client::new(&self.url, bearer(self.token.as_deref()).as_deref())?;
        let vocabulary = format!("/v1/masterdata/{}", encode(&self.vocabulary));
        let Some(id) = &self.id else { return self.list(&client, &vocabulary) };
        let as_of = self.as_of.map_or_else(String::new, |size| format!("?as_of={size}"));
        let text = client.get(&format!("{vocabulary}/{}{as_of}", encode(id)))?.text()?;
        if self.json {
            out::line(&text)?;
        } else {
            out::line(&shown(&parsed(&text)?))?;
        }
        Ok(Exit::Done)
    }

    /// Every page, one after the other.
    fn list(&self, client: &Client, vocabulary: &str) -> Result<Exit, Failure> {
        let mut after = String::new();
        let mut rows = Vec::new();
        loop {
            let parameters = [
                ("limit", Some("1000".to_owned())),
                ("after", Some(after)),
                ("as_of", self.as_of.map(|size| size.to_string())),
            ];
            let path = with_query(vocabulary, &parameters);
            let text = client.get(&path)?.text()?;
            if self.json {
                out::line(&text)?;
            }
            let page: Page = parsed(&text)?;
            let row = |listed: Listed| vec![listed.name.unwrap_or_default(), listed.id];
            rows.extend(page.elements.into_iter().map(row));
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        if rows.is_empty() {
            out::note("账本中没有这类主数据 / the ledger holds no such master data");
            return Ok(Exit::CheckFailed);
        }
        if !self.json {
            out::exact(&table(&["名称 name", "标识 id"], &rows))?;
        }
        Ok(Exit::Done)
    }
}

fn shown(element: &Element) -> String {
    let mut text = clean(&element.id);
    if let Some(name) = &element.name {
        text = format!("{}  {text}", clean(name));
    }
    for said in &element.statements {
        let (name, party) = (clean(&said.party_name), clean(&said.party));
        text.push_str(&format!("\n\n{name} {party} 陈述 says:\n"));
        let mut rows: Vec<Vec<String>> = said.attributes.iter().map(row).collect();
        let entry = said.children_entry.map_or_else(String::new, |entry| entry.to_string());
        let child = |child: &String| vec![entry.clone(), "组成 part".to_owned(), child.clone()];
        rows.extend(said.children.iter().map(child));
        text.push_str(&table(&["条目 entry", "属性 attribute", "值 value"], &rows));
    }
    let inside = element.descendants.len();
    if inside > 0 {
        text.push_str(&format!("\n内部共 {inside} 个标识 / {inside} identifiers are inside it\n"));
    }
    if element.erased > 0 {
        text.push_str(&format!(
            "\n其后有 {0} 份文件被删除，可能还有其他陈述 / {0} documents were erased since; they may \
             have said more\n",
            element.erased
        ));
    }
    text
}

fn row(given: &Attribute) -> Vec<String> {
    let value = given.attribute.as_str().map_or_else(|| given.attribute.to_string(), str::to_owned);
    vec![given.entry.to_string(), given.id.clone(), value]
}
