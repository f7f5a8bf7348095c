//! The style of the page of statistics.

/// The colours of the classes of schemes, which people with any colour vision can tell apart (Okabe and Ito), and of none.
pub(super) const COLOURS: [&str; 8] =
    ["#0072b2", "#56b4e9", "#009e73", "#e69f00", "#f0e442", "#cc79a7", "#d55e00", "#8a8f98"];

/// The style sheet.
pub(super) const STYLE: &str = r#"
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #1d2329; --quiet: #5c6570; --line: #d9dce1;
  --bar: #0072b2; --band: #b9d3e6; --want: #1d2329; --bad: #b3261e; --good: #1c6b46; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --card: #1c2127; --ink: #e6e9ed; --quiet: #9aa4af;
  --line: #343b44; --bar: #56b4e9; --band: #2f4b61; --want: #f3f5f7; --bad: #ff8a80; --good: #7bd6a6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic", sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; }
h2 { font-size: 1.02rem; line-height: 1.35; margin: 0; }
p { margin: .25rem 0; }
.quiet { color: var(--quiet); font-size: .86rem; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); margin-top: 1rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; min-width: 0; }
section.wide { margin-top: 1rem; }
.rows { display: grid; gap: .5rem; margin-top: .75rem; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: .75rem; font-size: .88rem; }
.name { overflow-wrap: anywhere; } .share { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.track { grid-column: 1 / -1; position: relative; height: .8rem; margin: .15rem 0; background: color-mix(in srgb, var(--line) 45%, transparent);
  border-radius: .2rem; overflow: hidden; }
.track i { position: absolute; top: 0; bottom: 0; display: block; }
.track .band { background: var(--band); } .track .bar { left: 0; top: .2rem; bottom: .2rem; background: var(--bar); border-radius: 0 .15rem .15rem 0; }
.track .want { width: 2px; margin-left: -1px; background: var(--want); }
.row.outside .bar { background: var(--bad); }
.note { grid-column: 1 / -1; display: flex; justify-content: space-between; gap: .75rem; color: var(--quiet); font-size: .78rem; font-variant-numeric: tabular-nums; }
.note .bad { text-align: right; }
.key { display: flex; flex-wrap: wrap; gap: .35rem 1rem; margin: .6rem 0; font-size: .84rem; }
.key span { display: inline-flex; align-items: center; gap: .4rem; } .key i { width: .8rem; height: .8rem; border-radius: .15rem; }
.ages { display: grid; gap: 2px; } .age { display: grid; grid-template-columns: 4.2rem minmax(0, 1fr) 4.6rem; gap: .5rem; align-items: center; font-size: .78rem; }
.age b { font-weight: 400; text-align: right; color: var(--quiet); font-variant-numeric: tabular-nums; white-space: nowrap; }
.age .stack { display: flex; height: 1rem; } .age .stack i { display: block; height: 100%; min-width: 0; }
.sample { display: inline-block; position: relative; width: 2.6rem; height: .8rem; vertical-align: -.1rem; margin: 0 .3rem; }
@media print { body { background: #fff; } section { break-inside: avoid; } }
"#;
