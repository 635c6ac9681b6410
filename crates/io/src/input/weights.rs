//! Standard atomic weights.

/// Chemical symbols in the order of atomic numbers, from 1; with them the standard atomic weight in dalton, abridged to five
/// digits, or nothing for elements that have none (\[Prohaska2022\], table 3).
const ELEMENTS: [(&str, f64); 118] = [
    ("H", 1.008),
    ("He", 4.0026),
    ("Li", 6.94),
    ("Be", 9.0122),
    ("B", 10.81),
    ("C", 12.011),
    ("N", 14.007),
    ("O", 15.999),
    ("F", 18.998),
    ("Ne", 20.180),
    ("Na", 22.990),
    ("Mg", 24.305),
    ("Al", 26.982),
    ("Si", 28.085),
    ("P", 30.974),
    ("S", 32.06),
    ("Cl", 35.45),
    ("Ar", 39.95),
    ("K", 39.098),
    ("Ca", 40.078),
    ("Sc", 44.956),
    ("Ti", 47.867),
    ("V", 50.942),
    ("Cr", 51.996),
    ("Mn", 54.938),
    ("Fe", 55.845),
    ("Co", 58.933),
    ("Ni", 58.693),
    ("Cu", 63.546),
    ("Zn", 65.38),
    ("Ga", 69.723),
    ("Ge", 72.630),
    ("As", 74.922),
    ("Se", 78.971),
    ("Br", 79.904),
    ("Kr", 83.798),
    ("Rb", 85.468),
    ("Sr", 87.62),
    ("Y", 88.906),
    ("Zr", 91.224),
    ("Nb", 92.906),
    ("Mo", 95.95),
    ("Tc", NONE),
    ("Ru", 101.07),
    ("Rh", 102.91),
    ("Pd", 106.42),
    ("Ag", 107.87),
    ("Cd", 112.41),
    ("In", 114.82),
    ("Sn", 118.71),
    ("Sb", 121.76),
    ("Te", 127.60),
    ("I", 126.90),
    ("Xe", 131.29),
    ("Cs", 132.91),
    ("Ba", 137.33),
    ("La", 138.91),
    ("Ce", 140.12),
    ("Pr", 140.91),
    ("Nd", 144.24),
    ("Pm", NONE),
    ("Sm", 150.36),
    ("Eu", 151.96),
    ("Gd", 157.25),
    ("Tb", 158.93),
    ("Dy", 162.50),
    ("Ho", 164.93),
    ("Er", 167.26),
    ("Tm", 168.93),
    ("Yb", 173.05),
    ("Lu", 174.97),
    ("Hf", 178.49),
    ("Ta", 180.95),
    ("W", 183.84),
    ("Re", 186.21),
    ("Os", 190.23),
    ("Ir", 192.22),
    ("Pt", 195.08),
    ("Au", 196.97),
    ("Hg", 200.59),
    ("Tl", 204.38),
    ("Pb", 207.2),
    ("Bi", 208.98),
    ("Po", NONE),
    ("At", NONE),
    ("Rn", NONE),
    ("Fr", NONE),
    ("Ra", NONE),
    ("Ac", NONE),
    ("Th", 232.04),
    ("Pa", 231.04),
    ("U", 238.03),
    ("Np", NONE),
    ("Pu", NONE),
    ("Am", NONE),
    ("Cm", NONE),
    ("Bk", NONE),
    ("Cf", NONE),
    ("Es", NONE),
    ("Fm", NONE),
    ("Md", NONE),
    ("No", NONE),
    ("Lr", NONE),
    ("Rf", NONE),
    ("Db", NONE),
    ("Sg", NONE),
    ("Bh", NONE),
    ("Hs", NONE),
    ("Mt", NONE),
    ("Ds", NONE),
    ("Rg", NONE),
    ("Cn", NONE),
    ("Nh", NONE),
    ("Fl", NONE),
    ("Mc", NONE),
    ("Lv", NONE),
    ("Ts", NONE),
    ("Og", NONE),
];

/// No isotope of it is stable, nor abundant on Earth.
const NONE: f64 = f64::NAN;

/// The standard atomic weight of an element, dalton.
pub(super) fn standard_weight(symbol: &str) -> Option<f64> {
    ELEMENTS.iter().find(|(known, _)| *known == symbol).map(|(_, weight)| *weight).filter(|weight| !weight.is_nan())
}

/// Whether this is the symbol of a chemical element.
pub(super) fn is_symbol(label: &str) -> bool {
    ELEMENTS.iter().any(|(known, _)| *known == label)
}

/// The symbol of the element of this atomic number.
pub(super) fn symbol(number: usize) -> Option<&'static str> {
    ELEMENTS.get(number.checked_sub(1)?).map(|(symbol, _)| *symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_in_their_places() {
        let places = [(1, "H"), (14, "Si"), (28, "Ni"), (57, "La"), (74, "W"), (92, "U"), (118, "Og")];
        assert!(places.iter().all(|(number, name)| symbol(*number) == Some(*name)));
        assert_eq!([symbol(0), symbol(119)], [None; 2]);
        assert_eq!(
            [standard_weight("Al"), standard_weight("Tc"), standard_weight("Si(B)")],
            [Some(26.982), None, None]
        );
        assert_eq!(["C", "X", "1", "c", "SI", ""].map(is_symbol), [true, false, false, false, false, false]);
        // Weights rise with the number, but for the four pairs where they are known not to.
        let known: Vec<f64> = ELEMENTS.iter().map(|(_, weight)| *weight).filter(|weight| !weight.is_nan()).collect();
        assert_eq!((known.len(), known.windows(2).filter(|two| two[0] > two[1]).count()), (84, 4));
    }
}
