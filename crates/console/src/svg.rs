//! From layers and rows to pixels. The template `drawing.html` writes what this module measures.

use std::fmt::Write;

use crate::Lang;
use crate::drawing::{DRAWING_UNITS_MAX, Drawing, Edge, Group, GroupKind, Node, NodeKind};
use crate::format;
use crate::link;
use crate::text::{self, Text};
use crate::trace::Grade;

/// Pixels of a box; [`NodeKind::outline`] is drawn for exactly these.
const NODE: (f64, f64) = (204.0, 54.0);
/// Pixels from one layer, and from one row, to the next.
const PITCH: (f64, f64) = (300.0, 80.0);
/// Pixels around the picture: room for the ring and the tag of the start.
const MARGIN: (f64, f64) = (14.0, 30.0);
/// Pixels that the arrow head takes before the box.
const HEAD: f64 = 7.0;
/// Text that fits, in columns (a Chinese character takes two).
const LABEL_COLUMNS_MAX: usize = 23;
const SUBLABEL_COLUMNS_MAX: usize = 28;
const EDGE_LABEL_COLUMNS_MAX: usize = 13;

/// The picture in pixels.
pub(crate) struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) boxes: Vec<Block>,
    pub(crate) lines: Vec<Line>,
}

/// A box in pixels.
pub(crate) struct Block {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) class: String,
    pub(crate) outline: &'static str,
    pub(crate) ribs: &'static str,
    pub(crate) label: String,
    pub(crate) sublabel: String,
    pub(crate) tip: String,
    pub(crate) href: Option<String>,
    pub(crate) start: bool,
    pub(crate) stacked: bool,
    pub(crate) suspected: bool,
}

/// A line in pixels.
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) class: &'static str,
    pub(crate) label: String,
    pub(crate) label_x: f64,
    pub(crate) label_y: f64,
}

/// Measures a drawing. `open` is the page that opens the box of a lot.
pub(crate) fn scene(drawing: &Drawing, open: &dyn Fn(&str) -> String, lang: Lang) -> Scene {
    let points = drawing.edges.iter().flat_map(|edge| edge.points.iter().copied());
    let nodes = drawing.nodes.iter().map(|node| (node.x, node.y));
    let last = (unit(drawing.width - 1.0), unit(drawing.height - 1.0));
    let (layers, rows) = nodes
        .chain(points)
        .fold(last, |rim, (x, y)| (f64::max(rim.0, unit(x)), f64::max(rim.1, unit(y))));
    let text = Text::of(lang);
    Scene {
        width: (layers * PITCH.0 + NODE.0 + 2.0 * MARGIN.0).round(),
        height: (rows * PITCH.1 + NODE.1 + 2.0 * MARGIN.1).round(),
        boxes: drawing.nodes.iter().map(|node| boxed(node, open, text, lang)).collect(),
        lines: drawing.edges.iter().filter_map(line).collect(),
    }
}

/// A coordinate that can be drawn, whatever came in.
fn unit(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, DRAWING_UNITS_MAX) } else { 0.0 }
}

/// Centre of a place in pixels.
fn centre((x, y): (f64, f64)) -> (f64, f64) {
    let across = unit(x) * PITCH.0 + NODE.0 / 2.0 + MARGIN.0;
    let down = unit(y) * PITCH.1 + NODE.1 / 2.0 + MARGIN.1;
    (across.round(), down.round())
}

fn boxed(node: &Node, open: &dyn Fn(&str) -> String, text: &Text, lang: Lang) -> Block {
    let (x, y) = centre((node.x, node.y));
    let start = if node.start { " start" } else { "" };
    let group = node.group.as_ref();
    let sublabel = group.map_or_else(|| node.sublabel.clone(), |group| group.word(text));
    let href = match group {
        Some(group) => group.opens.then(|| open(&node.id)),
        None => node.href.clone(),
    };
    let href = href.as_deref().and_then(link::local);
    Block {
        x: x - NODE.0 / 2.0,
        y: y - NODE.1 / 2.0,
        class: format!("{} {}{start}", node.kind.class(), node.grade.class()),
        outline: node.kind.outline(),
        ribs: node.kind.ribs(),
        label: format::cut(&node.label, LABEL_COLUMNS_MAX),
        tip: tip(node, &sublabel, text),
        sublabel: format::cut(&sublabel, SUBLABEL_COLUMNS_MAX),
        href: href.map(|href| link::with_lang(href, lang)),
        start: node.start,
        stacked: group.is_some(),
        suspected: node.grade == Grade::Suspected,
    }
}

/// All that is known of a box; of several lots the first by name.
fn tip(node: &Node, sublabel: &str, text: &Text) -> String {
    let mut tip = String::new();
    let mut say = |part: &str| {
        if !part.is_empty() {
            write!(tip, "{part} · ").ok();
        }
    };
    say(&node.label);
    say(sublabel);
    match &node.group {
        Some(group) => {
            group.members.iter().for_each(|member| say(member));
            if (group.members.len() as u64) < group.lots {
                say(&text::fill(&text.group_more, &[("lots", &format::count(group.lots))]));
            }
        }
        None => say(&node.id),
    }
    tip.push_str(node.grade.word(text));
    tip
}

impl Group {
    fn word(&self, text: &Text) -> String {
        let phrase = match self.kind {
            GroupKind::Chain => &text.group_chain,
            GroupKind::Alike => &text.group_alike,
            GroupKind::Merged => &text.group_merged,
        };
        text::fill(phrase, &[("lots", &format::count(self.lots))])
    }
}

