// Gets a token with one of Microsoft's clients, from the host that the environment tells of.
//
//   node client.mjs CLIENT HOST KIND
//
// KIND is how the identity is named: see identities.mjs. Prints a JSON object: `token`, or `error`,
// the client's own code for what went wrong, and `message`. A process for each token, since clients
// keep for good which host and which identity they met first.
import { readFile } from "node:fs/promises";
import { ManagedIdentityCredential, WorkloadIdentityCredential } from "@azure/identity";
import { ConfidentialClientApplication, ManagedIdentityApplication } from "@azure/msal-node";
import { identities, resource } from "./identities.mjs";

const scope = `${resource}/.default`;

// What a client has no way to be asked.
class NotOffered extends Error {}

function chosen(identity, names) {
  return identity.id ? { [names[identity.kind]]: identity.id } : {};
}

// MSAL's classes for managed identities know nothing of workload identity; its confidential client
// does, and is told by hand what the environment says.
async function msalWorkload(identity) {
  if (identity.id && identity.kind !== "client id") {
    throw new NotOffered("an identity has no such name there");
  }
  const { AZURE_AUTHORITY_HOST, AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE } =
    process.env;
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: identity.id ?? AZURE_CLIENT_ID,
      authority: `${AZURE_AUTHORITY_HOST}${AZURE_TENANT_ID}`,
      knownAuthorities: [new URL(AZURE_AUTHORITY_HOST).host],
      clientAssertion: () => readFile(AZURE_FEDERATED_TOKEN_FILE, "utf8"),
    },
  });
  return (await application.acquireTokenByClientCredential({ scopes: [scope] })).accessToken;
}

async function msalManaged(identity) {
  const names = {
    "client id": "userAssignedClientId",
    "object id": "userAssignedObjectId",
    "resource id": "userAssignedResourceId",
  };
  const application = new ManagedIdentityApplication({
    managedIdentityIdParams: identity.id ? chosen(identity, names) : undefined,
  });
  return (await application.acquireToken({ resource })).accessToken;
}

async function azureWorkload(identity) {
  if (identity.id && identity.kind !== "client id") {
    throw new NotOffered("an identity has no such name there");
  }
  // Without this it asks login.microsoftonline.com whether the authority is one.
  const options = { disableInstanceDiscovery: true };
  const credential = new WorkloadIdentityCredential(
    identity.id ? { ...options, clientId: identity.id } : options,
  );
  return (await credential.getToken(scope)).token;
}

async function azureManaged(identity) {
  const names = {
    "client id": "clientId",
    "object id": "objectId",
    "resource id": "resourceId",
  };
  const credential = new ManagedIdentityCredential(chosen(identity, names));
  return (await credential.getToken(scope)).token;
}

const ways = {
  "@azure/msal-node": (host) => (host === "workload-identity" ? msalWorkload : msalManaged),
  "@azure/identity": (host) => (host === "workload-identity" ? azureWorkload : azureManaged),
};

// The most telling name that an error has.
function codeOf(error) {
  if (error instanceof NotOffered) {
    return "not offered";
  }
  return error.errorCode || error.code || error.cause?.errorCode || error.name;
}

async function attempt(getToken, identity) {
  try {
    return { token: await getToken(identity) };
  } catch (error) {
    return { error: codeOf(error), message: error.message };
  }
}

const [client, host, kind] = process.argv.slice(2);
const identity = identities.find((each) => each.kind === kind);
console.log(JSON.stringify(await attempt(ways[client](host), identity)));
