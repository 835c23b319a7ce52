//! The list of patients in a submission, checked one by one so that a refusal names the very field.

use std::collections::HashMap;

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::PatientKey as KeyMessage;
use coffer_proto::consent::v1::patient_key::Key;

use crate::domain::patient_key::PatientKey;

/// Reads all keys, or refuses the list for the first that is wrong.
pub(super) fn read(
    messages: &[KeyMessage],
    may_use_nhs_number: bool,
    most: usize,
) -> Result<Vec<PatientKey>, Refusal> {
    if messages.is_empty() {
        return Err(Refusal::invalid("patients", "Name at least one patient."));
    }
    if messages.len() > most {
        let message = format!("{} patients are named; one submission may name {most}.", messages.len());
        return Err(Refusal::invalid("patients", message));
    }
    let mut keys: Vec<PatientKey> = Vec::with_capacity(messages.len());
    let mut seen = HashMap::with_capacity(messages.len());
    for (place, message) in messages.iter().enumerate() {
        let key = read_one(message, place, may_use_nhs_number)?;
        if let Some(first) = seen.insert(key.clone(), place) {
            let field = format!("patients[{place}].{}", key.kind());
            return Err(Refusal::invalid(field, format!("The same as patients[{first}].")));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn read_one(message: &KeyMessage, place: usize, may_use_nhs_number: bool) -> Result<PatientKey, Refusal> {
    let field = |name: &str| format!("patients[{place}].{name}");
    match &message.key {
        None => {
            Err(Refusal::invalid(format!("patients[{place}]"), "Give a rid, a mrid or (RDBM) an NHS number."))
        }
        Some(Key::Rid(text)) => text.parse().map(PatientKey::Rid).map_err(|e| refuse(field("rid"), &e)),
        Some(Key::Mrid(text)) => text.parse().map(PatientKey::Mrid).map_err(|e| refuse(field("mrid"), &e)),
        Some(Key::NhsNumber(_)) if !may_use_nhs_number => Err(Refusal {
            field: field("nhs_number"),
            ..Refusal::forbidden("Only the research database manager may use NHS numbers.")
        }),
        Some(Key::NhsNumber(text)) => {
            text.parse().map(PatientKey::NhsNumber).map_err(|e| refuse(field("nhs_number"), &e))
        }
    }
}

fn refuse(field: String, error: &dyn std::error::Error) -> Refusal {
    Refusal::invalid(field, format!("Not accepted: {error}."))
}

#[cfg(test)]
mod tests {
    use coffer_proto::common::v1::refusal::Code;

    use super::*;

    fn rid(text: &str) -> KeyMessage {
        KeyMessage { key: Some(Key::Rid(text.to_owned())) }
    }

    fn number(text: &str) -> KeyMessage {
        KeyMessage { key: Some(Key::NhsNumber(text.to_owned())) }
    }

    #[test]
    fn a_good_list_keeps_its_order() {
        let keys = read(&[rid("b"), rid("a"), number("943 476 5919")], true, 500).unwrap();
        assert_eq!(keys.iter().map(PatientKey::kind).collect::<Vec<_>>(), ["rid", "rid", "nhs_number"]);
    }

    #[test]
    fn each_fault_names_its_field() {
        let refused = |list: &[KeyMessage]| read(list, true, 500).unwrap_err().field;
        assert_eq!(refused(&[]), "patients");
        assert_eq!(refused(&[rid("a"), rid("")]), "patients[1].rid");
        assert_eq!(refused(&[rid("a"), rid("bad id!")]), "patients[1].rid");
        assert_eq!(refused(&[number("9434765918")]), "patients[0].nhs_number");
        assert_eq!(refused(&[rid("a"), KeyMessage { key: None }]), "patients[1]");
        assert_eq!(refused(&[rid("a"), rid("b"), rid("a")]), "patients[2].rid");
        let many: Vec<_> = (0..10_000).map(|i| rid(&i.to_string())).collect();
        assert_eq!(refused(&many), "patients");
    }

    #[test]
    fn nhs_numbers_are_for_the_rdbm() {
        let refusal = read(&[number("9434765919")], false, 500).unwrap_err();
        assert_eq!((refusal.code(), refusal.field.as_str()), (Code::Forbidden, "patients[0].nhs_number"));
    }
}
