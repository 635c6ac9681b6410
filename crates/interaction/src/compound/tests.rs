use super::*;
use crate::{EmbeddedAtom, EmbeddedTables, Neighbour, SitePotential, StillingerWeber, Tersoff};
use nalgebra::Vector3;

/// Numbers that are different for every triple, made for tests.
fn tersoff([i, j, k]: [u8; 3]) -> Tersoff {
    let [a, b, c] = [i, j, k].map(f64::from);
    Tersoff {
        exponent: if i == 0 { 3 } else { 1 },
        gamma: 0.8 + 0.1 * c,
        lambda_3: 0.5 + 0.2 * a + 0.1 * c,
        c: 1.4 + 0.3 * b,
        d: 1.1 + 0.1 * c,
        cosine: -0.3 - 0.1 * a,
        n: 0.7 + 0.2 * b,
        beta: 0.9 + 0.3 * a,
        lambda_2: 1.1 + 0.1 * (a + b),
        attraction: 2.0 + a * b,
        middle: 1.7 + 0.1 * (a + c),
        half_width: 0.3 + 0.05 * c,
        lambda_1: 1.9 + 0.2 * (a + b),
        repulsion: 3.0 + a + b,
    }
}

fn stillinger_weber([i, j, k]: [u8; 3]) -> StillingerWeber {
    let [a, b, c] = [i, j, k].map(f64::from);
    let pair = StillingerWeber {
        epsilon: 1.0 + 0.2 * (a + b + c),
        sigma: 1.1 + 0.1 * (a + b),
        a: 1.7 - 0.1 * a * b,
        lambda: 19.0 + a + 2.0 * (b + c),
        gamma: 1.2 - 0.1 * (a + b),
        cosine: -0.3 - 0.05 * (b + c) + 0.1 * a,
        amplitude: 7.0 + a + b,
        repulsion: 0.6 + 0.05 * (a + b),
        p: 4.0,
        q: 0.0,
        cutoff: (1.7 - 0.1 * a * b) * (1.1 + 0.1 * (a + b)),
    };
    // Files say nothing of a pair there.
    if j == k { pair } else { StillingerWeber { sigma: 0.0, a: 0.0, gamma: 0.0, cutoff: 0.0, ..pair } }
}

fn metals() -> EmbeddedAtom {
    let table = |size: f64, rate: f64| (0..60).map(|m| size * (-rate * 0.05 * f64::from(m)).exp()).collect();
    let of = |a: f64, b: f64| EmbeddedTables {
        density_step: 0.2,
        embedding: (0..60).map(|m| -(1.0 + a) * (0.2 * f64::from(m)).sqrt()).collect(),
        distance_step: 0.05,
        density: table(2.0 + 0.3 * a + b, 1.0 + 0.3 * b),
        pair: table(3.0 + a + b, 1.5 + 0.1 * (a + b)),
        cutoff: 2.6,
    };
    EmbeddedAtom::of_elements(&[[of(0.0, 0.0), of(0.0, 1.0)], [of(1.0, 0.0), of(1.0, 1.0)]]).unwrap()
}

/// Places at which no function ends, of both kinds; the last one is near enough for one kind only.
fn places() -> [Neighbour; 6] {
    let places =
        [[1.1, 0.1, 0.2], [-0.3, 1.2, 0.0], [-0.6, -1.1, 0.5], [0.3, 0.4, -1.45], [0.9, -1.0, -0.7], [-1.2, 0.4, 1.45]];
    let mut kinds = [0, 1, 1, 0, 1, 0].into_iter();
    places.map(|place| Neighbour { place: place.into(), kind: kinds.next().unwrap() })
}

fn never<P>(triple: impl Fn([u8; 3]) -> P) -> Compound<P> {
    Compound::new(2, |kinds| Ok::<P, std::convert::Infallible>(triple(kinds))).unwrap()
}

