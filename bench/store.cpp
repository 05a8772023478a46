// The cost of a token store with 1,000 tokens in its file, without the time that fsync takes, which
// is the disk's.
#include "bench/bench_report.hpp"
#include <midas/file_token_store.hpp>

#include <fmt/format.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace midas::internal::bench;
using std::chrono::steady_clock;

steady_clock::duration time_in_fsync{};

}  // namespace

// Takes the place of the C library's in this program.
extern "C" __attribute__((visibility("default"))) int fsync(int file) {
  const auto begin = steady_clock::now();
  const auto result = static_cast<int>(::syscall(SYS_fsync, file));
  time_in_fsync += steady_clock::now() - begin;
  return result;
}

namespace {

constexpr int token_count = 1'000;
// As long as Azure's usually are.
constexpr std::size_t token_size = 1'800;

std::vector<midas::stored_token> make_tokens() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::vector<midas::stored_token> result;
  for (int i = 0; i < token_count; ++i) {
    midas::stored_token token;
    token.identity = midas::managed_identity::system_assigned();
    token.grant.token = midas::secret{std::string(token_size, 'a') + std::to_string(i)};
    token.grant.resource = fmt::format("https://vault-{}.vault.azure.net", i);
    token.grant.expires_on = now + std::chrono::hours{8};
    token.cached_at = now;
    token.endpoint = "http://169.254.169.254";
    result.push_back(std::move(token));
  }
  return result;
}

// The median of several runs, without fsync, and without the end of what the operation returns.
template <class Operation>
double median_ms(int rounds, Operation operation) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    time_in_fsync = {};
    const auto begin = steady_clock::now();
    const auto kept = operation(round);
    const std::chrono::duration<double, std::milli> time =
        steady_clock::now() - begin - time_in_fsync;
    times.push_back(time.count());
  }
  std::ranges::nth_element(times, times.begin() + rounds / 2);
  return times[static_cast<std::size_t>(rounds / 2)];
}

template <class Result>
void require(const Result& result) {
  if (!result) {
    fmt::print(stderr, "{}\n", to_string(result.error()));
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  const int rounds = report.quick() ? 5 : 101;
  auto directory = (std::filesystem::temp_directory_path() / "midas-bench-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) {
    fmt::print(stderr, "cannot create a directory\n");
    return 1;
  }
  const auto path = directory + "/tokens.json";
  const auto tokens = make_tokens();
  const midas::file_token_store_options options{.path = path};
  midas::file_token_store writer{options};
  require(writer.save(tokens));

  const auto read = median_ms(rounds, [&](int) {
    std::ifstream stream{path};
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
  });
  // A new object each time, as in a new process: one that has loaded the file does not read it
  // again.
  const auto load = median_ms(rounds, [&](int) {
    auto store = std::make_unique<midas::file_token_store>(options);
    auto loaded = store->load();
    require(loaded);
    return std::pair{std::move(store), std::move(loaded)};
  });
  const auto save = median_ms(rounds, [&](int round) {
    auto store = std::make_unique<midas::file_token_store>(options);
    require(store->save({&tokens[static_cast<std::size_t>(round)], 1}));
    return store;
  });
  const auto bytes = std::filesystem::file_size(path);
  std::filesystem::remove_all(directory);

  const auto ms = [](double time) { return fmt::format("{:.2f}", time); };
  report.add(
      table{.title = fmt::format("A token store with {} tokens", token_count),
            .note = fmt::format("The file has {:.1f} MB. The medians of {} rounds, without fsync.",
                                static_cast<double>(bytes) / 1e6, rounds),
            .headings = {"", "ms"},
            .rows = {{"load all", ms(load)},
                     {"save one", ms(save)},
                     {"for comparison: read the file with std::ifstream", ms(read)}}});
  constexpr double load_target = 5;
  constexpr double save_target = 10;
  report.add(figure{.name = "load of 1,000 stored tokens",
                    .target = "< 5 ms",
                    .measured = ms(load) + " ms",
                    .reached = load < load_target});
  report.add(figure{.name = "save of one among 1,000, without fsync",
                    .target = "< 10 ms",
                    .measured = ms(save) + " ms",
                    .reached = save < save_target});
  return report.finish();
}
