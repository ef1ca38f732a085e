//! Events as what they say, which can be written in many ways and changed in one place.

use laiqu_epcis::identifier::sscc;
use laiqu_tests::Dice;

/// A value of an event, apart from how it is spelled.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Text(String),
    Id(Key, u64),
    /// One of a closed list.
    Word(&'static Words, usize),
    /// Milliseconds since 1970.
    Time(i64),
    /// Hundredths.
    Number(i64),
    List(Vec<Tree>),
    Object(Vec<(&'static str, Tree)>),
}

/// What an identifier is one of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Item,
    Lot,
    Unit,
    Place,
    Other,
}

/// A closed list and the ways to spell its words, with the word for `{}`.
#[derive(Debug)]
pub(crate) struct Words {
    words: &'static [&'static str],
    spellings: &'static [&'static str],
}

static STEPS: Words = Words {
    words: &["shipping", "receiving", "commissioning", "storing"],
    spellings: &[
        "{}",
        "urn:epcglobal:cbv:bizstep:{}",
        "https://ref.gs1.org/cbv/BizStep-{}",
        "cbv:BizStep-{}",
    ],
};
static DISPOSITIONS: Words = Words {
    words: &["in_transit", "active", "recalled", "damaged"],
    spellings: &[
        "{}",
        "urn:epcglobal:cbv:disp:{}",
        "https://ref.gs1.org/cbv/Disp-{}",
        "cbv:Disp-{}",
    ],
};
static SET: Words =
    Words { words: &["completeness_verified", "conformant"], spellings: DISPOSITIONS.spellings };
static UNSET: Words =
    Words { words: &["non_conformant", "needs_replacement"], spellings: DISPOSITIONS.spellings };
static TRANSACTIONS: Words = Words {
    words: &["po", "desadv", "inv"],
    spellings: &["{}", "urn:epcglobal:cbv:btt:{}", "https://ref.gs1.org/cbv/BTT-{}"],
};
static ENDS: Words = Words {
    words: &["owning_party", "location", "possessing_party"],
    spellings: &["{}", "urn:epcglobal:cbv:sdt:{}", "https://ref.gs1.org/cbv/SDT-{}"],
};
static MEASURES: Words = Words {
    words: &["Temperature", "Speed"],
    spellings: &["{}", "gs1:{}", "https://gs1.org/voc/{}"],
};
static ACTIONS: Words = Words { words: &["ADD", "OBSERVE", "DELETE"], spellings: &["{}"] };
static OFFSETS: Words = Words { words: &["+08:00", "+00:00", "-05:30"], spellings: &["{}"] };
static UNITS: Words = Words { words: &["KGM", "LBR", "CEL"], spellings: &["{}"] };

/// An event of a random type with random content.
pub(crate) fn event(dice: &mut Dice) -> (&'static str, Tree) {
    let mut members = vec![
        ("eventTime", Tree::Time(1_790_000_000_000 + i64_below(dice, 10_000_000_000))),
        ("eventTimeZoneOffset", word(dice, &OFFSETS)),
    ];
    let kind = match dice.below(4) {
        0 => {
            members.push(("inputEPCList", list(dice, |dice| id(dice, Key::Item))));
            members.push(("outputQuantityList", list(dice, quantity)));
            members.push(("transformationID", id(dice, Key::Other)));
            // Only what is created has ILMD; a transformation creates always.
            let grade = ("ex:grade", text(dice));
            members.push(("ilmd", Tree::Object(vec![grade, ("ex:of", extension(dice))])));
            "TransformationEvent"
        }
        1 => {
            members.push(("parentID", id(dice, Key::Unit)));
            members.push(("childEPCs", list(dice, |dice| id(dice, Key::Item))));
            members.push(("childQuantityList", list(dice, quantity)));
            *dice.pick(&["AggregationEvent", "AssociationEvent"]).unwrap()
        }
        2 => {
            members.push(("parentID", id(dice, Key::Unit)));
            members.push(("epcList", list(dice, |dice| id(dice, Key::Item))));
            "TransactionEvent"
        }
        _ => {
            members.push(("epcList", list(dice, |dice| id(dice, Key::Unit))));
            members.push(("quantityList", list(dice, quantity)));
            "ObjectEvent"
        }
    };
    if kind != "TransformationEvent" {
        members.push(("action", word(dice, &ACTIONS)));
    }
    let transactions = |dice: &mut Dice| typed(dice, &TRANSACTIONS, "bizTransaction", Key::Other);
    members.push(("bizTransactionList", list(dice, transactions)));
    for (name, make) in OPTIONAL {
        if dice.below(2) == 0 {
            members.push((name, make(dice)));
        }
    }
    (kind, Tree::Object(members))
}

type Make = fn(&mut Dice) -> Tree;

