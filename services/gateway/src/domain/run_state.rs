//! The states of a run.

/// All of them, in the order in which a run goes through them.
pub const STATES: [&str; 6] = ["queued", "running", "done", "failed", "cancelled", "timed_out"];

/// Whether a run in this state stays in it for good.
pub fn has_ended(state: &str) -> bool {
    matches!(state, "done" | "failed" | "cancelled" | "timed_out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_states_are_for_good() {
        assert_eq!(STATES.iter().filter(|state| has_ended(state)).count(), 4);
        assert!(!has_ended("taken_over") && !has_ended(""));
    }
}
