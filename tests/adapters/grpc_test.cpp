// Calls with midas's credentials to a server of gRPC, on a channel that counts as secure.
#include "tests/support/catch.hpp"
#include <midas/adapters/grpc.hpp>
#include <midas/simulated_host.hpp>
#include <midas/token_service.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <future>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {
namespace {

using namespace std::chrono_literals;

const std::string vault = "https://vault.azure.net";

grpc::ByteBuffer bytes_of(const std::string& text) {
  const grpc::Slice slice{text};
  return {&slice, 1};
}

std::string text_of(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  REQUIRE(bytes.DumpToSingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// Answers each call with its authorization.
class authorization_server final : public grpc::CallbackGenericService {
 public:
  authorization_server() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address_, grpc::experimental::LocalServerCredentials(UDS));
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  authorization_server(const authorization_server&) = delete;
  authorization_server& operator=(const authorization_server&) = delete;
  ~authorization_server() override { server_->Shutdown(); }

  [[nodiscard]] std::shared_ptr<grpc::Channel> channel(
      const std::shared_ptr<grpc::CallCredentials>& credentials) const {
    return grpc::CreateChannel(
        address_,
        grpc::CompositeChannelCredentials(grpc::experimental::LocalCredentials(UDS), credentials));
  }

 private:
  class answer final : public grpc::ServerGenericBidiReactor {
   public:
    explicit answer(const std::string& text) : reply_(bytes_of(text)) {
      StartWriteAndFinish(&reply_, {}, grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    grpc::ByteBuffer reply_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    const auto [first, last] = context->client_metadata().equal_range("authorization");
    return new answer{std::distance(first, last) == 1
                          ? std::string{first->second.data(), first->second.size()}
                          : "not one authorization"};
  }

  const std::string address_ = "unix-abstract:midas-grpc-test-" + std::to_string(getpid());
  std::unique_ptr<grpc::Server> server_;
};

// A call in progress.
class call {
 public:
  call(const std::shared_ptr<grpc::Channel>& channel, std::chrono::milliseconds timeout)
      : stub_(channel) {
    context_.set_deadline(std::chrono::system_clock::now() + timeout);
    stub_.UnaryCall(&context_, "/any.Service/Method", {}, &request_, &reply_,
                    [this](grpc::Status status) { done_.set_value(std::move(status)); });
  }

  grpc::Status wait() { return done_.get_future().get(); }
  [[nodiscard]] std::string reply() const { return text_of(reply_); }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  const grpc::ByteBuffer request_ = bytes_of("hello");
  grpc::ByteBuffer reply_;
  std::promise<grpc::Status> done_;
};

TEST_CASE("all calls of gRPC carry the token of one request") {
  simulated_host_options options;
  options.latency = 50ms;
  const simulated_host host{options};
  token_service tokens{{.endpoint = host.endpoint()}};
  const authorization_server server;
  const std::array channels{server.channel(grpc_call_credentials(vault, {.service = &tokens})),
                            server.channel(grpc_call_credentials(vault, {.service = &tokens}))};
  std::deque<call> calls;
  for (std::size_t i = 0; i < 40; ++i) {
    calls.emplace_back(channels[i % channels.size()], 60s);
  }
  for (auto& each : calls) {
    const auto status = each.wait();
    CAPTURE(status.error_message());
    REQUIRE(status.ok());
  }
  const auto token = tokens.try_get({.resource = vault});
  REQUIRE(token);
  for (const auto& each : calls) {
    CHECK(each.reply() == token->authorization_header().reveal());
  }
  CHECK(host.statistics().token_requests == 1);
}

TEST_CASE("a call of gRPC that gets no token says why") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  const authorization_server server;
  const auto stranger = managed_identity::client_id("00000000-0000-0000-0000-000000000001");
  call refused{
      server.channel(grpc_call_credentials(vault, {.identity = stranger, .service = &tokens})),
      60s};
  const auto status = refused.wait();
  CHECK_FALSE(status.ok());
  CHECK_THAT(status.error_message(), Catch::Matchers::Contains("midas: identity_not_found: ") &&
                                         Catch::Matchers::Contains(stranger.id()));
}

TEST_CASE("a call of gRPC ends at its own deadline, while the host is silent") {
  simulated_host_options options;
  options.fault_rules = R"({"rules": [{"action": {"hang": true}}]})";
  const simulated_host host{options};
  const authorization_server server;
  const auto start = std::chrono::steady_clock::now();
  {
    // Its thread still waits for the token when the service ends.
    token_service tokens{{.endpoint = host.endpoint()}};
    call late{server.channel(grpc_call_credentials(vault, {.service = &tokens})), 100ms};
    CHECK(late.wait().error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  CHECK(std::chrono::steady_clock::now() - start < 20s);
}

TEST_CASE("a call of gRPC without a deadline ends at the timeout of its credentials") {
  simulated_host_options options;
  options.fault_rules = R"({"rules": [{"action": {"hang": true}}]})";
  const simulated_host host{options};
  token_service tokens{{.endpoint = host.endpoint()}};
  const authorization_server server;
  call late{server.channel(grpc_call_credentials(vault, {.service = &tokens, .timeout = 100ms})),
            60s};
  CHECK_THAT(late.wait().error_message(), Catch::Matchers::Contains("midas: deadline_exceeded: "));
}

TEST_CASE("the status for gRPC says whether the call may succeed later") {
  const auto code_for = [](errc code) {
    error failure;
    failure.code = code;
    failure.message = "no token";
    const auto status = to_grpc_status(failure);
    CHECK(status.error_message() == "midas: " + to_string(failure));
    return status.error_code();
  };
  CHECK(code_for(errc::unreachable) == grpc::StatusCode::UNAVAILABLE);
  CHECK(code_for(errc::throttled) == grpc::StatusCode::UNAVAILABLE);
  CHECK(code_for(errc::host_busy) == grpc::StatusCode::UNAVAILABLE);
  CHECK(code_for(errc::deadline_exceeded) == grpc::StatusCode::DEADLINE_EXCEEDED);
  CHECK(code_for(errc::cancelled) == grpc::StatusCode::CANCELLED);
  CHECK(code_for(errc::shutting_down) == grpc::StatusCode::CANCELLED);
  CHECK(code_for(errc::identity_not_found) == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(code_for(errc::invalid_resource) == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(code_for(errc::not_an_azure_host) == grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace midas::internal::test
