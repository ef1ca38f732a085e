//! GDST 1.2 (Global Dialogue on Seafood Traceability): key data elements of its critical tracking
//! events. Names are matched without their namespace, which the field spells in several ways.

use super::rule::{ANY, Form, Need, Rule, When};
use crate::facts::{Action, EventType};
use crate::vocabulary::biz_step;

const SOURCE: &str = "GDST 1.2, core normative standards";
const HATCHING: &str = "urn:gdst:bizStep:hatching";
const FISHING: &str = "urn:gdst:bizStep:fishingEvent";
const TRANSSHIPMENT: &str = "urn:gdst:bizStep:transshipment";
const LANDING: &str = "urn:gdst:bizStep:landing";
const FARM_HARVEST: &str = "urn:gdst:bizStep:farmHarvest";
const COMMINGLING: &str = "urn:gdst:bizStep:commingling";

const HATCHED: When = When { steps: &[HATCHING], ..ANY };
const CAUGHT: When = When { steps: &[FISHING], ..ANY };
const HARVESTED: When = When { steps: &[FARM_HARVEST], ..ANY };
const FEED_MADE: When = When {
    steps: &[biz_step::COMMISSIONING],
    types: &[EventType::Object],
    action: Some(Action::Add),
    from_outside: None,
};
const CREATED: When =
    When { steps: &[HATCHING, FISHING, FARM_HARVEST, COMMINGLING, biz_step::COMMISSIONING], ..ANY };
/// Those where people work at sea or on a farm.
const WITH_LABOUR: When =
    When { steps: &[HATCHING, FISHING, TRANSSHIPMENT, LANDING, FARM_HARVEST], ..ANY };
const KNOWN: When = When {
    steps: &[
        HATCHING,
        FISHING,
        TRANSSHIPMENT,
        LANDING,
        FARM_HARVEST,
        COMMINGLING,
        biz_step::COMMISSIONING,
        biz_step::SHIPPING,
        biz_step::RECEIVING,
        biz_step::PACKING,
        biz_step::UNPACKING,
    ],
    ..ANY
};

const fn required(path: &'static [&'static str], form: Form) -> Need {
    Need::Field { path, form, required: true }
}

const fn stated(path: &'static [&'static str], form: Form) -> Need {
    Need::Field { path, form, required: false }
}

const fn rule(
    id: &'static str,
    when: When,
    need: Need,
    zh: &'static str,
    en: &'static str,
) -> Rule {
    Rule { id, when, need, zh, en, source: SOURCE }
}

