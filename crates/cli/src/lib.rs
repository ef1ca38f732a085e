//! The one binary `laiqu`: making and serving a ledger, posting, tracing, verifying, and a demo.
//!
//! It must never contain a rule of the ledger: it parses arguments, calls the other crates, and
//! says in Chinese and English what came of it. Data goes to stdout, everything else to stderr.

mod asking;
mod backup;
mod balance;
mod chain;
mod client;
mod demo;
mod durable;
mod epcis;
mod erase;
mod evidence;
mod exit;
mod export;
mod exposure;
mod find;
mod find_source;
mod follow;
mod fsck;
mod init;
mod key_entries;
mod keys;
mod ledger_line;
mod lint;
mod log_keys;
mod masterdata;
mod monitor;
mod openapi;
mod out;
mod party;
mod post;
mod private;
mod progress;
mod proving;
mod quality;
mod query;
mod ranks;
mod receipt;
mod reindex;
mod restore;
mod scope;
mod score;
mod selecting;
mod serve;
mod serving;
mod source;
mod state;
mod subscriber;
mod table;
mod trace;
mod trust;
mod verify;
mod version;
mod witness;
mod witness_client;
mod words;

use clap::{Parser, Subcommand};
use exit::{Exit, Failure};
use std::ffi::OsString;
use std::process::ExitCode;

/// 来去：食品安全追溯账本 / Laiqu: a food-safety traceability ledger.
#[derive(Debug, Parser)]
#[command(name = "laiqu", version, about, disable_help_subcommand = true)]
#[command(after_help = "退出码 exit codes: 0 正常 ok, 1 核对未通过 check failed, 2 用法 usage, \
3 无法连接 cannot reach, 4 被拒绝 refused by policy, 5 存储损坏 store damaged")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 建立新账本 / Make a new ledger
    Init(init::Init),
    /// 运行账本服务 / Serve a ledger
    Serve(serve::Serve),
    /// 生成或查看密钥 / Make or show keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// 查看 EPCIS 文件 / Look at EPCIS documents
    #[command(subcommand)]
    Epcis(epcis::Epcis),
    /// 检查事件文件缺少什么 / Say what documents lack for EPCIS or a profile
    Lint(lint::Lint),
    /// 签名、提交事件文件并核对回执 / Sign and post documents, and check the receipts
    Post(post::Post),
    /// 取得、核对、更新回执 / Get, verify and upgrade receipts
    #[command(subcommand)]
    Receipt(receipt::Receipts),
    /// 登记单位、发放令牌、管理密钥 / Register parties, issue tokens, manage keys
    #[command(subcommand)]
    Party(party::Party),
    /// 删除一份不必再保存的文件：运营者与监管部门共同确认 / Erase a document: operator and regulator confirm
    Erase(erase::Erase),
    /// 追溯来源与去向 / Trace where something came from and went to
    Trace(trace::Trace),
    /// 按名称查找产品、批次、地点、单位 / Find products, lots, places and parties by name
    Find(find::Find),
    /// 核算进出重量：批次、地点、产品或单位 / Balance what came in against what went out
    Balance(balance::Balance),
    /// 查冷库何时超温、何时无记录 / Find when a cold room was too warm, or nobody knows
    Exposure(exposure::Exposure),
    /// 为案件中的企业与交货评分，寻找污染来源 / Score a case's stations and deliveries to find the source
    Score(score::Score),
    /// 由病例、投诉、样品推断污染来源 / Rank where the food of patients, complaints and samples may have come from
    Source(find_source::FindSource),
    /// 查记录缺漏与矛盾，并指明应询问谁 / Find what the records lack or contradict, and whom to ask
    Quality(quality::Quality),
    /// 召回范围：受影响的批次、数量、存货单位、应补的记录 / Scope of a recall: lots, kilograms, holders, records to demand
    Scope(scope::Scope),
    /// 按条件查询事件 / Find events by the parameters of EPCIS queries
    Query(query::Query),
    /// 查看地点、产品、单位的主数据 / Show master data of places, products and parties
    Masterdata(masterdata::MasterData),
    /// 核对整个账本 / Verify a whole ledger
    Verify(verify::Verify),
    /// 持续监看一个账本 / Follow a log and raise alarms
    Monitor(monitor::Command),
    /// 输出静态副本 / Write copies that others can serve
    #[command(subcommand)]
    Export(export::Export),
    /// 见证其他账本的检查点 / Cosign the checkpoints of other ledgers
    #[command(subcommand)]
    Witness(witness::Witness),
    /// 核对账本分叉的证据 / Check evidence that a log split
    #[command(subcommand)]
    Evidence(evidence::EvidenceCommand),
    /// 检查整个数据目录，重写可推导的文件 / Check a data directory, mend what is derived
    Fsck(fsck::Fsck),
    /// 备份账本，服务可以同时运行 / Back up a ledger, also while it is served
    Backup(backup::Backup),
    /// 从备份恢复账本 / Restore a ledger from a backup
    Restore(restore::Restore),
    /// 重建索引 / Rebuild the index from the ledger
    Reindex(reindex::Reindex),
    /// 演示：一座虚拟城市 / Demonstration with a synthetic city
    Demo(demo::Demo),
    /// 输出 OpenAPI 文档 / Print the OpenAPI document
    Openapi(openapi::Openapi),
    /// 输出版本 / Print the version
    Version(version::Version),
}

