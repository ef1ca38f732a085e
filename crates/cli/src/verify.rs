//! `laiqu verify`: checks a ledger directory, or a published log (served, or copied as tiles), to
//! the last byte that is at hand, and says what it could not look at.

mod contained;
mod directory;
mod frames;
mod index;
mod party;
mod party_entries;
mod remote;
mod report;
mod saved;

use crate::client::bearer;
use crate::exit::{Exit, Failure};
use crate::source::LocalCopy;
use crate::state::{Remembered, StateFile};
use crate::trust::{parse_vkey, read_policy};
use clap::Args;
use laiqu_proof::{Hash, NoteVerifier, Policy};
use std::path::{Path, PathBuf};

pub(crate) use directory::{DESCRIPTOR, Wanted, verify as directory};
pub(crate) use index::LookAtIndex;
use party_entries::PartyEntries;
use remote::Verified;
pub(crate) use report::Report;

/// Verifies a ledger.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// 数据目录、账本服务或静态副本的地址、或静态副本目录 / Data directory, address of a ledger or of a
    /// static copy, or directory with a static copy
    target: String,
    /// 账本公钥；核对他人账本时必须给出 / Verifier key; give it to check a ledger of others
    #[arg(long)]
    vkey: Option<String>,
    /// 此前保存的检查点文件，账本必须包含它，可重复 / Saved checkpoint that must be contained
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
    /// 状态文件：记住核对过的大小与根，以后的账本必须包含它 / Remembers size and root that were
    /// checked; a later ledger must contain them
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// 策略文件（C2SP tlog-policy）：须有足够的见证；只列一个账本时可代替 --vkey / Policy file: enough
    /// witnesses must have cosigned; with one log in it, it may stand for --vkey
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// 账本与此前的检查点矛盾时，把证据写入此目录 / Directory for evidence, where the ledger contradicts
    /// an earlier checkpoint
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// 令牌：也核对它可读的原文、承诺与签名 / Token: also check the documents, commitments and signatures
    /// that it may read
    #[arg(long)]
    token: Option<String>,
    /// 同 --token，令牌取自 LAIQU_TOKEN / Likewise, with the token in LAIQU_TOKEN
    #[arg(long)]
    private: bool,
    /// 单位标识：核对它的条目首末之间无缺失，并说明依据 / Party: none of its entries is missing between
    /// its first and last, and on whose word that rests
    #[arg(long, value_name = "ID")]
    party: Option<String>,
    /// 该单位所持的回执文件，其条目必须都在，可重复 / Receipt that the party holds, repeatable; its entry
    /// must be there
    #[arg(long, value_name = "FILE", requires = "party")]
    receipt: Vec<PathBuf>,
    /// 数据目录：记住的大小之前只重读叶子与登记项，不重读原文 / Data directory: before the remembered size
    /// read only leaves and registry entries again, no documents
    #[arg(long, requires = "state")]
    since_state: bool,
    /// 数据目录：核对索引的每一条记录 / Data directory: compare every record of the index
    #[arg(long)]
    deep: bool,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let checkpoints = self
            .checkpoint
            .iter()
            .map(|file| std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error)));
        let checkpoints = checkpoints.collect::<Result<Vec<String>, Failure>>()?;
        let policy = self.policy.as_deref().map(read_policy).transpose()?;
        let key = configured_key(self.vkey.as_deref(), policy.as_ref())?;
        let names_logs = policy.as_ref().is_some_and(|policy| !policy.logs().is_empty());
        if key.is_none() && names_logs && self.is_on_the_web() {
            // Otherwise the server would say which log it is, and be none of them.
            return Err(no_choice());
        }
        let memory =
            self.state.as_deref().map(|path| Memory::of(path, key.as_ref())).transpose()?;
        let remembered = memory.as_ref().and_then(|memory| memory.was.as_ref());
        let token = self.private_token()?;
        let against = remote::Against {
            key: key.as_ref(),
            saved: &checkpoints,
            remembered,
            policy: policy.as_ref(),
            evidence: self.evidence.as_deref(),
            token: token.as_deref(),
        };
        let mut verified = self.check(against)?;
        if let Some(id) = &self.party {
            let entries = self.party_entries(id, token.as_deref(), &verified)?;
            party::check(&mut verified.report, id, &entries, &self.receipt)?;
        }
        let Verified { mut report, frames } = verified;
        if policy.is_some() && report.policy_met.is_none() {
            report.not_checked.push("cosignatures: there is no checkpoint to look at".to_owned());
        }
        // What was found is said first: a memory that cannot be written changes nothing of it.
        report.print(self.json)?;
        if report.whole && report.policy_met != Some(false) {
            memory.map_or(Ok(()), |memory| memory.keep(&report, frames))?;
        }
        Ok(match report.policy_met {
            _ if !report.whole => Exit::CheckFailed,
            Some(false) => Exit::Refused,
            _ => Exit::Done,
        })
    }

    /// Checks the target, of whatever sort it is.
    fn check(&self, against: remote::Against<'_>) -> Result<Verified, Failure> {
        let path = Path::new(&self.target);
        if self.is_on_the_web() {
            self.refuse_those_for_a_directory()?;
            return remote::web(&self.target, against);
        }
        if LocalCopy::is_at(path) {
            self.refuse_those_for_a_directory()?;
            return remote::copy(path, against);
        }
        self.refuse_those_for_a_published_log()?;
        let vkey = against.key.map(NoteVerifier::vkey);
        let wanted = Wanted {
            vkey: vkey.as_deref(),
            checkpoints: against.saved,
            remembered: against.remembered.map(|known| (known.size, known.root)),
            since: against.remembered.filter(|_| self.since_state).map_or(0, |known| known.frames),
            policy: against.policy,
            index: if self.deep { LookAtIndex::All } else { LookAtIndex::Sample },
        };
        let report = directory(path, &wanted)?;
        let frames = report.size;
        Ok(Verified { report, frames })
    }

    /// An option without effect would let its user believe that more was checked.
    fn refuse_those_for_a_directory(&self) -> Result<(), Failure> {
        let given = [("--deep", self.deep), ("--since-state", self.since_state)];
        refuse(&given, ("只用于数据目录", "is for a data directory only"))
    }

    fn refuse_those_for_a_published_log(&self) -> Result<(), Failure> {
        let evidence = [("--evidence", self.evidence.is_some())];
        refuse(&evidence, ("只用于服务地址或静态副本", "is for a server or a static copy only"))?;
        let token = [("--private", self.private), ("--token", self.token.is_some())];
        let why = (
            "不用于数据目录：其中的原文都会核对",
            "is not for a data directory: its documents are all checked",
        );
        refuse(&token, why)
    }

    fn is_on_the_web(&self) -> bool {
        ["http://", "https://"].iter().any(|web| self.target.starts_with(web))
    }

    /// The entries of the party that was asked for, from what was just verified.
    fn party_entries(
        &self,
        id: &str,
        token: Option<&str>,
        verified: &Verified,
    ) -> Result<PartyEntries, Failure> {
        let path = Path::new(&self.target);
        if self.is_on_the_web() {
            return party_entries::of_web(&self.target, token, id, verified);
        }
        if LocalCopy::is_at(path) {
            return Err(no_parties(path));
        }
        party_entries::of_directory(path, id, verified.report.size)
    }

    /// The token for private frames, where they are asked for.
    fn private_token(&self) -> Result<Option<String>, Failure> {
        if !self.private && self.token.is_none() {
            return Ok(None);
        }
        bearer(self.token.as_deref()).map(Some).ok_or_else(|| {
            let en = "--private: there is no token in LAIQU_TOKEN";
            Failure::usage("--private 需要 LAIQU_TOKEN 中的令牌", en)
                .hint("设置 LAIQU_TOKEN，或用 --token", "set LAIQU_TOKEN, or give --token")
        })
    }
}

