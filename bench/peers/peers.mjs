// Measures Microsoft's clients, each measurement in a process of its own, and reports the results.
//
//   node peers.mjs MIDAS [--quick] [--json FILE]
//
// Needs its packages in the same directory; see run.sh.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SimulatedHost, statistics } from "./simulated_host.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const {
  values: { quick, json },
  positionals: [midas],
} = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, json: { type: "string" } },
});

const clients = ["@azure/msal-node", "@azure/identity"];
const seconds = quick ? 0.2 : 2;
const rounds = quick ? 1 : 3;
const bursts = quick ? [100] : [1_000, 10_000];

// The time limits of one measurement and of all of them.
const maxMs = 10_000;
const end = performance.now() + 80_000;

const versions = Object.fromEntries(
  clients.map((client) => {
    const manifest = readFileSync(join(here, "node_modules", client, "package.json"), "utf8");
    return [client, `${client} ${JSON.parse(manifest).version}`];
  }),
);

// When a signal ends this program, its child processes end, too.
const running = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    running.forEach((child) => child.kill("SIGKILL"));
    process.exit(1);
  });
}

// Reports an error as `failure` in the outcome.
async function runPeer(parameters, environment) {
  const timeout = Math.ceil(Math.min(maxMs, end - performance.now()));
  if (timeout <= 0) {
    return { failure: "not run, out of time" };
  }
  const child = spawn(process.execPath, [join(here, "peer.mjs"), ...parameters.map(String)], {
    // Do not inherit the environment of this process, proxies in particular.
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
    killSignal: "SIGKILL",
  });
  running.add(child);
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (errors += data));
  const [code, signal] = await once(child, "close");
  running.delete(child);
  if (code === 0) {
    return JSON.parse(output);
  }
  process.stderr.write(errors);
  const why = signal === "SIGKILL" ? `killed after ${timeout / 1e3} s` : `exit ${code ?? signal}`;
  return { failure: why };
}

// Each measurement has its own host, which counts only the requests of that measurement.
async function measure(...parameters) {
  const host = await SimulatedHost.start(midas, ["--port", "0", "--latency", "50ms"]);
  running.add(host.process);
  try {
    const authority = host.environment.AZURE_POD_IDENTITY_AUTHORITY_HOST;
    const before = await statistics(authority);
    const outcome = await runPeer(parameters, host.environment);
    const after = await statistics(authority);
    return {
      ...outcome,
      requests: after.requests - before.requests,
      // Without the connection that requested the statistics.
      connections: after.connections - before.connections - 1,
    };
  } finally {
    await host.stop();
    running.delete(host.process);
  }
}

const grouped = (value) => Math.round(value).toLocaleString("en-US");
const inMicroseconds = (ms) => (1e3 * ms).toFixed(1);
const inMegabytes = (bytes) => (bytes / 1e6).toFixed(0);

async function cachedTable() {
  const rows = [];
  for (const client of clients) {
    for (const resources of [1, 100]) {
      const seen = await measure(client, "cached", resources, seconds);
      const cells = seen.failure
        ? ["", "", ""]
        : [grouped(seen.callsPerSecond), inMicroseconds(seen.p50), inMicroseconds(seen.p99)];
      const failed = seen.failure ?? "none";
      rows.push([versions[client], String(resources), ...cells, grouped(seen.requests), failed]);
    }
  }
  return {
    title: "Cached tokens, Microsoft's clients for Node.js",
    note:
      `One caller that awaits one call after another for ${seconds} s, with 100 resources in ` +
      "turn. Requests are those that filled the cache. AZURE_POD_IDENTITY_AUTHORITY_HOST names " +
      "the host; without it, @azure/identity probes IMDS in every call.",
    headings: [
      "client",
      "resources",
      "calls per second",
      "p50, µs",
      "p99, µs",
      "requests",
      "failed",
    ],
    rows,
  };
}

function failedIn(outcome) {
  const names = Object.entries(outcome.errors).map(([name, count]) => `${grouped(count)} ${name}`);
  return outcome.failure ?? names.join(", ");
}

function rangeOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { least: sorted[0], middle: sorted[sorted.length >> 1], most: sorted.at(-1) };
}

async function burstRow(client, callers) {
  const seen = [];
  while (seen.length < rounds && !seen.at(-1)?.failure) {
    seen.push(await measure(client, "burst", callers));
  }
  const failures = [...new Set(seen.map((each) => failedIn({ errors: {}, ...each })))];
  const most = (name) => Math.max(...seen.map((each) => each[name]));
  const row = [versions[client], grouped(callers), grouped(most("requests"))];
  row.push(grouped(most("connections")));
  const ended = seen.filter((each) => !each.failure);
  if (ended.length > 0) {
    const last = rangeOf(ended.map((each) => each.last));
    const range = quick ? "" : ` (${grouped(last.least)} to ${grouped(last.most)})`;
    row.push(grouped(last.middle) + range);
    row.push(inMegabytes(rangeOf(ended.map((each) => each.peakRss)).middle));
    row.push(inMegabytes(rangeOf(ended.map((each) => each.restingRss)).middle));
  } else {
    row.push("", "", "");
  }
  row.push(failures.filter((text) => text !== "").join("; ") || "none");
  return row;
}

async function burstTable() {
  const rows = [];
  for (const callers of bursts) {
    for (const client of clients) {
      rows.push(await burstRow(client, callers));
    }
  }
  return {
    title: "Concurrent callers, one resource, host latency 50 ms, Microsoft's clients for Node.js",
    note:
      (quick
        ? "One run"
        : `Medians of ${rounds} runs, with the fastest and the slowest in parentheses`) +
      ". All callers share one application or credential. Memory is that of the client's " +
      "process, without the host; 'before' is measured before the burst.",
    headings: [
      "client",
      "callers",
      "HTTP requests",
      "connections",
      "last token after, ms",
      "peak memory, MB",
      "before, MB",
      "failed",
    ],
    rows,
  };
}

function print({ title, note, headings, rows }) {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i].length)),
  );
  // The first column has labels, the others have numbers.
  const line = (cells) =>
    cells
      .map((cell, i) => "  " + (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("");
  console.log(["", title, note, line(headings), ...rows.map(line)].join("\n"));
}

const tables = [];
for (const makeTable of [cachedTable, burstTable]) {
  tables.push(await makeTable());
  print(tables.at(-1));
}
if (json) {
  writeFileSync(json, JSON.stringify({ tables, figures: [], plots: [] }, null, 4) + "\n");
}
