//! The particles in memory.

/// `p = F(t) w` of one particle, half a cache line: constant between collisions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub(super) struct Particle {
    /// Three components and a zero, velocity.
    pub(super) momentum: [f64; 4],
}

/// Asks for the cache line of `slice[index]`; does nothing where there is no such instruction.
#[inline(always)]
pub(super) fn prefetch<T>(slice: &[T], index: usize) {
    debug_assert!(index < slice.len());
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads and writes nothing that a program can see and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(slice.as_ptr().wrapping_add(index).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, index);
}
