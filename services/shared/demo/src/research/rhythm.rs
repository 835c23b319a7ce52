//! When a patient is seen, and how ill: a walk with relapses, recoveries and stays on a ward.

use crate::generator::Generator;

/// From here on a patient is admitted.
const CRISIS: u64 = 84;

/// A contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    /// Days since the first contact.
    pub day: u64,
    /// How ill, in percent.
    pub severity: u64,
    /// How ill at the contact before.
    pub before: u64,
    pub place: Place,
}

/// Where a patient is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Community,
    Admission,
    Ward,
    Discharge,
}

/// The contacts of a patient, which last `longest` days at most or little more.
pub(crate) fn stops(count: u64, longest: u64, generator: &mut Generator) -> Vec<Stop> {
    let tempo = (longest * 100 / (count * 13).max(1)).min(100);
    let mut stop = first(generator);
    let mut stay = 0;
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(stop);
        stop = next(stop, &mut stay, tempo, generator);
    }
    all
}

fn first(generator: &mut Generator) -> Stop {
    let severity = 55 + generator.below(25);
    Stop { day: 0, severity, before: severity, place: Place::Community }
}

fn next(last: Stop, stay: &mut u64, tempo: u64, generator: &mut Generator) -> Stop {
    let inside = *stay > 0;
    let pause = if inside { 1 + generator.below(5) } else { 3 + generator.below(23) };
    let severity = walk(last.severity, inside, generator);
    let place = match *stay {
        0 if severity >= CRISIS => {
            *stay = 4 + generator.below(9);
            Place::Admission
        }
        0 => Place::Community,
        left => {
            *stay = left - 1;
            if left == 1 { Place::Discharge } else { Place::Ward }
        }
    };
    Stop { day: last.day + (pause * tempo / 100).max(1), severity, before: last.severity, place }
}

fn walk(severity: u64, inside: bool, generator: &mut Generator) -> u64 {
    let relapse = if !inside && generator.chance(4) { 22 + generator.below(20) } else { 0 };
    let (better, worse) = match severity {
        _ if inside => (12, 5),
        0..25 => (6, 9),
        25..60 => (8, 7),
        _ => (10, 7),
    };
    (severity + relapse + generator.below(worse)).saturating_sub(generator.below(better)).clamp(4, 97)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_admitted_is_discharged_unless_the_walk_ends_before() {
        let mut admissions = 0;
        for patient in 0..100 {
            let all = stops(100, 3000, &mut Generator::new(patient));
            assert_eq!(all.len(), 100);
            assert!(all.last().unwrap().day < 3300);
            let mut inside = false;
            for (earlier, stop) in all.iter().zip(all.iter().skip(1)) {
                assert!(stop.day > earlier.day);
                assert_eq!(stop.before, earlier.severity);
                match stop.place {
                    Place::Community => assert!(!inside),
                    Place::Admission => {
                        assert!(!inside);
                        inside = true;
                        admissions += 1;
                    }
                    Place::Ward => assert!(inside),
                    Place::Discharge => inside = !inside,
                }
            }
        }
        assert!((50..400).contains(&admissions), "{admissions}");
    }
}
