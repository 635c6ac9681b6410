//! Exact transport between equally many points: the assignment problem by shortest augmenting paths.

use super::distance;
use rayon::prelude::*;

/// An optimal transport with its certificate.
#[derive(Clone, Debug)]
pub struct Transport {
    /// `W1`.
    pub distance: f64,
    /// `distance` minus the value of a feasible dual solution: no transport is cheaper by more than this.
    pub gap: f64,
    /// `partner[i]` of the second cloud belongs to point i of the first.
    pub partner: Vec<u32>,
}

/// `W1` between two clouds of equally many points of equal weight, `None` where their numbers differ, are zero or a
/// coordinate is not finite.
///
/// The method of \[JonkerVolgenant1987\]: reductions of columns and rows, then a shortest augmenting path for each point
/// that is left. By linear programming duality `u_i + v_j <= |a_i - b_j|` everywhere and equality on the assignment
/// prove it optimal; `gap` is what rounding leaves of that.
///
/// # Cost
/// `N^3` at worst, in practice nearer `N^2.5`; `8 N^2` bytes.
#[must_use]
pub fn exact<const D: usize>(a: &[[f64; D]], b: &[[f64; D]]) -> Option<Transport> {
    let n = a.len();
    let finite = |points: &[[f64; D]]| points.iter().flatten().all(|x| x.is_finite());
    if n == 0 || n != b.len() || !finite(a) || !finite(b) {
        return None;
    }
    let mut costs = vec![0.0; n * n];
    costs.par_chunks_mut(n).zip(a).for_each(|(row, a)| {
        row.iter_mut().zip(b).for_each(|(cost, b)| *cost = distance(a, b));
    });
    let mut problem = Assignment { n, costs, prices: vec![0.0; n], column_of: vec![FREE; n], row_of: vec![FREE; n] };
    let free = problem.reduce_columns();
    let free = problem.reduce_rows(free);
    let free = problem.reduce_rows(free);
    problem.augment(&free);
    Some(problem.transport())
}

const FREE: u32 = u32::MAX;

struct Assignment {
    n: usize,
    costs: Vec<f64>,
    /// `v_j`.
    prices: Vec<f64>,
    column_of: Vec<u32>,
    row_of: Vec<u32>,
}

/// The smallest and the second smallest reduced cost of a row.
struct TwoLeast {
    first: (usize, f64),
    second: (usize, f64),
}

impl Assignment {
    fn row(&self, i: usize) -> &[f64] {
        &self.costs[i * self.n..][..self.n]
    }

