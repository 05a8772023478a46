// `midas simulate`, started and stopped.
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";

export class SimulatedHost {
  // `environment` is what programs on such a host find.
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

// What the host has heard and answered. `authority` trusts `certificate`, in PEM, alone.
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

// How many requests have gone to the token path.
export async function tokenRequests(authority, certificate) {
  return (await statistics(authority, certificate)).token_requests;
}
