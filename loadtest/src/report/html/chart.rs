//! A chart as SVG: axes, lines, limits, and the stages behind them.

use std::fmt::Write;

use shikaku::language::Bilingual;
use unicode_width::UnicodeWidthStr;

use super::scale::Scale;
use super::words::{both, escaped, in_both};

/// A chart. A legend names its lines; each differs from the others by colour, dashes and markers.
pub(super) struct Chart {
    /// Unique in the page, of letters and hyphens.
    pub id: &'static str,
    pub title: Bilingual,
    /// What it shows and how to read it.
    pub what: Bilingual,
    /// The unit of the vertical axis.
    pub unit: Bilingual,
    /// What the horizontal axis shows.
    pub along: Bilingual,
    pub x: Scale,
    pub y: Scale,
    pub lines: Vec<Line>,
    pub limits: Vec<LimitLine>,
    /// The stages, if the chart goes along the time.
    pub spans: Vec<Span>,
}

/// A line, with a gap where there is no value.
pub(super) struct Line {
    pub name: Bilingual,
    pub points: Vec<(f64, Option<f64>)>,
}

/// A horizontal line that should not be crossed.
pub(super) struct LimitLine {
    pub name: Bilingual,
    pub value: f64,
}

/// A stage in its time, in seconds from the beginning of the run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub name: String,
    pub from: f64,
    pub to: f64,
    pub warm_up: bool,
    /// The number of the round, if it begins with this stage and there are several.
    pub round: Option<usize>,
}

pub(super) const WIDTH: f64 = 640.0;
pub(super) const HEIGHT: f64 = 280.0;
pub(super) const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 44.0;
/// The most points of a line at which each has a marker.
const MOST_MARKED: usize = 40;
/// About the width of a letter of the small text.
const LETTER: f64 = 6.8;

impl Chart {
    /// Writes the chart as a figure.
    pub fn figure(&self) -> String {
        let id = self.id;
        let mut html =
            format!("<figure class=\"chart\" id=\"{id}\">\n<figcaption><h3 id=\"{id}-title\">{}</h3>", both(&self.title));
        html += &format!("<p class=\"quiet\" id=\"{id}-what\">{}</p></figcaption>\n<div class=\"key\">", both(&self.what));
        for (place, line) in self.lines.iter().enumerate() {
            html += &format!("<span class=\"entry\">{}{}</span>", sample(place), both(&line.name));
        }
        if !self.limits.is_empty() {
            let sample = "<svg viewBox=\"0 0 34 12\" class=\"sample\" aria-hidden=\"true\"><path class=\"limit\" d=\"M0 6H34\"/></svg>";
            html += &format!("<span class=\"entry\">{sample}{}</span>", both(&("limit", "上限").into()));
        }
        if self.spans.iter().any(|span| span.warm_up) {
            let sample = "<svg viewBox=\"0 0 34 12\" class=\"sample\" aria-hidden=\"true\"><rect class=\"warm\" width=\"34\" height=\"12\"/></svg>";
            html += &format!("<span class=\"entry\">{sample}{}</span>", both(&("warm-up", "ウォームアップ").into()));
        }
        html += "</div>\n";
        html += &self.svg();
        html += "</figure>\n";
        html
    }

    fn svg(&self) -> String {
        let id = self.id;
        let mut svg = format!(
            "<div class=\"scroll\"><svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-title\" \
             aria-describedby=\"{id}-what\">"
        );
        svg += &in_both("title", "", &self.title);
        svg += &in_both("desc", "", &self.what);
        self.draw(&mut svg);
        svg += "</svg></div>\n";
        svg
    }

    fn draw(&self, svg: &mut String) {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for span in &self.spans {
            self.span(svg, span);
        }
        for (value, name) in self.y.ticks() {
            let y = self.y_of(value);
            *svg += &format!("<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>");
            *svg += &text("end", LEFT - 6.0, y + 4.0, &escaped(&name));
        }
        for (value, name) in self.x.ticks() {
            let x = self.x_of(value);
            *svg += &format!("<path class=\"grid\" d=\"M{x:.1} {bottom}v5\"/>");
            let anchor = if x > right - 20.0 { "end" } else { "middle" };
            *svg += &text(anchor, x.min(right), bottom + 18.0, &escaped(&name));
        }
        *svg += &format!("<path class=\"axis\" d=\"M{LEFT} {TOP}V{bottom}H{right}\"/>");
        *svg += &in_both("text", &format!(" class=\"unit\" x=\"4\" y=\"{:.1}\"", TOP - 34.0), &self.unit);
        *svg += &in_both(
            "text",
            &format!(" class=\"unit\" text-anchor=\"end\" x=\"{right}\" y=\"{:.1}\"", HEIGHT - 6.0),
            &self.along,
        );
        for limit in &self.limits {
            let y = self.y_of(limit.value);
            *svg += &format!("<path class=\"limit\" d=\"M{LEFT} {y:.1}H{right}\"/>");
            let attributes =
                format!(" class=\"unit bad\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\"", right - 4.0, y - 4.0);
            *svg += &in_both("text", &attributes, &limit.name);
        }
        for (place, line) in self.lines.iter().enumerate() {
            *svg += &format!("<g class=\"line line-{place}\">{}</g>", self.line(place, line));
        }
    }

    fn x_of(&self, value: f64) -> f64 {
        LEFT + self.x.place(value) * (WIDTH - RIGHT - LEFT)
    }

    fn y_of(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.y.place(value) * (HEIGHT - BOTTOM - TOP)
    }

