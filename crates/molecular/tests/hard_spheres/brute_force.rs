//! Collisions by looking at every pair and every image that can matter, straight from the definition.

use omd_flow::{Matrix3, Structure, Vector3};
use omd_molecular::{Collision, HardSphereModel};

/// The next collision of a sphere with one of a higher number.
#[derive(Clone, Copy, Debug)]
struct Next {
    time: f64,
    partner: usize,
    image: Vector3<f64>,
}

/// Spheres in the basis given at the start, never wrapped, never reduced.
pub(crate) struct BruteForce {
    model: HardSphereModel,
    /// `E`.
    reference: Matrix3<f64>,
    pub(crate) time: f64,
    positions: Vec<Vector3<f64>>,
    velocities: Vec<Vector3<f64>>,
    next: Vec<Option<Next>>,
    until: f64,
}

impl BruteForce {
    pub(crate) fn new(model: &HardSphereModel, start: Structure, until: f64) -> Self {
        let reference = model.flow.inverse_deformation(start.time) * start.cell.unwrap();
        let count = start.positions.len();
        let mut all = Self {
            model: model.clone(),
            reference,
            time: start.time,
            positions: start.positions,
            velocities: start.lab_velocities,
            next: vec![None; count],
            until,
        };
        (0..count).for_each(|first| all.predict(first));
        all
    }

    /// The earliest collision of `first` with a higher number, before `until`.
    fn predict(&mut self, first: usize) {
        self.next[first] = (first + 1..self.positions.len())
            .filter_map(|second| self.pair(first, second))
            .min_by(|a, b| a.time.total_cmp(&b.time));
    }

    /// The earliest collision of `first` with any image of `second`, before `until`.
    ///
    /// Pulled back by `F^-1` the separation moves by at most `|F^-1| |dw| dt`, as long as `|F^-1|` is bounded: images
    /// farther than that and a diameter cannot be touched. Short steps of time keep their number small.
    fn pair(&self, first: usize, second: usize) -> Option<Next> {
        let (flow, steps) = (&self.model.flow, 8);
        let gradient = flow.velocity_gradient_at_zero();
        let velocity = self.velocities[first] - self.velocities[second];
        let duration = (self.until - self.time) / f64::from(steps);
        for step in 0..steps {
            let begin = self.time + f64::from(step) * duration;
            let separation = self.positions[first] - self.positions[second] + velocity * (f64::from(step) * duration);
            let edges = flow.deformation(begin) * self.reference;
            let inverse = edges.try_inverse().unwrap();
            // Twice the bounds that hold for short times: generous, and checked by the strain being small.
            let rate = flow.velocity_gradient(begin);
            assert!(rate.norm() * duration < 0.2, "the steps are too long");
            let relative = (velocity - rate * separation).norm();
            let reach = 2.0 * (self.model.diameter + relative * duration);
            let middle = inverse * separation;
            let range = [0, 1, 2].map(|k| {
                let width = reach * inverse.row(k).norm();
                [(middle[k] - width).ceil() as i64, (middle[k] + width).floor() as i64]
            });
            let mut best: Option<Next> = None;
            for i in range[0][0]..=range[0][1] {
                for j in range[1][0]..=range[1][1] {
                    for k in range[2][0]..=range[2][1] {
                        let image = Vector3::new(i as f64, j as f64, k as f64);
                        let r = separation - edges * image;
                        let u = velocity - gradient * self.reference * image;
                        let Some(delay) = self.delay(&r, &u) else { continue };
                        let time = begin + delay;
                        if delay <= duration && best.is_none_or(|best| time < best.time) {
                            best = Some(Next { time, partner: second, image });
                        }
                    }
                }
            }
            if best.is_some() {
                return best;
            }
        }
        None
    }

    /// The textbook root.
    fn delay(&self, r: &Vector3<f64>, u: &Vector3<f64>) -> Option<f64> {
        let (a, b, c) = (u.dot(u), 2.0 * r.dot(u), r.dot(r) - self.model.diameter.powi(2));
        let discriminant = b * b - 4.0 * a * c;
        (b < 0.0 && discriminant > 0.0).then(|| ((-b - discriminant.sqrt()) / (2.0 * a)).max(0.0))
    }

    /// The next collision, carried out; `None` when there is none before `until`.
    pub(crate) fn step(&mut self) -> Option<Collision> {
        let earliest = (0..self.next.len()).filter(|&k| self.next[k].is_some());
        let first = earliest.min_by(|&a, &b| {
            let time = |k: usize| self.next[k].map_or(f64::INFINITY, |next| next.time);
            time(a).total_cmp(&time(b))
        })?;
        let Next { time, partner, image } = self.next[first]?;
        self.positions.iter_mut().zip(&self.velocities).for_each(|(x, v)| *x += v * (time - self.time));
        self.time = time;
        let flow = &self.model.flow;
        let r = self.positions[first] - self.positions[partner] - flow.deformation(time) * self.reference * image;
        let drift = flow.velocity_gradient_at_zero() * self.reference * image;
        let u = self.velocities[first] - self.velocities[partner] - drift;
        let exchanged = r * (r.dot(&u) / r.dot(&r));
        self.velocities[first] -= exchanged;
        self.velocities[partner] += exchanged;
        let pair = [first, partner];
        for k in 0..self.positions.len() {
            if pair.contains(&k) || self.next[k].is_some_and(|next| pair.contains(&next.partner)) {
                self.predict(k);
            } else {
                // A pair with one of the two may now come first.
                for &other in pair.iter().filter(|&&other| other > k) {
                    if let Some(found) = self.pair(k, other)
                        && self.next[k].is_none_or(|next| found.time < next.time)
                    {
                        self.next[k] = Some(found);
                    }
                }
            }
        }
        Some(Collision { time, spheres: pair })
    }
}
