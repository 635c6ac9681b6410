//! Globally adaptive Gauss-Kronrod quadrature of several integrands at once.
//!
//! # References
//! Piessens, de Doncker-Kapenga, Ueberhuber, Kahaner, QUADPACK (Springer, 1983): the 21-point rule of `dqk21` and its
//! error estimate.

/// Positive nodes of the 21-point Kronrod rule, falling; the odd entries are those of the 10-point Gauss rule.
const NODES: [f64; 10] = [
    0.995_657_163_025_808_1,
    0.973_906_528_517_171_7,
    0.930_157_491_355_708_2,
    0.865_063_366_688_984_5,
    0.780_817_726_586_416_9,
    0.679_409_568_299_024_4,
    0.562_757_134_668_604_7,
    0.433_395_394_129_247_2,
    0.294_392_862_701_460_2,
    0.148_874_338_981_631_2,
];
/// Kronrod weights of [`NODES`], then of the centre.
const KRONROD: [f64; 11] = [
    0.011_694_638_867_371_874,
    0.032_558_162_307_964_725,
    0.054_755_896_574_351_995,
    0.075_039_674_810_919_96,
    0.093_125_454_583_697_6,
    0.109_387_158_802_297_64,
    0.123_491_976_262_065_84,
    0.134_709_217_311_473_34,
    0.142_775_938_577_060_09,
    0.147_739_104_901_338_49,
    0.149_445_554_002_916_9,
];
/// Gauss weights of the odd entries of [`NODES`].
const GAUSS: [f64; 5] = [
    0.066_671_344_308_688_14,
    0.149_451_349_150_580_6,
    0.219_086_362_515_982_04,
    0.269_266_719_309_996_35,
    0.295_524_224_714_752_87,
];

/// The integrals and how far they may be off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate<const N: usize> {
    pub(crate) value: [f64; N],
    pub(crate) error: [f64; N],
    /// Of the absolute value of the integrand.
    pub(crate) magnitude: [f64; N],
}

impl<const N: usize> Estimate<N> {
    const ZERO: Self = Self { value: [0.0; N], error: [0.0; N], magnitude: [0.0; N] };

    fn add(&mut self, other: &Self, sign: f64) {
        for k in 0..N {
            self.value[k] += sign * other.value[k];
            self.error[k] += sign * other.error[k];
            self.magnitude[k] += sign * other.magnitude[k];
        }
    }
    /// The largest error relative to its tolerance `absolute + relative * magnitude`.
    fn excess(&self, total: &Self, tolerance: Tolerance<N>) -> f64 {
        (0..N)
            .map(|k| self.error[k] / (tolerance.absolute + tolerance.relative[k] * total.magnitude[k]))
            .fold(0.0, f64::max)
    }
}

/// When to stop: error below `absolute + relative * (integral of the absolute value)`, or this many panels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance<const N: usize> {
    pub(crate) relative: [f64; N],
    pub(crate) absolute: f64,
    pub(crate) panels: usize,
}

#[derive(Clone, Copy)]
struct Panel<const N: usize> {
    from: f64,
    to: f64,
    estimate: Estimate<N>,
}

