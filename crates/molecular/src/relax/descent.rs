//! Limited-memory BFGS.

/// An energy over a space of many coordinates, all of them lengths.
pub(super) trait Landscape {
    /// The energy at `place`; its gradient goes into `gradient`.
    fn energy(&mut self, place: &[f64], gradient: &mut [f64]) -> f64;
    /// No coordinate moves farther in a step.
    fn longest_step(&self) -> f64;
}

/// How a descent ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Descent {
    pub(super) energy: f64,
    /// The largest component of the gradient.
    pub(super) largest_force: f64,
    pub(super) evaluations: u64,
    pub(super) converged: bool,
}

/// Steps that the inverse Hessian is made of.
const MEMORY: usize = 12;
/// Evaluations before giving up.
const MOST: u64 = 100_000;
/// Tries of one line search.
const TRIES: usize = 20;
/// Of the slope, what a step has to gain (Armijo).
const GAIN: f64 = 1e-4;
/// Energies differ by rounding when by less than this part.
const ROUNDING: f64 = 1e-13;

/// A step and the change of the gradient over it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    curvature: f64,
}

/// Moves `place` downhill until no component of the gradient is above `tolerance`.
///
/// Two-loop recursion and backtracking (\[NocedalWright2006\], algorithms 7.4 and 3.1). Where energies differ by rounding
/// alone the slope along the step decides.
pub(super) fn minimise(landscape: &mut impl Landscape, place: &mut Vec<f64>, tolerance: f64) -> Descent {
    let count = place.len();
    let (mut gradient, mut there, mut next) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
    let mut pairs: Vec<Pair> = Vec::new();
    let mut evaluations = 1;
    let mut energy = landscape.energy(place, &mut gradient);
    loop {
        let largest_force = gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        // Not a number is no end to strive for.
        let done = largest_force <= tolerance || !energy.is_finite();
        if done || evaluations >= MOST {
            return Descent { energy, largest_force, evaluations, converged: largest_force <= tolerance };
        }
        let mut direction = downhill(&gradient, &pairs);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 || slope.is_nan() {
            pairs.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = -dot(&gradient, &gradient);
        }
        let longest = direction.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
        // Without memory a force says nothing of a length: a tenth of the longest step.
        let most = if pairs.is_empty() { 0.1 * landscape.longest_step() } else { landscape.longest_step() };
        let mut length = if pairs.is_empty() { most / longest } else { (most / longest).min(1.0) };
        let mut taken = false;
        for _ in 0..TRIES {
            there.iter_mut().zip(place.iter().zip(&direction)).for_each(|(t, (x, d))| *t = x + length * d);
            let found = landscape.energy(&there, &mut next);
            evaluations += 1;
            let gains = found <= energy + GAIN * length * slope;
            let level = (found - energy).abs() <= ROUNDING * energy.abs() && dot(&direction, &next) <= -0.8 * slope;
            if gains || level {
                let step: Vec<f64> = direction.iter().map(|d| length * d).collect();
                let change: Vec<f64> = next.iter().zip(&gradient).map(|(a, b)| a - b).collect();
                let curvature = dot(&step, &change);
                if curvature > 1e-12 * dot(&change, &change).sqrt() * dot(&step, &step).sqrt() {
                    if pairs.len() == MEMORY {
                        pairs.remove(0);
                    }
                    pairs.push(Pair { step, change, curvature });
                }
                std::mem::swap(place, &mut there);
                std::mem::swap(&mut gradient, &mut next);
                energy = found;
                taken = true;
                break;
            }
            // The minimum of the parabola through what is known, within bounds.
            let bend = found - energy - length * slope;
            let shorter = if bend > 0.0 { -slope * length * length / (2.0 * bend) } else { 0.5 * length };
            length = if shorter.is_finite() { shorter.clamp(0.1 * length, 0.5 * length) } else { 0.1 * length };
        }
        if !taken {
            if pairs.is_empty() {
                return Descent { energy, largest_force, evaluations, converged: false };
            }
            pairs.clear();
        }
    }
}

/// `-H g`, `H` the inverse Hessian that the pairs make.
fn downhill(gradient: &[f64], pairs: &[Pair]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut weights = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let weight = dot(&pair.step, &direction) / pair.curvature;
        add(&mut direction, -weight, &pair.change);
        weights.push(weight);
    }
    if let Some(last) = pairs.last() {
        let scale = last.curvature / dot(&last.change, &last.change);
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for (pair, weight) in pairs.iter().zip(weights.iter().rev()) {
        let other = dot(&pair.change, &direction) / pair.curvature;
        add(&mut direction, weight - other, &pair.step);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(x, y)| *x += factor * y);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley in many dimensions.
    struct Valley;

    impl Landscape for Valley {
        fn energy(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
            gradient.fill(0.0);
            let mut energy = 0.0;
            for k in 0..x.len() - 1 {
                let (a, b) = (x[k + 1] - x[k] * x[k], 1.0 - x[k]);
                energy += 100.0 * a * a + b * b;
                gradient[k] += -400.0 * a * x[k] - 2.0 * b;
                gradient[k + 1] += 200.0 * a;
            }
            energy
        }

        fn longest_step(&self) -> f64 {
            0.5
        }
    }

    #[test]
    fn the_bottom_of_a_curved_valley_is_found() {
        let mut place: Vec<f64> = (0..30).map(|k| if k % 2 == 0 { -1.2 } else { 1.0 }).collect();
        let descent = minimise(&mut Valley, &mut place, 1e-10);
        assert!(descent.converged && descent.evaluations < 1000, "{descent:?}");
        assert!(place.iter().all(|x| (x - 1.0).abs() < 1e-9), "{place:?}");
    }
}