/// Runs with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs a command line; the first argument is the name of the program.
pub fn run<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    match Arguments::try_parse_from(args) {
        Ok(arguments) => match dispatch(arguments.command) {
            Ok(exit) => exit.into(),
            Err(failure) => failure.report().into(),
        },
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // Nothing can be said where neither stdout nor stderr can be written.
            drop(error.print());
            exit.into()
        }
    }
}

fn dispatch(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Keys(command) => command.run(),
        Command::Epcis(command) => command.run(),
        Command::Lint(command) => command.run(),
        Command::Post(command) => command.run(),
        Command::Receipt(command) => command.run(),
        Command::Party(command) => command.run(),
        Command::Erase(command) => command.run(),
        Command::Trace(command) => command.run(),
        Command::Balance(command) => command.run(),
        Command::Exposure(command) => command.run(),
        Command::Score(command) => command.run(),
        Command::Find(command) => command.run(),
        Command::Source(command) => command.run(),
        Command::Quality(command) => command.run(),
        Command::Scope(command) => command.run(),
        Command::Query(command) => command.run(),
        Command::Masterdata(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Monitor(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Witness(command) => command.run(),
        Command::Evidence(command) => command.run(),
        Command::Fsck(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Reindex(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Openapi(command) => command.run(),
        Command::Version(command) => command.run(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_tree_is_consistent() {
        Arguments::command().debug_assert();
    }

    fn parse(line: &str) -> Result<Command, clap::error::ErrorKind> {
        let parsed = Arguments::try_parse_from(line.split(' '));
        parsed.map(|arguments| arguments.command).map_err(|error| error.kind())
    }

    /// The words of a command of README.md, without its comment and what the shell takes.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ' ' if !quoted => words.push(std::mem::take(&mut word)),
                letter => word.push(letter),
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        let is_of_shell = |word: &String| matches!(&**word, "#" | ">" | "&");
        words.into_iter().take_while(|word| !is_of_shell(word)).collect()
    }

    #[test]
    fn every_command_of_the_readme_is_read() {
        let readme = include_str!("../../../README.md").replace("\\\n", " ");
        let commands = readme.lines().filter(|line| line.starts_with("laiqu "));
        let commands: Vec<&str> = commands.collect();
        assert!(commands.len() > 30, "{commands:?}");
        for line in commands {
            let read = Arguments::try_parse_from(words(line));
            assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
        }
    }

    #[test]
    fn every_command_is_read() {
        for line in [
            "laiqu init ./d --origin a.example/log --json",
            "laiqu serve --data ./d --listen 127.0.0.1:0 --public-read --clock-confirmed --json",
            "laiqu serve --data ./d --witness-policy p.txt --witnesses-unreachable",
            "laiqu serve --data ./d --metrics-listen 127.0.0.1:9100 --log-format json",
            "laiqu keys new k.jwk",
            "laiqu keys show k.jwk",
            "laiqu keys rotate-log --data ./d --reason yearly --json",
            "laiqu keys sign b.json --key k.jwk --party urn:x:1 --origin a.example/log",
            "laiqu post a.json b.jsonld --url http://h --key k.jwk --party urn:x:1 --json",
            "laiqu post a.json --url http://h --token t",
            "laiqu party register p.json --url http://h --token t --key a --key b",
            "laiqu receipt get http://h 3 --size 9 --vkey a+1+b --text",
            "laiqu receipt verify r.json --vkey a+1+b --vkey a+2+c --policy p --document d --json",
            "laiqu receipt verify r.tlog-proof --policy p --leaf l",
            "laiqu receipt upgrade r.json --url http://h --vkey a+1+b --out s.json",
            "laiqu party token urn:x:1 --url http://h --token t",
            "laiqu party add-key urn:x:1 --new-key n --url http://h --key k",
            "laiqu party add-key urn:x:1 --new-key n --url http://h --token t",
            "laiqu party rotate urn:x:1 --new-key n --key k --url http://h",
            "laiqu party reset urn:x:1 --new-key n --reason lost --prepare",
            "laiqu party reset urn:x:1 --body b.json --signature s --signature t --url http://h",
            "laiqu party revoke urn:x:1 kid --reason lost --url http://h --key k",
            "laiqu party signing urn:x:1 gateway --url http://h --key k",
            "laiqu party profile urn:x:1 fsma204 --url http://h --token t",
            "laiqu party profile urn:x:1 none --url http://h",
            "laiqu epcis hash a.json --reference --prehash",
            "laiqu lint a.json b.json --profile cold-chain --json",
            "laiqu post a.json --url http://h --key k --chain c.json",
            "laiqu erase 7 --reason r --replacement 9 --prepare",
            "laiqu erase 7 --reason r --regulator urn:x:2 --regulator-key k --url http://h",
            "laiqu erase --body b.json --signature s --url http://h --token t",
            "laiqu trace back urn:x:1 --url http://h --depth 3 --containers --json",
            "laiqu trace both urn:x:1 --data ./d",
            "laiqu find 牛奶 --made-from a --made-until b --limit 5 --data ./d --json",
            "laiqu find milk --url http://h --as-of 7",
            "laiqu balance --lot urn:x:1 --data ./d",
            "laiqu balance --party urn:x:1 --from a --until b --tolerance 1.5 --url http://h --json",
            "laiqu quality --place urn:x:1 --from a --late-hours 48 --data ./d --json",
            "laiqu quality --party urn:x:1 --url http://h",
            "laiqu exposure urn:x:1 --from a --until b --max -18 --data ./d --json",
            "laiqu exposure urn:x:1 --from a --until b --rule frozen-storage --url http://h",
            "laiqu score --case ./c --temporal --out ./o --json --web",
            "laiqu score --case c.json --dates inferred --skip-bad-rows --limit 5 --method all --groups lot",
            "laiqu scope --lot urn:x:1 --lot urn:x:2 --hazard microbial --agent a --url http://h --json",
            "laiqu scope --supplier urn:x:1 --from a --until b --hazard chemical --data ./d",
            "laiqu scope --place urn:x:1 --from a --until b --hazard temperature --notice c --data ./d",
            "laiqu query EQ_bizStep=shipping|receiving --url http://h --token t --limit 9 --json",
            "laiqu query --url http://h",
            "laiqu masterdata Location urn:x:1 --url http://h --as-of 7 --json",
            "laiqu masterdata Location --url http://h",
            "laiqu verify ./d --json",
            "laiqu verify http://h --vkey a+1+b",
            "laiqu verify ./d --vkey a+1+b --state trust.json",
            "laiqu verify http://h --policy p.txt --state trust.json",
            "laiqu export tiles ./copy --url http://h --vkey a+1+b --json",
            "laiqu export tiles ./copy --data ./d",
            "laiqu monitor http://h --vkey a+1+b --state s --party urn:x:1 --max-age 60 --once --json",
            "laiqu monitor http://h --policy p --state s --alias 3 --interval 5 --evidence ./e",
            "laiqu witness init ./w --name w.example --json",
            "laiqu witness serve ./w --listen 127.0.0.1:0 --log a+1+b --log c+1+d --json",
            "laiqu witness serve ./w --policy p.txt",
            "laiqu evidence check e.txt --vkey a+1+b --vkey a+2+c --json",
            "laiqu fsck ./d --vkey a+1+b --repair --json",
            "laiqu backup ./d ./b --with-secrets --check --json",
            "laiqu backup ./d ./b --follow --every 5",
            "laiqu restore ./b ./d --at-least c --vkey a+1+b --json",
            "laiqu restore ./b ./d --new-origin b.example/log",
            "laiqu reindex --data ./d",
            "laiqu demo --events 2000 --seed 7 --clean --once --dir ./d --listen 127.0.0.1:0 --json",
            "laiqu openapi",
            "laiqu version",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn wrong_command_lines_are_usage_errors() {
        for line in [
            "laiqu",
            "laiqu fly",
            "laiqu init",
            "laiqu init ./d",
            "laiqu serve",
            "laiqu post --url http://h --token t",
            "laiqu post a.json --token t",
            "laiqu post a.json --url http://h --token t --key k --party urn:x:1",
            "laiqu post a.json --url http://h --token t --chain c.json",
            "laiqu party rotate urn:x:1 --new-key n --url http://h",
            "laiqu party signing urn:x:1 never --url http://h --key k",
            "laiqu party profile urn:x:1 gs1 --url http://h",
            "laiqu lint",
            "laiqu party reset urn:x:1 --url http://h",
            "laiqu erase 7 --url http://h",
            "laiqu erase seven --reason r --url http://h",
            "laiqu trace sideways urn:x:1 --url http://h",
            "laiqu trace back urn:x:1",
            "laiqu trace back urn:x:1 --url http://h --data ./d",
            "laiqu find --url http://h",
            "laiqu find milk",
            "laiqu balance --url http://h",
            "laiqu balance --lot urn:x:1 --place urn:x:2 --url http://h",
            "laiqu quality --lot urn:x:1 --party urn:x:2 --url http://h",
            "laiqu quality --data ./d",
            "laiqu exposure urn:x:1 --from a --until b --url http://h",
            "laiqu score",
            "laiqu score --case ./c --temporal --dates ignore",
            "laiqu score --case ./c --method guess",
            "laiqu scope --hazard microbial --data ./d",
            "laiqu scope --lot urn:x:1 --data ./d",
            "laiqu scope --lot urn:x:1 --hazard fear --data ./d",
            "laiqu scope --lot urn:x:1 --place urn:x:2 --hazard label --data ./d",
            "laiqu scope --place urn:x:2 --hazard label --data ./d",
            "laiqu scope --lot urn:x:1 --hazard label",
            "laiqu query EQ_bizStep=shipping",
            "laiqu query EQ_bizStep --url http://h",
            "laiqu query =shipping --url http://h",
            "laiqu query --url http://h --limit 0",
            "laiqu masterdata --url http://h",
            "laiqu masterdata Location urn:x:1",
            "laiqu verify",
            "laiqu backup ./d",
            "laiqu backup ./d ./b --every 5",
            "laiqu restore ./b ./d",
            "laiqu export tiles ./copy",
            "laiqu monitor http://h --vkey a+1+b",
            "laiqu monitor http://h --state s",
            "laiqu monitor http://h --vkey a+1+b --state s --party urn:x:1 --alias 3",
            "laiqu export tiles ./copy --data ./d --url http://h",
            "laiqu serve --data ./d --witnesses-unreachable",
            "laiqu serve --data ./d --log-format xml",
            "laiqu witness init ./w",
            "laiqu witness serve ./w",
            "laiqu evidence check e.txt",
            "laiqu demo --events many",
        ] {
            assert!(parse(line).is_err(), "{line}");
            assert_eq!(exit_of(line), format!("{:?}", ExitCode::from(2)), "{line}");
        }
        for line in ["laiqu --version", "laiqu --help", "laiqu trace --help"] {
            assert_eq!(exit_of(line), format!("{:?}", ExitCode::SUCCESS), "{line}");
        }
    }

    fn exit_of(line: &str) -> String {
        format!("{:?}", run(line.split(' ')))
    }
}
