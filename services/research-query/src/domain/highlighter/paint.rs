//! Findings that may overlap become marks that do not.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Mark;

/// Gives each byte to the first term that covers it, and joins the bytes of one term.
pub(super) fn paint(mut found: Vec<Mark>) -> Vec<Mark> {
    found.sort_unstable_by_key(|mark| mark.start);
    let mut waiting = found.into_iter().peekable();
    let mut covering = BinaryHeap::new();
    let mut painted: Vec<Mark> = Vec::new();
    let mut at = 0;
    loop {
        while let Some(mark) = waiting.next_if(|mark| mark.start <= at) {
            covering.push(Reverse((mark.term, mark.end)));
        }
        while covering.peek().is_some_and(|Reverse((_, end))| *end <= at) {
            covering.pop();
        }
        let next = waiting.peek().map(|mark| mark.start);
        match (covering.peek(), next) {
            (None, None) => return painted,
            (None, Some(next)) => at = next,
            (Some(Reverse((term, end))), next) => {
                let until = next.map_or(*end, |next| next.min(*end));
                extend(&mut painted, Mark { start: at, end: until, term: *term });
                at = until;
            }
        }
    }
}

fn extend(painted: &mut Vec<Mark>, mark: Mark) {
    match painted.last_mut().filter(|last| last.end == mark.start && last.term == mark.term) {
        Some(last) => last.end = mark.end,
        None => painted.push(mark),
    }
}
