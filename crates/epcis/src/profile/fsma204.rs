//! FDA Food Traceability Rule (21 CFR part 1 subpart S): key data elements of the critical tracking
//! events, as "EPCIS Recommendations for FSMA 204 Critical Tracking Events" (GS1 US, release 2.0)
//! carries them.

use super::rule::{ANY, Need, Rule, When};
use crate::facts::{Action, EventType, ItemRole};
use crate::vocabulary::{biz_step, kind};

const CREATION: When = When {
    steps: &[biz_step::CREATING_CLASS_INSTANCE, biz_step::COMMISSIONING],
    types: &[EventType::Object],
    action: Some(Action::Add),
    from_outside: None,
};
const TRANSFORMATION: When = When { types: &[EventType::Transformation], ..ANY };
const SHIPPING: When = When {
    steps: &[biz_step::SHIPPING],
    types: &[EventType::Object, EventType::Transaction],
    ..ANY
};
const RECEIVING: When = When { steps: &[biz_step::RECEIVING], ..ANY };
/// What is handed on under a logistic unit's number alone has its lots in an aggregation.
const PACKING: When = When { steps: &[biz_step::PACKING], types: &[EventType::Aggregation], ..ANY };
const LOTS: &[ItemRole] = &[ItemRole::Subject, ItemRole::Child, ItemRole::Input, ItemRole::Output];

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "fsma204.traceability-lot-code",
        when: When {
            steps: &[
                biz_step::CREATING_CLASS_INSTANCE,
                biz_step::COMMISSIONING,
                biz_step::SHIPPING,
                biz_step::RECEIVING,
                biz_step::PACKING,
                biz_step::TRANSPORTING,
            ],
            ..ANY
        },
        need: Need::Lots(LOTS),
        zh: "缺少可追溯批次代码（TLC）：应为 GTIN 加批号，或物流单元代码",
        en: "no traceability lot code: give GTIN with lot, or the code of a logistic unit",
        source: "21 CFR 1.1320; GS1 US R2.0 section 1.2",
    },
    Rule {
        id: "fsma204.quantity-and-unit",
        when: ANY,
        need: Need::Amounts,
        zh: "缺少数量或计量单位",
        en: "no quantity, or no unit of measure",
        source: "21 CFR 1.1325 to 1.1350",
    },
    Rule {
        id: "fsma204.location",
        when: ANY,
        need: Need::Member(&["readPoint", "bizLocation"]),
        zh: "缺少事件地点（readPoint）",
        en: "no location of the event (readPoint)",
        source: "21 CFR 1.1325 to 1.1350; GS1 US R2.0 section 1.2",
    },
    Rule {
        id: "fsma204.creation.place",
        when: CREATION,
        need: Need::Member(&["bizLocation", "readPoint"]),
        zh: "缺少收获、首次陆上接收的地点，即批次代码来源（bizLocation）",
        en: "no place of harvest or of first land-based receipt: the lot code source (bizLocation)",
        source: "21 CFR 1.1325, 1.1335",
    },
    Rule {
        id: "fsma204.transformation.inputs",
        when: TRANSFORMATION,
        need: Need::Member(&["inputQuantityList", "inputEPCList"]),
        zh: "缺少加工或初次包装所用的投入批次",
        en: "no input lots of the transformation or initial packing",
        source: "21 CFR 1.1330, 1.1350(a)(1)",
    },
    Rule {
        id: "fsma204.transformation.outputs",
        when: TRANSFORMATION,
        need: Need::Member(&["outputQuantityList", "outputEPCList"]),
        zh: "缺少加工或初次包装产出的新批次",
        en: "no new lot of the transformation or initial packing",
        source: "21 CFR 1.1330, 1.1350(a)(2)",
    },
    Rule {
        id: "fsma204.shipping.from",
        when: SHIPPING,
        need: Need::End(
            "sourceList",
            &[kind::LOCATION, kind::POSSESSING_PARTY, kind::OWNING_PARTY],
        ),
        zh: "缺少发货地点（sourceList）",
        en: "no location shipped from (sourceList)",
        source: "21 CFR 1.1340(a)(5)",
    },
    Rule {
        id: "fsma204.shipping.recipient",
        when: SHIPPING,
        need: Need::End(
            "destinationList",
            &[kind::LOCATION, kind::POSSESSING_PARTY, kind::OWNING_PARTY],
        ),
        zh: "缺少直接后续接收方地点（destinationList）",
        en: "no location of the immediate subsequent recipient (destinationList)",
        source: "21 CFR 1.1340(a)(4)",
    },
    Rule {
        id: "fsma204.shipping.reference-document",
        when: SHIPPING,
        need: Need::Document(&[]),
        zh: "缺少参考单据的类型和编号（bizTransactionList）",
        en: "no type and number of a reference document (bizTransactionList)",
        source: "21 CFR 1.1340(a)(8)",
    },
    Rule {
        id: "fsma204.packing.contents",
        when: PACKING,
        need: Need::Member(&["childQuantityList", "childEPCs"]),
        zh: "缺少物流单元内的批次（childQuantityList）",
        en: "no lots inside the logistic unit (childQuantityList)",
        source: "GS1 US R2.0 section 6",
    },
    Rule {
        id: "fsma204.receiving.previous-source",
        when: RECEIVING,
        need: Need::End(
            "sourceList",
            &[kind::LOCATION, kind::POSSESSING_PARTY, kind::OWNING_PARTY],
        ),
        zh: "缺少直接前手来源地点（sourceList）",
        en: "no location of the immediate previous source (sourceList)",
        source: "21 CFR 1.1345(a)(4)",
    },
    Rule {
        id: "fsma204.receiving.reference-document",
        when: RECEIVING,
        need: Need::Document(&[]),
        zh: "缺少参考单据的类型和编号（bizTransactionList）",
        en: "no type and number of a reference document (bizTransactionList)",
        source: "21 CFR 1.1345(a)(8)",
    },
];
