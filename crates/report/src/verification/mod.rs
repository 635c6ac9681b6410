//! The page of a verification: Figure 1 with its verdicts, a summary, and the studies of every arrow.

mod arrows;
mod charts;
mod diagram;
mod page;
mod record;
mod verdict;

pub(crate) use page::render;
pub(crate) use record::{FILE_NAME, Record};
