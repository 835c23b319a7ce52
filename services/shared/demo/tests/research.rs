//! The research database holds what it says, and its parts agree.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use coffer_demo::{Case, patient, patients, research_script, research_sql};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, 1).unwrap()
}

async fn count(connection: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// What must be true of no row.
const CONTRADICTIONS: [(&str, &str); 12] = [
    ("a patient without notes", "select count(*) from patient where rid not in (select rid from note)"),
    ("a patient without a diagnosis", "select count(*) from patient where rid not in (select rid from diagnosis)"),
    (
        "a trid that is not the patient's",
        "select count(*) from (select rid, trid from note union select rid, trid from nlp_result
           union select rid, trid from score union select rid, trid from medication
           union select rid, trid from laboratory_result union select rid, trid from admission
           union select rid, trid from referral union select rid, trid from diagnosis) as used
           join patient using (rid) where used.trid <> patient.trid",
    ),
    (
        "offsets that miss the text",
        "select count(*) from nlp_result join note on note_id = _srcpkval
          where substring(body from _start + 1 for _end - _start) is distinct from matched
             or position(value::text in matched) = 0",
    ),
    (
        "a value in a note that the laboratory does not know",
        "select count(*) from nlp_result as found join note on note_id = _srcpkval
          where processor = 'laboratory' and not exists (select from laboratory_result as result
            where result.rid = note.rid and taken_on = written_on and test = variable and result.value = found.value
              and result.unit = found.unit)",
    ),
    (
        "a total in a note that was not scored",
        "select count(*) from nlp_result as found join note on note_id = _srcpkval
          where processor = 'score' and not exists (select from score
            where score.rid = note.rid and scored_on = written_on and instrument = variable and total = value)",
    ),
    (
        "a dose in a note that was never prescribed",
        "select count(*) from nlp_result as found join note on note_id = _srcpkval
          where processor = 'dose' and not exists (select from medication
            where medication.rid = note.rid and drug = variable and dose = value and started_on <= written_on
              and coalesce(ended_on, written_on) >= written_on - 1)",
    ),
    ("a wrong flag", "select count(*) from laboratory_result where flag is distinct from
        case when value < range_low then 'L' when value > range_high then 'H' end"),
    ("a stay that ends before it begins", "select count(*) from admission where discharged_on < admitted_on"),
    ("a dose that ends before it begins", "select count(*) from medication where ended_on < started_on - 1"),
    ("a note from the future", "select count(*) from note where written_on > '2025-06-01'"),
    (
        "a table or column without a comment",
        "select count(*) from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0
          where relnamespace = 'public'::regnamespace and relkind = 'r'
            and (obj_description(pg_class.oid) is null or col_description(pg_class.oid, attnum) is null)",
    ),
];

#[tokio::test]
async fn the_parts_of_the_research_database_agree() {
    let database = coffer_testkit::database().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(research_sql(today()))).execute(&mut connection).await.unwrap();
    for (problem, sql) in CONTRADICTIONS {
        assert_eq!(count(&mut connection, sql).await, 0, "{problem}");
    }
    for table in
        ["select count(*) from admission", "select count(*) from laboratory_result where flag is not null"]
    {
        assert!(count(&mut connection, table).await > 10, "{table}");
    }
    let kinds = count(&mut connection, "select count(distinct kind) from note").await;
    assert_eq!(kinds, 8);
}

#[tokio::test]
async fn who_is_excluded_entirely_is_not_in_the_research_database_and_the_other_cases_are() {
    let script = research_sql(today());
    for case in Case::NAMED {
        let patient = patient(case, today()).unwrap();
        assert_eq!(script.contains(patient.rid.as_str()), case != Case::Excluded, "{case:?}");
        assert_eq!(script.contains(patient.mrid.as_str()), case != Case::Excluded, "{case:?}");
    }
}

#[test]
fn the_whole_research_database_is_large_and_few_notes_are_equal() {
    let (mut notes, mut different, mut people) = (0_u32, std::collections::HashSet::new(), 0_u32);
    for part in research_script(today(), 1) {
        let mut table = "";
        for line in part.lines() {
            if let Some(rest) = line.strip_prefix("copy ") {
                table = rest.split(' ').next().unwrap();
            } else if line == "\\." {
                table = "";
            } else if table == "patient" {
                people += 1;
            } else if table == "note" {
                notes += 1;
                let body = line.split('\t').nth(7).unwrap();
                assert!(!body.contains(['{', '}', '<', '>']), "{body}");
                different.insert(body.to_owned());
            }
        }
    }
    assert!(people >= 1000, "{people}");
    assert_eq!(
        usize::try_from(people).unwrap(),
        patients(today()).iter().filter(|who| who.is_in_research()).count()
    );
    assert!(notes >= 100_000, "{notes}");
    assert!(different.len() > 97_000, "{}", different.len());
}

#[test]
fn the_same_day_gives_the_same_data() {
    assert!(research_sql(today()) == research_sql(today()));
}