fn refuse(given: &[(&str, bool)], (zh, en): (&str, &str)) -> Result<(), Failure> {
    let Some((option, _)) = given.iter().find(|(_, given)| *given) else { return Ok(()) };
    let failure = Failure::usage(format!("{option} {zh}"), format!("{option} {en}"));
    Err(failure.hint(&format!("去掉 {option}"), &format!("leave {option} out")))
}

/// A static copy names nobody: its leaves hold aliases only.
fn no_parties(path: &Path) -> Failure {
    let path = path.display();
    let zh = format!("{path}：静态副本中没有单位的标识");
    let en = format!("{path}: a static copy does not say which alias is which party");
    Failure::usage(zh, en).hint(
        "对数据目录或账本服务地址使用 --party",
        "use --party with a data directory or the address of a ledger",
    )
}

/// The log key that the user configured: given itself, or as the one log of a policy. Where that
/// lists several keys of one log, because it changed them, the first one.
pub(crate) fn configured_key(
    vkey: Option<&str>,
    policy: Option<&Policy>,
) -> Result<Option<NoteVerifier>, Failure> {
    if let Some(vkey) = vkey {
        return parse_vkey(vkey).map(Some);
    }
    let keys = policy.into_iter().flat_map(Policy::logs).map(|log| log.key.verifier());
    let Some(keys) = keys.collect::<Option<Vec<_>>>() else { return Ok(None) };
    let first = keys.first().copied();
    Ok(first.filter(|first| keys.iter().all(|key| key.name() == first.name())).cloned())
}

/// The refusal of a policy from which nobody can tell the log that is meant.
pub(crate) fn no_choice() -> Failure {
    let en = "the policy names no log, or several: say which one with --vkey";
    Failure::usage("策略文件未能确定账本", en).hint("加上 --vkey", "add --vkey")
}

/// The trust state of one run: what was remembered of this ledger when it began.
struct Memory {
    file: StateFile,
    key: NoteVerifier,
    was: Option<Remembered>,
}

impl Memory {
    fn of(path: &Path, key: Option<&NoteVerifier>) -> Result<Self, Failure> {
        let Some(key) = key.cloned() else {
            let en = "--state is kept by the ledger's key: give it with --vkey";
            return Err(Failure::usage("--state 须与 --vkey 一起使用", en).hint(
                "公钥由 `laiqu init` 输出，或由账本运营者公布",
                "`laiqu init` printed the key, or the operator publishes it",
            ));
        };
        let file = StateFile::new(path);
        let was = file.recall(&key)?;
        Ok(Self { file, key, was })
    }

    /// Remembers what is whole now, unless it is an older state than the one remembered.
    fn keep(self, report: &Report, frames: u64) -> Result<(), Failure> {
        let Some(root) = report.root.as_ref().and_then(|root| Hash::from_hex(root).ok()) else {
            return Ok(());
        };
        if self.was.as_ref().is_some_and(|was| was.size > report.size) {
            return Ok(());
        }
        // A check that had no need of earlier log keys forgets none.
        let known = || self.was.as_ref().map_or_else(Vec::new, |was| was.log_keys.clone());
        let learnt = &report.log_keys;
        let log_keys = if learnt.is_empty() { known() } else { learnt.clone() };
        let now = Remembered {
            origin: self.key.name().to_owned(),
            vkey: self.key.vkey(),
            log_keys,
            size: report.size,
            root,
            frames: self.was.as_ref().map_or(0, |was| was.frames).max(frames),
            checkpoint: report.checkpoint.clone(),
            resume: report.resume.clone(),
        };
        self.file.remember(self.was.as_ref(), now)
    }
}
