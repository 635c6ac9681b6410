use super::*;
use omd_flow::Philox;

fn normal<const D: usize>(count: usize, stream: u64) -> Vec<[f64; D]> {
    let mut random = Philox::new(17, stream);
    (0..count).map(|_| std::array::from_fn(|_| random.normal())).collect()
}

/// Over all permutations.
fn by_enumeration(a: &[[f64; 3]], b: &[[f64; 3]]) -> f64 {
    fn least(a: &[[f64; 3]], b: &[[f64; 3]], used: &mut [bool]) -> f64 {
        let Some((first, rest)) = a.split_first() else { return 0.0 };
        let mut best = f64::INFINITY;
        for j in 0..b.len() {
            if !used[j] {
                used[j] = true;
                best = best.min(distance(first, &b[j]) + least(rest, b, used));
                used[j] = false;
            }
        }
        best
    }
    least(a, b, &mut vec![false; b.len()]) / a.len() as f64
}

#[test]
fn assignments_are_the_best_of_all_permutations() {
    for stream in 0..40 {
        let count = 1 + stream as usize % 8;
        let (a, mut b) = (normal::<3>(count, 2 * stream), normal::<3>(count, 2 * stream + 1));
        if count > 3 && stream % 2 == 0 {
            // Ties.
            b[1] = b[0];
            b[2] = a[1];
        }
        let found = exact(&a, &b).unwrap();
        let best = by_enumeration(&a, &b);
        assert!((found.distance - best).abs() < 1e-14, "{stream}: {} {best}", found.distance);
    }
}

#[test]
fn larger_assignments_prove_themselves() {
    let (a, b) = (normal::<6>(700, 1), normal::<6>(700, 2));
    let found = exact(&a, &b).unwrap();
    assert!(found.gap.abs() < 1e-13, "{}", found.gap);
    let mut seen = [false; 700];
    found.partner.iter().for_each(|&j| assert!(!std::mem::replace(&mut seen[j as usize], true)));
    let cost: f64 = (0..700).map(|i| distance(&a[i], &b[found.partner[i] as usize])).sum::<f64>() / 700.0;
    assert!((cost - found.distance).abs() < 1e-13);
    // A small displacement of every point by the same vector moves by its length.
    let shifted: Vec<[f64; 6]> = a.iter().map(|x| [x[0] + 1e-3, x[1], x[2], x[3] - 1e-3, x[4], x[5]]).collect();
    assert!((exact(&a, &shifted).unwrap().distance - 1e-3 * 2f64.sqrt()).abs() < 1e-14);
    assert!(exact(&a, &b[1..]).is_none() && exact::<3>(&[], &[]).is_none());
}

#[test]
fn samples_of_a_normal_law_are_as_far_apart_as_independent_programs_say() {
    // Means and standard errors over samples of 256 by another exact solver.
    for (dimension, wanted, error) in [(3, 0.511_543_673_653_241_3, 0.002_862), (6, 1.345_074_447_578_169, 0.003_658)] {
        let found: Vec<f64> = (0..16)
            .map(|k| match dimension {
                3 => exact(&normal::<3>(256, 100 + 2 * k), &normal::<3>(256, 101 + 2 * k)).unwrap().distance,
                _ => exact(&normal::<6>(256, 200 + 2 * k), &normal::<6>(256, 201 + 2 * k)).unwrap().distance,
            })
            .collect();
        let mean = found.iter().sum::<f64>() / 16.0;
        let own = (found.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (16.0 * 15.0)).sqrt();
        let z = (mean - wanted) / own.hypot(error);
        assert!(z.abs() < 4.0, "{dimension}: {mean} +- {own}, {z} standard errors");
    }
}

#[test]
fn the_entropic_bracket_holds_and_closes() {
    let (a, b) = (normal::<3>(300, 5), normal::<3>(300, 6));
    let exact = exact(&a, &b).unwrap().distance;
    let mut last = f64::INFINITY;
    for (temperature, sweeps) in [(0.5, 1), (0.1, 20), (0.01, 60)] {
        let Bracket { lower, upper } = entropic(&a, &b, temperature, sweeps).unwrap();
        assert!(lower <= exact + 1e-13 && upper >= exact - 1e-13, "{lower} {exact} {upper}");
        assert!(upper - lower < last);
        last = upper - lower;
    }
    assert!(last < 0.02 * exact, "{last} of {exact}");
    // Different numbers: 2 points at +-1 and one at 0.
    let one = entropic(&[[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], &[[0.0; 3]], 0.01, 10).unwrap();
    assert!((one.lower - 1.0).abs() < 1e-12 && (one.upper - 1.0).abs() < 1e-9, "{one:?}");
}

#[test]
fn slices_bound_from_below() {
    let (a, b) = (normal::<6>(500, 8), normal::<6>(500, 9));
    let exact = exact(&a, &b).unwrap().distance;
    let found = sliced(&a, &b, 400, 1).unwrap();
    assert!(found.lower_bound - 4.0 * found.lower_bound_error < exact);
    // A translation: every direction gives |e.d|, and the bound is the distance.
    let shifted: Vec<[f64; 6]> = a.iter().map(|x| [x[0] + 3.0, x[1], x[2] - 4.0, x[3], x[4], x[5]]).collect();
    let found = sliced(&a, &shifted, 4000, 1).unwrap();
    assert!((found.lower_bound - 5.0).abs() < 4.0 * found.lower_bound_error, "{found:?}");
    assert!((super::sliced::mean_coordinate(3) - 0.5).abs() < 1e-15);
    assert!((super::sliced::mean_coordinate(6) - 0.339_530_545_262_710_3).abs() < 1e-12);
    // Unequal numbers: doubling every point changes nothing.
    let doubled: Vec<[f64; 6]> = b.iter().flat_map(|x| [*x, *x]).collect();
    let (once, twice) = (sliced(&a, &b, 10, 2).unwrap(), sliced(&a, &doubled, 10, 2).unwrap());
    assert!((once.distance - twice.distance).abs() < 1e-13);
}
