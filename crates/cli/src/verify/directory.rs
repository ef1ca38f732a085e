//! Verifying a data directory, also beside a running server.

use super::report::{Erased, Finding, Report};
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::trust::parse_vkey;
use laiqu_ledger::{Error, Severity, VerifyOptions, verify_dir};
use laiqu_proof::{Checkpoint, Hash, NoteVerifier};
use laiqu_service::{DataDir, Descriptor, event_parts};
use std::path::Path;

/// Name of the descriptor, for findings.
const DESCRIPTOR: &str = "laiqu.json";

/// Verifies the ledger in this directory.
pub(crate) fn verify(
    path: &Path,
    vkey: Option<&str>,
    checkpoints: &[String],
    remembered: Option<(u64, Hash)>,
) -> Result<Report, Failure> {
    let data = DataDir::new(path);
    let descriptor = data.read_descriptor();
    if descriptor.is_err() && !data.log().is_dir() {
        return Err(no_ledger(path));
    }
    let configured = vkey.map(parse_vkey).transpose()?;
    let named = descriptor.as_ref().ok().and_then(|found| NoteVerifier::parse(&found.vkey).ok());
    let verifier = configured.as_ref().or(named.as_ref());
    let (mut roots, refused) = roots_of(checkpoints, verifier);
    roots.extend(remembered);
    let options = VerifyOptions { roots, ..VerifyOptions::new(&event_parts) };
    let mut progress = Progress::new("核对 verify", 1, false);
    let found = verify_dir(&data.log(), &options, &mut |step| {
        progress.set(step.segments, step.segments_all);
    });
    progress.finish();
    let found = found.map_err(|error| unreadable(path, &error))?;
    let stated = (found.origin.clone(), found.log_vkey.clone());
    let mut report = report_of(path, found);
    report.vkey_configured = configured.is_some();
    report.vkey = verifier.map(NoteVerifier::vkey);
    refused.into_iter().for_each(|(file, what)| report.damage(&file, None, what));
    match descriptor {
        Ok(descriptor) => check_descriptor(&mut report, &descriptor, &stated),
        Err(error) => report.damage(DESCRIPTOR, None, error.detail),
    }
    if configured.is_some_and(|key| stated.1.as_ref().is_some_and(|stated| *stated != key.vkey())) {
        let what = "the ledger's key is not the one given with --vkey";
        report.damage("entry 0", Some(0), what);
    }
    Ok(report)
}

/// Sizes and roots of checkpoints.
type Roots = Vec<(u64, Hash)>;
/// Names of checkpoints that cannot be used, with the reason.
type Refused = Vec<(String, String)>;

/// Sizes and roots of saved checkpoints, and those that cannot be used, with the reason.
fn roots_of(checkpoints: &[String], verifier: Option<&NoteVerifier>) -> (Roots, Refused) {
    let (mut roots, mut refused) = (Vec::new(), Vec::new());
    for (at, text) in checkpoints.iter().enumerate() {
        let name = format!("--checkpoint {}", at + 1);
        match verifier.map(|verifier| Checkpoint::open(text, verifier)) {
            Some(Ok(checkpoint)) => roots.push((checkpoint.size, checkpoint.root)),
            Some(Err(error)) => refused.push((name, error.to_string())),
            None => refused.push((name, "no key is known to check it with".to_owned())),
        }
    }
    (roots, refused)
}

fn report_of(path: &Path, found: laiqu_ledger::Report) -> Report {
    let whole = found.is_whole();
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
        cosigned_by: Vec::new(),
        policy_met: None,
        bytes: found.bytes,
        signatures: found.signatures,
        erased: found.erased.iter().map(|(index, by)| Erased { index: *index, by: *by }).collect(),
        findings: findings.collect(),
        findings_left_out: found.findings_left_out,
        not_checked: found.not_checked,
    }
}

/// The descriptor may be rebuilt from entry 0, so it must say the same.
fn check_descriptor(
    report: &mut Report,
    descriptor: &Descriptor,
    stated: &(Option<String>, Option<String>),
) {
    let (origin, vkey) = stated;
    if origin.as_ref().is_some_and(|origin| *origin != descriptor.origin) {
        report.damage(DESCRIPTOR, None, "it names another origin than entry 0");
    }
    if vkey.as_ref().is_some_and(|vkey| *vkey != descriptor.vkey) {
        report.damage(DESCRIPTOR, None, "it names another log key than entry 0");
    }
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

    #[test]
    fn a_new_ledger_is_whole_and_its_key_is_the_given_one() {
        let (dir, made) = ledger();
        let path = dir.path().join("data");
        let report = verify(&path, Some(&made.vkey), &[], None).unwrap();
        assert!(report.whole, "{}", report.text());
        assert_eq!(report.size, 3);
        assert!(report.signatures >= 2 && report.vkey_configured);
    }

    #[test]
    fn another_key_checkpoint_or_descriptor_is_damage() {
        let (dir, made) = ledger();
        let path = dir.path().join("data");
        let other = laiqu_proof::NoteSigner::from_seed("test.example/log", &[1; 32]).unwrap();
        assert!(!verify(&path, Some(&other.vkey()), &[], None).unwrap().whole);
        assert!(!verify(&path, None, &["nonsense".to_owned()], None).unwrap().whole);
        let file = path.join(DESCRIPTOR);
        let text = std::fs::read_to_string(&file).unwrap().replace("test.example", "best.example");
        std::fs::write(&file, text).unwrap();
        assert!(!verify(&path, Some(&made.vkey), &[], None).unwrap().whole);
        std::fs::remove_file(&file).unwrap();
        assert!(!verify(&path, Some(&made.vkey), &[], None).unwrap().whole);
    }

    #[test]
    fn a_directory_without_a_ledger_is_a_wrong_argument() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path(), Path::new("/nowhere/at/all")] {
            let failure = verify(path, None, &[], None).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(failure.text().contains("hint: "));
        }
    }
}
