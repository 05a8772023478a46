// Runs each client against each simulated host and compares the outcomes with a table.
//
//   node compatibility.mjs MIDAS DOCUMENT TABLE [--write]
//
// TABLE is the name of the table in the document.
//
// Must run in namespaces of its own; see run.sh.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { networkInterfaces, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeHolder, holderOf, identities, ownerOf, resource } from "./identities.mjs";
import { SimulatedHost, tokenRequests } from "./simulated_host.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [midas, document, tableName, option] = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), "midas-clients-"));
const certificateFile = join(scratch, "certificate.pem");

const hosts = [
  {
    name: "IMDS, without a variable",
    host: "imds",
    options: ["--address", "169.254.169.254", "--port", "80", "--allow-any-address"],
    withoutVariables: true,
  },
  { name: "IMDS", host: "imds" },
  { name: "App Service", host: "app-service" },
  {
    name: "App Service 2017",
    host: "app-service-2017",
    // Its variables are those of Machine Learning, which all clients detect instead.
    midasOptions: ["--host", "app-service-2017"],
  },
  { name: "Service Fabric", host: "service-fabric", isHttps: true },
  {
    name: "Azure Arc",
    host: "arc",
    options: ["--arc-key-directory", "/var/opt/azcmagent/tokens"],
  },
  { name: "Machine Learning", host: "machine-learning" },
  { name: "Cloud Shell", host: "cloud-shell" },
  { name: "Workload identity", host: "workload-identity", isHttps: true },
];

// Clients do not inherit the environment of this process.
function environmentFor(variables) {
  return { PATH: process.env.PATH, HOME: scratch, ...variables };
}

async function run(command, parameters, variables) {
  const child = spawn(command, parameters, { env: environmentFor(variables) });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (errors += data));
  const [code] = await once(child, "close");
  return { code, output, errors };
}

async function runMicrosoft(client, host, identity, environment) {
  // These clients do not pin the certificate of Service Fabric, so they must trust it.
  const trust = host.isHttps ? { NODE_EXTRA_CA_CERTS: certificateFile } : {};
  const { code, output, errors } = await run(
    process.execPath,
    [join(here, "client.mjs"), client, host.host, identity.kind],
    { ...environment, ...trust },
  );
  if (code !== 0) {
    throw new Error(`${client} on ${host.name}: exit code ${code}\n${errors}`);
  }
  return JSON.parse(output);
}

async function runMidas(client, host, identity, environment) {
  const names = {
    "client id": "--client-id",
    "object id": "--object-id",
    "resource id": "--resource-id",
  };
  const { code, output, errors } = await run(
    midas,
    ["token", "--resource", resource, "--output", "raw", "--timeout", "10s"]
      .concat(host.midasOptions ?? [])
      .concat(identity.id ? [names[identity.kind], identity.id] : []),
    environment,
  );
  // Standard error has "midas token: CODE: ...".
  return code === 0
    ? { token: output.trim() }
    : { error: errors.split(": ")[1], message: errors.trim() };
}

const clients = {
  "@azure/msal-node": runMicrosoft,
  "@azure/identity": runMicrosoft,
  midas: runMidas,
};

// libcurl reads the system's trust store. The mount is visible only in this mount namespace.
function trustSystemWide() {
  const store = "/etc/ssl/certs/ca-certificates.crt";
  const extended = join(scratch, "trusted.pem");
  copyFileSync(store, extended);
  writeFileSync(extended, readFileSync(certificateFile), { flag: "a" });
  if (spawnSync("mount", ["--bind", extended, store], { stdio: "inherit" }).status !== 0) {
    throw new Error(`cannot mount over ${store}`);
  }
  return () => spawnSync("umount", [store], { stdio: "inherit" });
}

// The cell of the table for one attempt.
function verdict(outcome, requests, identity, environment) {
  if (outcome.token && requests === 0) {
    throw new Error("a client got a token without a request");
  }
  if (outcome.token) {
    const holder = holderOf(outcome.token);
    if (holder === ownerOf(identity, environment)) {
      return "ran";
    }
    return `ran, but with ${describeHolder(holder)} identity's token`;
  }
  return `${requests > 0 ? "refused" : "not supported"} (${outcome.error})`;
}

function authorityOf(host, environment) {
  const urls = Object.values(environment).filter((value) => /^https?:/.test(value));
  return host.withoutVariables ? "http://169.254.169.254" : new URL(urls[0]).origin;
}

async function rowsOf(host) {
  const certificateOptions = host.isHttps ? ["--certificate-file", certificateFile] : [];
  const simulated = await SimulatedHost.start(midas, [
    "--host",
    host.host,
    ...certificateOptions,
    ...(host.options ?? []),
  ]);
  const undo = host.isHttps ? trustSystemWide() : () => {};
  const certificate = host.isHttps ? readFileSync(certificateFile) : undefined;
  const authority = authorityOf(host, simulated.environment);
  const environment = host.withoutVariables ? {} : simulated.environment;
  const rows = [];
  try {
    for (const [client, runClient] of Object.entries(clients)) {
      const cells = [];
      for (const identity of identities) {
        const before = await tokenRequests(authority, certificate);
        const outcome = await runClient(client, host, identity, environment);
        const requests = (await tokenRequests(authority, certificate)) - before;
        report(host, client, identity, outcome);
        cells.push(verdict(outcome, requests, identity, environment));
      }
      rows.push([host.name, client, ...cells]);
    }
  } finally {
    undo();
    await simulated.stop();
  }
  return rows;
}

// Logs the error message of the client.
function report(host, client, identity, outcome) {
  const text = outcome.token ? "ran" : `${outcome.error}: ${outcome.message.split("\n")[0]}`;
  console.log(`${host.name}, ${client}, ${identity.kind}: ${text}`);
}

function versionOf(client) {
  if (client === "midas") {
    return client;
  }
  const require = createRequire(import.meta.url);
  const manifest = join(here, "node_modules", client, "package.json");
  return `${client} ${require(manifest).version}`;
}

function tableOf(rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const columns = ["host", "client", ...identities.map((identity) => identity.kind)];
  return [
    line(columns),
    `|${"---|".repeat(columns.length)}`,
    ...rows.map(([host, client, ...cells]) => line([host, versionOf(client), ...cells])),
  ].join("\n");
}

function requireEmptyNetwork() {
  const interfaces = Object.keys(networkInterfaces());
  if (interfaces.some((name) => name !== "lo")) {
    throw new Error(`use run.sh: this network namespace has ${interfaces.join(", ")}`);
  }
}

function compare(table) {
  const begin = `<!-- clients, ${tableName}: begin -->\n`;
  const end = `\n<!-- clients, ${tableName}: end -->`;
  const text = readFileSync(document, "utf8");
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  if (from < begin.length || to < from) {
    throw new Error(`${document} does not contain the markers of the table`);
  }
  if (option === "--write") {
    writeFileSync(document, text.slice(0, from) + table + text.slice(to));
    return true;
  }
  return text.slice(from, to) === table;
}

try {
  requireEmptyNetwork();
  const rows = [];
  for (const host of hosts) {
    rows.push(...(await rowsOf(host)));
  }
  const table = tableOf(rows);
  console.log(table);
  if (!compare(table)) {
    console.error(`The table differs from ${document}; tests/clients/run.sh --write updates it.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
