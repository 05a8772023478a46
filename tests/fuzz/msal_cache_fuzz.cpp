// libFuzzer's program for the text of a token cache: any bytes are read without a fault, and a
// change leaves the tokens of others as they are.
//
//   midas_msal_cache_fuzz -dict=tests/fuzz/msal.dict NEW_DIRECTORY tests/fuzz/corpus
//   tests/store/vectors
#include "store/msal_cache.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace {

using namespace midas;
using namespace midas::internal;

const cache_owner owner{
    .machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7", .accept_unmarked = true};
constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'700'000'200}};

void require(bool condition, const char* what) {
  if (!condition) {
    static_cast<void>(std::fprintf(stderr, "not so: %s\n", what));
    std::abort();
  }
}

// What is known of a token, and how often that occurs.
using description =
    std::tuple<std::string, std::string, std::string, long, long, long, std::string>;
using descriptions = std::map<description, int>;

description describe(const stored_token& token) {
  const auto seconds = [](std::chrono::sys_seconds time) {
    return time.time_since_epoch().count();
  };
  return {to_string(token.identity),
          token.grant.resource,
          std::string{token.grant.token.reveal()},
          seconds(token.cached_at),
          seconds(token.grant.expires_on),
          token.grant.refresh_on ? seconds(*token.grant.refresh_on) : -1,
          token.endpoint};
}

std::optional<std::vector<stored_token>> read(sensitive_string text) {
  return read_msal_cache(text, owner);
}

stored_token new_token() {
  stored_token result;
  result.identity = managed_identity::client_id("33333333-3333-4333-8333-333333333333");
  result.grant.token = secret{std::string_view{"the-new-token"}};
  result.grant.resource = "https://new.example";
  result.grant.expires_on = now + std::chrono::hours{1};
  result.cached_at = now;
  result.endpoint = "http://169.254.169.254";
  return result;
}

// A token stays unless it has expired, and appears only if the change makes the file this
// machine's.
void check_others(const std::vector<stored_token>& before, const std::vector<stored_token>& after) {
  descriptions counts;
  for (const auto& each : before) {
    ++counts[describe(each)];
  }
  bool is_saved = false;
  const auto saved = describe(new_token());
  for (const auto& each : after) {
    if (describe(each) == saved) {
      is_saved = true;
    } else if (--counts[describe(each)] < 0) {
      require(each.cached_at >= now, "no token appears");
    }
  }
  require(is_saved, "what is saved is read");
  for (const auto& each : before) {
    require(each.grant.expires_on <= now || describe(each) == saved || counts[describe(each)] <= 0,
            "no token is lost");
  }
}

void check_change(const sensitive_string& text) {
  const auto before = read(text);
  const auto token = new_token();
  const cache_change nothing{.now = now};
  const cache_change save{.save = {&token, 1}, .now = now};
  const auto unchanged = change_msal_cache(text, nothing, owner);
  const auto changed = change_msal_cache(text, save, owner);
  require(before.has_value() == unchanged.has_value(), "a change accepts what is read");
  require(before.has_value() == changed.has_value(), "a save accepts what is read");
  if (!before) {
    return;
  }
  require(change_msal_cache(*unchanged, nothing, owner) == unchanged, "nothing twice is once");
  require(change_msal_cache(*changed, nothing, owner) == changed,
          "nothing after a save changes nothing");
  const auto after = read(*changed);
  require(after.has_value(), "what is written is read");
  // An entry with the key of the new token is replaced, whatever it contains.
  if (text.find("33333333") == sensitive_string::npos &&
      text.find('\\') == sensitive_string::npos) {
    check_others(*before, *after);
  }
  const auto key = make_key(token.identity, token.grant.resource);
  require(key.has_value(), "the new token has a key");
  const auto removed = change_msal_cache(*changed, {.remove = {&*key, 1}, .now = now}, owner);
  require(removed.has_value(), "a removal accepts what is read");
  const auto rest = read(*removed);
  require(rest.has_value(), "what a removal writes is read");
  for (const auto& each : *rest) {
    const auto rest_key = make_key(each.identity, each.grant.resource);
    require(rest_key && !(*rest_key == *key), "what is removed is gone");
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_change(sensitive_string{reinterpret_cast<const char*>(data), size});
  return 0;
}
