//! A ledger and real witnesses in one process; only the network between them is left out.

use super::*;
use crate::{Credentials, Service, ServiceOptions, Witness, init, init_witness};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// A witness that may be cut off.
#[derive(Debug)]
struct Near {
    witness: Witness,
    vkey: String,
    up: AtomicBool,
    asked: AtomicUsize,
    /// It shows what it cosigned, as it should.
    shows: AtomicBool,
}

impl Near {
    fn reach(&self) -> Result<(), String> {
        if self.up.load(Ordering::SeqCst) { Ok(()) } else { Err("cut off".to_owned()) }
    }
}

impl WitnessClient for Near {
    fn add_checkpoint(&self, body: &str) -> Result<WitnessAnswer, String> {
        self.reach()?;
        self.asked.fetch_add(1, Ordering::SeqCst);
        let reply = self.witness.add_checkpoint(body.as_bytes()).map_err(|e| e.to_string())?;
        Ok(WitnessAnswer { status: reply.status, body: reply.body })
    }

    fn checkpoint(&self, origin_hash: &str) -> Result<WitnessAnswer, String> {
        self.reach()?;
        let shows = self.shows.load(Ordering::SeqCst);
        Ok(match self.witness.checkpoint(origin_hash).filter(|_| shows) {
            Some(body) => WitnessAnswer { status: 200, body },
            None => WitnessAnswer { status: 404, body: String::new() },
        })
    }
}

