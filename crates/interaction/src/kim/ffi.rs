//! The part of the KIM API's C interface, version 2.2 or newer, that is used here.

use std::ffi::{c_char, c_double, c_int, c_void};

/// One of the API's enumerations, each a structure of one integer.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) value: c_int,
}

/// `KIM_Model`.
#[repr(C)]
pub(super) struct RawModel {
    _opaque: [u8; 0],
}

/// `KIM_ComputeArguments`.
#[repr(C)]
pub(super) struct RawArguments {
    _opaque: [u8; 0],
}

/// `KIM_Collections`.
#[repr(C)]
pub(super) struct RawCollections {
    _opaque: [u8; 0],
}

/// `KIM_Function`: of another signature, which the API knows from what it is registered as.
pub(super) type Function = unsafe extern "C" fn();

/// `KIM_GetNeighborListFunction`: data, lists, cutoffs, list, particle; how many neighbours, and which.
pub(super) type GetNeighborList =
    unsafe extern "C" fn(*mut c_void, c_int, *const c_double, c_int, c_int, *mut c_int, *mut *const c_int) -> c_int;

unsafe extern "C" {
    pub(super) fn KIM_Numbering_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_LanguageName_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_LengthUnit_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_LengthUnit_ToString(unit: Id) -> *const c_char;
    pub(super) fn KIM_EnergyUnit_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_EnergyUnit_ToString(unit: Id) -> *const c_char;
    pub(super) fn KIM_ChargeUnit_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_TemperatureUnit_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_TimeUnit_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_SupportStatus_ToString(status: Id) -> *const c_char;
    pub(super) fn KIM_CollectionItemType_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_LogVerbosity_FromString(text: *const c_char) -> Id;

    pub(super) fn KIM_SpeciesName_ToString(species: Id) -> *const c_char;
    pub(super) fn KIM_SPECIES_NAME_GetNumberOfSpeciesNames(count: *mut c_int);
    pub(super) fn KIM_SPECIES_NAME_GetSpeciesName(index: c_int, species: *mut Id) -> c_int;

    pub(super) fn KIM_ModelRoutineName_ToString(routine: Id) -> *const c_char;
    pub(super) fn KIM_MODEL_ROUTINE_NAME_GetNumberOfModelRoutineNames(count: *mut c_int);
    pub(super) fn KIM_MODEL_ROUTINE_NAME_GetModelRoutineName(index: c_int, routine: *mut Id) -> c_int;

    pub(super) fn KIM_ComputeArgumentName_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_ComputeArgumentName_ToString(argument: Id) -> *const c_char;
    pub(super) fn KIM_COMPUTE_ARGUMENT_NAME_GetNumberOfComputeArgumentNames(count: *mut c_int);
    pub(super) fn KIM_COMPUTE_ARGUMENT_NAME_GetComputeArgumentName(index: c_int, argument: *mut Id) -> c_int;

    pub(super) fn KIM_ComputeCallbackName_FromString(text: *const c_char) -> Id;
    pub(super) fn KIM_ComputeCallbackName_ToString(callback: Id) -> *const c_char;
    pub(super) fn KIM_COMPUTE_CALLBACK_NAME_GetNumberOfComputeCallbackNames(count: *mut c_int);
    pub(super) fn KIM_COMPUTE_CALLBACK_NAME_GetComputeCallbackName(index: c_int, callback: *mut Id) -> c_int;

    pub(super) fn KIM_Log_PushDefaultVerbosity(verbosity: Id);
    pub(super) fn KIM_Log_PushDefaultPrintFunction(language: Id, function: Function);

    pub(super) fn KIM_Collections_Create(collections: *mut *mut RawCollections) -> c_int;
    pub(super) fn KIM_Collections_Destroy(collections: *mut *mut RawCollections);
    pub(super) fn KIM_Collections_GetItemType(
        collections: *mut RawCollections,
        name: *const c_char,
        kind: *mut Id,
    ) -> c_int;
    pub(super) fn KIM_Collections_CacheListOfItemNamesByType(
        collections: *mut RawCollections,
        kind: Id,
        count: *mut c_int,
    ) -> c_int;
    pub(super) fn KIM_Collections_GetItemNameByType(
        collections: *mut RawCollections,
        index: c_int,
        name: *mut *const c_char,
    ) -> c_int;

    pub(super) fn KIM_Model_Create(
        numbering: Id,
        length: Id,
        energy: Id,
        charge: Id,
        temperature: Id,
        time: Id,
        name: *const c_char,
        accepted: *mut c_int,
        model: *mut *mut RawModel,
    ) -> c_int;
    pub(super) fn KIM_Model_Destroy(model: *mut *mut RawModel);
    pub(super) fn KIM_Model_IsRoutinePresent(
        model: *const RawModel,
        routine: Id,
        present: *mut c_int,
        required: *mut c_int,
    ) -> c_int;
    pub(super) fn KIM_Model_GetInfluenceDistance(model: *const RawModel, distance: *mut c_double);
    pub(super) fn KIM_Model_GetNeighborListPointers(
        model: *const RawModel,
        count: *mut c_int,
        cutoffs: *mut *const c_double,
        will_not_request_of_noncontributing: *mut *const c_int,
    );
    pub(super) fn KIM_Model_GetUnits(
        model: *const RawModel,
        length: *mut Id,
        energy: *mut Id,
        charge: *mut Id,
        temperature: *mut Id,
        time: *mut Id,
    );
    pub(super) fn KIM_Model_GetSpeciesSupportAndCode(
        model: *const RawModel,
        species: Id,
        supported: *mut c_int,
        code: *mut c_int,
    ) -> c_int;
    pub(super) fn KIM_Model_ComputeArgumentsCreate(model: *const RawModel, arguments: *mut *mut RawArguments) -> c_int;
    pub(super) fn KIM_Model_ComputeArgumentsDestroy(model: *const RawModel, arguments: *mut *mut RawArguments)
    -> c_int;
    pub(super) fn KIM_Model_Compute(model: *const RawModel, arguments: *const RawArguments) -> c_int;

    pub(super) fn KIM_ComputeArguments_GetArgumentSupportStatus(
        arguments: *const RawArguments,
        name: Id,
        status: *mut Id,
    ) -> c_int;
    pub(super) fn KIM_ComputeArguments_GetCallbackSupportStatus(
        arguments: *const RawArguments,
        name: Id,
        status: *mut Id,
    ) -> c_int;
    pub(super) fn KIM_ComputeArguments_SetArgumentPointerInteger(
        arguments: *mut RawArguments,
        name: Id,
        pointer: *const c_int,
    ) -> c_int;
    pub(super) fn KIM_ComputeArguments_SetArgumentPointerDouble(
        arguments: *mut RawArguments,
        name: Id,
        pointer: *const c_double,
    ) -> c_int;
    pub(super) fn KIM_ComputeArguments_SetCallbackPointer(
        arguments: *mut RawArguments,
        name: Id,
        language: Id,
        function: Function,
        data: *mut c_void,
    ) -> c_int;
}
