use super::*;
use omd_flow::Philox;
use omd_interaction::{Coulomb, Gaussian, Harmonic, Morse, SoftMorse, Yukawa};

fn forms() -> Vec<SmoothForm> {
    let morse = Morse { epsilon: 1.2, alpha: 2.1, equilibrium: 1.15 };
    vec![
        SmoothForm::Harmonic(Harmonic { stiffness: 1.7 }),
        SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 }),
        SmoothForm::Morse(SoftMorse { morse, softening: 0.4 }),
        SmoothForm::Yukawa(Yukawa { strength: 1.3, screening: 0.8, softening: 0.2 }),
        SmoothForm::Coulomb(Coulomb { strength: -1.1, softening: 0.1 }),
    ]
}

fn cloud(count: usize) -> Vec<Vector3<f64>> {
    let mut random = Philox::new(11, 0);
    // Two clumps of different size: leaves of many levels.
    (0..count)
        .map(|k| {
            let x = Vector3::new(random.normal(), 2.0 * random.normal(), random.normal());
            if k % 3 == 0 { x * 0.1 + Vector3::new(1.5, 0.0, 0.3) } else { x }
        })
        .collect()
}

/// The definition, one pair at a time.
fn by_definition(form: &SmoothForm, positions: &[Vector3<f64>]) -> Forces {
    let count = positions.len() as f64;
    let mut forces = vec![Vector3::zeros(); positions.len()];
    let mut energy = 0.0;
    for i in 0..positions.len() {
        for j in (0..positions.len()).filter(|&j| j != i) {
            let apart = positions[i] - positions[j];
            let (pair, slope) = form.as_pair_form().energy_and_derivative(apart.norm());
            forces[i] -= apart / apart.norm() * slope / count;
            energy += pair / (2.0 * count * count);
        }
    }
    Forces { forces, energy }
}

#[test]
fn direct_sums_are_the_definition() {
    let positions = cloud(700);
    for form in forms() {
        let exact = by_definition(&form, &positions);
        let found = ForceField::new(form, ForceMethod::Direct, &positions).evaluate(&positions).unwrap();
        let size = exact.forces.iter().map(Vector3::norm).fold(0.0, f64::max);
        for (a, b) in exact.forces.iter().zip(&found.forces) {
            assert!((a - b).norm() < 1e-13 * size, "{form:?}");
        }
        assert!((exact.energy - found.energy).abs() < 1e-12 * exact.energy.abs(), "{form:?}");
    }
}

#[test]
fn tree_and_mesh_keep_their_tolerance() {
    let positions = cloud(3000);
    for form in forms() {
        for tolerance in [1e-2, 1e-4] {
            for method in [ForceMethod::Tree { tolerance }, ForceMethod::Mesh { tolerance }] {
                let field = ForceField::new(form, method, &positions);
                let error = field.measured_error(&positions, 3000).unwrap();
                // Set up by 256 of them; the worst of 3000 is not among those.
                assert!(error < 3.0 * tolerance, "{form:?} {method:?}: {error:e}");
                let direct = ForceField::new(form, ForceMethod::Direct, &positions);
                let energy = direct.evaluate(&positions).unwrap().energy;
                let difference = field.evaluate(&positions).unwrap().energy / energy - 1.0;
                assert!(difference.abs() < tolerance, "{form:?} {method:?}: energy {difference:e}");
            }
        }
    }
}

/// One clump.
fn ball(count: usize) -> Vec<Vector3<f64>> {
    let mut random = Philox::new(5, 0);
    (0..count).map(|_| Vector3::from_fn(|_, _| random.normal())).collect()
}

#[test]
fn pairs_near_each_other_are_summed_where_a_mesh_is_too_coarse() {
    let positions = ball(24_000);
    for form in [
        SmoothForm::Yukawa(Yukawa { strength: 1.3, screening: 0.8, softening: 0.1 }),
        SmoothForm::Coulomb(Coulomb { strength: 1.0, softening: 0.01 }),
    ] {
        let field = ForceField::new(form, ForceMethod::Mesh { tolerance: 1e-3 }, &positions);
        let description = field.description();
        assert!(description.contains("pairs within"), "{form:?}: {description}");
        let error = field.measured_error(&positions, 2000).unwrap();
        assert!(error < 1e-3, "{form:?} {description}: {error:e}");
    }
}

