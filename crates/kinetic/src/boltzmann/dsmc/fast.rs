//! The list of the few blocks with a fast block.

/// Holds every block above a class once, and some that have fallen below it since.
///
/// Whoever draws from it looks at the class anyway, so that those that fell cost an attempt and do no harm; they are
/// taken out when the list has doubled. Its order depends on its history alone.
#[derive(Clone, Debug, Default)]
pub(super) struct FastBlocks {
    pub(super) blocks: Vec<u32>,
    /// When the list is as long as this, it is cleaned.
    pub(super) most: usize,
    /// Bit `i % 64` of word `i / 64`: whether block `i` is in the list.
    listed: Vec<u64>,
}

impl FastBlocks {
    /// Lists the blocks above class `cap`.
    pub(super) fn collect(&mut self, class: &[u8], cap: u32) {
        self.blocks.clear();
        self.listed.clear();
        self.listed.resize(class.len().div_ceil(64), 0);
        for (word, classes) in class.chunks(64).enumerate() {
            if u32::from(classes.iter().fold(0, |highest: u8, &class| highest.max(class))) > cap {
                for (index, &class) in classes.iter().enumerate() {
                    if u32::from(class) > cap {
                        self.listed[word] |= 1 << index;
                        self.blocks.push((64 * word + index) as u32);
                    }
                }
            }
        }
        self.most = 2 * self.blocks.len() + 16;
    }

    /// Puts a block on the list, unless it is there.
    #[inline(always)]
    pub(super) fn insert(&mut self, block: u32) {
        let (word, bit) = (&mut self.listed[block as usize / 64], 1 << (block % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.blocks.push(block);
        }
    }

    /// Takes out blocks that are not above class `cap` any more, when there may be many.
    #[inline(always)]
    pub(super) fn clean(&mut self, class: &[u8], cap: u32) {
        if self.blocks.len() >= self.most {
            self.clean_now(class, cap);
        }
    }

    #[cold]
    #[inline(never)]
    fn clean_now(&mut self, class: &[u8], cap: u32) {
        let listed = &mut self.listed;
        self.blocks.retain(|&block| {
            let stays = u32::from(class[block as usize]) > cap;
            if !stays {
                listed[block as usize / 64] &= !(1 << (block % 64));
            }
            stays
        });
        self.most = 2 * self.blocks.len() + 16;
    }

    /// The list as it was saved, for `count` blocks; `None` where it cannot be one.
    pub(super) fn restored(blocks: &[u64], most: usize, count: usize) -> Option<Self> {
        let mut list = Self { blocks: Vec::new(), most, listed: vec![0; count.div_ceil(64)] };
        for &block in blocks {
            if block >= count as u64 {
                return None;
            }
            list.insert(block as u32);
        }
        (list.blocks.len() == blocks.len()).then_some(list)
    }
}
