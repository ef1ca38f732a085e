use super::*;
use crate::fault::FaultCode;
use proptest::prelude::*;

#[track_caller]
fn refuses(text: &str, code: FaultCode, pointer: &str) {
    let fault = parse(text).unwrap_err();
    assert_eq!((fault.code, fault.pointer.as_str()), (code, pointer), "{text}: {fault}");
}

#[test]
fn values_keep_their_exact_text() {
    let text = r#" {"a": [1.50, "x\u00e9\ud83d\ude00" ], "b":{ "c" :null}} "#;
    let node = parse(text).unwrap();
    assert_eq!(node.raw, text.trim());
    assert_eq!(node.get("b").unwrap().raw, r#"{ "c" :null}"#);
    let list = node.get("a").unwrap().elements();
    assert_eq!(list[0].value, Json::Number("1.50"));
    assert_eq!(list[1].as_str(), Some("xé😀"));
    assert!(matches!(parse("\"plain\"").unwrap().value, Json::String(Cow::Borrowed("plain"))));
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    refuses(r#"{"a":{"b/c":1,"x":2,"b/c":3}}"#, FaultCode::DuplicateKey, "/a/b~1c");
    refuses(r#"[{"\u0061":1,"a":1}]"#, FaultCode::DuplicateKey, "/0/a");
    let many: Vec<String> = (0..40).map(|i| format!("\"k{}\":0", i % 39)).collect();
    refuses(&format!("{{{}}}", many.join(",")), FaultCode::DuplicateKey, "/k0");
    for number in
        ["9007199254740993", "0.1000000000000000055", "1e400", "1e-400", "1e99999999999999999999"]
    {
        refuses(&format!("{{\"n\":[0,{number}]}}"), FaultCode::Number, "/n/1");
    }
    for surrogate in [r#""\ud800""#, r#""\ud800\u0041""#, r#""\udc00""#, r#""\ud800x""#] {
        refuses(surrogate, FaultCode::Json, "");
    }
}

#[test]
fn exact_numbers_pass() {
    for number in [
        "1000.0",
        "1e3",
        "-0",
        "-0.0",
        "9007199254740992",
        "0.1",
        "1E+2",
        "123456789012.345e-3",
        "0e999999999999",
        "1.7976931348623157e308",
        "5e-324",
        "0.30000000000000004",
    ] {
        assert_eq!(parse(number).unwrap().value, Json::Number(number));
    }
}

#[test]
fn broken_texts_are_refused() {
    for text in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "-",
        "tru",
        "nul",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"a\nb\"",
        "[1] 2",
        "{\"a\" 1}",
        "\u{feff}1",
        "'a'",
        "[1 2]",
        "NaN",
        "\"\\u+123\"",
    ] {
        refuses(text, FaultCode::Json, if text == "[1,]" { "/1" } else { "" });
    }
}

#[test]
fn depth_is_limited_without_overflow() {
    let nest = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(&nest(DEPTH_MAX)).is_ok());
    for levels in [DEPTH_MAX + 1, 10_000, 1_000_000] {
        assert_eq!(parse(&nest(levels)).unwrap_err().code, FaultCode::Depth);
        assert_eq!(parse(&"{\"a\":".repeat(levels)).unwrap_err().code, FaultCode::Depth);
    }
}

#[test]
fn plain_numbers() {
    for (text, expected) in [
        ("1.0", "1"),
        ("1000.0", "1000"),
        ("1e3", "1000"),
        ("-0", "0"),
        ("-12.50", "-12.5"),
        ("0.00001", "0.00001"),
        ("1e-5", "0.00001"),
        ("12.5e1", "125"),
        ("0", "0"),
        ("007", "7"),
    ] {
        assert_eq!(plain(text, 64).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(plain("1e100", 64), None);
    assert_eq!(plain("abc", 64), None);
}

fn same(ours: &Node<'_>, theirs: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (&ours.value, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(a), Value::Bool(b)) => a == b,
        (Json::Number(a), Value::Number(b)) => {
            // The oracle's own reading of long numbers may be off in the last place.
            let (a, b) = (a.parse::<f64>().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= a.abs() * 1e-15
        }
        (Json::String(a), Value::String(b)) => a == b,
        (Json::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, a)| b.get(name.as_ref()).is_some_and(|b| same(a, b)))
        }
        _ => false,
    }
}

#[track_caller]
fn agrees_with_oracle(text: &str) {
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match (parse(text), theirs) {
        (Ok(ours), Ok(theirs)) => assert!(same(&ours, &theirs), "{text:?}"),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(theirs)) => panic!("we read what the oracle refuses: {text:?}: {theirs}"),
        (Err(fault), Ok(_)) => assert!(
            matches!(fault.code, FaultCode::DuplicateKey | FaultCode::Number | FaultCode::Depth),
            "{text:?}: {fault}"
        ),
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|b| json!(b)),
        any::<i32>().prop_map(|n| json!(n)),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| json!(n)),
        any::<String>().prop_map(|s| json!(s)),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|list| Value::Object(list.into_iter().collect())),
        ]
    })
}

#[test]
fn a_double_between_two_shortest_decimals_is_exact_in_both_spellings() {
    for text in ["199831487415620.12", "199831487415620.13", "-199831487415620.12"] {
        assert!(is_exact(text), "{text}");
    }
    assert!(!is_exact("199831487415620.11") && !is_exact("199831487415620.14"));
}

proptest! {
    #[test]
    fn reads_what_the_oracle_writes(value in any_json(), pretty in any::<bool>()) {
        let write = if pretty { serde_json::to_string_pretty } else { serde_json::to_string };
        let text = write(&value).unwrap();
        prop_assert!(same(&parse(&text).unwrap(), &value), "{}", text);
    }

    #[test]
    fn agrees_on_token_soup(
        tokens in prop::collection::vec(
            r#"[\[\]{},:"\\ ]|\\u[dD][89cC]00|\\n|true|null|-?[0-9.eE+-]{1,6}|[a-z"é]"#,
            0..12,
        ),
    ) {
        let text = tokens.concat();
        agrees_with_oracle(&text);
    }

    #[test]
    fn agrees_on_damaged_text(
        value in any_json(),
        at in any::<prop::sample::Index>(),
        with in any::<char>(),
    ) {
        let mut chars: Vec<char> = serde_json::to_string(&value).unwrap().chars().collect();
        let at = at.index(chars.len());
        chars[at] = with;
        agrees_with_oracle(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn exactness_is_a_round_trip(digits in "[1-9][0-9]{0,18}", point in 0..19_usize) {
        let mut text = digits;
        if point < text.len() {
            text.insert(point, '.');
            if point == 0 { text.insert(0, '0'); }
        }
        let bare = text.trim_end_matches('0').trim_end_matches('.');
        let trimmed = if text.contains('.') { bare } else { &text };
        // `{}` prints the shortest decimal that reads back as the same double.
        let double: f64 = text.parse().unwrap();
        let even = serde_json::to_string(&double).unwrap();
        let expected = format!("{double}") == trimmed || even.trim_end_matches(".0") == trimmed;
        prop_assert_eq!(is_exact(&text), expected, "{}", text);
    }
}
