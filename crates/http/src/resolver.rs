//! A resolver of GS1 Digital Links (GS1-Conformant Resolver 1.2; link sets as RFC 9264 has them).
//!
//! It says where to ask about an identifier, not whether anything is known about it: the answer is
//! the same for everyone, and who may read what is decided where the links lead.

use crate::asked::{chosen, joined};
use crate::body::json_text;
use crate::catalogue::{INVALID_PARAMETER, NOT_FOUND};
use crate::path::encode;
use crate::problem::Problem;
use crate::query::Query;
use actix_web::http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue, LINK, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use laiqu_epcis::identifier::{IdentifierKind, canonical, kind, to_digital_link};
use laiqu_epcis::vocabulary::GS1;
use serde_json::{Map, Value, json};

/// Media type of link sets (RFC 9264, section 4.2).
pub(crate) const LINKSET: &str = "application/linkset+json";

/// Primary keys that are resolved: application identifier, path in the description, name of the
/// operation, what the key names.
pub(crate) const KEYS: [(&str, &str, &str, &str); 14] = [
    ("01", "/01/{key}", "resolve_gtin", "GTIN: product, with `/10/` lot, with `/21/` one piece"),
    ("00", "/00/{key}", "resolve_sscc", "SSCC: logistic unit"),
    ("414", "/414/{key}", "resolve_gln", "GLN: place, with `/254/` a part of it"),
    ("417", "/417/{key}", "resolve_party_gln", "GLN: party"),
    ("8003", "/8003/{key}", "resolve_grai", "GRAI: returnable asset"),
    ("8004", "/8004/{key}", "resolve_giai", "GIAI: asset"),
    ("253", "/253/{key}", "resolve_gdti", "GDTI: document"),
    ("255", "/255/{key}", "resolve_gcn", "GCN: coupon"),
    ("401", "/401/{key}", "resolve_ginc", "GINC: consignment"),
    ("402", "/402/{key}", "resolve_gsin", "GSIN: shipment"),
    ("8006", "/8006/{key}", "resolve_itip", "ITIP: piece of a trade item"),
    ("8010", "/8010/{key}", "resolve_cpid", "CPID: component or part"),
    ("8017", "/8017/{key}", "resolve_gsrn_provider", "GSRN: provider of a service"),
    ("8018", "/8018/{key}", "resolve_gsrn", "GSRN: recipient of a service"),
];

/// One place to ask.
struct Target {
    /// Word of the GS1 web vocabulary, which is the link type.
    word: &'static str,
    path: String,
    title: &'static str,
    title_zh: &'static str,
    media_type: &'static str,
}

/// Where to ask about an identifier, the default first.
fn targets(id: &str) -> Vec<Target> {
    let asked = encode(id);
    let trace = |word, path, media_type| Target {
        word,
        path,
        title: "Where it came from and went to",
        title_zh: "来源与去向",
        media_type,
    };
    let events = |parameter| Target {
        word: "epcis",
        path: format!("/epcis/events?{parameter}={asked}"),
        title: "Events that name it",
        title_zh: "涉及它的事件",
        media_type: "application/ld+json",
    };
    let said = |vocabulary| Target {
        word: "masterData",
        path: format!("/v1/masterdata/{vocabulary}/{asked}"),
        title: "What is said about it",
        title_zh: "主数据",
        media_type: "application/json",
    };
    let page = trace("defaultLink", format!("/trace?id={asked}"), "text/html");
    let traced = trace("traceability", format!("/v1/trace?id={asked}"), "application/json");
    let mut list = vec![page];
    match kind(id) {
        IdentifierKind::Lot | IdentifierKind::Product => {
            list.extend([traced, events("MATCH_anyEPCClass"), said("EPCClass")]);
        }
        IdentifierKind::Instance | IdentifierKind::Container => {
            list.extend([traced, events("MATCH_anyEPC")]);
        }
        IdentifierKind::Place => {
            list.extend([events("EQ_bizLocation"), said("BusinessLocation"), said("Location")]);
        }
        IdentifierKind::Party => list.push(said("Party")),
        IdentifierKind::Document | IdentifierKind::Other => {}
    }
    list
}

