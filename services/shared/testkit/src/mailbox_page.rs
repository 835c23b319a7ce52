//! The mailbox's two pages.

use crate::smtp::SinkMessage;

const STYLE: &str = "\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #212b32 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem; border-bottom: 1px solid #d8dde0 }
dt { font-weight: bold } pre { white-space: pre-wrap; background: #f0f4f5; padding: 1rem }
iframe { width: 100%; height: 36rem; border: 1px solid #d8dde0; background: #fff }";

/// All messages, newest first.
pub(crate) fn list(messages: &[SinkMessage]) -> String {
    if messages.is_empty() {
        return page("Mailbox", "<p>No messages yet.</p>");
    }
    let rows: Vec<_> =
        messages.iter().enumerate().rev().map(|(place, message)| row(place + 1, message)).collect();
    page(
        "Mailbox",
        &format!("<table><tr><th>To</th><th>Subject</th><th>Attachments</th></tr>{}</table>", rows.concat()),
    )
}

/// One message with its parts.
pub(crate) fn message(number: usize, message: &SinkMessage) -> String {
    let attachments: Vec<_> = (0..)
        .zip(&message.attachments)
        .map(|(place, file): (usize, _)| {
            let name = escape(&file.name);
            format!(
                "<li><a href=\"/messages/{number}/attachments/{place}\">{name}</a> ({} bytes)</li>",
                file.bytes.len()
            )
        })
        .collect();
    let body = format!(
        "<p><a href=\"/\">All messages</a></p>\
         <dl><dt>From</dt><dd>{}</dd><dt>To</dt><dd>{}</dd><dt>Message-ID</dt><dd>{}</dd></dl>\
         <h2>Attachments</h2><ul>{}</ul>\
         <h2>HTML</h2><iframe title=\"HTML part\" src=\"/messages/{number}/html\" \
         sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>\
         <h2>Plain text</h2><pre>{}</pre>",
        escape(&message.from),
        escape(&message.to),
        escape(&message.id),
        attachments.concat(),
        escape(&message.text),
    );
    page(&message.subject, &body)
}

fn row(number: usize, message: &SinkMessage) -> String {
    format!(
        "<tr><td>{}</td><td><a href=\"/messages/{number}\">{}</a></td><td>{}</td></tr>",
        escape(&message.to),
        escape(&message.subject),
        message.attachments.len()
    )
}

fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>\
         <h1>{title}</h1>{body}</html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
