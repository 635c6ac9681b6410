//! How far a run has come: plain data that a checkpoint holds and a driver continues from.

use omd_flow::Observables;

/// The progress of one description over all its replicas.
#[derive(Clone, Debug, PartialEq)]
pub struct RunProgress {
    /// The description's name, as its table and CSV.
    pub description: String,
    /// Replica r at index r.
    pub replicas: Vec<ReplicaProgress>,
}

/// The progress of one replica.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaProgress {
    /// The samples taken so far, internal units.
    pub rows: Vec<Observables>,
    /// What `Description::save` wrote; `None` before the start and after the end.
    pub state: Option<Vec<u8>>,
    /// Nothing is left to do: the end was reached or the physics stopped it.
    pub done: bool,
    /// Why the physics stopped it, if it did.
    pub stopped: Option<String>,
}
