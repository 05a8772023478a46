#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/load/load_arguments.hpp"
#include "tools/load/load_settings.hpp"
#include "tools/load/measure.hpp"
#include "tools/load/report.hpp"
#include "tools/load/result_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace midas::internal::tools {

namespace {

int fail_with(const std::string& problem, int code) {
  print_error("midas load", problem);
  return code;
}

int print(const load_result& result, const load_arguments& arguments) {
  const auto code = exit_code_of(result, arguments.thresholds);
  const auto first = result.first_error();
  // There are no figures if the input was invalid and nothing was sent.
  if (code != bad_usage) {
    fmt::print("{}\n", arguments.json ? to_json(result) : to_table(result));
  }
  if (first) {
    print_error("midas load", fmt::format("{} requests failed; first error: {}",
                                          result.total().errors(), to_string(*first)));
  }
  return code;
}

int run_load(const load_arguments& arguments, std::vector<setting> settings) {
  try {
    // Before the run, which would be in vain if they cannot be written.
    result_file distribution{arguments.hdr_file};
    result_file series{arguments.csv_file};
    const auto result = measure(arguments, std::move(settings));
    if (!result) {
      return fail_with(to_string(result.error()), exit_code_of(result.error().code));
    }
    distribution.write([&result] { return to_hdr(*result); });
    series.write([&result] { return to_csv(*result); });
    return print(*result, arguments);
  } catch (const std::invalid_argument& e) {
    return fail_with(e.what(), bad_usage);
  } catch (const std::runtime_error& e) {
    return fail_with(e.what(), failure);
  }
}

}  // namespace

action add_load_command(CLI::App& program) {
  auto& command = *program.add_subcommand(
      "load",
      "Measure many concurrent callers: a cold burst, in which each requests one token,\n"
      "then a steady state, in which each requests the next as soon as it has one;\n"
      "or with --rate or --stages, requests at a given rate");
  const auto arguments = std::make_shared<load_arguments>();
  add_load_options(command, *arguments);
  command.footer(std::string{"Exit code 4: a --threshold was not met.\n\n"} + exit_codes_help);
  return [arguments, &command] { return run_load(*arguments, settings_of(command, *arguments)); };
}

}  // namespace midas::internal::tools
