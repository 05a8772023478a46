// Clients of Azure Storage, with tokens of a simulated IMDS and a storage service on loopback.
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/support/tls_server.hpp"
#include <midas/adapters/azure_core.hpp>
#include <midas/simulated_host.hpp>

#include <atomic>
#include <azure/core/http/curl_transport.hpp>
#include <azure/storage/blobs.hpp>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace midas::internal::test {
namespace {

using namespace std::chrono_literals;
namespace blobs = Azure::Storage::Blobs;

// The answer to every listing.
const std::string listing =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs><Blob><Name>hello.txt"
    "</Name><Properties><Creation-Time>Sat, 28 Nov 2026 12:00:00 GMT</Creation-Time><Last-Modified>"
    "Sat, 28 Nov 2026 12:00:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>5"
    "</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob></Blobs><NextMarker/>"
    "</EnumerationResults>";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++result;
  }
  return result;
}

// A simulated IMDS that the environment names.
class imds_of_the_process {
 public:
  imds_of_the_process() {
    setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", host_.endpoint().c_str(), 1);
  }
  imds_of_the_process(const imds_of_the_process&) = delete;
  imds_of_the_process& operator=(const imds_of_the_process&) = delete;
  ~imds_of_the_process() { setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1); }
  [[nodiscard]] std::uint64_t token_requests() const { return host_.statistics().token_requests; }

 private:
  static simulated_host_options as_slow_as_imds() {
    simulated_host_options options;
    options.latency = 50ms;
    return options;
  }

  const simulated_host host_{as_slow_as_imds()};
};

TEST_CASE("a thousand clients of Azure Storage, made at once, cause one request for a token") {
  const imds_of_the_process imds;
  const tls_server service{{.body = listing, .named = true}};
  Azure::Core::Http::CurlTransportOptions trusting;
  trusting.SslOptions.PemEncodedExpectedRootCertificates = service.certificate();
  blobs::BlobClientOptions options;
  options.Transport.Transport = std::make_shared<Azure::Core::Http::CurlTransport>(trusting);
  constexpr std::size_t threads = 50;
  constexpr std::size_t clients_of_a_thread = 20;
  std::latch start{threads};
  std::atomic<std::size_t> listed = 0;
  {
    std::vector<std::jthread> users;
    for (std::size_t i = 0; i < threads; ++i) {
      users.emplace_back([&] {
        std::vector<blobs::BlobContainerClient> clients;
        start.arrive_and_wait();
        for (std::size_t each = 0; each < clients_of_a_thread; ++each) {
          clients.emplace_back(service.url() + "/account/container",
                               std::make_shared<azure_credential>(), options);
        }
        for (auto& client : clients) {
          for (auto page = client.ListBlobs(); page.HasPage(); page.MoveToNextPage()) {
            listed += page.Blobs.size();
          }
        }
      });
    }
  }
  CHECK(listed == threads * clients_of_a_thread);
  CHECK(imds.token_requests() == 1);
  const auto token = token_service::shared().try_get({.resource = "https://storage.azure.com"});
  REQUIRE(token);
  CHECK(count(service.received(), std::string{token->authorization_header().reveal()}) == listed);
}

TEST_CASE("the example for Azure Storage lists blobs") {
  const imds_of_the_process imds;
  const tls_server service{{.body = listing, .named = true}};
  const temporary_file authority{service.certificate()};
  const auto result =
      run_program(MIDAS_EXAMPLE, {service.url() + "/account/container", authority.path()});
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  CHECK(result.output == "hello.txt\n");
  CHECK(imds.token_requests() == 1);
}

}  // namespace
}  // namespace midas::internal::test
