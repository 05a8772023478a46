// GetToken() with a cached token: midas::azure_credential, the ManagedIdentityCredential of
// azure-identity, and the copy of a token alone, which every credential must make. On one thread,
// in rounds that alternate; processor time, so that other programs do not matter much.
//
//   midas_bench_azure_core
//
// docs/adapters/azure_core.md has the figures.
#include <midas/adapters/azure_core.hpp>
#include <midas/simulated_host.hpp>

#include <fmt/format.h>

#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <azure/core/context.hpp>
#include <azure/core/credentials/credentials.hpp>
#include <azure/identity/managed_identity_credential.hpp>
#include <cstddef>
#include <vector>

namespace {

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

template <class GetToken>
double calls_per_second(const GetToken& get_token) {
  constexpr int calls = 200'000;
  const auto began = processor_seconds();
  for (int call = 0; call < calls; ++call) {
    const Azure::Core::Credentials::AccessToken token = get_token();
    // Keeps the compiler from leaving out the copy of the token.
    asm volatile("" : : "r"(token.Token.data()) : "memory");
  }
  return calls / (processor_seconds() - began);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

int main() {
  const midas::simulated_host host;
  ::setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", host.endpoint().c_str(), 1);
  const midas::azure_credential ours;
  const Azure::Identity::ManagedIdentityCredential theirs;
  Azure::Core::Credentials::TokenRequestContext wanted;
  wanted.Scopes = {"https://storage.azure.com/.default"};
  const Azure::Core::Context context;
  const auto copied = ours.GetToken(wanted, context);
  std::vector<double> of_ours;
  std::vector<double> of_theirs;
  std::vector<double> of_copies;
  std::vector<double> ratios;
  for (int round = 0; round < 21; ++round) {
    of_ours.push_back(calls_per_second([&] { return ours.GetToken(wanted, context); }));
    of_theirs.push_back(calls_per_second([&] { return theirs.GetToken(wanted, context); }));
    of_copies.push_back(calls_per_second([&] { return copied; }));
    ratios.push_back(of_ours.back() / of_theirs.back());
  }
  const auto print = [](const char* name, const std::vector<double>& values) {
    fmt::print("{:26}{:6.2f} million per second\n", name, median(values) / 1e6);
  };
  print("midas::azure_credential", of_ours);
  print("ManagedIdentityCredential", of_theirs);
  print("a copy of the token", of_copies);
  fmt::print("midas is {:.2f} times as fast ({:.2f} to {:.2f})\n", median(ratios),
             std::ranges::min(ratios), std::ranges::max(ratios));
}
