//! The compressible Navier-Stokes equations on a grid at rest in the laboratory.

use super::fields::ReducedFields;
use crate::verify::{Interrupt, TaskError};
use omd_flow::Matrix3;

/// Layers of cells around the cube that carry the reduced solution: central differences of central differences.
const LAYERS: usize = 2;
/// Time steps in cell widths; the fastest signal, sound and flow, has a speed of about 2.
const STEP: f64 = 0.2;
/// Time steps in squared cell widths. Heat diffuses with `2.5 mu/rho`, up to 0.16 in these runs: Kutta's method is stable up to
/// 2.8 over the largest rate of the discrete diffusion, `3 x 0.16` over the squared width, so up to 5.8.
const VISCOUS_STEP: f64 = 5.0;

/// Density, momentum, energy of a cell.
type Cell = [f64; 5];

/// A cube of cells that starts on the reduced solution.
pub(super) struct Resolved<'a> {
    fields: &'a ReducedFields,
    cells: usize,
    width: f64,
}

impl<'a> Resolved<'a> {
    pub(super) fn new(fields: &'a ReducedFields, cells: usize) -> Self {
        Self { fields, cells, width: 1.0 / cells as f64 }
    }

    fn side(&self) -> usize {
        self.cells + 2 * LAYERS
    }

    fn index(&self, [i, j, k]: [usize; 3]) -> usize {
        (i * self.side() + j) * self.side() + k
    }

    fn centre(&self, place: [usize; 3]) -> [f64; 3] {
        place.map(|i| (i as f64 - LAYERS as f64 + 0.5) * self.width - 0.5)
    }

    /// Cells at least `margin` layers from the end of the grid.
    fn within(&self, margin: usize) -> impl Iterator<Item = [usize; 3]> + use<> {
        let range = margin..self.side() - margin;
        let planes = range.clone();
        planes.flat_map(move |i| {
            let range = range.clone();
            range.clone().flat_map(move |j| range.clone().map(move |k| [i, j, k]))
        })
    }

    fn is_inside(&self, place: [usize; 3]) -> bool {
        place.iter().all(|i| (LAYERS..LAYERS + self.cells).contains(i))
    }

    fn exact(&self, time: f64, place: [usize; 3]) -> Cell {
        let [rho, u, v, w, theta] = self.fields.at(time, self.centre(place));
        [rho, rho * u, rho * v, rho * w, rho * (1.5 * theta + 0.5 * (u * u + v * v + w * w))]
    }

    /// Puts the reduced solution around the cube.
    fn surround(&self, time: f64, state: &mut [Cell]) {
        for place in self.within(0).filter(|&place| !self.is_inside(place)) {
            state[self.index(place)] = self.exact(time, place);
        }
    }

    /// The root mean square deviations of density, velocity and temperature at `end`.
    pub(super) fn deviations(&self, end: f64, interrupt: Interrupt<'_>) -> Result<Vec<f64>, TaskError> {
        let mut state: Vec<Cell> = self.within(0).map(|place| self.exact(0.0, place)).collect();
        let steps = (end / (STEP * self.width).min(VISCOUS_STEP * self.width.powi(2))).ceil();
        let step = end / steps;
        let mut sum = state.clone();
        let mut stage = state.clone();
        for n in 0..steps as usize {
            interrupt.check()?;
            let time = n as f64 * step;
            sum.copy_from_slice(&state);
            stage.copy_from_slice(&state);
            // The classical method of Kutta: (share of the step to the next stage, weight in sixths).
            for (delay, next, weight) in [(0.0, 0.5, 1.0), (0.5, 0.5, 2.0), (0.5, 1.0, 2.0), (1.0, 0.0, 1.0)] {
                self.surround(time + delay * step, &mut stage);
                let rates = self.rates(&stage);
                for (place, rate) in self.within(LAYERS).zip(&rates) {
                    let c = self.index(place);
                    for q in 0..5 {
                        sum[c][q] += step * weight / 6.0 * rate[q];
                        stage[c][q] = state[c][q] + step * next * rate[q];
                    }
                }
            }
            state.copy_from_slice(&sum);
        }
        let mut squares = [0.0f64; 3];
        for place in self.within(LAYERS) {
            let (found, wanted) = (primitive(&state[self.index(place)]), primitive(&self.exact(end, place)));
            for q in 0..5 {
                squares[[0, 1, 1, 1, 2][q]] += (found[q] - wanted[q]).powi(2);
            }
        }
        Ok(squares.map(|square| (square / (self.cells as f64).powi(3)).sqrt()).to_vec())
    }

    /// Minus the divergence of the fluxes in the cells of the cube.
    fn rates(&self, state: &[Cell]) -> Vec<Cell> {
        let half = 0.5 / self.width;
        let primitives: Vec<Cell> = state.iter().map(primitive).collect();
        let neighbour = |place: [usize; 3], axis: usize, up: bool| {
            let mut place = place;
            place[axis] = if up { place[axis] + 1 } else { place[axis] - 1 };
            self.index(place)
        };
        // The flux of every quantity along every axis, one layer beyond the cube.
        let mut fluxes = vec![[[0.0; 5]; 3]; state.len()];
        for place in self.within(LAYERS - 1) {
            let c = self.index(place);
            let mut slopes = [[0.0; 3]; 5];
            for axis in 0..3 {
                let (up, down) =
                    (&primitives[neighbour(place, axis, true)], &primitives[neighbour(place, axis, false)]);
                for q in 0..5 {
                    slopes[q][axis] = (up[q] - down[q]) * half;
                }
            }
            let [rho, theta] = [primitives[c][0], primitives[c][4]];
            let mu = self.fields.knudsen * (self.fields.viscosity)(theta);
            let gradient = Matrix3::from_fn(|i, j| slopes[i + 1][j]);
            let pressure =
                Matrix3::identity() * (rho * theta) - omd_hydro::strain_rate_deviator(&gradient) * (2.0 * mu);
            for axis in 0..3 {
                let u = primitives[c][axis + 1];
                let flux = &mut fluxes[c][axis];
                for q in 0..5 {
                    flux[q] = state[c][q] * u;
                }
                // Conductivity (15/4) mu: Eucken's number for molecules without spin, in units of k_B/m.
                flux[4] -= 3.75 * mu * slopes[4][axis];
                for i in 0..3 {
                    flux[i + 1] += pressure[(i, axis)];
                    flux[4] += pressure[(i, axis)] * primitives[c][i + 1];
                }
            }
        }
        let rate = |place: [usize; 3]| {
            let mut rate = [0.0; 5];
            for axis in 0..3 {
                let (up, down) = (neighbour(place, axis, true), neighbour(place, axis, false));
                for q in 0..5 {
                    rate[q] -= (fluxes[up][axis][q] - fluxes[down][axis][q]) * half;
                }
            }
            rate
        };
        self.within(LAYERS).map(rate).collect()
    }
}

/// Density, velocity, temperature.
fn primitive(cell: &Cell) -> Cell {
    let [rho, mx, my, mz, energy] = *cell;
    let [u, v, w] = [mx, my, mz].map(|m| m / rho);
    [rho, u, v, w, (energy / rho - 0.5 * (u * u + v * v + w * w)) / 1.5]
}