/// A smooth line: level past every free place, one curve from layer to layer.
fn line(edge: &Edge) -> Option<Line> {
    let centres: Vec<(f64, f64)> = edge.points.iter().map(|point| centre(*point)).collect();
    let steps: Vec<_> = centres.iter().zip(centres.iter().skip(1)).collect();
    let last = steps.len().checked_sub(1)?;
    let half = NODE.0 / 2.0;
    let mut path = String::new();
    let mut label_at = None;
    for (at, (from, to)) in steps.into_iter().enumerate() {
        // A line to the left leaves and arrives on the other sides; within one layer it bows out
        // on the right.
        let (out, into) = match from.0.total_cmp(&to.0) {
            std::cmp::Ordering::Less => (half, -half),
            std::cmp::Ordering::Equal => (half, half),
            std::cmp::Ordering::Greater => (-half, half),
        };
        let head = if at == last { HEAD.copysign(into) } else { 0.0 };
        let (x0, x1) = (from.0 + out, to.0 + into + head);
        let bend = ((x1 - x0).abs() / 2.0).max(HEAD * 5.0);
        let (c0, c1) = (x0 + bend.copysign(out), x1 + bend.copysign(into));
        let joint = if at == 0 { 'M' } else { 'L' };
        write!(path, "{joint}{x0} {}C{c0} {} {c1} {} {x1} {}", from.1, from.1, to.1, to.1).ok();
        // Nearer to the source, so that lines that cross or meet keep their texts apart.
        label_at.get_or_insert_with(|| {
            (bezier(0.42, [x0, c0, c1, x1]), bezier(0.42, [from.1, from.1, to.1, to.1]))
        });
    }
    let (label_x, label_y) = label_at?;
    Some(Line {
        path,
        class: edge.grade.class(),
        label: format::cut(&edge.label, EDGE_LABEL_COLUMNS_MAX),
        label_x: label_x.round(),
        label_y: label_y.round(),
    })
}

/// One coordinate of a cubic curve at `t` (0 to 1).
fn bezier(t: f64, [p0, p1, p2, p3]: [f64; 4]) -> f64 {
    let s = 1.0 - t;
    s * s * s * p0 + 3.0 * s * s * t * p1 + 3.0 * s * t * t * p2 + t * t * t * p3
}

impl NodeKind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Lot => "lot",
            Self::Pack => "pack",
            Self::Container => "container",
            Self::Step => "step",
            Self::Sale => "sale",
            Self::Missing => "missing",
        }
    }

    pub(crate) fn word(self, text: &Text) -> &str {
        match self {
            Self::Source => &text.shape_source,
            Self::Lot => &text.shape_lot,
            Self::Pack => &text.shape_pack,
            Self::Container => &text.shape_container,
            Self::Step => &text.shape_step,
            Self::Sale => &text.shape_sale,
            Self::Missing => &text.shape_missing,
        }
    }

    /// Outline as path data, 204 by 54 pixels.
    pub(crate) fn outline(self) -> &'static str {
        match self {
            Self::Source => {
                "M8 0H186Q189 0 191 3L204 27L191 51Q189 54 186 54H8Q0 54 0 46V8Q0 0 8 0Z"
            }
            Self::Lot | Self::Missing => {
                "M8 0H196Q204 0 204 8V46Q204 54 196 54H8Q0 54 0 46V8Q0 0 8 0Z"
            }
            Self::Pack => "M27 0H177A27 27 0 0 1 177 54H27A27 27 0 0 1 27 0Z",
            Self::Container => "M0 0H204V54H0Z",
            Self::Step => "M14 0H190L204 27L190 54H14L0 27Z",
            Self::Sale => "M0 0H196Q204 0 204 8V46Q204 54 196 54H0L13 27Z",
        }
    }

    /// Lines inside the outline: the ribs of a crate.
    pub(crate) fn ribs(self) -> &'static str {
        if self == Self::Container { "M7 0V54M197 0V54" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(points: &[(f64, f64)]) -> Edge {
        Edge { points: points.to_vec(), grade: Grade::Definite, label: "5 kg".to_owned() }
    }

    #[test]
    fn a_line_runs_from_rim_to_rim() {
        let line = line(&edge(&[(0.0, 0.0), (1.0, 1.0)])).unwrap();
        assert_eq!(line.path, "M218 57C262.5 57 262.5 137 307 137");
        assert!(218.0 < line.label_x && line.label_x < 307.0);
    }

    #[test]
    fn lines_pass_free_places_level_and_may_run_back() {
        let through = line(&edge(&[(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)])).unwrap();
        assert!(through.path.contains("137L518 137"), "{}", through.path);
        let back = line(&edge(&[(1.0, 0.0), (0.0, 0.0)])).unwrap();
        assert!(back.path.starts_with("M314 57"), "{}", back.path);
        assert!(line(&edge(&[(1.0, 0.0), (1.0, 1.0)])).is_some());
    }

    #[test]
    fn no_coordinate_breaks_the_picture() {
        assert!(line(&edge(&[])).is_none());
        assert!(line(&edge(&[(0.0, 0.0)])).is_none());
        let odd = [(f64::NAN, f64::INFINITY), (-3.0, 1e300), (f64::MIN, f64::MAX)];
        let drawing = Drawing {
            edges: vec![edge(&odd)],
            width: f64::NAN,
            height: -1.0,
            ..Drawing::default()
        };
        let scene = scene(&drawing, &|_| String::new(), Lang::Zh);
        assert!(scene.width.is_finite() && scene.height.is_finite());
        let path = scene.lines.first().unwrap().path.as_str();
        assert!(!path.contains("NaN") && !path.contains("inf"), "{path}");
    }
}
