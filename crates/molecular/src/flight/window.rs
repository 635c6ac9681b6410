//! One window of time: its geometry, its length and its cells.

use crate::TranslationGroup;
use omd_flow::{AffineFlow, Matrix3, Vector3};

/// Largest strain in a window, `length |L|`.
const MOST_STRAIN: f64 = 0.1;
/// Spheres up to this many root mean square speeds are found by the cells around their own: in a Maxwellian 97.3 %.
const SLOW: f64 = 1.75;
/// The fastest sphere goes at most so many times as far in a window as a slow one may.
const FASTEST: f64 = 3.0;
/// Cells per sphere at most.
const CELLS_PER_SPHERE: f64 = 1.5;
/// A relative margin on lengths for rounding.
const MARGIN: f64 = 1.0 + 1e-9;

/// What is fixed from the start of a window to its end.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// The time at which it starts.
    pub(crate) start: f64,
    /// Its duration.
    pub(crate) length: f64,
    /// `L` at the start: relative to the start the flow is `F(tau) = I + tau L`.
    pub(crate) gradient: Matrix3<f64>,
    /// Edges at the start and their velocities, columns.
    pub(crate) edges: Matrix3<f64>,
    pub(crate) rates: Matrix3<f64>,
    pub(crate) inverse: Matrix3<f64>,
    /// Of the cell at the start.
    pub(crate) volume: f64,
    /// Norms of the rows of `inverse`: one over the distance between opposite faces.
    pub(crate) slopes: [f64; 3],
    /// Bound of `|F(tau)^-1|` over the window.
    pub(crate) stretch: f64,
    pub(crate) diameter: f64,
    /// How far, pulled back to the start, a slow sphere may get.
    pub(crate) slow: f64,
    /// Cells along the edges.
    pub(crate) cells: [usize; 3],
    /// How many cells away a slow sphere's partner may be.
    pub(crate) span: [i64; 3],
    /// The time since the start at which a lattice vector reaches the diameter.
    pub(crate) closes: Option<f64>,
}

/// What decides how long a window is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) until: f64,
    /// The width of a cell that costs least, length.
    pub(crate) width: f64,
    /// Root mean square and largest peculiar speed, about.
    pub(crate) speed: f64,
    pub(crate) fastest: f64,
}

impl Window {
    pub(crate) fn new(
        flow: &AffineFlow,
        group: &TranslationGroup,
        start: f64,
        diameter: f64,
        spheres: usize,
        may_close: bool,
        pace: &Pace,
    ) -> Self {
        let gradient = flow.velocity_gradient(start);
        let (edges, rates) = (group.edges(start), group.edge_rates());
        let inverse = edges.try_inverse().unwrap_or_else(Matrix3::identity);
        let rate = gradient.norm();
        let free = 0.5 * (pace.width - diameter);
        let longest = (free / (SLOW * pace.speed)).min(FASTEST * free / pace.fastest).min(MOST_STRAIN / rate);
        let left = pace.until - start;
        // Equal windows up to the end, not a sliver at last.
        let length = if longest < left { left / (left / longest).ceil() } else { left };
        let mut window = Self {
            start,
            length,
            gradient,
            edges,
            rates,
            inverse,
            volume: edges.determinant().abs(),
            slopes: [0, 1, 2].map(|k| inverse.row(k).norm()),
            stretch: 1.0 / (1.0 - (length * rate).min(MOST_STRAIN)),
            diameter,
            slow: 0.0,
            cells: [1; 3],
            span: [1; 3],
            closes: None,
        };
        window.slow = window.distance(length, SLOW * pace.speed);
        window.make_cells(spheres);
        window.closes = if may_close { window.closing_time() } else { None };
        if let Some(time) = window.closes {
            window.length = time;
        }
        window
    }

    /// A bound of the distance, pulled back to the start, that a sphere of momentum `p = F w` covers in `duration`.
    pub(crate) fn distance(&self, duration: f64, momentum: f64) -> f64 {
        self.stretch * self.stretch * duration * momentum
    }

    /// How far apart, pulled back to the start, two spheres in contact may be.
    pub(crate) fn contact(&self) -> f64 {
        self.stretch * self.diameter * MARGIN
    }

