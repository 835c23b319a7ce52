//! Values as bytes whose order is the values' order: what filters compare and sorting sorts by.
//!
//! A cell is one byte, 1 for NULL (which comes last) and 0 before a value, then the value. No cell's bytes begin
//! another's, so that the bytes of several columns can stand one after the other. Numbers are in PostgreSQL's order:
//! NaN is greater than all others. Texts are in the order of their code points.

use crate::value::Value;

/// Takes the bytes of keys, each combined with `flip` (0, or 255 to turn the order round).
pub(crate) trait KeySink {
    fn push(&mut self, bytes: &[u8], flip: u8);
}

impl KeySink for Vec<u8> {
    fn push(&mut self, bytes: &[u8], flip: u8) {
        self.extend(bytes.iter().map(|byte| byte ^ flip));
    }
}

/// A stretch of a key: leaves out its first bytes and takes as many as there is room for.
pub(crate) struct Window<'a> {
    skip: usize,
    room: &'a mut [u8],
    more: bool,
}

impl<'a> Window<'a> {
    /// Fills `room`, which is zeroed, from byte `skip` of the key on.
    pub(crate) fn new(skip: usize, room: &'a mut [u8]) -> Self {
        Self { skip, room, more: false }
    }

    /// Whether the key goes on.
    pub(crate) fn more(&self) -> bool {
        self.more
    }
}

impl KeySink for Window<'_> {
    fn push(&mut self, bytes: &[u8], flip: u8) {
        let Some(bytes) = bytes.get(self.skip..) else {
            self.skip -= bytes.len();
            return;
        };
        self.skip = 0;
        let room = std::mem::take(&mut self.room);
        let taken = bytes.len().min(room.len());
        let (now, later) = room.split_at_mut(taken);
        for (place, byte) in now.iter_mut().zip(bytes) {
            *place = byte ^ flip;
        }
        self.room = later;
        self.more |= bytes.len() > taken;
    }
}

const DESCENDING: u8 = 0xff;

/// Appends the key of a cell.
pub(crate) fn push_cell(value: Option<Value<'_>>, descending: bool, sink: &mut impl KeySink) {
    match value {
        None => sink.push(&[1], 0),
        Some(value) => {
            sink.push(&[0], 0);
            push_value(value, if descending { DESCENDING } else { 0 }, sink);
        }
    }
}

/// Appends the key of a value.
pub(crate) fn push_value(value: Value<'_>, flip: u8, sink: &mut impl KeySink) {
    match value {
        Value::Boolean(value) => sink.push(&[u8::from(value)], flip),
        Value::Integer(value) | Value::Time(value) | Value::Timestamp(value) | Value::TimestampTz(value) => {
            sink.push(&(value.cast_unsigned() ^ (1 << 63)).to_be_bytes(), flip);
        }
        Value::Date(value) => sink.push(&(value.cast_unsigned() ^ (1 << 31)).to_be_bytes(), flip),
        Value::Number(value) => sink.push(&number(value).to_be_bytes(), flip),
        Value::Decimal(value) => push_decimal(value, flip, sink),
        Value::Text(value) => push_bytes(value.as_bytes(), flip, sink),
        Value::Binary(value) => push_bytes(value, flip, sink),
    }
}

/// Whether a decimal's key is that of a number, `NaN` and infinities included.
pub(crate) fn is_decimal(text: &str) -> bool {
    parse_decimal(text) != Decimal::Odd
}

fn number(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = if value == 0.0 { 0 } else { value.to_bits() }; // both zeros are equal
    if bits >> 63 == 1 { !bits } else { bits ^ (1 << 63) }
}

/// Ends with two zeros; a zero inside becomes 0 and 255, which is greater.
fn push_bytes(bytes: &[u8], flip: u8, sink: &mut impl KeySink) {
    let mut pieces = bytes.split(|byte| *byte == 0);
    sink.push(pieces.next().unwrap_or_default(), flip);
    for piece in pieces {
        sink.push(&[0, 0xff], flip);
        sink.push(piece, flip);
    }
    sink.push(&[0, 0], flip);
}

/// The text of a decimal, taken apart.
#[derive(Debug, PartialEq, Eq)]
enum Decimal<'a> {
    NegativeInfinity,
    Zero,
    /// 0.`digits` times ten to the power of `exponent`; the digits are in two parts, without zeros at either end.
    Finite {
        negative: bool,
        exponent: i32,
        digits: [&'a [u8]; 2],
    },
    Infinity,
    NaN,
    /// No number; comes last.
    Odd,
}

fn push_decimal(text: &str, flip: u8, sink: &mut impl KeySink) {
    match parse_decimal(text) {
        Decimal::NegativeInfinity => sink.push(&[0], flip),
        Decimal::Zero => sink.push(&[2], flip),
        Decimal::Infinity => sink.push(&[4], flip),
        Decimal::NaN => sink.push(&[5], flip),
        Decimal::Odd => {
            sink.push(&[6], flip);
            push_bytes(text.as_bytes(), flip, sink);
        }
        Decimal::Finite { negative, exponent, digits: [whole, fraction] } => {
            sink.push(&[if negative { 1 } else { 3 }], flip);
            let flip = if negative { flip ^ DESCENDING } else { flip };
            sink.push(&(exponent.cast_unsigned() ^ (1 << 31)).to_be_bytes(), flip);
            sink.push(whole, flip);
            sink.push(fraction, flip);
            sink.push(&[0], flip);
        }
    }
}

