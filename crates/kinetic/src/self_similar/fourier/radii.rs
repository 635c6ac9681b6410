//! Wave numbers in equal steps of their logarithm: a stretch of all of them is a shift.

/// Points of the interpolating polynomial.
const POINTS: usize = 8;
/// Of them below the place.
const BELOW: isize = 3;

/// `ln r` from `first` in steps of `step`.
///
/// Functions on it vanish at `r = 0` like `a r^2 + b r^4`: below the first point they are continued so.
#[derive(Clone, Debug)]
pub(super) struct Radii {
    pub(super) first: f64,
    pub(super) step: f64,
    pub(super) count: usize,
}

impl Radii {
    pub(super) fn at(&self, index: usize) -> f64 {
        (self.first + self.step * index as f64).exp()
    }
    /// Beyond it functions have their value at infinity.
    pub(super) fn last(&self) -> f64 {
        self.at(self.count - 1)
    }
    /// `a r^2` and `b r^4` at the first point.
    pub(super) fn leading(&self, values: &[f64]) -> [f64; 2] {
        let fourth = (values[1] * (-2.0 * self.step).exp() - values[0]) / (2.0 * self.step).exp_m1();
        [values[0] - fourth, fourth]
    }
    /// Adds `scale f(r e^stretch)` to `out`; `far` is the value of `f` beyond the last point.
    pub(super) fn add_stretched(&self, values: &[f64], far: f64, stretch: f64, scale: f64, out: &mut [f64]) {
        let place = stretch / self.step;
        let whole = place.floor();
        let weights = lagrange(place - whole);
        let offset = whole as isize - BELOW;
        let count = self.count as isize;
        let [square_term, fourth_term] = self.leading(values);
        let below = |steps: f64| {
            let square = (2.0 * self.step * steps).exp();
            square * (square_term + square * fourth_term)
        };
        let value = |j: isize| {
            if j >= count {
                far
            } else if j >= 0 {
                values[j as usize]
            } else {
                below(j as f64)
            }
        };
        for (i, out) in out.iter_mut().enumerate() {
            let start = i as isize + offset;
            let sum: f64 = if start >= 0 && start + POINTS as isize <= count {
                let start = start as usize;
                values[start..start + POINTS].iter().zip(weights).map(|(v, w)| v * w).sum()
            } else if start + (POINTS as isize) < 0 {
                below(i as f64 + place)
            } else {
                (0..POINTS).map(|k| weights[k] * value(start + k as isize)).sum()
            };
            *out += scale * sum;
        }
    }
    /// `f` at any wave number.
    pub(super) fn interpolate(&self, values: &[f64], far: f64, r: f64) -> f64 {
        let mut out = [0.0];
        self.add_stretched(values, far, r.ln() - self.first, 1.0, &mut out);
        out[0]
    }
}

/// Weights of the points `-BELOW ..` at the place `fraction` in `[0, 1)`.
fn lagrange(fraction: f64) -> [f64; POINTS] {
    let x = fraction + BELOW as f64;
    std::array::from_fn(|k| {
        let others = (0..POINTS).filter(|&j| j != k);
        others.map(|j| (x - j as f64) / (k as f64 - j as f64)).product()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretched_gaussian_is_a_gaussian() {
        let radii = Radii { first: 3e-3f64.ln(), step: 0.04, count: 205 };
        let f = |r: f64| (-0.5 * r * r).exp_m1();
        let values: Vec<f64> = (0..radii.count).map(|i| f(radii.at(i))).collect();
        for stretch in [-9.0, -1.234, -0.01, 0.0, 0.5, 1.77] {
            let mut out = vec![0.0; radii.count];
            radii.add_stretched(&values, -1.0, f64::ln(1.0) + stretch, 1.0, &mut out);
            for (i, found) in out.iter().enumerate() {
                let wanted = f(radii.at(i) * stretch.exp());
                assert!((found - wanted).abs() < 1e-8 + 1e-5 * wanted.abs().min(1e-3), "{stretch} {i}");
            }
        }
    }
}
