//! The registry of subjects: one line per message and per question, nowhere else.
//!
//! Facts: `coffer.evt.<service>.<aggregate>.<fact>.v1.<aggregate id>`. Commands:
//! `coffer.cmd.<service>.<verb>.v1.<id>`. Questions: `coffer.svc.<service>.<noun>.<verb>.v1`.

use prost::Message;

use crate::{common, consent, mailer, query};

/// The JetStream streams of the system, one per owner and purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// Facts of the consent service.
    EvtConsent,
    /// Facts of the mailer.
    EvtMail,
    /// Facts of research-query.
    EvtQuery,
    /// E-mails to send; sealed.
    CmdMail,
    /// Queries to run; sealed.
    CmdQuery,
    /// Messages that nobody could handle, with the reason.
    Parked,
}

impl Stream {
    /// All streams.
    pub const ALL: [Self; 6] =
        [Self::EvtConsent, Self::EvtMail, Self::EvtQuery, Self::CmdMail, Self::CmdQuery, Self::Parked];

    /// The name on the broker.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EvtConsent => "EVT_CONSENT",
            Self::EvtMail => "EVT_MAIL",
            Self::EvtQuery => "EVT_QUERY",
            Self::CmdMail => "CMD_MAIL",
            Self::CmdQuery => "CMD_QUERY",
            Self::Parked => "PARKED",
        }
    }

    /// The subjects that the stream stores.
    pub const fn subjects(self) -> &'static str {
        match self {
            Self::EvtConsent => "coffer.evt.consent.>",
            Self::EvtMail => "coffer.evt.mailer.>",
            Self::EvtQuery => "coffer.evt.research-query.>",
            Self::CmdMail => "coffer.cmd.mailer.>",
            Self::CmdQuery => "coffer.cmd.research-query.>",
            Self::Parked => "coffer.parked.>",
        }
    }
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// Something happened.
    Fact,
    /// Something is to be done, later and once. Its body is sealed on the bus.
    Command,
}

/// A message that travels through JetStream.
pub trait BusMessage: Message + Default + 'static {
    /// Fact or command.
    const KIND: MessageKind;
    /// The stream that stores it.
    const STREAM: Stream;
    /// The subject without the aggregate id at its end.
    const SUBJECT: &'static str;
    /// `ce-type`: the full name of the protobuf message.
    const TYPE: &'static str;

    /// The id of the aggregate: last token of the subject and `ce-subject`. Never a person.
    fn aggregate_id(&self) -> &str;
}

/// A question (or a command that is accepted or refused at once) with its answer: NATS request/reply.
pub trait Question: Message + Default + 'static {
    /// The type of the answer.
    type Answer: Message + Default + 'static;
    /// The service that answers.
    const SERVICE: &'static str;
    /// The subject.
    const SUBJECT: &'static str;
}

/// A line of the registry, for documents and tests.
#[derive(Debug, Clone, Copy)]
pub struct MessageInfo {
    /// Fact or command.
    pub kind: MessageKind,
    /// Where it is stored.
    pub stream: Stream,
    /// The subject without the aggregate id.
    pub subject: &'static str,
    /// Full protobuf name.
    pub type_name: &'static str,
}

/// A question of the registry, for documents and tests.
#[derive(Debug, Clone, Copy)]
pub struct QuestionInfo {
    /// Who answers.
    pub service: &'static str,
    /// The subject.
    pub subject: &'static str,
}

macro_rules! messages {
    ($($kind:ident $stream:ident $subject:literal $type_name:literal $message:ty, $id:ident;)+) => {
        $(impl BusMessage for $message {
            const KIND: MessageKind = MessageKind::$kind;
            const STREAM: Stream = Stream::$stream;
            const SUBJECT: &'static str = $subject;
            const TYPE: &'static str = $type_name;

            fn aggregate_id(&self) -> &str {
                &self.$id
            }
        })+

        /// Every message that travels through JetStream.
        pub const MESSAGES: &[MessageInfo] = &[$(MessageInfo {
            kind: MessageKind::$kind,
            stream: Stream::$stream,
            subject: $subject,
            type_name: $type_name,
        }),+];
    };
}

