//! A line chart as SVG, readable in light and in dark: values against the size of the ledger.

use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 52.0;
/// A line of the legend below the plot.
const LEGEND_LINE: f64 = 20.0;
/// Colours that people with any colour vision tell apart (Okabe and Ito), on white and on black.
const COLOURS: [&str; 8] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#3a9bdc", "#8c6bb1", "#7f7f7f"];
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#222}.title{font-size:16px;\
    font-weight:600}.grid{stroke:#ddd}.paper{fill:#fff}.line{fill:none;stroke-width:2}\
    @media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#3a3a3a}.paper{fill:#161616}}";

/// One figure.
#[derive(Debug)]
pub(crate) struct Plot {
    pub(crate) title: String,
    /// Of values; the unit included.
    pub(crate) label: &'static str,
    /// Values in powers of ten, else from zero on.
    pub(crate) is_log: bool,
    /// Names, and a value for each number of events.
    pub(crate) lines: Vec<(String, Vec<(f64, f64)>)>,
}

/// An axis from its lowest value to its highest.
struct Axis {
    low: f64,
    high: f64,
    is_log: bool,
    /// Where they are drawn.
    from: f64,
    to: f64,
}

impl Axis {
    fn place(&self, value: f64) -> f64 {
        let scaled = |value: f64| if self.is_log { value.log10() } else { value };
        let part = (scaled(value) - scaled(self.low)) / (scaled(self.high) - scaled(self.low));
        self.from + part * (self.to - self.from)
    }

    /// In powers of ten around all of these, or from zero on to a round number.
    fn around(values: impl Iterator<Item = f64>, is_log: bool, from: f64, to: f64) -> Self {
        let (low, high) = values
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if !low.is_finite() || high <= 0.0 {
            (1.0, 10.0)
        } else if is_log {
            // A little beyond a power of ten is that power.
            let (low, high) = ((low * 1.001).log10().floor(), (high / 1.001).log10().ceil());
            (10_f64.powf(low), 10_f64.powf(if high > low { high } else { low + 1.0 }))
        } else {
            let step = step(high);
            (0.0, (high / step).ceil() * step)
        };
        Self { low, high, is_log, from, to }
    }

    fn ticks(&self) -> Vec<f64> {
        if self.is_log {
            let powers = std::iter::successors(Some(self.low), |value| Some(value * 10.0));
            return powers.take_while(|value| *value <= self.high * 1.01).collect();
        }
        let step = step(self.high);
        let steps = std::iter::successors(Some(0.0), |value| Some(value + step));
        steps.take_while(|value| *value <= self.high * 1.001).collect()
    }
}

/// A round number of which about five are in this value.
fn step(high: f64) -> f64 {
    let power = 10_f64.powf((high / 5.0).log10().floor());
    let rounds = [1.0, 2.0, 5.0, 10.0].map(|round| round * power);
    rounds.into_iter().find(|step| high / step <= 6.0).unwrap_or(power * 10.0)
}

impl Plot {
    /// The file.
    pub(crate) fn svg(&self) -> String {
        let shown = |points: &[(f64, f64)]| points.iter().any(|(_, value)| *value > 0.0);
        let lines = || self.lines.iter().filter(move |(_, points)| shown(points));
        let points =
            || lines().flat_map(|(_, points)| points.iter().copied()).filter(|(_, y)| *y > 0.0);
        let x = Axis::around(points().map(|(x, _)| x), true, LEFT, WIDTH - RIGHT);
        let y = Axis::around(points().map(|(_, y)| y), self.is_log, HEIGHT - BOTTOM, TOP);
        let height = HEIGHT + LEGEND_LINE * lines().count().div_ceil(2) as f64;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{0}\">\n<style>{STYLE}</style>\n\
             <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
             <text class=\"title\" x=\"{LEFT}\" y=\"24\">{0}</text>\n",
            escaped(&self.title)
        );
        self.axes(&mut out, &x, &y);
        for (number, (name, points)) in lines().enumerate() {
            let colour = COLOURS[number % COLOURS.len()];
            let drawn = points.iter().filter(|(_, value)| *value > 0.0);
            let places: Vec<(f64, f64)> =
                drawn.map(|(events, value)| (x.place(*events), y.place(*value))).collect();
            let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let (column, row) = (number % 2, number / 2);
            let at = (LEFT + column as f64 * 320.0, HEIGHT + row as f64 * LEGEND_LINE);
            let mut shapes = format!(
                "<polyline class=\"line\" stroke=\"{colour}\" points=\"{}\"/>\n\
                 <rect x=\"{:.1}\" y=\"{:.1}\" width=\"16\" height=\"4\" fill=\"{colour}\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
                path.join(" "),
                at.0,
                at.1 - 6.0,
                at.0 + 24.0,
                at.1,
                escaped(name)
            );
            for (x, y) in places {
                put(
                    &mut shapes,
                    format_args!(
                        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>\n"
                    ),
                );
            }
            out += &shapes;
        }
        out + "</svg>\n"
    }

    fn axes(&self, out: &mut String, x: &Axis, y: &Axis) {
        for value in x.ticks() {
            let place = x.place(value);
            put(
                out,
                format_args!(
                    "<line class=\"grid\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{TOP}\" y2=\"{0}\"/>\n\
                 <text x=\"{place:.1}\" y=\"{1}\" text-anchor=\"middle\">{2}</text>\n",
                    HEIGHT - BOTTOM,
                    HEIGHT - BOTTOM + 18.0,
                    told(value)
                ),
            );
        }
        for value in y.ticks() {
            let place = y.place(value);
            put(
                out,
                format_args!(
                    "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{0}\" y1=\"{place:.1}\" y2=\"{place:.1}\"/>\n\
                 <text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{3}</text>\n",
                    WIDTH - RIGHT,
                    LEFT - 6.0,
                    place + 4.0,
                    told(value)
                ),
            );
        }
        put(
            out,
            format_args!(
                "<text x=\"{LEFT}\" y=\"{}\">{}</text>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">events in the ledger</text>\n",
                TOP - 6.0,
                escaped(self.label),
                WIDTH - RIGHT,
                HEIGHT - BOTTOM + 34.0
            ),
        );
    }
}

