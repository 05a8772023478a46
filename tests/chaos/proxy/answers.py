"""What an answer of `midas proxy` must be. Functions on values; nothing here waits."""
import base64
import json
from collections import namedtuple

from configurations import SYSTEM

Answer = namedtuple("Answer", "status fields body")
# uid, resource, identity and protocol ("imds" or "app-service"); times in seconds on one clock.
Request = namedtuple("Request", "uid resource identity protocol")



def parse_head(text):
    """The status and the fields of a response without its body; ValueError if it is not HTTP."""
    lines = text.decode("ascii").split("\r\n")
    version, status, _ = (lines[0] + " ").split(" ", 2)
    if version != "HTTP/1.1" or len(status) != 3:
        raise ValueError(f"not a status line: {lines[0][:80]!r}")
    fields = {}
    for line in lines[1:]:
        name, colon, value = line.partition(": ")
        if not colon or name.lower() in fields:
            raise ValueError(f"not a field, or a second one: {line[:80]!r}")
        fields[name.lower()] = value
    return int(status), fields


def claims_of(token):
    """The claims of a JSON Web Token, unverified."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def problem_of_token(request, body, wall_time):
    """What is wrong with the body of a success, or None."""
    claims = claims_of(body["access_token"])
    resource = claims["aud"]
    if resource != request.resource or body["resource"] != request.resource:
        return f"a token for {resource}, called one for {body['resource']}"
    if request.identity != SYSTEM and claims["appid"] != request.identity:
        return f"a token of {claims['appid']}"
    if request.identity == SYSTEM and "userAssignedIdentities" in claims.get("xms_mirid", ""):
        return f"a token of {claims['xms_mirid']}"
    if int(body["expires_on"]) != claims["exp"]:
        return f"expires_on {body['expires_on']}, but the token's exp is {claims['exp']}"
    if claims["exp"] <= wall_time - 1:
        return f"a token that expired {wall_time - claims['exp']:.1f} s ago"
    left = int(body.get("expires_in", claims["exp"] - wall_time))
    if abs(left - (claims["exp"] - wall_time)) > 3:
        return f"expires_in {left}, but {claims['exp'] - wall_time:.1f} s are left"
    return None


def problem_of(request, answer, may_permit, wall_time):
    """What is wrong with an answer, or None. `may_permit` has the decisions that the configurations
    of that time could lead to: True, False or both."""
    try:
        body = json.loads(answer.body)
        if answer.status == 200:
            if True not in may_permit:
                return "a token that no configuration of that time allows"
            return problem_of_token(request, body, wall_time)
    except (ValueError, KeyError, IndexError) as failure:
        return f"status {answer.status} with an unreadable body ({failure!r})"
    if b"eyJ" in answer.body:
        return f"status {answer.status} with a token in its body"
    if answer.status == 403:
        return None if False in may_permit else "403, but every configuration of that time allows it"
    if answer.status == 429:
        return None if "retry-after" in answer.fields else "429 without Retry-After"
    if answer.status in (503, 504):
        return None
    return f"status {answer.status}: {answer.body[:200]!r}"
