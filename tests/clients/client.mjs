// Gets a token with one of Microsoft's clients, from the host that the environment describes.
//
//   node client.mjs CLIENT HOST KIND
//
// KIND is how the identity is named; see identities.mjs. Prints a JSON object: `token`, or `error`
// (the client's own error code) and `message`. Each token needs a process of its own, because the
// clients cache the first host and identity for the lifetime of the process.
import { readFile } from "node:fs/promises";
import { ManagedIdentityCredential, WorkloadIdentityCredential } from "@azure/identity";
import { ConfidentialClientApplication, ManagedIdentityApplication } from "@azure/msal-node";
import { identities, resource } from "./identities.mjs";

const scope = `${resource}/.default`;

// The API of the client does not support the request.
class NotOffered extends Error {}

function chosen(identity, names) {
  return identity.id ? { [names[identity.kind]]: identity.id } : {};
}

// MSAL's managed-identity classes do not support workload identity. Its confidential client does,
// but does not read the environment.
async function msalWorkload(identity) {
  if (identity.id && identity.kind !== "client id") {
    throw new NotOffered("workload identities are named by client id only");
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
    throw new NotOffered("workload identities are named by client id only");
  }
  // Without this option, it validates the authority at login.microsoftonline.com.
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

// The most specific name of an error.
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
