//! Gauss-Legendre rules.

use gauss_quad::GaussLegendre;
use std::num::NonZeroUsize;

/// Nodes and weights on `[-1, 1]`, exact for polynomials of degree `2 nodes - 1`.
pub(crate) fn legendre_rule(nodes: usize) -> Vec<(f64, f64)> {
    let rule = GaussLegendre::new(NonZeroUsize::new(nodes).unwrap_or(NonZeroUsize::MIN));
    rule.iter().map(|(x, w)| (*x, *w)).collect()
}

/// The same on `[from, to]`.
pub(crate) fn legendre_rule_on(nodes: usize, from: f64, to: f64) -> Vec<(f64, f64)> {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    legendre_rule(nodes).into_iter().map(|(x, w)| (middle + half * x, half * w)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_exact_to_their_degree_and_not_beyond() {
        for nodes in [1, 3, 6] {
            let error = |power: usize| {
                let sum: f64 = legendre_rule_on(nodes, 1.0, 2.0).iter().map(|(x, w)| w * x.powi(power as i32)).sum();
                (sum * (power + 1) as f64 / (2f64.powi(power as i32 + 1) - 1.0) - 1.0).abs()
            };
            assert!(error(2 * nodes - 1) < 1e-13 && error(2 * nodes) > 1e-13, "{nodes} nodes: {:e}", error(2 * nodes));
        }
    }
}
