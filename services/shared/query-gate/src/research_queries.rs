//! Queries that researchers really write: the gate must let them through.

use rstest::rstest;

use crate::{Dialect, Gate, Purpose};

const POSTGRESQL: &[&str] = &[
    "SELECT 1",
    "SELECT * FROM research.note",
    "SELECT rid, note_date FROM note WHERE text ILIKE '%clozapine%' ORDER BY note_date DESC LIMIT 100 OFFSET 20",
    "SELECT DISTINCT ON (rid) rid, note_date, text FROM note ORDER BY rid, note_date DESC NULLS LAST",
    "SELECT count(*) FILTER (WHERE text ~* 'suicid(e|al)') AS hits, count(DISTINCT rid) FROM note",
    "SELECT rid, row_number() OVER (PARTITION BY rid ORDER BY note_date) AS n FROM note",
    "SELECT rid, avg(score) OVER (PARTITION BY rid ORDER BY day ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM scores",
    "SELECT rid, lag(score, 1) OVER w, last_value(score) OVER w FROM scores WINDOW w AS (PARTITION BY rid ORDER BY day)",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY score) FROM scores",
    "WITH first AS (SELECT rid, min(note_date) AS since FROM note GROUP BY rid) SELECT * FROM first WHERE since > '2020-01-01'",
    "WITH RECURSIVE days(d) AS (SELECT date '2024-01-01' UNION ALL SELECT d + 1 FROM days WHERE d < '2024-02-01') SELECT * FROM days",
    "WITH a AS MATERIALIZED (SELECT 1 AS x), b AS NOT MATERIALIZED (SELECT x FROM a) SELECT * FROM b",
    "SELECT p.rid, n.text FROM patient p LEFT JOIN LATERAL (SELECT text FROM note WHERE note.rid = p.rid LIMIT 1) n ON true",
    "SELECT * FROM a JOIN b USING (rid) CROSS JOIN c NATURAL JOIN d FULL OUTER JOIN e ON e.rid = a.rid",
    "SELECT note_date + interval '6 months', age(note_date, born), extract(year FROM age(born)) FROM note JOIN patient USING (rid)",
    "SELECT date_trunc('month', note_date) AS month, count(*) FROM note GROUP BY 1 HAVING count(*) > 5 ORDER BY 1",
    "SELECT note_date::date, CAST(score AS numeric(10, 2)), '5'::int, timestamp '2024-01-01 10:00' FROM note",
    "SELECT note_date AT TIME ZONE 'Europe/London' FROM note",
    "SELECT array_agg(code ORDER BY day), string_agg(DISTINCT text, E'\\n') FROM diagnosis GROUP BY rid",
    "SELECT codes[1], codes[1:2], array_length(codes, 1), 'F20' = ANY(codes), codes && ARRAY['F20', 'F25'] FROM diagnosis",
    "SELECT * FROM unnest(ARRAY[1, 2, 3]) WITH ORDINALITY AS u(x, n)",
    "SELECT g::date FROM generate_series('2024-01-01'::date, '2024-12-31'::date, interval '1 week') AS g",
    "SELECT data -> 'dose' ->> 'unit', data #>> '{a,b}', data @> '{\"drug\": \"x\"}', data ? 'drug' FROM medication",
    "SELECT jsonb_array_elements(data -> 'items') ->> 'name', jsonb_path_query(data, '$.a') FROM medication",
    "SELECT CASE WHEN score > 20 THEN 'severe' WHEN score > 10 THEN 'moderate' ELSE 'mild' END AS band FROM scores",
    "SELECT CASE sex WHEN 'F' THEN 1 ELSE 0 END FROM patient",
    "SELECT ward, sex, count(*), grouping(ward) FROM admission GROUP BY GROUPING SETS ((ward, sex), (ward), ())",
    "SELECT ward, sex, count(*) FROM admission GROUP BY ROLLUP (ward, sex)",
    "SELECT rid FROM a UNION SELECT rid FROM b INTERSECT SELECT rid FROM c EXCEPT SELECT rid FROM d",
    "(SELECT rid FROM a ORDER BY day LIMIT 5) UNION ALL (SELECT rid FROM b) ORDER BY 1",
    "SELECT rid FROM note WHERE text ~ '\\mclozapine\\M' AND text !~* 'allerg' AND text NOT SIMILAR TO '%(no|not)%'",
    "SELECT regexp_matches(text, '(\\d+) ?mg', 'g'), regexp_replace(text, '\\s+', ' ', 'g') FROM note",
    "SELECT rid FROM note WHERE to_tsvector('english', text) @@ plainto_tsquery('english', 'low mood')",
    "SELECT ts_headline('english', text, websearch_to_tsquery('english', 'mood -low')) FROM note",
    "SELECT rid FROM patient WHERE rid IN ('a', 'b') AND NOT EXISTS (SELECT 1 FROM note WHERE note.rid = patient.rid)",
    "SELECT rid FROM scores WHERE score BETWEEN 1 AND 5 OR score IS NULL OR score IS DISTINCT FROM 7",
    "SELECT (day, day + 30) OVERLAPS (admitted, discharged) FROM stay",
    "SELECT coalesce(a, b, 'none'), nullif(a, ''), greatest(a, b), least(1, 2) FROM t",
    "SELECT width_bucket(score, 0, 100, 10), round(avg(score)::numeric, 2), stddev(score), corr(a, b) FROM scores GROUP BY 1",
    "SELECT substring(text FROM 1 FOR 100), left(text, 10), position('x' IN text), trim(both ' ' FROM text) FROM note",
    "SELECT 'It''s' AS \"Patient's words\", 'a\\', U FROM note",
    "SELECT * FROM (VALUES ('F20', 'Schizophrenia'), ('F31', 'Bipolar')) AS icd(code, label)",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT * FROM note TABLESAMPLE BERNOULLI (1) REPEATABLE (42)",
    "SELECT \"Note\".\"Text\" FROM research.\"Note\"",
    "SELECT current_date - born, now(), current_timestamp FROM patient",
    "SELECT tstzrange(a, b) && tstzrange(c, d), daterange(a, b, '[]') @> current_date FROM stay",
    "SELECT crosswalk.name, sleep, user_note FROM crosswalk -- a comment\n /* and /* nested */ another */ ;",
    "SELECT -(-1), 1 - -1, +1, 2 ^ 3, 7 % 3, |/ 25",
    "SELECT md5(text), lower(text) COLLATE \"C\", text LIKE 'a!%' ESCAPE '!' FROM note",
    "SELECT rid FROM note FETCH FIRST 10 ROWS WITH TIES",
    "SELECT rid FROM note OFFSET 10 ROWS FETCH NEXT 10 ROWS ONLY",
    "SELECT ROW(1, 2), (1, 2) = (1, 2), rid IS NOT NULL, (score > 3) IS TRUE FROM note",
    "SELECT x FROM note WHERE (rid, day) IN (SELECT rid, max(day) FROM note GROUP BY rid)",
    "SELECT to_char(day, 'YYYY-MM'), to_date('01/02/2024', 'DD/MM/YYYY'), make_date(2024, 1, 1) FROM note",
];