messages! {
    Fact EvtConsent "coffer.evt.consent.contact-request.submitted.v1" "coffer.consent.v1.ContactRequestSubmitted" consent::v1::ContactRequestSubmitted, contact_request_id;
    Fact EvtConsent "coffer.evt.consent.contact-request.decided.v1" "coffer.consent.v1.ContactRequestDecided" consent::v1::ContactRequestDecided, contact_request_id;
    Fact EvtConsent "coffer.evt.consent.contact-request.changed.v1" "coffer.consent.v1.ContactRequestChanged" consent::v1::ContactRequestChanged, contact_request_id;
    Fact EvtConsent "coffer.evt.consent.consent-mode.changed.v1" "coffer.consent.v1.ConsentModeChanged" consent::v1::ConsentModeChanged, consent_mode_id;
    Fact EvtConsent "coffer.evt.consent.letter.made.v1" "coffer.consent.v1.LetterMade" consent::v1::LetterMade, letter_id;
    Fact EvtConsent "coffer.evt.consent.letter.changed.v1" "coffer.consent.v1.LetterChanged" consent::v1::LetterChanged, letter_id;
    Command CmdMail "coffer.cmd.mailer.send.v1" "coffer.mailer.v1.SendEmail" mailer::v1::SendEmail, email_id;
    Fact EvtMail "coffer.evt.mailer.email.sent.v1" "coffer.mailer.v1.EmailSent" mailer::v1::EmailSent, email_id;
    Fact EvtMail "coffer.evt.mailer.email.deferred.v1" "coffer.mailer.v1.EmailDeferred" mailer::v1::EmailDeferred, email_id;
    Fact EvtMail "coffer.evt.mailer.email.refused.v1" "coffer.mailer.v1.EmailRefused" mailer::v1::EmailRefused, email_id;
    Fact EvtMail "coffer.evt.mailer.email.doubtful.v1" "coffer.mailer.v1.EmailDoubtful" mailer::v1::EmailDoubtful, email_id;
    Fact EvtMail "coffer.evt.mailer.email.stopped.v1" "coffer.mailer.v1.EmailStopped" mailer::v1::EmailStopped, email_id;
    Command CmdQuery "coffer.cmd.research-query.run.v1" "coffer.query.v1.RunQuery" query::v1::RunQuery, run_id;
    Fact EvtQuery "coffer.evt.research-query.run.queued.v1" "coffer.query.v1.RunQueued" query::v1::RunQueued, run_id;
    Fact EvtQuery "coffer.evt.research-query.run.started.v1" "coffer.query.v1.RunStarted" query::v1::RunStarted, run_id;
    Fact EvtQuery "coffer.evt.research-query.run.ended.v1" "coffer.query.v1.RunEnded" query::v1::RunEnded, run_id;
    Fact EvtQuery "coffer.evt.research-query.run.exported.v1" "coffer.query.v1.RunExported" query::v1::RunExported, run_id;
}

macro_rules! questions {
    ($($service:literal $subject:literal $question:ty => $answer:ty;)+) => {
        $(impl Question for $question {
            type Answer = $answer;
            const SERVICE: &'static str = $service;
            const SUBJECT: &'static str = $subject;
        })+

        /// Every question of the system.
        pub const QUESTIONS: &[QuestionInfo] =
            &[$(QuestionInfo { service: $service, subject: $subject }),+];
    };
}