pub(super) static RULES: &[Rule] = &[
    rule(
        "gdst.product-owner",
        KNOWN,
        required(&["productOwner"], Form::Uri),
        "缺少产品所有者（gdst:productOwner），应为 URI",
        "no product owner (gdst:productOwner), a URI",
    ),
    rule(
        "gdst.information-provider",
        KNOWN,
        required(&["informationProvider"], Form::Uri),
        "缺少信息提供者（cbvmda:informationProvider），应为 URI",
        "no information provider (cbvmda:informationProvider), a URI",
    ),
    rule(
        "gdst.human-welfare-policy",
        WITH_LABOUR,
        required(&["humanWelfarePolicy"], Form::OneOf(&["None", "Internal", "3P Audit"])),
        "缺少人员福利政策（gdst:humanWelfarePolicy），应为 None、Internal 或 3P Audit",
        "no human welfare policy (gdst:humanWelfarePolicy): None, Internal or 3P Audit",
    ),
    rule(
        "gdst.human-welfare-policy-form",
        KNOWN,
        stated(&["humanWelfarePolicy"], Form::OneOf(&["None", "Internal", "3P Audit"])),
        "人员福利政策应为 None、Internal 或 3P Audit",
        "the human welfare policy must be None, Internal or 3P Audit",
    ),
    rule(
        "gdst.quantity-and-unit",
        KNOWN,
        Need::Amounts,
        "缺少数量或计量单位",
        "no quantity, or no unit of measure",
    ),
    rule(
        "gdst.location",
        KNOWN,
        Need::Member(&["bizLocation", "readPoint"]),
        "缺少地点（bizLocation）",
        "no location (bizLocation)",
    ),
    rule(
        "gdst.lot-number",
        CREATED,
        required(&["ilmd", "lotNumber"], Form::Any),
        "缺少批号（ilmd，cbvmda:lotNumber）",
        "no lot number (ilmd, cbvmda:lotNumber)",
    ),
    rule(
        "gdst.hatching.broodstock-source",
        HATCHED,
        required(&["ilmd", "broodstockSource"], Form::OneOf(&["Domestic", "Wild Sources"])),
        "缺少亲本来源（gdst:broodstockSource），应为 Domestic 或 Wild Sources",
        "no broodstock source (gdst:broodstockSource): Domestic or Wild Sources",
    ),
    rule(
        "gdst.feed.protein-source",
        FEED_MADE,
        required(&["ilmd", "proteinSource"], Form::Any),
        "缺少饲料蛋白来源（gdst:proteinSource）",
        "no protein source of the feed (gdst:proteinSource)",
    ),
    rule(
        "gdst.farm-harvest.method",
        HARVESTED,
        required(&["ilmd", "aquacultureMethod"], Form::Any),
        "缺少养殖方式（gdst:aquacultureMethod）",
        "no aquaculture method (gdst:aquacultureMethod)",
    ),
    rule(
        "gdst.farm-harvest.production-method",
        HARVESTED,
        required(&["ilmd", "productionMethodForFishAndSeafoodCode"], Form::OneOf(&["AQUACULTURE"])),
        "生产方式应为 AQUACULTURE",
        "the production method must be AQUACULTURE",
    ),
    rule(
        "gdst.fishing.production-method",
        CAUGHT,
        required(
            &["ilmd", "productionMethodForFishAndSeafoodCode"],
            Form::OneOf(&["MARINE_FISHERY", "INLAND_FISHERY"]),
        ),
        "生产方式应为 MARINE_FISHERY 或 INLAND_FISHERY",
        "the production method must be MARINE_FISHERY or INLAND_FISHERY",
    ),
    rule(
        "gdst.fishing.catch-area",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "catchArea"],
            Form::Prefix("urn:gdst:fao:"),
        ),
        "缺少捕捞区（urn:gdst:fao:…）",
        "no catch area (urn:gdst:fao:…)",
    ),
    rule(
        "gdst.fishing.economic-zone",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "economicZone"],
            Form::Prefix("urn:gdst:eez:"),
        ),
        "缺少专属经济区（urn:gdst:eez:…）",
        "no economic zone (urn:gdst:eez:…)",
    ),
    rule(
        "gdst.fishing.rfmo-area",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "rfmoArea"],
            Form::Prefix("urn:gdst:rfmo:"),
        ),
        "缺少区域渔业组织水域（urn:gdst:rfmo:…）",
        "no area of a regional fishery body (urn:gdst:rfmo:…)",
    ),
    rule(
        "gdst.fishing.gear",
        CAUGHT,
        required(
            &[
                "ilmd",
                "vesselCatchInformationList",
                "vesselCatchInformation",
                "fishingGearTypeCode",
            ],
            Form::Prefix("urn:gdst:gear:"),
        ),
        "缺少渔具类型（urn:gdst:gear:…）",
        "no gear type (urn:gdst:gear:…)",
    ),
    rule(
        "gdst.fishing.flag",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "vesselFlagState"],
            Form::Country,
        ),
        "缺少船旗国（两个大写字母）",
        "no flag state of the vessel (two capital letters)",
    ),
    rule(
        "gdst.fishing.vessel-id",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "vesselID"],
            Form::Any,
        ),
        "缺少渔船编号",
        "no vessel id",
    ),
    rule(
        "gdst.fishing.vessel-name",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "vesselName"],
            Form::Any,
        ),
        "缺少渔船名称",
        "no vessel name",
    ),
    rule(
        "gdst.fishing.imo",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "imoNumber"],
            Form::Imo,
        ),
        "缺少 IMO 编号（IMO 加 7 或 8 位数字）",
        "no IMO number (IMO and 7 or 8 digits)",
    ),
    rule(
        "gdst.fishing.trip-date",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "vesselTripDate"],
            Form::Time,
        ),
        "缺少航次日期",
        "no date of the trip",
    ),
    rule(
        "gdst.fishing.satellite-tracking",
        CAUGHT,
        required(
            &[
                "ilmd",
                "vesselCatchInformationList",
                "vesselCatchInformation",
                "satelliteTrackingAuthority",
            ],
            Form::Any,
        ),
        "缺少卫星监控主管机关",
        "no satellite tracking authority",
    ),
    rule(
        "gdst.fishing.public-registry",
        CAUGHT,
        required(
            &[
                "ilmd",
                "vesselCatchInformationList",
                "vesselCatchInformation",
                "vesselPublicRegistry",
            ],
            Form::Any,
        ),
        "缺少渔船公开登记册",
        "no public registry of the vessel",
    ),
    rule(
        "gdst.fishing.improvement-project",
        CAUGHT,
        required(
            &[
                "ilmd",
                "vesselCatchInformationList",
                "vesselCatchInformation",
                "fisheryImprovementProject",
            ],
            Form::Any,
        ),
        "缺少渔业改进项目",
        "no fishery improvement project",
    ),
    rule(
        "gdst.fishing.gps",
        CAUGHT,
        required(
            &["ilmd", "vesselCatchInformationList", "vesselCatchInformation", "gpsAvailability"],
            Form::Any,
        ),
        "缺少定位数据是否可得",
        "nothing about the availability of GPS data",
    ),
    rule(
        "gdst.fishing.permit-area",
        CAUGHT,
        required(
            &[
                "ilmd",
                "vesselCatchInformationList",
                "vesselCatchInformation",
                "subnationalPermitArea",
            ],
            Form::Any,
        ),
        "缺少地方许可水域",
        "no subnational permit area",
    ),
    rule(
        "gdst.origin-form",
        KNOWN,
        stated(&["ilmd", "countryOfOrigin"], Form::Country),
        "原产国应为两个大写字母的代码",
        "the country of origin must be a code of two capital letters",
    ),
    rule(
        "gdst.production-date-form",
        KNOWN,
        stated(&["ilmd", "productionDate"], Form::Time),
        "生产日期不是日期",
        "the production date is no date",
    ),
    rule(
        "gdst.expiration-date-form",
        KNOWN,
        stated(&["ilmd", "itemExpirationDate"], Form::Time),
        "保质期截止日不是日期",
        "the expiration date is no date",
    ),
];
