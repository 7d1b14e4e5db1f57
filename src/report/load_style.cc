#include "report/load_style.h"

namespace assay::report {

// A line's dashes tell it from the others where its colour does not.
std::string_view load_style() {
  return R"css(
header.decision.valid { border-top-color: var(--better); }
header.decision.client-limited { border-top-color: var(--warn-line); }
header.decision.server-failed { border-top-color: var(--worse); }
h1 .valid, h3 .valid { color: var(--better); } h1 .client-limited, h3 .client-limited { color: var(--undecided); }
h1 .server-failed, h3 .server-failed { color: var(--worse); }
.met { color: var(--better); } .missed { color: var(--worse); }
.inconclusive { color: var(--undecided); }
td.left, th.left { text-align: left; }
td.wrap { white-space: normal; min-width: 130px; text-align: left; }
td small, .tiles small { display: block; color: var(--quiet); font-size: 12px; }
.tiles small { display: inline; }
svg .curve { stroke: currentColor; stroke-width: 1.8; fill: none; stroke-linejoin: round; }
svg .dot, svg .endless, svg .bar { fill: currentColor; }
svg .name { fill: currentColor; font-size: 12px; }
svg .panel { font-weight: 600; font-size: 12.5px; }
svg .name, svg .panel { paint-order: stroke; stroke: var(--card); stroke-width: 3px;
  stroke-linejoin: round; }
svg .stage { fill: var(--band); opacity: .7; }
svg .edge { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 2 3; opacity: .7; fill: none; }
svg .hatch { stroke: var(--quiet); stroke-width: 1; opacity: .55; }
svg .hover { fill: transparent; }
svg .hover:hover { fill: var(--accent); opacity: .16; }
svg .cross { stroke: currentColor; stroke-width: 2.5; fill: none; }
svg .hollow { fill: var(--card); stroke: currentColor; stroke-width: 2; }
svg .range { fill: var(--accent); opacity: .13; }
svg .track { stroke: var(--quiet); stroke-width: 1.2; fill: none; opacity: .6; }
.look0 { color: var(--m0); } .look1 { color: var(--m1); } .look2 { color: var(--m2); }
.look3 { color: var(--m3); } .look4 { color: var(--m4); } .look5 { color: var(--m5); }
svg .curve.look1 { stroke-dasharray: 6 3; } svg .curve.look2 { stroke-dasharray: 2 2.5; }
svg .curve.look3 { stroke-dasharray: 9 3 2 3; } svg .curve.look4 { stroke-dasharray: 12 4; }
svg .curve.look5 { stroke-dasharray: 4 2 1 2 1 2; }
)css";
}

}  // namespace assay::report
