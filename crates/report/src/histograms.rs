//! The histograms of velocities that a description leaves beside its table, next to the Gaussian of the same temperature.

use crate::ReportError;
use crate::curves;
use crate::descriptions::DESCRIPTIONS;
use crate::format::number;
use crate::plot::{Anchor, Curve, Drawing, Label, Paint, Panel, Pen, Scale};
use std::f64::consts::PI;
use std::path::Path;

/// Cells along an axis of a drawn plane, at most.
const CELLS: usize = 48;
/// What stands out of its noise by fewer standard errors is left blank.
const CLEAR: f64 = 2.0;
/// Density above the Gaussian's and below it, by places in the table of descriptions.
const MORE: Paint = Paint::Curve(1);
const LESS: Paint = Paint::Curve(0);

/// The last histograms of one description; velocities in units of `(T/m)^(1/2)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Histograms {
    /// Whose: the place in [`DESCRIPTIONS`].
    pub(crate) description: usize,
    pub(crate) time: f64,
    speed: Vec<f64>,
    density: Vec<f64>,
    /// Empty with one replica.
    error: Vec<f64>,
    planes: Option<Planes>,
}

/// Densities of `(x, y)`, `(x, z)` and `(y, z)`, the first axis slowest.
#[derive(Clone, Debug, PartialEq)]
struct Planes {
    /// The middles of the cells along an axis.
    axis: Vec<f64>,
    density: [Vec<f64>; 3],
    error: Option<[Vec<f64>; 3]>,
}

/// The rows of the last time of a table, by column; `None` where the file is not there or has no rows.
fn last_rows(path: &Path, wanted: &[&str]) -> Result<Option<Vec<Option<Vec<f64>>>>, ReportError> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(|source| ReportError::Read { path: path.to_owned(), source })?;
    let fault =
        |line: u64, column: usize, problem: String| ReportError::Table { path: path.to_owned(), line, column, problem };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let broken = |error: csv::Error| fault(error.position().map_or(1, csv::Position::line), 1, error.to_string());
    let names: Vec<String> = reader.headers().map_err(broken)?.iter().map(|name| name.trim().to_owned()).collect();
    let places: Vec<Option<usize>> = wanted.iter().map(|name| names.iter().position(|found| found == name)).collect();
    for (name, place) in wanted.iter().zip(&places).filter(|(name, _)| !name.ends_with("_se")) {
        if place.is_none() {
            return Err(fault(1, names.len() + 1, format!("the column `{name}` is missing")));
        }
    }
    let mut columns: Vec<Option<Vec<f64>>> = places.iter().map(|place| place.map(|_| Vec::new())).collect();
    let mut time = f64::NEG_INFINITY;
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut row = Vec::with_capacity(places.len());
        for place in places.iter().flatten() {
            let field = record.get(*place).unwrap_or("").trim();
            let value: f64 = field
                .parse()
                .map_err(|_| fault(line, place + 1, format!("`{field}` in `{}` is not a number", names[*place])))?;
            row.push(value);
        }
        // `time` comes first.
        if row[0] > time {
            time = row[0];
            columns.iter_mut().flatten().for_each(Vec::clear);
        }
        columns.iter_mut().flatten().zip(row).for_each(|(column, value)| column.push(value));
    }
    Ok((time > f64::NEG_INFINITY).then_some(columns))
}

