#include "tools/load/workers/coordinator.hpp"

#include "messages/make_error.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "tools/load/document/read_load_document.hpp"
#include "tools/load/workers/line_socket.hpp"
#include "tools/load/workers/message_seal.hpp"
#include "tools/load/workers/worker_message.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace midas::internal::tools {

namespace {

socket_deadline at_most(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// Thrown inside of this file only: why one worker cannot go on.
struct worker_problem {
  error reason;
};

[[noreturn]] void give_up(std::string_view problem, std::string_view advice = {}) {
  throw worker_problem{make_error(errc::unreachable, problem, advice)};
}

// Where the threads of the workers meet before the start. Any thread.
class starting_line {
 public:
  explicit starting_line(std::size_t workers) : missing_(workers) {}

  // Returns when all workers are ready; false if one of them has failed.
  [[nodiscard]] bool wait() {
    std::unique_lock lock{mutex_};
    if (--missing_ == 0) {
      changed_.notify_all();
    }
    changed_.wait(lock, [this] { return missing_ == 0 || first_problem_; });
    return !first_problem_;
  }

  // The first problem counts; the others follow from it.
  void fail(error problem) {
    const std::lock_guard lock{mutex_};
    if (!first_problem_) {
      first_problem_ = std::move(problem);
    }
    has_failed_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
  // Only when no thread uses it any more.
  [[nodiscard]] const std::optional<error>& first_problem() const { return first_problem_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t missing_;
  std::optional<error> first_problem_;
  std::atomic<bool> has_failed_ = false;
};

class worker_link {
 public:
  worker_link(const coordinator_options& options, starting_line& line, descriptor socket)
      : options_(options), line_(line), socket_(std::move(socket)) {}

  [[nodiscard]] std::string run() {
    prove();
    send({.kind = message_kind::prepare, .arguments = options_.arguments});
    expect(message_kind::ready, worker_limits::max_reason * 8);
    if (!line_.wait()) {
      return {};
    }
    send({.kind = message_kind::start});
    while (true) {
      auto message = receive(worker_limits::max_document);
      if (message.kind == message_kind::document) {
        return std::move(message.text);
      }
      if (message.kind != message_kind::alive) {
        give_up("sent an unexpected message");
      }
    }
  }

 private:
  void prove() {
    const auto hello = expect(message_kind::hello, worker_limits::max_unproved);
    if (hello.version != options_.version) {
      give_up(
          "runs midas " + quoted_start(hello.version) + ", and this is midas " + options_.version,
          "Install the same version on every machine");
    }
    const session_nonces nonces{hello.nonce, random_nonce()};
    write(to_line({.kind = message_kind::proof,
                   .nonce = nonces.coordinator,
                   .text = proof_of(options_.shared, nonces, seal_side::coordinator)}));
    const auto proof = expect(message_kind::proof, worker_limits::max_unproved);
    if (!equal_in_constant_time(proof.text, proof_of(options_.shared, nonces, seal_side::worker))) {
      give_up("does not know the secret", "Check the address, and --worker-secret-file");
    }
    seal_.emplace(options_.shared, nonces, seal_side::coordinator);
  }

  void write(const std::string& line) {
    if (!socket_.write(line, worker_limits::write_time)) {
      give_up("has closed the connection");
    }
  }

  void send(const worker_message& message) { write(seal_->seal(to_line(message))); }

  worker_message expect(message_kind kind, std::size_t limit) {
    auto message = receive(limit);
    if (message.kind != kind) {
      give_up("is not a worker of midas load, or sent an unexpected message");
    }
    return message;
  }

  worker_message receive(std::size_t limit) {
    auto end = at_most(options_.max_silence);
    auto received = socket_.received();
    auto status = line_status::timed_out;
    while (status == line_status::timed_out) {
      if (line_.has_failed()) {
        give_up("was stopped");
      }
      if (std::chrono::steady_clock::now() >= end) {
        give_up(
            "has been silent for " + std::to_string(options_.max_silence.count() / 1'000) + " s",
            "Check that the machine is not overloaded, and the network");
      }
      status = socket_.read(limit, at_most(worker_limits::slice));
      if (std::exchange(received, socket_.received()) != socket_.received()) {
        end = at_most(options_.max_silence);
      }
    }
    if (status == line_status::closed) {
      give_up("has closed the connection", "Look at what midas load --worker has printed there");
    }
    if (status == line_status::too_long) {
      give_up("sent more than " + std::to_string(limit) + " bytes in one message");
    }
    return message_in(socket_.line());
  }

  worker_message message_in(const std::string& line) {
    auto text = seal_ ? seal_->open(line) : std::optional{line};
    auto message = text ? read_message(*text) : std::nullopt;
    if (!message) {
      give_up(seal_ ? "sent a message without a valid seal" : "is not a worker of midas load",
              "Check the address");
    }
    if (message->kind == message_kind::refused) {
      give_up("refused: " + one_line(message->text, worker_limits::max_reason));
    }
    return *std::move(message);
  }

  const coordinator_options& options_;
  starting_line& line_;
  line_socket socket_;
  std::optional<message_seal> seal_;
};

std::optional<load_document> run_on_worker(const coordinator_options& options,
                                           const proxy::listen_address& address,
                                           starting_line& line) {
  const auto name = "the worker at " + to_string(address);
  const auto fail_with = [&](error problem) {
    problem.message = name + " " + problem.message;
    line.fail(std::move(problem));
    return std::nullopt;
  };
  auto socket = connect_to(address, at_most(worker_limits::connect_time));
  if (!socket) {
    return fail_with(std::move(socket.error()));
  }
  try {
    const auto text = worker_link{options, line, *std::move(socket)}.run();
    if (line.has_failed()) {
      return std::nullopt;
    }
    auto document = read_load_document("sent a wrong document", text);
    if (!document) {
      return fail_with(std::move(document.error()));
    }
    return *std::move(document);
  } catch (const worker_problem& e) {
    return fail_with(e.reason);
  } catch (const std::exception& e) {
    return fail_with(make_error(errc::not_started, std::string{"cannot be used: "} + e.what()));
  }
}

}  // namespace

expected<std::vector<proxy::listen_address>> parse_workers(std::string_view text) {
  std::vector<proxy::listen_address> workers;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto part = text.substr(begin, end - begin);
    auto address = proxy::parse_listen_address(part);
    if (!address || !address->path.empty() || address->port == 0) {
      return fail(errc::invalid_configuration,
                  quoted_start(part) + " is not the address of a worker",
                  "Write ADDRESS:PORT for each, such as 10.0.0.1:7000,10.0.0.2:7000");
    }
    if (std::ranges::find(workers, *address) != workers.end()) {
      return fail(errc::invalid_configuration, quoted_start(part) + " is named twice",
                  "Name each worker once");
    }
    workers.push_back(*std::move(address));
    begin = end + 1;
  }
  if (workers.size() > worker_limits::max_workers) {
    return fail(errc::invalid_configuration,
                std::to_string(workers.size()) + " workers are more than " +
                    std::to_string(worker_limits::max_workers),
                "Name fewer workers");
  }
  return workers;
}

expected<std::vector<load_document>> run_on_workers(const coordinator_options& options) {
  starting_line line{options.workers.size()};
  std::vector<std::optional<load_document>> documents(options.workers.size());
  {
    std::vector<std::jthread> threads;
    try {
      for (std::size_t i = 0; i < documents.size(); ++i) {
        threads.push_back(options.start_thread(
            [&, i] { documents[i] = run_on_worker(options, options.workers[i], line); }));
      }
    } catch (const std::exception& e) {
      // The threads that have started would wait for the others.
      line.fail(make_error(errc::not_started,
                           std::string{"cannot start a thread for each worker: "} + e.what(),
                           "Allow more threads or memory, or use fewer --workers"));
    }
  }
  if (line.first_problem()) {
    return unexpected{*line.first_problem()};
  }
  std::vector<load_document> result;
  result.reserve(documents.size());
  for (auto& each : documents) {
    result.push_back(*std::move(each));
  }
  return result;
}

}  // namespace midas::internal::tools
