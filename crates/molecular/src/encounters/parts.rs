//! What pairs within the cutoff hold together.

/// Atoms that pairs connect, as numbers into the slots given, and the pairs as numbers into these atoms.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) atoms: Vec<usize>,
    pub(super) pairs: Vec<(usize, usize, [i16; 3])>,
}

/// The parts of the atoms that pairs connect, everything in the order given.
pub(super) fn components(slots: &[u32], edges: &[(u32, u32, [i16; 3])]) -> Vec<Part> {
    let mut roots: Vec<usize> = (0..slots.len()).collect();
    let mut order: Vec<(u32, usize)> = slots.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let place = |slot: u32| order.binary_search_by_key(&slot, |entry| entry.0).map_or(0, |k| order[k].1);
    let pairs: Vec<(usize, usize, [i16; 3])> =
        edges.iter().map(|&(first, second, image)| (place(first), place(second), image)).collect();
    for &(first, second, _) in &pairs {
        let [first, second] = [first, second].map(|atom| root(&mut roots, atom));
        roots[first.max(second)] = first.min(second);
    }
    let mut parts: Vec<Part> = Vec::new();
    // Part of each root; place of each atom in its part.
    let (mut numbers, mut places) = (vec![usize::MAX; slots.len()], vec![0; slots.len()]);
    for atom in 0..slots.len() {
        let root = root(&mut roots, atom);
        if numbers[root] == usize::MAX {
            numbers[root] = parts.len();
            parts.push(Part::default());
        }
        let atoms = &mut parts[numbers[root]].atoms;
        places[atom] = atoms.len();
        atoms.push(atom);
    }
    for (first, second, image) in pairs {
        let part = numbers[root(&mut roots, first)];
        parts[part].pairs.push((places[first], places[second], image));
    }
    parts
}

/// The atom that stands for all that are connected with this one.
fn root(roots: &mut [usize], mut atom: usize) -> usize {
    while roots[atom] != atom {
        roots[atom] = roots[roots[atom]];
        atom = roots[atom];
    }
    atom
}
