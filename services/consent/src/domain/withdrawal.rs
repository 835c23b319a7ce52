//! When consent becomes stricter: for what reason, and what that reaches.

use super::mode::{CurrentMode, Mode};
use super::policy::WithdrawScope;
use super::state::State;
use super::words::words;

words! {
    /// Why requests of a patient end.
    pub enum WithdrawalReason {
        /// The patient has died.
        Died = "patient_died",
        /// Out of the research database altogether.
        Excluded = "excluded",
        /// The patient wants less than before.
        ConsentWithdrawn = "consent_withdrawn",
    }
}

/// Why the patient's requests end now; none when nothing became stricter.
pub fn reason(before: &CurrentMode, after: &CurrentMode, is_dead: bool) -> Option<WithdrawalReason> {
    if is_dead {
        Some(WithdrawalReason::Died)
    } else if !after.is_stricter_than(before) {
        None
    } else if after.exclude_entirely {
        Some(WithdrawalReason::Excluded)
    } else {
        Some(WithdrawalReason::ConsentWithdrawn)
    }
}

/// Whether a withdrawal ends a request that stands in `state` and was decided under `decided_under`.
/// The scope narrows approvals only: whatever is still open ends always.
pub fn reaches(scope: WithdrawScope, state: State, decided_under: Mode) -> bool {
    let in_scope = match scope {
        WithdrawScope::All => true,
        WithdrawScope::GreenOnly => state == State::ApprovedDirect && decided_under == Mode::Green,
    };
    state.may_become(State::Withdrawn) && (in_scope || !state.is_approved())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::super::mode::tests::{any_mode, mode_on};
    use super::*;

    #[test]
    fn death_comes_before_all_else() {
        let (green, red) = (mode_on(Mode::Green, 1), mode_on(Mode::Red, 2));
        let excluded = CurrentMode { exclude_entirely: true, ..green.clone() };
        assert_eq!(reason(&green, &green, true), Some(WithdrawalReason::Died));
        assert_eq!(reason(&green, &red, false), Some(WithdrawalReason::ConsentWithdrawn));
        assert_eq!(reason(&red, &excluded, false), Some(WithdrawalReason::Excluded));
        assert_eq!(reason(&red, &green, false), None);
    }

    #[rstest]
    #[case(WithdrawScope::All, State::Approved, Mode::Yellow, true)]
    #[case(WithdrawScope::All, State::ApprovedDirect, Mode::Green, true)]
    #[case(WithdrawScope::GreenOnly, State::Approved, Mode::Yellow, false)]
    #[case(WithdrawScope::GreenOnly, State::Approved, Mode::Green, false)]
    #[case(WithdrawScope::GreenOnly, State::ApprovedDirect, Mode::Green, true)]
    #[case(WithdrawScope::GreenOnly, State::ClinicianAsked, Mode::Yellow, true)]
    #[case(WithdrawScope::All, State::Stopped, Mode::Green, false)]
    #[case(WithdrawScope::All, State::Withdrawn, Mode::Green, false)]
    fn within_scope(
        #[case] scope: WithdrawScope,
        #[case] state: State,
        #[case] mode: Mode,
        #[case] expected: bool,
    ) {
        assert_eq!(reaches(scope, state, mode), expected);
    }

    proptest! {
        /// By default nothing open or approved outlives a refusal.
        #[test]
        fn a_refusal_ends_everything(
            before in any_mode().prop_filter("no refusal", |mode| !mode.forbids_contact()),
            after in any_mode().prop_filter("refusal", CurrentMode::forbids_contact),
            state in proptest::sample::select(State::ALL),
        ) {
            prop_assert!(reason(&before, &after, false).is_some());
            let still_lives = state.is_approved() || !state.is_closed();
            if still_lives && state != State::Submitted {
                prop_assert!(reaches(WithdrawScope::All, state, before.mode));
            }
        }
    }
}
