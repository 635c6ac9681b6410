//! The input script.

use super::{LAMMPS_DATA, LAMMPS_TABLE, TriangularFrame, bonds::BondCommands, pair::Pair};
use crate::units::Units;
use omd_flow::{Dimension, Matrix3};
use omd_hierarchy::experiment::{Experiment, Species};
use std::fmt::Write;

/// The thickness of LAMMPS's lists beyond the cutoff, over the cutoff.
const SKIN: f64 = 0.12;
const COMPONENTS: [(&str, usize, usize); 6] =
    [("xx", 0, 0), ("yy", 1, 1), ("zz", 2, 2), ("xy", 0, 1), ("xz", 0, 2), ("yz", 1, 2)];

/// What the script is made of.
pub(super) struct Script<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) frame: &'a TriangularFrame,
    pub(super) units: &'a Units,
    pub(super) pair: &'a Pair,
    /// And how many bonds there are.
    pub(super) bonds: Option<(&'a BondCommands, usize)>,
    pub(super) time_step: f64,
    pub(super) atoms: usize,
}

impl Script<'_> {
    /// The whole script.
    pub(super) fn text(&self) -> String {
        [self.head(), self.peculiar(), self.table(), self.motion()].concat()
    }

    /// Steps between samples, and the step: as omd shortens it, so that steps end on samples.
    fn steps(&self) -> (u64, f64) {
        let interval = self.experiment.schedule.end / self.experiment.schedule.samples as f64;
        let count = ((interval / self.time_step) * (1.0 - 1e-12)).ceil().max(1.0);
        (count as u64, self.units.to_style(Dimension::Time, interval / count))
    }

    fn rates(&self) -> Matrix3<f64> {
        self.frame.gradient.map(|rate| self.units.to_style(Dimension::Rate, rate))
    }

    fn head(&self) -> String {
        let (steps, time_step) = self.steps();
        let style = self.units.style().name();
        let turned = if self.frame.rotation == Matrix3::identity() {
            String::new()
        } else {
            format!("\n# The frame is rotated: {LAMMPS_DATA} says by what. The table below is rotated back.")
        };
        let (atom_style, bond_style, bond_coefficients) = match &self.bonds {
            Some((bonds, _)) => ("bond", bonds.style.as_str(), bonds.coefficients.as_str()),
            None => ("atomic", "", ""),
        };
        format!(
            "# {}\n# Written by omd. Objective molecular dynamics: images of the cell move with F(t) = I + tA.{turned}\n\
             # The box of `fix deform` lags: forces see that of the step before. So the atoms wait for one step while the box\n\
             # moves; from then on forces see the box of their own time, and step s is the time (s - {steps}) dt.\n\n\
             units {style}\natom_style {atom_style}\nbox tilt large\n{bond_style}read_data {LAMMPS_DATA}\nchange_box all triclinic\n\n\
             {}{bond_coefficients}{}neighbor {:.16e} bin\nneigh_modify delay 0 every 1 check yes\n\
             timestep {time_step:.16e}\nreset_timestep {}\n",
            self.experiment.title.replace(['\n', '\r'], " "),
            self.pair.commands,
            self.masses(),
            SKIN * self.pair.cutoff,
            steps - 1,
        )
    }

    /// `mass` for each type.
    fn masses(&self) -> String {
        let mass = |(index, mass): (usize, f64)| {
            format!("mass {} {:.16e}\n", index + 1, mass / self.units.factor(crate::units::Quantity::Mass))
        };
        let masses = match self.species() {
            Some(species) => species.elements().iter().map(|element| element.mass).collect(),
            None => vec![self.experiment.state.mass],
        };
        masses.into_iter().enumerate().map(mass).collect()
    }

    fn species(&self) -> Option<&Species> {
        self.experiment.molecular.as_ref()?.species.as_ref()
    }

    /// `w = v - L(t) x` and its moments; `L = A F^-1` of upper triangles by back substitution.
    fn peculiar(&self) -> String {
        let (steps, time_step) = self.steps();
        let rates = self.rates();
        let mut text = format!(
            "\n# A in this frame, L = A F^-1, and w = v - L x.\nvariable time equal (step-{steps})*{time_step:.16e}\n"
        );
        for (name, i, j) in COMPONENTS {
            let _ = writeln!(text, "variable A{name} equal {:.16e}", rates[(i, j)]);
        }
        text += "variable Lxx equal v_Axx/(1+v_time*v_Axx)\n\
                 variable Lyy equal v_Ayy/(1+v_time*v_Ayy)\n\
                 variable Lzz equal v_Azz/(1+v_time*v_Azz)\n\
                 variable Lxy equal (v_Axy-v_Lxx*v_time*v_Axy)/(1+v_time*v_Ayy)\n\
                 variable Lyz equal (v_Ayz-v_Lyy*v_time*v_Ayz)/(1+v_time*v_Azz)\n\
                 variable Lxz equal (v_Axz-v_Lxx*v_time*v_Axz-v_Lxy*v_time*v_Ayz)/(1+v_time*v_Azz)\n\
                 variable wx atom vx-v_Lxx*x-v_Lxy*y-v_Lxz*z\n\
                 variable wy atom vy-v_Lyy*y-v_Lyz*z\n\
                 variable wz atom vz-v_Lzz*z\n";
        let axes = ["x", "y", "z"];
        // Of several elements each counts with its mass over the mean of all.
        let by_mass = if self.species().is_some() { "p" } else { "w" };
        if by_mass == "p" {
            let mean = self.experiment.state.mass / self.units.factor(crate::units::Quantity::Mass);
            for axis in axes {
                let _ = writeln!(text, "variable p{axis} atom mass/{mean:.16e}*v_w{axis}");
            }
        }
        for (name, i, j) in COMPONENTS {
            let _ = writeln!(text, "variable w{name} atom v_{by_mass}{}*v_w{}", axes[i], axes[j]);
        }
        let drift = format!("compute D all reduce ave v_{by_mass}x v_{by_mass}y v_{by_mass}z\n");
        text + &drift
            + "\
                compute W all reduce ave v_wxx v_wyy v_wzz v_wxy v_wxz v_wyz\n\
                compute V all pressure NULL virial\n\
                compute U all pe\n"
    }

    /// The table: omd's columns, about the mean velocity, counting N atoms, in the axes of the input.
    fn table(&self) -> String {
        let (steps, _) = self.steps();
        let mass = self.experiment.state.mass;
        // What <w w> of the style is in its pressure times volume, and in its temperature.
        let speed = self.units.factor(crate::units::Quantity::Of(Dimension::Velocity));
        let square = mass * speed * speed;
        let length = self.units.factor(crate::units::Quantity::Of(Dimension::Length));
        let pressure = self.units.to_style(Dimension::Pressure, square * self.atoms as f64 / length.powi(3));
        let temperature = self.units.to_style(Dimension::Temperature, square / 3.0);
        let mut text = format!(
            "\n# The columns of omd's molecular.csv: w about its mean, N atoms counted.\nvariable density equal {}/vol\n",
            self.atoms
        );
        for (k, (name, i, j)) in COMPONENTS.into_iter().enumerate() {
            let moment = format!("c_W[{}]-c_D[{}]*c_D[{}]", k + 1, i + 1, j + 1);
            let _ = writeln!(text, "variable K{name} equal {pressure:.16e}/vol*({moment})");
            let _ = writeln!(text, "variable P{name} equal v_K{name}+c_V[{}]", k + 1);
        }
        let _ = writeln!(
            text,
            "variable temperature equal {temperature:.16e}*(c_W[1]+c_W[2]+c_W[3]-c_D[1]^2-c_D[2]^2-c_D[3]^2)"
        );
        for (kind, column) in [("P", "p"), ("K", "kinetic_p")] {
            for (name, i, j) in COMPONENTS {
                let _ = writeln!(text, "variable {column}{name} equal {}", self.turned_back(kind, i, j));
            }
        }
        let above = self.bonds.as_ref().map_or(0.0, |(bonds, count)| bonds.above * *count as f64);
        text += &match above {
            0.0 => "variable potential_energy equal c_U\n".to_owned(),
            _ => format!("variable potential_energy equal c_U{above:+.16e}\n"),
        };
        let names = columns();
        let values: Vec<String> = names.iter().map(|name| format!("$(v_{name}:%.16e)")).collect();
        // Before `fix deform`, so that what it prints is evaluated in the box of its own time.
        text + &format!(
            "fix table all print {steps} \"{}\" file {LAMMPS_TABLE} screen no title \"{}\"\n",
            values.join(","),
            names.join(",")
        )
    }

    /// Component `i j` of `Q S Q^T`.
    fn turned_back(&self, kind: &str, i: usize, j: usize) -> String {
        let q = &self.frame.rotation;
        let terms: Vec<String> = COMPONENTS
            .into_iter()
            .filter_map(|(name, a, b)| {
                let weight = q[(i, a)] * q[(j, b)] + if a == b { 0.0 } else { q[(i, b)] * q[(j, a)] };
                (weight != 0.0).then(|| match weight {
                    1.0 => format!("v_{kind}{name}"),
                    _ => format!("({weight:.16e})*v_{kind}{name}"),
                })
            })
            .collect();
        terms.join("+")
    }

    fn motion(&self) -> String {
        let (steps, _) = self.steps();
        let total = steps * self.experiment.schedule.samples as u64;
        let (begin, end) = (steps - 1, steps + total);
        let edges = self.frame.gradient * self.frame.cell;
        let speed = |i: usize, j: usize| self.units.to_style(Dimension::Velocity, edges[(i, j)]);
        let moved: Vec<String> = [("x", 0, 0), ("y", 1, 1), ("z", 2, 2), ("xy", 0, 1), ("xz", 0, 2), ("yz", 1, 2)]
            .into_iter()
            .map(|(name, i, j)| format!("{name} vel {:.16e}", speed(i, j)))
            .collect();
        format!(
            "\n# Edges move by A E, images have the velocity A E nu; no flips, which would change the edges.\n\
             group moving empty\nfix nve moving nve\n\
             fix flow all deform 1 {} remap v flip no units box\n\n\
             thermo {steps}\nthermo_style custom step v_time v_temperature pe\nthermo_modify norm no\n\
             run 1 start {begin} stop {end}\n\
             group moving union all\n\
             run {total} pre no start {begin} stop {end}\n\
             # Wrapped, and the image flags: unwrapped positions are x + F(t) E (ix, iy, iz).\n\
             write_dump all custom final.lammpsdump id type x y z ix iy iz vx vy vz modify sort id format float %.16e\n",
            moved.join(" &\n  ")
        )
    }
}

/// The columns, in omd's names.
fn columns() -> Vec<String> {
    let tensor = |prefix: &str| COMPONENTS.map(|(name, ..)| format!("{prefix}{name}"));
    let first = ["time", "density", "temperature"].map(str::to_owned);
    let last = ["potential_energy".to_owned()];
    first.into_iter().chain(tensor("p")).chain(tensor("kinetic_p")).chain(last).collect()
}
