// Compares the actor path of two builds, for example with two versions of CAF.
//
//   node compare_builds.mjs BUILD BUILD [ROUNDS]
//
// Each round runs the benchmarks of both builds, so that a slow period of the machine affects both.
// Prints the medians, and the median of the rounds' ratios. A build needs MIDAS_BUILD_BENCH and the
// targets midas_program, midas_bench, midas_bench_fan_out and midas_bench_raw_wire.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [first, second, rounds = "11"] = process.argv.slice(2);
if (!second || !(Number(rounds) > 0)) {
  console.error("usage: node compare_builds.mjs BUILD BUILD [ROUNDS]");
  process.exit(2);
}
const directory = mkdtempSync(join(tmpdir(), "midas-compare-"));
process.on("exit", () => rmSync(directory, { recursive: true }));

// A stray request goes to a closed port of this machine.
const env = { ...process.env, AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:9" };

function output(command, ...args) {
  return execFileSync(command, args, { env, encoding: "utf8" });
}

function message(build) {
  const program = join(build, "bench/midas_bench");
  const filter = "--benchmark_filter=^request_from_cache_actor";
  const report = JSON.parse(output(program, filter, "--benchmark_format=json"));
  const { real_time, cpu_time } = report.benchmarks[0];
  return {
    "message to `cache()` and its answer, µs": real_time / 1e3,
    "message to `cache()` and its answer, processor time of the process, µs": cpu_time / 1e3,
  };
}

// The shell prints the processor time after the report.
function burst(build) {
  const measured = 'TIMEFORMAT="%3U %3S"; { time "$@"; } 2>&1';
  const load = [join(build, "bin/midas"), "load", "--once", "--json", "--as", "actors"];
  const options = ["--callers", "10000", "--latency", "50ms"];
  const text = output("bash", "-c", measured, "bash", ...load, ...options).trim();
  const [, report, user, system] = /^(.*)\n([\d.]+) ([\d.]+)$/s.exec(text);
  return {
    "10,000 actors, last token after, ms": JSON.parse(report).seconds * 1e3,
    "10,000 actors, processor time of the process, ms": (Number(user) + Number(system)) * 1e3,
  };
}

// The column that begins with `heading` of the first table, for some numbers of requests in flight.
function column(build, program, heading, numbers) {
  const file = join(directory, "report.json");
  output(join(build, "bench", program), "--quick", "--json", file);
  const { headings, rows } = JSON.parse(readFileSync(file, "utf8")).tables[0];
  const at = headings.findIndex((name) => name.startsWith(heading));
  const figures = rows.filter((row) => numbers.includes(row[0]));
  return figures.map((row) => [row[0], Number(row[at])]);
}

function named(name, figures) {
  return Object.fromEntries(figures.map(([n, value]) => [`${name}, ${n} in flight, 1/s`, value]));
}

const benchmarks = [
  message,
  burst,
  (build) =>
    named("cold fan-out of 1,000 resources", column(build, "midas_bench_fan_out", "midas", ["8", "64"])),
  (build) =>
    named("HTTP actor", column(build, "midas_bench_raw_wire", "HTTP actor", ["1", "8", "64"])),
];

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

const figures = new Map();
for (let round = 0; round < Number(rounds); ++round) {
  // The order alternates, since the first of two runs may find the processor in another state.
  const builds = round % 2 === 0 ? [first, second] : [second, first];
  for (const benchmark of benchmarks) {
    const measured = new Map(builds.map((build) => [build, benchmark(build)]));
    for (const [name, before] of Object.entries(measured.get(first))) {
      const pairs = figures.get(name) ?? [];
      figures.set(name, [...pairs, [before, measured.get(second)[name]]]);
    }
  }
}

console.log(`| medians of ${rounds} rounds | ${first} | ${second} | ratio |`);
console.log("|---|---:|---:|---:|");
for (const [name, pairs] of figures) {
  const before = median(pairs.map((pair) => pair[0]));
  const after = median(pairs.map((pair) => pair[1]));
  const ratio = median(pairs.map((pair) => pair[1] / pair[0]));
  console.log(`| ${name} | ${before.toPrecision(4)} | ${after.toPrecision(4)} | ${ratio.toFixed(2)} |`);
}
