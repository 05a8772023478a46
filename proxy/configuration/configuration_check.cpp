#include "proxy/configuration/configuration_check.hpp"

#include "proxy/configuration/configuration_fields.hpp"
#include "proxy/configuration/configuration_members.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "proxy/configuration/member_values.hpp"
#include "transport/formats/url.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::proxy {
namespace {

// The address of IMDS may be that of the loopback interface, which only the machine shows:
// open_listener() looks.
bool may_be_on_loopback(const listen_address& at) { return at.address == "169.254.169.254"; }

// An address that the proxy binds, and the member that says so.
using bound_address = std::pair<std::string, listen_address>;

std::string numbered(std::string_view list, std::size_t index) {
  return std::string{list} + "[" + std::to_string(index) + "]";
}

class checker {
 public:
  explicit checker(const proxy_configuration& configuration) : configuration_(configuration) {}

  configuration_problems run() {
    check_numbers();
    check_addresses();
    check_texts();
    check_rules("tokens", configuration_.tokens);
    check_users();
    return std::move(problems_);
  }

 private:
  void add(std::string member, std::string what, std::string remedy) {
    problems_.push_back({std::move(member), std::move(what), std::move(remedy)});
  }

  void add_if_wrong(const std::string& member, const expected<void>& valid) {
    if (!valid) {
      add(member, "is wrong: " + valid.error().message, valid.error().advice);
    }
  }

  void check_numbers() {
    for (const auto& member : configuration_members()) {
      const auto* const field = find_field(member.name);
      if (field->get == nullptr) {
        continue;
      }
      const auto value = field->get(configuration_);
      if (value < member.range.least || value > member.range.most) {
        const auto text = member.is_duration ? duration_in_file(value) : std::to_string(value);
        add(std::string{member.name}, "is " + text,
            "Write a " + std::string{member.is_duration ? "duration " : "number "} +
                range_text(member));
      }
    }
  }

  [[nodiscard]] std::vector<bound_address> bound() const {
    std::vector<bound_address> result;
    for (std::size_t i = 0; i < configuration_.listeners.size(); ++i) {
      result.emplace_back(numbered("listeners", i), configuration_.listeners[i]);
    }
    if (configuration_.metrics) {
      result.emplace_back("metrics", *configuration_.metrics);
    }
    if (!configuration_.admin_path.empty()) {
      result.emplace_back("admin_path", listen_address{.path = configuration_.admin_path});
    }
    if (configuration_.access_log.starts_with('/')) {
      result.emplace_back("access_log", listen_address{.path = configuration_.access_log});
    }
    return result;
  }

  void check_addresses() {
    const auto all = bound();
    for (auto at = all.begin(); at != all.end(); ++at) {
      const auto& member = at->first;
      const auto& address = at->second;
      if (member != "access_log") {
        check_address(member, address);
      }
      const auto other = std::find_if(all.begin(), at, [&](const bound_address& each) {
        return collide(each.second, address);
      });
      if (other != at) {
        add(member, "is " + to_string(address) + ", which " + other->first + " has already",
            "Remove one of them, or choose another port or path");
      }
    }
  }

  void check_address(const std::string& member, const listen_address& address) {
    // As text, so that what the command line gives is checked, too.
    const auto read = parse_listen_address(to_string(address));
    if (!read) {
      add(member, "is wrong: " + read.error().message, read.error().advice);
    } else if (!is_loopback(address) && !may_be_on_loopback(address) &&
               !configuration_.allow_non_loopback) {
      add(member, "is " + to_string(address) + ", which other machines may reach",
          "Listen at a loopback address or a Unix socket; or set allow_non_loopback, and let a "
          "firewall protect the port, because whoever reaches it gets the machine's tokens");
    } else if (is_upstream(address)) {
      add("upstream", "is the proxy itself, at " + member,
          "Write the URL of the host that grants the tokens, or \"auto\"");
    }
  }

  [[nodiscard]] bool is_upstream(const listen_address& address) const {
    const auto url = parse_url(configuration_.upstream);
    if (!url || !address.path.empty()) {
      return false;
    }
    std::uint16_t port = url->scheme == "https" ? 443 : 80;
    std::from_chars(url->port.data(), url->port.data() + url->port.size(), port);
    const auto host = url->host == "localhost" ? "127.0.0.1" : url->host;
    const auto asked = parse_listen_address(host + ":" + std::to_string(port));
    return asked && collide(*asked, address);
  }

  void check_texts() {
    add_if_wrong("upstream", check_upstream(configuration_.upstream));
    if (!configuration_.access_log.empty()) {
      add_if_wrong("access_log", check_log_path(configuration_.access_log));
    }
    for (std::size_t i = 0; i < configuration_.allowed_hosts.size(); ++i) {
      add_if_wrong(numbered("allowed_hosts", i), check_host_name(configuration_.allowed_hosts[i]));
    }
    check_identity_header();
  }

  void check_identity_header() {
    const auto& file = configuration_.identity_header_file;
    if (!file.empty()) {
      add_if_wrong("identity_header_file", check_file_path(file));
    }
    if (configuration_.identity_header.empty()) {
      return;
    }
    if (!file.empty()) {
      add("identity_header_file", "is " + file + ", although identity_header is set",
          "Remove one of them");
    }
    if (const auto valid = check_secret(configuration_.identity_header.reveal()); !valid) {
      add("identity_header", valid.error().message, valid.error().advice);
    }
  }

  template <class Check>
  void check_list(const std::string& member, const std::optional<std::vector<std::string>>& list,
                  const Check& check) {
    if (!list) {
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      add_if_wrong(numbered(member, i), check((*list)[i]));
    }
    if (list->size() > 1 && std::ranges::find(*list, any_token) != list->end()) {
      add(member, "has \"*\" and other elements, which have no effect then",
          "Remove \"*\" to allow only the others, or remove the others");
    }
  }

  void check_rules(const std::string& member, const token_rules& rules) {
    check_list(member + ".resources", rules.resources, check_resource_rule);
    check_list(member + ".identities", rules.identities, check_identity_rule);
  }

  void check_users() {
    const auto& users = configuration_.users;
    const auto& allowed = configuration_.allowed_uids;
    for (std::size_t i = 0; i < users.size(); ++i) {
      const auto member = numbered("users", i);
      const auto uid = users[i].uid;
      const auto shown = "is " + std::to_string(uid);
      const auto first = std::ranges::find(users, uid, &user_rules::uid);
      if (const auto index = static_cast<std::size_t>(first - users.begin()); index != i) {
        add(member + ".uid", shown + ", which " + numbered("users", index) + " has already",
            "Write the rules of each user in one element");
      }
      if (allowed && std::ranges::find(*allowed, uid) == allowed->end()) {
        add(member + ".uid", shown + ", a user that may not connect",
            "Add the user to allowed_uids, or remove its rules");
      }
      check_uid(member + ".uid", uid);
      check_rules(member + ".tokens", users[i].tokens);
    }
    for (std::size_t i = 0; allowed && i < allowed->size(); ++i) {
      check_uid(numbered("allowed_uids", i), (*allowed)[i]);
    }
  }

  void check_uid(const std::string& member, uid_t uid) {
    if (uid > max_uid) {
      add(member, "is " + std::to_string(uid),
          "Write a number from 0 to " + std::to_string(max_uid));
    }
  }

  const proxy_configuration& configuration_;
  configuration_problems problems_;
};

}  // namespace

configuration_problems check(const proxy_configuration& configuration) {
  return checker{configuration}.run();
}

}  // namespace midas::internal::proxy
