// What concurrent clients request: two identities, and two resources for each.
import { identities } from "./identities.mjs";

const clientId = identities.find((each) => each.kind === "client id").id;

export const keys = [
  { resource: "https://vault.azure.net" },
  { resource: "https://storage.azure.com" },
  { clientId, resource: "https://vault.azure.net" },
  { clientId, resource: "https://storage.azure.com" },
];

export function concurrentRequests(count) {
  return Array.from({ length: count }, (_, index) => keys[index % keys.length]);
}
