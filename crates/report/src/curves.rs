//! Which panels the curves make, from the columns that are there.

use crate::descriptions::DESCRIPTIONS;
use crate::plot::{Curve, Label, Paint, Panel, Pen, Scale};
use crate::results::{COMPONENTS, Results, mean_pressure};
use crate::table::{Column, Table};
use crate::units::Quantity;
use omd_flow::{AffineFlow, FlowClass, Matrix3, symmetric_components};

/// A heading: what it is, its symbol and its unit.
pub(crate) fn heading(name: &str, symbol: &str, unit: &str) -> Label {
    let mut label = Label::bold(name);
    if !symbol.is_empty() {
        label = label.then(Label::parse(&format!("  {symbol}")));
    }
    if !unit.is_empty() {
        label = label.then(Label::parse(&format!("  ({unit})")));
    }
    label
}

/// `t` with its unit.
pub(crate) fn time_label(results: &Results) -> Label {
    let unit = results.unit(Quantity::Time);
    Label::parse(&if unit.is_empty() { "*t*".to_owned() } else { format!("*t*  ({unit})") })
}

/// A panel without curves yet.
pub(crate) fn panel(results: &Results, name: &str, symbol: &str, quantity: Quantity, scale: Scale) -> Panel {
    Panel {
        heading: heading(name, symbol, results.unit(quantity)),
        words: name.to_owned(),
        x_label: time_label(results),
        curves: Vec::new(),
        scale,
        marks: Vec::new(),
        key: Vec::new(),
    }
}

/// The pen of a description.
pub(crate) fn pen(description: usize) -> Pen {
    let style = &DESCRIPTIONS[description];
    Pen { paint: Paint::Curve(description), width: style.width, dash: style.dash }
}

/// A column of a table as a curve.
pub(crate) fn curve(table: &Table, column: Column<'_>) -> Curve {
    Curve {
        description: Some(table.description),
        title: DESCRIPTIONS[table.description].name.to_owned(),
        pen: pen(table.description),
        x: table.time().to_vec(),
        y: column.values.to_vec(),
        error: column.errors.map(<[f64]>::to_vec).unwrap_or_default(),
    }
}

/// All descriptions' curves of one column.
fn column_panel(results: &Results, column: &str, name: &str, symbol: &str, quantity: Quantity, scale: Scale) -> Panel {
    let mut panel = panel(results, name, symbol, quantity, scale);
    panel.curves = results.tables.iter().filter_map(|table| Some(curve(table, table.column(column)?))).collect();
    panel
}

/// The temperature.
pub(crate) fn temperature(results: &Results) -> Panel {
    column_panel(results, "temperature", "Temperature", "*T*", Quantity::Temperature, Scale::Automatic)
}

/// Temperature and density.
pub(crate) fn state(results: &Results) -> Vec<Panel> {
    let density = column_panel(results, "density", "Number density", "*n*", Quantity::NumberDensity, Scale::Automatic);
    let mut panels = vec![temperature(results), density];
    panels.retain(|panel| !panel.curves.is_empty());
    panels
}

/// The components of the pressure tensor that are more than noise, and the names of the others.
pub(crate) fn pressures(results: &Results) -> (Vec<Panel>, Vec<&'static str>) {
    let (active, quiet): (Vec<_>, Vec<_>) = COMPONENTS.into_iter().partition(|component| results.is_active(component));
    (active.into_iter().map(|component| pressure(results, component)).collect(), quiet)
}

/// What the title of such a curve ends with.
pub(crate) const KINETIC_PART: &str = ", kinetic part";

/// One component: the full pressure, and the kinetic part dashed where a table has it.
///
/// A component that is negative almost everywhere is drawn with the opposite sign, as stresses in shear are.
pub(crate) fn pressure(results: &Results, component: &str) -> Panel {
    let symbol = format!("*P_{{{component}}}*");
    let mut panel = panel(results, "Pressure", &symbol, Quantity::Pressure, Scale::Automatic);
    for table in &results.tables {
        if let Some(column) = table.column(&format!("p{component}")) {
            panel.curves.push(curve(table, column));
        }
        if let Some(column) = table.column(&format!("kinetic_p{component}")) {
            let mut kinetic = curve(table, column);
            kinetic.title += KINETIC_PART;
            kinetic.pen = Pen { width: 1.4, dash: &[3.0, 2.0], ..kinetic.pen };
            panel.curves.push(kinetic);
        }
    }
    let count = |sign: f64| panel.curves.iter().flat_map(|curve| &curve.y).filter(|&&y| sign * y > 0.0).count() as f64;
    if count(-1.0) > 10.0 * count(1.0) {
        panel.curves.iter_mut().flat_map(|curve| curve.y.iter_mut()).for_each(|y| *y = 0.0 - *y);
        panel.heading = heading("Pressure", &format!("-{symbol}"), results.unit(Quantity::Pressure));
        panel.words = format!("Minus pressure {component}");
    } else {
        panel.words = format!("Pressure {component}");
    }
    panel
}

