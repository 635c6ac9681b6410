//! Models of the KIM API as values that cannot be misused; beside [`super::library`] the only place that calls it.

use super::ffi;
use super::library::{all, alone, heard, id, string};
use crate::{Cluster, NeighbourRows};
use nalgebra::Vector3;
use std::cell::Cell;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::{null, null_mut};

/// What a model says of itself.
#[derive(Clone, Debug)]
pub(super) struct Properties {
    /// In its unit of length.
    pub(super) influence: f64,
    /// Cutoff, and whether lists of atoms that do not contribute are asked for.
    pub(super) lists: Vec<(f64, bool)>,
    pub(super) length_unit: String,
    pub(super) energy_unit: String,
    /// Symbols and codes.
    pub(super) species: Vec<(String, c_int)>,
}

/// A model with room for one computation at a time.
#[derive(Debug)]
pub(super) struct Object {
    model: *mut ffi::RawModel,
    arguments: *mut ffi::RawArguments,
    names: Names,
    codes: Vec<c_int>,
    contributing: Vec<c_int>,
    coordinates: Vec<f64>,
    forces: Vec<f64>,
}

// SAFETY: the library ties no model to a thread, and an object is used by one thread at a time: all of its methods that
// compute take it as `&mut self`.
unsafe impl Send for Object {}

/// What a computation takes and gives.
#[derive(Clone, Copy, Debug)]
struct Names {
    count: ffi::Id,
    codes: ffi::Id,
    contributing: ffi::Id,
    coordinates: ffi::Id,
    energy: ffi::Id,
    forces: ffi::Id,
    neighbours: ffi::Id,
    language: ffi::Id,
}

impl Object {
    /// The model of this name, asked for angstrom and electronvolt; it may have other units.
    pub(super) fn new(name: &CStr) -> Result<Self, String> {
        let _alone = alone();
        let _ = heard();
        let (mut model, mut accepted) = (null_mut(), 0);
        // SAFETY: all values are of the enumerations they are passed for, the name ends with a zero, and the model is
        // written where nothing was.
        let failed = unsafe {
            ffi::KIM_Model_Create(
                id(ffi::KIM_Numbering_FromString, c"zeroBased"),
                id(ffi::KIM_LengthUnit_FromString, c"A"),
                id(ffi::KIM_EnergyUnit_FromString, c"eV"),
                id(ffi::KIM_ChargeUnit_FromString, c"e"),
                id(ffi::KIM_TemperatureUnit_FromString, c"K"),
                id(ffi::KIM_TimeUnit_FromString, c"ps"),
                name.as_ptr(),
                &raw mut accepted,
                &raw mut model,
            )
        };
        if failed != 0 || model.is_null() {
            return Err(heard());
        }
        let argument = |name| id(ffi::KIM_ComputeArgumentName_FromString, name);
        let names = Names {
            count: argument(c"numberOfParticles"),
            codes: argument(c"particleSpeciesCodes"),
            contributing: argument(c"particleContributing"),
            coordinates: argument(c"coordinates"),
            energy: argument(c"partialEnergy"),
            forces: argument(c"partialForces"),
            neighbours: id(ffi::KIM_ComputeCallbackName_FromString, c"GetNeighborList"),
            language: id(ffi::KIM_LanguageName_FromString, c"c"),
        };
        let (codes, contributing, coordinates, forces) = Default::default();
        let mut object = Self { model, arguments: null_mut(), names, codes, contributing, coordinates, forces };
        // SAFETY: the model is alive, and the arguments are written where nothing was.
        let failed = unsafe { ffi::KIM_Model_ComputeArgumentsCreate(model, &raw mut object.arguments) };
        if failed != 0 || object.arguments.is_null() {
            object.arguments = null_mut();
            let said = heard();
            object.destroy();
            return Err(said);
        }
        Ok(object)
    }

    /// What the model says of itself.
    pub(super) fn properties(&self) -> Properties {
        let (mut influence, mut count, mut cutoffs, mut not_of_others) = (0.0, 0, null(), null());
        let unset = ffi::Id { value: 0 };
        let (mut length, mut energy, mut charge, mut temperature, mut time) = (unset, unset, unset, unset, unset);
        // SAFETY: the model is alive; each function writes its results, and the arrays that are pointed to have `count`
        // numbers and live as long as the model is not changed.
        let (lists, [length_unit, energy_unit]) = unsafe {
            ffi::KIM_Model_GetInfluenceDistance(self.model, &raw mut influence);
            ffi::KIM_Model_GetNeighborListPointers(
                self.model,
                &raw mut count,
                &raw mut cutoffs,
                &raw mut not_of_others,
            );
            ffi::KIM_Model_GetUnits(
                self.model,
                &raw mut length,
                &raw mut energy,
                &raw mut charge,
                &raw mut temperature,
                &raw mut time,
            );
            let list = |k: usize| (*cutoffs.add(k), *not_of_others.add(k) == 0);
            let count = usize::try_from(count).unwrap_or_default();
            let units = [string(ffi::KIM_LengthUnit_ToString(length)), string(ffi::KIM_EnergyUnit_ToString(energy))];
            ((0..count).map(list).collect(), units)
        };
        Properties { influence, lists, length_unit, energy_unit, species: self.species() }
    }

