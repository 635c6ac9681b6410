//! Which atoms a frame shows: the simulated ones, or images of them besides.

use crate::structure::Frame;
use omd_flow::{AffineFlow, Matrix3, Structure, Vector3};
use omd_hierarchy::experiment::{GroupElement, MolecularSettings, ObjectiveGroup, ShownImages};

/// The images that frames show, the same ones in every frame.
#[derive(Clone, Debug)]
pub struct View {
    /// The identity first.
    images: Vec<GroupElement>,
    /// Cells along each edge, where the images fill a block of them.
    block: Option<Vector3<f64>>,
    /// The elements in the order of their types, where the input says it.
    elements: Option<Vec<String>>,
    /// Whether `F(t) E` is upper triangular at every time, with a positive diagonal.
    triangular: bool,
}

/// Atoms of a frame, images included.
pub(super) struct Shown {
    pub(super) cell: Option<Matrix3<f64>>,
    pub(super) positions: Vec<Vector3<f64>>,
    pub(super) lab_velocities: Vec<Vector3<f64>>,
}

impl View {
    /// What `settings` ask for, the atoms at t = 0 being `start`.
    ///
    /// An image is `Q x + a t + b` with the velocity `Q v + a`, eq. (1) of \[JamesQiWang\]; under translations `a = A b`.
    #[must_use]
    pub fn new(settings: &MolecularSettings, flow: &AffineFlow, start: &Structure) -> Self {
        let shown = settings.trajectory.map_or(ShownImages::Simulated, |trajectory| trajectory.shown);
        let mut elements = vec![GroupElement::identity()];
        let mut block = Some(Vector3::repeat(1.0));
        match (shown, start.cell) {
            (ShownImages::Block(counts), Some(cell)) => {
                elements = cells(counts).map(|nu| GroupElement::translation(cell * nu).moved_by(flow)).collect();
                block = Some(counts.map(f64::from).into());
            }
            (ShownImages::Within(radius), cell) => {
                elements.extend(others_within(settings.group.as_ref(), cell, flow, start, radius));
                block = None;
            }
            _ => {}
        }
        let triangular = start.cell.is_some_and(|cell| {
            let stays = flow.velocity_gradient_at_zero() * cell;
            is_upper_triangular(&cell) && is_upper_triangular(&stays) && cell.diagonal().min() > 0.0
        });
        let names = settings
            .species
            .as_ref()
            .map(|species| species.elements().iter().map(|element| element.name.clone()).collect::<Vec<_>>());
        Self { images: elements, block, elements: names, triangular }
    }

    /// Atoms and images that a frame has for every simulated atom.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.images.len()
    }

    /// The labels of the types of atoms with these `labels`: in the order of the elements of the input, or else in that in
    /// which they come first; `X` where there are none.
    pub(super) fn kinds(&self, labels: &[String]) -> Vec<String> {
        if let Some(elements) = &self.elements {
            return elements.clone();
        }
        if labels.is_empty() {
            return vec!["X".to_owned()];
        }
        let mut kinds: Vec<String> = Vec::new();
        for label in labels {
            if !kinds.contains(label) {
                kinds.push(label.clone());
            }
        }
        kinds
    }

    pub(super) fn is_triangular(&self) -> bool {
        self.triangular
    }

    /// The atoms of `frame` with their images: all atoms under the first element, then under the second, ...
    pub(super) fn of(&self, frame: &Frame<'_>) -> Shown {
        let count = frame.positions.len() * self.images.len();
        let (mut positions, mut lab_velocities) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for element in &self.images {
            positions.extend(frame.positions.iter().map(|x| element.position(frame.time, x)));
            lab_velocities.extend(frame.lab_velocities.iter().map(|v| element.velocity(v)));
        }
        let of_block = |(cell, counts): (&Matrix3<f64>, Vector3<f64>)| cell * Matrix3::from_diagonal(&counts);
        Shown { cell: frame.cell.zip(self.block).map(of_block), positions, lab_velocities }
    }
}

/// Zero below the diagonal, to the bit.
fn is_upper_triangular(matrix: &Matrix3<f64>) -> bool {
    [(1, 0), (2, 0), (2, 1)].into_iter().all(|place| matrix[place] == 0.0)
}

/// Counts of edges to the cells of a block, its own cell first.
fn cells([l, m, n]: [u32; 3]) -> impl Iterator<Item = Vector3<f64>> {
    let counts = (0..n).flat_map(move |k| (0..m).flat_map(move |j| (0..l).map(move |i| [i, j, k])));
    counts.map(|nu| Vector3::from(nu.map(f64::from)))
}

/// The elements other than the identity that take the mean of the atoms at t = 0 no farther than `radius`.
fn others_within(
    group: Option<&ObjectiveGroup>,
    cell: Option<Matrix3<f64>>,
    flow: &AffineFlow,
    start: &Structure,
    radius: f64,
) -> Vec<GroupElement> {
    let of_cell = || {
        let edges: Vec<_> = cell?.column_iter().map(|edge| GroupElement::translation(edge.into())).collect();
        ObjectiveGroup::new(flow, &edges).ok()
    };
    let Some(group) = group.cloned().or_else(of_cell) else { return Vec::new() };
    let centre = start.positions.iter().sum::<Vector3<f64>>() / start.positions.len().max(1) as f64;
    let mut labels = group.within(0.0, &centre, radius);
    labels.sort_unstable();
    let elements = labels.iter().map(|label| group.element(label));
    let near = |element: &GroupElement| (element.position(0.0, &centre) - centre).norm() <= radius;
    elements.filter(|element| *element != GroupElement::identity() && near(element)).collect()
}
