//! The Japanese of commands and arguments.

use crate::command_line::Words;

/// The Japanese of this program.
pub(in crate::cli) const WORDS: Words =
    Words { program: "shikaku", commands: &COMMANDS, arguments: &ARGUMENTS, headings: &HEADINGS };

/// What each command does, by its path; the program itself first.
const COMMANDS: [(&str, &str); 29] = [
    ("", "オンライン資格確認の国側を模した、だれでも動かせるサーバー"),
    ("demo", "すべてを起動: 専用のPostgreSQL、試験用PKI、用意されたデータ、サーバー"),
    ("serve", "既存のデータベースを使うサーバーの起動"),
    ("work", "多人数のファイルの処理。処理を受け持たないサーバーのためのもの"),
    ("migrate", "データベースのスキーマの更新"),
    ("fixtures", "登録データの検査、読み込み、書き出し"),
    ("fixtures check", "すべてのファイルの検査。誤りをファイル・行・理由とともに、法令に反する登録も併せて報告"),
    ("fixtures export", "読み込まれている内容を、大量データの形式のファイルに書き出す。そのまま読み込み直せる"),
    ("fixtures load", "検査の後、すべてを一つのトランザクションで読み込み"),
    ("registrations", "保険者からの登録: 資格取得、資格喪失、訂正など"),
    ("registrations apply", "1行に1つのJSONで書いた登録のファイルを、動いているサーバーへ送信"),
    ("population", "架空の人々。人数は問わない"),
    ("population generate", "10年分の登録を持つ架空の世帯の作成。大量データの形式のファイルに書き出す"),
    (
        "population live",
        "作った人々のその後: 出生、死亡、転居、就職と退職、誕生日、8月1日、カードの更新を、保険者からの登録として書き出す",
    ),
    ("population stats", "人々の実際の割合と、割合のファイルの目標との比較。表と、グラフのページ"),
    ("pki", "試験用PKIの作成と変更"),
    ("pki init", "足りないものの作成: CA、サーバー証明書、失効リスト、データにある全端末の証明書"),
    ("pki institution", "医療機関の端末をもう一台増やすための証明書の発行"),
    ("pki revoke", "端末の証明書の失効。動いているサーバーにはSIGHUPで反映"),
    ("pki card", "人物のカードの発行と、動いているサーバーの模擬J-LISへの登録。または失効・更新"),
    ("pki card revoke", "使用中の証明書の失効"),
    ("pki card renew", "使用中の証明書の更新。以前のファイルは、名前に-oldを付けて残す"),
    ("rules", "法令だけを使う計算: 事例のファイルと、ひと月の自己負担額"),
    ("rules check", "ファイルの事例を計算し、期待値と比較"),
    ("rules limit", "患者または世帯のひと月の自己負担額（高額療養費）"),
    ("ask", "端末の代わりにサーバーへ照会し、回答を表示"),
    ("ask card-number", "被保険者証等の記載事項（記号・番号・枝番と生年月日）による照会"),
    ("ask card", "マイナンバーカードによる照会。仮想のカードがチャレンジに署名"),
    ("ask bulk", "一つのファイルで多人数を照会し、処理を待って結果を表示"),
];

const HEADINGS: [(&str, &str); 2] = [("Bulk files", "多人数のファイル"), ("Searches by token", "トークンによる検索")];

