//! The collisions ahead, in order of time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// No further entry.
const END: u32 = u32::MAX;
/// Collisions in one bucket, about.
const PER_BUCKET: usize = 4;

/// A predicted contact of the spheres in two slots, the second one translated by `image`.
///
/// It holds as long as neither has collided since: as long as both stamps are those of the slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Contact {
    /// Since the start of the window.
    pub(crate) time: f64,
    pub(crate) first: u32,
    pub(crate) second: u32,
    pub(crate) stamps: [u32; 2],
    /// Counts of the window's edges.
    pub(crate) image: [i16; 3],
}

impl Eq for Contact {}

impl Ord for Contact {
    /// The earliest contact is the greatest; ties are broken by the slots, so that the order is always the same.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |contact: &Self| (contact.first, contact.second, contact.image);
        other.time.total_cmp(&self.time).then_with(|| key(other).cmp(&key(self)))
    }
}

impl PartialOrd for Contact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Buckets of equal duration over one window; only the present one is kept sorted.
///
/// # Cost
/// `O(1)` a contact: buckets hold a few.
/// # References
/// \[Paul2007\]
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    buckets_per_time: f64,
    heads: Vec<u32>,
    entries: Vec<(Contact, u32)>,
    present: usize,
    sorted: BinaryHeap<Contact>,
}

impl Queue {
    /// Empties the queue for a window of this length and about so many contacts.
    pub(crate) fn restart(&mut self, length: f64, expected: usize) {
        let buckets = expected / PER_BUCKET + 1;
        self.buckets_per_time = buckets as f64 / length;
        self.heads.clear();
        self.heads.resize(buckets, END);
        self.entries.clear();
        self.sorted.clear();
        self.present = 0;
    }

    pub(crate) fn push(&mut self, contact: Contact) {
        // A window of no length has one bucket: not a number becomes 0.
        let bucket = ((contact.time * self.buckets_per_time) as usize).min(self.heads.len() - 1);
        if bucket <= self.present {
            self.sorted.push(contact);
        } else {
            self.entries.push((contact, self.heads[bucket]));
            self.heads[bucket] = (self.entries.len() - 1) as u32;
        }
    }

    /// The earliest contact.
    pub(crate) fn pop(&mut self) -> Option<Contact> {
        loop {
            if let Some(contact) = self.sorted.pop() {
                return Some(contact);
            }
            if self.present + 1 >= self.heads.len() {
                return None;
            }
            self.present += 1;
            let mut next = self.heads[self.present];
            while next != END {
                let (contact, after) = self.entries[next as usize];
                self.sorted.push(contact);
                next = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::Philox;

    #[test]
    fn contacts_come_out_in_order_of_time_while_others_go_in() {
        let mut random = Philox::new(3, 0);
        let contact = |time, first| Contact { time, first, second: first + 1, stamps: [0, 0], image: [0; 3] };
        let mut queue = Queue::default();
        for expected in [0, 10, 1000] {
            queue.restart(2.0, expected);
            let mut inside: Vec<f64> = (0..300).map(|_| 2.0 * random.uniform()).collect();
            inside.iter().enumerate().for_each(|(k, &time)| queue.push(contact(time, k as u32)));
            let mut taken = Vec::new();
            while let Some(next) = queue.pop() {
                taken.push(next.time);
                if taken.len() % 3 == 0 {
                    let later = next.time + (2.0 - next.time) * random.uniform();
                    inside.push(later);
                    queue.push(contact(later, 1000 + taken.len() as u32));
                }
            }
            assert!(taken.is_sorted());
            inside.sort_by(f64::total_cmp);
            assert_eq!(taken, inside);
        }
    }

    #[test]
    fn ties_are_broken_by_the_slots() {
        let mut queue = Queue::default();
        queue.restart(1.0, 8);
        for first in [3, 1, 2] {
            queue.push(Contact { time: 0.5, first, second: 9, stamps: [0, 0], image: [0; 3] });
        }
        assert_eq!([0; 3].map(|_| queue.pop().unwrap().first), [1, 2, 3]);
    }
}
