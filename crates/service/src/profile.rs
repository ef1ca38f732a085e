//! Profiles as a condition: what a party's documents must hold beyond EPCIS.

use crate::draft::{Alias, Check};
use crate::error::{Code, Detail, Error};
use crate::init::{GATEWAY, JSON, LEDGER, registry_draft};
use crate::judge::{Judged, Stands, events_pointer, settle_repeats};
use crate::key_life::{fault, owner};
use crate::principal::Credentials;
use crate::receipt::Receipt;
use crate::registration::{refused_record, registry_text};
use crate::service::Service;
use laiqu_epcis::profile::{Finding, Profile, check};
use laiqu_epcis::{Document, DocumentKind, EVENT_FAULTS_MAX, Event};
use laiqu_ledger::Kind;
use laiqu_supervision::{ProfileChange, Registry};

/// Most findings that one refusal lists.
const FINDINGS_MAX: usize = laiqu_epcis::FAULTS_MAX;

impl Service {
    /// Sets or ends the profile that a party's documents must meet from the next entry on.
    ///
    /// # Errors
    /// Where the caller is no operator, the party is not registered, there is no such profile, or
    /// it is the party's already.
    pub async fn change_profile(
        &self,
        party: &str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<Receipt, Error> {
        self.principal(credentials)?.must_be_operator()?;
        let text = registry_text(body)?;
        let record = ProfileChange::parse(text).map_err(refused_record)?;
        let registry = self.registry();
        let owner = owner(&registry, party)?;
        if record.party != owner.id {
            return Err(fault("/party", "is another party than the one in the path"));
        }
        if let Some(name) = &record.profile
            && Profile::of_name(name).is_none()
        {
            let names: Vec<&str> = Profile::ALL.iter().map(|profile| profile.name()).collect();
            return Err(fault("/profile", &format!("must be null or one of {}", names.join(", "))));
        }
        if record.profile == owner.profile {
            return Err(Error::new(Code::RegistryConflict, "this is the party's profile already"));
        }
        let unchanged = Check::Profile { party: owner.alias, profile: owner.profile.clone() };
        let jws = self.gateway_record_signature(JSON, text.as_bytes());
        let (ledger, keys) = (Alias::Entry(LEDGER), vec![Alias::Entry(GATEWAY)]);
        let kind = Kind::PartyProfile;
        let draft = registry_draft(kind, ledger, keys, vec![jws], JSON, text.to_owned())?;
        self.write_record(draft, vec![unchanged]).await
    }
}

/// Refuses a document that lacks what its party's profile wants. Answers what must still hold when
/// the entry gets its place, also where the party has no profile yet.
pub(crate) fn must_meet(
    registry: &Registry,
    party: u64,
    document: &Document<'_>,
) -> Result<Option<Check>, Error> {
    let (profile, unchanged) = stated(registry, party);
    let Some(profile) = profile else { return Ok(unchanged) };
    let findings = check(document, profile);
    if findings.is_empty() { Ok(unchanged) } else { Err(refusal(profile, findings)) }
}

/// Likewise, but refuses the events that lack something, and the document only where that is not
/// in one of its events.
pub(crate) fn refuse_events(
    registry: &Registry,
    party: u64,
    document: &Document<'_>,
    judged: &mut [Judged],
) -> Result<Option<Check>, Error> {
    let (profile, unchanged) = stated(registry, party);
    let Some(profile) = profile else { return Ok(unchanged) };
    let mut around = Vec::new();
    for finding in check(document, profile) {
        let in_list = finding.pointer.strip_prefix(events_pointer(document.kind));
        let ordinal = match document.kind {
            DocumentKind::BareEvent => Some(0),
            DocumentKind::Capture | DocumentKind::Query => {
                in_list.and_then(|rest| rest.split('/').next()?.parse().ok())
            }
        };
        let sound = |at: &usize| document.events.get(*at).is_some_and(Event::is_sound);
        match ordinal.and_then(|at| judged.get_mut(at).filter(|_| sound(&at))) {
            Some(event)
                if !matches!(event.stands, Some(Stands::Ledger(_)))
                    && event.refused.len() < EVENT_FAULTS_MAX =>
            {
                event.refused.push(named(finding));
            }
            Some(_) => {}
            None if ordinal.is_some() => {}
            None => around.push(finding),
        }
    }
    settle_repeats(judged);
    if around.is_empty() { Ok(unchanged) } else { Err(refusal(profile, around)) }
}

/// The profile of a party, if it has one, and that it must still have that one, or none.
fn stated(registry: &Registry, party: u64) -> (Option<Profile>, Option<Check>) {
    let Some(stated) = registry.party(party).map(|party| party.profile.clone()) else {
        return (None, None);
    };
    let profile = stated.as_deref().and_then(Profile::of_name);
    (profile, Some(Check::Profile { party, profile: stated }))
}

fn refusal(profile: Profile, findings: Vec<Finding>) -> Error {
    let detail = format!(
        "{} findings against the profile {}, which this party's documents must meet",
        findings.len(),
        profile.name()
    );
    let details = findings.into_iter().take(FINDINGS_MAX).map(named).collect();
    Error::new(Code::InvalidDocument, detail).with(details)
}

fn named(Finding { rule, pointer, .. }: Finding) -> Detail {
    Detail { pointer, code: rule.id.to_owned(), detail: format!("{} / {}", rule.zh, rule.en) }
}
