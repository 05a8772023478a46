// token_service_options::log and MIDAS_LOG.
#include "service/event_log.hpp"

#include "tests/service/scripted_service.hpp"
#include "tests/support/captured_stderr.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_file.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

class lines {
 public:
  void add(event_severity severity, std::string_view line) {
    const std::lock_guard lock{mutex_};
    all_.push_back(std::string{to_string(severity)}.append(" ").append(line));
  }

  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }

  // The first words: severity and event.
  [[nodiscard]] std::vector<std::string> names() const {
    auto result = all();
    for (auto& line : result) {
      line.resize(std::min(line.find(' ', line.find(' ') + 1), line.size()));
    }
    return result;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

token_service_options logged_by(const std::shared_ptr<lines>& log) {
  auto options = options_for("http://127.0.0.1:9");
  options.log = [log](event_severity severity, std::string_view line) { log->add(severity, line); };
  return options;
}

constexpr auto granted = R"({"access_token":"T","expires_in":"86400"})";

// Gets a token, and ends the service.
void use(const token_service_options& options) {
  const auto transport = std::make_shared<scripted_transport>();
  auto tokens = make_token_service(options, transport);
  outcomes results;
  tokens.get_async(vault, patience, [&results](auto outcome) { results.add(std::move(outcome)); });
  while (transport->started() == 0) {
    std::this_thread::yield();
  }
  transport->respond(0, 200, granted);
  REQUIRE(results.wait_for(1).front());
}

std::vector<environment_variable> environment_with(const std::string& level) {
  return {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9"}, {"MIDAS_LOG", level}};
}

}  // namespace

TEST_CASE("the log gets each event as a line, the host first") {
  const auto log = std::make_shared<lines>();
  use(logged_by(log));
  CHECK(log->names() == std::vector<std::string>{"info host_chosen", "debug acquisition_started",
                                                 "debug exchange_finished",
                                                 "info acquisition_succeeded",
                                                 "debug refresh_scheduled"});
  CHECK_THAT(log->all().front(),
             StartsWith("info host_chosen host=imds "
                        "address=http://127.0.0.1:9/metadata/identity/oauth2/token reason="));
  CHECK_THAT(log->all().at(2), Contains(" host=127.0.0.1:9 path=/metadata/identity/oauth2/token "
                                        "attempt=1 status=200 "));
}

TEST_CASE("the log names the identity that the host chooses, where that is not the machine's") {
  const auto log = std::make_shared<lines>();
  auto options = logged_by(log);
  options.endpoint.clear();
  options.environment = std::vector<environment_variable>{{"MSI_ENDPOINT", "http://127.0.0.1:9/t"}};
  const auto transport = std::make_shared<scripted_transport>();
  auto tokens = make_token_service(options, transport);
  outcomes results;
  tokens.get_async({.resource = "https://vault.azure.net"}, patience,
                   [&results](auto outcome) { results.add(std::move(outcome)); });
  while (transport->started() == 0) {
    std::this_thread::yield();
  }
  transport->respond(0, 400, R"({"error":{"code":"bad","message":"x identity=system-assigned"}})");
  CHECK_FALSE(results.wait_for(1).front());
  std::size_t named = 0;
  for (const auto& line : log->all()) {
    CHECK_THAT(line, !Contains("azure.net identity=system-assigned"));
    named += line.find(" identity=\"the signed-in user\"") != std::string::npos ? 1U : 0U;
  }
  CHECK(named >= 2);
  CHECK_THAT(log->all().back(), Contains("x identity=system-assigned"));
}

TEST_CASE("the log names the client that the host's variable names") {
  const temporary_file federated_token{"a.b.c"};
  const std::string client = "6a5e3c1b-0000-1111-2222-333344445555";
  const std::string variable = GENERATE("AZURE_CLIENT_ID", "DEFAULT_IDENTITY_CLIENT_ID");
  std::vector<environment_variable> environment{{variable, client}};
  if (variable == "AZURE_CLIENT_ID") {
    environment.push_back({"AZURE_TENANT_ID", "contoso"});
    environment.push_back({"AZURE_FEDERATED_TOKEN_FILE", federated_token.path()});
  } else {
    environment.push_back({"MSI_ENDPOINT", "http://127.0.0.1:9/msi/token"});
    environment.push_back({"MSI_SECRET", "hidden"});
  }
  const auto log = std::make_shared<lines>();
  auto options = logged_by(log);
  options.endpoint.clear();
  options.environment = environment;
  const auto transport = std::make_shared<scripted_transport>();
  auto tokens = make_token_service(options, transport);
  // The log of a request for that identity, which the host refuses.
  auto logged_for = [&, asked = std::size_t{0}](managed_identity identity) mutable {
    const auto begin = static_cast<std::ptrdiff_t>(log->all().size());
    outcomes results;
    tokens.get_async(
        {.identity = std::move(identity), .resource = "https://resource-" + std::to_string(asked)},
        patience, [&results](auto outcome) { results.add(std::move(outcome)); });
    while (transport->started() == asked) {
      std::this_thread::yield();
    }
    transport->respond(asked++, 400, R"({"error":"invalid_request","error_description":"no"})");
    CHECK_FALSE(results.wait_for(1).front());
    std::string text;
    for (const auto& line : log->all() | std::views::drop(begin)) {
      text += line + "\n";
    }
    return text;
  };
  const auto shown = "identity=\"client id " + client + "\"";
  for (const auto& identity : {managed_identity{}, managed_identity::system_assigned()}) {
    const auto text = logged_for(identity);
    CHECK_THAT(text, Contains("acquisition_started") && Contains("exchange_finished") &&
                         Contains("acquisition_failed") && Contains(shown));
    CHECK_THAT(text, Contains("for client id " + client + ", named by " + variable));
    CHECK_THAT(text, !Contains("system-assigned"));
  }
  CHECK_THAT(logged_for(managed_identity::client_id("other")),
             Contains("identity=\"client id other\""));
}

TEST_CASE("the log gets no events beyond its level") {
  const auto log = std::make_shared<lines>();
  auto options = logged_by(log);
  options.log_level = event_severity::info;
  use(options);
  CHECK(log->names() == std::vector<std::string>{"info host_chosen", "info acquisition_succeeded"});
}

TEST_CASE("the log says that no host can be asked") {
  const auto log = std::make_shared<lines>();
  auto options = logged_by(log);
  options.endpoint = "http://public.example";
  const auto tokens = make_token_service(options, std::make_shared<scripted_transport>());
  REQUIRE(log->all().size() == 1);
  CHECK_THAT(log->all().front(), StartsWith("error host_unusable error=endpoint_not_allowed "));
}

TEST_CASE("an observer learns of the host before its first other event") {
  scripted_service host;
  std::mutex mutex;
  std::vector<token_event> received;
  const auto subscription = host.tokens.observe([&](const token_event& event) {
    const std::lock_guard lock{mutex};
    received.push_back(event);
  });
  outcomes results;
  host.tokens.get_async(vault, patience,
                        [&results](auto outcome) { results.add(std::move(outcome)); });
  host.grant(0);
  results.wait_for(1);
  const std::lock_guard lock{mutex};
  REQUIRE(received.size() >= 2);
  REQUIRE(std::holds_alternative<host_chosen>(received[0]));
  CHECK(std::get<host_chosen>(received[0]).host == identity_host::imds);
  CHECK(std::holds_alternative<acquisition_started>(received[1]));
}

TEST_CASE("a log that throws loses only that line, and affects no other observer") {
  const auto log = std::make_shared<lines>();
  auto options = logged_by(log);
  options.log = [log](event_severity severity, std::string_view line) {
    log->add(severity, line);
    throw std::runtime_error{"the disk is full"};
  };
  use(options);
  CHECK(log->names().size() == 5);
}

TEST_CASE("after the service has shut down, the log is not called, and has been destroyed") {
  auto log = std::make_shared<lines>();
  auto tokens = make_token_service(logged_by(log), std::make_shared<scripted_transport>());
  outcomes results;
  for (int i = 0; i < 100; ++i) {
    tokens.get_async({.resource = "https://resource-" + std::to_string(i)}, patience,
                     [&results](auto outcome) { results.add(std::move(outcome)); });
  }
  const auto handle = tokens.for_resource("https://vault.azure.net");
  tokens.shutdown();
  const auto count = log->all().size();
  // The handle keeps parts of the service alive.
  CHECK(log.use_count() == 1);
  CHECK_FALSE(tokens.get(vault, 1s));
  CHECK(log->all().size() == count);
}

TEST_CASE("a level of the log has a name, in any case of letters") {
  CHECK(read_severity("error") == event_severity::error);
  CHECK(read_severity("Info") == event_severity::info);
  CHECK(read_severity("DEBUG") == event_severity::debug);
  for (const auto* other : {"", "trace", "debug,", "2", "errors"}) {
    CAPTURE(other);
    CHECK_FALSE(read_severity(other));
  }
}

TEST_CASE("MIDAS_LOG in the environment of the service turns the log on standard error on") {
  std::string written;
  auto options = options_for("");
  SECTION("all events") {
    options.environment = environment_with("debug");
    {
      captured_stderr captured;
      use(options);
      written = captured.read();
    }
    CHECK_THAT(written, Contains("Z midas info host_chosen host=imds "));
    CHECK_THAT(written, Contains("Z midas debug exchange_finished resource="));
  }
  SECTION("some events") {
    options.environment = environment_with(" info\n");
    {
      captured_stderr captured;
      use(options);
      written = captured.read();
    }
    CHECK_THAT(written, Contains(" midas info acquisition_succeeded "));
    CHECK_THAT(written, !Contains("debug"));
  }
  SECTION("an empty value does not") {
    options.environment = environment_with("");
    {
      captured_stderr captured;
      use(options);
      written = captured.read();
    }
    CHECK(written.empty());
  }
  SECTION("an unknown value is remarked on") {
    options.environment = environment_with("lo\x1bud");
    {
      captured_stderr captured;
      use(options);
      written = captured.read();
    }
    CHECK(written ==
          "midas: MIDAS_LOG is \"lo?ud\", not error, warning, info or debug; nothing is logged\n");
  }
  SECTION("but not if the application has a log of its own") {
    const auto log = std::make_shared<lines>();
    options.log = logged_by(log).log;
    options.environment = environment_with("debug");
    {
      captured_stderr captured;
      use(options);
      written = captured.read();
    }
    CHECK(written.empty());
    CHECK(log->all().size() == 5);
  }
}