impl<const N: usize> Panel<N> {
    fn new<E>(integrand: &mut impl FnMut(f64) -> Result<[f64; N], E>, from: f64, to: f64) -> Result<Self, E> {
        let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
        let mut samples = [[0.0; N]; 21];
        samples[20] = integrand(centre)?;
        for (i, node) in NODES.iter().enumerate() {
            samples[2 * i] = integrand(centre - half * node)?;
            samples[2 * i + 1] = integrand(centre + half * node)?;
        }
        let mut estimate = Estimate::ZERO;
        for k in 0..N {
            let (mut kronrod, mut gauss) = (KRONROD[10] * samples[20][k], 0.0);
            let mut magnitude = kronrod.abs();
            for i in 0..10 {
                let (left, right) = (samples[2 * i][k], samples[2 * i + 1][k]);
                kronrod += KRONROD[i] * (left + right);
                magnitude += KRONROD[i] * (left.abs() + right.abs());
                if i % 2 == 1 {
                    gauss += GAUSS[i / 2] * (left + right);
                }
            }
            let mean = 0.5 * kronrod;
            let mut variation = KRONROD[10] * (samples[20][k] - mean).abs();
            for i in 0..10 {
                variation += KRONROD[i] * ((samples[2 * i][k] - mean).abs() + (samples[2 * i + 1][k] - mean).abs());
            }
            let difference = (kronrod - gauss).abs();
            let sharpened = if variation > 0.0 {
                let ratio = 200.0 * difference / variation;
                variation * (ratio * ratio.sqrt()).min(1.0)
            } else {
                0.0
            };
            estimate.value[k] = kronrod * half;
            estimate.error[k] = sharpened * half.abs();
            estimate.magnitude[k] = magnitude * half.abs();
        }
        Ok(Self { from, to, estimate })
    }
}

/// Integrates over the panels between consecutive `breaks`, halving the worst until `tolerance` is met. The caller
/// judges [`Estimate::error`]: running out of panels is not an error here.
pub(crate) fn integrate<const N: usize, E>(
    mut integrand: impl FnMut(f64) -> Result<[f64; N], E>,
    breaks: &[f64],
    tolerance: Tolerance<N>,
) -> Result<Estimate<N>, E> {
    let mut panels = Vec::with_capacity(breaks.len() + 8);
    let mut total = Estimate::ZERO;
    for pair in breaks.windows(2) {
        if pair[1] > pair[0] {
            let panel = Panel::new(&mut integrand, pair[0], pair[1])?;
            total.add(&panel.estimate, 1.0);
            panels.push(panel);
        }
    }
    while total.excess(&total, tolerance) > 1.0 && panels.len() < tolerance.panels {
        let (mut worst, mut worst_excess) = (0, -1.0);
        for (i, panel) in panels.iter().enumerate() {
            let excess = panel.estimate.excess(&total, tolerance);
            if excess > worst_excess {
                (worst, worst_excess) = (i, excess);
            }
        }
        let Panel { from, to, estimate } = panels[worst];
        let middle = 0.5 * (from + to);
        if !(from < middle && middle < to) {
            break;
        }
        let halves = [Panel::new(&mut integrand, from, middle)?, Panel::new(&mut integrand, middle, to)?];
        total.add(&estimate, -1.0);
        for half in &halves {
            total.add(&half.estimate, 1.0);
        }
        panels[worst] = halves[0];
        panels.push(halves[1]);
    }
    // Summed afresh: the running total carries the rounding of what was taken back.
    let mut result = Estimate::ZERO;
    for panel in &panels {
        result.add(&panel.estimate, 1.0);
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const STRICT: Tolerance<3> = Tolerance { relative: [1e-13; 3], absolute: 0.0, panels: 200 };

    #[test]
    fn the_rule_is_exact_to_degree_31() {
        let exact = 2.0 / 31.0;
        let panel = Panel::new(&mut |x: f64| Ok::<_, Infallible>([x.powi(30), x.powi(31), 1.0]), -1.0, 1.0).unwrap();
        assert!((panel.estimate.value[0] - exact).abs() < 1e-16);
        assert!(panel.estimate.value[1].abs() < 1e-16);
        assert!((panel.estimate.value[2] - 2.0).abs() < 1e-15);
    }

    #[test]
    fn singular_and_peaked_integrands_converge_with_honest_errors() {
        let f = |x: f64| Ok::<_, Infallible>([x.sqrt(), 1e-3 / (x * x + 1e-6), (30.0 * x).cos()]);
        let result = integrate(f, &[0.0, 1.0], STRICT).unwrap();
        let exact = [2.0 / 3.0, 1e3_f64.atan(), 30f64.sin() / 30.0];
        for k in 0..3 {
            let error = (result.value[k] - exact[k]).abs();
            assert!(error < 1e-12, "{k}: {error:e}");
        }
    }
}
