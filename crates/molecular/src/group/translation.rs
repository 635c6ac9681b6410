//! The time-dependent translation group of an affine flow.

use super::GroupElement;
use super::twofold::{Twofold, TwofoldMatrix, product, widen};
use omd_flow::{AffineFlow, Matrix3, Vector3, lattice};

/// The group of translations `c_nu(t) = F(t) E nu`, `nu` in `Z^3`, with a basis that is reduced again as it gets skewed.
///
/// Eq. (10) of \[JamesQiWang\].
///
/// | symbol | code | shape | dimension |
/// |---|---|---|---|
/// | `E` | `reference` | 3x3, edges as columns | length |
/// | `U` | [`Self::unimodular`] | 3x3 integers, `det = +-1` | 1 |
/// | `F(t) E U` | [`Self::edges`] | 3x3, edges as columns | length |
/// | `A E U` | [`Self::edge_rates`] | 3x3 | velocity |
///
/// # Accuracy
/// Edges and rates to one unit in the last place whatever the strain: sums are carried in two doubles.
#[derive(Clone, Debug)]
pub struct TranslationGroup {
    reference: Matrix3<f64>,
    unimodular: Matrix3<i64>,
    /// `A E`.
    reference_rate: TwofoldMatrix,
    /// `E U`.
    anchor: TwofoldMatrix,
    /// `A E U`.
    rate: TwofoldMatrix,
}

impl TranslationGroup {
    /// The group of the edges `reference` (columns, at t = 0) under `flow`; the basis is the given one.
    #[must_use]
    pub fn new(flow: &AffineFlow, reference: Matrix3<f64>) -> Self {
        let gradient = flow.velocity_gradient_at_zero();
        let mut group = Self {
            reference,
            unimodular: Matrix3::identity(),
            reference_rate: product(&widen(&gradient), &reference),
            anchor: TwofoldMatrix::default(),
            rate: TwofoldMatrix::default(),
        };
        group.set_unimodular(Matrix3::identity());
        group
    }

    /// The group of the edges `reference + rates t`, columns, with `rates` as they are.
    pub(super) fn of_rates(reference: Matrix3<f64>, rates: Matrix3<f64>) -> Self {
        let mut group = Self {
            reference,
            unimodular: Matrix3::identity(),
            reference_rate: widen(&rates),
            anchor: TwofoldMatrix::default(),
            rate: TwofoldMatrix::default(),
        };
        group.set_unimodular(Matrix3::identity());
        group
    }

    /// `E`, the edges at t = 0 as given.
    #[must_use]
    pub fn reference(&self) -> Matrix3<f64> {
        self.reference
    }

    /// `U`: the present basis is `E U`.
    #[must_use]
    pub fn unimodular(&self) -> Matrix3<i64> {
        self.unimodular
    }

    /// Takes the basis `E U`; `unimodular` has determinant 1 or -1.
    pub fn set_unimodular(&mut self, unimodular: Matrix3<i64>) {
        self.unimodular = unimodular;
        let counts = unimodular.map(|x| x as f64);
        self.anchor = product(&widen(&self.reference), &counts);
        self.rate = product(&self.reference_rate, &counts);
    }

    /// `F(t) E U`, columns.
    #[must_use]
    pub fn edges(&self, time: f64) -> Matrix3<f64> {
        Matrix3::from_fn(|row, column| self.anchor[row][column].plus(self.rate[row][column].times(time)).hi)
    }

    /// `A E U`: the velocities of the edges, columns.
    #[must_use]
    pub fn edge_rates(&self) -> Matrix3<f64> {
        Matrix3::from_fn(|row, column| self.rate[row][column].hi)
    }

    /// Replaces the basis by a reduced one at `time`; true when it changed.
    ///
    /// The lattice, and with it every image, is the same before and after.
    pub fn reduce(&mut self, time: f64) -> bool {
        let change = lattice::reduce(&self.edges(time)).unimodular;
        // Equally long edges may come in another order; that is no gain.
        if change.map(i64::abs) == Matrix3::identity() {
            return false;
        }
        self.set_unimodular(self.unimodular * change);
        true
    }

    /// `U nu`: a lattice vector of the present basis in counts of the reference basis.
    #[must_use]
    pub fn reference_counts(&self, label: Vector3<i64>) -> Vector3<i64> {
        self.unimodular * label
    }

    /// `F(t) E n` for counts `n` of the reference basis, which may be large and nearly cancel.
    #[must_use]
    pub fn reference_translation(&self, time: f64, counts: &Vector3<i64>) -> Vector3<f64> {
        self.combine(counts, |row, column| {
            Twofold::new(self.reference[(row, column)]).plus(self.reference_rate[row][column].times(time))
        })
    }

