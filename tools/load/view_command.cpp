#include "tools/load/view_command.hpp"

#include "messages/make_error.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/load/compare/comparison_text.hpp"
#include "tools/load/compare/repetitions.hpp"
#include "tools/load/document/merge_documents.hpp"
#include "tools/load/document/read_load_document.hpp"
#include "tools/load/result_file.hpp"
#include "tools/load/workers/coordinator.hpp"
#include "tools/load/workers/own_program.hpp"
#include "tools/load/workers/worker.hpp"
#include "tools/load/workers/worker_secret.hpp"
#include "tools/program.hpp"
#include "tools/stop_signals.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

namespace midas::internal::tools {

namespace {

int fail_view(const error& problem) {
  print_error("midas load", problem);
  return exit_code_of(problem.code);
}

unexpected not_loopback(const std::string& address) {
  return fail(errc::invalid_configuration, address + " is not a loopback address",
              "Add --allow-non-loopback: whoever knows the secret can then make that machine send "
              "requests");
}

expected<proxy::listen_address> worker_address(const view_arguments& arguments) {
  const auto text = arguments.worker.empty() ? "127.0.0.1:0" : arguments.worker;
  auto address = proxy::parse_listen_address(text);
  if (address && !address->path.empty()) {
    return fail(errc::invalid_configuration, text + " is not the address of a worker",
                "Write ADDRESS:PORT");
  }
  if (address && !is_loopback(*address) && !arguments.allow_non_loopback) {
    return not_loopback(text);
  }
  return address;
}

// The coordinator's is checked by the worker, so only its own document can be wrong.
expected<std::string> run_for_coordinator(const std::vector<std::string>& arguments,
                                          const goes_on& is_wanted) {
  std::vector<std::string> words{"load", "--json", "--series-histograms"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_own_program(words, worker_limits::max_document / 4, is_wanted);
}

void announce(const load_worker& worker, const view_arguments& arguments, const secret& shared) {
  fmt::print("Worker at {}\n", worker.address());
  if (arguments.worker_secret_file.empty()) {
    fmt::print("Secret: {}\n", shared.reveal());
  }
  if (std::fflush(stdout) != 0) {
    throw std::system_error{errno, std::generic_category(),
                            "cannot print the address of the worker; check standard output"};
  }
}

}  // namespace

int run_comparison(const view_arguments& arguments, bool json) {
  const auto& files = arguments.compare;
  const auto a = read_load_file(files[0]);
  const auto b = a ? read_load_file(files[1]) : a;
  if (!b) {
    return fail_view(b.error());
  }
  const auto compared = compare(files[0], *a, files[1], *b);
  print_results(json ? to_json(compared) : to_table(compared));
  return compared.is_worse() ? is_worse : success;
}

int run_as_worker(const view_arguments& arguments) {
  const auto address = worker_address(arguments);
  if (!address) {
    return fail_view(address.error());
  }
  const auto shared = arguments.worker_secret_file.empty()
                          ? expected<secret>{random_worker_secret()}
                          : read_worker_secret(arguments.worker_secret_file);
  if (!shared) {
    return fail_view(shared.error());
  }
  const stop_signals signals;
  load_worker worker{{*address, *shared, program_version()}, &run_for_coordinator};
  announce(worker, arguments, *shared);
  bool is_stopped = false;
  worker.serve([&] {
    is_stopped = is_stopped || signals.wait_for(std::chrono::nanoseconds{0}) != 0;
    return !is_stopped;
  });
  return success;
}

expected<load_document> run_with_workers(const view_arguments& arguments,
                                         const std::vector<std::string>& options) {
  auto workers = parse_workers(arguments.workers);
  if (!workers) {
    return unexpected{workers.error()};
  }
  for (const auto& each : *workers) {
    if (!is_loopback(each) && !arguments.allow_non_loopback) {
      return not_loopback(to_string(each));
    }
  }
  if (arguments.worker_secret_file.empty()) {
    return fail(errc::invalid_configuration, "--workers needs the secret of the workers",
                "Write what midas load --worker has printed into a file, and name it by "
                "--worker-secret-file");
  }
  const auto shared = read_worker_secret(arguments.worker_secret_file);
  if (!shared) {
    return unexpected{shared.error()};
  }
  const auto documents = run_on_workers({.workers = *std::move(workers),
                                         .shared = *shared,
                                         .version = program_version(),
                                         .arguments = options});
  if (!documents) {
    return unexpected{documents.error()};
  }
  return merge_documents(*documents);
}

expected<run_outcome> repeat(std::size_t times, const make_run& run) {
  std::vector<load_document> documents;
  run_outcome result;
  while (documents.size() < times) {
    auto outcome = run();
    if (!outcome) {
      return outcome;
    }
    if (result.exit_code == success) {
      result.exit_code = outcome->exit_code;
      result.problem = outcome->problem;
    }
    documents.push_back(std::move(outcome->document));
    if (documents.back().interrupted) {
      break;
    }
  }
  if (times == 1) {
    result.document = std::move(documents.front());
  } else {
    result.document = summarize_runs(std::move(documents));
  }
  return result;
}

}  // namespace midas::internal::tools
