#include "tools/load/view_arguments.hpp"

#include "tools/command.hpp"

#include <CLI/CLI.hpp>

namespace midas::internal::tools {

void add_view_options(CLI::App& command, view_arguments& arguments) {
  command
      .add_option("--report", arguments.report_file,
                  "Write a page with charts: one HTML file that needs no network")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("FILE");
  command
      .add_option("--repeat", arguments.repeat,
                  "Run so many times, each with a new service; shows the median run and the spread")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  auto* compare = command
                      .add_option("--compare", arguments.compare,
                                  "Compare two results of --json instead of running; exit code 5\n"
                                  "if the second is worse by more than the spread")
                      ->expected(2)
                      ->check(refuse_empty)
                      ->check(refuse_option)
                      ->type_name("FILE");
  auto* worker = command
                     .add_option("--worker", arguments.worker,
                                 "Run for a coordinator on another machine, and listen at this\n"
                                 "address for it [127.0.0.1 and a free port]")
                     ->expected(0, 1)
                     ->type_name("ADDRESS:PORT")
                     ->excludes(compare);
  command
      .add_option("--workers", arguments.workers,
                  "Run on all of these workers at the same time, and show the sum:\n"
                  "ADDRESS:PORT,ADDRESS:PORT...")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("LIST")
      ->excludes(compare)
      ->excludes(worker);
  command
      .add_option("--worker-secret-file", arguments.worker_secret_file,
                  "A file with the secret that a worker and its coordinator share [--worker\n"
                  "without it prints a random one]")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("FILE");
  command.add_flag("--allow-non-loopback", arguments.allow_non_loopback,
                   "Allow --worker to listen at addresses that other machines can reach, and\n"
                   "--workers on other machines");
}

}  // namespace midas::internal::tools
