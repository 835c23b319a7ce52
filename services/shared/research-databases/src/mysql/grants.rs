//! What our account in MySQL or MariaDB may do beyond reading, from the server's own list of grants.

use sqlx::mysql::MySqlConnection;
use sqlx::{Decode, Executor as _, MySql, Row as _};

/// What reading takes.
const ENOUGH: [&str; 3] = ["SELECT", "USAGE", "SHOW VIEW"];
/// Places where even reading is too much: everything, and the passwords.
const TOO_MUCH: [&str; 3] = ["*.*", "`mysql`.*", "mysql.*"];

/// A sentence, if there is anything to say.
pub(super) async fn read(connection: &mut MySqlConnection) -> Result<Option<String>, sqlx::Error> {
    let rows = connection.fetch_all(sqlx::raw_sql("show grants")).await?;
    let lines = rows.iter().filter_map(|row| {
        let bytes = <&[u8] as Decode<MySql>>::decode(row.try_get_raw(0).ok()?).ok()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    });
    let rights: Vec<String> = lines.flat_map(|line| excess(&line)).collect();
    Ok(crate::warning::sentence(&rights, |right| right == "has ALL PRIVILEGES on *.*"))
}

/// The rights of a line `GRANT SELECT, FILE ON *.* TO ...` that are too many. A granted role has no ON; what it
/// allows has lines of its own.
fn excess(line: &str) -> Vec<String> {
    let grant = line.strip_prefix("GRANT ").and_then(|grant| grant.split_once(" ON "));
    let Some((rights, rest)) = grant else {
        return Vec::new();
    };
    let (place, account) = rest.split_once(" TO ").unwrap_or((rest, ""));
    let passes_on = account.contains("WITH GRANT OPTION").then_some("GRANT OPTION".to_owned());
    split(rights)
        .into_iter()
        .filter(|right| {
            let may = ENOUGH.contains(&right.as_str());
            !may || (right == "SELECT" && TOO_MUCH.contains(&place))
        })
        .chain(passes_on)
        .map(|right| format!("has {right} on {place}"))
        .collect()
}

/// Splits at commas outside brackets, and leaves out what is in brackets: the columns that a right is for.
fn split(rights: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let mut words = vec![String::new()];
    for character in rights.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => words.push(String::new()),
            other if depth == 0 => words.last_mut().into_iter().for_each(|word| word.push(other)),
            _ => {}
        }
    }
    words.iter().map(|word| word.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_alone_is_enough() {
        for line in [
            "GRANT USAGE ON *.* TO `reader`@`%` IDENTIFIED BY PASSWORD '*AB'",
            "GRANT SELECT, SHOW VIEW ON `research`.* TO `reader`@`%`",
            "GRANT SELECT (`a`, `b`) ON `research`.`note` TO `reader`@`%`",
            "GRANT `readers` TO `reader`@`%`",
        ] {
            assert_eq!(excess(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn anything_more_is_too_much() {
        let cases: [(&str, &[&str]); 5] = [
            (
                "GRANT ALL PRIVILEGES ON *.* TO `root`@`%` WITH GRANT OPTION",
                &["has ALL PRIVILEGES on *.*", "has GRANT OPTION on *.*"],
            ),
            ("GRANT FILE, PROCESS ON *.* TO `a`@`%`", &["has FILE on *.*", "has PROCESS on *.*"]),
            ("GRANT SELECT ON *.* TO `a`@`%`", &["has SELECT on *.*"]),
            ("GRANT SELECT (`a`, `b`), UPDATE (`c`) ON `r`.`t` TO `a`@`%`", &["has UPDATE on `r`.`t`"]),
            ("GRANT PROXY ON ''@'%' TO 'root'@'localhost'", &["has PROXY on ''@'%'"]),
        ];
        for (line, expected) in cases {
            assert_eq!(excess(line), expected, "{line}");
        }
    }
}
