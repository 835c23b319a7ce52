//! PDFs of studies, and leaflets. They identify nobody, so they are not sealed.

use coffer_types::{LeafletId, StudyId};
use sqlx::PgConnection;

use super::Result;

/// The leaflet that belongs into each pack.
pub const LEAFLET: &str = "taking_part_in_research";

/// A stored PDF.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DocumentRow {
    /// The bytes.
    pub pdf: Vec<u8>,
    /// SHA-256 of them, hexadecimal.
    pub sha256: String,
}

/// Which PDF of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StudyDocument {
    /// The study's details, which participants get.
    Details,
    /// A form that a clinician has to fill in.
    ExtraForm,
}

impl StudyDocument {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::ExtraForm => "extra_form",
        }
    }
}

/// A PDF of a study, if it has one.
pub async fn of_study(
    tx: &mut PgConnection,
    study: StudyId,
    document: StudyDocument,
) -> Result<Option<DocumentRow>> {
    let row = sqlx::query_as("SELECT pdf, sha256 FROM study_documents WHERE study_id = $1 AND kind = $2")
        .bind(study)
        .bind(document.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(row)
}

/// Sets a PDF of a study.
pub async fn set(
    tx: &mut PgConnection,
    study: StudyId,
    document: StudyDocument,
    row: &DocumentRow,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO study_documents (study_id, kind, pdf, sha256) VALUES ($1, $2, $3, $4)
         ON CONFLICT (study_id, kind) DO UPDATE SET pdf = excluded.pdf, sha256 = excluded.sha256",
    )
    .bind(study)
    .bind(document.as_str())
    .bind(&row.pdf)
    .bind(&row.sha256)
    .execute(tx)
    .await?;
    Ok(())
}

/// A leaflet by its fixed name, such as [`LEAFLET`].
pub async fn leaflet(tx: &mut PgConnection, name: &str) -> Result<Option<DocumentRow>> {
    let row = sqlx::query_as("SELECT pdf, sha256 FROM leaflets WHERE name = $1")
        .bind(name)
        .fetch_optional(tx)
        .await?;
    Ok(row)
}

/// Sets a leaflet.
pub async fn set_leaflet(tx: &mut PgConnection, name: &str, title: &str, row: &DocumentRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO leaflets (id, name, title, pdf, sha256) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE
         SET title = excluded.title, pdf = excluded.pdf, sha256 = excluded.sha256",
    )
    .bind(LeafletId::new())
    .bind(name)
    .bind(title)
    .bind(&row.pdf)
    .bind(&row.sha256)
    .execute(tx)
    .await?;
    Ok(())
}
