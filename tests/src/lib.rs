//! End-to-end journeys, contracts, faults, layer rules.
