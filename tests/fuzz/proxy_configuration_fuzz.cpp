// libFuzzer's program for the configuration of the proxy: any bytes are read without a fault, what
// is wrong has a member and a remedy, and what is accepted stays within its bounds.
//
//   midas_proxy_configuration_fuzz -dict=tests/fuzz/configuration.dict NEW_DIRECTORY
//   tests/fuzz/configuration_corpus
#include "proxy/access/allowed_tokens.hpp"
#include "proxy/configuration/configuration_change.hpp"
#include "proxy/configuration/configuration_check.hpp"
#include "proxy/configuration/configuration_fields.hpp"
#include "proxy/configuration/configuration_members.hpp"
#include "proxy/configuration/configuration_reader.hpp"
#include "proxy/configuration/listen_address_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace midas::internal::proxy;

void require(bool condition, const char* what) {
  if (!condition) {
    static_cast<void>(std::fprintf(stderr, "not so: %s\n", what));
    std::abort();
  }
}

void check_problems(const configuration_problems& problems) {
  constexpr std::size_t most = 2'000;
  for (const auto& each : problems) {
    require(!each.member.empty() && !each.what.empty() && !each.remedy.empty(),
            "a problem has a member, a reason and a remedy");
    const auto text = to_string(each);
    require(text.size() < most, "a problem is short");
    require(std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }),
            "a problem is one line");
  }
}

void check_rules(const token_rules& rules) {
  const allowed_tokens allowed{rules};
  if (rules.resources) {
    for (const auto& each : *rules.resources) {
      require(allowed.allows_resource(each), "a listed resource is allowed");
    }
  }
}

void check_accepted(const proxy_configuration& accepted) {
  for (const auto& member : configuration_members()) {
    if (const auto* const field = find_field(member.name); field->get != nullptr) {
      const auto value = field->get(accepted);
      require(member.range.least <= value && value <= member.range.most, "numbers are in range");
    }
  }
  for (const auto& each : accepted.listeners) {
    const auto again = parse_listen_address(to_string(each));
    require(again && *again == each, "an address is read as it is written");
  }
  require(accepted.identity_header.empty() || accepted.identity_header.size() >= 16,
          "a secret is not short");
  check_rules(accepted.tokens);
  for (const auto& each : accepted.users) {
    check_rules(each.tokens);
  }
  require(changes(accepted, accepted).empty(), "a configuration equals itself");
  require(changes(reloaded({}, accepted), accepted).size() <= 7, "a reload changes the rest");
  check_problems(check(accepted));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto first = read_configuration(text);
  const auto second = read_configuration(text);
  require(first.has_value() == second.has_value(), "the same text has the same result");
  if (first) {
    check_accepted(*first);
    require(changes(*first, *second).empty(), "the same text has the same configuration");
  } else {
    require(!first.error().empty(), "a refusal has a reason");
    require(first.error() == second.error(), "the same text has the same problems");
    check_problems(first.error());
  }
  return 0;
}
