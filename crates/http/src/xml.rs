//! The few answers of the standard that are small enough to be written as XML by hand.

use crate::dto::{CaptureBehaviour, CaptureJob, ProblemDocument};
use laiqu_epcis::vocabulary::LAIQU;
use std::fmt::Write as _;

/// Namespace of EPCIS 2.0 in XML.
const EPCIS: &str = "urn:epcglobal:epcis:xsd:2";

/// A refusal as `EPCISException` (EPCIS 2.0, `RFC7807ProblemResponseBodyType` of its XSD).
pub(crate) fn problem(problem: &ProblemDocument) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <epcis:EPCISException xmlns:epcis=\"{EPCIS}\" xmlns:laiqu=\"{LAIQU}\">"
    );
    problem_elements(&mut text, problem);
    text.push_str("</epcis:EPCISException>\n");
    text
}

/// The elements of one problem, in the order of the XSD; ours come last.
fn problem_elements(text: &mut String, problem: &ProblemDocument) {
    element(text, "type", &problem.kind);
    element(text, "title", &problem.title);
    element(text, "status", &problem.status.to_string());
    element(text, "detail", &problem.detail);
    element(text, "instance", &problem.instance);
    element(text, "laiqu:code", &problem.code);
    if let Some(help) = &problem.help {
        element(text, "laiqu:help", help);
    }
    if let Some(id) = &problem.request_id {
        element(text, "laiqu:requestId", id);
    }
    for fault in &problem.errors {
        text.push_str("<laiqu:error>");
        element(text, "laiqu:pointer", &fault.pointer);
        element(text, "laiqu:code", &fault.code);
        element(text, "laiqu:detail", &fault.detail);
        text.push_str("</laiqu:error>");
    }
}

/// A capture job (EPCIS 2.0, `EPCISCaptureJob` of its XSD).
pub(crate) fn capture_job(job: &CaptureJob) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <epcis:EPCISCaptureJob xmlns:epcis=\"{EPCIS}\" xmlns:laiqu=\"{LAIQU}\" \
         running=\"{}\" success=\"{}\" captureID=\"{}\">",
        job.running, job.success, job.capture_id
    );
    let behaviour = match job.capture_error_behaviour {
        CaptureBehaviour::Rollback => "rollback",
        CaptureBehaviour::Proceed => "proceed",
    };
    element(&mut text, "captureErrorBehaviour", behaviour);
    element(&mut text, "createdAt", &job.created_at);
    element(&mut text, "finishedAt", &job.finished_at);
    if !job.errors.is_empty() {
        text.push_str("<errors>");
        for error in &job.errors {
            text.push_str("<error>");
            problem_elements(&mut text, error);
            text.push_str("</error>");
        }
        text.push_str("</errors>");
    }
    text.push_str("</epcis:EPCISCaptureJob>\n");
    text
}

fn element(text: &mut String, name: &str, content: &str) {
    // Writing to a String cannot fail.
    write!(text, "<{name}>{}</{name}>", escaped(content)).unwrap_or_default();
}

/// Text between tags. Characters that XML 1.0 has no form for become U+FFFD.
fn escaped(content: &str) -> String {
    let mut text = String::with_capacity(content.len());
    for c in content.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\r' => text.push_str("&#13;"),
            '\t' | '\n' => text.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => text.push(char::REPLACEMENT_CHARACTER),
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(escaped("a<b>&\"c\"\r\n\u{1}批"), "a&lt;b&gt;&amp;\"c\"&#13;\n\u{fffd}批");
    }
}
