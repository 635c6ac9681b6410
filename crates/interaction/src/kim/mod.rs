//! Portable models of the KIM API, \[Tadmor2011\], as potentials.
//!
//! The API's particles that do not contribute are the atoms around. A model computes angstrom and electronvolt where it
//! can, else in units of its own, which are converted.

mod ffi;
mod library;
mod object;

use crate::cluster::dimer;
use crate::{Cluster, ClusterFailure, ClusterPotential, NeighbourRange};
use library::Kind;
use nalgebra::Vector3;
use object::{Object, Properties};
use std::ffi::{CString, c_int};
use std::sync::{Mutex, PoisonError};

/// Names in a message.
const MOST_NAMES: usize = 4;
/// Elements in a message.
const MOST_ELEMENTS: usize = 12;

/// Units of length and energy, in angstrom and electronvolt; CODATA 2018, and the thermochemical calorie.
const LENGTHS: [(&str, f64); 5] = [("A", 1.0), ("Bohr", 0.529_177_210_903), ("nm", 10.0), ("cm", 1e8), ("m", 1e10)];
const ENERGIES: [(&str, f64); 6] = [
    ("eV", 1.0),
    ("amu_A2_per_ps2", 1.660_539_066_60e-23 / 1.602_176_634e-19),
    ("kcal_mol", 4184.0 / (6.022_140_76e23 * 1.602_176_634e-19)),
    ("Hartree", 27.211_386_245_988),
    ("erg", 1e-7 / 1.602_176_634e-19),
    ("J", 1.0 / 1.602_176_634e-19),
];

/// How large an angstrom and an electronvolt are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KimUnits {
    /// Length.
    pub angstrom: f64,
    /// Energy.
    pub electronvolt: f64,
}

/// Why there is no such model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KimError {
    /// No model is installed under this name.
    #[error("the KIM API finds no model of this name")]
    NotFound {
        /// Installed models with names like it, the most alike first.
        similar: Vec<String>,
        /// How many portable models are installed.
        installed: usize,
    },
    /// A model that is input for another simulator.
    #[error("this is a simulator model, input for another program; only portable models compute forces")]
    Simulator,
    /// Several elements, and none named.
    #[error("the model has several elements: {}", shown(.0, MOST_ELEMENTS))]
    Several(Vec<String>),
    /// An element that the model has not.
    #[error("the model has no \"{element}\"; it has {}", shown(.known, MOST_ELEMENTS))]
    Element {
        /// As named.
        element: String,
        /// What it has.
        known: Vec<String>,
    },
    /// A model that does not load, or needs what it does not get.
    #[error("the model cannot be used: {0}")]
    Unusable(String),
}

