// Measures one of Microsoft's clients once, with the host that the environment describes.
//
//   node peer.mjs CLIENT cached RESOURCES SECONDS
//   node peer.mjs CLIENT burst CALLERS
//
// Prints a JSON object. Each measurement needs a new process with a cold cache and unused memory:
// msal-node has one cache per process, not per application.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

// Each client is a function that loads it and returns getToken(resource), which returns a promise.
const clients = {
  "@azure/msal-node": async () => {
    const { ManagedIdentityApplication } = await import("@azure/msal-node");
    const application = new ManagedIdentityApplication();
    return async (resource) => (await application.acquireToken({ resource })).accessToken;
  },
  "@azure/identity": async () => {
    const { ManagedIdentityCredential } = await import("@azure/identity");
    const credential = new ManagedIdentityCredential();
    return async (resource) => (await credential.getToken(`${resource}/.default`)).token;
  },
};

const resourceOf = (number) => `https://resource-${number}.example`;

// The durations in milliseconds of the calls that one caller makes in `seconds`, one after another.
async function callsFor(seconds, getToken, resources) {
  const took = [];
  const began = performance.now();
  const end = began + 1e3 * seconds;
  for (let now = began; now < end; ) {
    await getToken(resources[took.length % resources.length]);
    const after = performance.now();
    took.push(after - now);
    now = after;
  }
  return { took, elapsed: performance.now() - began };
}

function quantile(sorted, part) {
  return sorted[Math.floor((sorted.length - 1) * part)];
}

async function cached(getToken, count, seconds) {
  const resources = Array.from({ length: count }, (_, number) => resourceOf(number));
  await Promise.all(resources.map(getToken));
  // Warm up until the code is optimized and the heap has grown: in the first half second, calls
  // take ten times longer.
  await callsFor(1, getToken, resources);
  const { took, elapsed } = await callsFor(seconds, getToken, resources);
  took.sort((a, b) => a - b);
  return {
    callsPerSecond: (1e3 * took.length) / elapsed,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
  };
}

// In bytes. The value of getrusage may include the parent process before exec.
function peakRss() {
  return 1024 * Number(readFileSync("/proc/self/status", "utf8").match(/^VmHWM:\s*(\d+) kB$/m)[1]);
}

async function burst(getToken, callers) {
  const restingRss = process.memoryUsage().rss;
  const errors = {};
  let last = 0;
  const began = performance.now();
  const call = async () => {
    try {
      await getToken(resourceOf(0));
      last = performance.now() - began;
    } catch (error) {
      const name = error.errorCode || error.code || error.cause?.errorCode || error.name;
      errors[name] = (errors[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return { last, errors, restingRss, peakRss: peakRss() };
}

const [client, what, ...numbers] = process.argv.slice(2);
const getToken = await clients[client]();
const measure = { cached, burst }[what];
console.log(JSON.stringify(await measure(getToken, ...numbers.map(Number))));
