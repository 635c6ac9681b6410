//! Histograms of the scaled velocity `c = w/theta^(1/2)`.

use omd_flow::Vector3;

/// Radial bins in one doubling of `|c|`.
const PER_OCTAVE: usize = 8;
/// The radial bins reach from `2^FIRST` to `2^LAST`.
const FIRST: i32 = -4;
const LAST: i32 = 12;
const RADIAL: usize = (LAST - FIRST) as usize * PER_OCTAVE;
/// Marginal bins of width [`WIDTH`] from `-REACH` to `REACH`.
const WIDTH: f64 = 0.1;
const REACH: f64 = 8.0;
const MARGINAL: usize = 160;

/// A density in bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Edges, one more than the bins.
    pub edges: Vec<f64>,
    /// How many fell into each bin.
    pub counts: Vec<u64>,
    /// All that were counted, outside the bins too.
    pub total: u64,
}

impl Histogram {
    /// The share of bin `k`.
    #[must_use]
    pub fn share(&self, k: usize) -> f64 {
        self.counts[k] as f64 / self.total as f64
    }
    /// The share of bin `k` over its width.
    #[must_use]
    pub fn density(&self, k: usize) -> f64 {
        self.share(k) / (self.edges[k + 1] - self.edges[k])
    }
}

/// What one replica has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileSample {
    /// Of `|c|`; edges in powers of `2^(1/8)`.
    pub radial: Histogram,
    /// Of `c_x`, `c_y`, `c_z`.
    pub marginal: [Histogram; 3],
    /// Samples that were added.
    pub samples: usize,
    /// Sums of `<|c|^4>` and of `<c c^T>` over the samples: xx yy zz xy xz yz.
    fourth: f64,
    tensor: [f64; 6],
}

impl Default for ProfileSample {
    fn default() -> Self {
        let edges = (0..=RADIAL).map(|k| (f64::from(FIRST) + k as f64 / PER_OCTAVE as f64).exp2()).collect();
        let radial = Histogram { edges, counts: vec![0; RADIAL], total: 0 };
        let edges: Vec<f64> = (0..=MARGINAL).map(|k| -REACH + WIDTH * k as f64).collect();
        let marginal = Histogram { edges, counts: vec![0; MARGINAL], total: 0 };
        let marginal = [marginal.clone(), marginal.clone(), marginal];
        Self { radial, marginal, samples: 0, fourth: 0.0, tensor: [0.0; 6] }
    }
}

impl ProfileSample {
    /// Adds velocities with `theta = 1`.
    pub(super) fn add(&mut self, velocities: &[Vector3<f64>]) {
        let (mut fourth, mut tensor) = (0.0, [0.0; 6]);
        for c in velocities {
            let square = c.norm_squared();
            fourth += square * square;
            for (sum, term) in tensor.iter_mut().zip([c.x * c.x, c.y * c.y, c.z * c.z, c.x * c.y, c.x * c.z, c.y * c.z])
            {
                *sum += term;
            }
            let bin = (0.5 * square.log2() - f64::from(FIRST)) * PER_OCTAVE as f64;
            if (0.0..RADIAL as f64).contains(&bin) {
                self.radial.counts[bin as usize] += 1;
            }
            for (axis, histogram) in self.marginal.iter_mut().enumerate() {
                let bin = (c[axis] + REACH) / WIDTH;
                if (0.0..MARGINAL as f64).contains(&bin) {
                    histogram.counts[bin as usize] += 1;
                }
            }
        }
        let count = velocities.len() as u64;
        self.radial.total += count;
        self.marginal.iter_mut().for_each(|histogram| histogram.total += count);
        self.samples += 1;
        self.fourth += fourth / count as f64;
        self.tensor.iter_mut().zip(tensor).for_each(|(sum, term)| *sum += term / count as f64);
    }

    /// `<|c|^4>`; means nothing where the profile has none.
    #[must_use]
    pub fn fourth_moment(&self) -> f64 {
        self.fourth / self.samples as f64
    }

    /// `<c c^T>`, trace 3: xx yy zz xy xz yz.
    #[must_use]
    pub fn tensor(&self) -> [f64; 6] {
        self.tensor.map(|sum| sum / self.samples as f64)
    }

    /// The share of molecules with `|c|` above the lower edge of radial bin `k`.
    #[must_use]
    pub fn share_above(&self, k: usize) -> f64 {
        let below: u64 = self.radial.counts[..k].iter().sum::<u64>();
        // Those below the first edge are not in a bin.
        let inside: u64 = self.radial.counts.iter().sum();
        (inside - below) as f64 / self.radial.total as f64
    }

    /// The slope `-d ln P(|c| > x)/d ln x` between the lower edges of radial bins `from` and `to`.
    #[must_use]
    pub fn tail_slope(&self, from: usize, to: usize) -> f64 {
        let logarithm = (self.radial.edges[to] / self.radial.edges[from]).ln();
        -(self.share_above(to) / self.share_above(from)).ln() / logarithm
    }
}
