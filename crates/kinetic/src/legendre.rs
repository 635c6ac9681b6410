//! Associated Legendre functions.

/// `p_lm(mu)`, `l = 0..=top`, without the alternating sign, `int p_lm^2 dmu = 1`; zero below `l = m`.
pub(crate) fn associated_legendre(top: usize, m: usize, mu: f64) -> Vec<f64> {
    associated_legendre_at(top, m, mu, ((1.0 - mu) * (1.0 + mu)).sqrt())
}

/// [`associated_legendre`] of an angle by its cosine and sine: accurate near the poles, where the cosine alone is not.
pub(crate) fn associated_legendre_at(top: usize, m: usize, cosine: f64, sine: f64) -> Vec<f64> {
    let mut p = vec![0.0; top.max(m) + 1];
    let mut start = 0.5f64.sqrt();
    for k in 1..=m {
        let k = k as f64;
        start *= sine * ((2.0 * k + 1.0) / (2.0 * k)).sqrt();
    }
    let step = |l: usize| ((l * l - m * m) as f64 / (4 * l * l - 1) as f64).sqrt();
    p[m] = start;
    for l in m..top {
        let before = if l > m { step(l) * p[l - 1] } else { 0.0 };
        p[l + 1] = (cosine * p[l] - before) / step(l + 1);
    }
    p
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_orders_have_their_closed_forms() {
        let mu = 0.3f64;
        let p = [0, 1, 2].map(|m| associated_legendre(3, m, mu));
        let squares = 1.0 - mu * mu;
        assert!((p[0][2] - 2.5f64.sqrt() * (1.5 * mu * mu - 0.5)).abs() < 1e-15);
        assert!((p[1][1] - (0.75 * squares).sqrt()).abs() < 1e-15);
        assert!((p[2][3] - (105.0f64 / 16.0).sqrt() * mu * squares).abs() < 1e-15);
        assert!(p[2][0] == 0.0 && p[2][1] == 0.0);
    }
}
