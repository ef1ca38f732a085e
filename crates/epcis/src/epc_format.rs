//! The form in which identifiers are answered (EPCIS 2.0, section 12.8: `GS1-EPC-Format`).

use crate::event::member;
use crate::identifier::{self, CompanyPrefixes};
use crate::json::Node;
use std::borrow::Cow;

/// What a client asks for with `GS1-EPC-Format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EpcFormat {
    /// `No_Preference`: as the server likes. We leave what was sent.
    NoPreference,
    /// `Always_GS1_Digital_Link`, what the standard takes where nobody says anything.
    #[default]
    AlwaysDigitalLink,
    /// `Always_EPC_URN`
    AlwaysUrn,
    /// `Never_Translates`: exactly as it was captured.
    NeverTranslates,
}

impl EpcFormat {
    /// All of them, in the order of the standard.
    pub const ALL: [Self; 4] =
        [Self::NoPreference, Self::AlwaysDigitalLink, Self::AlwaysUrn, Self::NeverTranslates];

    /// The value of the header, in any letter case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(text))
    }

    /// The value of the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoPreference => "No_Preference",
            Self::AlwaysDigitalLink => "Always_GS1_Digital_Link",
            Self::AlwaysUrn => "Always_EPC_URN",
            Self::NeverTranslates => "Never_Translates",
        }
    }

    /// An identifier in this form; as sent where it has no other that means the same. GS1 Digital
    /// Links of other hosts are Digital Links already, and stay.
    #[must_use]
    pub fn identifier<'t>(self, sent: &'t str, companies: &CompanyPrefixes) -> Cow<'t, str> {
        let other = match self {
            Self::NoPreference | Self::NeverTranslates => None,
            Self::AlwaysDigitalLink => identifier::to_digital_link(sent),
            Self::AlwaysUrn => identifier::to_urn(sent, companies),
        };
        other.unwrap_or(Cow::Borrowed(sent))
    }

    /// The text of an event with its identifiers in this form; every other byte as it was. Which
    /// company prefixes there are is taken from the event's own URNs and from `known`.
    #[must_use]
    pub fn event<'a>(self, event: &Node<'a>, known: &CompanyPrefixes) -> Cow<'a, str> {
        if matches!(self, Self::NoPreference | Self::NeverTranslates) {
            return Cow::Borrowed(event.raw);
        }
        let ids = identifiers(event);
        let mut learned = Cow::Borrowed(known);
        if self == Self::AlwaysUrn {
            learned.to_mut().extend(ids.iter().filter_map(|id| id.as_str()));
        }
        let start = event.raw.as_ptr().addr();
        let (mut out, mut done) = (String::new(), 0);
        for id in ids {
            let Some(sent) = id.as_str() else { continue };
            let written = self.identifier(sent, &learned);
            if written == sent {
                continue;
            }
            // Every node's text is a slice of its document's. Identifiers come in their order.
            let at = id.raw.as_ptr().addr().saturating_sub(start);
            out.push_str(event.raw.get(done..at).unwrap_or_default());
            // Both forms of a GS1 key are plain ASCII without what JSON escapes.
            out.extend(["\"", &written, "\""]);
            done = at + id.raw.len();
        }
        if done == 0 {
            return Cow::Borrowed(event.raw);
        }
        out.push_str(event.raw.get(done..).unwrap_or_default());
        Cow::Owned(out)
    }
}

/// The values of an event that the standard defines as identifiers, in the order of the text.
/// Extensions are nobody's to translate.
fn identifiers<'n, 'a>(event: &'n Node<'a>) -> Vec<&'n Node<'a>> {
    let mut ids = Vec::new();
    for (name, value) in event.members() {
        let each = value.elements().iter();
        match name.as_ref() {
            "parentID" | "transformationID" => ids.push(value),
            "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => ids.extend(each),
            "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                ids.extend(each.filter_map(|item| member(item, "epcClass")));
            }
            "readPoint" | "bizLocation" => ids.extend(member(value, "id")),
            "bizTransactionList" => {
                ids.extend(each.filter_map(|item| member(item, "bizTransaction")));
            }
            "sourceList" => ids.extend(each.filter_map(|item| member(item, "source"))),
            "destinationList" => ids.extend(each.filter_map(|item| member(item, "destination"))),
            "sensorElementList" => each.for_each(|element| of_sensor(element, &mut ids)),
            _ => {}
        }
    }
    ids
}

fn of_sensor<'n, 'a>(element: &'n Node<'a>, ids: &mut Vec<&'n Node<'a>>) {
    const NAMES: [&str; 5] =
        ["deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"];
    let mut add = |part: &'n Node<'a>| {
        let named = part.members().iter().filter(|(name, _)| NAMES.contains(&name.as_ref()));
        ids.extend(named.map(|(_, value)| value));
    };
    for (name, value) in element.members() {
        match name.as_ref() {
            "sensorMetadata" => add(value),
            "sensorReport" => value.elements().iter().for_each(&mut add),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
