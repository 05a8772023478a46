// The machine and the versions of a measurement.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";

function firstLine(command, ...options) {
  try {
    return execFileSync(command, options, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .trim()
      .split("\n")[0];
  } catch {
    return "unknown";
  }
}

function valueIn(file, pattern) {
  return readFileSync(file, "utf8").match(pattern)?.[1].trim() ?? "unknown";
}

export function machine() {
  const processors = os.cpus();
  const kind = processors[0]?.model.trim() || "of unknown model";
  const virtual = firstLine("systemd-detect-virt", "--vm");
  const guest = ["unknown", "none"].includes(virtual) ? "" : `, a virtual machine (${virtual})`;
  const memory = (os.totalmem() / 1e9).toFixed(1);
  return `${processors.length} processors (${kind}), ${memory} GB of memory${guest}.`;
}

// Changes to the generated page do not count.
function commit() {
  const changed = firstLine("git", "status", "--porcelain", "--", ".", ":!docs/performance*");
  return firstLine("git", "rev-parse", "--short", "HEAD") + (changed === "" ? "" : ", modified");
}

export function versions(build) {
  const compiler = valueIn(join(build, "CMakeCache.txt"), /^CMAKE_CXX_COMPILER:\w+=(.*)$/m);
  const type = valueIn(join(build, "CMakeCache.txt"), /^CMAKE_BUILD_TYPE:\w+=(.*)$/m);
  const package_ = (name) => firstLine("dpkg-query", "-W", "-f=${Version}", name);
  return [
    ["midas", commit()],
    ["measured on", new Date().toISOString().slice(0, 10)],
    ["compiler", `${firstLine(compiler, "--version")}, ${type}`],
    ["CAF", package_("libcaf-dev")],
    ["libcurl", firstLine("curl-config", "--version").replace(/^libcurl /, "")],
    ["system", valueIn("/etc/os-release", /^PRETTY_NAME="?(.*?)"?$/m)],
    ["kernel", os.release()],
    ["Node.js", process.version],
  ];
}
