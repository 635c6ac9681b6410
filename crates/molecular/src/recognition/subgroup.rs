//! Subgroups that move every atom, which is what makes images of a molecule that do not meet it.

/// A finite group as its table of products; 0 is the identity.
pub(super) struct Table {
    pub(super) products: Vec<Vec<usize>>,
    /// Elements that leave an atom where it is.
    pub(super) fixes: Vec<bool>,
    /// Elements that keep left and right.
    pub(super) proper: Vec<bool>,
}

/// A subgroup.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subgroup {
    pub(super) elements: Vec<usize>,
    pub(super) generators: Vec<usize>,
}

impl Table {
    /// The largest subgroup whose elements, the identity aside, leave no atom where it is; of rotations alone where that
    /// is as large. Subgroups of up to two generators and those with more on top of the best of them.
    pub(super) fn largest_free(&self) -> Subgroup {
        let mut best = Subgroup { elements: vec![0], generators: Vec::new() };
        let free: Vec<usize> = (1..self.fixes.len()).filter(|k| !self.fixes[*k]).collect();
        let mut take = |generators: Vec<usize>| {
            if let Some(found) = self.closure(generators)
                && self.score(&found) > self.score(&best)
            {
                best = found;
            }
        };
        free.iter().for_each(|&a| take(vec![a]));
        for (at, &a) in free.iter().enumerate() {
            free[at + 1..].iter().for_each(|&b| take(vec![a, b]));
        }
        loop {
            let before = best.clone();
            for &c in free.iter().filter(|c| !before.elements.contains(c)) {
                let more = before.generators.iter().copied().chain([c]).collect();
                if let Some(found) = self.closure(more)
                    && self.score(&found) > self.score(&best)
                {
                    best = found;
                }
            }
            if best == before {
                return best;
            }
        }
    }

    fn score(&self, group: &Subgroup) -> (usize, bool, std::cmp::Reverse<usize>) {
        let proper = group.elements.iter().all(|k| self.proper[*k]);
        (group.elements.len(), proper, std::cmp::Reverse(group.generators.len()))
    }

    /// What `generators` make; `None` where an element fixes an atom.
    fn closure(&self, generators: Vec<usize>) -> Option<Subgroup> {
        let mut elements = vec![0];
        let mut inside = vec![false; self.products.len()];
        inside[0] = true;
        let mut next = 0;
        while next < elements.len() {
            for &generator in &generators {
                let product = self.products[elements[next]][generator];
                if self.fixes[product] && product != 0 {
                    return None;
                }
                if !std::mem::replace(&mut inside[product], true) {
                    elements.push(product);
                }
            }
            next += 1;
        }
        elements.sort_unstable();
        Some(Subgroup { elements, generators })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_free_subgroup_of_the_square() {
        // The symmetries of the square as affine maps x -> s x + t of the corners, integers modulo 4.
        let maps: Vec<(usize, usize)> = [1, 3].iter().flat_map(|&s| (0..4).map(move |t| (s, t))).collect();
        let products = (maps.iter())
            .map(|(s, t)| {
                let product = |(u, v): &(usize, usize)| (s * u % 4, (s * v + t) % 4);
                maps.iter().map(|other| maps.iter().position(|m| *m == product(other)).unwrap()).collect()
            })
            .collect();
        let fixes = maps.iter().map(|(s, t)| (0..4).any(|x| (s * x + t) % 4 == x)).collect();
        let table = Table { products, fixes, proper: maps.iter().map(|(s, _)| *s == 1).collect() };
        let found = table.largest_free();
        assert_eq!(found.elements.len(), 4);
        assert_eq!(found.generators.len(), 1, "the rotations, not the half turns of two generators");
    }
}