    fn species(&self) -> Vec<(String, c_int)> {
        let every = all(ffi::KIM_SPECIES_NAME_GetNumberOfSpeciesNames, ffi::KIM_SPECIES_NAME_GetSpeciesName);
        let supported = every.into_iter().filter_map(|species| {
            let (mut supported, mut code) = (0, 0);
            // SAFETY: the model is alive, two integers are written, and the name of a species ends with a zero.
            unsafe {
                let failed =
                    ffi::KIM_Model_GetSpeciesSupportAndCode(self.model, species, &raw mut supported, &raw mut code);
                let supported = failed == 0 && supported != 0;
                supported.then(|| (string(ffi::KIM_SpeciesName_ToString(species)), code))
            }
        });
        supported.collect()
    }

    /// Whether the model needs nothing but what is given to it here, and gives energy and forces.
    pub(super) fn requirements(&self) -> Result<(), String> {
        const ROUTINES: [&str; 6] =
            ["Create", "ComputeArgumentsCreate", "Compute", "Refresh", "ComputeArgumentsDestroy", "Destroy"];
        let routines = all(
            ffi::KIM_MODEL_ROUTINE_NAME_GetNumberOfModelRoutineNames,
            ffi::KIM_MODEL_ROUTINE_NAME_GetModelRoutineName,
        );
        for routine in routines {
            let (mut present, mut required) = (0, 0);
            // SAFETY: the model is alive, two integers are written, and the name of a routine ends with a zero.
            let (failed, name) = unsafe {
                let failed = ffi::KIM_Model_IsRoutinePresent(self.model, routine, &raw mut present, &raw mut required);
                (failed, string(ffi::KIM_ModelRoutineName_ToString(routine)))
            };
            if failed == 0 && present != 0 && required != 0 && !ROUTINES.contains(&name.as_str()) {
                return Err(format!("it requires that its routine {name} is used"));
            }
        }
        let arguments = all(
            ffi::KIM_COMPUTE_ARGUMENT_NAME_GetNumberOfComputeArgumentNames,
            ffi::KIM_COMPUTE_ARGUMENT_NAME_GetComputeArgumentName,
        );
        for argument in arguments {
            // SAFETY: the arguments are alive, one value is written, and names end with a zero.
            let (status, name) = unsafe {
                let status = self.status(ffi::KIM_ComputeArguments_GetArgumentSupportStatus, argument);
                (status, string(ffi::KIM_ComputeArgumentName_ToString(argument)))
            };
            let given = argument == self.names.energy || argument == self.names.forces;
            if given && status == "notSupported" {
                return Err(format!("it does not compute {name}"));
            }
            if !given && status == "required" {
                return Err(format!("it requires {name}, which is not given"));
            }
        }
        let callbacks = all(
            ffi::KIM_COMPUTE_CALLBACK_NAME_GetNumberOfComputeCallbackNames,
            ffi::KIM_COMPUTE_CALLBACK_NAME_GetComputeCallbackName,
        );
        for callback in callbacks.into_iter().filter(|callback| *callback != self.names.neighbours) {
            // SAFETY: as for arguments.
            let (status, name) = unsafe {
                let status = self.status(ffi::KIM_ComputeArguments_GetCallbackSupportStatus, callback);
                (status, string(ffi::KIM_ComputeCallbackName_ToString(callback)))
            };
            if status == "required" {
                return Err(format!("it requires the callback {name}, which is not given"));
            }
        }
        Ok(())
    }

    /// The support of an argument or a callback, in words.
    ///
    /// # Safety
    /// `get` is one of the two functions that say it, `name` of its enumeration.
    unsafe fn status(
        &self,
        get: unsafe extern "C" fn(*const ffi::RawArguments, ffi::Id, *mut ffi::Id) -> c_int,
        name: ffi::Id,
    ) -> String {
        let mut status = ffi::Id { value: -1 };
        // SAFETY: the arguments are alive, one value is written, and its name ends with a zero.
        unsafe {
            get(self.arguments, name, &raw mut status);
            string(ffi::KIM_SupportStatus_ToString(status))
        }
    }

