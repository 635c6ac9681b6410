//! Symplectic steps of flights and kicks.

/// The order of the step in its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Strang's splitting: one force a step.
    Two,
    /// Six forces a step.
    Four,
    /// Eleven forces a step.
    Six,
}

/// Half of a symmetric composition kick, flight, kick, ..., kick: the step is these, then the same mirrored.
#[derive(Clone, Copy, Debug)]
struct Half {
    /// The last one is applied once if there are as many kicks as flights and one, else mirrored.
    kicks: &'static [f64],
    flights: &'static [f64],
}

/// SRKN of \[BlanesMoan2002\], table 3 and 4 there: coefficients that only separable systems with quadratic kinetic energy
/// allow, with errors some hundred times below those of compositions of Strang steps. The middle ones follow from the
/// sums.
const ORDER_FOUR: Half = Half {
    kicks: &[0.082_984_406_417_405_2, 0.396_309_801_498_368, -0.039_056_304_922_348_6],
    flights: &[0.245_298_957_184_271, 0.604_872_665_711_08],
};
const ORDER_SIX: Half = Half {
    kicks: &[
        0.041_464_998_518_262_4,
        0.198_128_671_918_067,
        -0.040_006_192_104_153_3,
        0.075_253_984_301_580_7,
        -0.011_511_387_420_687_9,
    ],
    flights: &[
        0.123_229_775_946_271,
        0.290_553_797_799_558,
        -0.127_049_212_625_417,
        -0.246_331_761_062_075,
        0.357_208_872_795_928,
    ],
};

impl Order {
    /// `(kicks, flights)` of a whole step of length one: kick 0, flight 0, kick 1, ..., the last kick.
    pub(super) fn stages(self) -> (Vec<f64>, Vec<f64>) {
        match self {
            Self::Two => (vec![0.5, 0.5], vec![1.0]),
            // Kicks b1 b2 b3 b4 b3 b2 b1, flights a1 a2 a3 a3 a2 a1.
            Self::Four => {
                let Half { kicks, flights } = ORDER_FOUR;
                let kick = 1.0 - 2.0 * kicks.iter().sum::<f64>();
                let flight = 0.5 - flights.iter().sum::<f64>();
                (mirrored(kicks, &[kick]), mirrored(flights, &[flight, flight]))
            }
            // Kicks b1 ... b6 b6 ... b1, flights a1 ... a5 a6 a5 ... a1.
            Self::Six => {
                let Half { kicks, flights } = ORDER_SIX;
                let kick = 0.5 - kicks.iter().sum::<f64>();
                let flight = 1.0 - 2.0 * flights.iter().sum::<f64>();
                (mirrored(kicks, &[kick, kick]), mirrored(flights, &[flight]))
            }
        }
    }

    /// As a number.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Two => 2,
            Self::Four => 4,
            Self::Six => 6,
        }
    }
}

fn mirrored(half: &[f64], middle: &[f64]) -> Vec<f64> {
    half.iter().chain(middle).chain(half.iter().rev()).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pendulum: nonlinear, its error a slope over four steps of halving length.
    fn error(order: Order, steps: usize) -> f64 {
        let run = |order: Order, steps: usize| {
            let (kicks, flights) = order.stages();
            let h = 3.0 / steps as f64;
            let (mut x, mut v) = (1.2f64, 0.3);
            for _ in 0..steps {
                for (k, kick) in kicks.iter().enumerate() {
                    v -= h * kick * x.sin();
                    if let Some(flight) = flights.get(k) {
                        x += h * flight * v;
                    }
                }
            }
            (x, v)
        };
        let (exact, found) = (run(Order::Six, 2000), run(order, steps));
        (exact.0 - found.0).hypot(exact.1 - found.1)
    }

    #[test]
    fn errors_fall_with_the_stated_order() {
        for (order, coarse) in [(Order::Two, 20), (Order::Four, 4), (Order::Six, 4)] {
            let errors: Vec<f64> = (0..4).map(|k| error(order, coarse << k)).collect();
            let slopes: Vec<f64> = errors.windows(2).map(|pair| (pair[0] / pair[1]).log2()).collect();
            let wanted = f64::from(order.number());
            assert!(slopes[1..].iter().all(|slope| (slope - wanted).abs() < 0.35), "{order:?}: {slopes:?} {errors:?}");
            let (kicks, flights) = order.stages();
            assert!((kicks.iter().sum::<f64>() - 1.0).abs() < 1e-15);
            assert!((flights.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
    }
}
