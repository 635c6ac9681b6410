//! tmp
use omd_flow::{AffineFlow, Description, Free, Matrix3};
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::{Dsmc, DsmcParameters};
fn main() {
    for (name, kernel, shear, time) in [
        ("hs K/nu 0.1", CollisionKernel::hard_sphere(0.75), 0.4, 5.0),
        ("hs 1", CollisionKernel::hard_sphere(0.75), 4.0, 0.75),
        ("maxwell 0.1", CollisionKernel::VariableHardSphere { rate: 4.0, exponent: 0.0 }, 0.2, 5.0),
        ("maxwell 1", CollisionKernel::VariableHardSphere { rate: 4.0, exponent: 0.0 }, 2.0, 1.5),
    ] {
        let n = 2000;
        let rows: Vec<[f64; 4]> = (0..3000).map(|replica| {
            let mut gradient = Matrix3::zeros();
            gradient[(0, 1)] = shear;
            let mut dsmc = Dsmc::new(DsmcParameters { flow: AffineFlow::new(gradient).unwrap(), kernel: kernel.clone(), knudsen: 1.0, number_density: 1.0, mass: 1.0, covariance: Matrix3::identity(), particles: n, seed: 1, replica }).unwrap();
            dsmc.advance(time, &mut Free).unwrap();
            let row = dsmc.observe();
            let f = row.extra.iter().find(|x| x.name == "fourth_moment").unwrap().value;
            [row.temperature, row.pressure[(0, 1)], row.pressure[(1, 1)], f]
        }).collect();
        print!("{name}");
        for k in 0..4 {
            let m = rows.iter().map(|r| r[k]).sum::<f64>() / 3000.0;
            let v = rows.iter().map(|r| (r[k] - m).powi(2)).sum::<f64>() / 2999.0;
            print!("  {m:.5} {:.4}", (v * n as f64));
        }
        println!();
    }
}
