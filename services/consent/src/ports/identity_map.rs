//! The identity map: research ids to NHS numbers. The most guarded table of all, on a connection of its own.

use async_trait::async_trait;
use coffer_types::{Mrid, NhsNumber, Rid};
use sqlx::PgPool;

use super::LookupError;
use crate::config::ConnectionSettings;
use crate::domain::patient_key::PatientKey;

const NAME: &str = "the identity map";

/// Turns research ids into NHS numbers.
#[async_trait]
pub trait IdentityMap: Send + Sync {
    /// The patient behind a research id of one database.
    async fn by_rid(&self, rid: &Rid) -> Result<Option<NhsNumber>, LookupError>;
    /// The patient behind a master research id.
    async fn by_mrid(&self, mrid: &Mrid) -> Result<Option<NhsNumber>, LookupError>;
    /// The master research id of a patient.
    async fn mrid_of(&self, number: NhsNumber) -> Result<Option<Mrid>, LookupError>;

    /// The patient whom a caller named; none when the id is unknown (rule R00).
    async fn resolve(&self, key: &PatientKey) -> Result<Option<NhsNumber>, LookupError> {
        match key {
            PatientKey::Rid(rid) => self.by_rid(rid).await,
            PatientKey::Mrid(mrid) => self.by_mrid(mrid).await,
            PatientKey::NhsNumber(number) => Ok(Some(*number)),
        }
    }
}

/// The identity map as a table `identity_map(pid, mpid, rid, mrid, trid)` in PostgreSQL.
#[derive(Debug, Clone)]
pub struct SqlIdentityMap {
    pool: PgPool,
}

impl SqlIdentityMap {
    /// Connects when first used.
    pub fn new(settings: &ConnectionSettings) -> Result<Self, sqlx::Error> {
        Ok(Self { pool: super::connect(settings)? })
    }

    /// For the probe.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

#[async_trait]
impl IdentityMap for SqlIdentityMap {
    async fn by_rid(&self, rid: &Rid) -> Result<Option<NhsNumber>, LookupError> {
        let found: Option<String> = sqlx::query_scalar("SELECT mpid FROM identity_map WHERE rid = $1")
            .bind(rid)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| LookupError::from_sql(NAME, error))?;
        found.as_deref().map(parse_number).transpose()
    }

    async fn by_mrid(&self, mrid: &Mrid) -> Result<Option<NhsNumber>, LookupError> {
        let found: Vec<String> = sqlx::query_scalar("SELECT DISTINCT mpid FROM identity_map WHERE mrid = $1")
            .bind(mrid)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| LookupError::from_sql(NAME, error))?;
        match <[String; 1]>::try_from(found) {
            Ok([number]) => parse_number(&number).map(Some),
            Err(found) if found.is_empty() => Ok(None),
            Err(_) => Err(malformed("one mrid stands for several NHS numbers")),
        }
    }

    async fn mrid_of(&self, number: NhsNumber) -> Result<Option<Mrid>, LookupError> {
        let found: Option<String> =
            sqlx::query_scalar("SELECT mrid FROM identity_map WHERE mpid = $1 AND mrid IS NOT NULL LIMIT 1")
                .bind(number.to_string())
                .fetch_optional(&self.pool)
                .await
                .map_err(|error| LookupError::from_sql(NAME, error))?;
        found.map(|text| text.parse().map_err(|_| malformed("a mrid is not a research id"))).transpose()
    }
}

fn parse_number(text: &str) -> Result<NhsNumber, LookupError> {
    text.parse().map_err(|_| malformed("a mpid is not a valid NHS number"))
}

fn malformed(what: &str) -> LookupError {
    LookupError::Malformed { source_name: NAME, what: what.to_owned() }
}
