use super::*;
use crate::quadrature::legendre_rule;
use crate::self_similar::DeflectionLaw;
use crate::self_similar::moments::ProfileMoments;
use crate::self_similar::particles::{ProfileSettings, profile};

fn shear(rate: f64) -> Problem {
    let gradient = Matrix3::new(0.0, rate, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    Problem { gradient, law: DeflectionLaw::isotropic(2.0).unwrap(), density: 1.0 }
}

#[test]
fn the_characteristic_function_has_the_exact_moments() {
    // Weak enough for a term |k|^s_c that is below the bound.
    let full = Matrix3::new(0.1, 0.4, -0.1, 0.2, -0.2, 0.2, 0.1, 0.0, 0.1) * 0.3;
    let soft = Problem { gradient: full, law: DeflectionLaw::soft_sphere(2.0, 1.6).unwrap(), density: 0.8 };
    for (problem, degree) in [(shear(0.5), 12), (soft, 8)] {
        let found = FourierProfile::solve(&problem, degree).unwrap();
        let moments = ProfileMoments::new(&problem, 6).unwrap();
        assert_eq!(moments.highest, 6);
        for unit in [Vector3::x(), Vector3::y(), Vector3::new(0.6, 0.48, -0.64)] {
            // 1 - <(c.n)^2> r^2/2 + <(c.n)^4> r^4/24 - ...; the next order is below 1e-7 at this wave number.
            let r: f64 = 0.15;
            let mut series = 0.0;
            for order in [2, 4, 6] {
                let factorial: f64 = (1..=order).map(|k| k as f64).product();
                let sum: f64 = moments
                    .monomials(order)
                    .into_iter()
                    .map(|(powers, value)| {
                        let ways = factorial
                            / powers.map(|p| (1..=p).map(|k| k as f64).product::<f64>()).iter().product::<f64>();
                        ways * value * (0..3).map(|i| f64::powi(unit[i], powers[i] as i32)).product::<f64>()
                    })
                    .sum();
                series += if order % 4 == 2 { -sum } else { sum } * r.powi(order as i32) / factorial;
            }
            let value = found.characteristic(&(unit * r)) - 1.0;
            assert!((value / series - 1.0).abs() < 1e-6, "{degree} {unit:?}: {value:e} {series:e}");
        }
    }
}

#[test]
fn without_flow_it_is_the_maxwellian() {
    let found = FourierProfile::solve(&shear(0.0), 12).unwrap();
    let edges = [0.0, 0.4, 1.0, 2.0, 4.0];
    let normal = |x: f64| (2.0 * PI).sqrt().recip() * (-0.5 * x * x).exp();
    let mean = |f: &dyn Fn(f64) -> f64, bin: &[f64]| -> f64 {
        legendre_rule(24).iter().map(|(x, w)| 0.5 * w * f(bin[0] + 0.5 * (bin[1] - bin[0]) * (1.0 + x))).sum()
    };
    for (bin, density) in edges.windows(2).zip(found.marginal(1, &edges)) {
        let wanted = mean(&normal, bin);
        assert!((density - wanted).abs() < 1e-6, "{bin:?}: {density} {wanted}");
    }
    for (bin, density) in edges.windows(2).zip(found.radial(&edges)) {
        let wanted = mean(&|v| 2.0 * v * v * normal(v), bin);
        assert!((density - wanted).abs() < 1e-6, "{bin:?}: {density} {wanted}");
    }
}

#[test]
fn it_is_the_profile_of_the_particles() {
    let problem = shear(1.0);
    let found = FourierProfile::solve(&problem, 16).unwrap();
    let settings = ProfileSettings { particles: 20_000, replicas: 24, samples: 10, ..ProfileSettings::default() };
    let replicas = profile(&problem, &settings, &|| ()).unwrap();
    let count = replicas.len() as f64;
    for which in 0..4 {
        let histograms: Vec<_> =
            replicas.iter().map(|r| if which < 3 { &r.marginal[which] } else { &r.radial }).collect();
        let edges = &histograms[0].edges;
        let density = if which < 3 { found.marginal(which, edges) } else { found.radial(edges) };
        let (mut square, mut bins) = (0.0, 0.0);
        for (k, density) in density.into_iter().enumerate() {
            let seen: u64 = histograms.iter().map(|h| h.counts[k]).sum();
            if seen < 1000 {
                continue;
            }
            let mean = histograms.iter().map(|h| h.density(k)).sum::<f64>() / count;
            let variance =
                histograms.iter().map(|h| (h.density(k) - mean).powi(2)).sum::<f64>() / (count * (count - 1.0));
            square += (mean - density).powi(2) / variance;
            bins += 1.0;
        }
        // Student's t with 23 degrees of freedom: the mean of its square is 23/21. Bins share few degrees of freedom;
        // three standard deviations of chi^2 over as many bins as there are.
        assert!(
            bins > 30.0 && square / bins < 23.0 / 21.0 + 3.0 * (2.0f64 / bins).sqrt(),
            "{which}: {square} of {bins}"
        );
    }
}

#[test]
fn degrees_out_of_range_are_refused() {
    for degree in [2, 9, 34] {
        assert_eq!(FourierProfile::solve(&shear(1.0), degree).err(), Some(SelfSimilarError::Degree(degree)));
    }
}
