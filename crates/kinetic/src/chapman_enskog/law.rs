//! A transport coefficient as a function of temperature, cheap enough for the inside of a time step.

use super::{Property, Transport, TransportError};
use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::sync::{Arc, Mutex, PoisonError};

/// Chebyshev-Lobatto nodes of a panel.
const NODES: usize = 10;

/// A plain function of the temperature.
pub type Law = Arc<dyn Fn(f64) -> f64 + Send + Sync>;

/// A coefficient as a function of temperature: a power law where the kernel has one, else interpolated in
/// `(ln T, ln mu)` on panels of one octave of temperature each. Panels are made when first needed, so any temperature
/// will do; what a temperature gives does not depend on what was asked before.
///
/// # Accuracy
/// Interpolation below 1e-7 (continuous across panels); [`TransportLaw::interpolation_error`] measures it.
/// # Cost
/// A new panel is ten coefficients: about 1 ms, plus the cross sections of energies not yet met (1 s for the first
/// panel of a potential with a well). Then about 100 ns.
#[derive(Debug)]
pub struct TransportLaw {
    property: Property,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// `coefficient T^exponent`.
    Power {
        coefficient: f64,
        exponent: f64,
    },
    Table {
        transport: Transport,
        panels: Mutex<BTreeMap<i32, Panel>>,
    },
}

/// `ln mu` at the nodes of one octave, rising temperature.
type Panel = [f64; NODES];

/// `-cos(pi k/(n-1))`.
fn node(k: usize) -> f64 {
    -(PI * k as f64 / (NODES - 1) as f64).cos()
}

/// Barycentric interpolation at the Chebyshev-Lobatto nodes.
fn interpolate(values: &Panel, x: f64) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for (k, value) in values.iter().enumerate() {
        let distance = x - node(k);
        if distance == 0.0 {
            return *value;
        }
        let end = if k == 0 || k == NODES - 1 { 0.5 } else { 1.0 };
        let weight = if k % 2 == 0 { end } else { -end } / distance;
        above += weight * value;
        below += weight;
    }
    above / below
}

impl TransportLaw {
    /// The law of one coefficient. Nothing but a power law's factor is computed yet.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn new(transport: Transport, property: Property) -> Result<Self, TransportError> {
        let kind = match transport.power() {
            Some(power) => {
                let coefficient = transport.coefficient(property, 1.0)?.value;
                Kind::Power { coefficient, exponent: 0.5 + power }
            }
            None => Kind::Table { transport, panels: Mutex::default() },
        };
        Ok(Self { property, kind })
    }
    /// As [`Self::new`], with all panels between two temperatures made.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn prepared(transport: Transport, property: Property, range: (f64, f64)) -> Result<Self, TransportError> {
        let law = Self::new(transport, property)?;
        let (mut t, end) = (super::positive("temperature", range.0)?, super::positive("temperature", range.1)?);
        while t < 2.0 * end {
            law.value(t.min(end))?;
            t *= 2.0;
        }
        Ok(law)
    }
    /// Which coefficient.
    #[must_use]
    pub fn property(&self) -> Property {
        self.property
    }
    /// The coefficient at a temperature (an energy).
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn value(&self, temperature: f64) -> Result<f64, TransportError> {
        let temperature = super::positive("temperature", temperature)?;
        match &self.kind {
            Kind::Power { coefficient, exponent } => Ok(coefficient * temperature.powf(*exponent)),
            Kind::Table { transport, panels } => {
                let octaves = temperature.log2();
                let number = octaves.floor();
                let mut panels = panels.lock().unwrap_or_else(PoisonError::into_inner);
                let panel = match panels.get(&(number as i32)) {
                    Some(panel) => panel,
                    None => {
                        let panel = self.panel(transport, number)?;
                        panels.entry(number as i32).or_insert(panel)
                    }
                };
                Ok(interpolate(panel, 2.0 * (octaves - number) - 1.0).exp())
            }
        }
    }
    fn panel(&self, transport: &Transport, number: f64) -> Result<Panel, TransportError> {
        let mut panel = [0.0; NODES];
        for (k, value) in panel.iter_mut().enumerate() {
            let temperature = (number + 0.5 * (1.0 + node(k))).exp2();
            *value = transport.coefficient(self.property, temperature)?.value.ln();
        }
        Ok(panel)
    }
    /// The largest relative difference from the exact coefficient between the nodes of the panel of a temperature.
    ///
    /// # Errors
    /// [`TransportError`].
    pub fn interpolation_error(&self, temperature: f64) -> Result<f64, TransportError> {
        let Kind::Table { transport, .. } = &self.kind else { return Ok(0.0) };
        let number = super::positive("temperature", temperature)?.log2().floor();
        let mut worst = 0.0f64;
        for k in 0..NODES - 1 {
            let between = (number + 0.5 * (1.0 + 0.5 * (node(k) + node(k + 1)))).exp2();
            let exact = transport.coefficient(self.property, between)?.value;
            worst = worst.max((self.value(between)? / exact - 1.0).abs());
        }
        Ok(worst)
    }
    /// As a plain function, for hydrodynamics. Where [`Self::value`] is an error, which is at temperatures that are
    /// not positive numbers and for potentials that do not scatter, it is not a number.
    #[must_use]
    pub fn into_function(self) -> Law {
        Arc::new(move |temperature| self.value(temperature).unwrap_or(f64::NAN))
    }
}
