//! The long-time form of the velocity gradient: Theorem 3.1 of \[JamesNotaVelazquez2019\].

use crate::AffineFlow;
use nalgebra::{Matrix3, SVD, Vector3};

/// The canonical name of a flow's long-time form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowClass {
    /// `A = 0`.
    Rest,
    /// A real negative eigenvalue: the flow ends at `t*`.
    Singular,
    /// `det A != 0`: `L ~ I/t`.
    HomogeneousDilatation,
    /// Rank 2, simple zero eigenvalue, `K = 0`.
    CylindricalDilatation,
    /// Rank 2, simple zero eigenvalue, `K != 0`.
    CylindricalDilatationAndShear,
    /// Rank 1, `tr A != 0`.
    PlanarShear,
    /// `A^2 = 0`.
    SimpleShear,
    /// Rank 2, defective double zero eigenvalue and another one.
    SimpleShearWithDecayingPlanarDilatation,
    /// `A^3 = 0`, `A^2 != 0`.
    CombinedOrthogonalShear,
}

impl FlowClass {
    /// The name in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Singular => "singular in finite time",
            Self::HomogeneousDilatation => "homogeneous dilatation",
            Self::CylindricalDilatation => "cylindrical dilatation",
            Self::CylindricalDilatationAndShear => "cylindrical dilatation and shear",
            Self::PlanarShear => "planar shear",
            Self::SimpleShear => "simple shear",
            Self::SimpleShearWithDecayingPlanarDilatation => "simple shear with decaying planar dilatation/shear",
            Self::CombinedOrthogonalShear => "combined orthogonal shear",
        }
    }
}

/// The class and the leading order `L(t) -> growing * t + constant + decaying / t` in the lab frame.
#[derive(Clone, Debug, PartialEq)]
pub struct LongTimeForm {
    /// The canonical name.
    pub class: FlowClass,
    /// The parameters of the canonical form in its own frame: `K`, or `K1`, `K2`, `K3`.
    pub parameters: Vec<(&'static str, f64)>,
    /// Coefficient of `t`.
    pub growing: Matrix3<f64>,
    /// Constant part.
    pub constant: Matrix3<f64>,
    /// Coefficient of `1/t`.
    pub decaying: Matrix3<f64>,
}

impl LongTimeForm {
    fn new(class: FlowClass) -> Self {
        let zero = Matrix3::zeros();
        Self { class, parameters: Vec::new(), growing: zero, constant: zero, decaying: zero }
    }

