#![allow(missing_docs, clippy::print_stdout)]
use omd_interaction::CollisionKernel;
use omd_kinetic::boltzmann::spectral::{Collision, Parity, Quadrature, SpectralKernel};
fn main() {
    let a: Vec<f64> = std::env::args().skip(1).map(|x| x.parse().unwrap()).collect();
    let kernel = CollisionKernel::VariableHardSphere { rate: 1.0, exponent: 0.0 };
    for (n, parity, shells, degree) in [
        (16, Parity::Even, 7, 9),
        (16, Parity::Even, 7, 15),
        (24, Parity::Even, 10, 15),
        (32, Parity::Even, 10, 15),
        (32, Parity::Even, 13, 15),
        (32, Parity::Even, 13, 23),
    ] {
        let w = a[0] * (0.5 * 3.14159 * n as f64).sqrt();
        let mut c =
            Collision::new(n, SpectralKernel::of_kernel(&kernel, 1.0).unwrap(), parity, Quadrature { shells, degree })
                .unwrap();
        let ax: Vec<f64> =
            (0..n).map(|j| 2.0 * w / n as f64 * if 2 * j < n { j as f64 } else { j as f64 - n as f64 }).collect();
        let mut g = Vec::new();
        let mut pts = Vec::new();
        let var = [1.5, 1.0, 0.8];
        for z in &ax {
            for y in &ax {
                for x in &ax {
                    g.push(
                        (-0.5 * (x * x / var[0] + y * y / var[1] + z * z / var[2])).exp()
                            / ((2.0 * std::f64::consts::PI).powi(3) * var[0] * var[1] * var[2]).sqrt(),
                    );
                    pts.push([*x, *y, *z]);
                }
            }
        }
        let q = c.evaluate(&g, w, w * a[1]).unwrap();
        let cell = (2.0 * w / n as f64).powi(3);
        let m = |f: &dyn Fn(&[f64; 3]) -> f64| q.iter().zip(&pts).map(|(q, p)| q * f(p)).sum::<f64>() * cell;
        println!(
            "{n} {parity:?} mass {:.2e} xx {:.6} yy {:.6} zz {:.6} expect {:.6} {:.6} {:.6}",
            m(&|_| 1.0),
            m(&|p| p[0] * p[0]),
            m(&|p| p[1] * p[1]),
            m(&|p| p[2] * p[2]),
            -0.5 * (1.5 - 1.1),
            -0.5 * (1.0 - 1.1),
            -0.5 * (0.8 - 1.1)
        );
    }
}
