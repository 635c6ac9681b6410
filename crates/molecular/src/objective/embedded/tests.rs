use super::*;
use crate::force::levels;
use crate::objective::crowd::Crowd;
use omd_flow::Philox;
use omd_interaction::EmbeddedTables;

/// Functions of two elements that do not vanish at the cutoff, and densities beyond the last one of the table.
fn metals() -> EmbeddedAtom {
    let of = |a: f64, b: f64| EmbeddedTables {
        density_step: 0.05,
        embedding: (0..60).map(|m| -(1.0 + a) * (0.05 * f64::from(m)).sqrt()).collect(),
        distance_step: 0.05,
        density: (0..60).map(|m| (3.0 + a - b) * (-0.05 * (1.5 + 0.2 * b) * f64::from(m)).exp()).collect(),
        pair: (0..60).map(|m| (8.0 + a + b) * (-0.1 * f64::from(m)).exp() - 0.01 * f64::from(m)).collect(),
        cutoff: 3.0,
    };
    EmbeddedAtom::of_elements(&[[of(0.0, 0.0), of(0.0, 1.0)], [of(1.0, 0.0), of(1.0, 1.0)]]).unwrap()
}

/// Functions that do not vanish at the cutoff, and densities beyond the last one of the table.
fn metal() -> EmbeddedAtom {
    let grid = |step: f64, f: fn(f64) -> f64| (0..60).map(|m| f(step * f64::from(m))).collect::<Vec<_>>();
    EmbeddedAtom::new(&EmbeddedTables {
        density_step: 0.05,
        embedding: grid(0.05, |rho| -rho.sqrt()),
        distance_step: 0.05,
        density: grid(0.05, |r| 3.0 * (-1.5 * r).exp()),
        pair: grid(0.05, |r| 8.0 * (-2.0 * r).exp() - 0.2 * r),
        cutoff: 3.0,
    })
    .unwrap()
}

/// Rows of many lengths, one of them empty, half of them with neighbours beyond the cutoff, against sites one by one; on one and on
/// three threads to the bit.
#[test]
fn lanes_are_the_sum_over_sites() {
    checked(&metal(), |_| 0);
    checked(&metals(), |k| u8::from(k % 5 < 2));
}

fn checked(atom: &EmbeddedAtom, kind: impl Fn(usize) -> u8) {
    let mut random = Philox::new(7, 0);
    // More than a chunk, the last one alone.
    let count = CHUNK + 21;
    let mut positions: Vec<_> = (0..count).map(|_| Vector3::from_fn(|_, _| 6.0 * random.uniform())).collect();
    positions[count - 1] = Vector3::repeat(40.0);
    let kinds: Vec<u8> = (0..count).map(kind).collect();
    let crowd = Crowd::new(&positions, kinds.clone(), |i| if i % 2 == 0 { 3.0 } else { 4.5 });
    let around = crowd.around();
    let mut expected = Evaluation::default();
    Sites(Arc::new(atom.clone())).evaluate(&around, &mut expected);
    let largest = expected.forces.iter().map(Vector3::norm).fold(0.0, f64::max);
    let mut densities = positions.iter().enumerate().map(|(i, x)| {
        let others = positions.iter().enumerate().filter(|(j, y)| *j != i && (*y - x).norm() < 3.0);
        others.map(|(j, y)| atom.density([kinds[i], kinds[j]], (y - x).norm())).sum::<f64>()
    });
    assert!(densities.any(|density| density > 3.0));
    for level in levels() {
        let mut found = Evaluation::default();
        // Twice: nothing of the first may be left.
        for _ in 0..2 {
            EmbeddedAtoms { atom: atom.clone(), level }.evaluate(&around, &mut found);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let mut again = Evaluation::default();
        pool.install(|| EmbeddedAtoms { atom: atom.clone(), level }.evaluate(&around, &mut again));
        assert_eq!((again.energy, again.virial, &again.forces), (found.energy, found.virial, &found.forces));
        assert!((found.energy - expected.energy).abs() < 1e-13 * expected.energy.abs(), "{level:?}");
        assert!((found.virial - expected.virial).norm() < 1e-13 * expected.virial.norm(), "{level:?}");
        for (found, expected) in found.forces.iter().zip(&expected.forces) {
            assert!((found - expected).norm() < 1e-13 * largest, "{level:?}: {found} {expected}");
        }
    }
}
