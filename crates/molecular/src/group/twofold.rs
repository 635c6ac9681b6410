//! Sums carried in two doubles.
//!
//! The edges `F(t) E U` of a reduced lattice are small differences of large numbers: at strain 1000 of a combined
//! orthogonal shear `E U` is a million edges long. Twice the working precision leaves their rounding at one unit.

/// `hi + lo`, `|lo|` at most half a unit of `hi`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Twofold {
    pub(super) hi: f64,
    lo: f64,
}

impl Twofold {
    pub(super) fn new(value: f64) -> Self {
        Self { hi: value, lo: 0.0 }
    }

    /// Knuth's two-sum of the leading parts, the rest added in working precision.
    pub(super) fn plus(self, other: Self) -> Self {
        let sum = self.hi + other.hi;
        let part = sum - self.hi;
        let error = (self.hi - (sum - part)) + (other.hi - part);
        Self::renormalised(sum, error + self.lo + other.lo)
    }

    /// The product with one double; the error of the leading product by fused multiply-add.
    pub(super) fn times(self, factor: f64) -> Self {
        let product = self.hi * factor;
        let error = self.hi.mul_add(factor, -product);
        Self::renormalised(product, self.lo.mul_add(factor, error))
    }

    fn renormalised(hi: f64, lo: f64) -> Self {
        let sum = hi + lo;
        Self { hi: sum, lo: lo - (sum - hi) }
    }
}

/// A matrix product, each entry summed in two doubles; `left` and the result are rows of columns.
pub(super) type TwofoldMatrix = [[Twofold; 3]; 3];

/// `left * right`.
pub(super) fn product(left: &TwofoldMatrix, right: &nalgebra::Matrix3<f64>) -> TwofoldMatrix {
    let mut result = TwofoldMatrix::default();
    for row in 0..3 {
        for column in 0..3 {
            let terms = (0..3).map(|k| left[row][k].times(right[(k, column)]));
            result[row][column] = terms.fold(Twofold::default(), Twofold::plus);
        }
    }
    result
}

/// A matrix of doubles as it is.
pub(super) fn widen(matrix: &nalgebra::Matrix3<f64>) -> TwofoldMatrix {
    let mut result = TwofoldMatrix::default();
    for row in 0..3 {
        for column in 0..3 {
            result[row][column] = Twofold::new(matrix[(row, column)]);
        }
    }
    result
}
