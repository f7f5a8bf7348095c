//! The command line in Japanese: help, messages and errors, by `--lang` or by the locale; JSON is the same in every language.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use unicode_width::UnicodeWidthStr;

use crate::support::database::TestDatabase;
use crate::support::process::{Program, command, shikaku, texts};
use crate::support::{World, fixtures_to_spoil, root, scratch};

/// Every command.
const COMMANDS: [&str; 27] = [
    "",
    "demo",
    "serve",
    "work",
    "migrate",
    "fixtures",
    "fixtures check",
    "fixtures load",
    "fixtures export",
    "registrations",
    "registrations apply",
    "population",
    "population generate",
    "pki",
    "pki init",
    "pki institution",
    "pki revoke",
    "pki card",
    "pki card revoke",
    "pki card renew",
    "rules",
    "rules check",
    "rules limit",
    "ask",
    "ask card-number",
    "ask card",
    "ask bulk",
];

fn in_japanese(arguments: &[&str]) -> Output {
    shikaku(&[arguments, &["--lang", "ja"]].concat())
}

/// Whether a line has a run of English: four words of Latin letters alone, one after the other.
fn is_english(line: &str) -> bool {
    // A line of usage names commands.
    if line.contains("使い方: ") {
        return false;
    }
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    line.split(' ').map(is_word).collect::<Vec<_>>().windows(4).any(|words| words.iter().all(|word| *word))
}

#[test]
fn the_help_of_every_command_is_japanese_and_fits_a_terminal() {
    for path in COMMANDS {
        let words: Vec<&str> = path.split(' ').filter(|word| !word.is_empty()).collect();
        let output = in_japanese(&[&words[..], &["--help"]].concat());
        let (page, err) = texts(&output);
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{path}");
        assert!(page.contains("使い方: shikaku") && page.contains("オプション:\n"), "{page}");
        for english in ["Usage", "Options", "Commands", "Arguments", "default:", "possible", "env:", "Print"] {
            assert!(!page.contains(english), "{path}: {english}\n{page}");
        }
        for line in page.lines() {
            // Clap's lines of usage are as long as they are.
            let is_usage = line.contains("shikaku");
            assert!(is_usage || line.width() <= 80, "{path}: {} columns\n{line}", line.width());
            assert!(!is_english(line), "{path}: {line}");
        }
        // Both pages name the same options.
        let (english, _) = texts(&shikaku(&[&words[..], &["--help"]].concat()));
        let flags = |page: &str| {
            let words = page.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-');
            let mut flags: Vec<String> = words.filter(|word| word.starts_with("--")).map(str::to_owned).collect();
            flags.sort();
            flags.dedup();
            flags
        };
        let missing: Vec<String> = flags(&english).into_iter().filter(|flag| !flags(&page).contains(flag)).collect();
        assert!(missing.is_empty(), "{path}: {missing:?} are not in\n{page}");
    }
}

#[test]
fn the_locale_decides_and_the_option_decides_against_it() {
    let help = |name: &str, value: &str, more: &[&str]| {
        let output = command().env(name, value).args(["demo", "--help"]).args(more).output().unwrap();
        texts(&output).0
    };
    let japanese = texts(&in_japanese(&["demo", "--help"])).0;
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        assert_eq!(help(name, "ja_JP.UTF-8", &[]), japanese);
        assert_eq!(help(name, "C.UTF-8", &["--lang=ja"]), japanese);
    }
    let english = help("LANG", "C.UTF-8", &[]);
    assert!(english.contains("Usage: shikaku demo"), "{english}");
    assert_eq!(help("LANG", "ja_JP.UTF-8", &["--lang", "en"]), english);
    // `help` shows the same page, and no command at all shows the first.
    assert_eq!(texts(&shikaku(&["--lang", "ja", "help", "demo"])).0, japanese);
    let bare = command().env("LANG", "ja_JP.UTF-8").output().unwrap();
    assert_eq!(bare.status.code(), Some(2));
    assert!(texts(&bare).1.contains("使い方: shikaku [オプション] <コマンド>"), "{:?}", texts(&bare));
}

