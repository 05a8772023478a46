// Generates docs/performance.md from the results of the benchmarks and from performance.md.in.
//
//   node page.mjs --results DIR --build DIR --page FILE --plots DIR
//
// In the template, a line `@NAME@` is replaced with the tables and plots of DIR/NAME.json, and
// `@figures@`, `@machine@` and `@versions@` with what their names say. The page mentions missing
// results.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, versions } from "./facts.mjs";
import { draw } from "./plots.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const text = { type: "string" };
const { values: given } = parseArgs({
  options: { results: text, build: text, page: text, plots: text },
});

const programs = ["cached", "peers", "burst", "fan_out", "raw_wire", "resilience", "scale", "idle", "store"];
const found = new Map(
  readdirSync(given.results)
    .filter((file) => file.endsWith(".json"))
    .map((file) => [
      basename(file, ".json"),
      JSON.parse(readFileSync(join(given.results, file), "utf8")),
    ]),
);

function cell(content) {
  return content.replaceAll("|", "\\|");
}

function table(headings, rows, rule = headings.map(() => "---")) {
  const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(headings), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

// The first column has labels; columns of numbers are aligned to the right.
function results(headings, rows) {
  const isNumeric = (column) =>
    column > 0 && rows.every((row) => !row[column] || /\d/.test(row[column]));
  return table(headings, rows, headings.map((_, column) => (isNumeric(column) ? "---:" : "---")));
}

function picture(plot) {
  const file = join(given.plots, `${plot.name}.svg`);
  draw(plot, file);
  return `![${plot.title}](${relative(dirname(given.page), file)})`;
}

function sectionOf(name) {
  const report = found.get(name);
  if (report === undefined) {
    return "*Not measured in this run.*";
  }
  const tables = report.tables.map(({ title, note, headings, rows }) => {
    const introduction = note ? `**${title}.** ${note}` : `**${title}**`;
    return `${introduction}\n\n${results(headings, rows)}`;
  });
  return [...tables, ...report.plots.map(picture)].join("\n\n");
}

function figures() {
  const all = programs.flatMap((name) => found.get(name)?.figures ?? []);
  return table(
    ["figure", "target", "measured", "reached"],
    all.map(({ name, target, measured, reached }) => [
      name,
      target,
      measured,
      reached ? "yes" : "**no**",
    ]),
  );
}

const sections = {
  figures,
  machine,
  versions: () => table(["", ""], versions(given.build)),
  ...Object.fromEntries(programs.map((name) => [name, () => sectionOf(name)])),
};

mkdirSync(given.plots, { recursive: true });
const template = readFileSync(join(here, "performance.md.in"), "utf8");
const page = template.replace(/^@(\w+)@$/gm, (line, name) => {
  if (!Object.hasOwn(sections, name)) {
    throw new Error(`performance.md.in has ${line}, which no benchmark measures`);
  }
  return sections[name]();
});
writeFileSync(given.page, page);
console.log(`wrote ${given.page} with the results of ${found.size} of ${programs.length} programs`);
