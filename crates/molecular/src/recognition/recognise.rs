//! From atoms to the answer: the views of a structure, and which of them holds.

use super::RecognitionError;
use super::answer::{AtomSet, Extent, Recognition, RecognitionSettings, ScrewAxis, Verdict};
use super::cluster::Cluster;
use super::judge::Judgement;
use super::kernel::{Cylinder, Kernel, Lattice};
use super::places::{Places, centroid};
use super::quotient::Quotient;
use super::sample::Piece;
use super::selection::selected;
use super::sites::folded;
use super::surroundings::{Surroundings, default_cutoffs, nearest_distances};
use super::{axial, crystal, schoenflies};
use crate::group::GroupElement;
use omd_flow::{Matrix3, Vector3};

/// The default tolerance, in median distances to the nearest neighbour: far above the digits of a file, far below
/// what tells structures apart.
const TOLERANCE: f64 = 0.02;
/// A structure with a greater fraction of atoms out of place has another symmetry, or none.
const DAMAGED: f64 = 0.1;

/// Parts of the tolerance within which isometries are sought anew when those within all of it do not hold together.
const SMALLER: [f64; 3] = [0.5, 0.1, 0.01];

/// What a structure looks like from one side.
struct View {
    quotient: Quotient,
    extent: Extent,
    /// Atoms on sites, from the middle outwards.
    order: Vec<usize>,
    failing: Vec<usize>,
    vacant: Vec<Vector3<f64>>,
}

/// Finds the isometries of a structure and a molecule that they make it of.
///
/// # Errors
/// [`RecognitionError`].
pub fn recognise(atoms: &AtomSet, settings: &RecognitionSettings) -> Result<Recognition, RecognitionError> {
    let tolerance = checked(atoms, settings)?;
    if !atoms.periods.is_empty() {
        return Ok(soundest(tolerance, |matching| answer(atoms, periodic(atoms, matching), tolerance, None)));
    }
    let places = Places::new(&atoms.positions, &atoms.species, None);
    let cluster = |tolerance| Cluster { points: &atoms.positions, species: &atoms.species, places: &places, tolerance };
    let finite = soundest(tolerance, |matching| answer(atoms, whole(&cluster(matching)), tolerance, None));
    if finite.molecule.len() <= 1 && finite.failing.is_empty() {
        return Ok(finite);
    }
    let [strict, lenient] = pieces(atoms, settings, &places, tolerance);
    let candidates = [Some(finite).filter(sound), strict];
    let best = candidates.into_iter().flatten().min_by_key(|found| found.molecule.len());
    let damaged = [lenient, damaged(atoms, &cluster(tolerance))].into_iter().flatten().filter(|found| !sound(found));
    let damaged = damaged.min_by_key(|found| found.molecule.len());
    Ok(match (best, damaged) {
        (Some(best), Some(damaged))
            if best.verdict == Verdict::Objective || damaged.molecule.len() >= best.molecule.len() =>
        {
            best
        }
        (_, Some(damaged)) => damaged,
        (Some(best), None) => best,
        (None, None) => trivial(atoms, tolerance),
    })
}

/// Whether every atom and every place is as the group says.
fn sound(found: &Recognition) -> bool {
    found.failing.is_empty() && found.vacant.is_empty()
}

/// The structure as a piece of an infinite one, in which every atom has to be in its place or only most.
fn pieces(
    atoms: &AtomSet,
    settings: &RecognitionSettings,
    places: &Places,
    tolerance: f64,
) -> [Option<Recognition>; 2] {
    let (points, species) = (&atoms.positions, &atoms.species);
    let cutoffs = settings.cutoff.map_or_else(|| default_cutoffs(points), |cutoff| vec![cutoff]);
    let mut lenient = None;
    for cutoff in cutoffs {
        let around = Surroundings::new(points, species, cutoff, tolerance);
        let piece = Piece { points, species, places, around: &around, tolerance };
        let seen = |allowed: f64| Some(answer(atoms, of_piece(&piece, allowed)?, tolerance, Some(cutoff)));
        // Atoms out of place are no reason to miss a group; where none are, this is the strict answer as well.
        let first = seen(DAMAGED);
        let strict = if first.as_ref().is_some_and(sound) { first.clone() } else { seen(0.0).filter(sound) };
        lenient = lenient.or(first);
        if strict.is_some() {
            return [strict, lenient];
        }
    }
    [None, lenient]
}