/// A ledger directory and three witnesses of it.
struct Scene {
    root: tempfile::TempDir,
    vkey: String,
    operator: Credentials,
    near: Vec<Arc<Near>>,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let made = init(&root.path().join("data"), "ledger.example/w").unwrap();
        let operator = Credentials { bearer: Some(made.operator_token), signatures: vec![] };
        let vkey = made.vkey;
        let key = [NoteVerifier::parse(&vkey).unwrap()];
        let near = (0..3).map(|number| {
            let dir = root.path().join(format!("w{number}"));
            init_witness(&dir, &format!("w{number}.example")).unwrap();
            let witness = Witness::open(&dir, Policy::of_log_keys(&key)).unwrap();
            let vkey = witness.vkey();
            Arc::new(Near {
                witness,
                vkey,
                up: AtomicBool::new(true),
                asked: AtomicUsize::new(0),
                shows: AtomicBool::new(true),
            })
        });
        let near = near.collect();
        Self { root, vkey, operator, near }
    }

    fn data(&self) -> std::path::PathBuf {
        self.root.path().join("data")
    }

    fn up(&self, up: [bool; 3]) {
        self.near.iter().zip(up).for_each(|(near, up)| near.up.store(up, Ordering::SeqCst));
    }

    /// Two of three must cosign.
    fn policy(&self) -> String {
        let line = |(number, near): (usize, &Arc<Near>)| {
            format!("witness w{number} {} http://{number}\n", near.vkey)
        };
        let witnesses: String = self.near.iter().enumerate().map(line).collect();
        format!("log {}\n{witnesses}group two 2 w0 w1 w2\nquorum two\n", self.vkey)
    }

    fn witnessing(&self) -> Witnessing {
        let policy = Policy::parse(self.policy().as_bytes()).unwrap();
        let near = |url: &str| -> Arc<dyn WitnessClient> {
            let number: usize = url.strip_prefix("http://").unwrap().parse().unwrap();
            Arc::<Near>::clone(&self.near[number])
        };
        Witnessing::new(policy, near).unwrap()
    }

    fn open(&self, data: &Path) -> Result<Service, Error> {
        Service::open_witnessed(data, ServiceOptions::default(), self.witnessing())
    }

    fn opened(&self, service: &Service) -> Option<OpenedCheckpoint> {
        let text = service.checkpoint().ok()?;
        Some(Policy::parse(self.policy().as_bytes()).unwrap().open(&text).unwrap())
    }

    /// Writes one entry and shows the checkpoint over it.
    async fn write(&self, service: &Service, id: &str) -> Result<(), Error> {
        let body =
            format!(r#"{{"id":"{id}","name":"n","kinds":["producer"],"signing":"gateway"}}"#);
        service.register_party(body.as_bytes(), &self.operator).await?;
        service.publish_checkpoint().await
    }

    /// Waits until the shown checkpoint has this size and so many cosignatures.
    fn wait(&self, service: &Service, size: u64, cosignatures: usize) -> OpenedCheckpoint {
        for _ in 0..500 {
            if let Some(opened) = self.opened(service)
                && opened.checkpoint.size == size
                && opened.cosigned_by.len() >= cosignatures
            {
                return opened;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no checkpoint of size {size} with {cosignatures}: {:?}", self.opened(service));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test]
async fn what_the_quorum_cosigned_is_shown_and_in_receipts() {
    let scene = Scene::new();
    let service = scene.open(&scene.data()).unwrap();
    let first = scene.wait(&service, 3, 3);
    assert!(first.quorum_met);
    assert!(service.entry_view(0, None).unwrap().receipt.witnessed);
    // One witness is down: two are enough. Two are down: the older one stays shown.
    scene.up([true, false, true]);
    scene.write(&service, "urn:x:1").await.unwrap();
    let opened = scene.wait(&service, 4, 2);
    assert_eq!(opened.cosigned_by.len(), 2);
    scene.up([true, false, false]);
    scene.write(&service, "urn:x:2").await.unwrap();
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(scene.opened(&service).unwrap().checkpoint.size, 4);
    assert!(!service.entry_view(4, None).unwrap().receipt.witnessed);
    assert!(service.entry_view(3, None).unwrap().receipt.witnessed);
    // They come back without a new entry.
    scene.up([true, true, true]);
    scene.wait(&service, 5, 3);
    service.stop().unwrap();
    // After a restart the cosigned checkpoint is there at once.
    let service = scene.open(&scene.data()).unwrap();
    assert_eq!(scene.opened(&service).unwrap().checkpoint.size, 5);
    service.stop().unwrap();
}

#[test]
fn an_idle_ledger_asks_anew_and_stays_shown_meanwhile() {
    let scene = Scene::new();
    let often = scene.witnessing().renewed_after(Duration::from_millis(50));
    let service = Service::open_witnessed(&scene.data(), ServiceOptions::default(), often).unwrap();
    scene.wait(&service, 3, 2);
    let asked = || scene.near.iter().map(|near| near.asked.load(Ordering::SeqCst)).min();
    while asked() < Some(4) {
        assert!(scene.opened(&service).unwrap().quorum_met);
        std::thread::sleep(Duration::from_millis(20));
    }
    service.stop().unwrap();
}

#[tokio::test]
async fn a_restored_backup_never_signs_again() {
    let scene = Scene::new();
    let service = scene.open(&scene.data()).unwrap();
    scene.wait(&service, 3, 2);
    service.stop().unwrap();
    let backup = scene.root.path().join("backup");
    copy(&scene.data(), &backup);
    let service = scene.open(&scene.data()).unwrap();
    scene.write(&service, "urn:x:1").await.unwrap();
    scene.wait(&service, 4, 3);
    service.stop().unwrap();
    let refused = scene.open(&backup).err().unwrap();
    assert_eq!(refused.code, Code::HistoryContradicted);
    assert!(refused.detail.contains("older copy"), "{refused}");
    // It is not opened without its witnesses either, unless the operator says so.
    scene.up([false, false, false]);
    assert_eq!(scene.open(&backup).err().unwrap().code, Code::WitnessesUnreachable);
    // Then it goes on, until a witness answers; what it was told outlives a restart.
    let witnessing = scene.witnessing().unreachable_confirmed(true);
    let stale = Service::open_witnessed(&backup, ServiceOptions::default(), witnessing).unwrap();
    scene.up([true, true, true]);
    for _ in 0..500 {
        if stale.may_sign().is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = scene.write(&stale, "urn:x:late").await.err().unwrap();
    assert_eq!(refused.code, Code::HistoryContradicted);
    stale.stop().unwrap();
    scene.up([false, false, false]);
    let witnessing = scene.witnessing().unreachable_confirmed(true);
    let again = Service::open_witnessed(&backup, ServiceOptions::default(), witnessing);
    assert_eq!(again.err().unwrap().code, Code::HistoryContradicted);
    assert!(Service::open(&backup, ServiceOptions::default()).is_err());
    // The newest copy goes on.
    scene.up([true, true, true]);
    scene.open(&scene.data()).unwrap().stop().unwrap();
}

/// Some witnesses only tell a size.
#[tokio::test]
async fn a_size_beyond_this_copy_is_no_consent_though_it_proves_nothing() {
    let scene = Scene::new();
    scene.near.iter().for_each(|near| near.shows.store(false, Ordering::SeqCst));
    let service = scene.open(&scene.data()).unwrap();
    scene.wait(&service, 3, 3);
    service.stop().unwrap();
    let backup = scene.root.path().join("backup");
    copy(&scene.data(), &backup);
    let service = scene.open(&scene.data()).unwrap();
    scene.write(&service, "urn:x:1").await.unwrap();
    scene.wait(&service, 4, 3);
    service.stop().unwrap();
    let refused = scene.open(&backup).err().unwrap();
    assert_eq!(refused.code, Code::WitnessesUnreachable);
    assert!(refused.detail.contains("w2: says that it holds size 4"), "{refused}");
    scene.open(&scene.data()).unwrap().stop().unwrap();
}

#[test]
fn a_quorum_that_cannot_be_asked_is_refused() {
    let scene = Scene::new();
    let text = scene.policy().replace(" http://1", "").replace(" http://2", "");
    let policy = Policy::parse(text.as_bytes()).unwrap();
    let near = |_: &str| -> Arc<dyn WitnessClient> { Arc::<Near>::clone(&scene.near[0]) };
    assert_eq!(Witnessing::new(policy, near).unwrap_err().code, Code::InvalidParameter);
}

#[test]
fn a_policy_for_other_logs_is_refused() {
    let scene = Scene::new();
    let other = laiqu_proof::NoteSigner::from_seed("other.example", &[1; 32]).unwrap().vkey();
    let policy = Policy::parse(format!("log {other}\nquorum none\n").as_bytes()).unwrap();
    let near = |_: &str| -> Arc<dyn WitnessClient> { Arc::<Near>::clone(&scene.near[0]) };
    let witnessing = Witnessing::new(policy, near).unwrap();
    let refused =
        Service::open_witnessed(&scene.data(), ServiceOptions::default(), witnessing).err();
    assert_eq!(refused.unwrap().code, Code::InvalidParameter);
}

/// A witness that answers with whatever it likes.
#[derive(Debug)]
struct Liar(String);

impl WitnessClient for Liar {
    fn add_checkpoint(&self, _: &str) -> Result<WitnessAnswer, String> {
        Ok(WitnessAnswer { status: 409, body: "18446744073709551615\n".to_owned() })
    }

    fn checkpoint(&self, _: &str) -> Result<WitnessAnswer, String> {
        Ok(WitnessAnswer { status: 200, body: self.0.clone() })
    }
}

#[tokio::test]
async fn a_claim_alone_does_not_stop_the_ledger() {
    let scene = Scene::new();
    let vkey = &scene.near[0].vkey;
    let policy = format!("witness w {vkey} http://x\nquorum none\n");
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let forged =
        "ledger.example/w\n99\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAA=\n";
    for lie in ["", "nonsense", forged] {
        let liar = |_: &str| -> Arc<dyn WitnessClient> { Arc::new(Liar(lie.to_owned())) };
        let witnessing = Witnessing::new(policy.clone(), liar).unwrap();
        let service =
            Service::open_witnessed(&scene.data(), ServiceOptions::default(), witnessing).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        assert!(service.may_sign().is_ok());
        assert!(service.checkpoint().unwrap().starts_with("ledger.example/w\n3\n"));
        service.stop().unwrap();
    }
}

/// A stolen key can lengthen the public tree, and every witness that still trusts it follows.
#[tokio::test]
async fn a_log_key_that_was_replaced_does_not_stop_the_ledger() {
    let scene = Scene::new();
    let origin = "ledger.example/w".to_owned();
    let stolen = crate::DataDir::new(&scene.data()).read_key("log.jwk").unwrap();
    let stolen = stolen.note_signer(&origin).unwrap();
    crate::rotate_log_key(&scene.data(), "stolen").unwrap();
    let root = laiqu_proof::leaf_hash(b"not of this ledger");
    let longer = Checkpoint { origin, size: 99, root }.sign(&stolen);
    let policy = format!("witness w {} http://x\nquorum none\n", scene.near[0].vkey);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let liar = |_: &str| -> Arc<dyn WitnessClient> { Arc::new(Liar(longer.clone())) };
    let witnessing = Witnessing::new(policy, liar).unwrap();
    let service =
        Service::open_witnessed(&scene.data(), ServiceOptions::default(), witnessing).unwrap();
    while service.witnesses().is_none_or(|all| !all.witnesses[0].failing) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(service.may_sign().is_ok());
    scene.write(&service, "urn:x:1").await.unwrap();
    service.stop().unwrap();
}
