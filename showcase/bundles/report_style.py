"""How a report looks: one sheet for the page and its pictures, light and dark, on screens and on paper."""

STYLE = """
:root { color-scheme: light dark; --ground: #f4f7f9; --surface: #ffffff; --ink: #14222e; --quiet: #51626f;
  --line: #d9e1e7; --primary: #0b6583; --head: #103d50; --sold: #6f8494; --ahead: #1786a8; --other: #cf7c22;
  --good: #19774a; --warn: #9a5200; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #10171d; --surface: #18222a; --ink: #e6edf2; --quiet: #a3b2be;
  --line: #2f3e4a; --primary: #6cc4de; --head: #0b2733; --good: #62cf99; --warn: #f0b45e; --bad: #ff9189; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header { background: var(--head); color: #fff; }
header > div, main, footer { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header > div { padding-top: 32px; padding-bottom: 28px; }
header .kind { margin: 0; font-size: 13px; letter-spacing: .06em; text-transform: uppercase; color: #b9d7e2; }
header h1 { margin: 4px 0 6px; font-size: 30px; line-height: 1.2; overflow-wrap: anywhere; }
header p { margin: 0; color: #d6e6ec; }
header code { color: #fff; }
nav { margin: 20px 0 0; display: flex; flex-wrap: wrap; gap: 4px 18px; }
nav a { color: #fff; font-size: 14px; text-underline-offset: 3px; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 20px 24px 24px;
  margin: 20px 0; }
h2 { margin: 0; font-size: 19px; }
h3 { margin: 0 0 8px; font-size: 14px; color: var(--quiet); }
.lead { margin: 2px 0 16px; color: var(--quiet); max-width: 75ch; }
.quiet { color: var(--quiet); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 16px; margin: 20px 0; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 14px 18px; }
.card dt { font-size: 13px; color: var(--quiet); }
.card dd { margin: 0; font-size: 19px; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
.card dd.quiet { font-size: 13px; font-weight: 400; }
.scroll { overflow-x: auto; margin-top: 16px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--quiet); white-space: nowrap; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr > :last-child { padding-right: 0; }
code { font: 12.5px ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; font: 12.5px/1.5 ui-monospace, Menlo, Consolas, monospace; }
.pill { display: inline-block; padding: 0 9px; border: 1px solid currentColor; border-radius: 10px; font-size: 12px;
  line-height: 18px; white-space: nowrap; }
main .pill { color: var(--quiet); }
main .pill.pass { color: var(--good); }
main .pill.warn { color: var(--warn); }
main .pill.fail { color: var(--bad); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 8px 40px; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; font-size: 13.5px; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--primary); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 4px; font-size: 13px; }
.key::before { content: ""; display: inline-block; width: 18px; height: 0; margin-right: 7px; vertical-align: middle;
  border-top: 3px solid var(--sold); }
.key.tested::before { border-top: 3px dashed var(--other); }
.key.ahead::before { border-color: var(--ahead); }
.key.narrow::before, .key.wide::before { height: 10px; border: 0; background: var(--ahead); opacity: .35; }
.key.wide::before { opacity: .15; }
.legend.apart { margin-top: 18px; }
.key.circle::before, .key.square::before { width: 10px; height: 10px; border: 0; background: var(--ahead); }
.key.square.past::before { background: var(--sold); }
.key.circle::before { border-radius: 50%; background: var(--other); }
svg { display: block; width: 100%; height: auto; margin-top: 6px; }
.picture { margin-top: 0; }
.picture svg { min-width: 640px; }
svg text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg .mark { fill: var(--quiet); font-size: 12px; }
svg .value { font-weight: 600; }
svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--quiet); }
svg .cut { stroke: var(--quiet); stroke-dasharray: 2 4; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke: var(--sold); }
svg .curve.tested { stroke: var(--other); stroke-dasharray: 6 4; }
svg .curve.ahead { stroke: var(--ahead); stroke-width: 2.5; }
svg .dot { fill: transparent; }
svg .dot:hover { fill: var(--ink); }
svg .band { fill: var(--ahead); }
svg .band.wide { opacity: .15; }
svg .band.narrow { opacity: .22; }
svg .bar { fill: var(--sold); }
svg .bar.best { fill: var(--ahead); }
svg .bar.control { fill: var(--sold); opacity: .5; }
svg .score { fill: none; stroke-width: 2; stroke: var(--ahead); opacity: .5; }
svg .score.best { stroke-width: 3; opacity: 1; }
svg .score.control { stroke: var(--sold); stroke-dasharray: 6 4; }
svg .point { fill: var(--ahead); opacity: .65; }
svg .point.best { opacity: 1; }
svg .point.control { fill: var(--sold); }
svg .point.other { fill: var(--other); opacity: 1; }
svg .reach { stroke-width: 4; stroke: var(--ahead); opacity: .4; }
svg .reach.other { stroke: var(--other); }
svg .span.train { fill: var(--sold); opacity: .55; }
svg .span.test { fill: var(--ahead); }
footer { padding-top: 4px; padding-bottom: 40px; color: var(--quiet); font-size: 13px; }
@media print { body { background: #fff; } header { color: #000; background: #fff; } nav { display: none; }
  header p, header .kind, header .pill, header code { color: #333; } section { break-inside: avoid; } }
"""
