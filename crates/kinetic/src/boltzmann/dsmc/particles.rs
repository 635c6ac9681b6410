//! The particles in memory: blocks of a few, component by component.

use fearless_simd::{Simd, f64x8, prelude::*, u8x64};

/// Particles of a block: what meets another block at once, lane by lane.
pub(super) const WIDTH: usize = 8;

/// One number for each particle of a block, or for each pair of two blocks.
pub(super) type Lane = [f64; WIDTH];

/// `p = F(t) w` of [`WIDTH`] particles, three cache lines: constant between collisions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Block {
    /// By component, velocity; zero in places without a particle.
    pub(super) momentum: [Lane; 3],
}

impl Block {
    /// By component.
    #[inline(always)]
    pub(super) fn load<S: Simd>(&self, simd: S) -> [f64x8<S>; 3] {
        let [x, y, z] = &self.momentum;
        [f64x8::load_array_ref(simd, x), f64x8::load_array_ref(simd, y), f64x8::load_array_ref(simd, z)]
    }

    /// Sets all lanes.
    #[inline(always)]
    pub(super) fn store<S: Simd>(&mut self, momenta: &[f64x8<S>; 3]) {
        for r in 0..3 {
            momenta[r].store_array(&mut self.momentum[r]);
        }
    }

    /// The particle of lane `l` in lane `l ^ turn`.
    pub(super) fn turned(&self, turn: usize) -> Self {
        Self { momentum: self.momentum.map(|component| core::array::from_fn(|l| component[(l ^ turn) % WIDTH])) }
    }

    /// `p` of one lane.
    #[inline(always)]
    pub(super) fn of(&self, lane: usize) -> [f64; 3] {
        self.momentum.each_ref().map(|component| component[lane])
    }

    /// Sets `p` of one lane.
    #[inline(always)]
    pub(super) fn set(&mut self, lane: usize, momentum: [f64; 3]) {
        for r in 0..3 {
            self.momentum[r][lane] = momentum[r];
        }
    }
}

/// Moves lane `l` to lane `l ^ turn`.
#[inline(always)]
pub(super) fn turned<S: Simd>(simd: S, momenta: &[f64x8<S>; 3], turn: usize) -> [f64x8<S>; 3] {
    /// Bytes of the lanes `l ^ turn`.
    const BYTES: [[u8; 64]; WIDTH] = {
        let mut bytes = [[0; 64]; WIDTH];
        let mut k = 0;
        while k < 64 * WIDTH {
            let (turn, byte) = (k / 64, k % 64);
            bytes[turn][byte] = (((byte / 8) ^ turn) * 8 + byte % 8) as u8;
            k += 1;
        }
        bytes
    };
    let bytes = u8x64::load_array_ref(simd, &BYTES[turn % WIDTH]);
    [momenta[0].swizzle_dyn(bytes), momenta[1].swizzle_dyn(bytes), momenta[2].swizzle_dyn(bytes)]
}

/// All particles; the places behind the last one of the last block are empty.
#[derive(Clone, Debug)]
pub(super) struct Particles {
    pub(super) blocks: Vec<Block>,
    count: usize,
}

impl Particles {
    /// The given momenta, in this order.
    pub(super) fn new(momenta: impl ExactSizeIterator<Item = [f64; 3]>) -> Self {
        let count = momenta.len();
        let blocks = vec![Block::default(); count.div_ceil(WIDTH)];
        let mut particles = Self { blocks, count };
        momenta.enumerate().for_each(|(index, p)| particles.set(index, p));
        particles
    }

    /// How many particles.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// How many lanes of a block have a particle.
    #[inline(always)]
    pub(super) fn filled(&self, block: usize) -> usize {
        (self.count - block * WIDTH).min(WIDTH)
    }

    /// `p` of a particle.
    #[inline(always)]
    pub(super) fn get(&self, index: usize) -> [f64; 3] {
        self.blocks[index / WIDTH].of(index % WIDTH)
    }

    /// Sets `p` of a particle.
    pub(super) fn set(&mut self, index: usize, momentum: [f64; 3]) {
        self.blocks[index / WIDTH].set(index % WIDTH, momentum);
    }

    /// `p` of all particles.
    pub(super) fn iter(&self) -> impl Iterator<Item = [f64; 3]> {
        (0..self.count).map(|index| self.get(index))
    }
}

/// The largest of non-negative numbers, in halves.
#[inline(always)]
pub(super) fn largest(mut lane: Lane) -> f64 {
    let mut width = WIDTH;
    while width > 1 {
        width /= 2;
        for l in 0..width {
            lane[l] = if lane[l + width] > lane[l] { lane[l + width] } else { lane[l] };
        }
    }
    lane[0]
}

/// The sum, in halves.
#[inline(always)]
pub(super) fn added(mut lane: Lane) -> f64 {
    let mut width = WIDTH;
    while width > 1 {
        width /= 2;
        for l in 0..width {
            lane[l] += lane[l + width];
        }
    }
    lane[0]
}

/// Asks for the three cache lines of a block.
#[inline(always)]
pub(super) fn prefetch_block(blocks: &[Block], index: usize) {
    const LINES: usize = size_of::<Block>().div_ceil(64);
    if let Some(block) = blocks.get(index) {
        for line in 0..LINES {
            prefetch(block.momentum.as_flattened(), 8 * line);
        }
    }
}

/// Asks for the cache line of `slice[index]`; does nothing where there is no such instruction.
///
/// Blocks meet at random: asked for a batch ahead, 1e6 hard spheres make 27 million collisions per second, 12.7 without; 1e7
/// make 18.5, 9.6 without (`collision_rate`, Zen 4, one core).
#[inline(always)]
pub(super) fn prefetch<T>(slice: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads and writes nothing that a program can see and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(slice.as_ptr().wrapping_add(index).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, index);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_are_where_they_were_put() {
        for count in [0usize, 10, 300_003] {
            let mut particles = Particles::new((0..count).map(|index| [index as f64, 1.0, 2.0]));
            assert_eq!((particles.len(), particles.blocks.len()), (count, count.div_ceil(WIDTH)));
            assert!(particles.blocks.as_ptr().addr().is_multiple_of(64));
            for index in 0..count {
                prefetch_block(&particles.blocks, index);
                assert_eq!(particles.get(index)[0], index as f64);
                particles.set(index, [0.0, 0.0, index as f64]);
            }
            assert!(particles.iter().enumerate().all(|(index, p)| p == [0.0, 0.0, index as f64]));
        }
    }

    #[test]
    fn every_lane_meets_every_lane_in_one_turn() {
        let block = Particles::new((0..WIDTH).map(|l| [l as f64; 3])).blocks[0];
        let mut met = [[0; WIDTH]; WIDTH];
        for turn in 0..WIDTH {
            let turned = block.turned(turn);
            assert_eq!(turned.turned(turn), block);
            for l in 0..WIDTH {
                met[l][turned.of(l)[0] as usize] += 1;
            }
        }
        assert_eq!(met, [[1; WIDTH]; WIDTH]);
    }
}