#[test]
fn what_is_wrong_with_the_command_line_is_said_in_japanese() {
    let limit = ["rules", "limit", "--month", "2026-08", "--category", "ウ", "--medical-cost"];
    for (arguments, texts_of_it) in [
        (&["dmeo"][..], &["コマンド「dmeo」はありません", "もしかして: demo"][..]),
        (&["ask"], &["使い方: shikaku ask [オプション] <コマンド>"]),
        (&["ask", "card-number", "--persn", "x"], &["引数「--persn」はここでは使えません", "もしかして: --person"]),
        (&["ask", "card-number", "--person"], &["--person <ID>に値がありません"]),
        (&["ask", "card-number", "--insurer", "1"], &["次の引数が必要です:\n  --number <NUMBER>\n  --birth <DATE>"]),
        (
            &["ask", "card-number", "--person", "x", "--on", "2026-02-30"],
            &["「2026-02-30」は指定できません: その日はありません"],
        ),
        (
            &["ask", "card", "--person", "x", "--holder", "eye"],
            &["「eye」は指定できません: pin、face、visual、phoneのどれか"],
        ),
        (&["ask", "card", "--person", "x", "--consent", "some"], &["someは次のどれでもありません: "]),
        (&["ask", "card", "--person", "x", "--format", "csv"], &["指定できるもの: xml、json、text"]),
        (&["ask", "bulk", "--people", "all", "--file", "x"], &["と同時に指定できません"]),
        (
            &["ask", "bulk", "--people", "all", "--message", "OQSsiquc01"],
            &["「OQSsiquc01」は指定できません: OQSmuquc01、OQSmuimm01"],
        ),
        (&["ask", "bulk", "--people", "all", "--patience", "long"], &["「long」は指定できません: 0以上の整数を"]),
        (&["demo", "--terminal-addr", "localhost"], &["127.0.0.1:8443のように"]),
        (&["demo", "--max-connections", "0"], &["「0」は指定できません: 1以上の整数を指定してください"]),
        (&["demo", "--server-name", "https://a"], &["https://、ポート、パスを付けず"]),
        (&["pki", "card", "--person", "x", "--valid-days", "0"], &["1から1825までの整数を指定してください"]),
        (&["pki", "card"], &["--personを指定してください"]),
        (&[&limit[..], &["1,000"]].concat(), &["整数を、カンマのない数字で指定してください"]),
        (&[&limit[..], &["-1"]].concat(), &["--medical-cost: 金額は0円から1,000,000,000,000円までの整数です"]),
        (
            &[&limit[..4], &["--category", "エリ", "--medical-cost", "1"]].concat(),
            &["--category エリ: ", "70歳未満にこの区分はありません"],
        ),
        (&["demo", "--clock", "2027-03-01"], &["時点は2026-11-22T09:30:15+09:00のように書きます"]),
        (&["serve", "--clock", "3027-03-01T09:00:00+09:00"], &["1900年から2999年までの時点"]),
        (&["fixtures", "load", "--registered-at", "2999-01-01T00:00:00+09:00"], &["現在（2", "より後です。指定しないか"]),
        (&["migrate", "--database-url", "mysql://h/n"], &["データベースのURLはpostgres://…の形で指定してください"]),
    ] {
        let output = in_japanese(arguments);
        let (out, err) = texts(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        for text in texts_of_it {
            assert!(err.contains(text), "{arguments:?}: no {text} in\n{err}");
        }
        assert!(err.lines().all(|line| !is_english(line)), "{arguments:?}: {err}");
    }
}

#[test]
fn faults_of_files_are_said_in_japanese_with_file_and_line() {
    let directory = fixtures_to_spoil();
    let people = directory.join("people/faulty.toml");
    std::fs::write(
        &people,
        "[[person]]\nid = \"faulty\"\nabout = \"two faults\"\ncolour = \"red\"\n\n[[person.coverage]]\ninsurer = \"01130013\"\n\
         number = \"1\"\nname = \"試験　太郎\"\nsex = \"male\"\nbirth_on = \"S64.5.14\"\nacquired_on = 2010-04-01\n\n\
         [person.expect]\nvalidity = \"7\"\n",
    )
    .unwrap();
    let output = in_japanese(&["fixtures", "check", "--dir", directory.to_str().unwrap()]);
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(4), "{err}");
    for (line, fault) in [
        (4, "`colour`はここに書ける項目ではありません"),
        (7, "`insurer`: 保険者番号の検証番号が違います。正しくは2です"),
        (11, "`birth_on`: S64.5.14はその元号の日ではありません。H1.5.14または1989-05-14と書いてください"),
        (1, "`[person.ask]`がありません"),
        (15, "`validity`: \"1\"から\"6\"までのどれかを書いてください"),
    ] {
        let expected = format!("{}:{line}: 人物faulty: {fault}", people.display());
        assert!(err.lines().any(|line| line == expected), "no {expected} in\n{err}");
    }
    assert!(
        err.contains(&format!("shikaku: {}に5件の誤りがあります。何も読み込みませんでした", directory.display())),
        "{err}"
    );
    assert!(err.lines().all(|line| !is_english(line)), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_terminal_meets_is_said_in_japanese() {
    let world = World::start().await;
    let ask = |arguments: &[&str]| {
        let (code, _, err) = world.run_ask("card-number", &[arguments, &["--lang", "ja"]].concat());
        (code, err)
    };
    let (code, err) = ask(&["--person", "nobody"]);
    assert!(code == Some(2) && err.contains("人物nobodyはfixturesにいません"), "{err}");
    let (code, err) = ask(&["--person", "kyokai-insured-tokyo", "--terminal", "nowhere"]);
    assert!(code == Some(3) && err.contains("`shikaku pki institution 1310012344 nowhere`で発行できます"), "{err}");
    let (code, err) = ask(&["--person", "kyokai-insured-tokyo", "--insurer", "01130013"]);
    assert!(code == Some(4) && err.contains("サーバーが照会を拒否しました（HTTPステータス400"), "{err}");
    let (code, err) = ask(&["--person", "kyokai-insured-tokyo", "--dir", "/nowhere"]);
    assert!(code == Some(4) && err.contains("ディレクトリー/nowhereがありません。"), "{err}");

    let elsewhere = |data: &Path, more: &[&str]| {
        let arguments = ["ask", "card-number", "--person", "kyokai-insured-tokyo", "--lang", "ja", "--data-dir"];
        let output = command().args(arguments).arg(data).args(more).output().unwrap();
        (output.status.code(), texts(&output).1)
    };
    let (code, err) = elsewhere(&world.data_directory(), &["--terminal-addr", "127.0.0.1:1"]);
    assert_eq!(
        (code, err.as_str()),
        (Some(3), "shikaku: 127.0.0.1:1に接続できません: 接続が拒否されました。サーバーは動いていますか\n")
    );
    let empty = scratch("japanese");
    let (code, err) = elsewhere(&empty, &[]);
    let expected = format!("{}に試験用PKIがありません。", empty.join("pki").display());
    assert!(code == Some(3) && err.contains(&expected), "{err}");
    // The certificates of another PKI, which this server does not know, beside the CA of this one.
    assert!(in_japanese(&["pki", "init", "--data-dir", empty.to_str().unwrap()]).status.success());
    let own = world.data_directory();
    std::fs::copy(own.join("pki/ca.pem"), empty.join("pki/ca.pem")).unwrap();
    let (code, err) = elsewhere(&empty, &["--terminal-addr", &world.app.terminal_addr().to_string()]);
    assert!(code == Some(3) && err.contains("サーバーが端末の証明書を拒否しました（TLSアラート"), "{err}");
    assert!(err.lines().all(|line| !is_english(line)), "{err}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_start_meets_is_said_in_japanese() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = TestDatabase::new().await;
    let (data, url) = (scratch("japanese-start"), database.url());
    let demo = ["demo", "--operator-addr", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let output = in_japanese(&[&demo[..], &["--database-url", &url, "--terminal-addr", &address]].concat());
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(3), "{err}");
    let expected = format!("shikaku: {address}で待ち受けられません: そのアドレスはすでに使われています\n別のアドレスは");
    assert!(err.contains(&expected), "{err}");

    drop(taken);
    let output = in_japanese(&[&demo[..], &["--database-url", &format!("postgres://{address}/n")]].concat());
    assert_eq!(
        (output.status.code(), texts(&output).1.as_str()),
        (Some(3), "shikaku: データベース: 接続が拒否されました\n")
    );
    let output = in_japanese(&["fixtures", "load", "--data-dir", data.to_str().unwrap()]);
    let expected = format!("shikaku: {}で動いているdemoがありません。", data.display());
    assert!(output.status.code() == Some(3) && texts(&output).1.starts_with(&expected), "{:?}", texts(&output));

    // What programs read is the same; the words around it are not.
    let mut server = command();
    server.env("LANG", "ja_JP.UTF-8").args(demo).args(["--database-url", &url, "--terminal-addr", "127.0.0.1:0"]);
    let server = Program::start(server);
    assert!(server.suggestion().starts_with("cd "));
    assert!(server.log().contains("秒で起動しました"), "{}", server.log());
    drop(server);
    let output = in_japanese(&["fixtures", "load", "--database-url", &url, "--data-dir", data.to_str().unwrap()]);
    assert!(texts(&output).0.starts_with("loaded: 保険者"), "{:?}", texts(&output));
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_the_same_in_every_language() {
    let cases = scratch("japanese").join("cases.csv");
    std::fs::write(
        &cases,
        "id,kind,input,expected\n\
         wrong,loss_date,\"{\"\"event\"\":\"\"死亡\"\",\"\"event_date\"\":\"\"2026-02-30\"\"}\",2026-03-03\n",
    )
    .unwrap();
    let cases = cases.to_str().unwrap();
    let check =
        |language: &str, more: &[&str]| texts(&shikaku(&[&["rules", "check", cases, "--lang", language], more].concat())).0;
    assert_eq!(check("ja", &["--json"]), check("en", &["--json"]));
    let lines = check("ja", &[]);
    let found = "期待値は2026-03-03、結果はerror:event_date: その日はありません。日付は2026-12-01、R8.12.1、令和8年12月1日のように書きます\n";
    assert!(lines.ends_with(&format!("{found}1件中、一致0件、不一致1件\n")), "{lines}");

    let world = World::start().await;
    let answer = |language: &str| {
        let arguments = ["--person", "elderly-2wari-tokyo", "--format", "json", "--lang", language];
        let (code, out, err) = world.run_ask("card-number", &arguments);
        assert_eq!(code, Some(0), "{err}");
        out
    };
    assert_eq!(answer("ja"), answer("en"));
    world.stop().await;
}

/// The messages that a Japanese page quotes, in 「」 beside the English ones.
#[test]
fn the_page_for_troubles_quotes_what_the_program_says() {
    let page = std::fs::read_to_string(root().join("docs/troubleshooting.ja.md")).unwrap();
    let said = texts_of(&root().join("src")) + &std::fs::read_to_string(root().join("tools/prepare")).unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let quotes: Vec<&str> =
        cells.flat_map(|cell| cell.split('「').skip(1)).filter_map(|rest| rest.split('」').next()).collect();
    assert!(quotes.len() >= 10, "{quotes:?}");
    for quote in quotes {
        // What stands for another text in the message.
        for part in quote.split('…').flat_map(|part| part.split(": ")).filter(|part| !part.is_empty()) {
            assert!(said.contains(part), "nothing says {part}, of {quote}");
        }
    }
}

/// The text of every file below a directory.
fn texts_of(directory: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        text += &if path.is_dir() { texts_of(&path) } else { std::fs::read_to_string(&path).unwrap() };
    }
    text
}
