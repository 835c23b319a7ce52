//! How the text of a page looks: cut, marked, and never more than a message can carry.

use std::fmt::Write as _;

use coffer_proto::query::v1::{GetRows, Highlight, Row, RowPage, SaveHighlight};

use crate::results::{rows, world};
use crate::world::{person, stop};

#[tokio::test]
async fn long_text_is_cut_and_highlights_are_marked_in_what_is_left() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let term = |pattern: &str, is_regex, active| SaveHighlight {
        caller: Some(jo.clone()),
        highlight: Some(Highlight {
            pattern: pattern.to_owned(),
            is_regex,
            active,
            colour: "green".to_owned(),
            ..Highlight::default()
        }),
    };
    world.ask(term("well", false, false)).await;
    world.ask(term("mood &", false, true)).await;
    let run = world.done(&jo, "select body from note where id <= 3 order by id").await;
    let marked = GetRows { highlight: true, cut_after: 12, ..rows(&jo, &run.id) };
    assert_eq!(drawn(&world.ask(marked.clone()).await), ["Émile's mood...", "well", "Low 0[MOOD &] p..."]);
    // A change is seen at once.
    let second = world.ask(term("[a-zé]+'s", true, true)).await;
    assert_eq!(drawn(&world.ask(marked.clone()).await)[0], "1[Émile's] mood...");
    assert_eq!(
        drawn(&world.ask(GetRows { highlight: false, cut_after: 0, ..marked.clone() }).await)[0],
        "Émile's mood swings"
    );
    let off =
        SaveHighlight { caller: Some(jo.clone()), highlight: Some(Highlight { active: false, ..second }) };
    world.ask(off).await;
    assert_eq!(drawn(&world.ask(marked.clone()).await)[0], "Émile's mood...");
    // Other people have highlights of their own.
    let max = person("researcher");
    world.ask(SaveHighlight { caller: Some(max), ..term("émile", false, true) }).await;
    assert_eq!(drawn(&world.ask(marked).await)[0], "Émile's mood...");
    stop(&running).await;
}

/// The first cell of each row, with each mark in brackets behind the number of its highlight.
fn drawn(page: &RowPage) -> Vec<String> {
    let draw = |row: &Row| {
        let cell = &row.cells[0];
        let (text, mut drawn, mut at) = (cell.text.clone().unwrap(), String::new(), 0);
        for mark in &cell.marks {
            let (start, end) = (mark.start as usize, mark.end as usize);
            assert!(page.highlights[mark.highlight as usize].active);
            let (before, marked) = (&text[at..start], &text[start..end]);
            write!(drawn, "{before}{}[{marked}]", mark.highlight).unwrap();
            at = end;
        }
        drawn + &text[at..] + if cell.cut { "..." } else { "" }
    };
    page.rows.iter().map(draw).collect()
}

#[tokio::test]
async fn a_page_of_very_large_rows_stops_early() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, "select i, repeat('ab ', 200000) from generate_series(1, 12) i").await;
    let mut numbers = Vec::new();
    while numbers.len() < 12 {
        let page =
            world.ask(GetRows { offset: numbers.len() as u64, limit: 1_000, ..rows(&jo, &run.id) }).await;
        assert!((1..12).contains(&page.rows.len()));
        assert!(page.rows.iter().all(|row| row.cells[1].text.as_ref().unwrap().len() == 600_000));
        numbers.extend(page.rows.iter().map(|row| row.number));
    }
    assert_eq!(numbers, (0..12).collect::<Vec<_>>());
    let run = world.done(&jo, "select repeat('é', 2000000) as a, repeat('é', 2000000) as b").await;
    let page = world.ask(rows(&jo, &run.id)).await;
    assert!(page.rows[0].cells.iter().all(|cell| cell.cut && cell.text.as_ref().unwrap().len() > 1_000_000));
    stop(&running).await;
}
