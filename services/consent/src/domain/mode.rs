//! What a patient said about being contacted, and which of several sayings counts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// The traffic light, from the most permissive to the strictest.
    pub enum Mode {
        /// Approved researchers may contact me.
        Green = "green",
        /// Ask my clinicians each time.
        Yellow = "yellow",
        /// Never asked; treated as [`Self::Yellow`] is.
        Unknown = "unknown",
        /// Do not contact me.
        Red = "red",
    }
}

/// One decision of a patient, as far as rules look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentMode {
    /// The traffic light.
    pub mode: Mode,
    /// Out of the research database altogether.
    pub exclude_entirely: bool,
    /// May be approached after discharge, without limit in time.
    pub consent_after_discharge: bool,
    /// 0: no cap.
    pub max_approaches_per_year: u32,
    /// When the patient decided, which is not when somebody typed it in.
    pub decided_at: DateTime<Utc>,
}

impl CurrentMode {
    /// What is true of a patient who was never asked. Any real decision is newer.
    pub const NEVER_ASKED: Self = Self {
        mode: Mode::Unknown,
        exclude_entirely: false,
        consent_after_discharge: false,
        max_approaches_per_year: 0,
        decided_at: DateTime::UNIX_EPOCH,
    };

    /// Whether nobody may contact the patient, however they are asked for.
    pub fn forbids_contact(&self) -> bool {
        self.exclude_entirely || self.mode == Mode::Red
    }

    /// Whether approvals made under `before` have to be withdrawn under this mode.
    pub fn is_stricter_than(&self, before: &Self) -> bool {
        self.strictness() > before.strictness()
    }

    /// Whether this one counts, and not `other`: the newer decision; of two made at once, the stricter.
    /// The order in which decisions become known plays no part.
    pub fn outranks(&self, other: &Self) -> bool {
        (self.decided_at, self.strictness()) > (other.decided_at, other.strictness())
    }

    /// Yellow and never asked are equally strict: a clinician decides in both.
    fn strictness(&self) -> u8 {
        match (self.exclude_entirely, self.mode) {
            (true, _) => 3,
            (false, Mode::Red) => 2,
            (false, Mode::Yellow | Mode::Unknown) => 1,
            (false, Mode::Green) => 0,
        }
    }
}

/// The decision that counts, out of all that were ever recorded.
pub fn newest<'a>(history: impl IntoIterator<Item = &'a CurrentMode>) -> Option<&'a CurrentMode> {
    history.into_iter().reduce(|best, next| if next.outranks(best) { next } else { best })
}

/// Whether the clinical record's decision takes the place of our own: when it is newer by date, or as new and
/// stricter, since many systems keep the day alone.
pub fn clinical_record_wins(own: Option<&CurrentMode>, clinical: &CurrentMode) -> bool {
    own.is_none_or(|own| clinical.outranks(own))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    pub(crate) fn mode_on(mode: Mode, day: i64) -> CurrentMode {
        CurrentMode {
            mode,
            decided_at: DateTime::from_timestamp(day * 86_400, 0).unwrap(),
            ..CurrentMode::NEVER_ASKED
        }
    }

    pub(crate) fn any_mode() -> impl Strategy<Value = CurrentMode> {
        (proptest::sample::select(Mode::ALL), any::<bool>(), any::<bool>(), 0_u32..4, 1_i64..40).prop_map(
            |(mode, exclude_entirely, consent_after_discharge, max_approaches_per_year, day)| CurrentMode {
                exclude_entirely,
                consent_after_discharge,
                max_approaches_per_year,
                ..mode_on(mode, day)
            },
        )
    }

    #[rstest]
    #[case(Mode::Green, Mode::Yellow, true)]
    #[case(Mode::Green, Mode::Unknown, true)]
    #[case(Mode::Green, Mode::Red, true)]
    #[case(Mode::Yellow, Mode::Red, true)]
    #[case(Mode::Unknown, Mode::Red, true)]
    #[case(Mode::Yellow, Mode::Unknown, false)]
    #[case(Mode::Unknown, Mode::Yellow, false)]
    #[case(Mode::Red, Mode::Green, false)]
    #[case(Mode::Green, Mode::Green, false)]
    fn is_stricter(#[case] before: Mode, #[case] after: Mode, #[case] stricter: bool) {
        assert_eq!(mode_on(after, 2).is_stricter_than(&mode_on(before, 1)), stricter);
    }

    #[test]
    fn exclusion_is_stricter_than_red() {
        let red = mode_on(Mode::Red, 1);
        let excluded = CurrentMode { exclude_entirely: true, ..mode_on(Mode::Green, 2) };
        assert!(excluded.is_stricter_than(&red) && excluded.forbids_contact());
        assert!(!red.is_stricter_than(&excluded));
    }

    #[test]
    fn the_clinical_record_wins_only_when_newer() {
        let own = mode_on(Mode::Red, 5);
        assert!(clinical_record_wins(Some(&own), &mode_on(Mode::Green, 6)));
        assert!(!clinical_record_wins(Some(&own), &mode_on(Mode::Green, 5)));
        assert!(!clinical_record_wins(Some(&own), &mode_on(Mode::Green, 4)));
        assert!(clinical_record_wins(Some(&mode_on(Mode::Green, 5)), &own), "a no of the same moment");
        assert!(clinical_record_wins(None, &mode_on(Mode::Green, 4)));
        assert!(clinical_record_wins(Some(&CurrentMode::NEVER_ASKED), &mode_on(Mode::Yellow, 1)));
    }

    proptest! {
        /// Decisions may become known in any order, through any door: the same one counts in the end.
        #[test]
        fn the_order_of_arrival_is_without_effect(
            (decisions, shuffled) in prop::collection::vec(any_mode(), 1..12)
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
        ) {
            let told_by = |all: &[CurrentMode]| {
                let counts = newest(all).unwrap();
                (counts.decided_at, counts.strictness())
            };
            prop_assert_eq!(told_by(&decisions), told_by(&shuffled));
        }

        /// Once a patient refused, only a decision made later makes the mode any less strict.
        #[test]
        fn a_refusal_yields_only_to_a_later_decision(
            before in prop::collection::vec(any_mode(), 0..6),
            refusal in any_mode().prop_filter("refuses", CurrentMode::forbids_contact),
            after in prop::collection::vec(any_mode(), 0..6),
        ) {
            let all = before.iter().chain([&refusal]).chain(&after);
            let counts = newest(all).unwrap();
            prop_assert!(!refusal.is_stricter_than(counts) || counts.decided_at > refusal.decided_at);
        }
    }
}
