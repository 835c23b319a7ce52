//! Every e-mail as its reader gets it.

use chrono::NaiveDate;

use super::*;
use crate::domain::answer::{Answer, Involvement};

fn house() -> House {
    House {
        organisation: "Larkfield NHS Trust".to_owned(),
        rdbm_email: "research.database@nhs.example".to_owned(),
    }
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
}

fn asked(house: &House) -> Asked<'_> {
    Asked {
        house,
        clinician: "Dr Helen Marchbanks",
        researcher: "Dr Amina Okafor",
        study: "Sleep & mood: a \"quiet\" study",
        code: "00a1b2c3d4e5",
        link: "https://coffer.example/answer/TOKEN",
        until: day(24),
    }
}

fn approval(house: &House) -> Approval<'_> {
    Approval {
        house,
        researcher: "Dr Amina Okafor",
        study: "Sleep & mood: a \"quiet\" study",
        code: "00a1b2c3d4e5",
        link: "https://coffer.example/contact-requests/1",
    }
}

fn show(mail: &ComposedMail) -> String {
    format!("Subject: {}\n\n{}\n----\n{}", mail.subject, mail.text, mail.html)
}

#[test]
fn questions_to_clinicians() {
    let house = house();
    let question = Question::new(asked(&house), Involvement::RequiredByYellow, false, 150, None);
    insta::assert_snapshot!("question", show(&compose(&question).unwrap()));
    let patient = IdentifiedPatient {
        name: "Ms Ada Byron".to_owned(),
        born_on: "17 May 1980".to_owned(),
        nhs_number: "943 476 5919".to_owned(),
    };
    let question = Question::new(asked(&house), Involvement::RequiredByUnknown, true, 0, Some(patient));
    insta::assert_snapshot!("question_identified_trial", compose(&question).unwrap().text);
    insta::assert_snapshot!("reminder", compose(&Reminder::new(asked(&house), day(1))).unwrap().text);
    insta::assert_snapshot!("confirmation_r", compose(&Confirmation::new(asked(&house), true)).unwrap().text);
    insta::assert_snapshot!(
        "confirmation_a",
        compose(&Confirmation::new(asked(&house), false)).unwrap().text
    );
}

#[test]
fn letters_to_researchers() {
    let house = house();
    insta::assert_snapshot!("approval", show(&compose(&approval(&house)).unwrap()));
    let withdrawal = Withdrawal::of(&approval(&house), day(2));
    insta::assert_snapshot!("withdrawal", compose(&withdrawal).unwrap().text);
}

#[test]
fn notices_to_the_rdbm() {
    let house = house();
    let notices = [
        Notice::UnknownPatient,
        Notice::PossiblySerious,
        Notice::NobodyToAsk,
        Notice::LetterToPrint,
        Notice::ResearcherUnreachable,
        Notice::Escalation,
        Notice::QuestionExpired,
        Notice::BlockedYes,
        Notice::MissingLeaflet,
        Notice::NoAnswer,
    ];
    let answers = Answer::ALL.iter().copied().map(Notice::ClinicianAnswered);
    let all: Vec<String> = notices
        .into_iter()
        .chain(answers)
        .map(|notice| {
            let mail =
                RdbmNotice::new(&house, notice, "https://coffer.example/", "Sleep", "00a1b2c3d4e5", "1");
            let mail = compose(&mail).unwrap();
            format!("{}\n\n{}", mail.subject, mail.text)
        })
        .collect();
    insta::assert_snapshot!("notices", all.join("\n====\n"));
}

#[test]
fn a_title_with_line_breaks_makes_no_header() {
    let house = house();
    let approval = Approval { study: "Sleep\r\nBcc: x@evil.example", ..approval(&house) };
    let mail = compose(&approval).unwrap();
    assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
}

#[test]
fn a_value_makes_no_paragraph_and_no_button() {
    let house = house();
    let study = "Sleep\n\nOpen:\nhttps://evil.example/\u{2028}";
    let mail = compose(&Approval { study, ..approval(&house) }).unwrap();
    assert!(mail.text.contains("\nStudy: Sleep  Open: https://evil.example/\n"), "{}", mail.text);
    assert_eq!(mail.html.matches("href=").count(), 1);
}

/// The words are ours or the study's; of the patient there is nothing to be told, unless the setting says so.
#[test]
fn no_mail_tells_who_the_patient_is() {
    let house = house();
    let mails = [
        compose(&Question::new(asked(&house), Involvement::RequiredByUnknown, true, 100, None)),
        compose(&Reminder::new(asked(&house), day(1))),
        compose(&Confirmation::new(asked(&house), true)),
        compose(&approval(&house)),
        compose(&Withdrawal::of(&approval(&house), day(2))),
        compose(&RdbmNotice::new(&house, Notice::PossiblySerious, "https://x.example", "Sleep", "7", "1")),
    ];
    for mail in mails.map(Result::unwrap) {
        let all = [mail.subject, mail.text, mail.html].join("\n");
        for tell_tale in ["NHS number", "Born", "Ada", "Byron", "943", "1980"] {
            assert!(!all.contains(tell_tale), "{tell_tale}: {all}");
        }
    }
}

#[test]
fn every_link_stands_in_the_text_too() {
    let house = house();
    let mail = compose(&Question::new(asked(&house), Involvement::RequiredByYellow, false, 0, None)).unwrap();
    assert!(mail.text.contains("\nhttps://coffer.example/answer/TOKEN\n"));
    assert!(mail.html.contains("href=\"https://coffer.example/answer/TOKEN\""));
}
