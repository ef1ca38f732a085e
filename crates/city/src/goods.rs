//! The catalogue: who makes what.

use crate::identifiers;
use crate::names;
use crate::places::{CityParty, Role};

/// What food is, where a recipe or a buyer cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goods {
    Vegetable,
    Pig,
    RawMilk,
    Grain,
    Carcass,
    Offal,
    Cuts,
    Flour,
    /// Flour in a silo, sold on in bags.
    Silo,
    Bag,
    TankMilk,
    Milk,
    Dumpling,
    Noodle,
    Pickle,
    Frozen,
    Meal,
}

impl Goods {
    /// Fit to be sold or cooked.
    pub(crate) fn is_for_sale(self) -> bool {
        !matches!(
            self,
            Self::Pig
                | Self::RawMilk
                | Self::Grain
                | Self::Carcass
                | Self::Silo
                | Self::TankMilk
                | Self::Meal
        )
    }
}

/// A trade item.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) maker: u32,
    pub(crate) goods: Goods,
    pub(crate) name: String,
    pub(crate) gtin: String,
    /// Grams in one case; 0 where it is sold by weight only.
    pub(crate) case: i64,
    /// Where lots are no GS1 lots: the start of their URI.
    pub(crate) uri: Option<String>,
    /// Country of origin.
    pub(crate) country: &'static str,
}

fn wares(role: Role, nth: usize) -> Vec<(Goods, String, i64)> {
    let vegetable = |k: usize| {
        let name = names::VEGETABLES[(nth * 3 + k) % names::VEGETABLES.len()];
        (Goods::Vegetable, name.to_owned(), 0)
    };
    let one = |goods, name: &str, case| vec![(goods, name.to_owned(), case)];
    match role {
        Role::VegetableFarm => vec![vegetable(0), vegetable(1), vegetable(2)],
        Role::PigFarm => one(Goods::Pig, "生猪", 0),
        Role::DairyFarm => one(Goods::RawMilk, "生鲜乳", 0),
        Role::GrainFarm => one(Goods::Grain, "小麦", 0),
        Role::Slaughterhouse => {
            vec![(Goods::Carcass, "白条猪".to_owned(), 0), (Goods::Offal, "猪副产品".to_owned(), 0)]
        }
        Role::Cutter => {
            vec![(Goods::Cuts, "冷鲜前腿肉".to_owned(), 0), (Goods::Offal, "猪碎肉".to_owned(), 0)]
        }
        Role::Mill => vec![
            (Goods::Flour, "高筋小麦粉25kg".to_owned(), 25_000),
            (Goods::Silo, "散装小麦粉".to_owned(), 0),
        ],
        Role::Dairy => vec![
            (Goods::TankMilk, "储奶罐原料奶".to_owned(), 0),
            (Goods::Milk, "巴氏杀菌鲜牛奶".to_owned(), 5_000),
        ],
        Role::Dumpling => one(Goods::Dumpling, "猪肉蔬菜水饺500g", 10_000),
        Role::Noodle => one(Goods::Noodle, "鲜湿面条", 5_000),
        Role::Pickle => one(Goods::Pickle, "老坛泡菜", 6_000),
        Role::Hub => one(Goods::Bag, "分装小麦粉", 0),
        Role::Shop => Vec::new(),
        Role::Restaurant | Role::School => {
            one(Goods::Meal, names::MEALS[nth % names::MEALS.len()], 0)
        }
        Role::Importer | Role::Wholesaler | Role::ColdStore | Role::Carrier => Vec::new(),
    }
}

/// All products of all parties, then those that come from outside the city.
pub(crate) fn catalogue(parties: &[CityParty], outside: u32) -> Vec<Product> {
    let mut out = Vec::new();
    for (at, party) in parties.iter().enumerate() {
        for (k, (goods, name, case)) in wares(party.role, at).into_iter().enumerate() {
            let indicator = u8::from(goods == Goods::Flour);
            out.push(Product {
                maker: at as u32,
                goods,
                name,
                gtin: identifiers::gtin(&party.prefix, indicator, k as u32 + 11),
                case,
                uri: None,
                country: "CN",
            });
        }
        if party.role == Role::Importer {
            let code = party.id.trim_start_matches("urn:uscc:");
            for k in 0..2 {
                let (name, country, word) = names::FROZEN[(at + k * 2) % names::FROZEN.len()];
                out.push(Product {
                    maker: at as u32,
                    goods: Goods::Frozen,
                    name: name.to_owned(),
                    gtin: identifiers::gtin(&party.prefix, 0, k as u32 + 11),
                    case: 0,
                    uri: Some(format!("https://trace.laiqu.example/id/{code}/{word}")),
                    country,
                });
            }
        }
    }
    for (k, name) in names::VEGETABLES.iter().enumerate().take(6) {
        out.push(Product {
            maker: outside,
            goods: Goods::Vegetable,
            name: format!("外地{name}"),
            gtin: identifiers::gtin("698810101", 0, k as u32 + 21),
            case: 0,
            uri: None,
            country: "CN",
        });
    }
    out
}
