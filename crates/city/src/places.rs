//! Parties and their sites: who is in the city, and where.

use crate::dice::{Dice, mix};
use crate::identifiers;
use crate::names;

/// What a party is, finer than the kinds it registers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    VegetableFarm,
    PigFarm,
    DairyFarm,
    GrainFarm,
    Slaughterhouse,
    Cutter,
    Mill,
    Dairy,
    Dumpling,
    Noodle,
    Pickle,
    Importer,
    Hub,
    Wholesaler,
    ColdStore,
    Carrier,
    Shop,
    Restaurant,
    School,
}

/// Role, number in a city of 150 parties, smallest number.
const ROLES: [(Role, usize, usize); 19] = [
    (Role::VegetableFarm, 16, 5),
    (Role::PigFarm, 8, 3),
    (Role::DairyFarm, 5, 3),
    (Role::GrainFarm, 5, 2),
    (Role::Slaughterhouse, 1, 1),
    (Role::Cutter, 1, 1),
    (Role::Mill, 2, 1),
    (Role::Dairy, 1, 1),
    (Role::Dumpling, 3, 1),
    (Role::Noodle, 1, 1),
    (Role::Pickle, 1, 1),
    (Role::Importer, 3, 1),
    (Role::Hub, 1, 1),
    (Role::Wholesaler, 5, 2),
    (Role::ColdStore, 4, 1),
    (Role::Carrier, 5, 2),
    (Role::Shop, 60, 12),
    (Role::Restaurant, 18, 4),
    (Role::School, 10, 2),
];

impl Role {
    fn kinds(self) -> Vec<&'static str> {
        match self {
            Self::VegetableFarm | Self::PigFarm | Self::DairyFarm | Self::GrainFarm => {
                vec!["producer"]
            }
            Self::Slaughterhouse | Self::Cutter | Self::Mill | Self::Dairy => vec!["processor"],
            Self::Dumpling | Self::Noodle | Self::Pickle => vec!["processor"],
            Self::Importer => vec!["importer", "wholesaler"],
            Self::Hub => vec!["wholesaler", "cold_store"],
            Self::Wholesaler => vec!["wholesaler"],
            Self::ColdStore => vec!["cold_store"],
            Self::Carrier => vec!["carrier"],
            Self::Shop => vec!["seller"],
            Self::Restaurant | Self::School => vec!["caterer"],
        }
    }

    /// Registering department and kind of subject in the 统一社会信用代码.
    fn register(self) -> &'static str {
        match self {
            Self::VegetableFarm | Self::GrainFarm => "93",
            Self::Shop | Self::Restaurant | Self::Wholesaler => "92",
            Self::School => "12",
            _ => "91",
        }
    }

    /// Sells or serves to people who eat.
    pub(crate) fn is_seller(self) -> bool {
        matches!(self, Self::Shop | Self::Restaurant | Self::School)
    }

    /// Events that one document of such a party holds at most.
    pub(crate) fn batch(self) -> usize {
        match self {
            Self::Hub | Self::ColdStore | Self::Dumpling | Self::Dairy => 60,
            Self::Shop | Self::Restaurant | Self::School => 1,
            Self::VegetableFarm | Self::PigFarm | Self::DairyFarm | Self::GrainFarm => 3,
            Self::Carrier | Self::Wholesaler | Self::Importer => 20,
            _ => 30,
        }
    }

    fn is_small(self) -> bool {
        self.batch() <= 3
    }
}

/// How a party's submissions are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signing {
    /// The party signs with its own key.
    Required,
    /// The party posts with a token and the gateway's key signs.
    Gateway,
}

/// A party of the city.
#[derive(Clone, Debug)]
pub struct CityParty {
    /// `urn:uscc:` and the 统一社会信用代码.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// Kinds to register it with.
    pub kinds: Vec<&'static str>,
    /// District of the city.
    pub district: String,
    /// How it signs.
    pub signing: Signing,
    /// Seed of its Ed25519 key.
    pub key_seed: [u8; 32],
    /// GLN of its site, 13 digits.
    pub gln: String,
    pub(crate) role: Role,
    pub(crate) prefix: String,
    pub(crate) area: &'static str,
}

/// A place. The first sites are those of the parties, in the same order; others lie outside.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) gln: String,
    pub(crate) name: String,
    pub(crate) role: Option<Role>,
    pub(crate) district: String,
    /// 行政区划代码 (GB/T 2260).
    pub(crate) area: &'static str,
    /// Someone says so in its master data.
    pub(crate) states_area: bool,
}

/// Places outside the city, and where they lie: codes that the state has not assigned. Nobody
/// wrote down where the port's cold store is.
const OUTSIDE: [(&str, &str, bool); 4] = [
    ("云贵蔬菜产地集散中心", "530591", true),
    ("外埠口岸保税冷库", "450591", false),
    ("邻市生鲜连锁配送中心", "510691", true),
    ("邻省米面批发行", "520391", true),
];

fn key_seed(seed: u64, nth: usize) -> [u8; 32] {
    let mut out = [0; 32];
    for (i, chunk) in out.chunks_mut(8).enumerate() {
        chunk.copy_from_slice(&mix(seed ^ 0x006b_6579, nth as u64, i as u64).to_le_bytes());
    }
    out
}

/// Makes the parties; `scale` is in thousandths of 150 parties.
pub(crate) fn parties(dice: &mut Dice, seed: u64, scale: usize) -> Vec<CityParty> {
    let mut out = Vec::new();
    let offset = dice.below(900_000);
    for (role, number, least) in ROLES {
        let count = match role {
            Role::Hub | Role::Slaughterhouse => number,
            _ => (number * scale).div_ceil(1000).max(least),
        };
        for nth in 0..count {
            let at = out.len();
            let (district, region) = names::DISTRICTS[at % names::DISTRICTS.len()];
            let prefix = format!("699{:06}", (offset + at * 37) % 1_000_000);
            let serial = mix(seed, at as u64, 0x7573_6363) % 31_u64.pow(6);
            let gateway = role.is_small() && mix(seed, at as u64, 0x7369_676e) % 10 < 7;
            let mut name = names::party(dice, role, nth, district);
            if out.iter().any(|p: &CityParty| p.name == name) {
                name = format!("{name}（{}号）", nth + 1);
            }
            out.push(CityParty {
                id: format!("urn:uscc:{}", identifiers::uscc(role.register(), region, serial)),
                name,
                kinds: role.kinds(),
                district: district.to_owned(),
                signing: if gateway { Signing::Gateway } else { Signing::Required },
                key_seed: key_seed(seed, at),
                gln: identifiers::gln(&prefix, 1),
                role,
                prefix,
                area: region,
            });
        }
    }
    out
}

/// Sites of the parties, then places outside the city that never post.
pub(crate) fn sites(parties: &[CityParty]) -> Vec<Site> {
    let mut out: Vec<Site> = parties
        .iter()
        .map(|p| Site {
            gln: p.gln.clone(),
            name: p.name.clone(),
            role: Some(p.role),
            district: p.district.clone(),
            area: p.area,
            states_area: true,
        })
        .collect();
    for (nth, (name, area, states_area)) in OUTSIDE.into_iter().enumerate() {
        out.push(Site {
            gln: identifiers::gln(&format!("6988{:05}", 10_101 * (nth + 1)), 9),
            name: name.to_owned(),
            role: None,
            district: "外埠".to_owned(),
            area,
            states_area,
        });
    }
    out
}
