//! Cardinal B-splines: how a particle is spread over a mesh, and the mesh read at a particle.

/// The highest order.
pub(super) const MOST: usize = 12;

/// Values of the splines that reach a point, or their slopes.
pub(super) type Weights = [f64; MOST];

/// Values and slopes at a point of the `order` splines that reach it; `fraction` is its place in its cell, 0 to 1.
///
/// By the recurrence `M_p(x) = (x M_{p-1}(x) + (p - x) M_{p-1}(x - 1)) / (p - 1)`; `M_p'(x) = M_{p-1}(x) - M_{p-1}(x - 1)`.
/// Entry k belongs to the mesh point k after the first one reached.
#[inline(always)]
pub(super) fn splines(order: usize, fraction: f64) -> (Weights, Weights) {
    let mut values = [0.0; MOST];
    let mut slopes = [0.0; MOST];
    // values[k] = M_p(fraction + p - 1 - k), rising p.
    values[0] = 1.0;
    for p in 2..=order {
        if p == order {
            for k in 0..p {
                let left = if k < p - 1 { values[k] } else { 0.0 };
                let right = if k > 0 { values[k - 1] } else { 0.0 };
                // M_p'(x_k) with x_k = fraction + p - 1 - k: M_{p-1}(x_k) is entry k - 1 of order p - 1.
                slopes[k] = right - left;
            }
        }
        let scale = 1.0 / (p - 1) as f64;
        for k in (0..p).rev() {
            let x = fraction + (p - 1 - k) as f64;
            let here = if k > 0 { values[k - 1] } else { 0.0 };
            let before = if k < p - 1 { values[k] } else { 0.0 };
            values[k] = (x * here + (p as f64 - x) * before) * scale;
        }
    }
    (values, slopes)
}

/// What turns the transform of sampled values into coefficients of splines on both sides of a convolution, the best in
/// the mean square: `sinc^2p(f) / (sum_m sinc^2p(f + m))^2` at the frequencies `f = k/n` of `n` points.
pub(super) fn correction(order: usize, n: usize) -> Vec<f64> {
    let power = 2 * order as i32;
    let sinc = |f: f64| if f == 0.0 { 1.0 } else { (std::f64::consts::PI * f).sin() / (std::f64::consts::PI * f) };
    (0..n)
        .map(|k| {
            let f = if 2 * k <= n { k as f64 } else { k as f64 - n as f64 } / n as f64;
            let sum: f64 = (-6..=6).map(|m| sinc(f + f64::from(m)).powi(power)).sum();
            sinc(f).powi(power) / (sum * sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splines_are_a_partition_with_the_right_slopes() {
        for order in [4, 6, 8, 12] {
            for fraction in [0.0, 0.2, 0.77] {
                let (values, slopes) = splines(order, fraction);
                assert!((values.iter().sum::<f64>() - 1.0).abs() < 1e-14);
                // Linear functions are kept: sum k M = place + constant, so the slopes' first moment is 1.
                let first: f64 = slopes.iter().enumerate().map(|(k, s)| k as f64 * s).sum();
                assert!(slopes.iter().sum::<f64>().abs() < 1e-14 && (first - 1.0).abs() < 1e-13, "{order} {first}");
                let h = 1e-5;
                let (up, down) = (splines(order, fraction + h).0, splines(order, fraction - h).0);
                for k in 0..order {
                    assert!((slopes[k] - (up[k] - down[k]) / (2.0 * h)).abs() < 1e-8, "{order} {fraction} {k}");
                }
            }
        }
        // The cubic one at a mesh point: 1/6, 4/6, 1/6.
        let values = splines(4, 0.0).0;
        assert!((values[0] - 1.0 / 6.0).abs() < 1e-15 && (values[1] - 4.0 / 6.0).abs() < 1e-15 && values[3] == 0.0);
    }
}