#[test]
fn a_smooth_potential_takes_a_mesh() {
    // What is right for a part of the particles is not for all of them at the first spacing.
    let form = SmoothForm::Gaussian(Gaussian { epsilon: 1.0, sigma: 1.0 });
    let positions = ball(10_000);
    for tolerance in [1e-3, 1e-4, 1e-6] {
        let field = ForceField::new(form, ForceMethod::Mesh { tolerance }, &positions);
        assert!(field.mesh.is_some(), "{tolerance:e}: {}", field.description());
        let error = field.measured_error(&positions, 1000).unwrap();
        assert!(error < tolerance, "{tolerance:e} {}: {error:e}", field.description());
    }
}

#[test]
fn a_cloud_that_grows_is_followed_and_resumed() {
    let positions = ball(8_000);
    let mut followed = 0;
    for form in forms() {
        let mut field = ForceField::new(form, ForceMethod::Mesh { tolerance: 1e-2 }, &positions);
        if field.mesh.is_none() {
            continue;
        }
        followed += 1;
        let start = field.clone();
        field.follow(&positions);
        assert_eq!(field.followed(), start.followed());
        for growth in [3.0, 30.0] {
            let grown: Vec<_> = positions.iter().map(|x| x * growth).collect();
            field.follow(&grown);
            assert!(field.measured_error(&grown, 1000).unwrap() < 2e-2, "{form:?} {}", field.description());
            let mut resumed = start.clone();
            let (lengths, counts) = field.followed();
            assert!(resumed.resume(&lengths, counts));
            let (one, other) = (field.evaluate(&grown).unwrap(), resumed.evaluate(&grown).unwrap());
            assert!(one.forces == other.forces && one.energy.to_bits() == other.energy.to_bits());
        }
        assert_ne!(field.followed(), start.followed(), "{form:?} {}", field.description());
    }
    assert!(followed >= 2, "{followed} forms took a mesh");
}

#[test]
fn a_mesh_that_would_be_too_large_is_replaced() {
    let positions = ball(8_000);
    let form = SmoothForm::Gaussian(Gaussian { epsilon: 4.0, sigma: 0.5 });
    let mut field = ForceField::new(form, ForceMethod::Mesh { tolerance: 1e-2 }, &positions);
    assert!(field.mesh.is_some());
    // As after a search in a much larger cloud: the growth alone is no reason to look again.
    field.mesh_points = MOST_POINTS;
    let far: Vec<_> = positions.iter().enumerate().map(|(k, x)| if k == 0 { x * 1e9 } else { x * 100.0 }).collect();
    assert!(field.evaluate(&far).is_none());
    field.follow(&far);
    assert!(field.measured_error(&far, 1000).unwrap() < 2e-2, "{}", field.description());
    let mut lost = far;
    lost[7].x = f64::NAN;
    field.follow(&lost);
    assert!(field.evaluate(&lost).is_none());
}

#[test]
fn an_octree_keeps_its_tolerance_where_it_saves_nothing() {
    let positions = cloud(3000);
    let all = points(&positions);
    for form in forms() {
        for tolerance in [1e-2, 1e-4] {
            let pairs = Pairs::new(&form, &positions);
            with_law!(
                &form,
                law => {
                    let tree = Tree::new(&law, tolerance, &pairs, form.feature(), &all, Level::new()).unwrap();
                    let error = Sample::of(Level::new(), &law, &all).error(&tree.fields(&law, &all).unwrap());
                    assert!(error < tolerance && error > 0.0, "{form:?} {tolerance:e}: {error:e}");
                },
                harmonic => {}
            );
        }
    }
}

#[test]
fn forces_do_not_depend_on_the_number_of_threads() {
    let positions = cloud(1500);
    for form in forms() {
        for method in
            [ForceMethod::Direct, ForceMethod::Tree { tolerance: 1e-3 }, ForceMethod::Mesh { tolerance: 1e-3 }]
        {
            let on = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| ForceField::new(form, method, &positions).evaluate(&positions).unwrap())
            };
            let (one, three) = (on(1), on(3));
            assert_eq!(one.energy.to_bits(), three.energy.to_bits());
            assert!(one.forces == three.forces, "{form:?} {method:?}");
        }
    }
}
