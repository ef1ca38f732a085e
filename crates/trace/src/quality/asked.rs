//! Whom to ask about a record that is missing or wrong.

use crate::answer::IssueKind;
use crate::issues::Finding;
use crate::records::RefKind;
use crate::view::View;

/// Who issued these events.
pub(super) fn issuers(view: &View<'_>, events: &[u32]) -> Vec<u32> {
    events.iter().filter_map(|event| view.graph.event(*event)).map(|e| e.issuer).collect()
}

/// Of a missing receipt the recipient, of a missing shipment the sender: as the other side names
/// them, else who records at that place. Of all else who wrote it.
pub(super) fn parties(view: &View<'_>, finding: &Finding) -> Vec<u32> {
    let (place, party) = match finding.kind {
        IssueKind::NotReceived => (finding.to_place, RefKind::DestinationParty),
        IssueKind::Gap => (finding.from_place, RefKind::SourceParty),
        _ => return issuers(view, &finding.events),
    };
    let stated: Vec<u32> =
        finding.events.iter().flat_map(|event| view.refs(*event, party)).collect();
    if !stated.is_empty() {
        return stated;
    }
    let recording: Vec<u32> = view.known(view.graph.parties_at(view.site(place))).collect();
    if recording.is_empty() { issuers(view, &finding.events) } else { recording }
}