/// The view in which all isometries hold together, if need be fewer of them.
fn soundest(tolerance: f64, view: impl Fn(f64) -> Recognition) -> Recognition {
    let first = view(tolerance);
    let others = SMALLER.into_iter().map(|part| view(part * tolerance));
    if first.failing.is_empty() {
        first
    } else {
        others.into_iter().find(|found| found.failing.is_empty()).unwrap_or(first)
    }
}

/// The tolerance, once everything is in order.
fn checked(atoms: &AtomSet, settings: &RecognitionSettings) -> Result<f64, RecognitionError> {
    let positive = |x: &f64| *x > 0.0 && x.is_finite();
    if atoms.positions.is_empty() {
        return Err(RecognitionError::NoAtoms);
    }
    if let Some(atom) = atoms.positions.iter().position(|x| !x.iter().all(|x| x.is_finite())) {
        return Err(RecognitionError::NotFinite(atom + 1));
    }
    if let Some(tolerance) = settings.tolerance.filter(|x| !positive(x)) {
        return Err(RecognitionError::Tolerance(tolerance));
    }
    if let Some(cutoff) = settings.cutoff.filter(|x| !positive(x)) {
        return Err(RecognitionError::Cutoff(cutoff));
    }
    let edges: f64 = atoms.periods.iter().map(|edge| edge.norm()).product();
    let flat = match atoms.periods.as_slice() {
        [] => false,
        [a] => a.norm() == 0.0,
        [a, b] => a.cross(b).norm() <= 1e-9 * edges,
        [a, b, c, ..] => a.cross(b).dot(c).abs() <= 1e-9 * edges,
    };
    if flat {
        return Err(RecognitionError::Flat);
    }
    // Images next to the cell are neighbours too; a large cell has enough neighbours of its own.
    let mut points = atoms.positions.clone();
    if !atoms.periods.is_empty() {
        let lattice = Lattice::new(&atoms.periods);
        points = points.iter().map(|x| lattice.fold(x)).collect();
        for edge in lattice.vectors().iter().filter(|_| atoms.positions.len() < 2000) {
            let copies: Vec<_> = points.iter().flat_map(|x| [x + edge, x - edge]).collect();
            points.extend(copies);
        }
    }
    let count = atoms.positions.len();
    let Some((median, pair, distance)) = nearest_distances(&points) else {
        return match count {
            1 => Ok(settings.tolerance.unwrap_or(TOLERANCE)),
            _ => Err(RecognitionError::Coincident { first: 1, second: 2 }),
        };
    };
    let [first, second] = pair.map(|atom| atom % count + 1);
    if distance <= 1e-9 * median {
        return Err(RecognitionError::Coincident { first: first.min(second), second: first.max(second) });
    }
    let tolerance = settings.tolerance.unwrap_or((TOLERANCE * median).min(0.1 * distance));
    if 4.0 * tolerance >= distance {
        let (first, second) = (first.min(second), first.max(second));
        return Err(RecognitionError::Close { first, second, distance, tolerance });
    }
    Ok(tolerance)
}

fn periodic(atoms: &AtomSet, tolerance: f64) -> View {
    let (points, species) = (&atoms.positions, &atoms.species);
    let order: Vec<usize> = (0..points.len()).collect();
    let quotient = match atoms.periods.as_slice() {
        [period] => {
            let cylinder = Cylinder::new(centroid(points), *period, Some([0.0, period.norm()]), 1);
            axial::quotient(points, species, &order, cylinder, tolerance, true)
        }
        periods => crystal::quotient(points, species, &order, Lattice::new(periods), tolerance, true),
    };
    View { quotient, extent: Extent::Periodic, order, failing: Vec::new(), vacant: Vec::new() }
}

fn whole(cluster: &Cluster<'_>) -> View {
    let quotient = cluster.quotient();
    let order = (0..cluster.points.len()).collect();
    View { quotient, extent: Extent::Finite, order, failing: Vec::new(), vacant: Vec::new() }
}

