//! The style of the page.

/// The style sheet. Lines have the colours of Okabe and Ito, which people with any colour vision can tell apart, darker on light
/// paper; dashes and markers tell them apart without colours.
pub(super) const STYLE: &str = r##"
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #1d2329; --quiet: #565f6a; --line: #d9dce1; --grid: #e4e7eb;
  --warm: #ece7d8; --bad: #b3261e; --good: #1c6b46; --bad-paper: #fbeceb; --good-paper: #e9f4ee; --note: #7a5200; --note-paper: #fbf2df;
  --l0: #0072b2; --l1: #c24e00; --l2: #00795a; --l3: #1d2329; --l4: #a2477e; --l5: #6b7280; --l6: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --card: #1c2127; --ink: #e6e9ed; --quiet: #a3acb7; --line: #343b44;
  --grid: #2b323a; --warm: #33312a; --bad: #ff8a80; --good: #7bd6a6; --bad-paper: #3a2222; --good-paper: #1c3329; --note: #f0c36a;
  --note-paper: #37301f; --l0: #56b4e9; --l1: #ff9a4d; --l2: #2fc998; --l3: #e6e9ed; --l4: #e39bc6; --l5: #9aa4af; --l6: #f0d060; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55;
  font-family: system-ui, -apple-system, "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic", sans-serif; }
main { max-width: 84rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
#en:checked ~ main [lang=ja], #ja:checked ~ main [lang=en] { display: none; }
.switch { position: absolute; opacity: 0; pointer-events: none; }
.languages { display: flex; justify-content: flex-end; gap: .4rem; font-size: .86rem; }
.languages label { padding: .15rem .7rem; border: 1px solid var(--line); border-radius: 1rem; cursor: pointer; }
#en:checked ~ main label[for=en], #ja:checked ~ main label[for=ja] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
#en:focus-visible ~ main label[for=en], #ja:focus-visible ~ main label[for=ja], #plan-shown:focus-visible + label
  { outline: 3px solid var(--l0); outline-offset: 2px; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .2rem 0 .1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; line-height: 1.35; margin: 2rem 0 .4rem; }
h3 { font-size: 1.02rem; line-height: 1.35; margin: 0; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); font-size: .86rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .good, td.bad, p.bad { font-weight: 600; }
.verdict { display: flex; gap: 1rem; align-items: center; margin: 1rem 0; padding: .9rem 1.1rem; border: 2px solid; border-radius: .6rem; }
.verdict.is-good { color: var(--good); background: var(--good-paper); }
.verdict.is-missed { color: var(--bad); background: var(--bad-paper); }
.verdict.is-stopped, .verdict.is-behind { color: var(--note); background: var(--note-paper); }
.verdict .symbol { font-size: 2.6rem; line-height: 1; } .verdict strong { font-size: 1.35rem; line-height: 1.3; display: block; }
.verdict p { color: var(--ink); }
.tiles { display: grid; gap: .7rem; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); margin: 1rem 0; }
.tile, figure.chart, .card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; min-width: 0; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile .quiet { line-height: 1.35; display: block; }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr)); margin-top: .6rem; }
figure { margin: 0; } figcaption p { margin: .1rem 0 .3rem; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .3rem 0; font-size: .84rem; }
.entry { display: inline-flex; align-items: center; gap: .4rem; }
.sample { width: 34px; height: 12px; flex: none; } .sample.dot { width: 12px; }
.scroll { overflow-x: auto; }
svg.plot { display: block; width: 100%; min-width: 30rem; height: auto; font-size: 12px; font-family: inherit; font-variant-numeric: tabular-nums; }
svg text { fill: var(--quiet); } svg text.bad { fill: var(--bad); }
svg .grid { stroke: var(--grid); fill: none; } svg .axis { stroke: var(--quiet); fill: none; }
svg .edge { stroke: var(--line); fill: none; stroke-dasharray: 2 2; } svg .round { stroke: var(--quiet); fill: none; }
svg .stage { fill: transparent; } svg .warm { fill: var(--warm); }
svg .limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 10 3 2 3; fill: none; }
.line path { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line path.marker { fill: currentColor; stroke: none; }
.line-0 { color: var(--l0); } .line-1 { color: var(--l1); } .line-2 { color: var(--l2); } .line-3 { color: var(--l3); }
.line-4 { color: var(--l4); } .line-5 { color: var(--l5); } .line-6 { color: var(--l6); }
.line-1 path { stroke-dasharray: 8 5; } .line-2 path { stroke-dasharray: 2 5; } .line-3 path { stroke-width: 1.4; }
.line-4 path { stroke-dasharray: 10 4 2 4; } .line-5 path { stroke-dasharray: 4 4; } .line-6 path { stroke-dasharray: 14 4; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--quiet); } tbody th { color: var(--ink); font-weight: 400; }
th:first-child, td:first-child, .texts th, .texts td { text-align: left; overflow-wrap: anywhere; }
tbody th:first-child { min-width: 8rem; }
td.state { white-space: nowrap; }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) minmax(0, 1fr); gap: .4rem 1rem; margin: .4rem 0; font-size: .92rem; }
dt { font-weight: 600; } dd { margin: 0; }
pre { overflow-x: auto; font-size: .82rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; }
.fold { display: inline-block; cursor: pointer; margin-top: 2rem; padding: .3rem .8rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .9rem; }
#plan-shown:not(:checked) ~ pre { display: none; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: .1rem; } dd { margin-bottom: .5rem; } .verdict { gap: .7rem; padding: .7rem; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --quiet: #333; --line: #999; --grid: #ddd; --warm: #eee; --bad: #8a1c15;
    --good: #0e5233; --bad-paper: #fff; --good-paper: #fff; --note: #5c3d00; --note-paper: #fff; --l0: #005a8c; --l1: #a34100; --l2: #00614a;
    --l3: #000; --l4: #85356a; --l5: #4b5563; --l6: #6b4b00; }
  @page { margin: 14mm; }
  main { max-width: none; padding: 0; } body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .languages, .fold { display: none; }
  .charts { display: block; } figure.chart { margin: 0 0 .8rem; }
  figure.chart, .tile, .verdict, tr, dt, dd { break-inside: avoid; } h2, h3, thead { break-after: avoid; }
  .scroll { overflow: visible; } svg.plot { min-width: 0; max-width: 15.5cm; margin: 0 auto; }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  #plan-shown:not(:checked) ~ pre { display: block; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
"##;
