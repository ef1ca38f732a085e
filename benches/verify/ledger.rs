//! A ledger to verify: registered parties, then captures that they signed.

use crate::ORIGIN;
use crate::load::documents::MEDIA_TYPE;
use data_encoding::BASE64URL_NOPAD;
use laiqu_epcis::{Limits, event_ranges};
use laiqu_ledger::{Frame, Kind, Leaf, Log, LogOptions, PreparedEntry, events_root};
use laiqu_proof::{Hash, PrivateJwk, PublicJwk, SubmissionClaims, sign_submission};
use laiqu_service::{DataDir, Outcome};
use std::path::{Path, PathBuf};

const PARTIES: u64 = 16;
const JSON: &str = "application/json";
/// Entries of a commit unit.
const UNIT_ENTRIES: usize = 16;

/// A ledger on disk, and what verifying it must do at least.
pub(crate) struct Made {
    pub(crate) log: PathBuf,
    pub(crate) operator_token: String,
    pub(crate) vkey: String,
    pub(crate) entries: u64,
    /// Bytes of each message that SHA-256 must see.
    pub(crate) messages: Vec<u32>,
    pub(crate) signed: Vec<Signed>,
}

/// A signature with everything parsed.
pub(crate) struct Signed {
    pub(crate) key: PublicJwk,
    /// Header and claims as they were signed (RFC 7515, section 5.1).
    pub(crate) input: Vec<u8>,
    pub(crate) signature: [u8; 64],
}

impl Made {
    /// All segment files, one behind the other.
    pub(crate) fn image(&self) -> Vec<u8> {
        let names = std::fs::read_dir(&self.log).unwrap().map(|file| file.unwrap().path());
        let segments = names.filter(|path| path.extension().is_some_and(|end| end == "seg"));
        segments.map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>().concat()
    }
}

struct Party {
    id: String,
    key: PrivateJwk,
    alias: u64,
    key_entry: u64,
}

/// Writes the document with this number of this party, or says that there is no further one.
pub(crate) type NextDocument<'d> = dyn FnMut(&mut Vec<u8>, u64, u64) -> bool + 'd;

/// Makes a ledger of these documents, of the parties in turn.
pub(crate) fn make(path: &Path, next: &mut NextDocument<'_>) -> Made {
    let mut ledger = Ledger::create(path);
    ledger.write(next);
    ledger.made
}

/// A ledger that documents are written to while nothing serves it.
pub(crate) struct Ledger {
    gateway: Party,
    parties: Vec<Party>,
    pub(crate) made: Made,
}

impl Ledger {
    /// An empty one, with its parties.
    pub(crate) fn create(path: &Path) -> Self {
        let init = laiqu_service::init(path, ORIGIN).unwrap();
        let gateway = std::fs::read_to_string(DataDir::new(path).secrets().join("gateway.jwk"));
        let gateway = Party {
            id: ORIGIN.to_owned(),
            key: PrivateJwk::parse(&gateway.unwrap()).unwrap(),
            alias: 0,
            key_entry: 1,
        };
        let made = Made {
            log: DataDir::new(path).log(),
            operator_token: init.operator_token,
            vkey: init.vkey,
            entries: 0,
            messages: Vec::new(),
            signed: Vec::new(),
        };
        let mut ledger = Self { gateway, parties: Vec::new(), made };
        ledger.parties =
            ledger.with_log(|writer| (0..PARTIES).map(|number| writer.register(number)).collect());
        ledger
    }

    /// Appends these documents, of the parties in turn.
    pub(crate) fn write(&mut self, next: &mut NextDocument<'_>) {
        let parties = std::mem::take(&mut self.parties);
        self.with_log(|writer| {
            let mut body = Vec::new();
            let turns =
                (0..).flat_map(|number| parties.iter().zip(0..).map(move |it| (it, number)));
            for ((party, at), number) in turns {
                body.clear();
                if !next(&mut body, at, number) {
                    break;
                }
                writer.capture(party, &body);
            }
        });
        self.parties = parties;
    }

    fn with_log<T>(&mut self, write: impl FnOnce(&mut Writer<'_>) -> T) -> T {
        let log = Log::open(&self.made.log, LogOptions::default()).unwrap().0;
        let mut writer =
            Writer { gateway: &self.gateway, log, unit: Vec::new(), made: &mut self.made };
        let written = write(&mut writer);
        writer.flush();
        let Writer { log, made, .. } = writer;
        made.entries = log.head().size;
        log.close().unwrap();
        written
    }
}

/// The identifier of the party with this number.
pub(crate) fn party_id(number: u64) -> String {
    format!("urn:uscc:91510500MA{number:08}")
}

struct Writer<'l> {
    log: Log,
    /// The operator's gateway: signs for the ledger itself.
    gateway: &'l Party,
    unit: Vec<PreparedEntry>,
    made: &'l mut Made,
}

