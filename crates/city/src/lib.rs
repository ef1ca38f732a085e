//! Laiqu: city.
