//! `coffer.svc.research-query.highlight.*`: the terms that a person has marked in results.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{self, DeleteHighlight, Deleted, HighlightList, ListHighlights, SaveHighlight};
use coffer_types::{HighlightColour, HighlightId};

use super::caller::person;
use super::kept::{id, not_found};
use crate::app::App;
use crate::domain::highlighter::{Highlighter, PatternProblem};
use crate::store::highlights::{Highlight, Highlights, Words};

/// Highlights of one person.
const MOST: usize = 2_000;
const LONGEST_LABEL: usize = 100;

/// Answers [`ListHighlights`].
pub(crate) async fn list(app: App, question: ListHighlights) -> Result<HighlightList, Refusal> {
    let person = person(question.caller.as_ref())?;
    let highlights = of(&app).list(person.id).await?;
    Ok(HighlightList { highlights: highlights.iter().map(message).collect() })
}

/// Answers [`SaveHighlight`].
pub(crate) async fn save(app: App, question: SaveHighlight) -> Result<v1::Highlight, Refusal> {
    let person = person(question.caller.as_ref())?;
    let wanted = question.highlight.unwrap_or_default();
    let highlights = of(&app);
    let (mut tx, list) = highlights.lock(person.id).await?;
    let highlight = read(&wanted, &list)?;
    let after = list_after(list, &highlight);
    if after.len() > MOST {
        return Err(Refusal::conflict(format!("You have {MOST} highlights. Delete some of them first.")));
    }
    if highlight.active {
        check_together(after).await?;
    }
    highlights.save(&mut tx, person.id, &highlight).await?;
    app.commit(tx).await?;
    Ok(message(&highlight))
}

/// Answers [`DeleteHighlight`].
pub(crate) async fn delete(app: App, question: DeleteHighlight) -> Result<Deleted, Refusal> {
    let person = person(question.caller.as_ref())?;
    of(&app).delete(person.id, id(&question.id)?).await?;
    Ok(Deleted {})
}

pub(super) fn of(app: &App) -> Highlights {
    Highlights::new(app.pool.clone(), app.keyring.clone(), app.clock.clone())
}

pub(super) fn message(highlight: &Highlight) -> v1::Highlight {
    let Words { label, pattern } = &highlight.words;
    v1::Highlight {
        id: highlight.id.to_string(),
        label: if label.is_empty() { pattern.clone() } else { label.clone() },
        pattern: pattern.clone(),
        is_regex: highlight.is_regex,
        colour: highlight.colour.to_string(),
        active: highlight.active,
    }
}

fn read(wanted: &v1::Highlight, list: &[Highlight]) -> Result<Highlight, Refusal> {
    let highlight = Highlight {
        id: own_id(&wanted.id, list)?,
        words: words(wanted)?,
        is_regex: wanted.is_regex,
        colour: colour(&wanted.colour)?,
        active: wanted.active,
    };
    highlight.term().check().map_err(|problem| invalid_pattern(&problem))?;
    Ok(highlight)
}

/// A new id, or one that the person's list has.
fn own_id(text: &str, list: &[Highlight]) -> Result<HighlightId, Refusal> {
    if text.is_empty() {
        return Ok(HighlightId::new());
    }
    let wanted = id(text)?;
    if list.iter().any(|known| known.id == wanted) { Ok(wanted) } else { Err(not_found()) }
}

fn words(wanted: &v1::Highlight) -> Result<Words, Refusal> {
    let label = wanted.label.trim();
    if label.chars().nth(LONGEST_LABEL).is_some() && label != wanted.pattern {
        let sentence = format!("A label has at most {LONGEST_LABEL} characters.");
        return Err(Refusal::invalid("highlight.label", sentence));
    }
    let label = if label == wanted.pattern { "" } else { label };
    Ok(Words { label: label.to_owned(), pattern: wanted.pattern.clone() })
}

fn colour(name: &str) -> Result<HighlightColour, Refusal> {
    name.parse().map_err(|_| {
        let names = HighlightColour::ALL.map(HighlightColour::as_str).join(", ");
        Refusal::invalid("highlight.colour", format!("This is not one of the colours: {names}."))
    })
}

fn list_after(mut list: Vec<Highlight>, saved: &Highlight) -> Vec<Highlight> {
    match list.iter_mut().find(|known| known.id == saved.id) {
        Some(known) => *known = saved.clone(),
        None => list.push(saved.clone()),
    }
    list
}

/// Whether all that are active can be looked for at once.
async fn check_together(list: Vec<Highlight>) -> Result<(), Refusal> {
    let made = tokio::task::spawn_blocking(move || {
        let terms: Vec<_> = list.iter().filter(|highlight| highlight.active).map(Highlight::term).collect();
        Highlighter::new(&terms).map(drop)
    });
    let made = made.await;
    made.unwrap_or(Err(PatternProblem::TooLarge)).map_err(|problem| invalid_pattern(&problem))
}

fn invalid_pattern(problem: &PatternProblem) -> Refusal {
    Refusal::invalid("highlight.pattern", problem.to_string())
}
