// Draws a plot of bench_report.hpp as SVG with gnuplot.
import { spawnSync } from "node:child_process";

// Within gnuplot's double quotes, a backslash starts an escape. `noenhanced` below keeps
// underscores from starting a subscript.
function quoted(text) {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

export function draw(plot, file) {
  const lines = plot.lines.filter(({ points }) => points.length > 0);
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)));
  const script = [
    `set terminal svg size 720,400 noenhanced font "sans-serif,12" background "white"`,
    `set output ${quoted(file)}`,
    `set title ${quoted(plot.title)}`,
    `set xlabel ${quoted(plot.x_label)}`,
    `set ylabel ${quoted(plot.y_label)}`,
    plot.x_is_logarithmic ? "set logscale x 2" : "",
    plot.y_is_logarithmic ? "set logscale y 10" : "set yrange [0:*]",
    // "2.5 M" instead of seven digits.
    `set format y "${highest >= 10_000 ? "%.1s %c" : "%g"}"`,
    "set grid",
    lines.length > 1 ? "set key outside right top" : "unset key",
    ...lines.map(
      ({ points }, i) => `$line${i} << END\n${points.map((p) => p.join(" ")).join("\n")}\nEND`,
    ),
    "plot " +
      lines
        .map(({ label }, i) => `$line${i} with linespoints linewidth 2 title ${quoted(label)}`)
        .join(", "),
  ].join("\n");
  const { status, error, stderr } = spawnSync("gnuplot", [], { input: script, encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`gnuplot cannot draw ${file}: ${error?.message ?? stderr}`);
  }
}