impl Histograms {
    /// Of every description that has some.
    ///
    /// # Errors
    /// [`ReportError::Read`]; [`ReportError::Table`] with the line and the column.
    pub(crate) fn read(directory: &Path) -> Result<Vec<Self>, ReportError> {
        let mut all = Vec::new();
        for (description, style) in DESCRIPTIONS.iter().enumerate() {
            let radial = directory.join(format!("{}.radial.csv", style.name));
            let Some(columns) = last_rows(&radial, &["time", "speed", "density", "density_se"])? else { continue };
            let [time, speed, density, error] = columns.try_into().unwrap_or_default();
            let time = time.and_then(|time: Vec<f64>| time.first().copied()).unwrap_or(0.0);
            let (speed, density, error) =
                (speed.unwrap_or_default(), density.unwrap_or_default(), error.unwrap_or_default());
            let planes = Planes::read(&directory.join(format!("{}.planes.csv", style.name)))?;
            all.push(Self { description, time, speed, density, error, planes });
        }
        Ok(all)
    }
    /// The density over the speed, and what it is of the Gaussian's.
    pub(crate) fn panels(&self) -> Vec<Panel> {
        let name = DESCRIPTIONS[self.description].name;
        let gaussian = |c: f64| (2.0 * PI).powf(-1.5) * (-0.5 * c * c).exp();
        let panel = |heading: &str, words: &str, scale: Scale| Panel {
            heading: Label::parse(heading),
            words: words.to_owned(),
            x_label: Label::parse("|*c*|"),
            curves: Vec::new(),
            scale,
            marks: Vec::new(),
            key: Vec::new(),
        };
        let curve = |x: Vec<f64>, y: Vec<f64>, error: Vec<f64>| Curve {
            description: Some(self.description),
            title: name.to_owned(),
            pen: curves::pen(self.description),
            x,
            y,
            error,
        };
        let dotted = Pen { paint: Paint::Muted, width: 1.2, dash: &[2.0, 2.5] };
        let maxwell = |level: &dyn Fn(f64) -> f64, x: &[f64]| Curve {
            description: None,
            title: "Gaussian".to_owned(),
            pen: dotted,
            x: x.to_vec(),
            y: x.iter().map(|&c| level(c)).collect(),
            error: Vec::new(),
        };
        let seen: Vec<usize> = (0..self.speed.len()).filter(|&k| self.density[k] > 0.0).collect();
        let pick = |values: &[f64], of: &[usize]| -> Vec<f64> {
            if values.is_empty() { Vec::new() } else { of.iter().map(|&k| values[k]).collect() }
        };
        // A logarithmic axis has no place for what is mostly noise.
        let clear: Vec<usize> = seen
            .into_iter()
            .filter(|&k| self.error.get(k).is_none_or(|error| *error < 0.5 * self.density[k]))
            .collect();
        let speed = pick(&self.speed, &clear);
        let low = pick(&self.density, &clear).into_iter().fold(f64::INFINITY, f64::min);
        let drawn: Vec<f64> = speed.iter().copied().filter(|&c| gaussian(c) > 0.5 * low).collect();
        let mut density =
            panel("Density over the speed, *c* = *w*/(*T*/*m*)^{1/2}", "Density over the speed", Scale::Automatic);
        density.curves.push(maxwell(&gaussian, &drawn));
        density.curves.push(curve(speed, pick(&self.density, &clear), pick(&self.error, &clear)));
        density.key.push((dotted, Label::plain("Gaussian of this temperature")));
        // Where the ratio is still a number to read: a tenth of itself known.
        let fine: Vec<usize> = clear
            .into_iter()
            .filter(|&k| self.error.get(k).is_none_or(|error| *error < 0.1 * self.density[k]))
            .take_while(|&k| self.density[k] < 20.0 * gaussian(self.speed[k]))
            .collect();
        let ratio = |values: &[f64]| -> Vec<f64> {
            pick(values, &fine).iter().zip(&fine).map(|(v, &k)| v / gaussian(self.speed[k])).collect()
        };
        let speed = pick(&self.speed, &fine);
        let mut excess =
            panel("Density over that of the Gaussian", "Density over that of the Gaussian", Scale::Automatic);
        excess.curves.push(maxwell(&|_| 1.0, &speed));
        excess.curves.push(curve(speed, ratio(&self.density), ratio(&self.error)));
        vec![density, excess]
    }
    /// The excess over the Gaussian in the three planes, drawn.
    pub(crate) fn planes(&self, size: f64) -> Vec<(Drawing, String)> {
        let Some(planes) = &self.planes else { return Vec::new() };
        let axes = [("x", "y"), ("x", "z"), ("y", "z")];
        (0..3)
            .map(|which| (planes.draw(which, axes[which], size), format!("Plane {}{}", axes[which].0, axes[which].1)))
            .collect()
    }
}

