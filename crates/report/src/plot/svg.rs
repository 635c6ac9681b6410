//! A drawing as SVG: colours by the page's variables, or fixed for a file of its own.

use super::drawing::{Anchor, Drawing, Paint, Point, Shape};
use super::label::{Label, Shift};
use super::theme;
use crate::format::escape;
use core::fmt::Write;

/// Where the SVG will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Inside the page, which defines the colours and the fonts.
    Page,
    /// In a file of its own, on white.
    File,
}

/// The drawing as one `<svg>` element; `name` is read out in place of the picture.
pub(crate) fn render(drawing: &Drawing, name: &str, place: Place) -> String {
    let (width, height) = (drawing.width, drawing.height);
    let mut out = String::new();
    let outer = match place {
        Place::Page => String::new(),
        Place::File => {
            format!(
                " xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"{FONTS}\""
            )
        }
    };
    let label = escape(name);
    let _ = write!(out, "<svg{outer} viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">");
    if place == Place::File {
        let _ = write!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
    }
    for shape in &drawing.shapes {
        write_shape(&mut out, shape, place);
    }
    out.push_str("</svg>\n");
    out
}

/// The fonts of the page and of files, in order of preference.
pub(crate) const FONTS: &str = "Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

fn write_shape(out: &mut String, shape: &Shape, place: Place) {
    // Writing into a String cannot fail.
    let _ = match shape {
        Shape::Line { points, pen } => {
            let (color, width) = (color(pen.paint, place), pen.width);
            let _ = write!(out, "<path d=\"{}\" style=\"stroke:{color}\" fill=\"none\"", path(points));
            let _ = write!(out, " stroke-width=\"{width}\" stroke-linejoin=\"round\"");
            if !pen.dash.is_empty() {
                let dash: Vec<String> = pen.dash.iter().map(f64::to_string).collect();
                let _ = write!(out, " stroke-dasharray=\"{}\"", dash.join(" "));
            }
            write!(out, "/>")
        }
        Shape::Area { points, paint, opacity } => {
            let color = color(*paint, place);
            write!(out, "<path d=\"{}Z\" style=\"fill:{color}\" fill-opacity=\"{opacity}\"/>", path(points))
        }
        Shape::Text { at, label, size, anchor, paint } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let (x, y, color) = (round(at.0), round(at.1), color(*paint, place));
            let spans = spans(label, *size);
            write!(out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor} style=\"fill:{color}\">{spans}</text>")
        }
        Shape::Open { class, title } => {
            let class = class.map_or_else(String::new, |class| format!(" class=\"d-{class}\""));
            let title = title.as_ref().map_or_else(String::new, |title| format!("<title>{}</title>", escape(title)));
            write!(out, "<g{class}>{title}")
        }
        Shape::Close => write!(out, "</g>"),
        Shape::Link(target) => write!(out, "<a href=\"#{}\">", escape(target)),
        Shape::Unlink => write!(out, "</a>"),
        // A nested viewport clips without an identifier that would have to be unique in the page.
        Shape::Clip(f) => {
            let (x, y, w, h) = (round(f.x), round(f.y), round(f.width), round(f.height));
            write!(out, "<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" viewBox=\"{x} {y} {w} {h}\">")
        }
        Shape::Unclip => write!(out, "</svg>"),
    };
}

fn color(paint: Paint, place: Place) -> String {
    match (place, theme::variable(paint)) {
        (Place::Page, Some(name)) => format!("var(--{name})"),
        _ => {
            let [r, g, b] = theme::light(paint);
            format!("#{r:02x}{g:02x}{b:02x}")
        }
    }
}

/// Path data with relative coordinates in tenths: the page's bulk.
fn path(points: &[Point]) -> String {
    let mut out = String::with_capacity(8 * points.len());
    let tenths = |v: f64| (10.0 * v).round() as i64;
    let mut last = (0, 0);
    for (index, &(x, y)) in points.iter().enumerate() {
        let here = (tenths(x), tenths(y));
        let letter = if index == 0 { "M" } else { "l" };
        let (dx, dy) = (here.0 - last.0, here.1 - last.1);
        if index > 0 && dx == 0 && dy == 0 {
            continue;
        }
        let _ = write!(out, "{letter}{} {}", dx as f64 / 10.0, dy as f64 / 10.0);
        last = here;
    }
    out
}

fn round(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}

fn spans(label: &Label, size: f64) -> String {
    let mut out = String::new();
    let mut below = 0.0;
    for run in label.runs() {
        let drop = run.drop(size);
        let text = escape(&run.text);
        let mut attributes = String::new();
        if drop != below {
            let _ = write!(attributes, " dy=\"{:.2}\"", drop - below);
        }
        if run.shift != Shift::None {
            let _ = write!(attributes, " font-size=\"{:.2}\"", run.size(size));
        }
        if run.italic {
            attributes.push_str(" font-style=\"italic\"");
        }
        if run.bold {
            attributes.push_str(" font-weight=\"600\"");
        }
        if attributes.is_empty() {
            out.push_str(&text);
        } else {
            let _ = write!(out, "<tspan{attributes}>{text}</tspan>");
        }
        below = drop;
    }
    out
}