    /// The energy of the contributing atoms and the forces on all, in the model's units; `codes` are those of the kinds,
    /// positions are `scale` times those of `cluster`.
    pub(super) fn compute(
        &mut self,
        codes: &[c_int],
        scale: f64,
        cluster: &Cluster<'_>,
    ) -> Result<(f64, &[f64]), String> {
        let count = cluster.positions.len();
        let number = c_int::try_from(count).map_err(|_| format!("{count} atoms are more than it can count"))?;
        self.codes.clear();
        self.codes.extend(cluster.kinds.iter().filter_map(|&kind| codes.get(usize::from(kind))));
        if self.codes.len() != count {
            return Err("atoms of a kind that it does not have".to_owned());
        }
        self.contributing.clear();
        self.contributing.resize(count, 0);
        self.contributing.get_mut(cluster.contributing.clone()).ok_or("atoms that are not there contribute")?.fill(1);
        self.coordinates.clear();
        self.coordinates
            .extend(cluster.positions.iter().flat_map(|x: &Vector3<f64>| [x.x * scale, x.y * scale, x.z * scale]));
        self.forces.clear();
        self.forces.resize(3 * count, 0.0);
        let mut energy = 0.0;
        let mut rows = Rows { lists: cluster.rows, missed: Cell::new(false) };
        let _ = heard();
        let names = self.names;
        // SAFETY: the arguments are alive; each pointer is to as many numbers as the API asks for, `count` or three
        // times as many, which stay where they are until the computation has ended; the callback has the signature of
        // GetNeighborList, and its data are alive as long. Pointers that stay behind are replaced before they are used.
        let failed = unsafe {
            let arguments = self.arguments;
            let integers =
                |name, pointer| ffi::KIM_ComputeArguments_SetArgumentPointerInteger(arguments, name, pointer);
            let doubles = |name, pointer: *mut f64| {
                ffi::KIM_ComputeArguments_SetArgumentPointerDouble(arguments, name, pointer.cast_const())
            };
            let answer = std::mem::transmute::<ffi::GetNeighborList, ffi::Function>(neighbours);
            integers(names.count, &raw const number) != 0
                || integers(names.codes, self.codes.as_ptr()) != 0
                || integers(names.contributing, self.contributing.as_ptr()) != 0
                || doubles(names.coordinates, self.coordinates.as_mut_ptr()) != 0
                || doubles(names.energy, &raw mut energy) != 0
                || doubles(names.forces, self.forces.as_mut_ptr()) != 0
                || ffi::KIM_ComputeArguments_SetCallbackPointer(
                    arguments,
                    names.neighbours,
                    names.language,
                    answer,
                    (&raw mut rows).cast::<c_void>(),
                ) != 0
                || ffi::KIM_Model_Compute(self.model, arguments) != 0
        };
        match (failed, rows.missed.get()) {
            (true, _) => Err(heard()),
            // There are models that go on without neighbours.
            (false, true) => Err("it asks for neighbours of an atom that has no list".to_owned()),
            (false, false) => Ok((energy, &self.forces)),
        }
    }

    fn destroy(&mut self) {
        // SAFETY: both are alive or null, and used by nobody any more.
        unsafe {
            if !self.arguments.is_null() {
                ffi::KIM_Model_ComputeArgumentsDestroy(self.model, &raw mut self.arguments);
            }
            ffi::KIM_Model_Destroy(&raw mut self.model);
        }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if !self.model.is_null() {
            let _alone = alone();
            self.destroy();
        }
    }
}

/// What the callback looks at.
struct Rows<'a> {
    lists: &'a [&'a NeighbourRows],
    /// Whether there was none to look at.
    missed: Cell<bool>,
}

/// `GetNeighborList`: 0, or 1 where there is no such list.
unsafe extern "C" fn neighbours(
    data: *mut c_void,
    _lists: c_int,
    _cutoffs: *const f64,
    list: c_int,
    particle: c_int,
    count: *mut c_int,
    out: *mut *const c_int,
) -> c_int {
    // SAFETY: the model passes what `compute` gave it, which is alive and not changed meanwhile.
    let rows = unsafe { &*data.cast::<Rows<'_>>() };
    let row = usize::try_from(list).ok().and_then(|list| rows.lists.get(list));
    let row = row.zip(usize::try_from(particle).ok()).and_then(|(rows, particle)| rows.of(particle));
    let Some((row, length)) = row.and_then(|row| Some((row, c_int::try_from(row.len()).ok()?))) else {
        rows.missed.set(true);
        return 1;
    };
    // SAFETY: the model has room for one integer and one pointer.
    unsafe {
        *count = length;
        *out = row.as_ptr();
    }
    0
}