    /// The leading order of `L(t)`, 1/time; meaningless for [`FlowClass::Singular`].
    #[must_use]
    pub fn velocity_gradient(&self, time: f64) -> Matrix3<f64> {
        self.growing * time + self.constant + self.decaying / time
    }
}

impl AffineFlow {
    /// The long-time form. Invariants and singular values below rounding (`1e-12 |A|^k`) count as zero.
    #[must_use]
    pub fn classify(&self) -> LongTimeForm {
        let a = self.velocity_gradient_at_zero();
        let norm = a.norm();
        if norm == 0.0 {
            return LongTimeForm::new(FlowClass::Rest);
        }
        if self.singular_time().is_some() {
            return LongTimeForm::new(FlowClass::Singular);
        }
        let [trace, second, determinant] = self.volume_coefficients();
        let zero = |value: f64, power: i32| value.abs() <= 1e-12 * norm.powi(power);
        if !zero(determinant, 3) {
            let mut form = LongTimeForm::new(FlowClass::HomogeneousDilatation);
            form.decaying = Matrix3::identity();
            return form;
        }
        let square = a * a;
        match (zero(second, 2), zero(trace, 1)) {
            (false, _) => cylindrical(&a),
            (true, true) if zero(square.norm(), 2) => {
                let mut form = LongTimeForm::new(FlowClass::SimpleShear);
                form.constant = a;
                form.parameters.push(("K", norm));
                form
            }
            (true, true) => orthogonal_shear(&a, &square),
            (true, false) => planar(&a, &square, trace),
        }
    }
}

/// Rank 2 with a simple zero eigenvalue: `L ~ Pi/t`, `Pi` the projector along the null vector.
fn cylindrical(a: &Matrix3<f64>) -> LongTimeForm {
    let svd = SVD::new(*a, true, true);
    // Singular values come sorted; the null vectors belong to the last.
    let (Some(u), Some(vt)) = (svd.u, svd.v_t) else { unreachable!("both factors were asked for") };
    let (left, right): (Vector3<f64>, Vector3<f64>) = (u.column(2).into(), vt.row(2).transpose());
    let projector = Matrix3::identity() - right * left.transpose() / left.dot(&right);
    let shear = (projector.norm_squared() - 2.0).max(0.0).sqrt();
    let class = if shear < 1e-6 { FlowClass::CylindricalDilatation } else { FlowClass::CylindricalDilatationAndShear };
    let mut form = LongTimeForm::new(class);
    form.decaying = projector;
    form.parameters.push(("K", if shear < 1e-6 { 0.0 } else { shear }));
    form
}

/// `A^3 = 0 != A^2`: `L = A - t A^2`; the frame is `e1 || range A^2`, `e3 || range (A^2)^T`.
fn orthogonal_shear(a: &Matrix3<f64>, square: &Matrix3<f64>) -> LongTimeForm {
    let mut form = LongTimeForm::new(FlowClass::CombinedOrthogonalShear);
    form.constant = *a;
    form.growing = -square;
    let svd = SVD::new(*square, true, true);
    let (Some(u), Some(vt)) = (svd.u, svd.v_t) else { unreachable!("both factors were asked for") };
    let (e1, e3): (Vector3<f64>, Vector3<f64>) = (u.column(0).into(), vt.row(0).transpose());
    let e2 = e3.cross(&e1);
    form.parameters.extend([("K1", e2.dot(&(a * e3))), ("K2", e1.dot(&(a * e3))), ("K3", e1.dot(&(a * e2)))]);
    form
}

/// One eigenvalue `lambda = tr A` besides a double zero: `A = N + lambda Pi`, `L -> N + Pi/t`.
fn planar(a: &Matrix3<f64>, square: &Matrix3<f64>, trace: f64) -> LongTimeForm {
    let projector = square / (trace * trace);
    let nilpotent = a - projector * trace;
    if nilpotent.norm() <= 1e-9 * a.norm() {
        let mut form = LongTimeForm::new(FlowClass::PlanarShear);
        form.decaying = projector;
        form.parameters.push(("K", (projector.norm_squared() - 1.0).max(0.0).sqrt()));
        return form;
    }
    let mut form = LongTimeForm::new(FlowClass::SimpleShearWithDecayingPlanarDilatation);
    form.constant = nilpotent;
    form.decaying = projector;
    let svd = SVD::new(nilpotent, true, true);
    let (Some(u), Some(vt)) = (svd.u, svd.v_t) else { unreachable!("both factors were asked for") };
    let (e1, e2): (Vector3<f64>, Vector3<f64>) = (u.column(0).into(), vt.row(0).transpose());
    let e3 = e1.cross(&e2);
    // Pi = (K1 e1 + e3) (x) (K3 e2 + e3).
    form.parameters.extend([
        ("K1", e1.dot(&(projector * e3))),
        ("K2", e1.dot(&(nilpotent * e2))),
        ("K3", e3.dot(&(projector * e2))),
    ]);
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::Rotation3;

    fn cases() -> Vec<(Matrix3<f64>, FlowClass)> {
        let m = Matrix3::new;
        vec![
            (m(0.0, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), FlowClass::SimpleShear),
            (m(1.0, 0.3, 0.1, 0.0, 2.0, 0.4, 0.0, 0.2, 1.0), FlowClass::HomogeneousDilatation),
            (m(0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0), FlowClass::CylindricalDilatation),
            (m(1.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0), FlowClass::CylindricalDilatationAndShear),
            (m(0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.0, 1.5), FlowClass::PlanarShear),
            (m(0.0, 0.8, 0.3, 0.0, 0.0, 0.0, 0.0, 0.4, 1.2), FlowClass::SimpleShearWithDecayingPlanarDilatation),
            (m(0.0, 0.8, 0.3, 0.0, 0.0, -0.5, 0.0, 0.0, 0.0), FlowClass::CombinedOrthogonalShear),
            (m(-0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), FlowClass::Singular),
            (Matrix3::zeros(), FlowClass::Rest),
        ]
    }

    #[test]
    fn every_class_is_recognised_in_any_frame_and_its_form_is_approached() {
        let turn = Rotation3::new(Vector3::new(0.3, -0.8, 0.5));
        for (matrix, class) in cases() {
            let flow = AffineFlow::new(turn * matrix * turn.transpose()).unwrap();
            let form = flow.classify();
            assert_eq!(form.class, class);
            if class == FlowClass::Singular {
                continue;
            }
            // What is left falls like 1/t^2 (or is zero), one order below the leading term of each class.
            for time in [1e3, 1e4] {
                let rest = (flow.velocity_gradient(time) - form.velocity_gradient(time)).norm();
                assert!(rest * time * time < 10.0, "{class:?}: {rest} at {time}");
            }
        }
    }

    #[test]
    fn parameters_are_those_of_the_canonical_frame() {
        let value = |m: Matrix3<f64>, index: usize| AffineFlow::new(m).unwrap().classify().parameters[index].1.abs();
        assert!((value(cases()[3].0, 0) - 0.5).abs() < 1e-12);
        assert!((value(cases()[4].0, 0) - 0.4).abs() < 1e-12);
        let combined = cases()[6].0;
        for (index, wanted) in [0.5, 0.3, 0.8].into_iter().enumerate() {
            assert!((value(combined, index) - wanted).abs() < 1e-12);
        }
    }
}
