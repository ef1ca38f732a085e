//! Codes of an answer in Chinese; the code itself, which is English, stands beside. An unknown
//! code is shown as it came, never hidden.

/// Business steps as bare words (CBV 2.0, section 7.1, and what projects add).
const STEPS: &[(&str, &str)] = &[
    ("accepting", "验收"),
    ("arriving", "到达"),
    ("assembling", "组装"),
    ("cleaning", "清洗消毒"),
    ("collecting", "收集"),
    ("commissioning", "建档赋码"),
    ("creating_class_instance", "生成批次"),
    ("decommissioning", "注销编码"),
    ("departing", "离开"),
    ("destroying", "销毁"),
    ("disassembling", "拆解"),
    ("dispensing", "配发"),
    ("farm_harvest", "养殖收获"),
    ("feedmill", "饲料加工"),
    ("fishing", "捕捞"),
    ("harvesting", "采收"),
    ("hatching", "孵化"),
    ("holding", "暂存"),
    ("inspecting", "检验"),
    ("kill_step", "杀菌"),
    ("killing", "屠宰"),
    ("labelling", "贴标"),
    ("landing", "上岸"),
    ("loading", "装车"),
    ("packing", "包装"),
    ("picking", "拣货"),
    ("processing", "加工"),
    ("receiving", "收货"),
    ("relabelling", "换标"),
    ("removing", "移除"),
    ("repackaging", "分装"),
    ("retail_selling", "零售"),
    ("sampling", "抽样"),
    ("sensor_reporting", "温湿度上报"),
    ("shipping", "发货"),
    ("slaughtering", "屠宰"),
    ("staging_outbound", "待运"),
    ("stock_taking", "盘点"),
    ("stocking", "上架"),
    ("storing", "入库储存"),
    ("transforming", "加工"),
    ("transporting", "运输"),
    ("transshipment", "转运"),
    ("unloading", "卸车"),
    ("unpacking", "拆箱"),
    ("void_shipping", "撤销发货"),
];

/// Grades, reasons, kinds of issues and of records to demand; the codes are those of the trace
/// answer and of the recall scope.
const CODES: &[(&str, &str)] = &[
    ("definite", "确定"),
    ("suspected", "存疑"),
    ("out_of_order", "时间顺序对不上"),
    ("unrecorded_move", "移动没有记录"),
    ("one_sided", "只有一方的记录"),
    ("inferred_containment", "装箱关系是推断的"),
    ("unlotted", "没有批号"),
    ("error_declared", "已声明有误"),
    ("disputed", "有争议"),
    ("quantity_exceeds", "数量超出现有量"),
    ("gap", "记录断开"),
    ("not_received", "发出后无人签收"),
    ("no_origin", "来源不明"),
    ("quantity_mismatch", "数量不符"),
    ("cycle", "循环记录"),
    ("conflicting_witness", "双方说法不一"),
    ("cleared", "解除"),
    ("start", "起点"),
    ("recorded", "有记录"),
    ("shared_resource", "共用设备或库房"),
    ("no_cleaning_record", "没有清洗记录"),
    ("open_presence", "在场时间没有记录到底"),
    ("unexplained_origin", "来历不明而有去向不明的货"),
    ("instance_of_lot", "可能就是按批次记录的那一件"),
    ("new_label", "换了标签"),
    ("clearance", "监管部门解除"),
    ("receipt", "收货记录"),
    ("shipment", "发货记录"),
    ("movement", "移动记录"),
    ("origin", "来源记录"),
    ("lot_numbers", "批号"),
    ("weight", "重量"),
    ("kill_step_ignored", "杀菌不解除此危害"),
    ("clearance_ignored", "解除无效"),
    ("line", "生产线"),
    ("tank", "储罐"),
    ("room", "库房"),
    ("vehicle", "车辆"),
    ("province", "省界"),
    ("city", "市界"),
    ("district", "区县界"),
];

/// Types of events (EPCIS 2.0, section 7.4).
const TYPES: &[(&str, &str)] = &[
    ("ObjectEvent", "物品"),
    ("AggregationEvent", "装箱"),
    ("TransactionEvent", "交易"),
    ("TransformationEvent", "加工"),
    ("AssociationEvent", "绑定"),
];

