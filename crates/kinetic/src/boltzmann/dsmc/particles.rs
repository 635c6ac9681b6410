//! The particles in memory.

/// `p = F(t) w` of one particle, half a cache line: constant between collisions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub(super) struct Particle {
    /// Three components and a zero, velocity.
    pub(super) momentum: [f64; 4],
}

/// Asks for the cache line of `slice[index]`; does nothing where there is no such instruction.
///
/// Worth a third more collisions per second at 1e6 particles (see the module `dsmc`), which no safe code gives.
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

/// An empty vector with room for `count` elements, on large pages where the system has them.
///
/// Collisions touch particles at random: with pages of 4 KiB every access beyond 16 MB would also walk the page table.
/// Worth 4 to 6 % at 1e6 particles where the system gives large pages on request only.
pub(super) fn on_large_pages<T>(count: usize) -> Vec<T> {
    let vector = Vec::<T>::with_capacity(count);
    #[cfg(target_os = "linux")]
    {
        use core::ffi::{c_int, c_void};
        unsafe extern "C" {
            fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int;
        }
        const HUGE_PAGE: c_int = 14;
        const PAGE: usize = 4096;
        let start = vector.as_ptr().addr().next_multiple_of(PAGE);
        let end = (vector.as_ptr().addr() + vector.capacity() * size_of::<T>()) / PAGE * PAGE;
        if end > start + (1 << 21) {
            let address = vector.as_ptr().with_addr(start).cast_mut().cast();
            // SAFETY: the whole pages from `start` to `end` lie inside the vector's own allocation, and this advice
            // changes neither their contents nor their protection; a refusal is of no consequence.
            unsafe { madvise(address, end - start, HUGE_PAGE) };
        }
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_on_large_pages_is_ordinary_memory() {
        for count in [0, 10, 300_000] {
            let mut particles = on_large_pages(count);
            particles.resize(count, Particle::default());
            assert!(particles.capacity() >= count && particles.as_ptr().addr().is_multiple_of(32));
            for index in 0..count {
                prefetch(&particles, index);
                particles[index].momentum[0] = index as f64;
            }
            assert!(particles.iter().enumerate().all(|(index, p)| p.momentum[0] == index as f64));
        }
    }
}