const OPTIONAL: [(&str, Make); 9] = [
    ("bizStep", |dice| word(dice, &STEPS)),
    ("disposition", |dice| word(dice, &DISPOSITIONS)),
    ("persistentDisposition", |dice| {
        let set = list(dice, |dice| word(dice, &SET));
        Tree::Object(vec![("set", set), ("unset", list(dice, |dice| word(dice, &UNSET)))])
    }),
    ("readPoint", place),
    ("bizLocation", place),
    ("sourceList", |dice| list(dice, |dice| typed(dice, &ENDS, "source", Key::Place))),
    ("destinationList", |dice| list(dice, |dice| typed(dice, &ENDS, "destination", Key::Place))),
    ("sensorElementList", |dice| list(dice, sensor)),
    ("certificationInfo", |dice| list(dice, |dice| id(dice, Key::Other))),
];

fn extension(dice: &mut Dice) -> Tree {
    let texts = list(dice, text);
    Tree::Object(vec![
        ("ex:texts", texts),
        ("ex:size", number(dice)),
        ("ex:id", { id(dice, Key::Item) }),
    ])
}

fn place(dice: &mut Dice) -> Tree {
    Tree::Object(vec![("id", id(dice, Key::Place)), ("ex:door", text(dice))])
}

fn quantity(dice: &mut Dice) -> Tree {
    let mut members = vec![("epcClass", id(dice, Key::Lot)), ("quantity", number(dice))];
    if dice.below(2) == 0 {
        members.push(("uom", word(dice, &UNITS)));
    }
    Tree::Object(members)
}

fn typed(dice: &mut Dice, words: &'static Words, name: &'static str, key: Key) -> Tree {
    Tree::Object(vec![("type", word(dice, words)), (name, id(dice, key))])
}

fn sensor(dice: &mut Dice) -> Tree {
    let report = |dice: &mut Dice| {
        Tree::Object(vec![
            ("type", word(dice, &MEASURES)),
            ("value", number(dice)),
            ("uom", word(dice, &UNITS)),
            ("ex:note", text(dice)),
        ])
    };
    let time = Tree::Time(1_789_000_000_000 + i64_below(dice, 900_000_000));
    let metadata = Tree::Object(vec![("time", time), ("deviceID", id(dice, Key::Other))]);
    Tree::Object(vec![("sensorMetadata", metadata), ("sensorReport", list(dice, report))])
}

fn list(dice: &mut Dice, make: impl Fn(&mut Dice) -> Tree) -> Tree {
    Tree::List((0..=dice.below(3)).map(|_| make(dice)).collect())
}

fn id(dice: &mut Dice, key: Key) -> Tree {
    Tree::Id(key, dice.below(100_000))
}

fn word(dice: &mut Dice, words: &'static Words) -> Tree {
    Tree::Word(words, index_below(dice, words.words.len()))
}

fn text(dice: &mut Dice) -> Tree {
    Tree::Text(format!("文 t{}", dice.below(1000)))
}

fn number(dice: &mut Dice) -> Tree {
    Tree::Number(i64_below(dice, 100_000))
}

/// A number below `end`.
pub(crate) fn index_below(dice: &mut Dice, end: usize) -> usize {
    usize::try_from(dice.below(u64::try_from(end).unwrap())).unwrap()
}

fn i64_below(dice: &mut Dice, end: u64) -> i64 {
    i64::try_from(dice.below(end)).unwrap()
}

impl Tree {
    /// The tree with one place of it changed, so that it says something else.
    pub(crate) fn changed(&self, dice: &mut Dice) -> Self {
        let mut other = self.clone();
        let at = index_below(dice, self.places());
        other.change(&mut { at }, dice);
        other
    }

    /// Leaves, and lists, which can lose or double an element.
    fn places(&self) -> usize {
        match self {
            Self::List(list) => 1 + list.iter().map(Self::places).sum::<usize>(),
            Self::Object(members) => members.iter().map(|(_, tree)| tree.places()).sum(),
            _ => 1,
        }
    }

    fn change(&mut self, at: &mut usize, dice: &mut Dice) {
        let places = self.places();
        if *at >= places {
            *at -= places;
            return;
        }
        match self {
            Self::Object(members) => {
                for (_, tree) in members {
                    if *at != usize::MAX {
                        tree.change(at, dice);
                    }
                }
            }
            Self::List(list) if *at > 0 => {
                *at -= 1;
                for tree in list {
                    if *at != usize::MAX {
                        tree.change(at, dice);
                    }
                }
            }
            here => {
                here.change_here(dice);
                *at = usize::MAX;
            }
        }
    }

