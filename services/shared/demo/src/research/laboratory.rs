//! Blood tests: what is usual, what counts as abnormal, and values that scatter around a patient's own level.

use chrono::NaiveDate;

use crate::generator::Generator;

/// A test. Numbers are whole: 74 with one place is 7.4.
pub(crate) struct Test {
    pub name: &'static str,
    pub unit: &'static str,
    places: usize,
    low: Option<i64>,
    high: Option<i64>,
    usual: i64,
    scatter: i64,
}

/// A result, as table and notes give it.
#[derive(Clone)]
pub(crate) struct LaboratoryResult {
    pub test: &'static Test,
    pub taken_on: NaiveDate,
    pub value: String,
    /// `L`, `H` or nothing.
    pub flag: Option<&'static str>,
}

impl Test {
    /// Measures; `patient` sets the level that is the patient's own.
    pub(crate) fn measure(
        &'static self,
        patient: u64,
        taken_on: NaiveDate,
        generator: &mut Generator,
    ) -> LaboratoryResult {
        let own = around(&mut Generator::new(patient ^ self.usual.unsigned_abs()), self.scatter);
        let now = around(generator, self.scatter / 2);
        let unusual = if generator.chance(8) { self.scatter * 2 } else { 0 };
        let value = (self.usual + own + now + unusual).max(1);
        let flag = match (self.low, self.high) {
            (Some(low), _) if value < low => Some("L"),
            (_, Some(high)) if value > high => Some("H"),
            _ => None,
        };
        LaboratoryResult { test: self, taken_on, value: self.decimal(value), flag }
    }

    /// The lowest and the highest normal value.
    pub(crate) fn range(&self) -> [Option<String>; 2] {
        [self.low, self.high].map(|limit| limit.map(|limit| self.decimal(limit)))
    }

    fn decimal(&self, value: i64) -> String {
        let digits = format!("{value:0>width$}", width = self.places + 1);
        let (whole, part) = digits.split_at(digits.len() - self.places);
        if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
    }
}

/// A number between minus and plus `scatter`.
fn around(generator: &mut Generator, scatter: i64) -> i64 {
    let width = scatter.unsigned_abs() * 2 + 1;
    i64::try_from(generator.below(width)).unwrap_or_default() - scatter
}

const fn test(
    name: &'static str,
    unit: &'static str,
    places: usize,
    range: (i64, i64),
    usual: i64,
    scatter: i64,
) -> Test {
    let (low, high) = range;
    Test {
        name,
        unit,
        places,
        low: if low > 0 { Some(low) } else { None },
        high: if high > 0 { Some(high) } else { None },
        usual,
        scatter,
    }
}

pub(crate) const LITHIUM_LEVEL: Test = test("Lithium", "mmol/L", 2, (40, 100), 68, 22);
pub(crate) const CLOZAPINE_LEVEL: Test = test("Clozapine", "mg/L", 2, (35, 60), 44, 14);
pub(crate) const VALPROATE_LEVEL: Test = test("Valproate", "mg/L", 0, (50, 100), 72, 20);
pub(crate) const SODIUM: Test = test("Sodium", "mmol/L", 0, (133, 146), 139, 4);
pub(crate) const CREATININE: Test = test("Creatinine", "umol/L", 0, (45, 104), 76, 18);
pub(crate) const EGFR: Test = test("eGFR", "mL/min", 0, (60, 0), 82, 18);
pub(crate) const TSH: Test = test("TSH", "mU/L", 1, (3, 42), 21, 14);
pub(crate) const HBA1C: Test = test("HbA1c", "mmol/mol", 0, (20, 41), 37, 5);
pub(crate) const CHOLESTEROL: Test = test("Cholesterol", "mmol/L", 1, (0, 50), 48, 9);
pub(crate) const PROLACTIN: Test = test("Prolactin", "mU/L", 0, (86, 496), 310, 170);
pub(crate) const ALT: Test = test("ALT", "U/L", 0, (0, 41), 27, 12);
pub(crate) const GGT: Test = test("GGT", "U/L", 0, (0, 60), 62, 34);
pub(crate) const NEUTROPHILS: Test = test("Neutrophils", "10*9/L", 1, (20, 75), 44, 14);
pub(crate) const HAEMOGLOBIN: Test = test("Haemoglobin", "g/L", 0, (120, 170), 138, 13);
pub(crate) const POTASSIUM: Test = test("Potassium", "mmol/L", 1, (35, 53), 42, 5);
pub(crate) const PHOSPHATE: Test = test("Phosphate", "mmol/L", 2, (80, 150), 102, 22);
pub(crate) const VITAMIN_B12: Test = test("Vitamin B12", "ng/L", 0, (200, 900), 380, 150);
pub(crate) const FOLATE: Test = test("Folate", "ug/L", 1, (30, 200), 74, 38);
pub(crate) const CRP: Test = test("CRP", "mg/L", 0, (0, 5), 4, 2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_places_and_flags() {
        assert_eq!(LITHIUM_LEVEL.decimal(7), "0.07");
        assert_eq!(TSH.decimal(123), "12.3");
        assert_eq!(SODIUM.decimal(139), "139");
        assert_eq!(EGFR.range(), [Some("60".to_owned()), None]);
        let day = NaiveDate::from_ymd_opt(2025, 6, 1).unwrap();
        let mut generator = Generator::new(1);
        let flags: Vec<_> = (0..400).map(|patient| GGT.measure(patient, day, &mut generator)).collect();
        for result in &flags {
            assert_eq!(result.flag == Some("H"), result.value.parse::<i64>().unwrap() > 60);
        }
        assert!(flags.iter().any(|result| result.flag.is_some()));
    }
}
