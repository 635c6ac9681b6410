//! What the meetings of a batch do to the speed bounds.

use super::batch::CAPACITY;
use super::bounds::SpeedBounds;

/// What the meetings of a batch do to the bounds.
///
/// A lower class waits for the end of the batch, whose candidates were drawn with the old one. A higher class is in
/// force at once; what it adds to the weight is drawn through the reserve.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    /// Block and class, to be set when the batch ends; later entries win.
    classes: [(u32, u32); 2 * CAPACITY],
    /// The weight that each entry has added already.
    added: [u64; 2 * CAPACITY],
    count: usize,
    pub(super) added_weight: u64,
    highest: u32,
    /// Whether a speed has no class.
    pub(super) overflow: bool,
}

impl Changes {
    pub(super) fn new() -> Self {
        Self {
            classes: [(0, 0); 2 * CAPACITY],
            added: [0; 2 * CAPACITY],
            count: 0,
            added_weight: 0,
            highest: 0,
            overflow: false,
        }
    }

    pub(super) fn clear(&mut self) {
        (self.count, self.added_weight, self.highest, self.overflow) = (0, 0, 0, false);
    }

    /// Notes the class of a block after a meeting.
    #[inline(always)]
    pub(super) fn note(&mut self, bounds: &mut SpeedBounds, block: u32, class: u32) {
        if class > bounds.limit {
            self.overflow = true;
            return;
        }
        let count = self.count % (2 * CAPACITY);
        let present = &mut bounds.class[block as usize];
        let higher = class.max(u32::from(*present));
        let added = bounds.weight[higher as usize & 255] - bounds.weight[usize::from(*present)];
        *present = higher as u8;
        self.classes[count] = (block, class);
        self.added[count] = added;
        self.count = count + 1;
        self.added_weight += added;
        self.highest = self.highest.max(class);
    }

    /// The block of the reserve that a part word points at, if any.
    #[cold]
    pub(super) fn raised_block(&self, part: u32, reserve: u32, reserve_weight: f64) -> Option<u32> {
        let mut target = (f64::from(part) + 0.5) / f64::from(reserve) * reserve_weight;
        if target >= self.added_weight as f64 {
            return None;
        }
        for (&(block, _), &added) in self.classes.iter().zip(&self.added) {
            target -= added as f64;
            if target < 0.0 {
                return Some(block);
            }
        }
        None
    }

    /// Sets the classes when the batch ends.
    pub(super) fn apply(&self, bounds: &mut SpeedBounds) {
        let mut total = bounds.total + self.added_weight;
        for &(block, class) in &self.classes[..self.count] {
            let present = &mut bounds.class[block as usize];
            total -= bounds.weight[usize::from(*present)];
            total += bounds.weight[class as usize & 255];
            *present = class as u8;
            if class > bounds.cap {
                bounds.fast.insert(block);
            }
        }
        bounds.fast.clean(&bounds.class, bounds.cap);
        bounds.total = total;
        bounds.highest = bounds.highest.max(self.highest);
        bounds.ceiling = if self.overflow { 0.0 } else { f64::from(bounds.highest) * bounds.unit };
        if self.overflow {
            bounds.epoch.end = f64::NEG_INFINITY;
        }
    }
}