    fn change_here(&mut self, dice: &mut Dice) {
        match self {
            Self::Text(text) => text.push('x'),
            Self::Id(_, serial) => *serial += 100_000,
            Self::Word(words, at) => {
                *at = (*at + 1 + index_below(dice, words.words.len() - 1)) % words.words.len();
            }
            Self::Time(millis) => *millis += 1,
            Self::Number(hundredths) => *hundredths += 1,
            Self::List(list) if list.len() > 1 && dice.below(2) == 0 => drop(list.pop()),
            Self::List(list) => list.push(list[0].clone()),
            Self::Object(_) => unreachable!("no place of its own"),
        }
    }

    /// One of the texts that say this: members and lists in any order, any spelling of values.
    pub(crate) fn spelled(&self, dice: &mut Dice) -> String {
        match self {
            Self::Number(hundredths) => {
                let (whole, rest) = (hundredths / 100, hundredths % 100);
                match dice.below(3) {
                    0 => format!("{whole}.{rest:02}"),
                    1 => format!("{hundredths}e-2"),
                    _ => format!("{whole}.{rest:02}000"),
                }
            }
            Self::List(list) => {
                let items = list.iter().map(|tree| tree.spelled(dice)).collect();
                format!("[{}]", shuffled(items, dice).join(gap(dice)))
            }
            Self::Object(members) => {
                // Both prefixes stand for one namespace.
                let prefix = *dice.pick(&["ex:", "own:"]).unwrap();
                let member = |(name, tree): &(&str, Self), dice: &mut Dice| {
                    format!("\"{}\":{}", name.replacen("ex:", prefix, 1), tree.spelled(dice))
                };
                let members = members.iter().map(|one| member(one, dice)).collect();
                format!("{{{}}}", shuffled(members, dice).join(gap(dice)))
            }
            _ => format!("\"{}\"", self.value(dice)),
        }
    }

    /// One of the spellings of a text, word, identifier or time.
    pub(crate) fn value(&self, dice: &mut Dice) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Id(key, serial) => key.spelled(*serial, dice),
            Self::Word(words, at) => {
                dice.pick(words.spellings).unwrap().replace("{}", words.words[*at])
            }
            Self::Time(millis) => time(*millis, dice),
            Self::Number(_) | Self::List(_) | Self::Object(_) => unreachable!("no text"),
        }
    }
}

impl Key {
    fn spelled(self, serial: u64, dice: &mut Dice) -> String {
        let reference = format!("{serial:09}");
        let sscc = sscc(&format!("04012345{reference}")).unwrap();
        let spellings = match self {
            Self::Item => vec![
                format!("urn:epc:id:sgtin:4012345.012345.{serial}"),
                format!("https://id.gs1.org/01/04012345123456/21/{serial}"),
                format!("http://shop.example/a/gtin/4012345123456/ser/{serial}?x=1"),
                format!("https://id.gs1.org/01/04012345123456/22/2A/21/{serial}"),
            ],
            Self::Lot => vec![
                format!("urn:epc:class:lgtin:4012345.012345.L{serial}"),
                format!("https://id.gs1.org/01/04012345123456/10/L{serial}"),
                format!("https://Shop.example/gtin/4012345123456/lot/%4C{serial}"),
            ],
            Self::Unit => vec![
                format!("urn:epc:id:sscc:4012345.0{reference}"),
                format!("https://id.gs1.org/00/{sscc}"),
                format!("https://a.example/sscc/{sscc}/"),
            ],
            Self::Place => vec![
                format!("urn:epc:id:sgln:4012345.00005.9{serial}"),
                format!("https://id.gs1.org/414/4012345000054/254/9{serial}"),
                format!("https://a.example/gln/4012345000054/glnx/9{serial}#here"),
            ],
            Self::Other => vec![format!("urn:example:{serial}")],
        };
        dice.pick(&spellings).unwrap().clone()
    }
}

/// A moment in a random time zone.
fn time(millis: i64, dice: &mut Dice) -> String {
    let quarters = i64_below(dice, 105) - 52;
    let (seconds, rest) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let micros = (seconds + quarters * 900) * 1_000_000;
    let local = laiqu_trace::rfc3339(laiqu_epcis::facts::EventTime { micros, offset_minutes: 0 });
    let local = local.get(..19).unwrap();
    let sign = if quarters < 0 { '-' } else { '+' };
    let (hours, minutes) = (quarters.abs() / 4, quarters.abs() % 4 * 15);
    let zeros = *dice.pick(&["", "000"]).unwrap();
    let fraction = format!(".{rest:03}{zeros}");
    match (quarters, dice.below(2)) {
        (0, 0) => format!("{local}{fraction}Z"),
        _ => format!("{local}{fraction}{sign}{hours:02}:{minutes:02}"),
    }
}

fn gap(dice: &mut Dice) -> &'static str {
    dice.pick(&[",", ", ", " ,\n\t"]).unwrap()
}

fn shuffled(mut list: Vec<String>, dice: &mut Dice) -> Vec<String> {
    for end in (1..list.len()).rev() {
        let other = index_below(dice, end + 1);
        list.swap(end, other);
    }
    list
}
