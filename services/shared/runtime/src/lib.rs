//! The chassis: settings, telemetry, probes, signals, drain.
