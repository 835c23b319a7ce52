//! How callers name patients.

use coffer_proto::consent::v1::PatientKey;
use coffer_proto::consent::v1::patient_key::Key;
use coffer_types::{Mrid, NhsNumber, Rid};
use serde::Deserialize;
use utoipa::ToSchema;

use super::FieldError;
use crate::domain::pasted_ids::LIMIT;

/// Beyond this many, one more error tells nothing new.
const ERRORS_SHOWN: usize = 100;

/// A patient, by exactly one kind of id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
#[schema(min_properties = 1, max_properties = 1)]
pub(super) struct Patient {
    /// Research id.
    rid: Option<String>,
    /// Master research id.
    mrid: Option<String>,
    /// NHS number; RDBM alone.
    nhs_number: Option<String>,
}

/// All patients for the contract, or what is wrong with each that cannot be used.
pub(super) fn read(patients: &[Patient]) -> Result<Vec<PatientKey>, Vec<FieldError>> {
    if patients.len() > LIMIT {
        let message = format!("at most {LIMIT} patients at a time; these are {}", patients.len());
        return Err(vec![FieldError::new("patients", message)]);
    }
    let mut keys = Vec::with_capacity(patients.len());
    let mut errors = Vec::new();
    for (index, patient) in patients.iter().enumerate() {
        match patient.key() {
            Ok(key) => keys.push(PatientKey { key: Some(key) }),
            Err(error) => {
                let field = format!("patients[{index}]{}", error.field);
                errors.push(FieldError { field, ..error });
            }
        }
    }
    errors.truncate(ERRORS_SHOWN);
    if errors.is_empty() { Ok(keys) } else { Err(errors) }
}

impl Patient {
    fn key(&self) -> Result<Key, FieldError> {
        match (&self.rid, &self.mrid, &self.nhs_number) {
            (Some(id), None, None) => parsed(".rid", id.parse::<Rid>()).map(Key::Rid),
            (None, Some(id), None) => parsed(".mrid", id.parse::<Mrid>()).map(Key::Mrid),
            (None, None, Some(id)) => parsed(".nhs_number", id.parse::<NhsNumber>()).map(Key::NhsNumber),
            _ => Err(FieldError::new("", "give exactly one of rid, mrid, nhs_number")),
        }
    }
}

fn parsed<T: Into<String>, E: ToString>(field: &str, id: Result<T, E>) -> Result<String, FieldError> {
    id.map(Into::into).map_err(|error| FieldError::new(field, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(text: &str) -> Result<Vec<PatientKey>, Vec<FieldError>> {
        read(&serde_json::from_str::<Vec<Patient>>(text).unwrap())
    }

    #[test]
    fn each_kind_of_id_is_taken_in_its_order() {
        let keys = read_json(r#"[{"rid":"a1"},{"mrid":"b2"},{"nhs_number":"943 476 5919"}]"#).unwrap();
        let keys: Vec<_> = keys.into_iter().filter_map(|key| key.key).collect();
        let number = Key::NhsNumber("9434765919".to_owned());
        assert_eq!(keys, [Key::Rid("a1".to_owned()), Key::Mrid("b2".to_owned()), number]);
    }

    #[test]
    fn every_wrong_one_is_named() {
        let list = r#"[{"rid":"a b"},{"rid":"ok"},{"nhs_number":"9434765918"},{},{"rid":"a","mrid":"b"}]"#;
        let fields: Vec<_> = read_json(list).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["patients[0].rid", "patients[2].nhs_number", "patients[3]", "patients[4]"]);
    }
}
