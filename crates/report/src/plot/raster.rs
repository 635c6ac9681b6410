//! A drawing as PNG, rasterised by kuva with its built-in DejaVu Sans.

use super::drawing::{Anchor, Drawing, Point, Shape};
use super::label::Label;
use super::theme;
use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor, TextSpan};

/// Pixels per unit of the drawing.
const SCALE: f64 = 2.0;

/// The drawing as the bytes of a PNG file, on white.
///
/// # Errors
/// The rasteriser's message.
pub(crate) fn render(drawing: &Drawing) -> Result<Vec<u8>, String> {
    let mut scene = Scene::new(SCALE * drawing.width, SCALE * drawing.height);
    for shape in &drawing.shapes {
        add(&mut scene, shape);
    }
    kuva::RasterBackend::new().with_scale(1.0).render_scene(&scene)
}

fn add(scene: &mut Scene, shape: &Shape) {
    match shape {
        Shape::Line { points, pen } => {
            let pieces = if pen.dash.is_empty() { vec![points.clone()] } else { dashes(points, pen.dash) };
            for points in pieces {
                scene.add(Primitive::PolyLine {
                    points: points.into_iter().map(scaled).collect(),
                    stroke: rgb(theme::light(pen.paint)),
                    stroke_width: SCALE * pen.width,
                    stroke_dasharray: None,
                });
            }
        }
        Shape::Area { points, paint, opacity } => {
            let mut d = String::new();
            for (index, &point) in points.iter().enumerate() {
                let (x, y) = scaled(point);
                d += &format!("{}{x:.2} {y:.2} ", if index == 0 { 'M' } else { 'L' });
            }
            scene.add(Primitive::Path(Box::new(PathData {
                d: d + "Z",
                fill: Some(rgb(theme::light(*paint))),
                stroke: Color::None,
                stroke_width: 0.0,
                opacity: Some(*opacity),
                stroke_dasharray: None,
            })));
        }
        Shape::Text { at, label, size, anchor, paint } => {
            text(scene, *at, label, *size, *anchor, &rgb(theme::light(*paint)));
        }
        Shape::Clip(frame) => scene.add(Primitive::ClipStart {
            x: SCALE * frame.x,
            y: SCALE * frame.y,
            width: SCALE * frame.width,
            height: SCALE * frame.height,
            id: String::new(),
        }),
        Shape::Unclip => scene.add(Primitive::ClipEnd),
        Shape::Open { .. } | Shape::Close | Shape::Link(_) | Shape::Unlink => {}
    }
}

/// Each run on its own: kuva knows neither sub- nor superscripts.
fn text(scene: &mut Scene, at: Point, label: &Label, size: f64, anchor: Anchor, color: &Color) {
    let mut x = at.0
        - match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5 * label.width(size),
            Anchor::End => label.width(size),
        };
    for run in label.runs() {
        let (left, baseline) = scaled((x, at.1 + run.drop(size)));
        let mut span = TextSpan::plain(run.text.as_str());
        (span.bold, span.italic) = (run.bold, run.italic);
        scene.add(Primitive::RichText {
            x: left,
            y: baseline,
            spans: vec![span],
            size: (SCALE * run.size(size)).round() as u32,
            anchor: TextAnchor::Start,
            color: Some(color.clone()),
        });
        x += run.width(size);
    }
}

fn scaled((x, y): Point) -> Point {
    (SCALE * x, SCALE * y)
}

fn rgb([r, g, b]: [u8; 3]) -> Color {
    Color::Rgb(r, g, b)
}

/// Cuts a polyline into its dashes; the pattern runs on through the corners.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let mut current: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut index, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            length -= left;
            if index % 2 == 0 {
                current.push(from);
                pieces.push(core::mem::take(&mut current));
            } else {
                current = vec![from];
            }
            index = (index + 1) % pattern.len();
            left = pattern[index];
        }
        left -= length;
        if index % 2 == 0 {
            current.push(to);
        }
    }
    pieces.push(current);
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_run_through_corners() {
        let corner = [(0.0, 0.0), (3.0, 0.0), (3.0, 4.0)];
        let pieces = dashes(&corner, &[4.0, 1.0]);
        assert_eq!(pieces, vec![vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 2.0), (3.0, 4.0)]]);
    }

    #[test]
    fn a_drawing_becomes_a_png() {
        let mut drawing = Drawing::new(20.0, 10.0);
        drawing.text((0.0, 8.0), Label::parse("*T*_x"), 8.0, Anchor::Start, super::super::drawing::Paint::Ink);
        let bytes = render(&drawing).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
    }
}
