// The identities of a simulated host, as `midas simulate --help` prints them.

export const resource = "https://vault.azure.net";

const systemAssigned = "5151a7ed-0000-4000-8000-000000000001";
const userAssigned = "5151a7ed-0000-4000-8000-000000000011";

// How a caller can name an identity, and the owner of the expected token. `kind` is a column of the
// table in docs/compatibility.md.
export const identities = [
  { kind: "none named", owner: systemAssigned },
  { kind: "client id", owner: userAssigned, id: userAssigned },
  { kind: "object id", owner: userAssigned, id: "5151a7ed-0000-4000-8000-000000000012" },
  {
    kind: "resource id",
    owner: userAssigned,
    id:
      "/subscriptions/5151a7ed-0000-4000-8000-0000000000ff/resourceGroups/simulated" +
      "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/simulated-identity",
  },
];

// The owner of the expected token. The environment names the default identity of a workload.
export function ownerOf(identity, environment) {
  return identity.id ? identity.owner : (environment.AZURE_CLIENT_ID ?? identity.owner);
}

// The client id in the token. Throws if it is not a valid token for the resource.
export function holderOf(token) {
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  if (claims.aud !== resource) {
    throw new Error(`the token is for ${claims.aud}, not for ${resource}`);
  }
  if (claims.exp * 1000 < Date.now() + 3_600_000) {
    throw new Error("the token expires within the hour");
  }
  return claims.appid;
}

export function describeHolder(holder) {
  const names = { [systemAssigned]: "the system-assigned", [userAssigned]: "the user-assigned" };
  return names[holder] ?? "an unknown";
}