    /// `A E n`: the velocity that goes with [`Self::reference_translation`].
    #[must_use]
    pub fn reference_velocity(&self, counts: &Vector3<i64>) -> Vector3<f64> {
        self.combine(counts, |row, column| self.reference_rate[row][column])
    }

    /// `(I | A E U nu t + E U nu)`.
    #[must_use]
    pub fn element(&self, label: Vector3<i64>) -> GroupElement {
        let counts = label.map(|x| x as f64);
        let anchor = Matrix3::from_fn(|row, column| self.anchor[row][column].hi);
        GroupElement { rotation: Matrix3::identity(), rate: self.edge_rates() * counts, offset: anchor * counts }
    }

    /// All `nu` that carry some point of the cell to within `radius` of the cell: a box in `nu`, so some more.
    #[must_use]
    pub fn elements_within(&self, time: f64, radius: f64) -> Vec<Vector3<i64>> {
        let Some(inverse) = self.edges(time).try_inverse() else { return vec![Vector3::zeros()] };
        let reach = [0, 1, 2].map(|k| (radius * inverse.row(k).norm()).floor() as i64 + 1);
        let mut labels = Vec::new();
        for i in -reach[0]..=reach[0] {
            for j in -reach[1]..=reach[1] {
                for k in -reach[2]..=reach[2] {
                    labels.push(Vector3::new(i, j, k));
                }
            }
        }
        labels
    }

    /// A matrix of two doubles times `counts`, rounded at the end.
    fn combine(&self, counts: &Vector3<i64>, entry: impl Fn(usize, usize) -> Twofold) -> Vector3<f64> {
        Vector3::from_fn(|row, _| {
            let terms = (0..3).map(|column| entry(row, column).times(counts[column] as f64));
            terms.fold(Twofold::default(), Twofold::plus).hi
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reduced_edges_are_exact_at_strain_a_thousand() {
        let gradient = Matrix3::new(0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0);
        let flow = AffineFlow::new(gradient).unwrap();
        // Entries and times that are exact in binary: integers give the exact answer.
        let mut group = TranslationGroup::new(&flow, Matrix3::identity() * 5.25);
        let (mut time, mut exact) = (0.0, Matrix3::<i128>::identity());
        while time < 1000.0 {
            time += 0.375;
            group.reduce(time);
            let counts = group.unimodular().map(i128::from);
            // 8 F is an integer matrix; 21/4 the edge.
            let eighths = Matrix3::<i128>::identity() * 8 + gradient.map(|x| x as i128) * ((time * 8.0) as i128);
            exact = eighths * counts * 21;
        }
        let expected = exact.map(|x| x as f64 / 32.0);
        assert!((group.edges(time) - expected).norm() < 1e-14 * expected.norm(), "{}", group.edges(time));
        assert!(expected.norm() < 50.0, "the basis is reduced");
        assert!(group.unimodular().map(|x| x as f64).norm() > 1e5, "the case is a hard one");
    }

    #[test]
    fn counts_that_nearly_cancel_keep_their_digits() {
        let gradient = Matrix3::new(0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0);
        let cell = Matrix3::new(17.1, 0.3, -0.7, 0.0, 16.4, 0.9, 0.0, 0.0, 18.3);
        let mut group = TranslationGroup::new(&AffineFlow::new(gradient).unwrap(), cell);
        group.reduce(1000.0);
        // The reduced edges in counts of the reference basis: terms of 1e11 that add up to 20.
        for column in 0..3 {
            let counts = group.reference_counts(Matrix3::identity().column(column).into());
            let (found, edge) = (group.reference_translation(1000.0, &counts), group.edges(1000.0));
            assert!((found - edge.column(column)).norm() <= 1e-14 * found.norm(), "{found} {edge}");
            let (found, rate) = (group.reference_velocity(&counts), group.edge_rates());
            assert!((found - rate.column(column)).norm() <= 1e-14 * found.norm(), "{found} {rate}");
        }
        assert!(group.unimodular().map(|x| x as f64).norm() > 1e5, "the case is a hard one");
    }

    #[test]
    fn composing_elements_adds_labels() {
        let flow = AffineFlow::new(Matrix3::new(0.1, 1.0, 0.3, -0.2, 0.0, 1.0, 0.4, 0.0, 0.2)).unwrap();
        let group = TranslationGroup::new(&flow, Matrix3::new(3.0, 0.1, 0.0, 0.0, 2.0, 0.3, 0.2, 0.0, 4.0));
        let (p, q) = (Vector3::new(1, -2, 3), Vector3::new(0, 5, -1));
        let both = group.element(p).compose(&group.element(q));
        let sum = group.element(p + q);
        assert!((both.rate - sum.rate).norm() < 1e-13 && (both.offset - sum.offset).norm() < 1e-13);
        let at = group.element(p).position(1.5, &Vector3::zeros());
        assert!((at - group.edges(1.5) * p.map(|x| x as f64)).norm() < 1e-13);
    }
}