questions! {
    "consent" "coffer.svc.consent.study.list.v1" consent::v1::ListStudies => consent::v1::StudyList;
    "consent" "coffer.svc.consent.study.get.v1" consent::v1::GetStudy => consent::v1::Study;
    "consent" "coffer.svc.consent.study.document.v1" consent::v1::GetStudyDocument => consent::v1::Document;
    "consent" "coffer.svc.consent.contact-request.submit.v1" consent::v1::SubmitContactRequests => consent::v1::ContactRequestsSubmitted;
    "consent" "coffer.svc.consent.contact-request.list.v1" consent::v1::ListContactRequests => consent::v1::ContactRequestList;
    "consent" "coffer.svc.consent.contact-request.get.v1" consent::v1::GetContactRequest => consent::v1::ContactRequestDetail;
    "consent" "coffer.svc.consent.contact-request.awaited.v1" consent::v1::ListAwaitedResponses => consent::v1::ContactRequestList;
    "consent" "coffer.svc.consent.contact-request.record-patient-response.v1" consent::v1::RecordPatientResponse => consent::v1::ContactRequest;
    "consent" "coffer.svc.consent.contact-request.initiate.v1" consent::v1::InitiateContactRequest => consent::v1::ContactRequest;
    "consent" "coffer.svc.consent.clinician-question.open.v1" consent::v1::OpenClinicianQuestion => consent::v1::ClinicianQuestion;
    "consent" "coffer.svc.consent.clinician-question.answer.v1" consent::v1::AnswerClinicianQuestion => consent::v1::ClinicianAnswerAccepted;
    "consent" "coffer.svc.consent.clinician-question.pack.v1" consent::v1::GetClinicianPack => consent::v1::Document;
    "consent" "coffer.svc.consent.consent-mode.get.v1" consent::v1::GetConsentMode => consent::v1::ConsentModeHistory;
    "consent" "coffer.svc.consent.consent-mode.add.v1" consent::v1::AddConsentMode => consent::v1::ConsentMode;
    "consent" "coffer.svc.consent.letter.list.v1" consent::v1::ListLetters => consent::v1::LetterList;
    "consent" "coffer.svc.consent.letter.open.v1" consent::v1::OpenLetter => consent::v1::Document;
    "consent" "coffer.svc.consent.letter.mark.v1" consent::v1::MarkLetter => consent::v1::LetterRow;
    "consent" "coffer.svc.consent.desk.get.v1" consent::v1::GetDesk => consent::v1::Desk;
    "consent" "coffer.svc.consent.mail.permitted.v1" mailer::v1::MailPermitted => mailer::v1::MailPermission;
    "mailer" "coffer.svc.mailer.email.list.v1" mailer::v1::ListEmails => mailer::v1::EmailList;
    "mailer" "coffer.svc.mailer.email.get.v1" mailer::v1::GetEmail => mailer::v1::EmailDetail;
    "mailer" "coffer.svc.mailer.email.resend.v1" mailer::v1::ResendEmail => mailer::v1::Email;
    "mailer" "coffer.svc.mailer.status.get.v1" mailer::v1::GetMailerStatus => mailer::v1::MailerStatus;
    "research-query" "coffer.svc.research-query.schema.list.v1" query::v1::ListSchema => query::v1::DatabaseList;
    "research-query" "coffer.svc.research-query.schema.refresh.v1" query::v1::RefreshSchema => query::v1::DatabaseList;
    "research-query" "coffer.svc.research-query.schema.document.v1" query::v1::GetSchemaDocument => query::v1::SchemaDocument;
    "research-query" "coffer.svc.research-query.run.submit.v1" query::v1::SubmitRun => query::v1::Run;
    "research-query" "coffer.svc.research-query.run.list.v1" query::v1::ListRuns => query::v1::RunList;
    "research-query" "coffer.svc.research-query.run.get.v1" query::v1::GetRun => query::v1::Run;
    "research-query" "coffer.svc.research-query.run.cancel.v1" query::v1::CancelRun => query::v1::Run;
    "research-query" "coffer.svc.research-query.run.events.v1" query::v1::ListRunEvents => query::v1::RunEventList;
    "research-query" "coffer.svc.research-query.result.rows.v1" query::v1::GetRows => query::v1::RowPage;
    "research-query" "coffer.svc.research-query.result.people.v1" query::v1::SelectPeople => query::v1::People;
    "research-query" "coffer.svc.research-query.result.export.v1" query::v1::ExportResult => query::v1::FileBegin;
    "research-query" "coffer.svc.research-query.highlight.list.v1" query::v1::ListHighlights => query::v1::HighlightList;
    "research-query" "coffer.svc.research-query.highlight.save.v1" query::v1::SaveHighlight => query::v1::Highlight;
    "research-query" "coffer.svc.research-query.highlight.delete.v1" query::v1::DeleteHighlight => query::v1::Deleted;
    "research-query" "coffer.svc.research-query.saved-query.list.v1" query::v1::ListSavedQueries => query::v1::SavedQueryList;
    "research-query" "coffer.svc.research-query.saved-query.get.v1" query::v1::GetSavedQuery => query::v1::SavedQueryDetail;
    "research-query" "coffer.svc.research-query.saved-query.save.v1" query::v1::SaveQuery => query::v1::SavedQuery;
    "research-query" "coffer.svc.research-query.saved-query.delete.v1" query::v1::DeleteSavedQuery => query::v1::Deleted;
    "research-query" "coffer.svc.research-query.standard-query.list.v1" query::v1::ListStandardQueries => query::v1::StandardQueryList;
    "research-query" "coffer.svc.research-query.standard-query.get.v1" query::v1::GetStandardQuery => query::v1::StandardQuery;
    "research-query" "coffer.svc.research-query.standard-query.save.v1" query::v1::SaveStandardQuery => query::v1::StandardQuery;
    "research-query" "coffer.svc.research-query.standard-query.delete.v1" query::v1::DeleteStandardQuery => query::v1::Deleted;
    "research-query" "coffer.svc.research-query.helper.text-anywhere.v1" query::v1::MakeTextAnywhere => query::v1::MadeQuery;
}

impl common::v1::Refusal {
    /// The input is wrong at `field`.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), ..Self::new(common::v1::refusal::Code::Invalid, message) }
    }

    /// No such thing, or not the caller's to see: the two look the same on purpose.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(common::v1::refusal::Code::NotFound, message)
    }

    /// The caller's role does not allow this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(common::v1::refusal::Code::Forbidden, message)
    }

    /// The state does not allow it any more.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(common::v1::refusal::Code::Conflict, message)
    }

    /// A refusal without a field.
    pub fn new(code: common::v1::refusal::Code, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), field: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_message_lies_in_its_stream_and_subjects_are_unique() {
        let mut seen = HashSet::new();
        for message in MESSAGES {
            let prefix = message.stream.subjects().trim_end_matches('>');
            assert!(message.subject.starts_with(prefix), "{}", message.subject);
            assert!(seen.insert(message.subject), "{} twice", message.subject);
        }
    }

    #[test]
    fn every_question_names_its_service_in_its_subject() {
        let mut seen = HashSet::new();
        for question in QUESTIONS {
            let prefix = format!("coffer.svc.{}.", question.service);
            assert!(question.subject.starts_with(&prefix), "{}", question.subject);
            assert!(seen.insert(question.subject), "{} twice", question.subject);
        }
    }
}
