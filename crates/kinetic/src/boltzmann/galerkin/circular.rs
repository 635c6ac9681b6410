//! Polynomials in circular coordinates, where turning two velocities into their sum and difference is one-dimensional.
//!
//! With $z_\pm = (x \pm iy)/\sqrt2$ the monomials
//! $|n_+n_-n_0\rangle = z_+^{n_+}z_-^{n_-}z_0^{n_0}/\sqrt{n_+!\,n_-!\,n_0!}$ are orthonormal, $m = n_+ - n_-$, and
//! $|z|^2 = 2z_+z_- + z_0^2$.

/// The coefficients of `e_nlm`, `m >= 0`, in `|m + k, k, N - m - 2k>`, `k = 0, 1, ...`, `N = 2n + l`.
#[derive(Clone, Debug)]
pub(super) struct Circular {
    /// By `m`, then degree less `m`, then `n`.
    table: Vec<Vec<Vec<Vec<f64>>>>,
}

impl Circular {
    /// All with `m <= most` and degree at most `order`.
    pub(super) fn new(order: usize, most: usize) -> Self {
        Self { table: (0..=most.min(order)).map(|m| columns(order, m)).collect() }
    }
    /// The coefficients of `(n, l, m)` with `degree = 2n + l`, `l >= m`.
    pub(super) fn of(&self, degree: usize, l: usize, m: usize) -> &[f64] {
        &self.table[m][degree - m][(degree - l) / 2]
    }
}

/// All polynomials of one `m`: by degree less `m`, then `n`.
fn columns(order: usize, m: usize) -> Vec<Vec<Vec<f64>>> {
    let mut all: Vec<Vec<Vec<f64>>> = vec![vec![vec![1.0]]];
    for degree in m + 1..=order {
        let below = &all[degree - 1 - m];
        let mut here = Vec::new();
        // z_0 times the harmonic of the degree below, less what is not harmonic: |z|^2 times the one before.
        let mut harmonic = times_z0(&below[0], degree - 1, m);
        let raised: Vec<Vec<f64>> = if degree >= m + 2 {
            all[degree - 2 - m].iter().map(|p| unit(times_square(p, degree - 2, m))).collect()
        } else {
            Vec::new()
        };
        if let Some(first) = raised.first() {
            let overlap: f64 = first.iter().zip(&harmonic).map(|(a, b)| a * b).sum();
            harmonic.iter_mut().zip(first).for_each(|(h, f)| *h -= overlap * f);
        }
        here.push(unit(harmonic));
        here.extend(raised);
        all.push(here);
    }
    all
}

fn times_z0(p: &[f64], degree: usize, m: usize) -> Vec<f64> {
    let mut product = vec![0.0; (degree + 1 - m) / 2 + 1];
    for (k, value) in p.iter().enumerate() {
        product[k] += value * ((degree - m - 2 * k + 1) as f64).sqrt();
    }
    product
}

fn times_square(p: &[f64], degree: usize, m: usize) -> Vec<f64> {
    let mut product = vec![0.0; (degree + 2 - m) / 2 + 1];
    for (k, value) in p.iter().enumerate() {
        let along = degree - m - 2 * k;
        product[k] += value * (((along + 1) * (along + 2)) as f64).sqrt();
        product[k + 1] += value * 2.0 * (((m + k + 1) * (k + 1)) as f64).sqrt();
    }
    product
}

fn unit(mut p: Vec<f64>) -> Vec<f64> {
    let norm = p.iter().map(|x| x * x).sum::<f64>().sqrt();
    p.iter_mut().for_each(|x| *x /= norm);
    p
}

/// `z1^a z2^b/sqrt(a! b!)` in `Z^p z^(a+b-p)/sqrt(p! (a+b-p)!)`, where `z1, z2 = (Z +- z)/sqrt(2)`.
#[derive(Clone, Debug)]
pub(super) struct Brackets {
    /// By `a`, `b`, `p`.
    table: Vec<Vec<Vec<f64>>>,
}

impl Brackets {
    /// For powers up to `most`, at most 24: the sums are exact integers.
    pub(super) fn new(most: usize) -> Self {
        let rows = |a: usize| (0..=most).map(|b| (0..=a + b).map(|p| bracket(a, b, p)).collect()).collect();
        Self { table: (0..=most).map(rows).collect() }
    }
    pub(super) fn of(&self, a: usize, b: usize, p: usize) -> f64 {
        self.table[a][b][p]
    }
}

fn bracket(a: usize, b: usize, p: usize) -> f64 {
    let mut sum: i64 = 0;
    for s in p.saturating_sub(b)..=a.min(p) {
        let term = binomial(a, s) * binomial(b, p - s);
        sum += if (b + s - p).is_multiple_of(2) { term } else { -term };
    }
    // p! (a+b-p)!/(a! b!) = C(a+b, a)/C(a+b, p).
    let ratio = binomial(a + b, a) as f64 / binomial(a + b, p) as f64;
    sum as f64 * ratio.sqrt() * 0.5f64.powf(0.5 * (a + b) as f64)
}

fn binomial(n: usize, k: usize) -> i64 {
    (0..k.min(n - k)).fold(1, |c, i| c * (n - i) as i64 / (i + 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_orthonormal_and_the_turn_orthogonal() {
        let circular = Circular::new(32, 14);
        for m in [0, 1, 6, 14] {
            for degree in [m, m + 1, 31, 32] {
                let ranks: Vec<usize> = (m..=degree).filter(|l| (degree - l) % 2 == 0).collect();
                for &l in &ranks {
                    for &k in &ranks {
                        let (a, b) = (circular.of(degree, l, m), circular.of(degree, k, m));
                        let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                        assert!((product - f64::from(u8::from(l == k))).abs() < 1e-12, "{degree} {l} {k} {m}");
                    }
                }
            }
        }
        let brackets = Brackets::new(16);
        for (a, b) in [(0, 0), (3, 2), (16, 16)] {
            let norm: f64 = (0..=a + b).map(|p| brackets.of(a, b, p).powi(2)).sum();
            assert!((norm - 1.0).abs() < 1e-12, "{a} {b} {norm}");
        }
        assert!((brackets.of(0, 1, 0) + 0.5f64.sqrt()).abs() < 1e-15);
    }
}
