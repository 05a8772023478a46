// The parts of the workers that need no socket.
#include "tools/load/workers/worker_message.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/tools/load/support/shared_secret.hpp"
#include "tools/load/load_arguments.hpp"
#include "tools/load/view_arguments.hpp"
#include "tools/load/workers/coordinator.hpp"
#include "tools/load/workers/message_seal.hpp"
#include "tools/load/workers/worker_arguments.hpp"
#include "tools/load/workers/worker_secret.hpp"

#include <CLI/CLI.hpp>

#include <sys/stat.h>

#include <fstream>
#include <set>

using namespace midas;
using namespace midas::internal::tools;
using Catch::Matchers::Contains;
using midas::internal::test::shared_secret;
using midas::internal::test::temporary_directory;

namespace {

const session_nonces nonces{"one", "other"};

struct load_command_line {
  CLI::App command{"", "load"};
  load_arguments load;
  view_arguments view;

  explicit load_command_line(std::vector<std::string> words = {}) {
    add_load_options(command, load);
    add_view_options(command, view);
    std::ranges::reverse(words);
    command.parse(words);
  }
};

}  // namespace

TEST_CASE("a proof of the workers' secret differs by secret, session and side") {
  const auto proof = proof_of(shared_secret, nonces, seal_side::worker);
  CHECK(proof.size() == 64);
  CHECK(proof == proof_of(shared_secret, nonces, seal_side::worker));
  CHECK(proof != proof_of(shared_secret, nonces, seal_side::coordinator));
  CHECK(proof != proof_of(shared_secret, {"one", "third"}, seal_side::worker));
  CHECK(proof != proof_of(shared_secret, {"third", "other"}, seal_side::worker));
  CHECK(proof != proof_of(secret{std::string_view{"another"}}, nonces, seal_side::worker));
  CHECK(proof.find("secret") == std::string::npos);
  CHECK(random_nonce() != random_nonce());
  CHECK(equal_in_constant_time(proof, proof));
  CHECK_FALSE(equal_in_constant_time(proof, proof.substr(1)));
  CHECK_FALSE(equal_in_constant_time("ab", "ac"));
}

TEST_CASE("a sealed message is opened once, in its order, by the other side") {
  message_seal coordinator{shared_secret, nonces, seal_side::coordinator};
  message_seal worker{shared_secret, nonces, seal_side::worker};
  const auto first = coordinator.seal("first");
  const auto second = coordinator.seal("second");
  CHECK_FALSE(worker.open(second).has_value());
  CHECK(worker.open(first) == "first");
  CHECK_FALSE(worker.open(first).has_value());
  CHECK(worker.open(second) == "second");
  // Not by the side that sealed it, not in another session, and not with another content.
  CHECK_FALSE(coordinator.open(coordinator.seal("x")).has_value());
  message_seal stranger{shared_secret, {"one", "third"}, seal_side::worker};
  CHECK_FALSE(stranger.open(first).has_value());
  message_seal fresh{shared_secret, nonces, seal_side::worker};
  CHECK_FALSE(fresh.open(first + "x").has_value());
  CHECK_FALSE(fresh.open("").has_value());
  CHECK_FALSE(fresh.open(std::string(64, '0')).has_value());
}

