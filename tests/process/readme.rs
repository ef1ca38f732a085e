//! What README.md shows a newcomer works as it is printed, with the documents of
//! `api-spec/examples`.

use crate::ran::laiqu;
use laiqu_tests::{TestServer, under_test};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines that another test runs, or that need what no newcomer has: programs that are installed,
/// servers that go on, a stopped server, witnesses, a log that split, a retention that is over.
const LEFT_OUT: [&str; 8] =
    ["cargo ", "curl ", "laiqu init", " serve ", "rotate-log", "upgrade", "split.txt", "eras"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The block of commands below this heading.
fn block(heading: &str) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let below = readme.split(heading).nth(1).expect(heading);
    below.split("```\n").nth(1).expect(heading).to_owned()
}

/// The value behind a label of what `laiqu init` prints.
fn stated(init: &str, label: &str) -> String {
    let line = init.lines().find(|line| line.contains(label)).expect(label);
    line.split_whitespace().last().unwrap().to_owned()
}

/// Commands for a shell, as printed but for the places that differ here, and for an end of those
/// that would go on.
fn script(block: &str, url: &str, token: &str, vkey: &str) -> String {
    let keep = |line: &&str| !LEFT_OUT.iter().any(|part| line.contains(part));
    let lines = block.lines().filter(keep).map(|line| {
        let line = line.replace("http://127.0.0.1:7800", url).replace("laiqu_...", token);
        let line = line.replace("ledger.example/luzhou+...", vkey);
        let line = line.replace(" --follow", "");
        let ends = if line.starts_with("laiqu monitor ") { " --once" } else { "" };
        let line = line.replacen(" --vkey", &format!("{ends} --vkey"), 1);
        line.replace("api-spec/", &format!("{}/api-spec/", root().display()))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_newcomer_can_run_what_the_readme_shows() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let program = under_test().get_program().to_owned();
    std::os::unix::fs::symlink(program, home.join("laiqu")).unwrap();
    let own = block("With your own documents");
    let init = own.lines().find(|line| line.starts_with("laiqu init ./data ")).unwrap();
    let data = home.join("data");
    let origin = init.split_whitespace().nth(4).unwrap();
    let init = laiqu(&["init", data.to_str().unwrap(), "--origin", origin]).exits(0).stdout;
    let server = TestServer::start(&data, &[]);
    let checkpoint = server.client().get("/log/checkpoint").text();
    std::fs::write(home.join("checkpoint.txt"), checkpoint).unwrap();
    let (token, vkey) = (stated(&init, "operator token"), stated(&init, "vkey"));
    let both = [own, block("Without trusting the operator")];
    let [own, trust] = both.map(|block| script(&block, &server.url, &token, &vkey));
    let commands = |text: &str| text.lines().filter(|line| line.starts_with("laiqu ")).count();
    assert!(commands(&own) >= 18 && commands(&trust) >= 12, "{own}\n{trust}");
    // The one whose answer is not all well.
    let late = own.lines().find(|line| line.starts_with("laiqu quality ")).unwrap();
    let late_told = late.replacen("laiqu quality", "! laiqu quality", 1);
    let own = own.replace(late, &late_told);
    let path = format!("{}:{}", home.display(), std::env::var("PATH").unwrap());
    let ran = Command::new("sh")
        .args(["-ex", "-c", &format!("{own}\n{trust}")])
        .current_dir(home)
        .env("PATH", path)
        .output()
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (said(&ran.stdout), said(&ran.stderr));
    assert!(ran.status.success(), "{stdout}\n{stderr}");
    // Each finds something: the example is made for the questions.
    for found in [
        "nothing missing",
        "已入账 recorded: 条目 entry 5",
        "城南店",
        "within its limits all the time",
        "OUT OF AREA 510591: 1",
        "可解释 explains 2/2",
        "this very document stands in the ledger",
        "the text of 4 events",
    ] {
        assert!(stdout.contains(found), "{found}: {stdout}\n{stderr}");
    }
}