/// What exactly is wrong, by the English sentence; what differs in it comes behind a colon.
const DETAILS: &[(&str, &str)] = &[
    ("a clearance of another agent than the one asked about", "解除的是另一种危害"),
    ("a clearance older than the contamination", "解除早于污染"),
    ("a clearance that no regulator signed", "解除没有监管部门签名"),
    ("a clearance that was declared to be in error or disputed", "解除已被声明有误或有争议"),
    ("a clearance without a test result (testres)", "解除没有检验结果"),
    (
        "a cleaning between affected and later use would end the suspicion",
        "若其间有清洗记录，即可解除怀疑",
    ),
    ("a kill step that does not name this hazard", "杀菌没有写明这种危害"),
    ("a kill step that was declared to be in error or disputed", "杀菌已被声明有误或有争议"),
    ("an output is an input of the same run", "产出就是同一次加工的原料"),
    (
        "appeared without an input where affected food is unaccounted for",
        "没有原料就出现，而当地有受影响的货去向不明",
    ),
    ("declared to be in error", "已被声明有误"),
    ("disputed by another party", "有他方提出异议"),
    ("it took place after it was recorded", "发生的时间晚于记录的时间"),
    ("lots that are made from each other", "这些批次互为原料"),
    ("more left than had come", "出去的多于进来的"),
    ("moved without a record", "移动没有任何记录"),
    ("names the product and no lot", "只写了产品，没有批号"),
    ("names a product and no lot of it", "只写了产品，没有批号"),
    ("no kill step ends this kind of hazard", "这种危害不能靠杀菌消除"),
    (
        "no weight is recorded, or in a unit that nobody gives the weight of",
        "没有重量，或其单位没有换算重量",
    ),
    ("out of scale", "数量级与同一单位的其他记录不符"),
    ("only one side of the movement is recorded", "这次移动只有一方有记录"),
    ("received before it was sent", "收货时间早于发货时间"),
    ("received, and no shipment is recorded", "已收货，没有发货记录"),
    ("received, and nobody is named as the supplier", "收货时没有写明供货方"),
    ("recorded long after it took place", "事后很久才记录"),
    ("recorded more than once", "重复记录"),
    ("seen at a place that no record brings it to", "出现在没有任何记录送达的地点"),
    ("sent and received differ", "发出与收到的不一致"),
    ("sent, and no receipt is recorded", "已发出，没有收货记录"),
    ("sent, and seen there without a receipt", "已发出，在当地出现，没有收货记录"),
    ("sent, and nobody is named as the recipient", "发货时没有写明收货方"),
    ("sent, never received, and seen next at another place", "已发出，没有签收，随后出现在另一处"),
    ("the records do not say how it came there", "记录没有说明它怎样到了这里"),
    ("the records do not say where it came from", "记录没有说明它从哪里来"),
    ("two parties state different amounts of one movement", "双方对同一次移动所记的数量不同"),
    ("what went in and came out cannot be right", "投入与产出的数量对不上"),
    ("used or sent before it arrived or was made", "使用或发出的时间早于到货或生成的时间"),
];

fn find(words: &[(&str, &'static str)], code: &str) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == code).map(|(_, word)| *word)
}

/// A business step in any of its spellings, in Chinese with its bare word beside.
pub(crate) fn step(uri: &str) -> String {
    let tail = uri.rsplit(['/', ':', '#']).next().unwrap_or(uri);
    let bare = tail.strip_prefix("BizStep-").unwrap_or(tail);
    find(STEPS, bare).map_or_else(|| bare.to_owned(), |word| format!("{word} {bare}"))
}

/// A type of event in Chinese with its name beside.
pub(crate) fn event_type(name: &str) -> String {
    find(TYPES, name).map_or_else(|| name.to_owned(), |word| format!("{word} {name}"))
}

/// A grade, reason or kind of issue in Chinese with its code beside.
pub(crate) fn code(code: &str) -> String {
    find(CODES, code).map_or_else(|| code.to_owned(), |word| format!("{word} {code}"))
}

/// What exactly is wrong, in Chinese with its sentence beside.
pub(crate) fn detail(text: &str) -> String {
    let sentence = text.split_once(": ").map_or(text, |(sentence, _)| sentence);
    find(DETAILS, sentence).map_or_else(|| text.to_owned(), |word| format!("{word} {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_trace::Detail;

    #[test]
    fn what_exactly_is_wrong_has_words_in_both_languages() {
        for each in Detail::each() {
            let (told, text) = (detail(&each.to_string()), each.to_string());
            let chinese = told.strip_suffix(&text).unwrap_or_else(|| panic!("{told}"));
            assert!(!chinese.is_empty() && !chinese.contains(|c: char| c.is_ascii_alphabetic()));
        }
        assert_eq!(detail("not seen for two days"), "not seen for two days");
        let late = "recorded long after it took place: 47 hours";
        assert_eq!(detail(late), format!("事后很久才记录 {late}"));
    }

    #[test]
    fn every_spelling_of_a_step_has_its_word() {
        for uri in [
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "urn:epcglobal:cbv:bizstep:shipping",
            "shipping",
        ] {
            assert_eq!(step(uri), "发货 shipping");
        }
        assert_eq!(step("urn:x:juggling"), "juggling");
        assert_eq!(code("gap"), "记录断开 gap");
        assert_eq!(code("new_code"), "new_code");
    }
}
