//! What is wrong or hardly true in a case: where, what, and what to do about it.

use std::fmt;

/// How the rows of a file are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Lines of a text file, from 1.
    #[default]
    Line,
    /// Rows of a sheet, from 1.
    Row,
    /// Elements of a JSON list, from 0.
    Element,
}

/// A place in a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Where {
    /// The file, with the sheet or the JSON pointer of the list behind `#`.
    pub file: String,
    /// The row.
    pub row: Option<u64>,
    /// How rows are counted.
    pub unit: Unit,
    /// The column or member.
    pub column: Option<String>,
}

impl Where {
    /// A whole file.
    #[must_use]
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// The same place in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        let mut text = self.file.clone();
        if let Some(row) = self.row {
            let unit = match self.unit {
                Unit::Line | Unit::Row => "行",
                Unit::Element => "项",
            };
            text.push_str(&format!(" 第 {row} {unit}"));
        }
        if let Some(column) = &self.column {
            text.push_str(&format!(" {column} 列"));
        }
        text
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(row) = self.row {
            let unit = match self.unit {
                Unit::Line => "line",
                Unit::Row => "row",
                Unit::Element => "element",
            };
            write!(f, ", {unit} {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Where,
    /// What.
    pub kind: FindingKind,
    /// The value, or what else it is about.
    pub about: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind.texts().en)?;
        if self.about.is_empty() { Ok(()) } else { write!(f, ": {}", self.about) }
    }
}

impl Finding {
    /// The finding in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        let about =
            if self.about.is_empty() { String::new() } else { format!("：{}", self.about) };
        format!("{}：{}{about}", self.place.zh(), self.kind.texts().zh)
    }
}

/// Code, both languages, and what to do in both languages.
pub(crate) struct Texts {
    pub(crate) code: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    pub(crate) hint_zh: &'static str,
    pub(crate) hint_en: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $zh:literal $en:literal
        $hint_zh:literal $hint_en:literal;)*) => {
        /// The kinds of findings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FindingKind { $($(#[$doc])* $name,)* }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub(crate) fn texts(self) -> Texts {
                match self {
                    $(Self::$name => Texts {
                        code: $code, zh: $zh, en: $en, hint_zh: $hint_zh, hint_en: $hint_en,
                    },)*
                }
            }
        }
    };
}

// Faults first, in the order of `FindingKind::is_fault`.
kinds! {
    /// Not the format that it should be.
    Unreadable "unreadable" "无法读取" "cannot be read"
        "检查文件格式与编码（UTF-8）" "check the format and encoding (UTF-8) of the file";
    /// A column that must be there.
    MissingColumn "missing_column" "缺少列" "has no column"
        "加上这一列，或改正列名" "add the column, or correct its name";
    /// A sheet or list that must be there.
    MissingTable "missing_table" "缺少表" "has no table"
        "补上这张表" "add the table";
    /// More rows than are read.
    TooMany "too_many" "行数超过上限" "has more rows than are read"
        "把案件分成几份" "split the case";
    /// A cell that must not be empty.
    Empty "empty_value" "不能为空" "must not be empty"
        "填上，或删去这一行" "fill it in, or remove the row";
    /// An identifier that stands in an earlier row.
    Duplicate "duplicate_id" "编号重复" "this identifier stands in an earlier row"
        "每行一个编号；删去重复的行" "one identifier for each row; remove what is double";
    /// A station that is not in the table of stations.
    UnknownStation "unknown_station" "没有这个企业" "no such station"
        "在企业表中补上，或改正编号" "add it to the stations, or correct the identifier";
    /// A delivery that is not in the table of deliveries.
    UnknownDelivery "unknown_delivery" "没有这次交货" "no such delivery"
        "在交货表中补上，或改正编号" "add it to the deliveries, or correct the identifier";
    /// Not a date.
    NotADate "not_a_date" "不是日期" "is no date"
        "写作 2026-01-31，日或月不明时写 2026-01 或 2026"
        "write 2026-01-31, or 2026-01 or 2026 where the day or month is unknown";
    /// Not a number.
    NotANumber "not_a_number" "不是数值" "is no number"
        "写作 12.5，不带单位" "write 12.5, without a unit";
    /// Arrived before it left.
    ArrivalBeforeDeparture "arrival_before_departure" "到货早于发货" "arrived before it left"
        "向双方核对日期" "ask both parties for the dates";
    /// A delivery that went into itself.
    IngredientOfItself "ingredient_of_itself" "自己是自己的原料" "is an ingredient of itself"
        "删去或改正这个关系" "remove or correct the relation";
    /// The recipient of an ingredient did not send the product.
    WrongStation "relation_between_stations" "原料的收货方不是产品的发货方"
        "the recipient of the ingredient is not the supplier of the product"
        "改正关系，或补上两者之间的交货" "correct the relation, or add the delivery between them";
    /// Deliveries that went into each other.
    Cycle "cycle" "循环：这些交货互为原料" "circular: these deliveries are ingredients of each other"
        "改正关系，或把批次分开" "correct the relations, or tell the lots apart";
    /// Much like an earlier row.
    Similar "similar_row" "与前面某行几乎相同" "is much like an earlier row"
        "确认是两次交货，否则删去一行" "confirm that there were two deliveries, else remove one";
    /// One lot number with different products.
    LotDiffers "lot_differs" "同一批号却是不同产品" "the same lot number with another product"
        "核对批号与产品" "check the lot number and the product";
    /// A product without a lot number.
    NoLotNumber "lot_without_number" "没有批号" "has no lot number"
        "向发货方索取批号" "ask the supplier for the lot number";
    /// Two statements of an amount that differ.
    AmountsDiffer "amounts_differ" "数量的两种写法不一致" "two statements of the amount differ"
        "核对数量与单位" "check the amount and its unit";
    /// Much more or less was made than went in.
    KilogramsDiffer "kilograms_differ" "投入与产出相差一倍以上"
        "more than twice as much came out as went in, or less than half"
        "核对数量、单位，或补上缺少的原料" "check amounts and units, or add the missing ingredients";
    /// A setting of something that the case does not have.
    UnknownSetting "unknown_setting" "设定指向不存在的编号" "a setting of what the case does not have"
        "改正编号；该设定没有使用" "correct the identifier; the setting was not used";
    /// A setting of a station that counts as another.
    MergedSetting "merged_setting" "企业已合并，其设定没有使用"
        "the station counts as another, and its setting was not used"
        "把设定写到合并后的企业上" "give the setting to the merged station";
}

impl FindingKind {
    /// Whether a case with it is not read, unless its rows may be left out.
    #[must_use]
    pub fn is_fault(self) -> bool {
        self <= Self::NotANumber
    }

    /// Whether nothing can be read past it.
    #[must_use]
    pub fn is_fatal(self) -> bool {
        self <= Self::TooMany
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.texts().code
    }

    /// What to do, in Chinese and English.
    #[must_use]
    pub fn hint(self) -> (&'static str, &'static str) {
        (self.texts().hint_zh, self.texts().hint_en)
    }
}
