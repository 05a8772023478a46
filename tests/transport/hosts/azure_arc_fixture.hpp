// Helpers that the tests of Azure Arc share.
#pragma once

#include "tests/support/catch.hpp"
#include "transport/hosts/azure_arc.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::test::arc {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

inline constexpr sys_seconds now{1'700'000'000s};
inline const std::string url = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
inline const std::string linux_directory = "/var/opt/azcmagent/tokens";
inline const std::string windows_directory = R"(C:\ProgramData\AzureConnectedMachineAgent\Tokens)";
inline const std::string key_path = linux_directory + "/5d0f.key";
inline const resolved_request vault{.resource = "https://vault.azure.net"};
inline const std::string guid = "11111111-aaaa-1111-1111-111111111111";

inline std::string header(const http_request& request, std::string_view name) {
  for (const auto& each : request.headers) {
    if (each.name == name) {
      return std::string{each.value};
    }
  }
  return {};
}

inline http_response response_of(int status, std::string_view body) {
  http_response response;
  response.status = status;
  response.body = body;
  return response;
}

inline http_response challenge(std::string_view value) {
  auto response = response_of(401, "");
  response.headers = {{"Server", "agent"}, {"www-authenticate", sensitive_string{value}}};
  return response;
}

// A key file, and a record of the paths that were read.
struct key_files {
  std::string content = "hush";
  std::vector<std::string> read{};

  credential_files as_files() {
    credential_files result;
    result.read_key = [this](const std::string& path, std::size_t) {
      read.push_back(path);
      return expected<sensitive_string>{sensitive_string{content}};
    };
    return result;
  }
};

inline void check_rejected(const error& problem) {
  CAPTURE(to_string(problem));
  CHECK(problem.code == errc::challenge_rejected);
  CHECK(problem.source == "Azure Arc");
  CHECK_FALSE(problem.advice.empty());
  CHECK(to_string(problem).find("hush") == std::string::npos);
}

}  // namespace midas::internal::test::arc
