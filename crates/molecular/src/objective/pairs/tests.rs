use super::*;
use crate::force::levels;
use crate::objective::crowd::Crowd;
use omd_flow::Philox;
use omd_interaction::{Gaussian, InversePower, LennardJones, Morse, PairForm, PairMixture, Truncation};
use std::convert::Infallible;

type NamedLaw = (&'static str, Arc<dyn SitePotential>, f64);

/// Laws with loops of their own and one that is a table, with every truncation; how far forces are from their own energy's.
fn laws() -> [NamedLaw; 11] {
    let law = |name, form: Arc<dyn PairForm>, cutoff, truncation, accuracy| -> NamedLaw {
        (name, Arc::new(PairPotential::new(form, Some(cutoff), truncation)), accuracy)
    };
    // Three elements whose pairs end at six distances.
    let mixed = |name, truncation| -> NamedLaw {
        let pair = |[a, b]: [u8; 2]| {
            let (sum, product) = (f64::from(a + b), f64::from(a * b));
            let form = LennardJones { epsilon: 1.3 - 0.3 * product, sigma: 1.0 - 0.1 * sum + 0.03 * product };
            Ok::<_, Infallible>(PairPotential::new(Arc::new(form), Some(2.5 * form.sigma), truncation))
        };
        (name, Arc::new(PairMixture::new(3, pair).unwrap()), 1e-13)
    };
    let wca =
        |[a, b]: [u8; 2]| Ok::<_, Infallible>(PairPotential::wca(1.0 + f64::from(a * b), 1.0 - 0.1 * f64::from(a + b)));
    let lennard_jones = || Arc::new(LennardJones { epsilon: 1.3, sigma: 1.0 });
    let (exact, table) = (1e-13, 1e-10);
    [
        law("Lennard-Jones", lennard_jones(), 2.5, Truncation::Truncated, exact),
        law("shifted", lennard_jones(), 2.2, Truncation::Shifted, exact),
        law("shifted force", lennard_jones(), 2.5, Truncation::ShiftedForce, exact),
        law("WCA", lennard_jones(), 2f64.powf(1.0 / 6.0), Truncation::Shifted, exact),
        law("Morse", Arc::new(Morse { epsilon: 1.0, alpha: 4.0, equilibrium: 1.1 }), 2.5, Truncation::Truncated, table),
        law("Gaussian", Arc::new(Gaussian { epsilon: 2.0, sigma: 0.5 }), 2.0, Truncation::ShiftedForce, table),
        law(
            "inverse power",
            Arc::new(InversePower { epsilon: 1.0, sigma: 1.0, exponent: 9.0 }),
            2.0,
            Truncation::Shifted,
            table,
        ),
        mixed("three elements", Truncation::Truncated),
        mixed("three elements, shifted", Truncation::Shifted),
        mixed("three elements, shifted force", Truncation::ShiftedForce),
        ("WCA of three elements", Arc::new(PairMixture::new(3, wca).unwrap()), exact),
    ]
}

/// Rows of many lengths, one of them empty, half of them with neighbours beyond the cutoff, against sites one by one; on one and on
/// three threads to the bit.
#[test]
fn lanes_are_the_sum_over_sites() {
    let mut random = Philox::new(7, 0);
    // More than a chunk, the last one alone.
    let count = CHUNK + 21;
    let mut positions: Vec<Vector3<f64>> = Vec::new();
    while positions.len() < count - 1 {
        let x = Vector3::from_fn(|_, _| 5.0 * random.uniform());
        if positions.iter().all(|y| (x - y).norm() > 0.75) {
            positions.push(x);
        }
    }
    positions.push(Vector3::repeat(40.0));
    for (name, potential, accuracy) in laws() {
        let cutoff = potential.cutoff();
        let kinds =
            (0..count).map(|i| if potential.as_pair_mixture().is_some() { (i * i % 7 % 3) as u8 } else { 0 }).collect();
        let crowd = Crowd::new(&positions, kinds, |i| if i.is_multiple_of(2) { cutoff } else { 1.4 * cutoff });
        let around = crowd.around();
        let mut expected = Evaluation::default();
        Sites(potential.clone()).evaluate(&around, &mut expected);
        let largest = expected.forces.iter().map(Vector3::norm).fold(0.0, f64::max);
        for level in levels() {
            let pairs = Pairs { level, ..Pairs::new(&potential).unwrap() };
            let mut found = Evaluation::default();
            // Twice: nothing of the first may be left.
            for _ in 0..2 {
                pairs.evaluate(&around, &mut found);
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
            let mut again = Evaluation::default();
            pool.install(|| pairs.evaluate(&around, &mut again));
            assert_eq!((again.energy, again.virial, &again.forces), (found.energy, found.virial, &found.forces));
            let energies = [(found.energy, expected.energy), (found.continuous_energy, expected.continuous_energy)];
            for (found, expected) in energies {
                assert!((found - expected).abs() < 1e-13 * largest, "{name}, {level:?}: {found} {expected}");
            }
            assert!((found.virial - expected.virial).norm() < accuracy * expected.virial.norm(), "{name}, {level:?}");
            for (found, expected) in found.forces.iter().zip(&expected.forces) {
                assert!((found - expected).norm() < accuracy * largest, "{name}, {level:?}: {found} {expected}");
            }
        }
    }
}
