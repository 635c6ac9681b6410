//! Work on fixed parts of the system.

use rayon::prelude::*;

/// Does `work` on every item, on all threads where there is more than one item.
///
/// Items are fixed parts of the system, the same on any number of threads.
pub(crate) fn each<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Sync + Send) {
    if items.len() > 1 && rayon::current_num_threads() > 1 {
        items.par_iter_mut().for_each(work);
    } else {
        items.iter_mut().for_each(work);
    }
}
