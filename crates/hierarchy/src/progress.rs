//! How far a run has come: what a checkpoint holds.

use omd_flow::{Observables, VelocityHistogram};

/// One description with its replicas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunProgress {
    /// Its name, as in the table's file name.
    pub description: String,
    /// One entry a replica.
    pub replicas: Vec<ReplicaProgress>,
}

/// One replica.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicaProgress {
    /// The samples so far, t = 0 first.
    pub rows: Vec<Observables>,
    /// Histograms of velocities, at the samples that ask for one.
    pub histograms: Vec<VelocityHistogram>,
    /// What `Description::save` wrote; `None` before the start and after the end.
    pub state: Option<Vec<u8>>,
    /// Every sample is there, or the physics stopped it.
    pub done: bool,
    /// Why the physics stopped it, after the last of `rows`.
    pub stopped: Option<String>,
    /// `Description::facts` at the end.
    pub facts: Vec<(String, String)>,
    /// Seconds of work, over all sessions.
    pub seconds: f64,
}
