#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/load/compare/repetitions.hpp"
#include "tools/load/document/document_result.hpp"
#include "tools/load/document/read_load_document.hpp"
#include "tools/load/document/write_load_document.hpp"
#include "tools/load/load_arguments.hpp"
#include "tools/load/load_settings.hpp"
#include "tools/load/measure.hpp"
#include "tools/load/page/report_page.hpp"
#include "tools/load/report.hpp"
#include "tools/load/result_file.hpp"
#include "tools/load/view_command.hpp"
#include "tools/load/workers/worker_arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace midas::internal::tools {

namespace {

int fail_with(const std::string& problem, int code) {
  print_error("midas load", problem);
  return code;
}

load_document document_of(const load_result& result) {
  return read_load_document("this run", to_json(result)).value();
}

// The outcome of a run on this machine.
expected<run_outcome> run_here(const load_arguments& arguments,
                               const std::vector<setting>& settings) {
  const auto result = measure(arguments, settings);
  if (!result) {
    return unexpected{result.error()};
  }
  const auto first = result->first_error();
  const auto code = exit_code_of(*result, arguments.thresholds);
  if (code == bad_usage && first) {
    return unexpected{*first};
  }
  return run_outcome{document_of(*result), code,
                     first ? fmt::format("{} requests failed; first error: {}",
                                         result->total().errors(), to_string(*first))
                           : ""};
}

// The outcome of a run on workers, which do not know the thresholds.
expected<run_outcome> run_there(const load_arguments& arguments, const view_arguments& view,
                                const std::vector<std::string>& options) {
  auto document = run_with_workers(view, options);
  if (!document) {
    return unexpected{document.error()};
  }
  auto result = result_of(*document);
  for (const auto& each : arguments.thresholds) {
    result.thresholds.push_back(evaluate(each, result));
    const auto& outcome = result.thresholds.back();
    document->thresholds.push_back({outcome.expression, outcome.value, outcome.passed});
  }
  const auto first = result.first_error();
  return run_outcome{*std::move(document), exit_code_of(result, arguments.thresholds),
                     first ? to_string(*first) : ""};
}

// --repeat and --workers.
int run_several(const load_arguments& arguments, const view_arguments& view,
                const std::vector<setting>& settings, const CLI::App& command) {
  if (!arguments.hdr_file.empty() || !arguments.csv_file.empty()) {
    return fail_with("--hdr and --csv are for one run; omit --repeat and --workers", bad_usage);
  }
  result_file page{view.report_file};
  const auto options =
      view.workers.empty() ? expected<std::vector<std::string>>{} : worker_arguments_of(command);
  if (!options) {
    return fail_with(to_string(options.error()), bad_usage);
  }
  const auto outcome = repeat(view.repeat, [&] {
    return view.workers.empty() ? run_here(arguments, settings)
                                : run_there(arguments, view, *options);
  });
  if (!outcome) {
    return fail_with(to_string(outcome.error()), exit_code_of(outcome.error().code));
  }
  page.write([&outcome] { return report_page(outcome->document); });
  print_results(arguments.json ? to_json(outcome->document) : figure_table(outcome->document));
  return outcome->problem.empty() ? outcome->exit_code
                                  : fail_with(outcome->problem, outcome->exit_code);
}

int print(const load_result& result, const load_arguments& arguments) {
  const auto code = exit_code_of(result, arguments.thresholds);
  const auto first = result.first_error();
  // There are no figures if the input was invalid and nothing was sent.
  if (code != bad_usage) {
    print_results(arguments.json ? to_json(result) : to_table(result));
  }
  if (first) {
    print_error("midas load", fmt::format("{} requests failed; first error: {}",
                                          result.total().errors(), to_string(*first)));
  }
  return code;
}

// --compare and --worker make no run of their own, which other options would describe.
void check_alone(const CLI::App& command, std::initializer_list<std::string_view> known) {
  for (const auto& each : given_options(command)) {
    if (std::ranges::find(known, each) == known.end()) {
      throw std::invalid_argument{
          fmt::format("--{} has no effect with --{}; omit one of them", each, *known.begin())};
    }
  }
}

int run_load(const load_arguments& arguments, const view_arguments& view,
             std::vector<setting> settings, const CLI::App& command) {
  try {
    if (!view.compare.empty()) {
      check_alone(command, {"compare", "json"});
      return run_comparison(view, arguments.json);
    }
    if (command.count("--worker") > 0) {
      check_alone(command, {"worker", "worker-secret-file", "allow-non-loopback"});
      return run_as_worker(view);
    }
    if (view.repeat > 1 || !view.workers.empty()) {
      return run_several(arguments, view, settings, command);
    }
    // Before the run, which would be in vain if they cannot be written.
    result_file distribution{arguments.hdr_file};
    result_file series{arguments.csv_file};
    result_file page{view.report_file};
    const auto result = measure(arguments, std::move(settings));
    if (!result) {
      return fail_with(to_string(result.error()), exit_code_of(result.error().code));
    }
    distribution.write([&result] { return to_hdr(*result); });
    series.write([&result] { return to_csv(*result); });
    page.write([&result] { return report_page(document_of(*result)); });
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
  const auto view = std::make_shared<view_arguments>();
  add_load_options(command, *arguments);
  add_view_options(command, *view);
  command.footer(
      std::string{"Exit code 4: a --threshold was not met. Exit code 5: see --compare.\n\n"} +
      exit_codes_help);
  return [arguments, view, &command] {
    return run_load(*arguments, *view, settings_of(command, *arguments), command);
  };
}

}  // namespace midas::internal::tools