/// A String takes everything.
fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(text);
    debug_assert!(written.is_ok());
}

/// A number on an axis.
fn told(value: f64) -> String {
    match value {
        _ if value >= 1e6 => format!("{} M", value / 1e6),
        _ if value >= 1e3 => format!("{} k", value / 1e3),
        _ if value >= 1.0 || value <= 0.0 => format!("{value:.0}"),
        _ => format!("{}", (value * 1e6).round() / 1e6),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_points_and_its_name() {
        let line = vec![(1e5, 0.4), (1e6, 3.0), (1e7, 25.0)];
        for is_log in [false, true] {
            let lines = vec![("p50 & more".to_owned(), line.clone()), ("p99".to_owned(), vec![])];
            let plot = Plot { title: "a < b".to_owned(), label: "ms", is_log, lines };
            let svg = plot.svg();
            assert_eq!(svg.matches("<circle").count(), 3, "{svg}");
            assert!(svg.contains("a &lt; b") && svg.contains("p50 &amp; more"), "{svg}");
            assert!(!svg.contains("p99") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            for tick in ["100 k", "1 M", "10 M"] {
                assert!(svg.contains(&format!(">{tick}<")), "{tick}: {svg}");
            }
        }
    }

    #[test]
    fn axes_hold_all_values() {
        let values = [0.03, 7.0, 812.0];
        for is_log in [false, true] {
            let axis = Axis::around(values.into_iter(), is_log, 0.0, 100.0);
            assert!(values.iter().all(|value| (0.0..=100.0).contains(&axis.place(*value))));
            assert!((3..=8).contains(&axis.ticks().len()), "{:?}", axis.ticks());
        }
        assert!(Axis::around(std::iter::empty(), true, 0.0, 1.0).place(2.0).is_finite());
    }
}