const MYSQL: &[&str] = &[
    "SELECT 1",
    "SELECT * FROM research.note",
    "SELECT `rid`, `text` FROM `research`.`note` WHERE `text` REGEXP 'clozapine|clopine' LIMIT 10, 20",
    "SELECT rid FROM note WHERE text NOT RLIKE '\\\\bno\\\\b' AND text LIKE '%100\\%%'",
    "SELECT rid FROM note WHERE MATCH (text) AGAINST ('low mood' IN BOOLEAN MODE)",
    "SELECT rid, MATCH (title, text) AGAINST ('mood') AS score FROM note ORDER BY score DESC",
    "SELECT group_concat(DISTINCT code ORDER BY code SEPARATOR ', ') FROM diagnosis GROUP BY rid",
    "SELECT date_add(day, INTERVAL 6 MONTH), day - INTERVAL 1 DAY, timestampdiff(YEAR, born, now()) FROM note",
    "SELECT date_format(day, '%Y-%m') AS month, count(*) FROM note GROUP BY month WITH ROLLUP",
    "SELECT if(score > 10, 'high', 'low'), ifnull(score, 0), nullif(a, b) FROM scores",
    "SELECT CAST(score AS UNSIGNED), CONVERT(text USING utf8mb4), CAST(day AS DATE) FROM scores",
    "SELECT rid, row_number() OVER (PARTITION BY rid ORDER BY day) FROM note",
    "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 10) SELECT * FROM n",
    "SELECT data -> '$.dose', data ->> '$.unit', json_extract(data, '$.a') FROM medication",
    "SELECT * FROM JSON_TABLE('[{\"a\": 1}]', '$[*]' COLUMNS (a INT PATH '$.a')) AS j",
    "SELECT a.rid FROM a STRAIGHT_JOIN b ON a.rid = b.rid",
    "SELECT rid FROM note USE INDEX (by_day) WHERE day <=> NULL",
    "SELECT SQL_NO_CACHE rid FROM note WHERE day BETWEEN '2020-01-01' AND '2020-12-31'",
    "SELECT \"text in double quotes\" AS label, 'It''s' FROM note",
    "SELECT rid FROM a UNION DISTINCT SELECT rid FROM b ORDER BY rid",
    "SELECT 7 DIV 2, 7 % 2, 1 XOR 0, NOT 1, ~1, 5 & 3, 5 | 3, 5 ^ 3, 1 << 2",
    "SELECT concat(a, ' ', b), substring_index(text, ' ', 3), length(text), char_length(text) FROM note # comment\n",
    "SELECT rid FROM patient WHERE EXISTS (SELECT 1 FROM note WHERE note.rid = patient.rid) -- comment",
    "SELECT CASE WHEN a THEN b END, a IN (1, 2), a IS NOT NULL, CAST(a AS BINARY) = b FROM t",
    "SELECT p.rid, n.text FROM patient p, LATERAL (SELECT text FROM note WHERE note.rid = p.rid LIMIT 1) AS n",
    "SELECT year(day), month(day), dayofweek(day), datediff(a, b), str_to_date('1/2/2024', '%d/%m/%Y') FROM note",
    "SELECT count(DISTINCT rid, day), std(score), variance(score), bit_or(flags) FROM scores",
    "SELECT _utf8mb4'x' COLLATE utf8mb4_bin, x'4142', b'0101', N'y', TRUE",
    "SELECT sleep, benchmark FROM diary",
    "SELECT sum(score) OVER (ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM scores",
    "SELECT extract(YEAR FROM day), week(day, 3), last_day(day) FROM note",
];

