//! A counter-based random number generator: streams that are independent of threads and ranks.

use core::convert::Infallible;
use rand_core::TryRng;

/// Philox4x32-10 \[SalmonEtAl2011\]: block `b` of stream `s` under seed `k` is
/// `philox(counter = (b, s), key = k)`, four 32-bit words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Philox {
    seed: u64,
    stream: u64,
    /// The next block to make.
    block: u64,
    buffer: [u32; 4],
    /// Words of `buffer` already given out.
    used: u32,
}

impl Philox {
    /// The stream `(seed, stream)` at its beginning.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self { seed, stream, block: 0, buffer: [0; 4], used: 4 }
    }

    /// A uniform number in `[0, 1)` with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.word_pair() >> 11) as f64 * (0.5f64).powi(53)
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        rand_distr::Distribution::sample(&rand_distr::StandardNormal, self)
    }

    /// A uniform integer below `bound` (multiply-and-reject of \[Lemire2019\], unbiased).
    ///
    /// # Panics
    /// Never for `bound > 0`; a zero bound is a caller's error.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "an empty range has no element");
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.word_pair()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// The block of four words at `(block, stream)` under `seed`.
    #[must_use]
    pub fn block(seed: u64, stream: u64, block: u64) -> [u32; 4] {
        let counter = [block as u32, (block >> 32) as u32, stream as u32, (stream >> 32) as u32];
        philox4x32_10(counter, [seed as u32, (seed >> 32) as u32])
    }

    /// Seed, stream, next block, words used: enough to rebuild the generator.
    #[must_use]
    pub fn position(&self) -> [u64; 4] {
        [self.seed, self.stream, self.block, u64::from(self.used)]
    }

    /// The generator at a saved [`Self::position`].
    #[must_use]
    pub fn at_position(position: [u64; 4]) -> Self {
        let [seed, stream, block, used] = position;
        let used = used.min(4) as u32;
        let buffer = if used == 4 { [0; 4] } else { Self::block(seed, stream, block.wrapping_sub(1)) };
        Self { seed, stream, block, buffer, used }
    }

    fn word(&mut self) -> u32 {
        if self.used == 4 {
            self.buffer = Self::block(self.seed, self.stream, self.block);
            self.block = self.block.wrapping_add(1);
            self.used = 0;
        }
        let word = self.buffer[self.used as usize];
        self.used += 1;
        word
    }

    fn word_pair(&mut self) -> u64 {
        u64::from(self.word()) | (u64::from(self.word()) << 32)
    }
}

impl TryRng for Philox {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word())
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word_pair())
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Ten rounds; multipliers and Weyl constants of the reference implementation (Random123).
#[inline]
fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let low = u64::from(counter[0]) * 0xD251_1F53;
        let high = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [
            (high >> 32) as u32 ^ counter[1] ^ key[0],
            high as u32,
            (low >> 32) as u32 ^ counter[3] ^ key[1],
            low as u32,
        ];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_the_reference_implementation() {
        // kat_vectors of Random123, philox4x32 10.
        assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox4x32_10([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox4x32_10([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn a_saved_position_continues_the_stream() {
        for skip in 0..9 {
            let mut rng = Philox::new(7, 3);
            for _ in 0..skip {
                rng.word();
            }
            let mut again = Philox::at_position(rng.position());
            assert_eq!(
                (0..9).map(|_| rng.word()).collect::<Vec<_>>(),
                (0..9).map(|_| again.word()).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn normal_moments_within_five_standard_errors() {
        let mut rng = Philox::new(1, 0);
        let n = 100_000;
        let (mut m2, mut m4) = (0.0, 0.0);
        for _ in 0..n {
            let x = rng.normal();
            m2 += x * x;
            m4 += x.powi(4);
        }
        assert!((m2 / f64::from(n) - 1.0).abs() < 5.0 * (2.0 / f64::from(n)).sqrt());
        assert!((m4 / f64::from(n) - 3.0).abs() < 5.0 * (96.0 / f64::from(n)).sqrt());
    }
}
