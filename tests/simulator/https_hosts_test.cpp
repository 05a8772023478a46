// The TLS side of https hosts: connections and certificates.
#include "tests/simulator/support/curl_client.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include <midas/simulated_host.hpp>

#include <filesystem>
#include <string>
#include <thread>

using namespace midas;
using namespace midas::internal::test;
using namespace std::chrono_literals;

TEST_CASE("clients do not trust the certificate of an https host by default") {
  const simulated_host host(options_of(identity_host::service_fabric));
  const simulated_host other(options_of(identity_host::service_fabric));
  CHECK(host.certificate_thumbprint() != other.certificate_thumbprint());
  const auto url = host.endpoint() + "/stats";
  CHECK(curl_client(other.certificate_file()).ask(url).code == CURLE_PEER_FAILED_VERIFICATION);
  curl_client trusting(host.certificate_file());
  CHECK(trusting.ask(url).status == 200);
  CHECK(trusting.ask("https://localhost:" + std::to_string(host.port()) + "/stats").status == 200);
}

TEST_CASE("a TLS connection carries many requests") {
  const simulated_host host(options_of(identity_host::service_fabric));
  curl_client client(host.certificate_file());
  long connects = 0;
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.ask(host.endpoint() + "/elsewhere");
    CHECK(answer.status == 404);
    connects += answer.connects;
  }
  CHECK(connects == 1);
  CHECK(host.statistics().connections == 1);
  CHECK(host.statistics().requests == 20);
}

TEST_CASE("a TLS client that asks to close the connection gets its answer first") {
  const simulated_host host(options_of(identity_host::service_fabric));
  curl_client client(host.certificate_file());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(host.endpoint() + "/stats", {"Connection: close"});
    CHECK(answer.code == CURLE_OK);
    CHECK(answer.status == 200);
    CHECK(answer.connects == 1);
  }
}

TEST_CASE("plain text on an https port ends only that connection") {
  const simulated_host host(options_of(identity_host::service_fabric));
  raw_client plain(host.port());
  plain.send(get_request("/stats"));
  CHECK(plain.receive_rest().find("HTTP/1.1") == std::string::npos);
  CHECK(curl_client(host.certificate_file()).ask(host.endpoint() + "/stats").status == 200);
}

TEST_CASE("an incomplete TLS handshake ends with the idle timeout or with stop") {
  auto options = options_of(identity_host::service_fabric);
  options.idle_timeout = 100ms;
  const simulated_host host(options);
  CHECK(raw_client(host.port()).receive_rest().empty());
  simulated_host patient(options_of(identity_host::service_fabric));
  raw_client silent(patient.port());
  while (patient.statistics().open_connections != 1) {
    std::this_thread::yield();
  }
  patient.stop();
  CHECK(silent.receive_rest().empty());
}

TEST_CASE("the files of an https host are removed with it") {
  std::string file;
  {
    const simulated_host host(options_of(identity_host::service_fabric));
    file = host.certificate_file();
    CHECK(std::filesystem::exists(file));
  }
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(file).parent_path()));
}

TEST_CASE("a certificate is written to the given file unless that exists") {
  const simulated_host ground(options_of(identity_host::service_fabric));
  auto options = options_of(identity_host::service_fabric);
  options.certificate_file = ground.certificate_file() + ".new";
  {
    const simulated_host host(options);
    CHECK(host.certificate_file() == options.certificate_file);
    CHECK(file_text(options.certificate_file).starts_with("-----BEGIN CERTIFICATE-----"));
  }
  CHECK_FALSE(std::filesystem::exists(options.certificate_file));
  const auto before = file_text(ground.certificate_file());
  options.certificate_file = ground.certificate_file();
  CHECK(refusal_of(options).find("cannot write " + options.certificate_file) != std::string::npos);
  CHECK(file_text(ground.certificate_file()) == before);
}

TEST_CASE("an https host refuses the same addresses and ports as any host") {
  auto options = options_of(identity_host::service_fabric);
  for (const auto* address : {"", "localhost", "1.2.3"}) {
    options.address = address;
    CHECK(refusal_of(options).find("is not an IP address") != std::string::npos);
  }
  options.address = "0.0.0.0";
  CHECK(refusal_of(options).find("is not a loopback address") != std::string::npos);
  const simulated_host taken;
  options = options_of(identity_host::service_fabric);
  options.port = taken.port();
  CHECK(refusal_of(options).find("another program is listening there") != std::string::npos);
}