/// `GET /01/…` and the other primary keys.
pub(crate) async fn resolve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Query::parse(request.query_string())?;
    let uri = format!("https://id.gs1.org{}", request.uri().path());
    if to_digital_link(&uri).is_none() {
        let detail = "no GS1 Digital Link: check the length, the check digit and the qualifiers";
        return Err(Problem::new(&INVALID_PARAMETER, detail));
    }
    let id = canonical(&uri);
    let targets = targets(&id);
    let mut answer = match query.get("linkType") {
        Some("all" | "linkset") => linkset(&request, &id, &targets),
        Some(wanted) => redirect(of_type(wanted, &targets)?),
        None => {
            let forms = ["text/html", LINKSET, "application/json"];
            match chosen(&joined(request.headers(), &ACCEPT), &forms) {
                Some(LINKSET | "application/json") => linkset(&request, &id, &targets),
                _ => redirect(of_type("defaultLink", &targets)?),
            }
        }
    };
    let path = id.strip_prefix("https://id.gs1.org").unwrap_or_default();
    let link = format!("<{path}?linkType=linkset>; rel=\"linkset\"; type=\"{LINKSET}\"");
    let headers = answer.headers_mut();
    if let Ok(link) = HeaderValue::from_str(&link) {
        headers.insert(LINK, link);
    }
    // The same for everyone: any site may read it.
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(answer)
}

/// The target of a link type, as a word, `gs1:` word or full URI.
fn of_type<'t>(wanted: &str, targets: &'t [Target]) -> Result<&'t Target, Problem> {
    let prefixes = ["gs1:", GS1, "https://ref.gs1.org/voc/", "https://www.gs1.org/voc/"];
    let word = prefixes.iter().find_map(|prefix| wanted.strip_prefix(prefix)).unwrap_or(wanted);
    targets.iter().find(|target| target.word == word).ok_or_else(|| {
        let known: Vec<String> = targets.iter().map(|t| format!("gs1:{}", t.word)).collect();
        let shown: String = wanted.chars().take(100).collect();
        let detail = format!("no link of type {shown:?}; there are: {}", known.join(", "));
        Problem::new(&NOT_FOUND, detail)
    })
}

fn redirect(target: &Target) -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((LOCATION, target.path.as_str())).finish()
}

fn linkset(request: &HttpRequest, id: &str, targets: &[Target]) -> HttpResponse {
    let root = root(request);
    let mut set = Map::new();
    set.insert("anchor".to_owned(), id.into());
    for target in targets {
        let link = json!({
            "href": format!("{root}{}", target.path), "title": target.title,
            "title*": [{ "value": target.title_zh, "language": "zh" }],
            "type": target.media_type,
        });
        let links = set.entry(format!("{GS1}{}", target.word)).or_insert_with(|| json!([]));
        if let Value::Array(links) = links {
            links.push(link);
        }
    }
    json_text(200, LINKSET, json!({ "linkset": [set] }).to_string())
}

/// Scheme and host that the client asked.
fn root(request: &HttpRequest) -> String {
    let asked = request.connection_info();
    format!("{}://{}", asked.scheme(), asked.host())
}

/// `GET /.well-known/gs1resolver`: what this resolver is (GS1-Conformant Resolver 1.2).
pub(crate) async fn description(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let keys: Vec<&str> = KEYS.iter().map(|(ai, ..)| *ai).collect();
    let types: Map<String, Value> = [
        ("defaultLink", "Page for people"),
        ("epcis", "EPCIS events"),
        ("traceability", "Trace"),
        ("masterData", "Master data"),
    ]
    .into_iter()
    .map(|(word, title)| (format!("gs1:{word}"), title.into()))
    .collect();
    let text = json!({
        "name": "来去 Laiqu",
        "resolverRoot": root(&request),
        "supportedPrimaryKeys": keys,
        "supportedLinkType": [{ "namespace": GS1, "prefix": "gs1:", "types": types }],
        "linkTypeDefaultCanBeLinkset": false,
    });
    let mut answer = json_text(200, "application/json", text.to_string());
    answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(answer)
}
