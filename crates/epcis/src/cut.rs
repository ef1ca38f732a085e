//! Short texts cut at a separator.

/// What stands before the first `separator` (ASCII) and what stands behind it; `None` where there
/// is none. Identifiers and names are so short that a plain loop is through before a search that
/// was made for long texts has begun: a document is cut some thirty times an event.
pub(crate) fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::cut;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_cut_where_split_once_does(text in "[a:冻/.]{0,12}", separator in "[:/.]") {
            let byte = separator.as_bytes()[0];
            prop_assert_eq!(cut(&text, byte), text.split_once(char::from(byte)));
        }
    }
}