impl Writer<'_> {
    /// Registers a party and its key as the service does: the record signed by the gateway, the key
    /// by itself over the record.
    fn register(&mut self, number: u64) -> Party {
        let mut seed = [7; 32];
        seed[0] = u8::try_from(number).unwrap();
        let key = PrivateJwk::from_seed(&seed);
        let id = party_id(number);
        let jwk = key.public().to_json();
        let body = serde_json::json!({
            "id": id, "name": "企业", "kinds": ["processor"],
            "keys": [key.public()], "signing": "required",
        });
        let body = body.to_string().into_bytes();
        let alias = self.log.head().size;
        let party = Party { id, key, alias, key_entry: alias + 1 };
        let possession = party.sign(JSON, &body);
        let gateway = self.gateway;
        let jws = gateway.sign(JSON, &body);
        let (issuer, keys) = (gateway.alias, vec![gateway.key_entry]);
        self.push(issuer, Kind::PartyRegister, JSON, body, keys, jws, 0);
        self.flush();
        let (keys, jwk) = (vec![party.key_entry], jwk.into_bytes());
        self.push(alias, Kind::KeyAdd, "application/jwk+json", jwk, keys, possession, 0);
        self.flush();
        party
    }

    fn capture(&mut self, party: &Party, body: &[u8]) {
        let jws = party.sign(MEDIA_TYPE, body);
        let (input, signature) = jws.rsplit_once('.').unwrap();
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        self.made.signed.push(Signed {
            key: party.key.public().clone(),
            input: input.as_bytes().to_vec(),
            signature: signature.try_into().unwrap(),
        });
        let events = event_ranges(body, &Limits::default()).unwrap().len();
        let keys = vec![party.key_entry];
        self.push(party.alias, Kind::EpcisCapture, MEDIA_TYPE, body.to_vec(), keys, jws, events);
        if self.unit.len() == UNIT_ENTRIES {
            self.flush();
        }
    }

    #[allow(clippy::too_many_arguments, reason = "an entry has so many parts")]
    fn push(
        &mut self,
        issuer: u64,
        kind: Kind,
        media_type: &str,
        payload: Vec<u8>,
        keys: Vec<u64>,
        jws: String,
        events: usize,
    ) {
        let (head, issuer_head) = (self.log.head(), self.log.issuer_head(issuer));
        let before = self.unit.last();
        let own = self.unit.iter().rev().find(|entry| entry.leaf().issuer == issuer);
        let outcome = Outcome::of_capture((0..events).map(|_| (true, None)));
        let index = head.size + self.unit.len() as u64;
        let frame = Frame {
            salt: Hash::digest(&index.to_be_bytes()).0,
            signatures: vec![jws],
            media_type: media_type.to_owned(),
            outcome: outcome.encode().into_bytes(),
            payload,
        };
        let ranges = event_ranges(&frame.payload, &Limits::default());
        let ranges = ranges.unwrap_or_else(|| std::iter::once(0..frame.payload.len()).collect());
        let parts: Vec<&[u8]> = ranges.into_iter().map(|range| &frame.payload[range]).collect();
        let time_micros = head.last_time_micros.unwrap_or(0) + 1 + self.unit.len() as u64;
        let leaf = Leaf {
            index,
            time_micros,
            prev: before.map_or(head.last_leaf_hash, PreparedEntry::leaf_hash),
            kind,
            issuer,
            issuer_seq: own.map_or(issuer_head.next_seq, |entry| entry.leaf().issuer_seq + 1),
            issuer_prev: own.map_or(issuer_head.last_leaf_hash, PreparedEntry::leaf_hash),
            keys,
            events_root: events_root(&frame.salt, &parts),
            commitment: frame.commitment(),
        };
        let messages = messages(&leaf, &frame, &parts);
        self.made.messages.extend(messages.into_iter().map(|bytes| u32::try_from(bytes).unwrap()));
        let events = u32::try_from(parts.len()).unwrap();
        self.unit.push(PreparedEntry::new(leaf, frame.encode().unwrap(), events).unwrap());
    }

    fn flush(&mut self) {
        if !self.unit.is_empty() {
            self.log.append(&self.unit).unwrap();
            self.unit.clear();
        }
    }
}

impl Party {
    fn sign(&self, media_type: &str, body: &[u8]) -> String {
        let claims = SubmissionClaims {
            iss: self.id.clone(),
            aud: ORIGIN.to_owned(),
            sha256: Hash::digest(body),
            cty: media_type.to_owned(),
            exp: None,
            seq: None,
            prev: None,
        };
        sign_submission(&self.key, &claims)
    }
}

/// Bytes of each message that SHA-256 must see to check this entry: leaf and its node in the tree,
/// payload, commitment, and for each event its salt, itself and its node.
fn messages(leaf: &Leaf, frame: &Frame, parts: &[&[u8]]) -> Vec<usize> {
    const NODE: usize = 65;
    const EVENT_SALT: usize = 19 + 32 + 4;
    let signatures: usize = frame.signatures.iter().map(|jws| 4 + jws.len()).sum();
    let texts = 4 + frame.media_type.len() + 4 + frame.outcome.len();
    let commitment = 19 + 36 + signatures + 36 + texts;
    let mut messages =
        vec![1 + leaf.encode().unwrap().len(), NODE, frame.payload.len(), commitment];
    for part in parts {
        messages.extend([EVENT_SALT, 1 + 32 + part.len(), NODE]);
    }
    messages
}