/// The structure as a piece of an infinite one.
fn of_piece(piece: &Piece<'_>, allowed: f64) -> Option<View> {
    let mut kernel = piece.kernel(allowed)?;
    let mut order = piece.outwards();
    let sites = folded(piece.points, piece.species, &order, &mut kernel, piece.tolerance, true);
    let Judgement { judged, mut failing, vacant, kept, repeated } = piece.judge(&kernel, &sites);
    let count = judged.iter().filter(|judged| **judged).count();
    if !repeated || (failing.len() + vacant.len()) as f64 > 2.0 * DAMAGED * count as f64 {
        return None;
    }
    let mut on_site = vec![false; piece.points.len()];
    let good = || sites.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(site, _)| site);
    good().flat_map(|site| &site.members).for_each(|(atom, _)| on_site[*atom] = true);
    order.retain(|atom| on_site[*atom]);
    if let Kernel::Axis(cylinder) = &mut kernel
        && cylinder.screw.is_some_and(|[angle, _]| angle == 0.0)
    {
        // Nothing turned so far: the axis goes through the middle of what repeats.
        let middle = centroid(&good().map(|site| site.position).collect::<Vec<_>>());
        *cylinder = Cylinder::new(middle, cylinder.direction, cylinder.screw, 1);
    }
    let whole = |tolerance: f64| match &kernel {
        Kernel::Lattice(lattice) => {
            crystal::quotient(piece.points, piece.species, &order, lattice.clone(), tolerance, false)
        }
        Kernel::Axis(cylinder) => {
            axial::quotient(piece.points, piece.species, &order, cylinder.clone(), tolerance, false)
        }
        Kernel::Point => Quotient::of_kernel(Kernel::Point, Vec::new()),
    };
    // Ends may be bent; they are not judged.
    let off = |quotient: &Quotient| -> Vec<usize> {
        let far = |(atom, distance): &(usize, f64)| *distance > piece.tolerance && judged[*atom];
        distances(quotient, piece.points).iter().filter(|entry| far(entry)).map(|(atom, _)| *atom).collect()
    };
    let first = whole(piece.tolerance);
    // Within less than their noise atoms of one site are taken for several.
    let most = kept.iter().filter(|kept| **kept).count();
    let holds = |found: &Quotient| found.sites.len() <= most && off(found).is_empty();
    let fewer = || SMALLER.into_iter().map(|part| whole(part * piece.tolerance)).find(holds);
    let quotient = if off(&first).is_empty() { first } else { fewer().unwrap_or(first) };
    failing.extend(off(&quotient));
    failing.sort_unstable();
    failing.dedup();
    let extent = Extent::Piece { judged: count };
    (failing.len() as f64 <= 2.0 * DAMAGED * count as f64).then_some(View { quotient, extent, order, failing, vacant })
}

/// How far every atom is from where the group puts it.
fn distances(quotient: &Quotient, points: &[Vector3<f64>]) -> Vec<(usize, f64)> {
    let distance = |position: &Vector3<f64>, (atom, counts): &(usize, [i64; 3])| {
        (*atom, (points[*atom] - quotient.kernel.element(*counts).position(0.0, position)).norm())
    };
    quotient.sites.iter().flat_map(|site| site.members.iter().map(|member| distance(&site.position, member))).collect()
}

/// A finite structure that would have more isometries but for a few atoms.
fn damaged(atoms: &AtomSet, cluster: &Cluster<'_>) -> Option<Recognition> {
    let found = cluster.nearly(DAMAGED);
    let others = found.len().checked_sub(1).filter(|others| *others > 0)?;
    let missed = |atom: &usize| 2 * found.iter().filter(|found| found.image[*atom].is_none()).count() > others;
    let failing: Vec<usize> = (0..atoms.positions.len()).filter(missed).collect();
    if failing.is_empty() || failing.len() as f64 > 2.0 * DAMAGED * atoms.positions.len() as f64 {
        return None;
    }
    let rotations: Vec<Matrix3<f64>> = found.iter().map(|found| found.element.rotation).collect();
    Some(Recognition {
        verdict: Verdict::Damaged,
        point_group: schoenflies::symbol(&rotations),
        order: Some(found.len()),
        cosets: found.iter().map(|found| found.element).collect(),
        molecule: vec![(atoms.positions[0], atoms.species[0]); atoms.positions.len().div_ceil(found.len())],
        failing,
        ..trivial(atoms, cluster.tolerance)
    })
}

/// All atoms as one molecule.
fn trivial(atoms: &AtomSet, tolerance: f64) -> Recognition {
    Recognition {
        verdict: Verdict::Trivial,
        extent: Extent::Finite,
        tolerance,
        cutoff: None,
        dimension: 0,
        point_group: "C_1".to_owned(),
        order: Some(1),
        axis: None,
        translations: Vec::new(),
        cosets: vec![GroupElement::identity()],
        orbits: atoms.positions.len(),
        molecule_size: atoms.positions.len(),
        generators: Vec::new(),
        molecule: atoms.positions.iter().copied().zip(atoms.species.iter().copied()).collect(),
        misfit: 0.0,
        farthest: 0,
        failing: Vec::new(),
        vacant: Vec::new(),
    }
}

