//! Which atoms are of which element, and what they weigh.

use crate::MolecularError;

/// A kind of atoms.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// What it is called.
    pub name: String,
    /// Mass of an atom.
    pub mass: f64,
}

/// The elements of a simulation in the order of its potential, and which atom is of which.
#[derive(Clone, Debug, PartialEq)]
pub struct Species {
    elements: Vec<Element>,
    /// Of each atom; none where all are of the first element.
    kinds: Vec<u8>,
}

impl Species {
    /// Atoms of one element without a name.
    #[must_use]
    pub fn one(mass: f64) -> Self {
        Self::named("", mass)
    }

    /// Atoms of one element.
    #[must_use]
    pub fn named(name: &str, mass: f64) -> Self {
        Self { elements: vec![Element { name: name.to_owned(), mass }], kinds: Vec::new() }
    }

    /// Atoms of several elements; `kinds` are indices into them, one for each atom.
    ///
    /// # Errors
    /// [`MolecularError::Atoms`]: no elements, more than 255, or an atom of none of them.
    pub fn new(elements: Vec<Element>, kinds: Vec<u8>) -> Result<Self, MolecularError> {
        if elements.is_empty() || elements.len() > usize::from(u8::MAX) {
            let message = format!("{} elements cannot be simulated, 1 to 255 can", elements.len());
            return Err(MolecularError::Atoms(message));
        }
        match kinds.iter().position(|&kind| usize::from(kind) >= elements.len()) {
            Some(atom) => Err(MolecularError::Atoms(format!("atom {} is of none of the elements", atom + 1))),
            None => Ok(Self { elements, kinds }),
        }
    }

    /// The elements.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The element of each of `count` atoms.
    ///
    /// # Errors
    /// [`MolecularError::Atoms`] where the species are those of another number of atoms.
    pub fn kinds(&self, count: usize) -> Result<Vec<u8>, MolecularError> {
        match self.kinds.len() {
            0 => Ok(vec![0; count]),
            found if found == count => Ok(self.kinds.clone()),
            found => Err(MolecularError::Atoms(format!("{count} atoms, the elements of {found}"))),
        }
    }

    /// How many of `count` atoms are of each element.
    #[must_use]
    pub fn counts(&self, count: usize) -> Vec<usize> {
        let mut counts = vec![0; self.elements.len()];
        if self.kinds.is_empty() {
            counts[0] = count;
        }
        self.kinds.iter().for_each(|&kind| counts[usize::from(kind)] += 1);
        counts
    }

    /// The mass that others are counted in: that of the first element.
    #[must_use]
    pub fn reference_mass(&self) -> f64 {
        self.elements[0].mass
    }

    /// The mass of each of `count` atoms over [`Self::reference_mass`].
    ///
    /// # Errors
    /// As [`Self::kinds`].
    pub fn weights(&self, count: usize) -> Result<Vec<f64>, MolecularError> {
        let by_kind = self.weights_of_kinds();
        Ok(self.kinds(count)?.into_iter().map(|kind| by_kind[usize::from(kind)]).collect())
    }

    /// The masses over [`Self::reference_mass`], one for the first element to the bit.
    pub(crate) fn weights_of_kinds(&self) -> Vec<f64> {
        self.elements.iter().map(|element| element.mass / self.reference_mass()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(name: &str, mass: f64) -> Element {
        Element { name: name.to_owned(), mass }
    }

    #[test]
    fn atoms_are_counted_and_weighed() {
        let species = Species::new(vec![element("Ni", 50.0), element("Al", 25.0), element("H", 1.0)], vec![1, 0, 1]);
        let species = species.unwrap();
        assert_eq!((species.counts(3), species.weights(3).unwrap()), (vec![1, 2, 0], vec![0.5, 1.0, 0.5]));
        let refused = species.weights(4).unwrap_err().to_string();
        assert!(refused.ends_with("4 atoms, the elements of 3"), "{refused}");
        let one = Species::one(3.0);
        assert_eq!((one.counts(2), one.weights(2).unwrap(), one.reference_mass()), (vec![2], vec![1.0, 1.0], 3.0));
    }

    #[test]
    fn atoms_of_no_element_are_named() {
        let refused = |elements: Vec<Element>| Species::new(elements, vec![0, 1]).unwrap_err().to_string();
        assert!(refused(vec![element("Ni", 50.0)]).ends_with("atom 2 is of none of the elements"));
        assert!(refused(vec![]).ends_with("0 elements cannot be simulated, 1 to 255 can"));
    }
}
