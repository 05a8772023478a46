// Microsoft's clients in forty processes, each with twenty-five requests at once, against a simulated
// IMDS with the limits of the real one: through `midas proxy`, or directly for contrast.
//
//   node concurrency.mjs MIDAS [--direct] [--processes N]
//
// Through the proxy, no request may fail, and the host must receive one request for each identity and
// resource, or a second one where an attempt was given up because the processes starved the host. The clients reach the proxy by the variable of IMDS, by those of App Service, and without
// any variable at the address of IMDS. With --direct, prints what happens without the proxy.
//
// Must run in a network namespace of its own; see run.sh.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { keys } from "./concurrent_requests.mjs";
import { SimulatedHost, statistics } from "./simulated_host.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [midas, ...options] = process.argv.slice(2);
const requestsPerProcess = 25;
const identityHeader = "a-header-for-the-clients-of-this-test";
const countAt = options.indexOf("--processes");
const processes = countAt < 0 ? 40 : Number(options[countAt + 1]);

class Client {
  constructor(name, environment) {
    this.process = spawn(
      process.execPath,
      [join(here, "concurrent_client.mjs"), name, requestsPerProcess],
      { stdio: ["pipe", "pipe", "inherit"], env: { PATH: process.env.PATH, ...environment } },
    );
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async ready() {
    const { value } = await this.lines.next();
    if (value !== "ready") {
      throw new Error(`a client ended early: ${value}`);
    }
  }

  async run() {
    this.process.stdin.write("start\n");
    return JSON.parse((await this.lines.next()).value);
  }
}

async function runClients(environment) {
  const names = ["@azure/msal-node", "@azure/identity"];
  const clients = Array.from(
    { length: processes },
    (_, index) => new Client(names[index % names.length], environment),
  );
  await Promise.all(clients.map((each) => each.ready()));
  const outcomes = await Promise.all(clients.map((each) => each.run()));
  return {
    requests: processes * requestsPerProcess,
    failures: outcomes.flatMap((each) => each.failures),
    milliseconds: Math.max(...outcomes.map((each) => each.milliseconds)),
  };
}

function startHost() {
  return SimulatedHost.start(midas, ["--limit", "20/s", "--concurrency", "5", "--latency", "50ms"]);
}

async function startProxy(upstream) {
  const child = spawn(
    midas,
    [
      "proxy",
      ...["--listen", "127.0.0.1:8765", "--listen", "169.254.169.254:80"],
      ...["--upstream", upstream, "--identity-header", identityHeader],
    ],
    { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env.PATH } },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (const address of ["http://127.0.0.1:8765", "http://169.254.169.254:80"]) {
    const { value: line } = await lines.next();
    if (line !== `Listening on ${address}`) {
      throw new Error(`the proxy printed ${line}`);
    }
  }
  return child;
}

function describe(what, outcome, upstream) {
  console.log(
    `${what}: ${outcome.requests} requests of ${processes} processes, ` +
      `${outcome.failures.length} failed, the slowest process took ${outcome.milliseconds} ms; ` +
      `requests that the host received: ${upstream.token_requests}`,
  );
  for (const message of [...new Set(outcome.failures)].slice(0, 5)) {
    console.log(`  ${message}`);
  }
}

// A cold host and a cold proxy for each way to the proxy.
async function throughProxy(way, environment) {
  const host = await startHost();
  const authority = host.environment.AZURE_POD_IDENTITY_AUTHORITY_HOST;
  const proxy = await startProxy(authority);
  const outcome = await runClients(environment);
  const upstream = await statistics(authority);
  describe(`through the proxy, ${way}`, outcome, upstream);
  const requests = upstream.token_requests;
  if (outcome.failures.length > 0 || requests < keys.length || requests > 2 * keys.length) {
    console.error(`expected no failure, and ${keys.length} requests to the host`);
    process.exitCode = 1;
  }
  const ended = once(proxy, "exit");
  proxy.kill("SIGTERM");
  if ((await ended)[0] !== 0) {
    console.error("the proxy did not end well");
    process.exitCode = 1;
  }
  await host.stop();
}

if (options.includes("--direct")) {
  const host = await startHost();
  const outcome = await runClients(host.environment);
  const upstream = await statistics(host.environment.AZURE_POD_IDENTITY_AUTHORITY_HOST);
  describe("without the proxy", outcome, upstream);
  await host.stop();
} else {
  await throughProxy("by the variable of IMDS", {
    AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:8765",
  });
  await throughProxy("by the variables of App Service", {
    IDENTITY_ENDPOINT: "http://127.0.0.1:8765/msi/token",
    IDENTITY_HEADER: identityHeader,
  });
  await throughProxy("without a variable", {});
}
