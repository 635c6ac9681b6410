//! Plots: a panel lays out axes, bands and curves once; two back ends turn the drawing into SVG and PNG.
//!
//! kuva rasterises. Its own layout is not used: a page of small multiples wants shared margins, colours that follow
//! the reader's light or dark setting, curves that can be hidden by a legend, and labels with sub- and superscripts.

mod axes;
mod chart;
mod drawing;
mod heat;
mod label;
mod mark;
mod panel;
pub(crate) mod raster;
mod scale;
pub(crate) mod svg;
pub(crate) mod theme;

pub(crate) use chart::{Chart, Look, Series};
pub(crate) use drawing::{Anchor, Drawing, Frame, Paint, Pen, Point, Shape};
pub(crate) use heat::Heat;
pub(crate) use label::Label;
pub(crate) use mark::Mark;
pub(crate) use panel::{Curve, Panel, Scale, draw};
