// Puts docs/performance.md together from what the benchmarks found and from performance.md.in.
//
//   node page.mjs --results DIR --build DIR --page FILE --plots DIR
//
// In the template, a line `@NAME@` becomes the tables and plots of DIR/NAME.json; `@figures@`,
// `@machine@` and `@versions@` what they say. What was not measured is said to be so.
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

const programs = ["cached", "peers", "burst", "fan_out", "raw_wire", "resilience", "scale", "idle"];
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

// The first column names things; numbers stand under each other by their last digit.
function measured(headings, rows) {
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
    return `${introduction}\n\n${measured(headings, rows)}`;
  });
  return [...tables, ...report.plots.map(picture)].join("\n\n");
}

function figures() {
  const all = programs.flatMap((name) => found.get(name)?.figures ?? []);
  return table(
    ["figure", "asked", "seen", "reached"],
    all.map(({ name, asked, seen, reached }) => [name, asked, seen, reached ? "yes" : "**no**"]),
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
    throw new Error(`performance.md.in asks for ${line}, which nothing measures`);
  }
  return sections[name]();
});
writeFileSync(given.page, page);
console.log(`${given.page}, with ${found.size} of ${programs.length} programs`);
