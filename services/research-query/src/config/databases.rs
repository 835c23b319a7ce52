//! The settings of one research database.

use coffer_research_databases::DatabaseAddress;
use coffer_runtime::{Problems, Secret};
use coffer_types::Role;
use serde::{Deserialize, Serialize};

use super::DatabaseLimits;

/// One research database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResearchDatabaseSettings {
    /// The short name in queries and links, such as `demo`.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it holds, in a sentence or two.
    pub description: String,
    /// The site's help for it, in Markdown.
    pub help: String,
    /// The connection, with an account that may only read.
    pub url: Secret,
    /// The schemas that researchers see.
    pub schemas: Vec<String>,
    /// Who may use it.
    pub roles: Vec<Role>,
    /// The name that columns with research ids have; empty: there are none.
    pub rid_column: String,
    /// The same for master research ids.
    pub mrid_column: String,
    /// The same for transient research ids.
    pub trid_column: String,
    /// Names of columns that date a row, the first that a table has counts.
    pub date_columns: Vec<String>,
    /// A query for one text that changes with the data, such as the day of the last refresh; empty: none.
    pub version_query: String,
    /// Its own limits, where they differ from `[limits]`.
    pub limits: DatabaseLimits,
}

impl Default for ResearchDatabaseSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            description: String::new(),
            help: String::new(),
            url: Secret::default(),
            schemas: vec!["public".to_owned()],
            roles: Role::ALL.to_vec(),
            rid_column: String::new(),
            mrid_column: String::new(),
            trid_column: String::new(),
            date_columns: Vec::new(),
            version_query: String::new(),
            limits: DatabaseLimits::default(),
        }
    }
}

impl ResearchDatabaseSettings {
    /// What a column of this name says of people: `rid`, `mrid`, `trid` or nothing.
    pub(crate) fn people(&self, column: &str) -> &'static str {
        let named = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(column);
        match () {
            () if named(&self.rid_column) => "rid",
            () if named(&self.mrid_column) => "mrid",
            () if named(&self.trid_column) => "trid",
            () => "",
        }
    }

    pub(super) fn validate(&self, key: &str, problems: &mut Problems) {
        problems.add_if(
            !is_short_name(&self.name),
            &format!("{key}.name"),
            "must be a short name of small letters, digits and _",
        );
        problems.add_if(
            DatabaseAddress::parse(&self.url).is_err(),
            &format!("{key}.url"),
            "is not the URL of a database that this service knows",
        );
        problems.add_if(self.schemas.is_empty(), &format!("{key}.schemas"), "must name a schema");
        problems.add_if(self.roles.is_empty(), &format!("{key}.roles"), "must name who may use it");
    }
}

fn is_short_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '_'))
}