fn parse_decimal(text: &str) -> Decimal<'_> {
    match text {
        "NaN" => return Decimal::NaN,
        "Infinity" => return Decimal::Infinity,
        "-Infinity" => return Decimal::NegativeInfinity,
        _ => {}
    }
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let mut parts = unsigned.splitn(2, |byte| *byte == b'.');
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let digits = || whole.iter().chain(fraction);
    if digits().next().is_none() || !digits().all(u8::is_ascii_digit) {
        return Decimal::Odd;
    }
    let whole = without_leading_zeros(whole);
    let fraction = without_trailing_zeros(fraction);
    let length = |digits: &[u8]| i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if whole.is_empty() {
        let significant = without_leading_zeros(fraction);
        if significant.is_empty() {
            return Decimal::Zero;
        }
        let exponent = length(significant) - length(fraction);
        return Decimal::Finite { negative, exponent, digits: [significant, &[]] };
    }
    let exponent = length(whole);
    let whole = if fraction.is_empty() { without_trailing_zeros(whole) } else { whole };
    Decimal::Finite { negative, exponent, digits: [whole, fraction] }
}

fn without_leading_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

fn without_trailing_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().rev().take_while(|digit| **digit == b'0').count();
    digits.get(..digits.len() - zeros).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn key(value: Value<'_>, descending: bool) -> Vec<u8> {
        let mut key = Vec::new();
        push_cell(Some(value), descending, &mut key);
        key
    }

    #[rstest]
    #[case(&["-Infinity", "-100", "-99.5", "-10", "-9", "-1.01", "-1", "-0.1", "-0.01", "0", "0.001", "0.01", "0.1",
             "0.11", "1", "1.5", "2", "10", "10.000000000000000000000000001", "11", "100", "Infinity", "NaN", "odd"])]
    fn decimals_are_ordered_as_numbers(#[case] ascending: &[&str]) {
        for (index, one) in ascending.iter().enumerate() {
            for (other_index, other) in ascending.iter().enumerate() {
                let order = key(Value::Decimal(one), false).cmp(&key(Value::Decimal(other), false));
                assert_eq!(order, index.cmp(&other_index), "{one} and {other}");
            }
        }
    }

    #[rstest]
    #[case("1", "1.00")]
    #[case("0", "-0.0")]
    #[case("007.50", "7.5")]
    #[case("100", "+100.")]
    #[case(".5", "0.50")]
    fn equal_decimals_have_one_key(#[case] one: &str, #[case] other: &str) {
        assert_eq!(key(Value::Decimal(one), false), key(Value::Decimal(other), false));
    }

    #[rstest]
    #[case("1.5", true)]
    #[case("NaN", true)]
    #[case("", false)]
    #[case("-", false)]
    #[case("1.2.3", false)]
    #[case("1e5", false)]
    #[case("one", false)]
    fn what_is_no_decimal_is_told(#[case] text: &str, #[case] decimal: bool) {
        assert_eq!(is_decimal(text), decimal);
    }

    fn check(one: Value<'_>, other: Value<'_>, expected: Ordering) {
        assert_eq!(key(one, false).cmp(&key(other, false)), expected, "{one:?} {other:?}");
        assert_eq!(key(one, true).cmp(&key(other, true)), expected.reverse(), "{one:?} {other:?}");
        let mut null = Vec::new();
        push_cell(None, true, &mut null);
        assert!(key(one, true) < null && key(one, false) < null);
    }

    proptest! {
        #[test]
        fn keys_are_ordered_like_values(
            integers: (i64, i64), numbers: (f64, f64), texts in ("[a\u{0}\u{1}é]{0,4}", "[a\u{0}\u{1}é]{0,4}"), days: (i32, i32)
        ) {
            check(Value::Integer(integers.0), Value::Integer(integers.1), integers.0.cmp(&integers.1));
            check(Value::Date(days.0), Value::Date(days.1), days.0.cmp(&days.1));
            check(Value::Text(&texts.0), Value::Text(&texts.1), texts.0.cmp(&texts.1));
            if let Some(order) = numbers.0.partial_cmp(&numbers.1) {
                check(Value::Number(numbers.0), Value::Number(numbers.1), order);
            }
        }

        #[test]
        fn windows_side_by_side_give_the_key(text: String, width in 1_usize..9) {
            let whole = key(Value::Text(&text), true);
            let mut joined = Vec::new();
            loop {
                let mut room = vec![0; width];
                let mut window = Window::new(joined.len(), &mut room);
                push_cell(Some(Value::Text(&text)), true, &mut window);
                let more = window.more();
                joined.extend_from_slice(&room);
                prop_assert_eq!(more, joined.len() < whole.len());
                if !more {
                    break;
                }
            }
            prop_assert!(joined.starts_with(&whole));
            prop_assert!(joined[whole.len()..].iter().all(|byte| *byte == 0));
        }
    }
}
