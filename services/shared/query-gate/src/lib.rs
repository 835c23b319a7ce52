//! The gate in front of every execution: which SQL may run, and how its parameters are bound.
