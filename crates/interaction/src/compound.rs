//! Parameters of potentials of three bodies for several elements.

/// One set of parameters for every ordered triple of elements: of an atom, of a neighbour it is bonded with, and of
/// another neighbour that the bond feels.
///
/// As in LAMMPS's files what is of a pair stands in the triple that names its second element twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Compound<P> {
    kinds: u8,
    triples: Vec<P>,
}

impl<P> Compound<P> {
    /// Of `kinds` elements, with the parameters that `triple` gives for three of them.
    ///
    /// # Errors
    /// The first that `triple` has.
    pub fn new<E>(kinds: u8, mut triple: impl FnMut([u8; 3]) -> Result<P, E>) -> Result<Self, E> {
        let all = (0..kinds).flat_map(|i| (0..kinds).flat_map(move |j| (0..kinds).map(move |k| [i, j, k])));
        let triples = all.map(&mut triple).collect::<Result<_, E>>()?;
        Ok(Self { kinds, triples })
    }

    /// How many elements there are.
    #[must_use]
    pub fn kinds(&self) -> u8 {
        self.kinds
    }

    /// The parameters of three of the elements.
    #[inline]
    #[must_use]
    pub fn triple(&self, [i, j, k]: [u8; 3]) -> &P {
        let count = usize::from(self.kinds);
        &self.triples[(usize::from(i) * count + usize::from(j)) * count + usize::from(k)]
    }

    /// All of them.
    pub(crate) fn triples(&self) -> impl Iterator<Item = &P> {
        self.triples.iter()
    }
}

#[cfg(test)]
mod tests;
