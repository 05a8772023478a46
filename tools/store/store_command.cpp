#include "messages/plain_text.hpp"
#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/request_arguments.hpp"
#include "tools/store/store_list.hpp"
#include "tools/store/store_location.hpp"
#include <midas/file_token_store.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <unordered_set>
#include <vector>

namespace midas::internal::tools {

namespace {

struct store_arguments {
  std::string store = default_store;
  std::string output = "text";
  /// Only the identity and the resource are used.
  request_arguments selection;
};

int report_failure(const std::string& command, const error& problem) {
  print_error(command, problem);
  return exit_code_of(problem.code);
}

int finish() { return std::cout.flush() ? success : failure; }

int list_tokens(const store_arguments& arguments, const std::string& path) {
  const auto tokens = file_token_store{{.path = path}}.load();
  if (!tokens) {
    return report_failure("midas store list", tokens.error());
  }
  const auto now = clock_reading::now();
  std::cout << (arguments.output == "json" ? list_as_json(*tokens, path, now)
                                           : list_as_text(*tokens, path, now));
  return finish();
}

// The keys of the tokens to remove, and how many tokens have them.
struct selected_tokens {
  std::unordered_set<token_key, token_key_hash> keys;
  std::size_t count = 0;
};

// The resource and the identity that options name; an empty member stands for any.
expected<token_key> selector_of(const request_arguments& selection) {
  const auto request = request_of(selection);
  // Any valid resource serves to check the identity.
  auto key = make_key(request.identity, selection.resource.empty() ? "any" : selection.resource);
  if (key && selection.resource.empty()) {
    key->resource.clear();
  }
  return key;
}

selected_tokens select(const std::vector<stored_token>& tokens, const token_key& selector,
                       bool any_identity) {
  selected_tokens result;
  for (const auto& each : tokens) {
    auto key = make_key(each.identity, each.grant.resource);
    if (key && (any_identity || key->identity == selector.identity) &&
        (selector.resource.empty() || key->resource == selector.resource)) {
      result.keys.insert(*std::move(key));
      ++result.count;
    }
  }
  return result;
}

int clear_tokens(const store_arguments& arguments, const std::string& path) {
  const std::string command = "midas store clear";
  const auto selector = selector_of(arguments.selection);
  if (!selector) {
    return report_failure(command, selector.error());
  }
  file_token_store store{{.path = path}};
  const auto tokens = store.load();
  if (!tokens) {
    return report_failure(command, tokens.error());
  }
  const auto selected =
      select(*tokens, *selector, !request_of(arguments.selection).identity.is_named());
  const std::vector<token_key> keys{selected.keys.begin(), selected.keys.end()};
  if (const auto removed = store.remove(keys); !removed) {
    return report_failure(command, removed.error());
  }
  std::cout << "Removed " << selected.count << (selected.count == 1 ? " token" : " tokens")
            << " from " << printable(path) << '\n';
  return finish();
}

int run_on_store(const std::string& command, const store_arguments& arguments,
                 int (*run)(const store_arguments&, const std::string&)) {
  const auto path = store_path(arguments.store);
  return path ? run(arguments, *path) : report_failure(command, path.error());
}

}  // namespace

action add_store_command(CLI::App& program) {
  auto& command =
      *program.add_subcommand("store", "List or remove the tokens of a token store (--store)");
  command.require_subcommand(1);
  command.footer(exit_codes_help);
  const auto arguments = std::make_shared<store_arguments>();

  auto& list = *command.add_subcommand("list", "List the stored tokens, but print none of them");
  add_store_option(list, arguments->store, "The file with the tokens");
  list.add_option("--output", arguments->output,
                  "text: a line for each token; json: an object with all of them")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  list.footer(exit_codes_help);

  auto& clear =
      *command.add_subcommand("clear", "Remove the tokens that midas would use, or some of them");
  add_store_option(clear, arguments->store, "The file with the tokens");
  clear
      .add_option("--resource,--scope", arguments->selection.resource,
                  "Only tokens for this resource URI or scope [all]")
      ->check(refuse_empty)
      ->check(refuse_option);
  add_identity_options(clear, arguments->selection, "Only tokens of this identity [all]");
  clear.footer(exit_codes_help);

  return [arguments, &list] {
    return list.parsed() ? run_on_store("midas store list", *arguments, &list_tokens)
                         : run_on_store("midas store clear", *arguments, &clear_tokens);
  };
}

}  // namespace midas::internal::tools
