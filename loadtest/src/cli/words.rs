//! The Japanese of commands and arguments.

use shikaku::command_line::Words;

/// The Japanese of this program.
pub(super) const WORDS: Words = Words { program: "shikaku-load", commands: &COMMANDS, arguments: &ARGUMENTS, headings: &[] };

const COMMANDS: [(&str, &str); 5] = [
    ("", "オンライン資格確認の国側に負荷をかけ、結果をありのままに報告する試験ツール"),
    (
        "run",
        "計画を実行して報告。終了コードは、0 良好、1 しきい値の未達または中断、2 計画やコマンドラインの誤り、3 接続できないなど環境の問題",
    ),
    ("check", "計画を読み、誤りを報告。誤りがあれば終了コード2"),
    ("terminals", "多数の端末の証明書を試験用PKIに作成"),
    ("clinics", "負荷試験用の医療機関を作成: サーバーに登録するためのファイルと、試験用PKIの証明書"),
];

const ARGUMENTS: [(&str, &str, &str); 16] = [
    ("", "lang", "表示の言語。指定しなければロケール（LC_ALL、LC_MESSAGES、LANG）に従う"),
    ("", "help", "この説明を表示"),
    ("", "version", "バージョンを表示"),
    ("", "pki", "試験用PKIのディレクトリー"),
    ("run", "plan", "計画のファイル"),
    ("run", "target", "送信先の端末用の待ち受け。計画が別のコンピューターを指すときは、ここで同じものを繰り返す"),
    ("run", "people", "対象の人物のディレクトリー: fixtures、または大量データの形式のファイル"),
    ("run", "out", "結果を書き込むディレクトリー。指定しなければ何も書き込まない"),
    ("run", "operator", "サーバーの運用者用の待ち受け。計画が別のコンピューターを指すときは、ここで同じものを繰り返す"),
    ("run", "operator_token", "運用者用の待ち受けのベアラートークン"),
    ("run", "rounds", "ステージをこの回数だけ繰り返す。ラウンドごとのばらつきから、何が誤差かがわかる"),
    ("check", "plans", "計画のファイル"),
    ("terminals", "number", "各医療機関の端末の数。足りない分だけ作る"),
    ("clinics", "number", "医療機関の数。証明書は足りない分だけ作る"),
    ("clinics", "out", "サーバーに登録するためのファイルを置く新しいディレクトリー"),
    ("terminals", "institutions", "医療機関コード。指定しなければ、PKIにあるすべての医療機関"),
];
