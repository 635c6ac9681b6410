//! Which Burnett functions are kept, and where their coefficients stand.

use std::ops::Range;

/// The `2l + 1` functions `(n, l, -l..=l)`, polynomials of degree `2n + l`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shell {
    /// Sonine degree.
    pub n: usize,
    /// Rank of the spherical harmonic.
    pub l: usize,
    /// Place of `m = -l`; `m` stands at `offset + l + m`, sines of `|m| phi` below zero, cosines above.
    pub offset: usize,
}

impl Shell {
    /// Degree of the polynomials.
    #[must_use]
    pub fn order(&self) -> usize {
        2 * self.n + self.l
    }
    /// Places of the coefficients.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + 2 * self.l + 1
    }
}

/// A set of shells, by rising order and, within an order, by falling rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modes {
    shells: Vec<Shell>,
    size: usize,
    order: usize,
}

impl Modes {
    /// All polynomials of degree at most `order`: `(order + 1)(order + 2)(order + 3)/6` coefficients.
    #[must_use]
    pub fn up_to(order: usize) -> Self {
        Self::of((0..=order).flat_map(|degree| (0..=degree / 2).map(move |n| (n, degree - 2 * n))))
    }
    /// Density, velocity, temperature, stress and heat flux.
    #[must_use]
    pub fn grad13() -> Self {
        Self::of([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)])
    }
    /// All moments to the third.
    #[must_use]
    pub fn grad20() -> Self {
        Self::up_to(3)
    }
    /// All moments to the third, and the scalar and the rank-two fourth moments.
    #[must_use]
    pub fn grad26() -> Self {
        Self::of([(0, 0), (0, 1), (0, 2), (1, 0), (0, 3), (1, 1), (1, 2), (2, 0)])
    }
    /// Pairs `(n, l)` by rising order and falling rank; the first four orders of a gas, `(0,0) (0,1) (0,2) (1,0)`, are
    /// always among them.
    fn of(pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let (mut shells, mut size, mut order) = (Vec::new(), 0, 0);
        for (n, l) in pairs {
            shells.push(Shell { n, l, offset: size });
            size += 2 * l + 1;
            order = order.max(2 * n + l);
        }
        Self { shells, size, order }
    }
    /// The shells.
    #[must_use]
    pub fn shells(&self) -> &[Shell] {
        &self.shells
    }
    /// Number of coefficients.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }
    /// The highest degree.
    #[must_use]
    pub fn order(&self) -> usize {
        self.order
    }
    /// The shell of these numbers.
    #[must_use]
    pub fn shell(&self, n: usize, l: usize) -> Option<Shell> {
        self.shells.iter().copied().find(|shell| (shell.n, shell.l) == (n, l))
    }
    /// The place of `(n, l, m)`.
    #[must_use]
    pub fn place(&self, n: usize, l: usize, m: isize) -> Option<usize> {
        self.shell(n, l)?.offset.checked_add_signed(l as isize + m)
    }
    /// The places of all coefficients of one degree.
    #[must_use]
    pub fn block(&self, order: usize) -> Range<usize> {
        let mut of = self.shells.iter().filter(|shell| shell.order() == order);
        let Some(first) = of.next() else { return 0..0 };
        first.offset..of.next_back().unwrap_or(first).range().end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_counted_and_found() {
        for order in 0..9 {
            let modes = Modes::up_to(order);
            assert_eq!(modes.size(), (order + 1) * (order + 2) * (order + 3) / 6);
            assert_eq!(modes.block(order).len(), (order + 1) * (order + 2) / 2);
            assert_eq!(modes.block(order).end, modes.size());
        }
        let modes = Modes::up_to(4);
        assert_eq!(modes.place(1, 2, -2), Some(20 + 9));
        assert_eq!(modes.place(2, 0, 0), Some(34));
        assert_eq!((Modes::grad13().size(), Modes::grad20().size(), Modes::grad26().size()), (13, 20, 26));
        assert_eq!(Modes::grad13().block(3), 10..13);
    }
}
