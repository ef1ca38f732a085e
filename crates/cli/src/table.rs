//! Tables for people, aligned also where characters are two columns wide.

use crate::out::clean;

/// Widest column of a table; longer text is cut.
const CELL_COLUMNS_MAX: usize = 58;

/// Columns that a character takes: 2 for East Asian wide ones (Unicode TR 11, the blocks that
/// matter here), 0 for joiners and marks, 1 for the rest.
fn columns(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn cut(text: &str) -> String {
    if width(text) <= CELL_COLUMNS_MAX {
        return text.to_owned();
    }
    let mut left = CELL_COLUMNS_MAX - 1;
    let mut short = String::new();
    for character in text.chars() {
        let Some(rest) = left.checked_sub(columns(character)) else { break };
        left = rest;
        short.push(character);
    }
    short.push('…');
    short
}

/// Rows under a head, as lines of text. The last column is never cut, so that identifiers there
/// can be copied whole.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |(at, text): (usize, &str)| {
        let text = clean(text);
        if at + 1 == head.len() { text } else { cut(&text) }
    };
    let mut lines: Vec<Vec<String>> = vec![head.iter().copied().enumerate().map(cell).collect()];
    for row in rows {
        lines.push(row.iter().map(String::as_str).enumerate().map(cell).collect());
    }
    let mut widths = vec![0; head.len()];
    for line in &lines {
        for (widest, cell) in widths.iter_mut().zip(line) {
            *widest = width(cell).max(*widest);
        }
    }
    let mut text = String::new();
    for line in lines {
        let mut out = String::from(" ");
        for (cell, widest) in line.iter().zip(&widths) {
            out.push(' ');
            out.push_str(cell);
            out.extend(std::iter::repeat_n(' ', widest.saturating_sub(width(cell)) + 1));
        }
        text.push_str(out.trim_end());
        text.push('\n');
    }
    text
}

/// An RFC 3339 time to the minute with its offset, as stated; anything else as it came.
pub(crate) fn time(text: &str) -> String {
    let parts = text.split_once('T').and_then(|(date, rest)| {
        let zone = rest.get(rest.find(['Z', '+', '-'])?..)?;
        Some(format!("{date} {} {zone}", rest.get(..5)?))
    });
    parts.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_keep_the_columns_straight() {
        let rows =
            vec![vec!["猪肉".to_owned(), "a".to_owned()], vec!["x".to_owned(), "b".to_owned()]];
        assert_eq!(table(&["批次", "id"], &rows), "  批次  id\n  猪肉  a\n  x     b\n");
    }

    #[test]
    fn long_cells_are_cut_but_not_in_the_last_column() {
        let long = "好".repeat(60);
        let text = table(&["a", "b"], &[vec![long.clone(), long.clone()]]);
        assert!(text.contains('…') && text.contains(&long));
        let line = text.lines().nth(1).unwrap();
        assert_eq!(line.matches('…').count(), 1);
    }
}
