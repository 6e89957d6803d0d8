//! klab.
pub mod image;
pub mod practice;