    /// Draws a line as a path, with a marker at each point if there are few, and at each point that stands alone.
    fn line(&self, place: usize, line: &Line) -> String {
        let (mut path, mut markers) = (String::new(), String::new());
        let marked = line.points.iter().filter(|(_, value)| value.is_some()).count() <= MOST_MARKED;
        let value = |index: Option<usize>| index.and_then(|index| line.points.get(index)?.1);
        for (index, (x, _)) in line.points.iter().enumerate() {
            let Some(y) = value(Some(index)) else { continue };
            let (x, y) = (self.x_of(*x), self.y_of(y));
            let follows = value(index.checked_sub(1)).is_some();
            // Writing to a text cannot fail.
            let _ = write!(path, "{}{x:.1} {y:.1}", if follows { 'L' } else { 'M' });
            if marked || !follows && value(Some(index + 1)).is_none() {
                markers += &marker(place, x, y);
            }
        }
        format!("<path d=\"{path}\"/><path class=\"marker\" d=\"{markers}\"/>")
    }

    fn span(&self, svg: &mut String, span: &Span) {
        let (x, to) = (self.x_of(span.from), self.x_of(span.to));
        let (width, bottom) = (to - x, HEIGHT - BOTTOM);
        let class = if span.warm_up { "warm" } else { "stage" };
        *svg += &format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{TOP}\" width=\"{width:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
            bottom - TOP,
            escaped(&span.name)
        );
        let begins_round = span.round.is_some();
        let top = if begins_round { TOP - 30.0 } else { TOP };
        let edge = if begins_round { "round" } else { "edge" };
        *svg += &format!("<path class=\"{edge}\" d=\"M{x:.1} {top}V{bottom}\"/>");
        if span.name.width() as f64 * LETTER <= width - 6.0 {
            *svg += &text("start", x + 4.0, TOP - 5.0, &escaped(&span.name));
        }
        if let Some(number) = span.round {
            let name: Bilingual = (format!("round {number}"), format!("ラウンド{number}")).into();
            *svg += &in_both("text", &format!(" x=\"{:.1}\" y=\"{:.1}\"", x + 4.0, TOP - 19.0), &name);
        }
    }
}

pub(super) fn text(anchor: &str, x: f64, y: f64, safe: &str) -> String {
    format!("<text text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{y:.1}\">{safe}</text>")
}

/// Draws a line of a legend.
fn sample(place: usize) -> String {
    let marker = marker(place, 17.0, 6.0);
    format!(
        "<svg viewBox=\"0 0 34 12\" class=\"sample\" aria-hidden=\"true\"><g class=\"line line-{place}\"><path d=\"M0 6H34\"/><path \
         class=\"marker\" d=\"{marker}\"/></g></svg>"
    )
}

/// Draws a marker, of a shape that goes with the place of the line.
pub(super) fn marker(place: usize, x: f64, y: f64) -> String {
    match place % 4 {
        0 => format!("M{:.1} {y:.1}a3 3 0 1 0 6 0a3 3 0 1 0-6 0z", x - 3.0),
        1 => format!("M{:.1} {:.1}h5.4v5.4h-5.4z", x - 2.7, y - 2.7),
        2 => format!("M{x:.1} {:.1}l3.8 3.8l-3.8 3.8l-3.8-3.8z", y - 3.8),
        _ => format!("M{x:.1} {:.1}l3.6 6.2h-7.2z", y - 3.8),
    }
}

/// Returns the texts of a name in both languages.
pub(super) fn named(english: impl Into<String>, japanese: impl Into<String>) -> Bilingual {
    (english.into(), japanese.into()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(f64, Option<f64>)>) -> Chart {
        Chart {
            id: "test",
            title: named("A & B", "題"),
            what: named("what", "説明"),
            unit: named("ms", "ミリ秒"),
            along: named("time", "時間"),
            x: Scale::Seconds { most: 10.0 },
            y: Scale::Even { most: 100.0 },
            lines: vec![Line { name: named("one", "一"), points }],
            limits: vec![],
            spans: vec![Span { name: "<steady>".to_owned(), from: 0.0, to: 10.0, warm_up: true, round: Some(1) }],
        }
    }

    #[test]
    fn a_line_goes_through_its_points_and_leaves_gaps() {
        // The plot is 564 wide from 64, and 188 high from 236 up.
        let points = vec![(0.0, Some(0.0)), (5.0, Some(50.0)), (6.0, None), (10.0, Some(100.0))];
        let html = chart(points).figure();
        assert!(html.contains("d=\"M64.0 236.0L346.0 142.0M628.0 48.0\""), "{html}");
        let many = (0..100).map(|second| (f64::from(second) / 10.0, (second != 98).then_some(1.0))).collect();
        let html = chart(many).figure();
        let markers = html.split("class=\"marker\" d=\"").nth(2).unwrap().split('"').next().unwrap();
        assert_eq!(markers.matches('z').count(), 1, "only the last one stands alone: {markers}");
    }

    #[test]
    fn texts_are_in_both_languages_and_safe() {
        let html = chart(vec![]).figure();
        assert!(html.contains("<title lang=\"en\">A &amp; B</title><title lang=\"ja\">題</title>"), "{html}");
        assert!(html.contains("&lt;steady&gt;") && !html.contains("<steady>"), "{html}");
        assert!(
            html.contains("class=\"warm\"") && html.contains(">round 1</text>") && html.contains(">ラウンド1</text>"),
            "{html}"
        );
    }
}
