#include "report/html_style.h"

namespace assay::report {

// The four verdict colours keep apart for readers who see few colours (blue and orange for better
// and worse); shapes and words say the same again.
std::string_view html_style() {
  return R"css(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b2430; --quiet: #5b6776; --line: #dfe4ea;
  --band: #e9eef5; --better: #0b6bcb; --worse: #c2410c; --equivalent: #4b6475; --undecided: #7a6200;
  --accent: #0f766e; --heat: 15 118 110; --warn: #fff6e5; --warn-line: #e3a008;
  --m0: #0f766e; --m1: #7c3aed; --m2: #b45309; --m3: #be185d; --m4: #1d4ed8; --m5: #4d7c0f; }
@media (prefers-color-scheme: dark) { :root {
  --page: #11161c; --card: #1a212a; --ink: #e6ebf1; --quiet: #9aa7b5; --line: #303a46;
  --band: #26313d; --better: #60a5fa; --worse: #fb923c; --equivalent: #a3b5c4; --undecided: #e2c14b;
  --accent: #2dd4bf; --heat: 45 170 155; --warn: #2b2416; --warn-line: #b98512;
  --m0: #2dd4bf; --m1: #b794f6; --m2: #f0a04b; --m3: #f472b6; --m4: #7aa2ff; --m5: #a3cf4c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 4px 0 16px; }
h2 { font-size: 22px; margin: 0 0 4px; }
h3 { font-size: 16px; margin: 28px 0 8px; }
p, ul { margin: 8px 0; }
ul { padding-left: 20px; }
li { margin: 4px 0; }
section, header.decision { background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; padding: 24px 28px; margin: 0 0 20px; }
header.decision { border-top: 4px solid var(--accent); }
.eyebrow, .quiet, figcaption { color: var(--quiet); font-size: 14px; }
.caveat { background: var(--warn); border-left: 4px solid var(--warn-line); padding: 10px 14px;
  margin: 0 0 16px; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; padding: 0; margin: 0 0 16px; list-style: none; }
.tiles li { flex: 1 1 150px; border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px;
  margin: 0; }
.tiles b { display: block; font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--quiet); font-size: 13px; }
figure { margin: 12px 0; overflow-x: auto; }
svg.chart { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  fill: var(--ink); }
svg .tick { fill: var(--quiet); font-size: 11.5px; }
svg .figure { font-variant-numeric: tabular-nums; }
svg .word { font-weight: 600; }
svg .band { fill: var(--band); }
svg .grid { stroke: var(--line); fill: none; }
svg .zero { stroke: var(--quiet); stroke-width: 1.5; fill: none; }
svg .whisker { stroke: currentColor; stroke-width: 2; fill: none; }
svg .mark { fill: currentColor; stroke: currentColor; stroke-width: 2; }
svg .ring { fill: var(--card); }
.better { color: var(--better); } .worse { color: var(--worse); }
.equivalent { color: var(--equivalent); } .undecided { color: var(--undecided); }
.unjudged { color: var(--quiet); }
svg .word { fill: currentColor; }
svg .interval { stroke: currentColor; stroke-width: 2; opacity: .28; fill: none; }
svg .point { fill: currentColor; stroke: var(--card); stroke-width: 1.5; }
svg .chosen { fill: none; stroke: var(--ink); stroke-width: 2.5; }
svg .leader { stroke: var(--quiet); stroke-width: .8; opacity: .7; fill: none; }
svg .label { font-size: 11px; fill: currentColor; paint-order: stroke; stroke: var(--card);
  stroke-width: 3px; stroke-linejoin: round; }
svg .strong { font-size: 12px; font-weight: 700; }
.model0, .text0 { color: var(--m0); } .model1, .text1 { color: var(--m1); }
.model2, .text2 { color: var(--m2); } .model3, .text3 { color: var(--m3); }
.model4, .text4 { color: var(--m4); } .model5, .text5 { color: var(--m5); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); font-size: 13.5px; padding-bottom: 6px; }
th, td { padding: 6px; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; white-space: normal; }
th:first-child { text-align: left; font-weight: 500; }
tr.chosen th, tr.chosen td { font-weight: 700; }
td.word { font-weight: 600; }
table.heat td { text-align: center; border: 2px solid var(--card); }
table.heat thead th + th { text-align: center; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 8px 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px;
  white-space: pre-wrap; overflow-wrap: anywhere;
  font: 13px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; margin: 6px 0; }
.example dl { align-items: baseline; gap: 0 16px; }
.example { border-left: 3px solid var(--line); padding-left: 14px; margin: 12px 0; }
@media print {
  body { background: #fff; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section, header.decision { border: 0; padding: 0; margin-bottom: 16pt; }
  section { break-before: auto; }
  figure, table, .example { break-inside: avoid; }
  svg.chart { min-width: 0; }
}
)css";
}

}  // namespace assay::report
