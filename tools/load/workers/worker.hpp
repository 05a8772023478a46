// The worker of a load run on several machines.
#pragma once

#include "tools/load/workers/line_socket.hpp"
#include <midas/error.hpp>
#include <midas/secret.hpp>

#include <functional>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// Asked often while something lasts: false ends it.
using goes_on = std::function<bool()>;

/// Makes a run with these arguments, and returns its document. Calls the function several times a
/// second, and ends the run if it returns false. What it throws is reported as an error.
using worker_run = std::function<expected<std::string>(const std::vector<std::string>& arguments,
                                                       const goes_on& is_wanted)>;

struct worker_options {
  /// Port 0 picks a free one.
  proxy::listen_address address{};
  secret shared{};
  /// That of midas. Workers and coordinator must have the same.
  std::string version{};
};

/// Serves one coordinator at a time, and refuses others as busy. A coordinator must prove that
/// it knows the secret, and the worker proves it, too: neither sends it.
class load_worker {
 public:
  /// Listens. Throws std::system_error if that fails.
  load_worker(worker_options options, worker_run run);

  /// "127.0.0.1:40123", with the port that was picked.
  [[nodiscard]] std::string address() const;

  /// Serves until the function, which is called several times a second, returns false. A run that
  /// then is in progress ends, too.
  void serve(const goes_on& is_wanted);

 private:
  void serve_one(line_socket& peer, const goes_on& is_wanted);
  void refuse_others() const;

  worker_options options_;
  worker_run run_;
  descriptor listener_;
};

}  // namespace midas::internal::tools