const SQL_SERVER: &[&str] = &[
    "SELECT 1",
    "SELECT TOP 10 * FROM dbo.note ORDER BY note_date DESC",
    "SELECT TOP (5) PERCENT WITH TIES rid FROM note ORDER BY score",
    "SELECT DISTINCT TOP 10 rid FROM note",
    "SELECT [rid], [Note Text] FROM [dbo].[note] WITH (NOLOCK)",
    "SELECT rid FROM note WHERE text LIKE '%[0-9]mg%' ESCAPE '!'",
    "SELECT rid FROM note WHERE CONTAINS(text, N'\"low mood\"') OR FREETEXT(text, 'mood')",
    "SELECT p.rid, n.text FROM patient AS p CROSS APPLY (SELECT TOP 1 text FROM note WHERE note.rid = p.rid) AS n",
    "SELECT p.rid, s.value FROM patient p OUTER APPLY STRING_SPLIT(p.codes, ',') AS s",
    "SELECT dateadd(month, 6, note_date), datediff(year, born, getdate()), datepart(weekday, note_date) FROM note",
    "SELECT CONVERT(varchar(10), note_date, 103), TRY_CAST(score AS int), CAST(x AS decimal(10, 2)) FROM note",
    "SELECT TRY_CONVERT(date, x), ISNULL(a, b), IIF(a > 1, 'x', 'y'), CHOOSE(1, 'a', 'b') FROM t",
    ";WITH first AS (SELECT rid, MIN(note_date) AS since FROM note GROUP BY rid) SELECT * FROM first",
    "SELECT rid FROM note ORDER BY note_date OFFSET 10 ROWS FETCH NEXT 10 ROWS ONLY",
    "SELECT STRING_AGG(code, ', ') WITHIN GROUP (ORDER BY code) FROM diagnosis GROUP BY rid",
    "SELECT rid, ROW_NUMBER() OVER (PARTITION BY rid ORDER BY note_date) AS n FROM note",
    "SELECT * FROM (SELECT rid, kind, score FROM scores) AS s PIVOT (MAX(score) FOR kind IN ([PHQ9], [GAD7])) AS p",
    "SELECT rid FROM a EXCEPT SELECT rid FROM b INTERSECT SELECT rid FROM c",
    "SELECT JSON_VALUE(data, '$.dose'), ISJSON(data) FROM medication",
    "SELECT * FROM OPENJSON('[1,2]') WITH (a int '$') AS j",
    "SELECT rid FROM note WHERE text COLLATE Latin1_General_CI_AI LIKE N'%caf%'",
    "SELECT ward, COUNT(*) FROM admission GROUP BY ROLLUP (ward) HAVING COUNT(*) > 5",
    "SELECT CASE WHEN score > 20 THEN 'severe' ELSE 'mild' END AS band, score % 2, score ^ 1 FROM scores",
    "SELECT LEFT(text, 10), LEN(text), CHARINDEX('x', text), PATINDEX('%x%', text), STUFF(text, 1, 1, '') FROM note",
    "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (n, s)",
    "SELECT EOMONTH(note_date), FORMAT(note_date, 'yyyy-MM'), GETDATE(), SYSDATETIME(), CURRENT_TIMESTAMP FROM note",
    "SELECT rid FROM patient WHERE rid IN (SELECT rid FROM note) AND born IS NOT NULL",
    "SELECT data.value('(/a/b)[1]', 'int') FROM note",
    "SELECT systolic, dbo.age(born) FROM dbo.observation",
    "SELECT [set], t.[update], [open] FROM t",
];

