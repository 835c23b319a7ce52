//! The NHS number, checked by its modulus-11 digit (NHS Data Dictionary, `NHS NUMBER`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A valid NHS number: ten digits whose last one checks the other nine.
///
/// `Debug` hides the digits, so that a number cannot reach a log by accident.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NhsNumber(u64);

/// Why a text is not an NHS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidNhsNumber {
    /// Not ten digits, or the first is zero.
    #[error("an NHS number has ten digits and does not start with 0")]
    Shape,
    /// The last digit does not fit the first nine.
    #[error("the check digit of this NHS number is wrong")]
    Checksum,
}

impl NhsNumber {
    /// Checks a number such as `9434765919`.
    ///
    /// # Errors
    /// The number has not ten digits, or its check digit is wrong.
    pub fn from_integer(number: u64) -> Result<Self, InvalidNhsNumber> {
        if !(1_000_000_000..=9_999_999_999).contains(&number) {
            return Err(InvalidNhsNumber::Shape);
        }
        match check_digit(number / 10) {
            Some(digit) if digit == number % 10 => Ok(Self(number)),
            _ => Err(InvalidNhsNumber::Checksum),
        }
    }

    /// The number whose first nine digits are `stem`, unless no check digit fits them.
    /// For fictional patients: the official test range starts with 999.
    pub fn from_stem(stem: u64) -> Option<Self> {
        let digit = check_digit(stem)?;
        Self::from_integer(stem * 10 + digit).ok()
    }

    /// As people read it: `943 476 5919`.
    pub fn grouped(&self) -> String {
        let text = self.0.to_string();
        let (first, rest) = text.split_at(3);
        let (middle, last) = rest.split_at(3);
        format!("{first} {middle} {last}")
    }

    /// The bare digits as an integer.
    pub const fn as_integer(&self) -> u64 {
        self.0
    }
}

/// Modulus 11 with the weights 10 to 2 on the nine digits; `None` where the rule gives 10.
fn check_digit(stem: u64) -> Option<u64> {
    let mut rest = stem;
    let mut sum = 0;
    for weight in 2..=10 {
        sum += weight * (rest % 10);
        rest /= 10;
    }
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

impl FromStr for NhsNumber {
    type Err = InvalidNhsNumber;

    /// Accepts spaces and hyphens between the digits, as people write them.
    fn from_str(text: &str) -> Result<Self, InvalidNhsNumber> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
        let plain = digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit());
        match digits.parse() {
            Ok(number) if plain => Self::from_integer(number),
            _ => Err(InvalidNhsNumber::Shape),
        }
    }
}

impl fmt::Display for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber(hidden)")
    }
}

impl TryFrom<String> for NhsNumber {
    type Error = InvalidNhsNumber;

    fn try_from(text: String) -> Result<Self, InvalidNhsNumber> {
        text.parse()
    }
}

impl From<NhsNumber> for String {
    fn from(number: NhsNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_published_example_is_valid() {
        let number: NhsNumber = "943 476 5919".parse().unwrap();
        assert_eq!(number.to_string(), "9434765919");
        assert_eq!(number.grouped(), "943 476 5919");
        assert_eq!(format!("{number:?}"), "NhsNumber(hidden)");
    }

    #[test]
    fn faults_are_told_apart() {
        for text in ["", "943476591", "94347659190", "0434765919", "943476591x", "+943476591"] {
            assert_eq!(text.parse::<NhsNumber>(), Err(InvalidNhsNumber::Shape), "{text}");
        }
        assert_eq!("9434765918".parse::<NhsNumber>(), Err(InvalidNhsNumber::Checksum));
    }

    proptest! {
        // One stem in eleven has no check digit and is rejected.
        #![proptest_config(ProptestConfig { cases: 10_000, max_global_rejects: 10_000, ..ProptestConfig::default() })]

        #[test]
        fn a_generated_number_is_valid_and_each_changed_digit_is_noticed(
            stem in 100_000_000_u64..1_000_000_000,
            place in 0_u32..10,
            change in 1_u64..10,
        ) {
            prop_assume!(check_digit(stem).is_some());
            let number = NhsNumber::from_stem(stem).unwrap();
            prop_assert_eq!(number.grouped().parse::<NhsNumber>(), Ok(number));

            // Modulus 11 finds every single wrong digit.
            let power = 10_u64.pow(place);
            let digit = number.as_integer() / power % 10;
            let wrong = number.as_integer() - digit * power + (digit + change) % 10 * power;
            prop_assert!(NhsNumber::from_integer(wrong).is_err());
        }
    }
}
