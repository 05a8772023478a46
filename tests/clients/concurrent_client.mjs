// Requests tokens with one of Microsoft's clients, all at once, from a cold start.
//
//   node concurrent_client.mjs CLIENT COUNT
//
// Prints "ready" when the client is loaded, and waits for a line on standard input: many processes
// begin at the same time then. Each request has a credential of its own, as in programs that create
// one per client object; the requests take turns at the identities and resources. Prints a JSON
// object: `failures`, a list of messages, and `milliseconds`, the time of the slowest request.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ManagedIdentityCredential } from "@azure/identity";
import { ManagedIdentityApplication } from "@azure/msal-node";
import { concurrentRequests } from "./concurrent_requests.mjs";

const ways = {
  "@azure/msal-node": async ({ clientId, resource }) => {
    const application = new ManagedIdentityApplication({
      managedIdentityIdParams: clientId ? { userAssignedClientId: clientId } : undefined,
    });
    return (await application.acquireToken({ resource })).accessToken;
  },
  "@azure/identity": async ({ clientId, resource }) => {
    const credential = new ManagedIdentityCredential(clientId ? { clientId } : {});
    return (await credential.getToken(`${resource}/.default`)).token;
  },
};

const [client, count] = process.argv.slice(2);
const getToken = ways[client];
const start = once(createInterface({ input: process.stdin }), "line");
console.log("ready");
await start;

const began = performance.now();
const outcomes = await Promise.allSettled(
  concurrentRequests(Number(count)).map(async (request) => {
    const token = await getToken(request);
    const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    if (claims.aud !== request.resource) {
      throw new Error(`a token for ${claims.aud} instead of ${request.resource}`);
    }
  }),
);
const failures = outcomes.filter((each) => each.status === "rejected");
console.log(
  JSON.stringify({
    failures: failures.map((each) => String(each.reason.message ?? each.reason).split("\n")[0]),
    milliseconds: Math.round(performance.now() - began),
  }),
);
process.exit(0);
