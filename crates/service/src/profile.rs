//! Profiles as a condition: what a party's documents must hold beyond EPCIS.

use crate::draft::{Alias, Check};
use crate::error::{Code, Detail, Error};
use crate::init::{GATEWAY, JSON, LEDGER, registry_draft};
use crate::key_life::{fault, owner};
use crate::principal::Credentials;
use crate::receipt::Receipt;
use crate::registration::{refused_record, registry_text};
use crate::service::Service;
use laiqu_epcis::Document;
use laiqu_epcis::profile::{Finding, Profile, check};
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
/// the entry gets its place; nothing for a party without a profile.
pub(crate) fn must_meet(
    registry: &Registry,
    party: u64,
    document: &Document<'_>,
) -> Result<Option<Check>, Error> {
    let stated = registry.party(party).and_then(|party| party.profile.clone());
    let Some(profile) = stated.as_deref().and_then(Profile::of_name) else { return Ok(None) };
    let findings = check(document, profile);
    if findings.is_empty() {
        return Ok(Some(Check::Profile { party, profile: stated }));
    }
    let detail = format!(
        "{} findings against the profile {}, which this party's documents must meet",
        findings.len(),
        profile.name()
    );
    let details = findings.into_iter().take(FINDINGS_MAX).map(named).collect();
    Err(Error::new(Code::InvalidDocument, detail).with(details))
}

fn named(Finding { rule, pointer, .. }: Finding) -> Detail {
    Detail { pointer, code: rule.id.to_owned(), detail: format!("{} / {}", rule.zh, rule.en) }
}
