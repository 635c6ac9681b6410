use super::*;

fn forms() -> Vec<Arc<dyn PairForm>> {
    vec![
        Arc::new(LennardJones { epsilon: 1.3, sigma: 0.9 }),
        Arc::new(InversePower { epsilon: 0.7, sigma: 1.1, exponent: 4.5 }),
        Arc::new(Morse { epsilon: 1.2, alpha: 2.1, equilibrium: 1.15 }),
        Arc::new(Gaussian { epsilon: 4.0, sigma: 0.6 }),
        Arc::new(Harmonic { stiffness: 2.5 }),
        Arc::new(SoftMorse { morse: Morse { epsilon: 1.2, alpha: 2.1, equilibrium: 1.15 }, softening: 0.4 }),
        Arc::new(Yukawa { strength: 1.3, screening: 0.8, softening: 0.3 }),
        Arc::new(Coulomb { strength: -1.1, softening: 0.25 }),
    ]
}

/// Fourth-order central difference.
fn difference(potential: &PairPotential, r: f64) -> f64 {
    let h = 1e-4;
    let u = |k: f64| potential.energy(r + k * h);
    (8.0 * (u(1.0) - u(-1.0)) - (u(2.0) - u(-2.0))) / (12.0 * h)
}

#[test]
fn the_derivative_is_the_slope_of_the_energy() {
    for form in forms() {
        for truncation in [Truncation::Truncated, Truncation::Shifted, Truncation::ShiftedForce] {
            for cutoff in [None, Some(2.3)] {
                let potential = PairPotential::new(form.clone(), cutoff, truncation);
                for r in [0.85, 1.0, 1.25, 1.7, 2.2] {
                    let (exact, measured) = (potential.derivative(r), difference(&potential, r));
                    let scale = exact.abs().max(1.0);
                    assert!((exact - measured).abs() < 1e-9 * scale, "{potential:?} at {r}: {exact} {measured}");
                }
            }
        }
        for r in [0.9, 1.4] {
            let (energy, derivative) = form.energy_and_derivative(r);
            assert!((energy - form.energy(r)).abs() < 1e-14 * energy.abs().max(1.0), "{form:?}");
            assert!((derivative - form.derivative(r)).abs() < 1e-14 * derivative.abs().max(1.0), "{form:?}");
        }
    }
}

#[test]
fn truncations_end_as_they_say() {
    let rc = 2.3;
    for form in forms() {
        let just_inside = rc * (1.0 - 1e-12);
        let at = |truncation| PairPotential::new(form.clone(), Some(rc), truncation);
        assert!((at(Truncation::Truncated).energy(just_inside) - form.energy(rc)).abs() < 1e-10);
        assert!(at(Truncation::Shifted).energy(just_inside).abs() < 1e-10);
        assert!((at(Truncation::Shifted).derivative(just_inside) - form.derivative(rc)).abs() < 1e-9);
        assert!(at(Truncation::ShiftedForce).energy(just_inside).abs() < 1e-10);
        assert!(at(Truncation::ShiftedForce).derivative(just_inside).abs() < 1e-9);
        assert_eq!(at(Truncation::Truncated).energy(rc), 0.0);
    }
}

#[test]
fn minima_and_origins() {
    let morse = Morse { epsilon: 1.2, alpha: 2.1, equilibrium: 1.15 };
    assert_eq!(morse.energy(1.15), -1.2);
    assert_eq!(morse.derivative(1.15), 0.0);
    assert_eq!(Gaussian { epsilon: 4.0, sigma: 0.6 }.energy(0.0), 4.0);
    assert_eq!(Gaussian { epsilon: 4.0, sigma: 0.6 }.derivative(0.0), 0.0);
}

#[test]
fn curvatures_are_slopes_of_the_force() {
    let smooth: Vec<_> = forms().iter().filter_map(|form| form.as_smooth()).collect();
    assert_eq!(smooth.len(), 5);
    for form in smooth {
        let (h, mut most) = (1e-4, 0.0f64);
        for k in 1..400 {
            let r = 0.01 * f64::from(k);
            let force = |x: f64| form.as_pair_form().derivative(x);
            let slope = (8.0 * (force(r + h) - force(r - h)) - (force(r + 2.0 * h) - force(r - 2.0 * h))) / (12.0 * h);
            let [along, across] = form.curvatures(r);
            assert!((along - slope).abs() < 1e-8 * slope.abs().max(1.0), "{form:?} at {r}: {along} {slope}");
            assert!((across - force(r) / r).abs() < 1e-12 * across.abs().max(1.0), "{form:?} at {r}");
            most = most.max(along.abs()).max(across.abs());
            assert!(form.largest_force(4.0) >= force(r).abs());
        }
        let lipschitz = form.lipschitz_constant(4.0);
        assert!(lipschitz >= most && lipschitz < 1.01 * most.max(form.curvatures(0.0)[0].abs()), "{form:?}");
    }
    // By hand: a Gaussian is steepest at r = sigma and most curved at the origin.
    let SmoothForm::Gaussian(form) = (Gaussian { epsilon: 4.0, sigma: 0.6 }).as_smooth().unwrap() else { panic!() };
    let form = SmoothForm::Gaussian(form);
    assert!((form.largest_force(9.0) / (4.0 / 0.6 * (-0.5f64).exp()) - 1.0).abs() < 1e-12);
    assert!((form.lipschitz_constant(9.0) / (4.0 / 0.36) - 1.0).abs() < 1e-12);
}
