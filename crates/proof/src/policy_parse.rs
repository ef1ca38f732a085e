//! Reading a policy file (c2sp.org/tlog-policy).

use std::str;

use thiserror::Error;

use crate::note::NOTE_SIGNATURES_MAX;
use crate::note_key::{KeyError, NoteVerifier, RawKey};
use crate::policy::{Group, Member, Policy, PolicyKey, PolicyLog, PolicyWitness};
use crate::text::decimal;

/// Longest policy file, in bytes: the most lines of each kind with ML-DSA-44 keys and long URLs.
pub const POLICY_BYTES_MAX: usize = 1_048_576;
/// Most logs, most witnesses and most groups of a policy: a note has room for the lines of so many
/// witnesses and for those of a log that changes its key.
pub const POLICY_ITEMS_MAX: usize = NOTE_SIGNATURES_MAX - 4;

/// Why a policy file is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("policy line {line}: {fault}")]
pub struct PolicyError {
    /// Number of the line, from 1; behind the last line where one is missing.
    pub line: usize,
    /// What is wrong there.
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// Longer than [`POLICY_BYTES_MAX`].
    #[error("the file is above the limit of {POLICY_BYTES_MAX} bytes")]
    TooLong,
    /// Another control character than tab and newline, or no UTF-8 outside of a comment.
    #[error("a control character, or text that is not UTF-8")]
    Character,
    /// Neither log, witness, group nor quorum, or another number of words than these take.
    #[error(
        "not one of: log <vkey> [<url>], witness <name> <vkey> [<url>], \
         group <name> all|any|<k> <name>..., quorum <name>|none"
    )]
    Line,
    /// A verifier key that cannot stand there.
    #[error("the verifier key is refused: {0}")]
    Key(#[from] KeyError),
    /// A witness with a key that makes plain signatures.
    #[error("the key of a witness must be one for cosignatures (type 0x04 or 0x06)")]
    NotACosigner,
    /// A second log, or a second witness, with the same public key.
    #[error("the same public key stands on an earlier line")]
    DuplicateKey,
    /// A name that is taken, or `none`.
    #[error("the name {0} is taken, or is none")]
    Name(String),
    /// A name that no earlier line defines.
    #[error("no earlier line defines {0}")]
    Unknown(String),
    /// A member of two groups, or twice of one.
    #[error("{0} is already a member of a group")]
    MemberTwice(String),
    /// A threshold that is no number from 1 to the number of members.
    #[error("the threshold is not all, any or a number from 1 to the number of members")]
    Threshold,
    /// More than [`POLICY_ITEMS_MAX`] of one kind.
    #[error("more than {POLICY_ITEMS_MAX} lines of this kind")]
    TooMany,
    /// A second quorum line, or none at all.
    #[error("a policy has exactly one quorum line")]
    Quorum,
}

#[derive(Default)]
struct Parser {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    members: Vec<Member>,
    quorum: Option<Option<Member>>,
}

impl Policy {
    /// Reads a policy file. Its octets are opaque to the format, but whatever is not a comment must
    /// be UTF-8 here.
    ///
    /// # Errors
    /// [`PolicyError`] with the line.
    pub fn parse(file: &[u8]) -> Result<Self, PolicyError> {
        if file.len() > POLICY_BYTES_MAX {
            return Err(PolicyError { line: 1, fault: PolicyFault::TooLong });
        }
        let mut parser = Parser::default();
        let mut lines = 0;
        for line in file.split(|byte| *byte == b'\n') {
            lines += 1;
            parser.line(line).map_err(|fault| PolicyError { line: lines, fault })?;
        }
        let Parser { logs, witnesses, groups, quorum, .. } = parser;
        let missing = PolicyError { line: lines, fault: PolicyFault::Quorum };
        Ok(Self { logs, witnesses, groups, quorum: quorum.ok_or(missing)? })
    }
}

impl Parser {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        if line.iter().any(|byte| *byte != b'\t' && byte.is_ascii_control()) {
            return Err(PolicyFault::Character);
        }
        let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
        if matches!(line.iter().find(|byte| !blank(byte)), None | Some(b'#')) {
            return Ok(());
        }
        let line = str::from_utf8(line).map_err(|_| PolicyFault::Character)?;
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["log", vkey] => self.log(vkey, None),
            ["log", vkey, url] => self.log(vkey, Some(url)),
            ["witness", name, vkey] => self.witness(name, vkey, None),
            ["witness", name, vkey, url] => self.witness(name, vkey, Some(url)),
            ["group", name, threshold, members @ ..] => self.group(name, threshold, members),
            ["quorum", name] => self.quorum(name),
            _ => Err(PolicyFault::Line),
        }
    }

    fn log(&mut self, vkey: &str, url: Option<&str>) -> Result<(), PolicyFault> {
        let key = policy_key(vkey)?;
        room(self.logs.len())?;
        if self.logs.iter().any(|log| log.key.public() == key.public()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.logs.push(PolicyLog { key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn witness(&mut self, name: &str, vkey: &str, url: Option<&str>) -> Result<(), PolicyFault> {
        let key = policy_key(vkey)?;
        room(self.witnesses.len())?;
        if key.verifier().is_some_and(|verifier| !verifier.is_cosigner()) {
            return Err(PolicyFault::NotACosigner);
        }
        if self.witnesses.iter().any(|witness| witness.key.public() == key.public()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.check_new(name)?;
        let (name, url) = (name.to_owned(), url.map(str::to_owned));
        self.witnesses.push(PolicyWitness { name, key, url });
        Ok(())
    }

    fn group(&mut self, name: &str, needed: &str, members: &[&str]) -> Result<(), PolicyFault> {
        room(self.groups.len())?;
        self.check_new(name)?;
        let count = members.len();
        let needed = match needed {
            "all" => count,
            "any" => 1,
            number => decimal(number)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or(PolicyFault::Threshold)?,
        };
        if needed == 0 || needed > count {
            return Err(PolicyFault::Threshold);
        }
        let mut own = Vec::with_capacity(count);
        for member in members {
            let found = self.find(member)?;
            if self.members.contains(&found) {
                return Err(PolicyFault::MemberTwice((*member).to_owned()));
            }
            self.members.push(found);
            own.push(found);
        }
        self.groups.push(Group { name: name.to_owned(), needed, members: own });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::Quorum);
        }
        let quorum = if name == "none" { None } else { Some(self.find(name)?) };
        self.quorum = Some(quorum);
        Ok(())
    }

    fn check_new(&self, name: &str) -> Result<(), PolicyFault> {
        if name == "none" || self.find(name).is_ok() {
            return Err(PolicyFault::Name(name.to_owned()));
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Result<Member, PolicyFault> {
        let witness = self.witnesses.iter().position(|witness| witness.name == name);
        let group = || self.groups.iter().position(|group| group.name == name);
        let found = witness.map(Member::Witness).or_else(|| group().map(Member::Group));
        found.ok_or_else(|| PolicyFault::Unknown(name.to_owned()))
    }
}

fn room(items: usize) -> Result<(), PolicyFault> {
    if items < POLICY_ITEMS_MAX { Ok(()) } else { Err(PolicyFault::TooMany) }
}

fn policy_key(vkey: &str) -> Result<PolicyKey, PolicyFault> {
    let raw = RawKey::parse(vkey)?;
    match NoteVerifier::from_raw(&raw) {
        Ok(verifier) => Ok(PolicyKey::Ed25519(verifier)),
        Err(KeyError::MlDsa) => Ok(PolicyKey::MlDsa(vkey.to_owned())),
        Err(error) => Err(error.into()),
    }
}
