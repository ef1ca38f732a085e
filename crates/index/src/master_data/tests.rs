use super::*;
use laiqu_columns::testing::{damaged, reopened};
use laiqu_epcis::query::MasterDataSource as _;
use proptest::prelude::*;
use proptest::sample::Index;

const PLACES: &str = "urn:epcglobal:epcis:vtype:Location";
const NAME: &str = "urn:epcglobal:cbv:mda#name";

fn statement(id: &str, attributes: &[(&str, &str)], children: Option<&[&str]>) -> Statement {
    let attributes = attributes.iter().map(|(id, value)| ((*id).to_owned(), format!("{value:?}")));
    let children = children.map(|list| list.iter().map(|child| (*child).to_owned()).collect());
    Statement {
        vocabulary: PLACES.to_owned(),
        id: id.to_owned(),
        attributes: attributes.collect(),
        children,
    }
}

fn saved(all: &MasterData) -> MasterData {
    reopened(|s| all.save(s, "m"), |o| MasterData::open(o, "m"))
}

#[test]
fn each_issuer_counts_for_itself_and_the_newest_entry_for_each_attribute() {
    let mut all = MasterData::default();
    all.say(5, 1, &statement("a", &[("cbvmda:name", "old"), ("urn:x:city", "福州")], Some(&["b"])));
    all.say(6, 2, &statement("a", &[(NAME, "other")], None));
    all.say(8, 1, &statement("a", &[(NAME, "new")], None));
    let shown = |size| {
        let sources = all.view(Reader::Everyone, size).sources(PLACES, "a");
        let line = |source: &Source<'_>| {
            let given = source.attributes.iter();
            let given: Vec<_> =
                given.map(|a| format!("{}={}@{}", a.id, a.value, a.entry)).collect();
            format!("{}: {} {:?}", source.issuer, given.join(" "), source.children)
        };
        sources.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(shown(5), Vec::<String>::new());
    let first = r#"1: cbvmda:name="old"@5 urn:x:city="福州"@5 ["b"]"#;
    assert_eq!(shown(6), [first]);
    let other = format!(r#"2: {NAME}="other"@6 []"#);
    assert_eq!(shown(8), [first, &other]);
    let newest = format!(r#"1: urn:x:city="福州"@5 {NAME}="new"@8 ["b"]"#);
    assert_eq!(shown(9), [&*newest, &other]);
    // The same again is nothing new.
    all.say(9, 1, &statement("a", &[("name", "new")], Some(&["b"])));
    assert_eq!(
        all.view(Reader::Everyone, u64::MAX).sources(PLACES, "a")[0].children_entry,
        Some(5)
    );
    // An empty list takes the children back.
    all.say(10, 1, &statement("a", &[], Some(&[])));
    assert!(all.view(Reader::Everyone, 11).within("a").is_empty());
    assert_eq!(all.view(Reader::Everyone, 10).within("a"), ["b"]);
}

#[test]
fn what_is_inside_is_found_at_any_depth_and_round_in_circles() {
    let mut all = MasterData::default();
    all.say(1, 1, &statement("a", &[], Some(&["b", "c"])));
    all.say(2, 2, &statement("c", &[], Some(&["d"])));
    all.say(3, 1, &statement("d", &[], Some(&["a"])));
    let everyone = all.view(Reader::Everyone, 4);
    assert_eq!(everyone.within("a"), ["b", "c", "d"]);
    assert_eq!(everyone.within("d"), ["a", "b", "c"]);
    assert_eq!(all.view(Reader::Everyone, 2).within("a"), ["b", "c"]);
    let party = Reader::Party { alias: 1, id: "urn:x:1" };
    assert_eq!(all.view(party, 4).within("a"), ["b", "c"], "not what strangers say");
    all.name(2, "urn:x:1");
    all = saved(&all);
    assert_eq!(all.view(party, 4).within("a"), ["b", "c", "d"], "but who deals with it");
    let everyone = all.view(Reader::Everyone, 4);
    assert_eq!(everyone.page(PLACES, "a", 5), ["c", "d"]);
}

#[test]
fn attributes_are_found_by_any_spelling_of_their_name() {
    let mut all = MasterData::default();
    all.say(1, 1, &statement("a", &[("cbvmda:city", "福州")], None));
    all.say(2, 1, &statement("b", &[("urn:epcglobal:cbv:mda#city", "厦门")], None));
    all = saved(&all);
    let view = all.view(Reader::Everyone, 3);
    assert_eq!(view.with_attribute("urn:epcglobal:cbv:mda:city", None), ["a", "b"]);
    let values = ["福州".to_owned(), "泉州".to_owned()];
    assert_eq!(view.with_attribute("cbvmda:city", Some(&values)), ["a"]);
    all.say(3, 1, &statement("a", &[("city", "泉州")], None));
    let old = ["福州".to_owned()];
    assert!(all.view(Reader::Everyone, 4).with_attribute("city", Some(&old)).is_empty());
    assert_eq!(all.view(Reader::Everyone, 3).with_attribute("city", Some(&old)), ["a"]);
}

/// A statement: issuer, identifier, value of a name, children.
type Spoken = (u64, u8, Option<u8>, Option<Vec<u8>>);

fn statements() -> impl Strategy<Value = Vec<Spoken>> {
    let children = proptest::option::of(proptest::collection::vec(0u8..4, 0..3));
    proptest::collection::vec((0u64..3, 0u8..4, proptest::option::of(0u8..3), children), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Against a model that keeps every statement and looks backwards.
    #[test]
    fn any_size_shows_what_the_newest_statements_before_it_say(
        list in statements(),
        size in 0u64..13,
        saves in proptest::collection::vec(0u64..13, 0..3),
        damage in (any::<Index>(), 0u8..8),
    ) {
        let mut all = MasterData::default();
        for (entry, (issuer, id, name, children)) in (0u64..).zip(&list) {
            let value = name.map(|name| name.to_string());
            let attributes: Vec<_> = value.iter().map(|value| ("name", value.as_str())).collect();
            let children = children.as_ref().map(|list| {
                list.iter().map(ToString::to_string).collect::<Vec<_>>()
            });
            let children: Option<Vec<&str>> =
                children.as_ref().map(|list| list.iter().map(String::as_str).collect());
            let mut said = statement(&id.to_string(), &attributes, children.as_deref());
            said.vocabulary = PLACES.to_owned();
            if saves.contains(&entry) {
                all = saved(&all);
            }
            all.say(entry, *issuer, &said);
        }
        // Pages show what the reader sees a statement about.
        all.name(2, "urn:x:1");
        let party = Reader::Party { alias: 1, id: "urn:x:1" };
        let seen_of: [&[u64]; 2] = [&[0, 1, 2], &[1, 2]];
        for (reader, issuers) in [Reader::Everyone, party].into_iter().zip(seen_of) {
            let said = list.iter().take(usize::try_from(size).unwrap());
            let said = said.filter(|(issuer, ..)| issuers.contains(issuer));
            let known: std::collections::BTreeSet<String> =
                said.map(|(_, id, ..)| id.to_string()).collect();
            let view = all.view(reader, size);
            let (mut paged, mut after) = (Vec::new(), "");
            while let [first, ..] = view.page(PLACES, after, 2)[..] {
                after = first;
                paged.push(first.to_owned());
            }
            prop_assert_eq!(paged, known.into_iter().collect::<Vec<_>>());
        }
        if let Some(mut all) = damaged(damage, |s| all.save(s, "m"), |o| MasterData::open(o, "m")) {
            all.say(99, 1, &statement("2", &[("name", "9")], Some(&["3"])));
            let view = all.view(party, u64::MAX);
            let [listed, within] = [view.page(PLACES, "", 9).len(), view.within("2").len()];
            prop_assert!(listed < 9 && within < 99);
            prop_assert!(view.with_attribute("name", None).len() < 99);
        }
        let view = all.view(Reader::Everyone, size);
        let seen = list.iter().take(usize::try_from(size).unwrap());
        for id in 0u8..4 {
            for issuer in 0u64..3 {
                let mine = seen.clone().filter(|(who, about, ..)| (*who, *about) == (issuer, id));
                let name = mine.clone().filter_map(|(_, _, name, _)| *name).next_back();
                let mut named = mine.clone().filter_map(|(.., children)| children.clone());
                let children = named.next_back();
                let sources = view.sources(PLACES, &id.to_string());
                let source = sources.iter().find(|source| source.issuer == issuer);
                prop_assert_eq!(source.is_some(), mine.count() > 0);
                let Some(source) = source else { continue };
                let shown = source.attributes.first().map(|given| given.value.to_owned());
                prop_assert_eq!(shown, name.map(|name| format!("\"{name}\"")));
                let wanted: Vec<String> =
                    children.unwrap_or_default().iter().map(ToString::to_string).collect();
                prop_assert_eq!(&source.children, &wanted);
            }
        }
    }
}
