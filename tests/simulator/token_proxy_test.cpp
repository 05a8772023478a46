// The token proxy of AKS identity bindings: its server name, and its certificate authority.
#include "simulator/hosts/simulated_workload_identity.hpp"
#include "tests/simulator/support/curl_client.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include <midas/simulated_host.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace midas;
using namespace midas::internal::test;

namespace {

simulated_host_options token_proxy() {
  simulated_host_options options;
  options.host = identity_host::workload_identity;
  options.identity_binding = true;
  return options;
}

// Asks for the name at the host's address.
curl_answer ask_by_name(curl_client& client, const simulated_host& host, const std::string& name) {
  client.connect_to("::127.0.0.1:" + std::to_string(host.port()));
  return client.ask("https://" + name + "/stats");
}

// All authorities have the same name, as those of a cluster do. OpenSSL therefore finds that the
// signature is wrong, which libcurl reports as a failed handshake.
bool is_distrust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR;
}

const std::string name{internal::simulator::token_proxy_name};

}  // namespace

TEST_CASE("the variables of a pod with an identity binding lead to the token proxy") {
  const simulated_host host(token_proxy());
  std::map<std::string, std::string> variables;
  for (const auto& each : host.environment()) {
    variables[each.name] = each.value;
  }
  CHECK(variables["AZURE_KUBERNETES_TOKEN_PROXY"] == host.endpoint());
  CHECK(variables["AZURE_KUBERNETES_SNI_NAME"] == name);
  CHECK(variables["AZURE_KUBERNETES_CA_FILE"] == host.certificate_file());
  CHECK(variables.count("AZURE_KUBERNETES_CA_DATA") == 0);
  CHECK(variables.count("AZURE_FEDERATED_TOKEN_FILE") == 1);
  CHECK(variables["AZURE_AUTHORITY_HOST"] == host.endpoint() + "/");
  CHECK(host.certificate_thumbprint().empty());
}

TEST_CASE("the token proxy answers only clients that ask for its name") {
  const simulated_host host(token_proxy());
  curl_client client(host.certificate_file());
  CHECK(ask_by_name(client, host, name).status == 200);
  CHECK(ask_by_name(client, host, "TOKEN-PROXY.simulated-cluster.invalid").status == 200);
  CHECK(ask_by_name(client, host, "other.invalid").code == CURLE_SSL_CONNECT_ERROR);
  // An address is not a name to ask for.
  CHECK(curl_client(host.certificate_file()).ask(host.endpoint() + "/stats").code ==
        CURLE_SSL_CONNECT_ERROR);
}

TEST_CASE("an authority of the simulator signs the certificate of the token proxy") {
  const simulated_host host(token_proxy());
  curl_client client(host.certificate_file());
  const auto answer = ask_by_name(client, host, name);
  CHECK(answer.status == 200);
  CHECK(answer.certificate != file_text(host.certificate_file()));
  const simulated_host other(token_proxy());
  curl_client distrustful(other.certificate_file());
  CHECK(is_distrust(ask_by_name(distrustful, host, name).code));
}

TEST_CASE("the authority of the token proxy is replaced while the proxy serves") {
  simulated_host host(token_proxy());
  const auto before = file_text(host.certificate_file());
  const auto old_file = host.certificate_file() + ".old";
  std::ofstream{old_file} << before;
  curl_client old_client(host.certificate_file());
  CHECK(ask_by_name(old_client, host, name).status == 200);
  host.rotate_authority();
  CHECK(file_text(host.certificate_file()) != before);
  // An open connection stays open.
  CHECK(ask_by_name(old_client, host, name).status == 200);
  curl_client trusting_old(old_file);
  CHECK(is_distrust(ask_by_name(trusting_old, host, name).code));
  curl_client trusting_new(host.certificate_file());
  CHECK(ask_by_name(trusting_new, host, name).status == 200);
  std::filesystem::remove(old_file);
}

TEST_CASE("the file of the replaced authority is removed with the host") {
  std::string file;
  {
    simulated_host host(token_proxy());
    host.rotate_authority();
    file = host.certificate_file();
  }
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(file).parent_path()));
}

TEST_CASE("only workload identity over https is a token proxy") {
  auto options = token_proxy();
  options.plain_http = true;
  CHECK(refusal_of(options).find("identity_binding") != std::string::npos);
  options = token_proxy();
  options.host = identity_host::imds;
  CHECK(refusal_of(options).find("identity_binding") != std::string::npos);
  options.identity_binding = false;
  simulated_host host(options);
  host.rotate_authority();
  CHECK(host.certificate_file().empty());
}
