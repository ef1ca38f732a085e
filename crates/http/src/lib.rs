//! Laiqu: http.