TEST_CASE("messages of workers are read as they were written") {
  const worker_message message{.kind = message_kind::prepare,
                               .version = "0.1.0",
                               .nonce = "n",
                               .text = "line\nbreak \"quoted\"",
                               .arguments = {"--as=actors", "--once"}};
  const auto line = to_line(message);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(read_message(line) == message);
  CHECK(read_message(R"({"kind":"alive"})") == worker_message{});
  for (const auto* wrong :
       {"", "{}", "[]", R"({"kind":"other"})", R"({"kind":1})", R"({"kind":"proof","text":1})",
        R"({"kind":"prepare","arguments":"x"})", R"({"kind":"prepare","arguments":[1]})"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_message(wrong).has_value());
  }
  CHECK_FALSE(read_message(std::string(100'000, '[')).has_value());
}

TEST_CASE("a worker accepts only options that touch no file") {
  const auto accepts = [](const std::string& argument) {
    return check_worker_arguments(std::vector{argument}).has_value();
  };
  CHECK(accepts("--as=threads"));
  CHECK(accepts("--once"));
  CHECK(accepts("--resource=--csv"));
  for (const auto* each :
       {"--csv=/tmp/x", "--hdr=x", "--report=x", "--faults=/etc/shadow", "--worker", "--workers=x",
        "--compare=a", "--verbose", "--json", "token", "-h", "", "--", "--as x", "--cs=x"}) {
    CAPTURE(each);
    CHECK_FALSE(accepts(each));
  }
}

TEST_CASE("every option of midas load is either for workers or not, on purpose") {
  // An option that is new has to be added to one of both lists.
  const std::set<std::string> not_for_workers{"help",
                                              "json",
                                              "series-histograms",
                                              "verbose",
                                              "csv",
                                              "hdr",
                                              "report",
                                              "faults",
                                              "repeat",
                                              "compare",
                                              "threshold",
                                              "worker",
                                              "workers",
                                              "worker-secret-file",
                                              "allow-non-loopback"};
  const load_command_line line;
  std::set<std::string> names;
  const std::function<void(const CLI::App&)> collect = [&](const CLI::App& command) {
    for (const auto* option : command.get_options()) {
      names.insert(option->get_lnames().front());
    }
    for (const auto* group : command.get_subcommands({})) {
      collect(*group);
    }
  };
  collect(line.command);
  CHECK(names.size() > 30);
  for (const auto& name : names) {
    CAPTURE(name);
    CHECK(is_worker_option(name) != not_for_workers.contains(name));
  }
}

TEST_CASE("workers get the options that were set, and no others") {
  const load_command_line line{{"--as", "threads", "--once", "--client-id", "x", "--json",
                                "--threshold", "p99<5ms", "--workers", "127.0.0.1:1"}};
  auto arguments = worker_arguments_of(line.command).value();
  std::ranges::sort(arguments);
  CHECK(arguments == std::vector<std::string>{"--as=threads", "--client-id=x", "--once"});
  CHECK(check_worker_arguments(arguments));
  const load_command_line files{{"--faults", "a.json"}};
  CHECK_THAT(worker_arguments_of(files.command).error().message, Contains("\"--faults\""));
}

TEST_CASE("the addresses of workers are parsed") {
  const auto workers = parse_workers("127.0.0.1:7000,[::1]:7001").value();
  REQUIRE(workers.size() == 2);
  CHECK(workers[1].port == 7001);
  CHECK_THAT(parse_workers("127.0.0.1:1,host:2").error().message, Contains("\"host:2\""));
  for (const auto* wrong : {"", "127.0.0.1:1,", "127.0.0.1:0", "127.0.0.1", "unix:/x",
                            "127.0.0.1:1,127.0.0.1:1", ",127.0.0.1:1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_workers(wrong));
  }
  std::string many = "127.0.0.1:1";
  for (int port = 2; port < 70; ++port) {
    many += ",127.0.0.1:" + std::to_string(port);
  }
  CHECK_THAT(parse_workers(many).error().message, Contains("more than 64"));
}

TEST_CASE("the workers' secret is read from a file of its own") {
  const temporary_directory files;
  const auto path = files.path() + "/secret";
  const auto problem_of = [&](const std::string& content, mode_t mode = 0600) {
    std::ofstream{path} << content;
    CHECK(::chmod(path.c_str(), mode) == 0);
    const auto read = read_worker_secret(path);
    return read ? std::string{"none"} : read.error().message;
  };
  CHECK_THAT(read_worker_secret(path).error().message, Contains("cannot be opened"));
  CHECK(problem_of(" 0123456789abcdef\n") == "none");
  CHECK(read_worker_secret(path)->reveal() == "0123456789abcdef");
  CHECK_THAT(problem_of("0123456789abcdef", 0640), Contains("can be used by others"));
  CHECK_THAT(problem_of("short"), Contains("16 to 1,024"));
  CHECK_THAT(problem_of("two lines of\nsome length"), Contains("16 to 1,024"));
  CHECK_THAT(problem_of(std::string(1'100, 'x')), Contains("16 to 1,024"));
  CHECK_THAT(read_worker_secret(files.path()).error().message, Contains("not a regular file"));
  CHECK(random_worker_secret().size() == 64);
}
