//! The list of the few fast particles.

/// Holds every particle above a class once, and some that have fallen below it since.
///
/// Whoever draws from it looks at the class anyway, so that those that fell cost an attempt and do no harm; they are
/// taken out when the list has doubled. Its order depends on its history alone.
#[derive(Clone, Debug, Default)]
pub(super) struct FastParticles {
    pub(super) particles: Vec<u32>,
    /// When the list is as long as this, it is cleaned.
    pub(super) most: usize,
    /// Bit `i % 64` of word `i / 64`: whether particle `i` is in the list.
    listed: Vec<u64>,
}

impl FastParticles {
    /// Lists the particles above class `cap`.
    pub(super) fn collect(&mut self, class: &[u8], cap: u32) {
        self.particles.clear();
        self.listed.clear();
        self.listed.resize(class.len().div_ceil(64), 0);
        for (block, classes) in class.chunks(64).enumerate() {
            if u32::from(classes.iter().fold(0, |highest: u8, &class| highest.max(class))) > cap {
                for (index, &class) in classes.iter().enumerate() {
                    if u32::from(class) > cap {
                        self.listed[block] |= 1 << index;
                        self.particles.push((64 * block + index) as u32);
                    }
                }
            }
        }
        self.most = 2 * self.particles.len() + 16;
    }

    /// Puts a particle on the list, unless it is there.
    #[inline(always)]
    pub(super) fn insert(&mut self, particle: u32) {
        let (word, bit) = (&mut self.listed[particle as usize / 64], 1 << (particle % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.particles.push(particle);
        }
    }

    /// Takes out particles that are not above class `cap` any more, when there may be many.
    #[inline(always)]
    pub(super) fn clean(&mut self, class: &[u8], cap: u32) {
        if self.particles.len() >= self.most {
            self.clean_now(class, cap);
        }
    }

    #[cold]
    #[inline(never)]
    fn clean_now(&mut self, class: &[u8], cap: u32) {
        let listed = &mut self.listed;
        self.particles.retain(|&particle| {
            let stays = u32::from(class[particle as usize]) > cap;
            if !stays {
                listed[particle as usize / 64] &= !(1 << (particle % 64));
            }
            stays
        });
        self.most = 2 * self.particles.len() + 16;
    }

    /// The list as it was saved, for `count` particles; `None` where it cannot be one.
    pub(super) fn restored(particles: &[u64], most: usize, count: usize) -> Option<Self> {
        let mut list = Self { particles: Vec::new(), most, listed: vec![0; count.div_ceil(64)] };
        for &particle in particles {
            if particle >= count as u64 {
                return None;
            }
            list.insert(particle as u32);
        }
        (list.particles.len() == particles.len()).then_some(list)
    }
}
