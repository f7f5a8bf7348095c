//! What the words of the page mean, for those who never saw such a report.

use super::words::say;

/// Each term in both languages, with its meaning.
const TERMS: [[(&str, &str); 2]; 14] = [
    [
        ("due", "予定（送るべき時刻）"),
        (
            "The plan fixes beforehand when each request should be sent. These times are kept whatever the server does, as patients come \
             to the counter whether or not the computer is slow.",
            "各照会を送る時刻は、計画で前もって決まっています。コンピューターが遅くても患者は窓口に来るのと同じように、サーバーの状態に\
             かかわらず、この時刻を守ります。",
        ),
    ],
    [
        ("from the due time (corrected)", "送るべき時刻から（補正あり）"),
        (
            "From the due time of a request to its whole answer, with all waiting. Thresholds judge these times.",
            "照会を送るべき時刻から、回答をすべて受け取るまで。待ち時間をすべて含みます。しきい値はこの時間で判定します。",
        ),
    ],
    [
        ("from the sending (uncorrected)", "送信から（補正なし）"),
        (
            "From the moment at which a request was really sent. A server that stalls is asked less meanwhile, so these times hide the \
             stall. They are here to compare.",
            "照会を実際に送った時刻から。サーバーが止まっている間は送る件数が減るため、停止がこの時間には現れません。比較のための数値です。",
        ),
    ],
    [
        ("p50, p90, p99, p99.9, longest", "p50、p90、p99、p99.9、最大"),
        (
            "Of 100 requests, 50, 90 or 99 took at most this time; of 1,000 requests, 999. p50 is what is usual, p99 what the unlucky \
             meet every day.",
            "100件のうち50件、90件、99件（p99.9は1,000件のうち999件）が、この時間以内に終わりました。p50は普段の速さ、p99は運の悪い人が\
             毎日のように出会う遅さです。",
        ),
    ],
    [
        ("asked, achieved", "目標、達成"),
        (
            "Requests that became due in a second, and answers in a second until the last of them came.",
            "1秒あたりの、送るべき照会の数と、最後の回答までの時間で見た回答の数。",
        ),
    ],
    [
        ("failed, not sent, cut off", "失敗、未送信、打ち切り"),
        (
            "Failed: refused, broken off, or not answered in time. Not sent: too many were waiting already. Cut off: waiting or under way \
             when the run ended. Each request that was due is counted once.",
            "失敗: 拒否、切断、または時間切れ。未送信: 待っている照会がすでに上限に達していた。打ち切り: 実行の終わりに、待っていたか送信中\
             だった。送るべき照会は、それぞれ一度だけ数えます。",
        ),
    ],
    [
        ("wrong answer", "誤った回答"),
        (
            "An answer that came, but differs from what is expected of this person. It counts as an answer, and apart from failures.",
            "届いたものの、その人物の正解と違う回答。回答として数え、失敗とは分けます。",
        ),
    ],
    [
        ("sender late", "送信側の遅れ"),
        (
            "How late this program itself was. If it is too much, the figures say more about this program or its machine than about the \
             server, and the run fails. Give it a machine of its own, or ask for less.",
            "この負荷試験ツール自身の遅れ。大きすぎると、数値はサーバーよりも送信側やそのコンピューターを表すため、実行は不合格になります。\
             専用のコンピューターを使うか、頻度を下げてください。",
        ),
    ],
    [
        ("handshake", "ハンドシェイク"),
        (
            "Opening a connection, TCP and TLS with the terminal's certificate. It is part of the corrected times, not of the uncorrected \
             ones.",
            "接続（TCPと、端末の証明書によるTLS）を開くこと。補正ありの時間には含み、補正なしの時間には含みません。",
        ),
    ],
    [
        ("stage, warm-up", "ステージ、ウォームアップ"),
        (
            "The plan has stages, one after the other. A warm-up is sent and shown, but counts for nothing.",
            "計画はステージを順に実行します。ウォームアップは送信し図にも示しますが、測定には含みません。",
        ),
    ],
    [
        ("round", "ラウンド"),
        (
            "All stages once. With several rounds, what differs from round to round is noise; `shikaku-load compare` judges two runs by it.",
            "すべてのステージを1回。複数のラウンドの間の差は誤差で、`shikaku-load compare`はそれをもとに二つの実行を比べます。",
        ),
    ],
    [
        ("knee", "限界点"),
        (
            "The highest rate at which the server still kept what the plan demands, if the plan looks for it. Figures are those up to it.",
            "計画の求める条件をサーバーが保てた、最も高い頻度（計画が探す場合）。数値はそこまでのものです。",
        ),
    ],
    [
        ("threshold", "しきい値"),
        (
            "What is good enough, by the plan. A run that misses one of them is not good, and ends with exit code 1.",
            "計画で決めた、どこまでを良しとするか。一つでも満たさない実行は良好とせず、終了コード1で終わります。",
        ),
    ],
    [
        ("closed stage", "closedのステージ"),
        (
            "A stage that sends a request whenever an earlier one is answered. A slow server is asked less, so its figures flatter it.",
            "前の照会に回答があるたびに次を送るステージ。遅いサーバーには送る件数が減るため、数値は実際より良く見えます。",
        ),
    ],
];

/// Writes the section.
pub(super) fn section() -> String {
    let mut html = format!("<h2>{}</h2>\n<dl id=\"terms\">\n", say("About this report", "この報告の読み方"));
    for [term, meaning] in TERMS {
        html += &format!("<dt>{}</dt><dd>{}</dd>\n", say(term.0, term.1), say(meaning.0, meaning.1));
    }
    html + "</dl>\n"
}
