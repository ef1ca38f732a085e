//! The language of a page.

/// The two languages of the pages; Chinese unless the reader asked for English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese, `zh-CN`.
    #[default]
    Zh,
    /// English, `en`.
    En,
}

impl Lang {
    /// Reads the value of the query parameter `lang`: `en` and its variants are English, anything
    /// else is Chinese.
    #[must_use]
    pub fn from_query(value: Option<&str>) -> Self {
        let primary = value.and_then(|tag| tag.split('-').next()).unwrap_or_default();
        if primary.eq_ignore_ascii_case("en") { Self::En } else { Self::Zh }
    }

    /// BCP 47 tag, as in the attribute `lang`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The other language.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// What the language calls itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_english_is_english() {
        assert_eq!(Lang::from_query(Some("en")), Lang::En);
        assert_eq!(Lang::from_query(Some("EN-gb")), Lang::En);
        for other in [None, Some(""), Some("zh"), Some("english"), Some("<script>")] {
            assert_eq!(Lang::from_query(other), Lang::Zh);
        }
    }
}
