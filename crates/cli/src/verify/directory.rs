//! Verifying a data directory, also beside a running server.

use super::index::{self, LookAtIndex};
use super::report::{Erased, Finding, Report};
use super::saved::{Saved, judge_witnesses};
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::state::{KnownKey, Resume};
use crate::trust::{parse_vkey, policy_for};
use laiqu_ledger::{Error, Severity, VerifyOptions, verify_dir};
use laiqu_proof::{Hash, NoteVerifier, Policy};
use laiqu_service::{DataDir, Descriptor, event_parts};
use laiqu_supervision::LogKey;
use std::path::Path;

/// Name of the descriptor, for findings.
pub(crate) const DESCRIPTOR: &str = "laiqu.json";

/// What a directory is held against, and how closely it is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// The configured key.
    pub(crate) vkey: Option<&'a str>,
    /// Saved checkpoints.
    pub(crate) checkpoints: &'a [String],
    /// Size and root that an earlier verification found whole.
    pub(crate) remembered: Option<(u64, Hash)>,
    /// Of the entries before this one only leaves and registry frames are read; 0 to read all.
    pub(crate) since: u64,
    /// Which witnesses must have cosigned.
    pub(crate) policy: Option<&'a Policy>,
    /// How closely to look at the index.
    pub(crate) index: LookAtIndex,
}

/// Verifies the ledger in this directory.
pub(crate) fn verify(path: &Path, wanted: &Wanted<'_>) -> Result<Report, Failure> {
    let data = DataDir::new(path);
    let descriptor = data.read_descriptor();
    if descriptor.is_err() && !data.log().is_dir() {
        return Err(no_ledger(path));
    }
    let configured = wanted.vkey.map(parse_vkey).transpose()?;
    let saved = Saved::all(wanted.checkpoints, &data);
    let found = read_log(path, wanted, &saved)?;
    let (origin, log_keys) = (found.origin.clone(), log_keys_of(&found));
    let mut report = report_of(path, found);
    report.vkey_configured = configured.is_some();
    report.log_keys = to_remember(&log_keys, configured.as_ref());
    report.vkey = log_keys.last().map(|key| key.vkey.clone());
    saved.iter().for_each(|saved| saved.check(&mut report, &log_keys));
    match descriptor {
        Ok(found) => check_descriptor(&mut report, &found, origin.as_deref(), &log_keys),
        Err(error) => report.damage(DESCRIPTOR, None, error.detail),
    }
    let had = |key: &NoteVerifier| log_keys.iter().any(|known| known.vkey == key.vkey());
    if !log_keys.is_empty() && configured.is_some_and(|key| !had(&key)) {
        let what = "the ledger never had the key given with --vkey";
        report.damage("entry 0", Some(0), what);
    }
    check_witnesses(&mut report, wanted.policy, &saved, &log_keys);
    index::look(path, wanted.index, &mut report);
    Ok(report)
}

/// Reads the log to its last byte, or from the remembered size on.
fn read_log(
    path: &Path,
    wanted: &Wanted<'_>,
    saved: &[Saved],
) -> Result<laiqu_ledger::Report, Failure> {
    let roots = saved.iter().filter_map(Saved::root).chain(wanted.remembered).collect();
    let options = VerifyOptions { roots, since: wanted.since, ..VerifyOptions::new(&event_parts) };
    let mut progress = Progress::new("核对 verify", 1, false);
    let found = verify_dir(&DataDir::new(path).log(), &options, &mut |step| {
        progress.set(step.bytes, step.bytes_all);
    });
    progress.finish();
    found.map_err(|error| unreadable(path, &error))
}

/// Who cosigned, by the user's policy; and which checkpoint is that of what was found.
fn check_witnesses(
    report: &mut Report,
    policy: Option<&Policy>,
    saved: &[Saved],
    log_keys: &[LogKey],
) {
    let states = |saved: &&Saved| {
        let stated = saved.root().map(|(size, root)| (size, Some(root.to_hex())));
        stated == Some((report.size, report.root.clone()))
    };
    report.checkpoint = saved.iter().find(states).map(|saved| saved.text.clone());
    let Some(policy) = policy else {
        let what = "cosignatures of witnesses (give --policy)".to_owned();
        return report.not_checked.push(what);
    };
    let keys = log_keys.iter().filter_map(|key| NoteVerifier::parse(&key.vkey).ok());
    let policy = policy_for(Some(policy), &keys.collect::<Vec<_>>());
    judge_witnesses(report, &policy, saved);
}

/// The keys that the log had, by whose words the entries themselves vouch: each was signed in by
/// the one before.
fn log_keys_of(found: &laiqu_ledger::Report) -> Vec<LogKey> {
    let keys = found.log_keys.iter();
    keys.map(|key| LogKey { by: key.by, vkey: key.vkey.clone() }).collect()
}

/// The keys from the configured one on, with which a check over the network goes on; none where
/// that is the only one. Who went on without them would take the old key's word for what comes.
fn to_remember(log_keys: &[LogKey], configured: Option<&NoteVerifier>) -> Vec<KnownKey> {
    let vkey = configured.map(NoteVerifier::vkey);
    let known = log_keys.iter().skip_while(|key| Some(&key.vkey) != vkey.as_ref());
    let known = known.map(|key| KnownKey { by: key.by, vkey: key.vkey.clone() });
    let known: Vec<KnownKey> = known.collect();
    if matches!(known.as_slice(), [KnownKey { by: 0, .. }]) { Vec::new() } else { known }
}