/// The material functions of the flow: effective viscosity, and in simple shear along the axes the reduced stresses.
pub(crate) fn rheology(results: &Results) -> Vec<Panel> {
    let Some(flow) = &results.flow else { return Vec::new() };
    let mut panels = Vec::new();
    let class = flow.classify().class;
    let symbol = if is_shear_along_axes(flow) { "-*P_{xy}*/2*D_{xy}*" } else { "-*P*:*D*/2*D*:*D*" };
    if class != FlowClass::Rest {
        let mut viscosity = panel(results, "Viscosity", symbol, Quantity::Viscosity, Scale::Automatic);
        viscosity.words = "Effective viscosity".to_owned();
        viscosity.curves = results.tables.iter().filter_map(|table| effective_viscosity(table, flow)).collect();
        panels.push(viscosity);
    }
    if is_shear_along_axes(flow) {
        for (name, symbol, [plus, minus]) in [
            ("Reduced shear stress", "-*P_{xy}*/*p*", ["", "xy"]),
            ("1st normal difference", "(*P_{xx}*-*P_{yy}*)/*p*", ["xx", "yy"]),
            ("2nd normal difference", "(*P_{yy}*-*P_{zz}*)/*p*", ["yy", "zz"]),
        ] {
            let mut panel = panel(results, name, symbol, Quantity::None, Scale::Linear);
            panel.curves = results.tables.iter().filter_map(|table| reduced(table, plus, minus)).collect();
            panels.push(panel);
        }
    }
    panels.retain(|panel| panel.curves.iter().any(|curve| curve.y.iter().any(|y| y.is_finite())));
    panels
}

/// `A = K e1 (x) e2` in the frame of the table.
fn is_shear_along_axes(flow: &AffineFlow) -> bool {
    let a = flow.velocity_gradient_at_zero();
    flow.classify().class == FlowClass::SimpleShear && a[(0, 1)].abs() > (1.0 - 1e-12) * a.norm()
}

/// `-P:D/(2 D:D)` with the full pressure; `-P_xy/(2 D_xy)` in simple shear and `mu` for a Newtonian fluid in any flow.
///
/// The standard error adds those of the components in squares.
fn effective_viscosity(table: &Table, flow: &AffineFlow) -> Option<Curve> {
    let columns: Vec<Column<'_>> = COMPONENTS.iter().map(|c| table.column(&format!("p{c}"))).collect::<Option<_>>()?;
    let all_errors: Option<Vec<&[f64]>> = columns.iter().map(|column| column.errors).collect();
    let mut viscosity = curve(table, columns[0]);
    (viscosity.y, viscosity.error) = (Vec::new(), Vec::new());
    for (index, &time) in table.time().iter().enumerate() {
        let gradient = flow.velocity_gradient(time);
        let deviator = 0.5 * (gradient + gradient.transpose()) - Matrix3::identity() * (gradient.trace() / 3.0);
        let twice = 2.0 * deviator.norm_squared();
        // Off the diagonal each component of the table stands for two of the tensor.
        let weights: Vec<f64> = (symmetric_components(&deviator).into_iter().zip([1.0, 1.0, 1.0, 2.0, 2.0, 2.0]))
            .map(|(d, multiplicity)| multiplicity * d / twice)
            .collect();
        let defined = deviator.norm() > 1e-9 * gradient.norm();
        let sum: f64 = weights.iter().zip(&columns).map(|(weight, column)| weight * column.values[index]).sum();
        viscosity.y.push(if defined { 0.0 - sum } else { f64::NAN });
        if let Some(errors) = &all_errors {
            let squares = weights.iter().zip(errors).map(|(weight, errors)| (weight * errors[index]).powi(2));
            viscosity.error.push(squares.sum::<f64>().sqrt());
        }
    }
    Some(viscosity)
}

