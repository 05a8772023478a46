// Starts and stops `midas simulate`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";

export class SimulatedHost {
  // `environment` has the variables that the host sets for its programs.
  constructor(process, environment) {
    this.process = process;
    this.environment = environment;
  }

  static async start(midas, options) {
    const child = spawn(midas, ["simulate", "--print-env", "json", ...options], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env.PATH },
    });
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([
      once(lines, "line").then(([line]) => line),
      once(child, "exit").then(([code]) => {
        throw new Error(`midas simulate ${options.join(" ")} ended with exit code ${code}`);
      }),
    ]);
    return new SimulatedHost(child, JSON.parse(first));
  }

  async stop() {
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    const [code] = await ended;
    if (code !== 0) {
      throw new Error(`midas simulate ended with exit code ${code}`);
    }
  }
}

// The statistics of the host. `certificate` (PEM) is the only one to trust for `authority`.
export async function statistics(authority, certificate) {
  const get = authority.startsWith("https:") ? https.get : http.get;
  const request = get(`${authority}/stats`, { ca: certificate, agent: false });
  const [response] = await once(request, "response");
  let body = "";
  for await (const chunk of response) {
    body += chunk;
  }
  return JSON.parse(body);
}

// The number of token requests so far.
export async function tokenRequests(authority, certificate) {
  return (await statistics(authority, certificate)).token_requests;
}