/// What each argument is for, by the path of a command and the argument's id. A row holds for all commands below its path, unless one
/// of them has a row of its own.
const ARGUMENTS: [(&str, &str, &str); 118] = [
    ("", "lang", "表示の言語。指定しなければロケール（LC_ALL、LC_MESSAGES、LANG）に従う"),
    ("", "help", "この説明を表示"),
    ("", "version", "バージョンを表示"),
    ("", "data_dir", "データベース、試験用PKI、秘密の値を置くディレクトリー"),
    ("", "directory", "データ（fixtures）のファイルのディレクトリー。fixtures checkとfixtures loadは大量データの形式も読む"),
    ("", "operator_addr", "サーバーの運用者用の待ち受け"),
    ("", "operator_token", "運用者用の待ち受けのベアラートークン"),
    ("", "database_url", "データベース。postgres://user@host/nameの形"),
    ("", "pki", "ca.pem、crl.pem、server.pem、server.keyのあるディレクトリー"),
    ("", "log_format", "標準エラー出力のログの形式。textは人が読む形、jsonは1行に1つのJSON"),
    // Servers.
    ("demo", "ephemeral", "--data-dirの代わりに使い捨てのディレクトリーを使い、終了時にすべて消去"),
    (
        "demo",
        "population",
        "架空の人々も作って読み込む（すでにそれだけいれば何もしない）: tiny 100人、town 1万人、city 100万人、prefecture 1000万人、nation 1億2500万人",
    ),
    ("demo", "database_url", "専用のPostgreSQLの代わりに使うデータベース"),
    ("demo", "terminal_addr", "端末用の待ち受け（相互TLS）。ポート0なら空きポート"),
    ("serve", "terminal_addr", "端末用の待ち受け（相互TLS）。ポート0なら空きポート"),
    ("demo", "operator_addr", "運用者用の待ち受け（平文のHTTP）。ポート0なら空きポート"),
    ("serve", "operator_addr", "運用者用の待ち受け（平文のHTTP）。ポート0なら空きポート"),
    ("demo", "operator_token", "運用者が示すベアラートークン。ループバック以外の運用者用アドレスには必須"),
    ("serve", "operator_token", "運用者が示すベアラートークン。ループバック以外の運用者用アドレスには必須"),
    (
        "",
        "token_addr",
        "idTokenだけで検索する待ち受け。実際の検索用ホストと同じく、クライアント証明書のないTLSで、検索のパスだけを受け付ける。\
         ポート0なら空きポート",
    ),
    ("", "token_seconds", "ログインで渡すトークンの有効秒数"),
    ("", "max_connections", "端末の同時接続数の上限。開けるファイルの数が足りなければ、それより少ない"),
    (
        "",
        "max_misses",
        "被保険者証等による照会とファイルの照会のうち、該当なしになってよい件数（医療機関ごと、1時間あたり）。0なら無制限",
    ),
    (
        "",
        "clock",
        "起動時に、利用者に見える現在をこの時点に合わせる。2027-03-01T09:00:00+09:00など。そこから進む。指定しなければシステムの時刻",
    ),
    ("", "no_worker", "多人数のファイルの処理をほかのプロセスに任せる"),
    ("", "bulk_persons", "ファイル一つの人数の上限"),
    ("", "bulk_file_mib", "ファイル一つの大きさの上限（MiB）"),
    ("", "bulk_in_flight", "一つの医療機関が同時に処理を待てるファイルの数。0なら無制限"),
    ("", "bulk_people_a_day", "一つの医療機関が1日のファイルで照会できる人数。0なら無制限"),
    ("", "bulk_keep_hours", "結果を取得できる時間数"),
    ("", "bulk_zip_above_mib", "XMLの結果がこの大きさ（MiB）を超えると、求められなくてもZIPで返す"),
    ("", "bulk_workers", "このプロセスが同時に処理する、分割したファイルの数"),
    ("", "bulk_lease_seconds", "分割したファイルを処理者が占有する秒数。処理者が止まると、その後でほかが引き継ぐ"),
    (
        "",
        "bulk_clock_skew_seconds",
        "一つのデータベースを使うプロセスの時計のずれの許容秒数。止まった処理者からの引き継ぎは、その分だけ遅れる",
    ),
    ("", "bulk_attempts", "ファイルを打ち切るまでの、一区分の試行回数。終了した処理者や、期限を過ぎた処理者の試行も数える"),
    (
        "serve",
        "secret_file",
        "ログのハッシュとログインのトークンの鍵になる秘密の値のファイル。なければ作成。同じデータベースのサーバーは共有",
    ),
    ("work", "secret_file", "ログのハッシュの鍵になる秘密の値のファイル。サーバーと同じもの。なければ作成"),
    // Fixtures.
    (
        "fixtures check",
        "on",
        "喪失の登録のない資格を、この日まで検査。指定しなければ今日（日本時間）、作成された人々ならその時点の日",
    ),
    (
        "fixtures load",
        "database_url",
        "--data-dirで動いているdemoの代わりに、読み込み先にするデータベース。postgres://user@host/nameの形",
    ),
    (
        "fixtures export",
        "database_url",
        "--data-dirで動いているdemoの代わりに、書き出すデータベース。postgres://user@host/nameの形",
    ),
    ("fixtures export", "out", "ファイルを書くディレクトリー。まだないか、空であること"),
    ("fixtures export", "compress", "ファイルをzstdで圧縮する。大きさは約6分の1"),
    ("fixtures load", "pki", "カードの証明書を読む試験用PKIのディレクトリー。指定しなければ--data-dirの中"),
    ("registrations apply", "file", "登録のファイル。書き方はdocs/registrations.ja.md"),
    ("registrations apply", "insurer", "`insurer`のない行の保険者番号"),
    (
        "fixtures load",
        "registered_at",
        "ファイルの内容が登録された時点。2026-07-31T00:00:00+09:00など。未来は不可。指定しなければ現在。それより後に登録の変わった人物では、その時点",
    ),
    (
        "fixtures load",
        "reset",
        "ファイルにないものも登録から外す。アクセス記録、それまでの登録内容の履歴、患者の同意は残り、医療機関もそのファイルがなければ残る",
    ),
    (
        "fixtures load",
        "skip_disk_check",
        "データベースのディスクが足りないと見積もられても、大量データの形式のファイルを読み込む",
    ),
    // Populations.
    ("population generate", "people", "人数"),
    (
        "population generate",
        "preset",
        "人数の名前: tiny（100人）、town（1万人）、city（100万人）、prefecture（1,000万人）、nation（1億2,500万人）",
    ),
    (
        "population generate",
        "seed",
        "シード。同じシードからはどのコンピューターでも同じファイルができ、少人数の人々は多人数の先頭と同じになる",
    ),
    ("population generate", "as_of", "この日の時点の人々を作る"),
    ("population generate", "profile", "標準の割合の代わりに使う割合のファイル"),
    ("population generate", "threads", "スレッドの数。指定しなければコアの数。できるものは変わらない"),
    ("population generate", "compress", "ファイルをzstdで圧縮する。大きさは約6分の1"),
    ("population generate", "out", "ファイルを書くディレクトリー。まだないか、空であること"),
    ("population live", "dir", "ファイルのディレクトリー（population generateが書いたもの）"),
    ("population live", "until", "この日までに登録されるものを書く"),
    (
        "population live",
        "seed",
        "出来事のシード。同じシードからは同じファイルができ、ある日までの登録は、後の日までの登録の先頭と同じになる",
    ),
    ("population live", "profile", "標準の割合の代わりに使う割合のファイル"),
    ("population live", "out", "登録を月ごとのファイルに書くディレクトリー。まだないか、空であること"),
    ("population stats", "dir", "ファイルのディレクトリー（population generateが書いたもの）"),
    ("population stats", "on", "この日の時点で数える。指定しなければ作成時の日、それもなければ今日（日本時間）"),
    (
        "population stats",
        "registrations",
        "登録のファイルかディレクトリー（population liveが書いたもの）。登録までの日数も数える",
    ),
    ("population stats", "profile", "標準の割合の代わりに使う割合のファイル"),
    ("population stats", "html", "グラフのページも書く。同じ名前のファイルは置き換える"),
    // The PKI.
    (
        "",
        "server_names",
        "サーバー証明書に加えるDNS名またはIPアドレス（いくつでも）。localhost、127.0.0.1、::1と、すでにある名前は常に含む",
    ),
    ("pki", "rsa", "ECDSA（P-256）の代わりに2,048ビットのRSAの鍵を使う"),
    ("pki institution", "code", "医療機関コード（10桁）"),
    ("pki institution", "terminal", "端末の名前。英数字とハイフン"),
    ("pki revoke", "certificate", "証明書のファイル。.shikaku/pki/institutions/1310012344/reception-1.pemなど"),
    ("pki card", "person", "データにある人物のid（必須）"),
    ("pki card", "kind", "証明書を載せるもの: card（カード）、android、ios"),
    ("pki card", "name", "pki/cardsの下のファイルの名前。指定しなければ人物のid（スマートフォンなら種類も付く）"),
    ("pki card", "valid_days", "有効日数"),
    ("pki card", "ec", "次期カードと同じ、P-384のECDSAの鍵にする"),
    (
        "pki card revoke",
        "reason",
        "理由: lost（紛失）、key_compromise（鍵の漏えい）、ceased（死亡、国外転出、本人の申し出）",
    ),
    // The law.
    ("rules check", "files", "事例のファイル。書き方はfixtures/cases/README.md（英語）"),
    ("rules", "json", "表の代わりにJSONを一つ出力"),
    ("rules limit", "month", "診療月。2026-08など"),
    ("rules limit", "category", "適用区分。公式のコード（A03）または呼び名（ウ、現役並みⅢ、一般Ⅱ、低所得Ⅰなど）"),
    ("rules limit", "category_under70", "70歳未満と70歳以上が混在する世帯の、70歳未満の人の適用区分"),
    ("rules limit", "age", "under70、70to74、75plusのどれか。区分からは決まらず、額が変わるときだけ必要"),
    ("rules limit", "copay_wari", "一部負担金割合: 1、2、3。指定しなければ区分に応じた割合"),
    ("rules limit", "medical_cost", "患者一人の医療費（10割、円）"),
    (
        "rules limit",
        "setting",
        "inpatient（入院）またはoutpatient（外来）。区分に外来の限度額があれば必須（70歳以上。2018-08以降の現役並みを除く）",
    ),
    ("rules limit", "multiple", "多数回該当: 4回目以降の月"),
    (
        "rules limit",
        "turns75_this_month",
        "この月の途中（1日を除く）に75歳になる、または被保険者が75歳になるために被扶養者の資格を失う: 限度額は半額",
    ),
    ("rules limit", "specific_disease", "特定疾病: 1（人工透析）、2（血友病）、3（HIV）"),
    ("rules limit", "meals", "入院患者一人の、その月の食事の回数"),
    ("rules limit", "certificate", "食事の負担額を決める認定証区分: 01、02、03。指定しなければ区分に応じたもの"),
    ("rules limit", "long_stay", "長期入院該当: 過去12か月の入院が90日を超えた後の食事"),
    ("rules limit", "designated_disease", "指定難病または小児慢性特定疾病: 食事の負担額が下がる"),
    (
        "rules limit",
        "line",
        "世帯の明細: WHO,SETTING,COSTの後に、必要ならAGE、WARI、turns75（半額）。夫,out,300000や夫,out,300000,,,turns75など",
    ),
    // A terminal.
    ("ask", "institution", "照会する端末の医療機関コード。指定しなければデータの最初の医療機関"),
    ("ask", "terminal", "照会する端末の名前。指定しなければ医療機関の最初の端末"),
    ("ask", "terminal_addr", "サーバーの端末用の待ち受け"),
    ("ask", "format", "回答の表示形式。xmlとjsonは届いたまま、textは表"),
    ("ask", "explain", "回答の項目ごとに、根拠の登録と規則を表示（運用者用の待ち受けに照会）"),
    ("ask", "on", "資格確認日。指定しなければデータの値、それもなければ今日（日本時間）"),
    ("ask card-number", "person", "データにある人物。指定しない項目には、その人物の被保険者証・確認日・同意を使う"),
    ("ask card-number", "insurer", "保険者番号"),
    ("ask card-number", "symbol", "記号"),
    ("ask card-number", "number", "番号"),
    ("ask card-number", "branch", "枝番"),
    ("ask card-number", "birth", "生年月日。1951-05-03など"),
    ("ask card-number", "consent_limit", "限度額適用認定証の提供への患者の同意"),
    ("ask card", "person", "データにある人物（最初のカードを使う）、またはpki/cardsの下のカードの名前"),
    (
        "ask card",
        "consent",
        "患者が同意する情報: all、none、またはlimit,drugのような並び。指定しなければデータの値、それもなければall",
    ),
    ("ask card", "holder", "本人確認の方法: pin、face、visual、phone。指定しなければデータの値、それもなければpin"),
    (
        "ask card",
        "treatment",
        "診療区分: 1 外来、2 訪問診療等、3 オンライン診療等。指定しなければデータの値、それもなければ1",
    ),
    ("ask bulk", "file", "そのまま送るファイル（XMLまたはJSON）"),
    ("ask bulk", "people", "データにある人物: all、またはカンマで区切ったid"),
    ("ask bulk", "on", "--peopleの資格確認日。指定しなければ今日（日本時間）"),
    ("ask bulk", "message", "--fileの電文のID: OQSmuquc01、OQSmuimm01、OQSmuhvq01、OQSmuonq01、OQSmutic01"),
    ("ask bulk", "out", "結果を届いたまま保存するファイル。形式は--formatに従う（textならJSON）"),
    ("ask bulk", "zip", "結果をZIPで取得。--outが必要"),
    ("ask bulk", "patience", "結果を待つ秒数"),
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_and_argument_has_its_words_and_no_words_are_left_over() {
        let faults = WORDS.faults(crate::cli::Cli::command());
        assert!(faults.is_empty(), "{}", faults.join(", "));
    }
}
