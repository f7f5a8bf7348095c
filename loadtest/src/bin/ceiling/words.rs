//! The Japanese of the command line.

use shikaku::command_line::Words;

/// The Japanese of this program.
pub const WORDS: Words = Words { program: "ceiling", commands: &COMMANDS, arguments: &ARGUMENTS, headings: &[] };

const COMMANDS: [(&str, &str); 1] = [(
    "",
    "shikakuの1件ごとの照会を、nginx、pgbench、ほかの実装と同じ条件で並べて測定。終了コードは、0 すべて測定、1 失敗または中断、3 環境の問題",
)];

const ARGUMENTS: [(&str, &str, &str); 10] = [
    ("", "lang", "表示の言語。指定しなければロケール（LC_ALL、LC_MESSAGES、LANG）に従う"),
    ("", "help", "この説明を表示"),
    ("", "rounds", "ラウンドの数"),
    ("", "seconds", "一つの測定の秒数"),
    ("", "people", "作って読み込む人数"),
    ("", "smoke", "すべてが動くことだけを確かめる小さな実行。数値に意味はない"),
    ("", "markdown", "表をMarkdownでも書き込むファイル"),
    ("", "program", "測定するプログラム。指定しなければ、このプログラムと同じ場所のshikaku"),
    ("", "nginx", "nginxのプログラム。指定しなければ、PATH、/usr/sbin、比較対象のディレクトリーから探す"),
    ("", "peers", "loadtest/peers/installが比較対象とnginxを入れたディレクトリー"),
];
