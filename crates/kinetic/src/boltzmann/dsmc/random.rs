//! Many blocks of Philox4x32-10 at once: the same numbers as [`omd_flow::Philox::block`], in vector registers.

/// Blocks made together.
pub(in crate::boltzmann) const LANES: usize = 16;

/// Word `w` of block `first + l` of a stream is `words[w][l]`.
pub(in crate::boltzmann) type Words = [[u32; LANES]; 4];

/// The blocks `first .. first + LANES` of the stream `(seed, stream)`.
#[inline(always)]
pub(in crate::boltzmann) fn philox_blocks(seed: u64, stream: u64, first: u64) -> Words {
    // Words are kept in 64 bits: one vector multiplication gives low and high half.
    const LOW: u64 = 0xFFFF_FFFF;
    let mut c0 = [0u64; LANES];
    let mut c1 = [0u64; LANES];
    for l in 0..LANES {
        let block = first.wrapping_add(l as u64);
        c0[l] = block & LOW;
        c1[l] = block >> 32;
    }
    let mut c2 = [stream & LOW; LANES];
    let mut c3 = [stream >> 32; LANES];
    let (mut k0, mut k1) = (seed as u32, (seed >> 32) as u32);
    for _ in 0..10 {
        for l in 0..LANES {
            let low = c0[l] * 0xD251_1F53;
            let high = c2[l] * 0xCD9E_8D57;
            c0[l] = (high >> 32) ^ c1[l] ^ u64::from(k0);
            c1[l] = high & LOW;
            c2[l] = (low >> 32) ^ c3[l] ^ u64::from(k1);
            c3[l] = low & LOW;
        }
        k0 = k0.wrapping_add(0x9E37_79B9);
        k1 = k1.wrapping_add(0xBB67_AE85);
    }
    [c0.map(|x| x as u32), c1.map(|x| x as u32), c2.map(|x| x as u32), c3.map(|x| x as u32)]
}

/// The middle of cell `word` of `2^32` equal cells of `(0, 1)`.
#[inline(always)]
pub(in crate::boltzmann) fn middle(word: u32) -> f64 {
    const SCALE: f64 = 1.0 / 4_294_967_296.0;
    (f64::from(word) + 0.5) * SCALE
}

/// A uniform index below `count` and 32 bits that are uniform given the index, from 64 random bits.
///
/// The index has the probability `1/count` to `2^-64`; the fraction is `(word * count) mod 2^64` in its upper half.
#[inline(always)]
pub(in crate::boltzmann) fn index_and_fraction(low: u32, high: u32, count: u32) -> (u32, u32) {
    let lower = u64::from(low) * u64::from(count);
    let sum = u64::from(high) * u64::from(count) + (lower >> 32);
    ((sum >> 32) as u32, sum as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Philox;

    #[test]
    fn lanes_are_the_blocks_of_the_stream() {
        for (seed, stream, first) in [(0, 0, 0), (u64::MAX, 3, u64::from(u32::MAX) - 5), (7, 1 << 40, 1 << 50)] {
            let words = philox_blocks(seed, stream, first);
            for l in 0..LANES {
                let block = Philox::block(seed, stream, first + l as u64);
                assert_eq!([words[0][l], words[1][l], words[2][l], words[3][l]], block);
            }
        }
    }

    #[test]
    fn indices_are_the_high_half_of_the_product() {
        for word in [0u64, u64::MAX, 0x1234_5678_9ABC_DEF0, 1 << 63] {
            let (index, fraction) = index_and_fraction(word as u32, (word >> 32) as u32, 1_000_003);
            let product = u128::from(word) * 1_000_003;
            assert_eq!((index, fraction), ((product >> 64) as u32, (product >> 32) as u32));
        }
    }
}
