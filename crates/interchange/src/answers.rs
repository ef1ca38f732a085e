//! Capture jobs and problems in XML, as the examples of EPCIS 2.0 have them.

use crate::schema::EPCIS_NS;
use crate::write::Sink;

/// A problem (RFC 9457) as the standard's `EPCISException`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProblemXml<'p> {
    /// `type`, for example `epcisException:ValidationException`.
    pub kind: &'p str,
    /// What sort of problem.
    pub title: &'p str,
    /// HTTP status.
    pub status: u16,
    /// What went wrong this time.
    pub detail: Option<&'p str>,
    /// The place that it is about.
    pub instance: Option<&'p str>,
    /// Each thing that is wrong: where, and what.
    pub errors: &'p [(String, String)],
}

/// A capture job (EPCIS 2.0, section 12.6.1).
#[derive(Clone, Copy, Debug, Default)]
pub struct CaptureJobXml<'p> {
    /// `captureID`
    pub id: &'p str,
    /// Still at work.
    pub running: bool,
    /// Nothing went wrong.
    pub success: bool,
    /// `rollback` or `proceed`
    pub error_behaviour: &'p str,
    /// RFC 3339
    pub created_at: &'p str,
    /// RFC 3339
    pub finished_at: Option<&'p str>,
    /// What went wrong.
    pub errors: &'p [ProblemXml<'p>],
}

impl ProblemXml<'_> {
    /// The document, media type `application/problem+xml`. Characters that XML has no place for
    /// become U+FFFD.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = Sink::new(512);
        out.start("epcis:EPCISException");
        attribute(&mut out, "xmlns:epcis", EPCIS_NS);
        out.inside();
        self.parts(&mut out);
        out.close("epcis:EPCISException");
        out.into_text()
    }

    fn parts(&self, out: &mut Sink) {
        leaf(out, "type", self.kind);
        leaf(out, "title", self.title);
        leaf(out, "status", &self.status.to_string());
        self.detail.iter().for_each(|text| leaf(out, "detail", text));
        self.instance.iter().for_each(|text| leaf(out, "instance", text));
        if self.errors.is_empty() {
            return;
        }
        out.open("errors");
        for (pointer, detail) in self.errors {
            out.open("error");
            leaf(out, "pointer", pointer);
            leaf(out, "detail", detail);
            out.close("error");
        }
        out.close("errors");
    }
}

impl CaptureJobXml<'_> {
    /// The document, media type `application/xml`.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = Sink::new(512);
        out.start("epcis:EPCISCaptureJob");
        attribute(&mut out, "xmlns:epcis", EPCIS_NS);
        attribute(&mut out, "running", if self.running { "true" } else { "false" });
        attribute(&mut out, "success", if self.success { "true" } else { "false" });
        attribute(&mut out, "captureID", self.id);
        out.inside();
        leaf(&mut out, "captureErrorBehaviour", self.error_behaviour);
        leaf(&mut out, "createdAt", self.created_at);
        self.finished_at.iter().for_each(|time| leaf(&mut out, "finishedAt", time));
        if !self.errors.is_empty() {
            out.open("errors");
            for problem in self.errors {
                out.open("error");
                problem.parts(&mut out);
                out.close("error");
            }
            out.close("errors");
        }
        out.close("epcis:EPCISCaptureJob");
        out.into_text()
    }
}

fn leaf(out: &mut Sink, name: &str, text: &str) {
    out.open(name);
    out.text_or_replacement(text);
    out.close(name);
}

fn attribute(out: &mut Sink, name: &str, text: &str) {
    out.attribute_or_replacement(name, text);
}
