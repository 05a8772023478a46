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
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

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

// The workers do not send the texts of errors. Empty if no request failed.
std::string failures_in(const load_document& document) {
  std::string kinds;
  for (const auto& [kind, count] : document.whole.errors_by_kind) {
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, kind);
  }
  return kinds.empty() ? ""
                       : fmt::format(
                             "{} requests failed: {}; run midas load on a worker's machine "
                             "to see their texts",
                             document.whole.errors, kinds);
}

// The outcome of a run on workers, which do not know the thresholds.
expected<run_outcome> run_there(const load_arguments& arguments, const view_arguments& view,
                                const std::vector<std::string>& options) {
  auto document = run_with_workers(view, options);
  if (!document) {
    return unexpected{document.error()};
  }
  // The sum needs them, and its reader as a rule does not.
  if (!arguments.series_histograms) {
    for (auto& each : document->series) {
      each.histogram.clear();
    }
  }
  auto result = result_of(*document);
  for (const auto& each : arguments.thresholds) {
    result.thresholds.push_back(evaluate(each, result));
    const auto& outcome = result.thresholds.back();
    document->thresholds.push_back({outcome.expression, outcome.value, outcome.passed});
  }
  auto failures = failures_in(*document);
  return run_outcome{*std::move(document), exit_code_of(result, arguments.thresholds),
                     std::move(failures)};
}

// Writes each of the results, whatever becomes of the others, since the run cannot be had again.
bool write_all(std::initializer_list<std::function<void()>> results) {
  bool is_written = true;
  for (const auto& write : results) {
    try {
      write();
    } catch (const std::runtime_error& e) {
      print_error("midas load", e.what());
      is_written = false;
    }
  }
  return is_written;
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
  const auto& document = outcome->document;
  const bool is_written = write_all(
      {[&] { page.write([&document] { return report_page(document); }); },
       [&] { print_results(arguments.json ? to_json(document) : figure_table(document)); }});
  if (!outcome->problem.empty()) {
    print_error("midas load", outcome->problem);
  }
  return is_written ? outcome->exit_code : failure;
}

int run_once(const load_arguments& arguments, const view_arguments& view,
             std::vector<setting> settings) {
  // Before the run, whose results would be lost if they cannot be written.
  result_file distribution{arguments.hdr_file};
  result_file series{arguments.csv_file};
  result_file page{view.report_file};
  const auto result = measure(arguments, std::move(settings));
  if (!result) {
    return fail_with(to_string(result.error()), exit_code_of(result.error().code));
  }
  const auto code = exit_code_of(*result, arguments.thresholds);
  const bool is_written =
      write_all({[&] { distribution.write([&result] { return to_hdr(*result); }); },
                 [&] { series.write([&result] { return to_csv(*result); }); },
                 [&] { page.write([&result] { return report_page(document_of(*result)); }); },
                 [&] {
                   // There are no figures if the input was invalid and nothing was sent.
                   if (code != bad_usage) {
                     print_results(arguments.json ? to_json(*result) : to_table(*result));
                   }
                 }});
  if (const auto first = result->first_error()) {
    print_error("midas load", fmt::format("{} requests failed; first error: {}",
                                          result->total().errors(), to_string(*first)));
  }
  return is_written ? code : failure;
}

// --compare and --worker make no run of their own, which other options would describe.
void check_alone(const CLI::App& command, std::initializer_list<std::string_view> known) {
  for (const auto& each : given_options(command)) {
    if (std::ranges::find(known, each.name) == known.end()) {
      throw std::invalid_argument{
          fmt::format("--{} has no effect with --{}; omit one of them", each.name, *known.begin())};
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
    return run_once(arguments, view, std::move(settings));
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