fn refused(dialect: Dialect, queries: &[&str]) -> Vec<String> {
    let gate = Gate::new(dialect, &["research".to_owned(), "dbo".to_owned()]);
    let attempts = queries.iter().flat_map(|sql| Purpose::ALL.map(|purpose| (purpose, sql)));
    attempts
        .filter_map(|(purpose, sql)| {
            gate.admit(purpose, sql, &[]).err().map(|refused| format!("{purpose}: {sql}\n  {refused}"))
        })
        .collect()
}

#[rstest]
#[case(Dialect::PostgreSql, POSTGRESQL)]
#[case(Dialect::MySql, MYSQL)]
#[case(Dialect::SqlServer, SQL_SERVER)]
fn research_queries_are_admitted_for_every_purpose(#[case] dialect: Dialect, #[case] queries: &[&str]) {
    let refused = refused(dialect, queries);
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// What is sent means what was typed, spelled the parser's way.
#[rstest]
#[case(Dialect::PostgreSql, "select A , 'It''s' -- x\n from NOTE;", "SELECT A, 'It''s' FROM NOTE")]
#[case(Dialect::PostgreSql, "SELECT 'a\\', E'\\n\\''", "SELECT 'a\\', E'\\n\\''")]
#[case(Dialect::MySql, "SELECT '\\\\d', '100\\%', \"x\"", "SELECT '\\\\d', '100\\%', \"x\"")]
#[case(
    Dialect::SqlServer,
    ";WITH a AS (SELECT 1 b) SELECT * FROM a",
    "WITH a AS (SELECT 1 AS b) SELECT * FROM a"
)]
fn what_is_sent_is_written_anew(#[case] dialect: Dialect, #[case] typed: &str, #[case] sent: &str) {
    assert_eq!(Gate::new(dialect, &[]).admit(Purpose::Rows, typed, &[]).unwrap().text(), sent);
}