/// Where the chains end; `None` before the first entry.
fn resume_of(found: &laiqu_ledger::Report) -> Option<Resume> {
    let issuers = found.issuers.iter();
    Some(Resume {
        time_micros: found.last_time_micros?,
        last_leaf_hash: found.last_leaf_hash,
        issuers: issuers
            .map(|(issuer, head)| (*issuer, (head.next_seq, head.last_leaf_hash.to_hex())))
            .collect(),
    })
}

fn report_of(path: &Path, found: laiqu_ledger::Report) -> Report {
    let whole = found.is_whole();
    let resume = resume_of(&found).filter(|_| whole);
    let findings = found.findings.into_iter().map(|finding| Finding {
        severity: if finding.severity == Severity::Torn { "torn" } else { "damage" },
        entry: finding.entry,
        file: finding.file,
        from: Some(finding.from),
        to: Some(finding.to),
        what: finding.what,
    });
    Report {
        target: path.display().to_string(),
        whole,
        origin: found.origin,
        vkey: None,
        vkey_configured: false,
        size: found.size,
        root: found.root.map(|root| root.to_hex()),
        checkpoint: None,
        resume,
        log_keys: Vec::new(),
        cosigned_by: Vec::new(),
        policy_met: None,
        bytes: found.bytes,
        signatures: found.signatures,
        erased: found.erased.iter().map(|(index, by)| Erased { index: *index, by: *by }).collect(),
        party: None,
        findings: findings.collect(),
        findings_left_out: found.findings_left_out,
        not_checked: found.not_checked,
    }
}

/// The descriptor may be rebuilt from the entries, so it must say the same.
fn check_descriptor(
    report: &mut Report,
    descriptor: &Descriptor,
    origin: Option<&str>,
    log_keys: &[LogKey],
) {
    if origin.is_some_and(|origin| origin != descriptor.origin) {
        report.damage(DESCRIPTOR, None, "it names another origin than entry 0");
    }
    let Some(newest) = log_keys.last() else { return };
    if newest.vkey == descriptor.vkey {
        return;
    }
    if log_keys.iter().any(|key| key.vkey == descriptor.vkey) {
        let what = format!(
            "{DESCRIPTOR}: it names the log key before entry {}; the next start corrects that",
            newest.by
        );
        return report.not_checked.push(what);
    }
    report.damage(DESCRIPTOR, None, "it names a log key that the ledger never had");
}

fn no_ledger(path: &Path) -> Failure {
    let path = path.display();
    Failure::usage(format!("{path}：这里没有账本"), format!("{path}: there is no ledger here"))
        .hint(
            "给出 `laiqu init` 建立的目录，或 http:// 地址",
            "give a directory made by `laiqu init`, or an http:// address",
        )
}

fn unreadable(path: &Path, error: &Error) -> Failure {
    if matches!(error, Error::Missing) {
        return no_ledger(path);
    }
    let path = path.display();
    let source = std::error::Error::source(error).map_or_else(String::new, |e| format!(": {e}"));
    let en = format!("{path}: {error}{source}");
    Failure::new(Exit::Unreachable, format!("{path}：无法读取账本文件"), en)
        .hint("检查目录权限", "check the permissions of the directory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> (tempfile::TempDir, laiqu_service::Initialised) {
        let dir = tempfile::tempdir().unwrap();
        let made = laiqu_service::init(&dir.path().join("data"), "test.example/log").unwrap();
        (dir, made)
    }

    fn verified(
        path: &Path,
        vkey: Option<&str>,
        checkpoints: &[String],
    ) -> Result<Report, Failure> {
        verify(path, &Wanted { vkey, checkpoints, ..Wanted::default() })
    }

    #[test]
    fn a_new_ledger_is_whole_and_its_key_is_the_given_one() {
        let (dir, made) = ledger();
        let path = dir.path().join("data");
        let report = verified(&path, Some(&made.vkey), &[]).unwrap();
        assert!(report.whole, "{}", report.text());
        assert_eq!(report.size, 3);
        assert!(report.signatures >= 2 && report.vkey_configured);
    }

    #[test]
    fn another_key_checkpoint_or_descriptor_is_damage() {
        let (dir, made) = ledger();
        let path = dir.path().join("data");
        let other = laiqu_proof::NoteSigner::from_seed("test.example/log", &[1; 32]).unwrap();
        assert!(!verified(&path, Some(&other.vkey()), &[]).unwrap().whole);
        assert!(!verified(&path, None, &["nonsense".to_owned()]).unwrap().whole);
        let file = path.join(DESCRIPTOR);
        let text = std::fs::read_to_string(&file).unwrap().replace("test.example", "best.example");
        std::fs::write(&file, text).unwrap();
        assert!(!verified(&path, Some(&made.vkey), &[]).unwrap().whole);
        std::fs::remove_file(&file).unwrap();
        assert!(!verified(&path, Some(&made.vkey), &[]).unwrap().whole);
    }

    #[test]
    fn a_directory_without_a_ledger_is_a_wrong_argument() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path(), Path::new("/nowhere/at/all")] {
            let failure = verified(path, None, &[]).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(failure.text().contains("hint: "));
        }
    }
}
