//! Writes one record as an EPCIS 2.0 event.

use crate::acts::{Act, NONE, Step};
use crate::clock;
use crate::dice::mix;
use crate::flow::World;
use crate::goods::Product;
use crate::identifiers::{self, Spelling};
use crate::json::Json;
use crate::places::CityParty;
use crate::record::{Face, Fate, Record};

/// A document of one party, in CBV's form for private numbers (CBV 2.0, section 8.5.2).
pub(crate) fn document(gln: &str, kind: &str, number: u32) -> String {
    format!("urn:epcglobal:cbv:bt:{gln}:{kind}{number:06}")
}

/// Everything needed to write events.
pub(crate) struct Renderer<'a> {
    pub(crate) world: &'a World,
    pub(crate) parties: &'a [CityParty],
    pub(crate) fate: Fate,
}

/// One event in the making.
pub(crate) struct Event<'a> {
    pub(crate) with: &'a Renderer<'a>,
    pub(crate) act: &'a Act,
    pub(crate) record: Record,
    pub(crate) spelling: Spelling,
}

pub(crate) const ID: u64 = 20;
const SPELLING: u64 = 21;
const NO_ID: u64 = 24;

impl Step {
    /// Event type, action, bizStep and disposition.
    pub(crate) fn words(self) -> (&'static str, &'static str, &'static str, &'static str) {
        const OBJECT: &str = "ObjectEvent";
        match self {
            Self::Harvest => (OBJECT, "ADD", "creating_class_instance", "active"),
            Self::Appear => (OBJECT, "ADD", "creating_class_instance", "sellable_accessible"),
            Self::Certify => (OBJECT, "OBSERVE", "inspecting", "conformant"),
            Self::Sample => (OBJECT, "OBSERVE", "sampling", "conformant"),
            Self::Pack => ("AggregationEvent", "ADD", "packing", "in_progress"),
            Self::Ship => (OBJECT, "OBSERVE", "shipping", "in_transit"),
            Self::VoidShip => (OBJECT, "OBSERVE", "void_shipping", "in_progress"),
            Self::Depart => (OBJECT, "OBSERVE", "departing", "in_transit"),
            Self::Arrive => (OBJECT, "OBSERVE", "arriving", "in_progress"),
            Self::Receive => (OBJECT, "OBSERVE", "receiving", "in_progress"),
            Self::Unpack => ("AggregationEvent", "DELETE", "unpacking", "in_progress"),
            Self::Transform | Self::Cook => {
                ("TransformationEvent", "", "creating_class_instance", "in_progress")
            }
            Self::Repack => ("TransformationEvent", "", "repackaging", "in_progress"),
            Self::Kill => (OBJECT, "OBSERVE", "laiqu:BizStep-kill_step", "conformant"),
            Self::Clean => (OBJECT, "OBSERVE", "laiqu:BizStep-cleaning", "active"),
            Self::Sense => (OBJECT, "OBSERVE", "sensor_reporting", ""),
            Self::Count => (OBJECT, "OBSERVE", "stock_taking", "sellable_not_accessible"),
            Self::Sell | Self::SellLoose => (OBJECT, "DELETE", "retail_selling", "retail_sold"),
            Self::Serve => (OBJECT, "DELETE", "dispensing", "dispensed"),
            Self::Destroy => (OBJECT, "DELETE", "destroying", "destroyed"),
            Self::Commission => (OBJECT, "ADD", "commissioning", "active"),
            Self::Install => ("AssociationEvent", "ADD", "installing", ""),
            Self::Order => ("TransactionEvent", "ADD", "accepting", ""),
        }
    }
}