#[test]
fn gradients_of_compounds_are_those_of_the_energy() {
    let potentials: [(&str, Box<dyn SitePotential>); 3] = [
        ("tersoff", Box::new(never(tersoff))),
        ("stillinger-weber", Box::new(never(stillinger_weber))),
        ("embedded", Box::new(metals())),
    ];
    for (name, potential) in potentials {
        let energies = [0, 1].map(|kind| {
            let mut gradients = [Vector3::repeat(9.0); 6];
            let energy = potential.energy(kind, &places(), &mut gradients);
            for j in 0..6 {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut places = places();
                        places[j].place[axis] += by;
                        potential.energy(kind, &places, &mut [Vector3::zeros(); 6])
                    };
                    let h = 1e-4;
                    let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                    let found = gradients[j][axis];
                    assert!((found - slope).abs() < 1e-8 * (1.0 + slope.abs()), "{name} {kind} {j}: {slope} {found}");
                }
            }
            energy
        });
        assert!((energies[0] - energies[1]).abs() > 1e-3, "{name}: {energies:?}");
    }
}

#[test]
fn equal_elements_are_one() {
    let alone = places().map(|near| Neighbour { kind: 0, ..near });
    let same = |one: &dyn SitePotential, two: &dyn SitePotential| {
        let (mut first, mut second) = ([Vector3::zeros(); 6], [Vector3::zeros(); 6]);
        let energies = [one.energy(0, &alone, &mut first), two.energy(1, &places(), &mut second)];
        assert_eq!((energies[0], first), (energies[1], second));
        assert_eq!(one.core(30.0, [0, 0]), two.core(30.0, [0, 1]));
    };
    same(&tersoff([0; 3]), &never(|_| tersoff([0; 3])));
    let silicon = stillinger_weber([0; 3]);
    let near = alone.map(|near| near.place.norm() < silicon.cutoff);
    assert!(near.iter().any(|near| !near) && near.iter().filter(|near| **near).count() > 3);
    same(&silicon, &never(|_| silicon));
}

#[test]
fn the_core_is_that_of_the_pair() {
    let compound = never(tersoff);
    let pair = |r: f64| {
        let half = |triple| {
            let mut gradient = [Vector3::zeros()];
            tersoff(triple).energy(0, &[Vector3::new(0.0, 0.0, r).into()], &mut gradient)
        };
        half([0, 1, 1]) + half([1, 0, 0])
    };
    let core = compound.core(0.5, [0, 1]);
    assert!(core > 0.1 && (pair(core) - 0.5).abs() < 1e-9, "{core} {}", pair(core));
    let metals = metals();
    let alone = |kind| metals.embedding(kind, 0.0).0;
    let pair = |r: f64| {
        let both = metals.embedding(0, metals.density([0, 1], r)).0 + metals.embedding(1, metals.density([1, 0], r)).0;
        both - alone(0) - alone(1) + metals.pair([0, 1], r).energy
    };
    let core = SitePotential::core(&metals, 2.0, [0, 1]);
    assert!(core > 0.1 && (pair(core) - 2.0).abs() < 1e-9, "{core} {}", pair(core));
    assert_eq!(core, SitePotential::core(&metals, 2.0, [1, 0]));
}

#[test]
fn tables_of_elements_on_other_grids_are_refused() {
    let table = |count: usize| EmbeddedTables {
        density_step: 0.2,
        embedding: vec![0.0; 9],
        distance_step: 0.3,
        density: vec![0.0; count],
        pair: vec![0.0; count],
        cutoff: 2.4,
    };
    let refused = |tables: &[Vec<EmbeddedTables>]| EmbeddedAtom::of_elements(tables).unwrap_err().to_string();
    let rows = [vec![table(9), table(9)], vec![table(10), table(9)]];
    assert_eq!(refused(&rows), "the tables of elements 2 and 1 are not on the grids of the first");
    let said = " sets of tables are not one for each of 1 to 255 elements beside each";
    assert_eq!(refused(&[vec![table(9)], vec![table(9)]]), format!("2{said}"));
    assert_eq!(refused(&[]), format!("0{said}"));
}
