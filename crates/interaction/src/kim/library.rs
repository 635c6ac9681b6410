//! The KIM API without a model: its log, its names, what is installed.

use super::ffi;
use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// What the API calls a library of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Computes what it is asked for.
    Portable,
    /// Input for one simulator.
    Simulator,
}

/// Models are made, looked for and destroyed one at a time: lists of libraries and logs are the process's.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    static ONCE: Once = Once::new();
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // Otherwise a file kim.log grows in the working directory.
    ONCE.call_once(|| {
        // SAFETY: `hear` has the signature of a print function in C and lives as long as the process.
        unsafe {
            let print = std::mem::transmute::<unsafe extern "C" fn(*const c_char) -> c_int, ffi::Function>(hear);
            ffi::KIM_Log_PushDefaultPrintFunction(id(ffi::KIM_LanguageName_FromString, c"c"), print);
            ffi::KIM_Log_PushDefaultVerbosity(id(ffi::KIM_LogVerbosity_FromString, c"error"));
        }
    });
    guard
}

thread_local! {
    /// What the library has logged in this thread.
    static HEARD: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes an entry of the log.
unsafe extern "C" fn hear(entry: *const c_char) -> c_int {
    if entry.is_null() {
        return 0;
    }
    // SAFETY: the library passes a string that ends with a zero.
    let entry = unsafe { CStr::from_ptr(entry) };
    let _ = HEARD.try_with(|heard| {
        if let Ok(mut heard) = heard.try_borrow_mut() {
            heard.push_str(&entry.to_string_lossy());
        }
    });
    0
}

/// The last messages of the log, without its columns of time and place.
pub(super) fn heard() -> String {
    let text = HEARD.with(|heard| std::mem::take(&mut *heard.borrow_mut()));
    let message = |line: &str| line.rsplit(" * ").next().unwrap_or_default().trim().to_owned();
    let mut messages: Vec<String> = text.lines().map(message).filter(|message| !message.is_empty()).collect();
    messages.dedup();
    if messages.is_empty() { "it does not say why".to_owned() } else { messages.join("; ") }
}

/// The value of an enumeration; what is not known is a value too, which nothing else equals.
pub(super) fn id(from: unsafe extern "C" fn(*const c_char) -> ffi::Id, text: &CStr) -> ffi::Id {
    // SAFETY: these functions read a string and return a value.
    unsafe { from(text.as_ptr()) }
}

/// A string of the library.
///
/// # Safety
/// `text` is null or ends with a zero.
pub(super) unsafe fn string(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: what the caller promises.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// All values of an enumeration.
pub(super) fn all(
    count: unsafe extern "C" fn(*mut c_int),
    get: unsafe extern "C" fn(c_int, *mut ffi::Id) -> c_int,
) -> Vec<ffi::Id> {
    let mut number = 0;
    // SAFETY: the function writes one integer.
    unsafe { count(&raw mut number) };
    let one = |index| {
        let mut value = ffi::Id { value: 0 };
        // SAFETY: the function writes one value.
        let failed = unsafe { get(index, &raw mut value) };
        (failed == 0).then_some(value)
    };
    (0..number).filter_map(one).collect()
}

/// Does something with the list of installed items.
fn collections<T>(look: impl FnOnce(*mut ffi::RawCollections) -> T) -> Option<T> {
    let _alone = alone();
    let mut collections = null_mut();
    // SAFETY: creates an object, or says that it did not.
    if unsafe { ffi::KIM_Collections_Create(&raw mut collections) } != 0 {
        return None;
    }
    let seen = look(collections);
    // SAFETY: made above, used by nobody any more.
    unsafe { ffi::KIM_Collections_Destroy(&raw mut collections) };
    let _ = heard();
    Some(seen)
}

/// What an installed item of this name is.
pub(super) fn kind(name: &CStr) -> Option<Kind> {
    let mut found = ffi::Id { value: -1 };
    // SAFETY: the collections are alive, the name ends with a zero, one value is written.
    let failed = collections(|all| unsafe { ffi::KIM_Collections_GetItemType(all, name.as_ptr(), &raw mut found) })?;
    let kinds = [(c"portableModel", Kind::Portable), (c"simulatorModel", Kind::Simulator)];
    let known = kinds.into_iter().find(|(word, _)| found == id(ffi::KIM_CollectionItemType_FromString, word));
    known.filter(|_| failed == 0).map(|(_, kind)| kind)
}

/// The names of all portable models that are installed.
pub(super) fn installed() -> Vec<String> {
    let portable = id(ffi::KIM_CollectionItemType_FromString, c"portableModel");
    let names = collections(|all| {
        let mut count = 0;
        // SAFETY: the collections are alive, one integer is written.
        if unsafe { ffi::KIM_Collections_CacheListOfItemNamesByType(all, portable, &raw mut count) } != 0 {
            return Vec::new();
        }
        let name = |index| {
            let mut name = null();
            // SAFETY: the collections are alive; the string that is pointed to lives until they are asked again.
            unsafe {
                let failed = ffi::KIM_Collections_GetItemNameByType(all, index, &raw mut name);
                (failed == 0).then(|| string(name))
            }
        };
        (0..count).filter_map(name).collect()
    });
    names.unwrap_or_default()
}

/// A name as the library takes it.
pub(super) fn name(text: &str) -> Option<CString> {
    CString::new(text).ok()
}
