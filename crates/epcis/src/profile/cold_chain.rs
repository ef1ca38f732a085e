//! The cold chain in China: hygiene of cold storage and transport (GB 31605-2020), goods-in checks
//! (Food Safety Law, articles 50 and 53) and the registration of imported cold-chain food.
//!
//! Limits of temperature are no part of it: they depend on the product, and a reading beyond them
//! is a fact to be recorded, not a fault of the record.

use super::rule::{ANY, Form, Need, Rule, When};
use crate::facts::{Action, EventType, ItemRole};
use crate::vocabulary::{biz_step, kind};

const HANDED_OVER: When = When {
    steps: &[biz_step::SHIPPING, biz_step::RECEIVING, biz_step::DEPARTING, biz_step::ARRIVING],
    ..ANY
};
const SENT: When = When { steps: &[biz_step::SHIPPING, biz_step::DEPARTING], ..ANY };
const RECEIVED: When = When { steps: &[biz_step::RECEIVING], ..ANY };
const MEASURED: When = When { steps: &[biz_step::SENSOR_REPORTING], ..ANY };
const MADE: When = When {
    steps: &[biz_step::COMMISSIONING, biz_step::CREATING_CLASS_INSTANCE],
    types: &[EventType::Object],
    action: Some(Action::Add),
    from_outside: None,
};
const IMPORTED: When = When { from_outside: Some("CN"), ..ANY };
const ENDS: &[&str] = &[kind::POSSESSING_PARTY, kind::OWNING_PARTY, kind::LOCATION];

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "cold-chain.lot",
        when: HANDED_OVER,
        need: Need::Lots(&[ItemRole::Subject, ItemRole::Child]),
        zh: "缺少批号：只有品名无法追溯",
        en: "no lot number: a product alone cannot be traced",
        source: "食品安全法 第五十条、第五十三条",
    },
    Rule {
        id: "cold-chain.quantity-and-unit",
        when: ANY,
        need: Need::Amounts,
        zh: "缺少数量或计量单位",
        en: "no quantity, or no unit",
        source: "食品安全法 第五十条、第五十三条",
    },
    Rule {
        id: "cold-chain.place",
        when: ANY,
        need: Need::Member(&["readPoint", "bizLocation"]),
        zh: "缺少地点（冷库、库房或车辆）",
        en: "no place: cold store, room or vehicle",
        source: "GB 31605-2020",
    },
    Rule {
        id: "cold-chain.supplier",
        when: RECEIVED,
        need: Need::End("sourceList", ENDS),
        zh: "缺少供货者（来源，sourceList）",
        en: "no supplier (sourceList)",
        source: "食品安全法 第五十三条",
    },
    Rule {
        id: "cold-chain.buyer",
        when: SENT,
        need: Need::End("destinationList", ENDS),
        zh: "缺少购货者（去向，destinationList）",
        en: "no buyer (destinationList)",
        source: "食品安全法 第五十三条",
    },
    Rule {
        id: "cold-chain.handover-document",
        when: HANDED_OVER,
        need: Need::Document(&[]),
        zh: "缺少交接单据（bizTransactionList）",
        en: "no document of the handover (bizTransactionList)",
        source: "GB 31605-2020; 食品安全法 第五十三条",
    },
    Rule {
        id: "cold-chain.receiving-temperature",
        when: RECEIVED,
        need: Need::Temperature,
        zh: "缺少收货时的温度（sensorElementList）",
        en: "no temperature at receipt (sensorElementList)",
        source: "GB 31605-2020",
    },
    Rule {
        id: "cold-chain.reading",
        when: MEASURED,
        need: Need::Temperature,
        zh: "缺少温度读数及其单位",
        en: "no temperature reading with its unit",
        source: "GB 31605-2020",
    },
    Rule {
        id: "cold-chain.device",
        when: MEASURED,
        need: Need::Device,
        zh: "缺少测温设备编号（deviceID）",
        en: "no device that measured it (deviceID)",
        source: "GB 31605-2020",
    },
    Rule {
        id: "cold-chain.production-date",
        when: MADE,
        need: Need::Stated(&["productionDate", "harvestDate", "slaughterDate", "freezingDate"]),
        zh: "缺少生产日期（ilmd）",
        en: "no date of production (ilmd)",
        source: "食品安全法 第五十条、第六十七条",
    },
    Rule {
        id: "cold-chain.shelf-life",
        when: MADE,
        need: Need::Stated(&["itemExpirationDate", "bestBeforeDate", "sellByDate"]),
        zh: "缺少保质期（ilmd）",
        en: "no end of shelf life (ilmd)",
        source: "食品安全法 第五十条、第六十七条",
    },
    Rule {
        id: "cold-chain.country-form",
        when: ANY,
        need: Need::Field {
            path: &["ilmd", "countryOfOrigin"],
            form: Form::Country,
            required: false,
        },
        zh: "原产国应为两个大写字母的代码",
        en: "the country of origin must be a code of two capital letters",
        source: "ISO 3166-1; CBV 2.0 section 9.2",
    },
    Rule {
        id: "cold-chain.import-certificate",
        when: IMPORTED,
        need: Need::Document(&[kind::CERTIFICATE]),
        zh: "进口冷链食品缺少检验检疫证明（bizTransactionList，cert）",
        en: "imported cold-chain food without quarantine certificate (bizTransactionList, cert)",
        source: "进口冷链食品追溯管理; 食品安全法 第九十二条",
    },
];
