//! The mesh with the least work whose forces are right to a tolerance.

use super::{MOST_POINTS, Mesh};
use crate::mean_field::forces::{Pairs, Sample};
use crate::mean_field::law::PairLaw;
use crate::mean_field::sum::Points;
use fearless_simd::Level;
use std::sync::Arc;

/// Points on which meshes are tried.
const TRIED: usize = 4096;
/// Cells over which pairs may be summed.
const NEAR: [usize; 11] = [0, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16];
/// From one spacing to the next.
const FINER: f64 = 0.8;
/// So many spacings are tried for all particles.
const FINER_STEPS: i32 = 5;
/// Part of the tolerance that a sample's errors may take: the worst particle of all is hardly in the sample.
const SAFETY: f64 = 0.5;
/// Time of a point of the padded mesh, of a value spread and read, and of a pair within reach, over that of a pair of a direct sum
/// of a softened Coulomb potential; about.
const POINT: f64 = 60.0;
const VALUE: f64 = 4.0;
const NEAR_PAIR: f64 = 3.5;

impl Mesh {
    /// The mesh with the least work with which the forces on a sample of `points` are wrong by at most half of `tolerance` times
    /// the root mean square force; `None` where a coordinate is not finite, and where sums over all pairs are less work.
    /// `feature` is a length over which the potential changes.
    pub(in crate::mean_field) fn new(
        law: &impl PairLaw,
        tolerance: f64,
        feature: f64,
        pairs: &Pairs,
        points: &Points,
        simd: Level,
    ) -> Option<Self> {
        let order = match tolerance {
            t if t >= 1e-4 => 6,
            t if t >= 1e-6 => 8,
            t if t >= 1e-9 => 10,
            _ => 12,
        };
        let reach = reach(law, 1e-2 * tolerance * pairs.force, feature);
        let mesh = |spacing: f64, near: usize| Self { order, spacing, near, reach, simd, kept: Arc::default() };
        let some = points.thinned(TRIED);
        let sample = Sample::of(simd, law, &some);
        let error = |mesh: &Self, sample: &Sample, points: &Points| Some(sample.error(&mesh.fields(law, points)?));
        let all = (points.coordinates[0].len() as f64).powi(2);
        // The more points, the more errors of pairs cancel: a part of them may be wrong by more.
        let is_part = some.coordinates[0].len() < points.coordinates[0].len();
        let first_bound = if is_part { tolerance } else { SAFETY * tolerance };
        let mut best: Option<(f64, f64, usize)> = None;
        let longest = points.bounds()?.map(|[low, high]| high - low).into_iter().fold(0.0, f64::max);
        let mut spacing = longest / 4.0;
        let mut first = 1;
        loop {
            let Some(least) = mesh(spacing, 0).work(points, pairs) else { break };
            let is_dearer = |work: f64| work >= best.map_or(all, |best| best.0);
            if is_dearer(least) {
                break;
            }
            // A mesh that resolves the potential itself, or the fewest cells of pairs.
            let from = if spacing <= 2.0 * feature { 0 } else { first };
            for (place, &near) in NEAR.iter().enumerate().skip(from) {
                let tried = mesh(spacing, near);
                let work = tried.work(points, pairs)?;
                if is_dearer(work) {
                    break;
                }
                if error(&tried, &sample, &some)? <= first_bound {
                    best = Some((work, spacing, near));
                    first = place.saturating_sub(1).max(1);
                    break;
                }
            }
            spacing *= FINER;
        }
        // What is good for a part of them is nearly always good for all; where it is not, more cells of pairs or a finer mesh is.
        let (_, spacing, near) = best?;
        let finer = (0..FINER_STEPS).map(|step| spacing * FINER.powi(step));
        let mut others: Vec<(f64, Self)> = finer
            .flat_map(|spacing| NEAR.into_iter().filter(|&more| more >= near).map(move |near| (spacing, near)))
            .filter_map(|(spacing, near)| Some((mesh(spacing, near).work(points, pairs)?, mesh(spacing, near))))
            .filter(|(work, _)| *work < all)
            .collect();
        others.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let sample = Sample::of(simd, law, points);
        let is_good = |mesh: &Self| error(mesh, &sample, points).is_some_and(|error| error <= SAFETY * tolerance);
        others.into_iter().map(|(_, mesh)| mesh).find(is_good)
    }

    /// About how many pairs a direct sum would do meanwhile; `None` where the mesh would have too many points.
    pub(in crate::mean_field) fn work(&self, points: &Points, pairs: &Pairs) -> Option<f64> {
        let size = self.points(points)?;
        let count = points.coordinates[0].len() as f64;
        let near = pairs.within(self.near as f64 * self.spacing) * count * count;
        (size <= MOST_POINTS)
            .then(|| POINT * size as f64 + VALUE * count * (self.order as f64).powi(3) + NEAR_PAIR * near)
    }

    /// Of the padded mesh around these points; `None` where a coordinate is not finite.
    pub(in crate::mean_field) fn points(&self, points: &Points) -> Option<usize> {
        Some(self.size(points)?.1.iter().product())
    }
}

/// Where the force of a pair falls below `bound` for good; infinite where it does not within a hundred features.
fn reach(law: &impl PairLaw, bound: f64, feature: f64) -> f64 {
    let force = |r: f64| law.energy_and_pull::<false>(r * r).1.abs() * r;
    let mut r = 100.0 * feature;
    if force(r) > bound {
        return f64::INFINITY;
    }
    while r > feature && force(0.98 * r) <= bound {
        r *= 0.98;
    }
    r
}
