// A call of gRPC that carries a token of midas. The server is in the same process, and answers with
// the authorization that it received.
//
// Try it with the simulated IMDS:
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_grpc
#include <midas/adapters/grpc.hpp>

#include <unistd.h>

#include <future>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <iostream>
#include <string>
#include <utility>

namespace {

grpc::ByteBuffer to_bytes(const std::string& text) {
  const grpc::Slice slice{text};
  return {&slice, 1};
}

// Answers one call with the scheme of its authorization, so that the token is not printed.
class answer final : public grpc::ServerGenericBidiReactor {
 public:
  explicit answer(const std::string& authorization)
      : reply_(to_bytes(authorization.substr(0, authorization.find(' ')) + " <redacted>")) {
    StartWriteAndFinish(&reply_, {}, grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer reply_;
};

class server_of_all_methods final : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    const auto found = context->client_metadata().find("authorization");
    return new answer{{found->second.data(), found->second.size()}};
  }
};

}  // namespace

int main() {
  const auto address = "unix-abstract:midas-example-" + std::to_string(getpid());
  server_of_all_methods service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::experimental::LocalServerCredentials(UDS));
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();

  // Every call on this channel carries a token. Other servers than this one are reached with
  // grpc::SslCredentials({}).
  const auto channel = grpc::CreateChannel(
      address,
      grpc::CompositeChannelCredentials(grpc::experimental::LocalCredentials(UDS),
                                        midas::grpc_call_credentials("https://vault.azure.net")));

  // A stub of generated code is used in the same way.
  grpc::GenericStub stub{channel};
  grpc::ClientContext context;
  const auto request = to_bytes("hello");
  grpc::ByteBuffer reply;
  std::promise<grpc::Status> status;
  stub.UnaryCall(&context, "/example.Service/Method", {}, &request, &reply,
                 [&status](grpc::Status outcome) { status.set_value(std::move(outcome)); });
  if (const auto outcome = status.get_future().get(); !outcome.ok()) {
    std::cerr << outcome.error_message() << '\n';
    return 1;
  }
  grpc::Slice text;
  if (reply.DumpToSingleSlice(&text).ok()) {
    std::cout << "the server received "
              << std::string{reinterpret_cast<const char*>(text.begin()), text.size()} << '\n';
  }
}
