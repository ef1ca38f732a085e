//! Word lists for Chinese names. The city, its districts and all firms are invented.

use crate::dice::Dice;
use crate::places::Role;

/// The city.
pub(crate) const CITY: &str = "来曲市";

/// Districts with region codes that the state has not assigned, so that no code meets a real firm.
pub(crate) const DISTRICTS: [(&str, &str); 4] =
    [("青江区", "510591"), ("龙坪区", "510592"), ("纳云区", "510593"), ("临泽县", "510594")];

const VILLAGES: [&str; 24] = [
    "石桥村",
    "清溪村",
    "柏树村",
    "双河村",
    "大坪村",
    "竹林村",
    "白鹤村",
    "响水村",
    "观音村",
    "凤凰村",
    "马鞍村",
    "桂花村",
    "沙湾村",
    "高坝村",
    "黄桷村",
    "新田村",
    "回龙村",
    "龙洞村",
    "青杠村",
    "梨园村",
    "水口村",
    "古井村",
    "茶园村",
    "长岭村",
];
const STREETS: [&str; 20] = [
    "滨江路",
    "人民路",
    "解放街",
    "书院巷",
    "南门街",
    "江北路",
    "桂圆林",
    "钟鼓楼",
    "大北街",
    "水井坊巷",
    "迎宾大道",
    "学府路",
    "蓝桥街",
    "酒城大道",
    "东升路",
    "三星街",
    "康城路",
    "龙马大道",
    "云峰路",
    "澄溪口",
];
const HEADS: [&str; 28] = [
    "川禾",
    "绿源",
    "鑫达",
    "惠民",
    "丰泽",
    "瑞祥",
    "华盛",
    "恒通",
    "金穗",
    "百味",
    "泽润",
    "同心",
    "旺家",
    "佳禾",
    "万兴",
    "顺意",
    "蜀香",
    "嘉和",
    "天府源",
    "润禾",
    "宏康",
    "益民",
    "新禾",
    "聚福",
    "康源",
    "美滋",
    "福临",
    "正和",
];
const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "罗", "邓",
];
const DISHES: [&str; 14] = [
    "豆花饭",
    "火锅",
    "抄手",
    "小面",
    "烤鱼",
    "家常菜",
    "羊肉汤",
    "干锅",
    "冒菜",
    "川菜馆",
    "饺子馆",
    "粥铺",
    "私房菜",
    "快餐",
];
const SCHOOLS: [&str; 12] = [
    "第一小学",
    "第二小学",
    "实验小学",
    "第三中学",
    "第五中学",
    "第七中学",
    "江湾小学",
    "育才中学",
    "梧桐小学",
    "清华园幼儿园",
    "外国语学校",
    "职业技术学校",
];

/// A name in the manner of its trade. `nth` numbers the parties of one role, so that names differ.
pub(crate) fn party(dice: &mut Dice, role: Role, nth: usize, district: &str) -> String {
    let head = HEADS[(nth * 5 + dice.below(3)) % HEADS.len()];
    let village = VILLAGES[(nth * 7 + 3) % VILLAGES.len()];
    let street = STREETS[(nth * 3 + 1) % STREETS.len()];
    let surname = dice.pick(&SURNAMES);
    let core = match role {
        Role::VegetableFarm if nth.is_multiple_of(3) => {
            format!("{village}{head}蔬菜种植专业合作社")
        }
        Role::VegetableFarm => format!("{village}{surname}家菜园家庭农场"),
        Role::PigFarm => format!("{village}{head}生猪养殖场"),
        Role::DairyFarm => format!("{village}{head}奶牛牧场"),
        Role::GrainFarm => format!("{village}{head}粮油种植专业合作社"),
        Role::Slaughterhouse => format!("{head}生猪定点屠宰有限公司"),
        Role::Cutter => format!("{head}肉类分割加工有限公司"),
        Role::Mill => format!("{head}粮油加工厂"),
        Role::Dairy => format!("{head}乳业有限公司"),
        Role::Dumpling => format!("{head}速冻食品有限公司"),
        Role::Noodle => format!("{head}面业有限公司"),
        Role::Pickle => format!("{head}泡菜酱料有限公司"),
        Role::Importer => format!("{head}进出口食品有限公司"),
        Role::Hub => format!("{head}农产品批发市场有限公司"),
        Role::Wholesaler => format!("{head}食品批发部"),
        Role::ColdStore => format!("{head}冷链仓储有限公司"),
        Role::Carrier => format!("{head}冷链物流有限公司"),
        Role::Shop if nth.is_multiple_of(4) => format!("{head}生活超市{street}店"),
        Role::Shop if nth % 4 == 1 => format!("{street}{surname}记鲜菜摊"),
        Role::Shop => format!("{street}{surname}姐便民食品店"),
        Role::Restaurant => format!("{street}{surname}记{}", DISHES[nth % DISHES.len()]),
        Role::School => format!("{}食堂", SCHOOLS[nth % SCHOOLS.len()]),
    };
    format!("{CITY}{district}{core}")
}

/// Vegetables that farms grow.
pub(crate) const VEGETABLES: [&str; 16] = [
    "菠菜",
    "大白菜",
    "莴笋",
    "萝卜",
    "青菜头",
    "韭菜",
    "芹菜",
    "小白菜",
    "番茄",
    "黄瓜",
    "茄子",
    "二荆条辣椒",
    "四季豆",
    "土豆",
    "生姜",
    "蒜苗",
];
/// Frozen goods from abroad, with country and a word for their identifier.
pub(crate) const FROZEN: [(&str, &str, &str); 6] = [
    ("冷冻牛腱子肉", "BR", "frozen-beef-shank"),
    ("冷冻南美白虾", "EC", "frozen-shrimp"),
    ("冷冻鸡爪", "RU", "frozen-chicken-feet"),
    ("冷冻牛腩", "AR", "frozen-beef-brisket"),
    ("冷冻鳕鱼段", "NO", "frozen-cod"),
    ("冷冻猪肋排", "ES", "frozen-pork-ribs"),
];
/// Pesticides that samples look for.
pub(crate) const ANALYTES: [&str; 5] = ["毒死蜱", "克百威", "氧乐果", "甲拌磷", "腐霉利"];
/// Meals that kitchens cook.
pub(crate) const MEALS: [&str; 6] =
    ["回锅肉套餐", "番茄炒蛋套餐", "牛奶早餐", "清炒时蔬套餐", "饺子套餐", "红烧牛肉套餐"];