    fn make_cells(&mut self, spheres: usize) {
        let needed = (self.contact() + 2.0 * self.slow) * MARGIN;
        let width = needed.max((self.volume / (CELLS_PER_SPHERE * spheres as f64)).cbrt());
        for k in 0..3 {
            let faces = 1.0 / self.slopes[k];
            self.cells[k] = ((faces / width) as usize).max(1);
            let cell = faces / self.cells[k] as f64;
            self.span[k] = ((needed / cell).ceil() as i64).max(1);
        }
    }

    /// `F(tau)^-1` and `det F(tau)`, relative to the start.
    pub(crate) fn inverse_deformation(&self, since: f64) -> (Matrix3<f64>, f64) {
        let deformation = Matrix3::identity() + self.gradient * since;
        (deformation.try_inverse().unwrap_or_else(Matrix3::identity), deformation.determinant())
    }

    /// The momentum `p` relative to the window's start of an atom at `place` with lab velocity `velocity`, `time` after it.
    pub(crate) fn momentum(&self, time: f64, place: &Vector3<f64>, velocity: &Vector3<f64>) -> Vector3<f64> {
        velocity - self.gradient * (place - velocity * time)
    }

    /// The translation of an image at the start and its velocity.
    pub(crate) fn translation(&self, image: [i16; 3]) -> (Vector3<f64>, Vector3<f64>) {
        let counts = Vector3::from(image).map(f64::from);
        (self.edges * counts, self.rates * counts)
    }

    /// When the first lattice vector is as short as the diameter, if it is within the window.
    fn closing_time(&self) -> Option<f64> {
        let reach = self.slopes.map(|slope| (self.contact() * slope).floor() as i16);
        let mut first: Option<f64> = None;
        for i in -reach[0]..=reach[0] {
            for j in -reach[1]..=reach[1] {
                for k in -reach[2]..=reach[2] {
                    if [i, j, k] == [0, 0, 0] {
                        continue;
                    }
                    let (separation, velocity) = self.translation([i, j, k]);
                    let time = if separation.norm_squared() <= self.diameter * self.diameter {
                        Some(0.0)
                    } else {
                        delay_to_contact(&separation, &velocity, self.diameter * self.diameter)
                    };
                    first = [first, time.filter(|&time| time <= self.length)].into_iter().flatten().reduce(f64::min);
                }
            }
        }
        first
    }
}

/// The delay after which two points at `separation`, with relative velocity `velocity`, are at distance `d`, approaching;
/// 0 where rounding has them nearer already and they approach.
///
/// `|r + u t| = d`: the smaller root, written so that nothing cancels.
#[inline(always)]
pub(crate) fn delay_to_contact(separation: &Vector3<f64>, velocity: &Vector3<f64>, squared: f64) -> Option<f64> {
    let approach = separation.dot(velocity);
    let excess = separation.norm_squared() - squared;
    let discriminant = approach * approach - velocity.norm_squared() * excess;
    (approach < 0.0 && discriminant > 0.0).then(|| (excess / (discriminant.sqrt() - approach)).max(0.0))
}

/// The width of a cell that costs least, in diameters, at `density` spheres per cubed diameter.
///
/// A sphere costs `FIXED` pair tests' time a window, one for each sphere of half its 27 cells, and a collision `HEAVY`, in
/// double precision, for each sphere of the 27 cells of both; both as measured. A window is over when slow spheres have used up the cell's width beyond the
/// diameter.
pub(crate) fn cheapest_width(density: f64) -> f64 {
    const FIXED: f64 = 200.0;
    const HEAVY: f64 = 4.0;
    let packing = std::f64::consts::PI / 6.0 * density;
    // The contact value of [CarnahanStarling1969]; a guess of cost needs no more where it diverges.
    let contact = (1.0 - 0.5 * packing) / (1.0 - packing.min(0.7)).powi(3);
    // Collisions of one sphere while a slow one moves by a diameter.
    let collisions = 2.34 * density * contact;
    let cost = |width: f64| {
        let inside = density * width.powi(3);
        2.0 * (FIXED + 13.5 * inside) / (width - 1.0) + 27.0 * HEAVY * collisions * inside
    };
    // From 0.03 diameters of free way to four times the distance between neighbours.
    let (least, steps) = (0.03, 100);
    let ratio = (4.0 * density.cbrt().recip() / least).max(2.0).powf(1.0 / f64::from(steps));
    let candidates = (0..=steps).map(|k| 1.0 + least * ratio.powi(k));
    candidates.min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(2.0)
}