impl Renderer<'_> {
    /// Writes the event as one JSON object.
    pub(crate) fn event(&self, record: Record, out: &mut Json) {
        let act = &self.world.acts[record.act as usize];
        // The act's own number decides, so that a declaration repeats its event word for word.
        let spelling = match self.fate.draw(record.act, SPELLING, 100) {
            0..=9 => Spelling::Urn,
            10..=12 => Spelling::OwnHost,
            _ => Spelling::Link,
        };
        Event { with: self, act, record, spelling }.write(out);
    }

    pub(crate) fn product(&self, item: u32) -> &Product {
        &self.world.products[self.world.truth.items[item as usize].product as usize]
    }

    /// `urn:uuid:` of version 4's shape, from the act and what the record makes of it.
    pub(crate) fn event_id(&self, act: u32, face: Face) -> String {
        let face = match face {
            Face::Whole | Face::Inputs | Face::Wrong | Face::Declared => 0,
            Face::Outputs => 1,
            Face::Corrected => 2,
            Face::Phantom | Face::PhantomDeclared => 3,
        };
        let high = mix(self.fate.seed ^ ID, u64::from(act), face);
        let low = mix(self.fate.seed ^ ID, u64::from(act), face + 10);
        format!(
            "urn:uuid:{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            8 + (low >> 62),
            low >> 48 & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }
}

impl Event<'_> {
    fn write(&self, out: &mut Json) {
        let (kind, action, step, disposition) = self.act.step.words();
        out.object(|j| {
            j.member("type", kind);
            self.identity(j);
            j.member("eventTime", &clock::rfc3339(self.record.time));
            j.member("eventTimeZoneOffset", "+08:00");
            self.what(kind, j);
            if !action.is_empty() {
                j.member("action", action);
            }
            j.member("bizStep", step);
            let disposition = self.disposition(disposition);
            if !disposition.is_empty() {
                j.member("disposition", disposition);
            }
            self.place(j);
            self.transactions(j);
            self.ends(j);
            self.sensors(j);
            self.master(kind, j);
            self.extensions(j);
        });
    }

    fn identity(&self, j: &mut Json) {
        let face = self.record.face;
        let bare = self.with.fate.draw(self.record.act, NO_ID, 100) < 12;
        // Without a time, two sales of a day may read the same: only an id keeps them apart.
        let by = self.act.by;
        let timeless = self.with.fate.date_only(self.with.parties[by as usize].role, by);
        let plain = matches!(face, Face::Whole | Face::Inputs | Face::Outputs);
        if !bare || !plain || timeless {
            j.member("eventID", &self.with.event_id(self.record.act, face));
        }
        let reason = match face {
            Face::Declared => "incorrect_data",
            Face::PhantomDeclared => "did_not_occur",
            _ => return,
        };
        j.key("errorDeclaration").object(|j| {
            let time = (self.record.time + 2 * clock::DAY).min(self.with.world.horizon);
            j.member("declarationTime", &clock::rfc3339(time.max(self.record.time)));
            j.member("reason", reason);
            if face == Face::Declared {
                let id = self.with.event_id(self.record.act, Face::Corrected);
                j.key("correctiveEventIDs").array(|j| j.text(&id));
            }
        });
    }

    fn disposition(&self, usual: &'static str) -> &'static str {
        match self.act.step {
            Step::Sample if self.act.value > 0 => "non_conformant",
            Step::Ship | Step::Receive if self.trip_is_return() => "returned",
            _ => usual,
        }
    }

    fn trip_is_return(&self) -> bool {
        self.act.trip != NONE && self.with.world.trips[self.act.trip as usize].is_return
    }

    pub(crate) fn resource(&self, site: u32) -> String {
        let gln = &self.with.world.sites[site as usize].gln;
        identifiers::place(gln, self.act.part, self.spelling)
    }

    pub(crate) fn probe(&self) -> String {
        let gln = &self.with.world.sites[self.act.site as usize].gln;
        identifiers::giai(&gln[..9], "TP001", self.spelling)
    }

    fn place(&self, j: &mut Json) {
        let gln = &self.with.world.sites[self.act.site as usize].gln;
        let whole = identifiers::place(gln, "", self.spelling);
        let moving = matches!(self.act.step, Step::Ship | Step::Depart | Step::Arrive);
        let read = if moving || self.act.step == Step::Receive {
            whole.clone()
        } else {
            self.resource(self.act.site)
        };
        j.key("readPoint").object(|j| j.member("id", &read));
        if moving || self.act.step == Step::Sense {
            return;
        }
        let room = matches!(self.act.step, Step::Receive | Step::Count | Step::Sample);
        let stays = if room { self.resource(self.act.site) } else { whole };
        j.key("bizLocation").object(|j| j.member("id", &stays));
    }
}
