//! A witness that dies or whose files fail: what it gave away it never forgets.

use crate::injection::{attached, has_strace};
use laiqu_proof::{AddCheckpoint, Checkpoint, Hash, NoteSigner, SignedCheckpoint, Tree, leaf_hash};
use laiqu_tests::{Client, TestServer, run};
use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::time::Duration;

const ORIGIN: &str = "witnessed.example/log";
const SIZE_MAX: u64 = 4_000;
const CLIENTS: u64 = 4;

/// What happens to the n-th call of a kind while a cosignature is asked for.
const CALLS: [(&str, usize); 5] =
    [("openat", 1), ("write", 1), ("fsync", 1), ("rename", 1), ("fsync", 2)];
const FAULTS: [&str; 4] = ["error=EIO", "error=ENOSPC", "error=EINTR", "signal=SIGKILL"];

struct Scene {
    _root: tempfile::TempDir,
    dir: PathBuf,
    log: NoteSigner,
    tree: Tree,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().canonicalize().unwrap().join("w");
        let made = run(&["witness", "init", dir.to_str().unwrap(), "--name", "w.example"]);
        assert!(made.status.success());
        let mut tree = Tree::new();
        (0..SIZE_MAX).for_each(|index| tree.push(leaf_hash(&index.to_be_bytes())));
        let log = NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap();
        Self { _root: root, dir, log, tree }
    }

    fn serve(&self) -> TestServer {
        TestServer::witness(&self.dir, &["--log", &self.log.vkey()])
    }

    /// Asks for a cosignature: the status and the size told by a 409, or nothing where no answer
    /// came.
    fn ask(&self, client: &Client, old: u64, size: u64) -> Option<(u16, Option<u64>)> {
        let root = self.tree.root_at(size).unwrap();
        let note = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&self.log);
        let path = self.tree.consistency(old, size).unwrap_or_default();
        let body = AddCheckpoint::new(old, path, note).unwrap().to_string();
        let answer = client.try_post("/add-checkpoint", &[], body.as_bytes())?;
        let told = (answer.status == 409).then(|| answer.text().trim_end().parse().unwrap());
        Some((answer.status, told))
    }

    /// Size of the checkpoint that the witness shows, 0 where it shows none.
    fn shown(&self, client: &Client) -> u64 {
        let answer = client.get(&format!("/{}/checkpoint", self.hash()));
        if answer.status == 404 {
            return 0;
        }
        let signed = SignedCheckpoint::parse(&answer.text()).unwrap();
        let Checkpoint { size, root, .. } = *signed.checkpoint();
        assert_eq!(self.tree.root_at(size), Some(root));
        size
    }

    fn hash(&self) -> String {
        Hash::digest(ORIGIN.as_bytes()).to_hex()
    }

    /// Lets one call on the state's files fail from now on.
    fn inject(&self, server: &TestServer, (call, number): (&str, usize), fault: &str) -> Child {
        let state = self.dir.join("state");
        let file = state.join(self.hash());
        let mut strace = Command::new("strace");
        strace.args(["-f", "-o", "/dev/null", "-e", &format!("trace={call}")]);
        for path in [&state, &file, &file.with_extension("tmp")] {
            strace.arg("-P").arg(path);
        }
        strace.args(["-e", &format!("inject={call}:{fault}:when={number}")]);
        attached(strace, server)
    }
}

#[test]
fn every_file_call_of_a_cosignature_may_fail_or_be_the_last() {
    if !has_strace() {
        return println!("skipped: no strace, or it may not attach to processes here");
    }
    let scene = Scene::new();
    let mut size = 3;
    for call in CALLS {
        for fault in FAULTS {
            let context = format!("{call:?} {fault} at size {size}");
            let server = scene.serve();
            let client = server.client();
            let old = scene.shown(&client);
            assert_eq!(scene.ask(&client, old, size).unwrap().0, 200, "{context}");
            let tracer = scene.inject(&server, call, fault);
            let asked = scene.ask(&client, size, size + 2).map(|(status, _)| status);
            match (fault, asked) {
                ("signal=SIGKILL", None) | ("error=EINTR", Some(200)) => {}
                ("error=EIO" | "error=ENOSPC", Some(500..)) => {
                    // What is on disk is not known: nothing is cosigned before a restart.
                    let next = scene.ask(&client, size, size + 3).unwrap().0;
                    assert!(next >= 500, "{context}: {next}");
                }
                // An open that is interrupted may be told as an error; then it counts as one.
                ("error=EINTR", Some(500..)) if call.0 == "rename" => {}
                other => panic!("{context}: {other:?}"),
            }
            server.kill();
            end(tracer);
            let given = if asked == Some(200) { size + 2 } else { size };
            let server = scene.serve();
            let shown = scene.shown(&server.client());
            assert!(shown == given || shown == size + 2, "{context}: {shown}");
            size += 3;
        }
    }
}

/// The tracer ends with the process that it traced.
fn end(mut tracer: Child) {
    tracer.wait().unwrap();
}

/// Sizes from which, and to which, the witness was seen to go.
#[derive(Default)]
struct Steps {
    left: HashSet<u64>,
    reached: u64,
}

/// Moves the witness on, from whatever size it tells, until it is gone.
fn push(scene: &Scene, client: &Client, number: u64, steps: &Mutex<Steps>) {
    let mut old = 0;
    loop {
        let size = (old + 1 + number).min(SIZE_MAX);
        match scene.ask(client, old, size) {
            None => return,
            Some((200, _)) => {
                let mut steps = steps.lock().unwrap();
                // Two that left the same size would be two histories, had their roots differed.
                assert!(steps.left.insert(old) || old == size, "{old} was left twice");
                steps.reached = steps.reached.max(size);
                drop(steps);
                old = size;
            }
            Some((409, Some(told))) => {
                assert_ne!(told, old);
                old = told;
            }
            other => panic!("{other:?} from {old} to {size}"),
        }
        if old == SIZE_MAX {
            return;
        }
    }
}

#[test]
fn clients_at_once_and_kills_at_any_time_move_it_forward_only() {
    let scene = Scene::new();
    let steps = Mutex::new(Steps::default());
    for millis in [40, 75, 120, 33, 90, 61] {
        let server = scene.serve();
        let told = scene.shown(&server.client());
        assert!(told >= steps.lock().unwrap().reached, "what was cosigned is forgotten");
        // What was cosigned but not answered before the kill was left by nobody that we know of.
        std::thread::scope(|scope| {
            for number in 0..CLIENTS {
                let (scene, steps, client) = (&scene, &steps, server.client());
                scope.spawn(move || push(scene, &client, number, steps));
            }
            std::thread::sleep(Duration::from_millis(millis));
            server.kill();
        });
    }
    let server = scene.serve();
    let reached = steps.lock().unwrap().reached;
    assert!(reached > CLIENTS, "{reached}");
    assert!(scene.shown(&server.client()) >= reached);
    println!("{} steps, up to size {reached}", steps.lock().unwrap().left.len());
}