/// What a view says.
fn answer(atoms: &AtomSet, view: View, tolerance: f64, cutoff: Option<f64>) -> Recognition {
    let View { quotient, extent, order, mut failing, vacant } = view;
    let chosen = selected(&quotient, &atoms.positions, &atoms.species, &order, 2.0 * tolerance);
    let mut distances = distances(&quotient, &atoms.positions);
    if matches!(extent, Extent::Finite | Extent::Periodic) {
        failing.extend(distances.iter().filter(|(_, distance)| *distance > tolerance).map(|(atom, _)| *atom));
        failing.sort_unstable();
    }
    distances.retain(|(atom, _)| !failing.contains(atom));
    let farthest = distances.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0));
    let sound = failing.is_empty() && vacant.is_empty();
    let size = if extent == Extent::Finite { atoms.positions.len() / common(&quotient) } else { chosen.molecule.len() };
    let copies = extent != Extent::Finite || size < atoms.positions.len();
    let verdict = match (sound, copies) {
        (false, _) => Verdict::Damaged,
        (true, true) => Verdict::Objective,
        (true, false) => Verdict::Trivial,
    };
    let (dimension, axis, translations) = match &quotient.kernel {
        Kernel::Point => (0, None, Vec::new()),
        Kernel::Axis(Cylinder { origin, direction, screw, order, .. }) => {
            // The screw about the opposite direction is the inverse one, of the same angle and pitch.
            let direction = direction * direction[direction.iamax()].signum();
            let axis = ScrewAxis { direction, point: *origin, screw: *screw, order: *order as usize };
            let any = screw.is_some() || *order > 1;
            (usize::from(screw.is_some()), any.then_some(axis), Vec::new())
        }
        Kernel::Lattice(lattice) => (lattice.rank, None, lattice.vectors()),
    };
    let all: Vec<usize> = (0..quotient.cosets.len()).collect();
    let orbits = quotient.orbits(&all);
    let turns = axis.map_or(1, |axis| axis.order);
    Recognition {
        verdict,
        extent,
        tolerance,
        cutoff,
        dimension,
        point_group: point_group(&quotient, tolerance),
        order: (dimension == 0).then_some(turns * quotient.cosets.len()),
        axis,
        translations,
        cosets: quotient.cosets.iter().map(|coset| coset.element).collect(),
        orbits: orbits.iter().enumerate().filter(|(k, first)| *k == **first).count(),
        molecule_size: size.min(chosen.molecule.len()),
        generators: chosen.generators,
        molecule: chosen.molecule,
        misfit: farthest.1,
        farthest: farthest.0,
        failing,
        vacant,
    }
}

/// The largest number that divides how many atoms each orbit has.
fn common(quotient: &Quotient) -> usize {
    let all: Vec<usize> = (0..quotient.cosets.len()).collect();
    let mut sizes = vec![0usize; quotient.sites.len()];
    for (site, first) in quotient.sites.iter().zip(quotient.orbits(&all)) {
        sizes[first] += site.members.len();
    }
    let divisor = |a: usize, b: usize| {
        let (mut a, mut b) = (a, b);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    sizes.into_iter().fold(0, divisor).max(1)
}

/// The symbol of the rotations and reflections; an atom and a line have infinitely many.
fn point_group(quotient: &Quotient, tolerance: f64) -> String {
    let cosets = quotient.cosets.iter().map(|coset| coset.element.rotation);
    let Kernel::Axis(cylinder) = &quotient.kernel else {
        return schoenflies::symbol(&cosets.collect::<Vec<_>>());
    };
    let on_axis = |x: &Vector3<f64>| cylinder.polar(x).radius <= 2.0 * tolerance;
    if cylinder.screw.is_none() && quotient.sites.iter().all(|site| on_axis(&site.position)) {
        let turned = cosets.clone().any(|q| (q * cylinder.direction).dot(&cylinder.direction) < 0.0);
        let atom = quotient.sites.len() == 1 && quotient.sites[0].members.len() == 1;
        return if atom {
            "K_h"
        } else if turned {
            "D_inf h"
        } else {
            "C_inf v"
        }
        .to_owned();
    }
    let turns = (0..cylinder.order).map(|turn| cylinder.screws([0, turn, 0]).rotation);
    let all: Vec<Matrix3<f64>> = turns.flat_map(|turn| cosets.clone().map(move |coset| turn * coset)).collect();
    schoenflies::symbol(&all)
}
