//! A small JSON writer: members in the order given, numbers as plain decimals.

/// Writes one JSON text.
pub(crate) struct Json {
    out: String,
    first: bool,
}

impl Json {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), first: true }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn separate(&mut self) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
    }

    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.separate();
        self.quote(key);
        self.out.push(':');
        self.first = true;
        self
    }

    /// An object as a value or array element.
    pub(crate) fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nest('{', '}', fill);
    }

    /// An array as a value or array element.
    pub(crate) fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nest('[', ']', fill);
    }

    fn nest(&mut self, open: char, close: char, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(open);
        self.first = true;
        fill(self);
        self.out.push(close);
        self.first = false;
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.separate();
        self.quote(value);
    }

    /// Whole numbers, or thousandths with at most three fraction digits.
    pub(crate) fn milli(&mut self, thousandths: i64) {
        self.separate();
        let sign = if thousandths < 0 { "-" } else { "" };
        let whole = thousandths.unsigned_abs() / 1000;
        let part = thousandths.unsigned_abs() % 1000;
        let text = if part == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{part:03}").trim_end_matches('0').to_owned()
        };
        self.out.push_str(&text);
    }

    pub(crate) fn member(&mut self, key: &str, value: &str) {
        self.key(key).text(value);
    }

    fn quote(&mut self, value: &str) {
        self.out.push('"');
        for c in value.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                c if u32::from(c) < 0x20 => self.out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_a_parser_reads() {
        let mut json = Json::with_capacity(64);
        json.object(|j| {
            j.member("a", "x\"y\\\n");
            j.key("n").array(|j| {
                j.milli(1500);
                j.milli(-20);
                j.milli(3000);
                j.object(|_| {});
            });
            j.member("z", "");
        });
        let text = json.finish();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["a"], "x\"y\\\n");
        assert!(text.contains("[1.5,-0.02,3,{}]"), "{text}");
    }
}