/// `(P_plus - P_minus)/p`, or `-P_minus/p`, of the full pressure; the errors of the two add in squares.
fn reduced(table: &Table, plus: &str, minus: &str) -> Option<Curve> {
    let minus = table.column(&format!("p{minus}"))?;
    let plus = if plus.is_empty() { None } else { Some(table.column(&format!("p{plus}"))?) };
    let diagonal = ["pxx", "pyy", "pzz"].map(|name| table.values(name));
    let mut curve = curve(table, minus);
    for index in 0..curve.y.len() {
        let mean = diagonal.iter().flatten().map(|values| values[index]).sum::<f64>() / 3.0;
        curve.y[index] = (plus.map_or(0.0, |plus| plus.values[index]) - minus.values[index]) / mean;
        if let Some(error) = curve.error.get_mut(index) {
            let other = plus.and_then(|plus| plus.errors).map_or(0.0, |errors| errors[index]);
            *error = error.hypot(other) / mean.abs();
        }
    }
    Some(curve)
}

/// The heat flux of the descriptions that have one.
pub(crate) fn heat_flux(results: &Results) -> Vec<Panel> {
    let panels = ["x", "y", "z"].map(|axis| {
        let (column, symbol) = (format!("q{axis}"), format!("*q_{axis}*"));
        let mut panel = column_panel(results, &column, "Heat flux", &symbol, Quantity::HeatFlux, Scale::Zero);
        panel.words = format!("Heat flux {axis}");
        panel
    });
    panels.into_iter().filter(|panel| !panel.curves.is_empty()).collect()
}

/// Every further column of any table, each in a panel.
pub(crate) fn own_columns(results: &Results) -> Vec<Panel> {
    let mut names: Vec<&str> = Vec::new();
    for name in results.tables.iter().flat_map(Table::names) {
        if !names.contains(&name) && !is_common(name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| own_column(results, name)).collect()
}

/// Columns that have panels of their own elsewhere.
fn is_common(name: &str) -> bool {
    let tensor = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| COMPONENTS.contains(&rest));
    let moment = |rest: &str| !rest.is_empty() && rest.bytes().all(|axis| (b'x'..=b'z').contains(&axis));
    matches!(name, "time" | "density" | "temperature" | "qx" | "qy" | "qz")
        || tensor("p")
        || tensor("kinetic_p")
        // 74 components of moments of higher order are for other programs.
        || ["moment_", "standardised_moment_"].iter().any(|prefix| name.strip_prefix(prefix).is_some_and(moment))
}

/// A further column, in a panel without curves where no table has it.
pub(crate) fn own_column(results: &Results, name: &str) -> Panel {
    let readable = name.replace('_', " ");
    let (title, symbol, quantity, scale) = match name {
        "energy_balance" => ("Work balance residual", "", Quantity::Energy, Scale::Zero),
        "potential_energy" => ("Potential energy", "*U*", Quantity::Energy, Scale::Linear),
        "kinetic_energy" => ("Kinetic energy", "", Quantity::Energy, Scale::Automatic),
        "fourth_moment" => ("Fourth moment", "⟨|*w*|^4⟩", Quantity::VelocityToTheFourth, Scale::Automatic),
        "sixth_moment" => ("Sixth moment", "⟨|*w*|^6⟩", Quantity::VelocityToTheSixth, Scale::Automatic),
        "entropy" => ("Entropy relative to the Maxwellian", "", Quantity::None, Scale::Zero),
        "viscosity" => ("Viscosity", "*μ*", Quantity::Viscosity, Scale::Automatic),
        "drift_x" => ("Drift", "⟨*w_x*⟩", Quantity::Velocity, Scale::Zero),
        "drift_y" => ("Drift", "⟨*w_y*⟩", Quantity::Velocity, Scale::Zero),
        "drift_z" => ("Drift", "⟨*w_z*⟩", Quantity::Velocity, Scale::Zero),
        "collisions_per_particle" => ("Collisions per particle", "", Quantity::None, Scale::Linear),
        "axial_force" => ("Axial force", "", Quantity::Force, Scale::Automatic),
        "linear_density" => ("Atoms per length", "", Quantity::LinearDensity, Scale::Automatic),
        "area_density" => ("Atoms per area", "", Quantity::AreaDensity, Scale::Automatic),
        _ if name.starts_with("membrane_") => (readable.as_str(), "", Quantity::SurfaceTension, Scale::Automatic),
        "collision_rate" => ("Collision rate", "", Quantity::Rate, Scale::Automatic),
        _ => (readable.as_str(), "", Quantity::None, Scale::Automatic),
    };
    column_panel(results, name, title, symbol, quantity, scale)
}

/// The mean pressure of the last sample, with the kinetic part where the table has one.
pub(crate) fn final_pressure(table: &Table) -> f64 {
    mean_pressure(table).last().copied().unwrap_or(f64::NAN)
}