impl Planes {
    fn read(path: &Path) -> Result<Option<Self>, ReportError> {
        let wanted = ["time", "first", "second", "xy", "xz", "yz", "xy_se", "xz_se", "yz_se"];
        let Some(columns) = last_rows(path, &wanted)? else { return Ok(None) };
        let [_, _, Some(second), Some(xy), Some(xz), Some(yz), a, b, c]: [Option<Vec<f64>>; 9] =
            columns.try_into().unwrap_or_default()
        else {
            return Ok(None);
        };
        let count = second.len().isqrt();
        if count < 2 || count * count != second.len() {
            let problem = format!("{} cells are no square: is the file cut off?", second.len());
            return Err(ReportError::Table { path: path.to_owned(), line: 2, column: 1, problem });
        }
        let error = if let (Some(a), Some(b), Some(c)) = (a, b, c) { Some([a, b, c]) } else { None };
        Ok(Some(Self { axis: second[..count].to_vec(), density: [xy, xz, yz], error }))
    }
    /// Squares whose strength is the difference from the Gaussian, relative to the largest.
    fn draw(&self, which: usize, (first, second): (&str, &str), size: f64) -> Drawing {
        const LEFT: f64 = 30.0;
        const TOP: f64 = 34.0;
        const BELOW: f64 = 34.0;
        let count = self.axis.len();
        let block = count.div_ceil(CELLS);
        let blocks = count / block;
        let width = self.axis[1] - self.axis[0];
        let gaussian = |x: f64, y: f64| (-0.5 * (x * x + y * y)).exp() / (2.0 * PI);
        let mut cells = Vec::new();
        for i in 0..blocks {
            for j in 0..blocks {
                let (mut sum, mut squares) = (0.0, 0.0);
                for a in i * block..(i + 1) * block {
                    for b in j * block..(j + 1) * block {
                        sum += self.density[which][a * count + b] - gaussian(self.axis[a], self.axis[b]);
                        squares += self.error.as_ref().map_or(0.0, |error| error[which][a * count + b].powi(2));
                    }
                }
                let number = (block * block) as f64;
                if sum.abs() > CLEAR * squares.sqrt() {
                    cells.push((i, j, sum / number));
                }
            }
        }
        let largest = cells.iter().map(|cell| cell.2.abs()).fold(0.0, f64::max);
        let mut drawing = Drawing::new(size + LEFT + 8.0, size + TOP + BELOW);
        drawing.text(
            (LEFT, 20.0),
            Label::parse(&format!("Excess over the Gaussian, at most {}", number(largest, 2))),
            11.0,
            Anchor::Start,
            Paint::Ink,
        );
        let side = size / blocks as f64;
        for (i, j, excess) in cells {
            let (x, y) = (LEFT + i as f64 * side, TOP + size - (j + 1) as f64 * side);
            let corners = vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side)];
            // A root, so that the wings are seen beside the core.
            drawing.area(corners, if excess > 0.0 { MORE } else { LESS }, (excess.abs() / largest).sqrt());
        }
        let (right, bottom) = (LEFT + size, TOP + size);
        let frame = vec![(LEFT, TOP), (right, TOP), (right, bottom), (LEFT, bottom), (LEFT, TOP)];
        drawing.line(frame, Pen::solid(Paint::Muted, 0.8));
        let range = 0.5 * (width * count as f64);
        for (place, value) in [(0.0, -range), (0.5, 0.0), (1.0, range)] {
            let text = || Label::plain(&number(value, 3));
            drawing.text((LEFT + place * size, bottom + 13.0), text(), 9.5, Anchor::Middle, Paint::Muted);
            drawing.text((LEFT - 4.0, bottom - place * size + 3.0), text(), 9.5, Anchor::End, Paint::Muted);
        }
        let axis = |name: &str| Label::parse(&format!("*c_{name}*"));
        drawing.text((LEFT + 0.5 * size, bottom + 28.0), axis(first), 11.0, Anchor::Middle, Paint::Ink);
        drawing.text((LEFT - 14.0, TOP + 0.25 * size), axis(second), 11.0, Anchor::End, Paint::Ink);
        drawing
    }
}