    fn reduced(&self, i: usize) -> impl Iterator<Item = f64> + '_ {
        self.row(i).iter().zip(&self.prices).map(|(cost, price)| cost - price)
    }

    /// Prices are the least costs of columns; returns the rows without a column.
    fn reduce_columns(&mut self) -> Vec<u32> {
        let n = self.n;
        let mut least = vec![(f64::INFINITY, FREE); n];
        for i in 0..n {
            for (least, &cost) in least.iter_mut().zip(self.row(i)) {
                if cost < least.0 {
                    *least = (cost, i as u32);
                }
            }
        }
        let mut wanted = vec![0u32; n];
        for j in (0..n).rev() {
            let (cost, row) = least[j];
            self.prices[j] = cost;
            wanted[row as usize] += 1;
            if self.column_of[row as usize] == FREE {
                self.column_of[row as usize] = j as u32;
                self.row_of[j] = row;
            }
        }
        for i in 0..n {
            if wanted[i] == 1 {
                let own = self.column_of[i] as usize;
                let rest = self.reduced(i).enumerate().filter(|(j, _)| *j != own).map(|(_, cost)| cost);
                let slack = rest.fold(f64::INFINITY, f64::min);
                if slack.is_finite() {
                    self.prices[own] -= slack;
                }
            }
        }
        (0..n as u32).filter(|&i| self.column_of[i as usize] == FREE).collect()
    }

    /// Each free row takes its cheapest column at a price that leaves it indifferent; returns the rows left over.
    fn reduce_rows(&mut self, free: Vec<u32>) -> Vec<u32> {
        // Prices may fall in ever smaller steps: what is not settled by then is left to the paths.
        let mut patience = 4 * self.n;
        let mut queue = free;
        queue.reverse();
        let mut left = Vec::new();
        while let Some(row) = queue.pop() {
            if patience == 0 || self.n < 2 {
                left.push(row);
                continue;
            }
            patience -= 1;
            let TwoLeast { first, second } = self.two_least(row as usize);
            let step = second.1 - first.1;
            let column = if step > 0.0 || self.row_of[first.0] == FREE { first.0 } else { second.0 };
            if step > 0.0 {
                self.prices[first.0] -= step;
            }
            let evicted = std::mem::replace(&mut self.row_of[column], row);
            self.column_of[row as usize] = column as u32;
            if evicted != FREE {
                self.column_of[evicted as usize] = FREE;
                if step > 0.0 { queue.push(evicted) } else { left.push(evicted) }
            }
        }
        left
    }

    fn two_least(&self, i: usize) -> TwoLeast {
        let (mut first, mut second) = ((0, f64::INFINITY), (0, f64::INFINITY));
        for (j, cost) in self.reduced(i).enumerate() {
            if cost < second.1 {
                if cost < first.1 {
                    second = first;
                    first = (j, cost);
                } else {
                    second = (j, cost);
                }
            }
        }
        TwoLeast { first, second }
    }

    /// A shortest path in reduced costs from every free row to a free column, along which assignments are exchanged.
    fn augment(&mut self, free: &[u32]) {
        let n = self.n;
        let mut lengths = vec![0.0; n];
        let mut before = vec![0u32; n];
        // Columns: those settled, those at the present length, those beyond.
        let mut columns: Vec<u32> = (0..n as u32).collect();
        for &start in free {
            lengths.iter_mut().zip(self.reduced(start as usize)).for_each(|(length, cost)| *length = cost);
            before.fill(start);
            let (mut settled, mut reached) = (0, 0);
            let (end, shortest) = 'search: loop {
                let least = columns[reached..].iter().map(|&j| lengths[j as usize]).fold(f64::INFINITY, f64::min);
                let first = reached;
                for k in first..n {
                    if lengths[columns[k] as usize] <= least {
                        columns.swap(k, reached);
                        reached += 1;
                    }
                }
                if let Some(&column) = columns[settled..reached].iter().find(|&&j| self.row_of[j as usize] == FREE) {
                    break (column, least);
                }
                while settled < reached {
                    let column = columns[settled] as usize;
                    settled += 1;
                    let row = self.row_of[column] as usize;
                    let costs = &self.costs[row * n..][..n];
                    let base = costs[column] - self.prices[column] - least;
                    let first = reached;
                    for k in first..n {
                        let j = columns[k] as usize;
                        let length = costs[j] - self.prices[j] - base;
                        if length < lengths[j] {
                            lengths[j] = length;
                            before[j] = row as u32;
                            if length <= least {
                                if self.row_of[j] == FREE {
                                    break 'search (j as u32, least);
                                }
                                columns.swap(k, reached);
                                reached += 1;
                            }
                        }
                    }
                }
            };
            for &j in &columns[..settled] {
                self.prices[j as usize] += lengths[j as usize] - shortest;
            }
            let mut column = end;
            loop {
                let row = before[column as usize];
                self.row_of[column as usize] = row;
                let next = std::mem::replace(&mut self.column_of[row as usize], column);
                if row == start {
                    break;
                }
                column = next;
            }
        }
    }

    fn transport(self) -> Transport {
        let n = self.n as f64;
        // With u_i the least reduced cost of a row, (u, v) is feasible whatever the prices are.
        let dual: Vec<f64> =
            (0..self.n).into_par_iter().map(|i| self.reduced(i).fold(f64::INFINITY, f64::min)).collect();
        let value = (dual.iter().sum::<f64>() + self.prices.iter().sum::<f64>()) / n;
        let primal = (0..self.n).map(|i| self.row(i)[self.column_of[i] as usize]).sum::<f64>() / n;
        Transport { distance: primal, gap: primal - value, partner: self.column_of }
    }
}
