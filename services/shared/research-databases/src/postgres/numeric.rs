//! PostgreSQL's binary form of exact numbers: groups of four decimal digits.

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// Writes the decimal text, with as many decimal places as the value declares. `None` when it is malformed.
pub(super) fn write(bytes: &[u8], text: &mut String) -> Option<()> {
    let (header, groups) = bytes.split_at_checked(8)?;
    let mut header = header.chunks_exact(2).map(word);
    let count: usize = header.next()??.into();
    let weight = header.next()??.cast_signed();
    let sign = header.next()??;
    let places: usize = header.next()??.into();
    match sign {
        NAN => text.push_str("NaN"),
        INFINITY => text.push_str("Infinity"),
        NEGATIVE_INFINITY => text.push_str("-Infinity"),
        _ => {
            if groups.len() != count * 2 {
                return None;
            }
            if sign == NEGATIVE {
                text.push('-');
            }
            write_digits(groups, weight, places, text)?;
        }
    }
    Some(())
}

/// `weight` is the power of 10,000 of the first group; groups of zero at both ends are not sent.
fn write_digits(groups: &[u8], weight: i16, places: usize, text: &mut String) -> Option<()> {
    let weight = isize::from(weight);
    let group = |power: isize| -> Option<u16> {
        let Ok(index) = usize::try_from(weight - power) else {
            return Some(0);
        };
        groups.chunks_exact(2).nth(index).map_or(Some(0), word)
    };
    if weight < 0 {
        text.push('0');
    } else {
        let start = text.len();
        for power in (0..=weight).rev() {
            push_group(group(power)?, text);
        }
        let whole = text.get(start..)?;
        let zeros = whole.len() - whole.trim_start_matches('0').len();
        text.drain(start..start + zeros.min(whole.len() - 1));
    }
    if places == 0 {
        return Some(());
    }
    text.push('.');
    let end = text.len() + places;
    let mut power = -1;
    while text.len() < end {
        push_group(group(power)?, text);
        power -= 1;
    }
    text.truncate(end);
    Some(())
}

/// Four digits; by hand, since a large result has millions of them.
fn push_group(group: u16, text: &mut String) {
    for unit in [1000, 100, 10, 1] {
        let digit = u8::try_from(group / unit % 10).unwrap_or_default();
        text.push(char::from(b'0' + digit));
    }
}

fn word(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &[u16]) -> Option<String> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let mut text = String::new();
        write(&bytes, &mut text).map(|()| text)
    }

    #[test]
    fn numbers_have_their_decimal_text() {
        let minus_one = (-1_i16).cast_unsigned();
        let minus_two = (-2_i16).cast_unsigned();
        let cases: [(&[u16], &str); 9] = [
            (&[0, 0, 0, 0], "0"),
            (&[0, 0, 0, 2], "0.00"),
            (&[1, 0, 0, 0, 42], "42"),
            (&[2, 0, NEGATIVE, 2, 1, 2300], "-1.23"),
            (&[1, 1, 0, 0, 12], "120000"),
            (&[2, 1, 0, 3, 12, 34], "120034.000"),
            (&[1, minus_one, 0, 4, 5], "0.0005"),
            (&[1, minus_two, 0, 8, 5], "0.00000005"),
            (&[0, 0, NAN, 0], "NaN"),
        ];
        for (words, expected) in cases {
            assert_eq!(text(words).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_short_message_is_no_number() {
        assert_eq!(text(&[1, 0, 0]), None);
        assert_eq!(text(&[2, 0, 0, 0, 1]), None);
    }
}
