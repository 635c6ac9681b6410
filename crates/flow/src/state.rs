//! Little-endian slabs for checkpoints: what a description saves and restores.

use nalgebra::{Matrix3, Vector3};

/// A saved state that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The bytes end too early.
    #[error("the saved state is truncated")]
    Truncated,
    /// A length or a tag differs from what the input says.
    #[error("the saved state does not fit this input: {0}")]
    Mismatch(String),
}

/// Collects a state as little-endian bytes.
#[derive(Clone, Debug, Default)]
pub struct StateWriter {
    bytes: Vec<u8>,
}

impl StateWriter {
    /// An empty writer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// One number.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }
    /// One number, all bits kept.
    pub fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }
    /// A slice with its length.
    pub fn f64_slice(&mut self, values: &[f64]) {
        self.u64(values.len() as u64);
        self.bytes.reserve(8 * values.len());
        for &value in values {
            self.f64(value);
        }
    }
    /// A slice with its length.
    pub fn u64_slice(&mut self, values: &[u64]) {
        self.u64(values.len() as u64);
        for &value in values {
            self.u64(value);
        }
    }
    /// Raw bytes with their length.
    pub fn bytes(&mut self, values: &[u8]) {
        self.u64(values.len() as u64);
        self.bytes.extend_from_slice(values);
    }
    /// Vectors with their count.
    pub fn vector_slice(&mut self, values: &[Vector3<f64>]) {
        self.u64(values.len() as u64);
        for value in values {
            value.iter().for_each(|&x| self.f64(x));
        }
    }
    /// A matrix, columns first.
    pub fn matrix(&mut self, value: &Matrix3<f64>) {
        value.iter().for_each(|&x| self.f64(x));
    }
    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads a state back in the order it was written.
#[derive(Clone, Debug)]
pub struct StateReader<'a> {
    bytes: &'a [u8],
}

impl<'a> StateReader<'a> {
    /// Starts at the beginning of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }
    fn take(&mut self, count: usize) -> Result<&'a [u8], StateError> {
        let (head, tail) = self.bytes.split_at_checked(count).ok_or(StateError::Truncated)?;
        self.bytes = tail;
        Ok(head)
    }
    fn length(&mut self, size: usize) -> Result<usize, StateError> {
        let count = usize::try_from(self.u64()?).map_err(|_| StateError::Truncated)?;
        if count.checked_mul(size).is_none_or(|need| need > self.bytes.len()) {
            return Err(StateError::Truncated);
        }
        Ok(count)
    }
    /// One number.
    ///
    /// # Errors
    /// [`StateError::Truncated`] at the end of the bytes, as for every reader here.
    pub fn u64(&mut self) -> Result<u64, StateError> {
        let mut word = [0; 8];
        word.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(word))
    }
    /// One number.
    ///
    /// # Errors
    /// As [`Self::u64`].
    pub fn f64(&mut self) -> Result<f64, StateError> {
        Ok(f64::from_bits(self.u64()?))
    }
    /// A slice.
    ///
    /// # Errors
    /// As [`Self::u64`].
    pub fn f64_vec(&mut self) -> Result<Vec<f64>, StateError> {
        (0..self.length(8)?).map(|_| self.f64()).collect()
    }
    /// A slice.
    ///
    /// # Errors
    /// As [`Self::u64`].
    pub fn u64_vec(&mut self) -> Result<Vec<u64>, StateError> {
        (0..self.length(8)?).map(|_| self.u64()).collect()
    }
    /// Raw bytes.
    ///
    /// # Errors
    /// As [`Self::u64`].
    pub fn bytes(&mut self) -> Result<&'a [u8], StateError> {
        let count = self.length(1)?;
        self.take(count)
    }
    /// Vectors.
    ///
    /// # Errors
    /// As [`Self::u64`].
    pub fn vector_vec(&mut self) -> Result<Vec<Vector3<f64>>, StateError> {
        (0..self.length(24)?).map(|_| Ok(Vector3::new(self.f64()?, self.f64()?, self.f64()?))).collect()
    }
    /// A matrix, columns first.
    ///
    /// # Errors
    /// As [`Self::u64`].
    pub fn matrix(&mut self) -> Result<Matrix3<f64>, StateError> {
        let mut matrix = Matrix3::zeros();
        for entry in matrix.iter_mut() {
            *entry = self.f64()?;
        }
        Ok(matrix)
    }
    /// Succeeds when everything was read.
    ///
    /// # Errors
    /// [`StateError::Mismatch`] when bytes are left.
    pub fn finish(self) -> Result<(), StateError> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(StateError::Mismatch(format!("{} bytes too many", self.bytes.len())))
        }
    }
}
