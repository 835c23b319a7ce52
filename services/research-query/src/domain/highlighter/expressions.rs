//! Regular expressions by finite automata: no expression takes exponential time. One pass over the text
//! tells for many expressions at once which of them occur; only those are looked for one by one.

use std::sync::{Mutex, OnceLock, PoisonError};

use regex_automata::hybrid::dfa;
use regex_automata::meta::{Builder, Config, Regex};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind, PatternSet};

use super::{Mark, PatternProblem};

/// Bytes of the program of one expression.
const LARGEST_PROGRAM: usize = 1024 * 1024;
/// Bytes of the programs of a person's expressions together.
const LARGEST_TOGETHER: usize = 24 * 1024 * 1024;
/// Expressions that are looked for in one pass. With more, the lazily built automaton grows too large to be
/// kept, and is built again and again.
const GROUP: usize = 32;
/// Bytes that such an automaton may grow to.
const LARGEST_CACHE: usize = 256 * 1024;

/// Expressions made ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct Expressions(Vec<Group>);

#[derive(Debug)]
struct Group {
    /// Tells which of the members occur.
    automaton: dfa::DFA,
    cache: Mutex<dfa::Cache>,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    number: usize,
    pattern: String,
    /// Compiled when it occurs for the first time.
    compiled: OnceLock<Option<Regex>>,
}

/// Whether an expression can be used by itself.
pub(super) fn check(pattern: &str) -> Result<(), PatternProblem> {
    compile(pattern).map(drop)
}

impl Expressions {
    pub(super) fn new(terms: Vec<(usize, String)>) -> Result<Self, PatternProblem> {
        let mut members: Vec<_> = terms.into_iter().map(Member::from).collect();
        let mut groups = Vec::new();
        while !members.is_empty() {
            let rest = members.split_off(members.len().min(GROUP));
            groups.push(Group::new(members)?);
            members = rest;
        }
        let expressions = Self(groups);
        if expressions.memory() > LARGEST_TOGETHER {
            return Err(PatternProblem::TooLargeTogether);
        }
        Ok(expressions)
    }

    /// Bytes of the programs.
    pub(super) fn memory(&self) -> usize {
        self.0.iter().map(|group| group.automaton.get_nfa().memory_usage()).sum()
    }

    /// Adds what is found, in no order.
    pub(super) fn find(&self, text: &str, found: &mut Vec<Mark>, go_on: &mut dyn FnMut() -> bool) {
        for member in self.0.iter().flat_map(|group| group.occurring(text)) {
            let Some(regex) = member.regex() else { continue };
            for finding in regex.find_iter(text) {
                if !go_on() {
                    return;
                }
                if !finding.is_empty() {
                    found.push(Mark { start: finding.start(), end: finding.end(), term: member.number });
                }
            }
        }
    }
}

impl Group {
    fn new(members: Vec<Member>) -> Result<Self, PatternProblem> {
        let patterns: Vec<_> = members.iter().map(|member| member.pattern.as_str()).collect();
        let nfa = thompson::Compiler::new()
            .syntax(syntax())
            .configure(thompson::Config::new().which_captures(WhichCaptures::None))
            .build_many(&patterns)
            .map_err(|_| PatternProblem::TooLargeTogether)?;
        let config = dfa::Config::new()
            .match_kind(MatchKind::All)
            .unicode_word_boundary(true)
            .cache_capacity(LARGEST_CACHE)
            .skip_cache_capacity_check(true);
        let automaton = dfa::Builder::new()
            .configure(config)
            .build_from_nfa(nfa)
            .map_err(|_| PatternProblem::TooLargeTogether)?;
        Ok(Self { cache: Mutex::new(automaton.create_cache()), automaton, members })
    }

    /// The automaton gives up on word boundaries next to letters beyond ASCII; then all may occur.
    fn occurring(&self, text: &str) -> Vec<&Member> {
        let mut occurring = PatternSet::new(self.automaton.pattern_len());
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let input = Input::new(text);
        match self.automaton.try_which_overlapping_matches(&mut cache, &input, &mut occurring) {
            Ok(()) => occurring.iter().filter_map(|number| self.members.get(number.as_usize())).collect(),
            Err(_) => self.members.iter().collect(),
        }
    }
}

impl Member {
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.pattern).ok()).as_ref()
    }
}

impl From<(usize, String)> for Member {
    fn from((number, pattern): (usize, String)) -> Self {
        Self { number, pattern, compiled: OnceLock::new() }
    }
}

fn syntax() -> syntax::Config {
    syntax::Config::new().case_insensitive(true)
}

fn compile(pattern: &str) -> Result<Regex, PatternProblem> {
    let config = Config::new()
        .which_captures(WhichCaptures::Implicit)
        .nfa_size_limit(Some(LARGEST_PROGRAM))
        .hybrid_cache_capacity(LARGEST_CACHE);
    let built = Builder::new().configure(config).syntax(syntax()).build(pattern);
    built.map_err(|error| match error.syntax_error() {
        Some(error) => PatternProblem::Syntax(cause(&error.to_string())),
        None => PatternProblem::TooLarge,
    })
}

/// The last line says what is wrong; those before it draw the place.
fn cause(error: &str) -> String {
    let line = error.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
