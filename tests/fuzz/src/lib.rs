//! What the fuzz targets share: an input that is used up piece by piece, and a log in memory.

mod input;
mod log;
mod storage;

pub use input::Input;
pub use log::{FILES, base};
pub use storage::Memory;
