//! Who signed for a decision, and whether that suffices.

use serde::{Deserialize, Serialize};

use super::patient::AgeBand;

/// The six ticks on a decision form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the six independent ticks of the paper form")]
pub struct Evidence {
    /// The patient signed.
    pub signed_by_patient: bool,
    /// The patient authorised it in another way.
    pub otherwise_authorised_by_patient: bool,
    /// Under 16: a parent or guardian signed.
    pub under16_signed_by_parent: bool,
    /// Under 16: a clinician signed.
    pub under16_signed_by_clinician: bool,
    /// Lacks capacity: a representative signed.
    pub lack_capacity_signed_by_representative: bool,
    /// Lacks capacity: a clinician signed.
    pub lack_capacity_signed_by_clinician: bool,
}

impl Evidence {
    /// Whether the decision is valid. With `under16_strict`, the word of a patient known to be under 16
    /// does not suffice alone.
    pub fn is_valid(self, age: AgeBand, under16_strict: bool) -> bool {
        let patient_suffices = !(under16_strict && age.is_under_16());
        (self.by_patient() && patient_suffices) || self.by_representative() || self.by_two_of_three()
    }

    /// (a) The patient signed or authorised it.
    fn by_patient(self) -> bool {
        self.signed_by_patient || self.otherwise_authorised_by_patient
    }

    /// (b) The patient lacks capacity: a representative and a clinician signed.
    fn by_representative(self) -> bool {
        self.lack_capacity_signed_by_representative && self.lack_capacity_signed_by_clinician
    }

    /// (c) Under 16: two of patient, parent and clinician.
    fn by_two_of_three(self) -> bool {
        let signed = [self.by_patient(), self.under16_signed_by_parent, self.under16_signed_by_clinician];
        signed.into_iter().filter(|signed| *signed).count() >= 2
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The six ticks as bits: patient, otherwise, parent, clinician of a child, representative, clinician.
    fn ticks(bits: u8) -> Evidence {
        let bit = |place: u8| bits >> (5 - place) & 1 == 1;
        Evidence {
            signed_by_patient: bit(0),
            otherwise_authorised_by_patient: bit(1),
            under16_signed_by_parent: bit(2),
            under16_signed_by_clinician: bit(3),
            lack_capacity_signed_by_representative: bit(4),
            lack_capacity_signed_by_clinician: bit(5),
        }
    }

    #[rstest]
    #[case(0b00_0000, false, false)]
    #[case(0b10_0000, true, false)]
    #[case(0b01_0000, true, false)]
    #[case(0b11_0000, true, false)]
    #[case(0b10_1000, true, true)]
    #[case(0b01_0100, true, true)]
    #[case(0b00_1100, true, true)]
    #[case(0b00_1000, false, false)]
    #[case(0b00_0100, false, false)]
    #[case(0b00_0011, true, true)]
    #[case(0b00_0010, false, false)]
    #[case(0b00_0001, false, false)]
    #[case(0b00_0101, false, false)]
    #[case(0b00_1010, false, false)]
    #[case(0b11_1111, true, true)]
    fn by_form(#[case] bits: u8, #[case] adult: bool, #[case] child: bool) {
        let evidence = ticks(bits);
        assert_eq!(evidence.is_valid(AgeBand::Adult, true), adult);
        assert_eq!(evidence.is_valid(AgeBand::Unknown, true), adult, "only a known age counts");
        assert_eq!(evidence.is_valid(AgeBand::Fifteen, false), adult, "not strict: as an adult");
        assert_eq!(evidence.is_valid(AgeBand::Under15, true), child);
        assert_eq!(evidence.is_valid(AgeBand::Fifteen, true), child);
    }

    /// All 64 forms against masks that must be covered by the ticks, written down apart from the rule.
    #[test]
    fn all_forms_agree_with_an_independent_table() {
        const ALONE: [u8; 2] = [0b10_0000, 0b01_0000];
        const TOGETHER: [u8; 6] = [0b00_0011, 0b00_1100, 0b10_1000, 0b10_0100, 0b01_1000, 0b01_0100];
        for bits in 0..64 {
            let covers = |masks: &[u8]| masks.iter().any(|mask| bits & mask == *mask);
            let (alone, together) = (covers(&ALONE), covers(&TOGETHER));
            for age in [AgeBand::Under15, AgeBand::Fifteen, AgeBand::Adult, AgeBand::Unknown] {
                let child = matches!(age, AgeBand::Under15 | AgeBand::Fifteen);
                for strict in [false, true] {
                    let expected = together || alone && !(child && strict);
                    assert_eq!(ticks(bits).is_valid(age, strict), expected, "{bits:06b} {age:?} {strict}");
                }
            }
        }
    }
}
