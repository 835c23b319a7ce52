//! Questionnaires and rating scales, whose totals follow how ill somebody is.

use chrono::NaiveDate;

use crate::generator::Generator;

/// A questionnaire or rating scale.
pub(crate) struct Instrument {
    pub name: &'static str,
    pub maximum: u64,
    /// Whether a high total is good.
    ascending: bool,
}

/// A total.
#[derive(Clone, Copy)]
pub(crate) struct Score {
    pub instrument: &'static Instrument,
    pub scored_on: NaiveDate,
    pub total: u64,
    /// The total before, if there was one.
    pub before: Option<u64>,
}

impl Instrument {
    /// The total of somebody who is this ill, in percent.
    pub(crate) fn total(&self, severity: u64, generator: &mut Generator) -> u64 {
        let noisy = (severity + generator.below(11)).saturating_sub(5).min(100);
        let share = if self.ascending { 100 - noisy * 3 / 5 } else { noisy * 9 / 10 };
        (self.maximum * share + 50) / 100
    }
}

const fn rating(name: &'static str, maximum: u64) -> Instrument {
    Instrument { name, maximum, ascending: false }
}

const fn ability(name: &'static str, maximum: u64) -> Instrument {
    Instrument { name, maximum, ascending: true }
}

pub(crate) const PHQ9: Instrument = rating("PHQ-9", 27);
pub(crate) const GAD7: Instrument = rating("GAD-7", 21);
pub(crate) const HONOS: Instrument = rating("HoNOS", 48);
pub(crate) const CORE10: Instrument = rating("CORE-10", 40);
pub(crate) const YMRS: Instrument = rating("YMRS", 60);
pub(crate) const BPRS: Instrument = rating("BPRS", 126);
pub(crate) const YBOCS: Instrument = rating("Y-BOCS", 40);
pub(crate) const PCL5: Instrument = rating("PCL-5", 80);
pub(crate) const AUDIT: Instrument = rating("AUDIT", 40);
pub(crate) const SDS: Instrument = rating("SDS", 15);
pub(crate) const EAT26: Instrument = rating("EAT-26", 78);
pub(crate) const ASRS: Instrument = rating("ASRS", 72);
pub(crate) const MMSE: Instrument = ability("MMSE", 30);
pub(crate) const ACE3: Instrument = ability("ACE-III", 100);