/// Words with commas, and how many more there are.
fn shown(words: &[String], most: usize) -> String {
    let first = words[..words.len().min(most)].join(", ");
    let more = words.len().saturating_sub(most);
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// A portable model with atoms of one element or of several.
///
/// # Accuracy
/// Forces are minus the gradient of the energy as far as the model's are. A model that ends with a step at its cutoff has
/// that step in its energy.
#[derive(Debug)]
pub struct KimModel {
    name: String,
    as_known: CString,
    elements: Vec<String>,
    /// Of the elements.
    codes: Vec<c_int>,
    units: String,
    reach: f64,
    ranges: Vec<NeighbourRange>,
    /// The model's length of one of ours, and our energy and force of one of the model's.
    length: f64,
    energy: f64,
    force: f64,
    /// Models that nobody computes with: each has state of its own, and a thread takes one or makes one.
    idle: Mutex<Vec<Object>>,
}

impl KimModel {
    /// The installed model of this name for atoms of `elements`, which may be empty where the model has one only.
    ///
    /// # Errors
    /// [`KimError`].
    pub fn new(name: &str, elements: &[String], units: KimUnits) -> Result<Self, KimError> {
        let as_known = library::name(name);
        let Some(as_known) = as_known.filter(|name| library::kind(name) == Some(Kind::Portable)) else {
            let simulator = library::name(name).and_then(|name| library::kind(&name)) == Some(Kind::Simulator);
            return Err(if simulator { KimError::Simulator } else { not_found(name) });
        };
        let object = Object::new(&as_known).map_err(KimError::Unusable)?;
        object.requirements().map_err(KimError::Unusable)?;
        let Properties { influence, lists, length_unit, energy_unit, species } = object.properties();
        let (elements, codes) = chosen(&species, elements)?;
        let angstroms = size(&LENGTHS, &length_unit)?;
        let electronvolts = size(&ENERGIES, &energy_unit)?;
        let (length, energy) = (angstroms * units.angstrom, electronvolts * units.electronvolt);
        let range = |(cutoff, of_all)| NeighbourRange { cutoff: cutoff * length, of_all };
        let ranges: Vec<NeighbourRange> = lists.into_iter().map(range).collect();
        let reach = influence * length;
        if ranges.is_empty() || !(reach > 0.0 && reach.is_finite()) {
            return Err(KimError::Unusable(format!("its influence distance is {influence} {length_unit}")));
        }
        let model = Self {
            name: name.to_owned(),
            as_known,
            elements,
            codes,
            units: format!("{length_unit}, {energy_unit}"),
            reach,
            ranges,
            length: 1.0 / length,
            energy,
            force: energy / length,
            idle: Mutex::new(vec![object]),
        };
        if model.counts_others() {
            let message = "the energy of a pair is not that of the atoms that contribute, and images do not";
            return Err(KimError::Unusable(message.to_owned()));
        }
        Ok(model)
    }

    /// Whether two atoms have another energy than one beside the other, and the other beside the one: there are models
    /// for which who contributes makes no difference.
    fn counts_others(&self) -> bool {
        let kinds = self.codes.len() as u8;
        let pairs = (0..kinds).flat_map(|first| (first..kinds).map(move |second| [first, second]));
        let places = [0.3, 0.5, 0.7, 0.9].map(|part| part * self.cutoff());
        pairs.flat_map(|kinds| places.map(|distance| (kinds, distance))).any(|(kinds, distance)| {
            let energies = [0..2, 0..1, 1..2].map(|contributing| dimer(self, kinds, distance, contributing));
            // Where there is no energy nothing can be said.
            let [Ok(both), Ok(first), Ok(second)] = energies else { return false };
            (both - first - second).abs() > 1e-9 * both.abs().max(first.abs()).max(second.abs())
        })
    }

    /// The names of all portable models that are installed, in the order of the alphabet.
    #[must_use]
    pub fn installed() -> Vec<String> {
        let mut names = library::installed();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The elements that are meant, and their codes.
fn chosen(species: &[(String, c_int)], elements: &[String]) -> Result<(Vec<String>, Vec<c_int>), KimError> {
    let known = || species.iter().map(|(name, _)| name.clone()).collect();
    match (elements, species) {
        ([], [only]) => Ok([only.clone()].into_iter().unzip()),
        ([], _) => Err(KimError::Several(known())),
        _ => {
            let found = |element: &String| {
                let found = species.iter().find(|(name, _)| name == element).cloned();
                found.ok_or_else(|| KimError::Element { element: element.clone(), known: known() })
            };
            let chosen: Vec<(String, c_int)> = elements.iter().map(found).collect::<Result<_, _>>()?;
            Ok(chosen.into_iter().unzip())
        }
    }
}

/// How many angstrom or electronvolt a unit is.
fn size(table: &[(&str, f64)], unit: &str) -> Result<f64, KimError> {
    let found = table.iter().find(|(name, _)| *name == unit);
    found.map(|(_, size)| *size).ok_or_else(|| KimError::Unusable(format!("its unit {unit} is not known")))
}

fn not_found(name: &str) -> KimError {
    let names = KimModel::installed();
    KimError::NotFound { similar: similar(name, &names), installed: names.len() }
}

/// Names that share most with `name`: other versions of the model, else those with the same words between underscores.
fn similar(name: &str, names: &[String]) -> Vec<String> {
    let words = |name: &str| -> Vec<String> {
        let split = name.split(['_', ' ', '-']).filter(|word| !word.is_empty());
        split.map(str::to_lowercase).collect()
    };
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let meant = words(name);
    // The identifier has twelve digits, a version three.
    let identifier = meant.iter().find(|word| word.len() == 12 && is_number(word));
    let versions: Vec<String> =
        names.iter().filter(|name| identifier.is_some_and(|number| name.contains(number))).cloned().collect();
    if !versions.is_empty() {
        return versions;
    }
    let score = |candidate: &str| -> usize {
        let candidate = words(candidate);
        let shared = meant.iter().filter(|word| candidate.contains(word));
        let worth = |word: &String| if word == "mo" || is_number(word) { 0 } else { word.len().min(8) };
        // Each word that is not shared makes it a little less alike.
        let shared: usize = shared.map(worth).sum();
        100 * shared / (10 + candidate.len())
    };
    let mut scored: Vec<(usize, &String)> = names.iter().map(|candidate| (score(candidate), candidate)).collect();
    scored.retain(|(score, _)| *score > 0);
    scored.sort_by_key(|(score, candidate)| (std::cmp::Reverse(*score), candidate.len()));
    scored.into_iter().take(MOST_NAMES).map(|(_, name)| name.clone()).collect()
}

impl ClusterPotential for KimModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn elements(&self) -> &[String] {
        &self.elements
    }

    fn units(&self) -> String {
        self.units.clone()
    }

    fn reach(&self) -> f64 {
        self.reach
    }

    fn ranges(&self) -> &[NeighbourRange] {
        &self.ranges
    }

    fn evaluate(&self, cluster: &Cluster<'_>, forces: &mut [Vector3<f64>]) -> Result<f64, ClusterFailure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut object = match idle {
            Some(object) => object,
            None => Object::new(&self.as_known).map_err(ClusterFailure)?,
        };
        let computed = object.compute(&self.codes, self.length, cluster).map(|(energy, computed)| {
            for (force, computed) in forces.iter_mut().zip(computed.chunks_exact(3)) {
                *force = Vector3::new(computed[0], computed[1], computed[2]) * self.force;
            }
            energy * self.energy
        });
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(object);
        computed.map_err(|said| ClusterFailure(format!("the KIM model {}: {said}", self.name)))
    }
}

#[cfg(test)]
mod tests;
