#![allow(missing_docs, clippy::print_stdout)]
use omd_flow::{AffineFlow, Description, Free, Matrix3, symmetric_components};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::MaxwellMoments;
use omd_kinetic::boltzmann::spectral::{Spectral, SpectralKernel, SpectralParameters};
fn main() {
    let a: Vec<f64> = std::env::args().skip(1).map(|x| x.parse().unwrap()).collect();
    let (modes, kn, k, end, cov) = (a[0] as usize, a[1], a[2], a[3], a[4]);
    let flow = AffineFlow::new(Matrix3::new(0.0, k, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).unwrap();
    let covariance = Matrix3::from_diagonal(&nalgebra::Vector3::new(cov, 1.0, 1.0));
    let kernel = CollisionKernel::VariableHardSphere { rate: 1.0, exponent: 0.0 };
    let mut gas = Spectral::new(SpectralParameters {
        flow: flow.clone(),
        kernel: SpectralKernel::of_kernel(&kernel, 1.0).unwrap(),
        knudsen: kn,
        number_density: 1.0,
        mass: 1.0,
        covariance,
        modes,
        tolerance: SpectralParameters::tolerance_of(modes),
    })
    .unwrap();
    let mut exact = MaxwellMoments::new(flow, 1.0, &covariance, 0.5, kn);
    for i in [0, 2, 4, 8] {
        let t = end * f64::from(i) / 8.0;
        gas.advance(t, &mut Free).unwrap();
        exact.advance(t, &mut Free).unwrap();
        let (f, e) = (symmetric_components(&gas.observe().pressure), symmetric_components(&exact.observe().pressure));
        println!(
            "{t:.3} {:?} {:?}",
            &f.map(|x| (x * 1e5).round() / 1e5)[..4],
            &e.map(|x| (x * 1e5).round() / 1e5)[..4]
        );
    }
    for f in gas.facts() {
        println!("{f:?}");
    }
}
